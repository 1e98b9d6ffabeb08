"""Signing in and out, the language, and the assets."""

from flask import Blueprint, Response, redirect, request, send_from_directory, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from api.auth import count_wrong_key
from api.console import guard, languages, paths
from api.console.pages import ASSETS, page, stamp
from api.services import services
from models import sign_in_links
from models.organizations import caller_by

blueprint = Blueprint("console", __name__, url_prefix=paths.CONSOLE, template_folder="templates")

# In seconds. Their address names their version, so that a new one is a new address.
ASSETS_KEPT = 365 * 86_400


@blueprint.before_request
def _check() -> None:
    guard.check_form()


@blueprint.get("/sign-in")
def sign_in() -> Response:
    """Ask for a key."""
    return page("console/sign_in.html", target=_target(request.args.get("next")))


@blueprint.post("/sign-in")
def sign_in_with_key() -> AnyResponse:
    """Sign in with an organisation's key."""
    key, target = request.form.get("key", "").strip(), _target(request.form.get("next"))
    caller = services().caller(key) if key else None
    if caller is None:
        count_wrong_key(key)
        message = gettext("This is no key of this installation, or it was revoked or has expired.")
        return page("console/sign_in.html", 401, target=target, problem=message)
    guard.sign_in(caller)
    return redirect(target)


@blueprint.get("/link/<text>")
def sign_in_by_link(text: str) -> AnyResponse:
    """Sign in by a link that works once."""
    with services().database.write() as session:
        key_id = sign_in_links.redeem(session, text)
        caller = caller_by(session, key_id, services().quota) if key_id else None
    if caller is None:
        count_wrong_key(text)
        message = gettext("This link was used already, or is older than 15 minutes. Sign in with a key.")
        return page("console/sign_in.html", 401, target=paths.CONSOLE, problem=message)
    guard.sign_in(caller)
    return redirect(paths.CONSOLE)


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    """Sign out."""
    guard.sign_out()
    return redirect(url_for("console.sign_in"))


@blueprint.post("/language")
def language() -> AnyResponse:
    """Speak another language from now on."""
    response = redirect(_target(request.form.get("next")))
    code = request.form.get("language", "")
    if code in languages.NAMES:
        response.set_cookie(
            languages.COOKIE, code, max_age=languages.KEPT, secure=request.is_secure, samesite="Lax"
        )
    return response


@blueprint.get("/assets/<version>/<name>")
def asset(version: str, name: str) -> Response:
    """A stylesheet or a script."""
    if version != stamp():
        raise NotFound
    return send_from_directory(ASSETS, name, max_age=ASSETS_KEPT)


def _target(asked: str | None) -> str:
    return asked if asked and paths.is_ours(asked) else paths.CONSOLE
