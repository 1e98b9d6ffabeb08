"""API A: generate an assessment from a role and its description."""

import hashlib
import json
import re
import secrets
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

import address_guard
from api.auth import caller, require_key
from api.idempotency import answered_once, key_of_request, marked, to_response
from api.parsing import Blueprint
from api.schemas.common import ErrorSchema
from api.schemas.generation_v2 import ACCEPTED_EXAMPLE, REQUEST_EXAMPLE, AcceptedSchema, GenerateSchema
from api.schemas.task_executions_v2 import STATUS_EXAMPLE, StatusSchema
from api.services import services
from api.task_executions_v2 import where_to_look
from models import task_executions
from models.errors import InvalidInput
from models.idempotency import Answer
from models.task_executions import ASSESSMENT_CREATION, PENDING, QUEUED_MESSAGE, Submission
from workers.queue import DELIVER, GENERATE

blueprint = Blueprint(
    "generation", __name__, url_prefix="/api/v2", description="From a job description to an assessment."
)
blueprint.before_request(require_key)

WAIT = re.compile(r"(?:^|,)\s*wait\s*=\s*(\"?)(\d{1,4})\1\s*(?:[,;]|$)", re.IGNORECASE)
LONGEST_WAIT = 90


@blueprint.post("/assessments/generate-ai")
@blueprint.doc(
    operationId="generateAssessment",
    parameters=[
        {
            "in": "header",
            "name": "Idempotency-Key",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            "description": "The same key and body get the first answer again for 24 hours.",
        },
        {
            "in": "header",
            "name": "Prefer",
            "schema": {"type": "string"},
            "description": "`wait=N` waits up to N (90 at most) seconds for the end.",
            "example": "wait=30",
        },
    ],
)
@blueprint.arguments(GenerateSchema(), example=REQUEST_EXAMPLE)
@blueprint.response(202, AcceptedSchema, example=ACCEPTED_EXAMPLE)
@blueprint.alt_response(200, schema=StatusSchema, example=STATUS_EXAMPLE, success=True)
@blueprint.alt_response(400, schema=ErrorSchema)
@blueprint.alt_response(401, schema=ErrorSchema)
@blueprint.alt_response(409, schema=ErrorSchema)
@blueprint.alt_response(413, schema=ErrorSchema)
@blueprint.alt_response(415, schema=ErrorSchema)
@blueprint.alt_response(422, schema=ErrorSchema)
@blueprint.alt_response(503, schema=ErrorSchema)
def generate(data: dict[str, Any]) -> Response:
    """Generate an assessment with AI.

    Answers 202 as soon as the job is stored; follow it at the address in `Location`.
    """
    _check_address(data["notification_url"])
    submission = _submission(data)
    seconds = wait_asked_for()
    if not seconds:
        return to_response(*_submitted(submission))
    # The place first: who is told that too many wait must not find a job made all the same.
    with services().watch.place():
        answer, replayed = _submitted(submission)
        response = _waited(json.loads(answer.body)["job_id"], seconds)
    return to_response(answer, replayed) if response is None else marked(response, replayed)


def _submitted(submission: Submission) -> tuple[Answer, bool]:
    """Store the job and publish it, or give the answer that this Idempotency-Key had."""
    key = key_of_request()
    answer, replayed = answered_once(key, _make(submission)) if key else (_accepted(submission), False)
    if not replayed:
        job_id = json.loads(answer.body)["job_id"]
        services().publisher.publish(GENERATE, job_id)
        if submission.notification_url:
            services().publisher.publish(DELIVER, job_id)
    return answer, replayed


def _check_address(url: str | None) -> None:
    if url is None:
        return
    try:
        address_guard.check_at_acceptance(url, allow_private=services().settings.allow_private_webhooks)
    except address_guard.BlockedAddress as error:
        message = str(error)
        raise InvalidInput(f"notification_url: {message}", {"notification_url": [message]}) from error


def _submission(data: dict[str, Any]) -> Submission:
    brief = {
        "role": data["job_role"],
        "description": data["job_description"],
        "cutoff": data["cutoff"],
        "number_of_questions": data["number_of_questions"],
        "duration_minutes": data["duration_minutes"],
        "difficulty": data["difficulty"],
        "language": data["language"],
        "question_types": data["question_types"],
        "on_shortfall": data["on_shortfall"],
        "mode": data["mode"],
    }
    me = caller()
    return Submission(
        organization_id=me.organization_id,
        created_by=f"api_key:{me.key_prefix}",
        mode=me.mode,
        type=ASSESSMENT_CREATION,
        brief=brief,
        seed=_seed(data["seed"], brief, me.mode),
        notification_url=data["notification_url"],
        external_id=data["external_id"],
        metadata=data["metadata"],
    )


def _seed(asked_for: int | None, brief: dict[str, Any], mode: str) -> int:
    """The caller's seed; in test mode one that follows from the brief; else a random one."""
    if asked_for is not None:
        return asked_for
    if mode == "test":
        digest = hashlib.sha256(json.dumps(brief, sort_keys=True).encode()).digest()
        return int.from_bytes(digest[:6])
    return secrets.randbits(48)


def _accepted(submission: Submission) -> Answer:
    """Store the job together with whatever else is being accepted at this moment."""
    return _answer(services().accepting.do(submission))


def _make(submission: Submission) -> Any:
    def make(session: Session) -> Answer:
        [job_id] = task_executions.accept(session.connection(), [submission])
        return _answer(job_id)

    return make


def _answer(job_id: str) -> Answer:
    body = {"job_id": job_id, "status": PENDING, "message": QUEUED_MESSAGE}
    return Answer(202, where_to_look(job_id), json.dumps(body))


def wait_asked_for() -> int:
    """The seconds that `Prefer: wait=N` asks for (RFC 7240), 90 at most; 0 without it."""
    found = WAIT.search(request.headers.get("Prefer", ""))
    return min(int(found.group(2)), LONGEST_WAIT) if found else 0


def _waited(job_id: str, seconds: int) -> Response | None:
    """The status document with 200, if the job ended in time."""
    with services().watch.follower(job_id) as follower:
        ended = follower.end(seconds)
    if not ended:
        return None
    document = services().document(caller().organization_id, job_id)
    response = Response(document.body, mimetype="application/json")
    response.headers["Preference-Applied"] = f"wait={seconds}"
    return response
