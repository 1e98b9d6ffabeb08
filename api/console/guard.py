"""Who looks at a page: signed in by a key, held in a signed cookie that names the key and is not it."""

from datetime import timedelta
from typing import Any

from flask import Flask, Request, g, redirect, request, session, url_for
from flask.sessions import NullSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import validate_csrf
from werkzeug.wrappers import Response as AnyResponse
from wtforms.validators import ValidationError

from api.console import paths
from api.scopes import SAFE, OutOfScope
from api.services import services
from models.errors import InvalidInput
from models.organizations import GENERATE, READ, Caller, caller_by

SIGNED_IN_FOR = timedelta(hours=12)
KEY = "key"
TOKEN_FIELD, TOKEN_HEADER = "csrf_token", "X-CSRFToken"
FORGED = "This form is too old, or was not ours. Go back, load the page anew and send it again."


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie for pages; nothing at all for the APIs, whose every request would pay for it."""

    def open_session(self, app: Flask, request: Request) -> Any:
        """The visitor's session."""
        return super().open_session(app, request) if paths.is_page(request.path) else NullSession()

    def is_null_session(self, obj: object) -> bool:
        """An API's session is never stored."""
        return isinstance(obj, NullSession)

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        """A cookie that was set over TLS comes back over TLS alone."""
        return request.is_secure

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:  # noqa: ARG002
        """Only where something has changed: pages that merely show something set nothing."""
        return session.modified


def sign_in(caller: Caller) -> None:
    """Remember who looks, in a session that holds nothing from before."""
    session.clear()
    session.permanent = True
    session[KEY] = caller.key_id


def sign_out() -> None:
    """Forget who looks."""
    session.clear()


def require_sign_in() -> AnyResponse | None:
    """Put the caller into the request's context, else lead to the sign-in page and back.

    Raises InvalidInput, OutOfScope, TooManyRequests.
    """
    check_form()
    caller = signed_in()
    if caller is None:
        sign_out()
        return redirect(url_for("console.sign_in", next=where_to_return()))
    g.caller = caller
    g.left = services().limits.spend(f"key:{caller.key_id}")
    require(READ if request.method in SAFE else GENERATE)
    return None


def signed_in() -> Caller | None:
    """Who is signed in with a key that is still in force."""
    key_id = session.get(KEY)
    if key_id is None:
        return None
    with services().database.read() as rows:
        return caller_by(rows, key_id, services().quota)


def require(scope: str) -> None:
    """Raise OutOfScope where the key that signed in may not do this."""
    caller: Caller = g.caller
    if scope not in caller.scopes:
        raise OutOfScope(caller, scope)


def may(scope: str) -> bool:
    """Whether the key that signed in has the scope."""
    caller: Caller | None = g.get("caller")
    return caller is not None and scope in caller.scopes


def check_form() -> None:
    """Raise InvalidInput for a change that did not come from one of our own pages."""
    if request.method in SAFE:
        return
    token = request.headers.get(TOKEN_HEADER) or request.form.get(TOKEN_FIELD)
    try:
        validate_csrf(token)
    except ValidationError as error:
        raise InvalidInput(FORGED) from error


def where_to_return() -> str:
    """The page that was asked for; the first one where a form was sent."""
    return request.full_path.rstrip("?") if request.method in SAFE else paths.CONSOLE
