"""Who calls as a candidate: by the key that the organisation gave, and at most so often by a wrong one."""

from typing import cast

from flask import g, request

from api.auth import count_wrong_key, key_of
from api.services import services
from models import taking
from models.sittings import Sitting, check
from models.taking_rules import IDENTIFY
from workers import queue

# How the OpenAPI document says that a call takes a candidate's key.
CANDIDATE: list[dict[str, list[str]]] = [{"candidate": []}]


def require_candidate() -> None:
    """Put the id of the candidate's key into the request's context; raises Refused, or as `require_key`.

    A session whose time is over is submitted first, in a transaction of its own, whatever the call.
    """
    sitting = _recognised()
    check(IDENTIFY, sitting.standing)
    if sitting.session_id is not None and sitting.is_overdue:
        _submit_overdue(sitting.session_id)
    g.candidate = sitting.key_id
    g.left = services().personal_limits.spend(f"candidate:{sitting.key_id}")


def candidate() -> str:
    """The id of the candidate's key."""
    return cast(str, g.candidate)


def _recognised() -> Sitting:
    text, address = key_of(request), request.remote_addr or ""
    sitting = services().recognising.do(text) if text else None
    if sitting is None or sitting.session_id is None:
        services().guesses.check(address)
    # Who has begun goes on: a school's or an office's candidates share an address with whoever guesses.
    if sitting is not None:
        return sitting
    count_wrong_key(text)
    raise taking.invalid_key()


def _submit_overdue(session_id: str) -> None:
    with services().database.write() as session:
        jobs = taking.finish_overdue(session, session_id)
    for job in jobs:
        services().publisher.publish(queue.GENERATE, job)
