"""How a page is answered: rendered, with a policy that lets it load nothing but our own assets."""

import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Response, g, render_template, request, url_for
from flask_babel import format_datetime, gettext

from api.console import guard, languages, paths
from models.base import utcnow
from settings import VERSION

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ASSETS = Path(__file__).parent / "static"


@cache
def stamp() -> str:
    """What stands in the assets' addresses: it changes when one of them does."""
    files = sorted(one for one in ASSETS.iterdir() if one.is_file())
    return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()[:16]


def page(template: str, status: int = 200, **context: Any) -> Response:
    """The page of that template."""
    response = Response(render_template(template, **context), status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.vary.update(["Cookie", "Accept-Language"])
    return response


def problem(status: int, message: str) -> Response:
    """A page that says what went wrong, and leads on."""
    title = gettext("Not found") if status == 404 else HTTPStatus(status).phrase
    return page("console/problem.html", status, title=title, message=message)


def context() -> dict[str, Any]:
    """What every template may use."""
    return {
        "version": VERSION,
        "language": languages.chosen(),
        "languages": languages.NAMES,
        "signed_in": g.get("caller"),
        "may": guard.may,
        "here": request.path,
        "now": utcnow,
        "is_console": request.path.startswith(paths.CONSOLE),
        "format_datetime": format_datetime,
        "navigation": navigation,
        "asset": lambda name: url_for("console.asset", version=stamp(), name=name),
    }


def navigation() -> list[tuple[str, str]]:
    """The console's parts: address and name."""
    return [
        (f"{paths.CONSOLE}/generate", gettext("Generate")),
        (f"{paths.CONSOLE}/jobs", gettext("Jobs")),
        (f"{paths.CONSOLE}/assessments", gettext("Assessments")),
        (f"{paths.CONSOLE}/results", gettext("Results")),
        (f"{paths.CONSOLE}/webhooks", gettext("Webhooks")),
        (f"{paths.CONSOLE}/usage", gettext("Usage")),
        (f"{paths.CONSOLE}/library", gettext("Library")),
    ]
