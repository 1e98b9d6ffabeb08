"""What a key may do: by the request's method, and for what can't be undone by a list."""

from flask import request

from models.organizations import ADMIN, GENERATE, READ, Caller

SAFE = ("GET", "HEAD", "OPTIONS")
# What takes something away for good, lets candidates see an assessment, or says who is told of what happens.
ADMINS = frozenset({
    "audit.index",
    "candidate_keys.erase",
    "organisation_assessments.delete",
    "reviews.approve",
    "rubrics.delete",
    "sessions.erase",
    "verifications.erase",
})  # fmt: skip
# Every view of these.
ADMIN_BLUEPRINTS = frozenset({"webhook_endpoints"})


class OutOfScope(Exception):
    """The key is in force, and may not do this."""

    def __init__(self, caller: Caller, needed: str) -> None:
        scopes = ", ".join(sorted(caller.scopes))
        super().__init__(f"This key may not do this: it needs the scope {needed}, and the key has {scopes}.")


def check(caller: Caller) -> None:
    """Raise OutOfScope where the caller may not make this request."""
    needed = scope_of(request.endpoint or "", request.method)
    if needed not in caller.scopes:
        raise OutOfScope(caller, needed)


def scope_of(endpoint: str, method: str) -> str:
    """The scope that a request needs."""
    if endpoint in ADMINS or endpoint.partition(".")[0] in ADMIN_BLUEPRINTS:
        return ADMIN
    return READ if method in SAFE else GENERATE
