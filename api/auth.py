"""Who calls: an organisation, by a key in one of three headers."""

from typing import cast

from flask import Request, g, request

from api import scopes
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
    """Put the caller into the request's context.

    Raises InvalidKey, TooManyGuesses, TooManyRequests, OutOfScope.
    """
    key = key_of(request)
    caller = services().caller(key) if key else None
    if caller is None:
        count_wrong_key(key)
        raise InvalidKey
    g.caller = caller
    g.left = services().limits.spend(f"key:{caller.key_id}")
    scopes.check(caller)


def count_wrong_key(key: str) -> None:
    """Count a wrong key by the address that it came from; raises TooManyGuesses."""
    if key:
        services().guesses.count(request.remote_addr or "")


def caller() -> Caller:
    """Who calls in this request."""
    return cast(Caller, g.caller)
