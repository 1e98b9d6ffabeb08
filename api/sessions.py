"""Who calls in API B: a student's session, by the token that `POST /api/v1/verify` gave."""

from typing import Any, cast

from flask import g, request

from api.auth import count_wrong_key, key_of, require_key
from api.services import services
from models.errors import Refused
from models.verifications import TOKEN_HEADS, Verification

# How the OpenAPI document says that a call takes a session's token.
SESSION: list[dict[str, list[str]]] = [{"session": []}]


def require_session() -> None:
    """Put the session's verification into the request's context; raises Refused, or as `require_key`."""
    token = key_of(request)
    if not token:
        raise Refused(
            "MISSING_VERIFICATION_ID",
            "No session was named; send the token of POST /api/v1/verify in the header x-api-key.",
        )
    try:
        with services().database.read() as session:
            found = Verification.of_token(session, token, services().settings.secret_key)
    except Refused:
        count_wrong_key(token)
        raise
    g.verification = found
    g.left = services().personal_limits.spend(f"session:{found.id}")


def require_key_or_session() -> None:
    """Let an organisation's key or a session's token pass; raises InvalidKey or Refused."""
    if key_of(request).startswith(TOKEN_HEADS):
        require_session()
    else:
        require_key()


def verification() -> Verification:
    """The session's verification, as it was when the request came."""
    return cast(Verification, g.verification)


def check_body(data: dict[str, Any]) -> None:
    """Raise Refused where the body names another session than the token does."""
    mine = verification()
    named = {
        "recordVerificationId": (data.get("record_id"), mine.record_id),
        "recordUserId": (data.get("user_id"), mine.student_id),
        "sessionToken": (data.get("session_token"), key_of(request)),
    }
    for name, (given, expected) in named.items():
        if given is not None and given != expected:
            raise Refused("VERIFICATION_MISMATCH", f"{name} is not that of this session.")
