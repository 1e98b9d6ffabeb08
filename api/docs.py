"""The documentation page and the start page, with every asset served from here."""

from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, send_from_directory

from settings import VERSION

blueprint = Blueprint("docs", __name__, template_folder="templates", static_folder="static")

# Swagger UI comes in a wheel; importing that would read 9 MB of files that are not used here.
_SPEC = find_spec("offapi")
ASSETS = Path((_SPEC.submodule_search_locations or ["."])[0]) if _SPEC else Path()
SERVED = {"swagger_bundle.js", "swagger_preset.js", "swagger_style.css"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@blueprint.get("/")
def start() -> Response:
    """Where things are."""
    return _page("start.html")


@blueprint.get("/docs")
def docs() -> Response:
    """The APIs' documentation, made from their OpenAPI document."""
    return _page("docs.html")


@blueprint.get("/docs/assets/<name>")
def asset(name: str) -> Response:
    """A file of the documentation page."""
    if name not in SERVED:
        abort(404)
    return send_from_directory(ASSETS, name, max_age=86_400)


def _page(template: str) -> Response:
    response = Response(render_template(template, version=VERSION), mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response
