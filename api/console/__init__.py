"""The pages that a person uses: server-rendered, without a build step and without another host's assets.

Each part is a blueprint: `entry` (signing in), and one a subject. What they change they change through the
same functions as the APIs do. All of them are guarded by `guard.py`, and every string of theirs is marked
for translation (`translations/`).
"""

from flask import Flask
from flask_babel import Babel
from flask_wtf.csrf import generate_csrf

from api.console import (
    assessments,
    entry,
    generate,
    guard,
    home,
    jobs,
    languages,
    library,
    pages,
    results,
    take,
    usage,
    webhooks,
)
from api.services import derived_key
from settings import Settings

PARTS = (
    entry.blueprint,
    home.blueprint,
    generate.blueprint,
    jobs.blueprint,
    assessments.blueprint,
    results.blueprint,
    webhooks.blueprint,
    usage.blueprint,
    library.blueprint,
    take.blueprint,
)


def bind(app: Flask, settings: Settings) -> None:
    """Sign the cookies with a key of this installation's."""
    app.secret_key = derived_key(settings.secret_key, b"console cookies")


def register(app: Flask) -> None:
    """Serve the console and the candidates' pages."""
    app.session_interface = guard.Cookies()
    app.config.update(
        SESSION_COOKIE_NAME="assessgen",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=guard.SIGNED_IN_FOR,
        # As long as the session.
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_TRANSLATION_DIRECTORIES=str(languages.DIRECTORY),
    )
    Babel(app, locale_selector=languages.chosen)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["csrf_token"] = generate_csrf
    app.context_processor(pages.context)
    for part in PARTS:
        app.register_blueprint(part)
