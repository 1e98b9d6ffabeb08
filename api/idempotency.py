"""`Idempotency-Key`: the same key and body get the first answer again."""

import hashlib
from collections.abc import Callable

from flask import Response, request
from sqlalchemy.orm import Session

from api.auth import caller
from api.services import services
from models import idempotency
from models.errors import InvalidInput
from models.idempotency import Answer

LONGEST_KEY = 255


def key_of_request() -> str | None:
    """The request's key, bare or quoted; None where it has none. Raises InvalidInput for a bad one."""
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return None
    key = header.strip().removeprefix('"').removesuffix('"')
    if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise InvalidInput(f"Idempotency-Key must have 1 to {LONGEST_KEY} printable ASCII characters.")
    return key


def answered_once(key: str, make: Callable[[Session], Answer]) -> tuple[Answer, bool]:
    """Run `make` and keep its answer in the same transaction, or give the answer kept.

    The second value tells whether the answer is a replay. A `make` that raises leaves nothing
    behind, so the key may be used again.
    """
    database, organization_id = services().database, caller().organization_id
    kept = idempotency.reserve(database, organization_id, key, _fingerprint())
    if kept is not None:
        return kept, True
    try:
        with database.write() as session:
            answer = make(session)
            idempotency.complete(session, organization_id, key, answer)
    except BaseException:
        idempotency.release(database, organization_id, key)
        raise
    return answer, False


def _fingerprint() -> str:
    head = f"{request.method} {request.path}\n".encode()
    return hashlib.sha256(head + request.get_data()).hexdigest()


def to_response(answer: Answer, replayed: bool) -> Response:
    """The answer over HTTP."""
    response = Response(answer.body, status=answer.status_code, mimetype="application/json")
    response.headers.extend(answer.headers)
    return marked(response, replayed)


def marked(response: Response, replayed: bool) -> Response:
    """The response, which says so when it is a replay."""
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response
