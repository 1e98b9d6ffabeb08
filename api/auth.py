"""Who calls: an organisation, by a key in one of three headers."""

from typing import cast

from flask import Request, g, request

from api.services import services
from models.organizations import Caller


class InvalidKey(Exception):
    """No key, or one that is wrong, malformed or revoked."""


def key_of(request: Request) -> str:
    """The key from `Authorization: Bearer`, `x-api-key` or `apiKey`, in that order; "" for none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return (request.headers.get("x-api-key") or request.headers.get("apiKey") or "").strip()


def require_key() -> None:
    """Put the caller into the request's context; raises InvalidKey."""
    key = key_of(request)
    caller = services().caller(key) if key else None
    if caller is None:
        raise InvalidKey
    g.caller = caller


def caller() -> Caller:
    """Who calls in this request."""
    return cast(Caller, g.caller)
