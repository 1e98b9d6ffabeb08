"""In which language a page speaks: the visitor's choice, else the browser's, else English."""

from pathlib import Path

from flask import has_request_context, request

DIRECTORY = Path(__file__).parent / "translations"
# Each in its own words.
NAMES = {"en": "English", "de": "Deutsch", "es": "Español"}
COOKIE = "language"
# A year, in seconds.
KEPT = 365 * 86_400


def chosen() -> str:
    """The code of the language of this request."""
    if not has_request_context():
        return "en"
    kept = request.cookies.get(COOKIE)
    return kept if kept in NAMES else request.accept_languages.best_match(NAMES, "en")
