"""API B for a student's session: questions, answers, and another try."""

import re
import time
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from api import presenters_v1
from api.envelope_v1 import BlueprintV1, succeeded, text
from api.generation_v2 import LONGEST_WAIT, seed_for, wait_asked_for
from api.idempotency import IDEMPOTENCY_KEY, Owner, answered
from api.schemas.verification_answers_v1 import (
    GeneratedSchema,
    QueuedSchema,
    RetakenSchema,
    SubmittedSchema,
    envelope,
    timed,
)
from api.schemas.verifications_v1 import SessionBodySchema, SubmitSchema
from api.services import services
from api.sessions import SESSION, check_body, require_session, verification
from models import TaskExecution, Verification, submissions, verification_forms
from models.base import Json
from models.eligibility import GENERATE, RETAKE
from models.errors import Refused
from models.idempotency import Answer
from models.verification_forms import Begun
from workers import queue

blueprint = BlueprintV1(
    "verification_assessment",
    __name__,
    url_prefix="/api/v1/assessment",
    description="The student's assessment.",
)
blueprint.before_request(require_session)

ASYNCHRONOUS = re.compile(r"(?:^|,)\s*respond-async\s*(?:[,;]|$)", re.IGNORECASE)
NO_FORM = "The questions could not be made; try again."
MESSAGES = {
    GENERATE: "Assessment generated successfully",
    RETAKE: "Retake assessment generated successfully",
}
PREFER = {
    "in": "header",
    "name": "Prefer",
    "schema": {"type": "string"},
    "description": "`respond-async` answers 202 with the job's id; `wait=N` waits N seconds, 90 at most.",
    "example": "respond-async",
}


@blueprint.post("/generate")
@blueprint.doc(operationId="generateVerificationAssessment", security=SESSION, parameters=[PREFER])
@blueprint.arguments(SessionBodySchema(), required=False, example={})
@blueprint.response(200, timed(GeneratedSchema, "GeneratedAnswer"))
@blueprint.alt_response(202, schema=envelope(QueuedSchema, "QueuedAnswer"), success=True)
@blueprint.refuses(400, 401, 403, 404, 413, 415, 500, 503, 504)
def generate(data: dict[str, Any]) -> Response:
    """Give the session its questions. Made once; from then on the same ones are answered at once.

    Waits up to 90 seconds for the generation. After a time-out it goes on: the next call gets its questions.
    """
    check_body(data)
    return _questions(GENERATE)


@blueprint.post("/retakeassessment")
@blueprint.doc(operationId="retakeVerificationAssessment", security=SESSION, parameters=[PREFER])
@blueprint.arguments(SessionBodySchema(), required=False, example={})
@blueprint.response(200, timed(RetakenSchema, "RetakenAnswer"))
@blueprint.alt_response(202, schema=envelope(QueuedSchema, "QueuedRetakeAnswer"), success=True)
@blueprint.refuses(400, 401, 403, 404, 413, 415, 500, 503, 504)
def retake(data: dict[str, Any]) -> Response:
    """Put new questions in the place of those of a failed attempt. Otherwise like generate."""
    check_body(data)
    return _questions(RETAKE)


@blueprint.post("/submit")
@blueprint.doc(operationId="submitVerificationAssessment", security=SESSION, parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(SubmitSchema(), example={"answers": [{"questionId": "uuid-q-1", "selectedAnswer": 1}]})
@blueprint.response(200, envelope(SubmittedSchema, "SubmittedAnswer"))
@blueprint.refuses(400, 401, 403, 404, 409, 413, 415, 422, 503)
def submit(data: dict[str, Any]) -> Response:
    """Score all answers at once. The result is final for these questions; 60 % pass, a pass locks."""
    check_body(data)
    mine = verification()
    channels: list[str] = []

    def make(session: Session) -> Answer:
        done = submissions.submit(session, mine.id, data["answers"])
        channels.extend(done.channels)
        body = presenters_v1.submitted(done)
        return Answer(200, {}, text(body, "Assessment submitted successfully"), mine.id)

    response = answered(make, Owner(mine.organization_id, mine.id))
    for channel in channels:
        services().publisher.publish(queue.DELIVER, channel)
    return response


def _questions(call: str) -> Response:
    started = time.monotonic()
    begun = _begin(call)
    if begun.execution_id is not None and not _ended(begun.execution_id):
        return _still_running(begun.record_id, begun.execution_id)
    with services().database.read() as session:
        data = _answer(session, call)
        if data is None:
            raise _failed(session, begun)
    if not begun.is_new:
        data["alreadyGenerated"] = True
    took = int((time.monotonic() - started) * 1000)
    return succeeded(data, MESSAGES[call], executionTime=f"{took}ms")


def _begin(call: str) -> Begun:
    def seed_of(decisive: Json, mode: str) -> int:
        return seed_for(None, decisive, mode)

    mine = verification()
    with services().database.write() as session:
        quota = services().quota
        begun = verification_forms.begin(session, mine.id, call, mine.created_by, seed_of, quota)
    if begun.is_new and begun.execution_id is not None:
        services().publisher.publish(queue.GENERATE, begun.execution_id)
    return begun


def _ended(execution_id: str) -> bool:
    """Wait for the job's end, without a connection to the database, as long as the client would."""
    seconds = wait_asked_for() or (0 if _is_asynchronous() else LONGEST_WAIT)
    if not seconds:
        return False
    with services().watch.following(execution_id) as follower:
        return follower.end(seconds)


def _is_asynchronous() -> bool:
    return ASYNCHRONOUS.search(request.headers.get("Prefer", "")) is not None


def _still_running(record_id: str, execution_id: str) -> Response:
    if not _is_asynchronous():
        raise Refused(
            "GENERATION_TIMEOUT",
            "The questions are still being made; call again, and you get them.",
            jobId=execution_id,
        )
    data = {"recordVerificationId": record_id, "jobId": execution_id}
    answer = succeeded(data, "The questions are being made; call again to get them", 202)
    answer.headers["Preference-Applied"] = "respond-async"
    return answer


def _answer(session: Session, call: str) -> dict[str, Any] | None:
    """The questions; None where there are none that this call may give."""
    current = session.get_one(Verification, verification().id, populate_existing=True)
    if current.form_id is None or (call == RETAKE and not current.has_open_form):
        return None
    shown = verification_forms.shown(session, current)
    return presenters_v1.questions(current, shown, call == RETAKE) if shown else None


def _failed(session: Session, begun: Begun) -> Refused:
    job = session.get(TaskExecution, begun.execution_id) if begun.execution_id else None
    message = job.error["message"] if job is not None and job.error else NO_FORM
    return Refused("GENERATION_FAILED", message)
