"""`Idempotency-Key`: the same key and body get the first answer again.

Answers are kept sealed under the installation's secret: some hold a token that is shown once.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from cryptography.fernet import InvalidToken
from flask import Response, request
from sqlalchemy.orm import Session

from api.auth import caller
from api.services import services
from models import idempotency
from models.errors import Conflict, InvalidInput
from models.idempotency import Answer

LONGEST_KEY = 255
# On an answer that was given before.
REPLAYED = "Idempotent-Replayed"
# The header, as the OpenAPI document has it.
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    "description": "The same key and body get the first answer again for 24 hours.",
}


def key_of_request() -> str | None:
    """The request's key, bare or quoted; None where it has none. Raises InvalidInput for a bad one."""
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return None
    key = header.strip().removeprefix('"').removesuffix('"')
    if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise InvalidInput(f"Idempotency-Key must have 1 to {LONGEST_KEY} printable ASCII characters.")
    return key


@dataclass(frozen=True)
class Owner:
    """Whose keys these are: an organisation's, or those of one session of its students alone."""

    organization_id: str
    session: str | None = None

    def stored(self, key: str) -> str:
        """The key as it is stored: those of a session can't meet the organisation's.

        As a hash: a caller may have named it after a person, who may be erased while it is still taken.
        """
        hashed = hashlib.sha256(key.encode()).hexdigest()
        return hashed if self.session is None else f"{self.session} {hashed}"


def answered(
    make: Callable[[Session], Answer],
    owner: Owner | None = None,
    prepare: Callable[[], None] | None = None,
) -> Response:
    """The answer that `make` gives in one transaction: once, where the request has an Idempotency-Key.

    `prepare` runs before it, outside any transaction: for what asks another service.
    """
    key = key_of_request()
    if key:
        return to_response(*answered_once(key, make, owner, prepare))
    if prepare is not None:
        prepare()
    with services().database.write() as session:
        answer = make(session)
    return to_response(answer, replayed=False)


def answered_once(
    key: str,
    make: Callable[[Session], Answer],
    owner: Owner | None = None,
    prepare: Callable[[], None] | None = None,
    fingerprint: str | None = None,
) -> tuple[Answer, bool]:
    """Run `make` and keep its answer in the same transaction, or give the answer kept.

    The key is the calling organisation's, or the `owner`'s. The second value tells whether the answer
    is a replay. A `make` that raises leaves nothing behind, so the key may be used again. What the key was
    sent with is known by the request's body, or by a `fingerprint` of up to 64 characters: the same form
    that a browser sends twice has two bodies, each with a separator of its own.
    """
    database, owner = services().database, owner or Owner(caller().organization_id)
    key = owner.stored(key)
    kept = idempotency.reserve(database, owner.organization_id, key, fingerprint or _fingerprint())
    if kept is not None:
        return _opened(kept), True
    try:
        if prepare is not None:
            prepare()
        with database.write() as session:
            answer = make(session)
            idempotency.complete(session, owner.organization_id, key, _sealed(answer))
    except BaseException:
        idempotency.release(database, owner.organization_id, key)
        raise
    return answer, False


def _sealed(answer: Answer) -> Answer:
    return replace(answer, body=services().seal.encrypt(answer.body.encode()).decode())


def _opened(kept: Answer) -> Answer:
    if not kept.body:
        raise Conflict("The answer to this Idempotency-Key has been erased; use a new key.")
    try:
        return replace(kept, body=services().seal.decrypt(kept.body).decode())
    except InvalidToken as error:
        raise Conflict(
            "The answer to this Idempotency-Key was kept under another secret; use a new key."
        ) from error


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
        response.headers[REPLAYED] = "true"
    return response
