"""Who calls as a candidate: by the key that the organisation gave, and at most so often by a wrong one.

The candidate's pages ask here too, and show what the API answers.
"""

from typing import Any, cast

from flask import g, request

from api import presenters_candidate
from api.auth import count_wrong_key, key_of
from api.services import services
from models import forms, responses, taking
from models.candidates import IN_PROGRESS
from models.forms import Form
from models.sittings import Sitting, check
from models.taking import Place
from models.taking_rules import IDENTIFY
from workers import queue

# How the OpenAPI document says that a call takes a candidate's key.
CANDIDATE: list[dict[str, list[str]]] = [{"candidate": []}]


def require_candidate() -> None:
    """Put the id of the candidate's key into the request's context; raises Refused, or as `require_key`.

    A session whose time is over is submitted first, in a transaction of its own, whatever the call.
    """
    sitting = recognised(key_of(request))
    check(IDENTIFY, sitting.standing)
    if sitting.session_id is not None and sitting.is_overdue:
        submit_overdue(sitting.session_id)
    g.candidate = sitting.key_id
    spend(sitting.key_id)


def candidate() -> str:
    """The id of the candidate's key."""
    return cast(str, g.candidate)


def recognised(text: str) -> Sitting:
    """Whose key this is. Raises Refused for a wrong one, which is counted, and TooManyGuesses."""
    address = request.remote_addr or ""
    sitting = services().recognising.do(text) if text else None
    if sitting is None or sitting.session_id is None:
        services().guesses.check(address)
    # Who has begun goes on: a school's or an office's candidates share an address with whoever guesses.
    if sitting is not None:
        return sitting
    count_wrong_key(text)
    raise taking.invalid_key()


def spend(key_id: str) -> None:
    """Count a request of that key; raises TooManyRequests."""
    g.left = services().personal_limits.spend(f"candidate:{key_id}")


def submit_overdue(session_id: str) -> None:
    """Submit what was saved in a session whose time is over."""
    with services().database.write() as session:
        jobs = taking.finish_overdue(session, session_id)
    publish(jobs)


def publish(jobs: list[str]) -> None:
    """Have the jobs worked on that a submission has made."""
    for job in jobs:
        services().publisher.publish(queue.GENERATE, job)


def document(place: Place) -> dict[str, Any]:
    """The session of a candidate who has begun, as API C shows it."""
    taken = place.session
    with services().database.read() as session:
        form = session.get_one(Form, taken.form_id) if taken.form_id else None
        brief = place.assessment.brief if form is None else None
        # Whoever has submitted has no more use for the questions.
        is_open = form is not None and taken.status == IN_PROGRESS
        shown = forms.questions_of(session, form, with_keys=False) if form is not None and is_open else None
        saved = responses.latest(session, [taken.id]) if is_open else {}
    answers = {question_id: last for (_, question_id), last in saved.items()}
    return presenters_candidate.session(place, brief, shown, answers)
