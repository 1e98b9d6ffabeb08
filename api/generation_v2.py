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
from api.idempotency import IDEMPOTENCY_KEY, answered_once, key_of_request, marked, to_response
from api.parsing import Blueprint
from api.schemas.generation_v2 import ACCEPTED_EXAMPLE, REQUEST_EXAMPLE, AcceptedSchema, GenerateSchema
from api.schemas.task_executions_v2 import STATUS_EXAMPLE, StatusSchema
from api.services import services
from api.task_executions_v2 import where_to_look
from models import quotas
from models.errors import InvalidInput
from models.idempotency import Answer
from models.task_executions import ASSESSMENT_CREATION, PENDING, QUEUED, Submission
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
        IDEMPOTENCY_KEY,
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
@blueprint.refuses(400, 401, 409, 413, 415, 422, 503)
def generate(data: dict[str, Any]) -> Response:
    """Generate an assessment with AI.

    Answers 202 as soon as the job is stored; follow it at the address in `Location`.
    """
    check_address(data["notification_url"])
    submission = submission_of(data)
    seconds = wait_asked_for()
    if not seconds:
        return to_response(*submitted(submission))
    # The place first: who is told that too many wait must not find a job made all the same.
    with services().watch.place():
        answer, replayed = submitted(submission)
        response = _waited(json.loads(answer.body)["job_id"], seconds)
    return to_response(answer, replayed) if response is None else marked(response, replayed)


def submitted(submission: Submission) -> tuple[Answer, bool]:
    """Store the job and publish it, or give the answer that this Idempotency-Key had."""
    return submitted_once(submission, key_of_request())


def submitted_once(
    submission: Submission, key: str | None, fingerprint: str | None = None
) -> tuple[Answer, bool]:
    """As `submitted`, by this key; the fingerprint stands for the request, whose body it is unless given."""
    if key:
        answer, replayed = answered_once(key, _make(submission), fingerprint=fingerprint)
    else:
        answer, replayed = _accepted(submission), False
    if not replayed:
        job_id = json.loads(answer.body)["job_id"]
        services().publisher.publish(GENERATE, job_id)
        if submission.notification_url:
            services().publisher.publish(DELIVER, job_id)
    return answer, replayed


def check_address(url: str | None) -> None:
    """Raise InvalidInput for an address that no webhook can go to."""
    message = address_problem(url, services().settings.allow_private_webhooks)
    if message is not None:
        raise InvalidInput(f"notification_url: {message}", {"notification_url": [message]})


def address_problem(url: str | None, allow_private: bool) -> str | None:
    """Why no webhook can go to the address; None where it can, or where there is none."""
    if url is None:
        return None
    try:
        address_guard.check_at_acceptance(url, allow_private=allow_private)
    except address_guard.BlockedAddress as error:
        return str(error)
    return None


def submission_of(data: dict[str, Any]) -> Submission:
    """The job that the caller's request asks for."""
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
        "reuse": data["reuse"],
    }
    me = caller()
    return Submission(
        organization_id=me.organization_id,
        created_by=me.label,
        mode=me.mode,
        type=ASSESSMENT_CREATION,
        brief=brief,
        seed=seed_for(data["seed"], brief, me.mode),
        notification_url=data["notification_url"],
        external_id=data["external_id"],
        metadata=data["metadata"],
        quota=me.quota,
    )


def seed_for(asked_for: int | None, brief: dict[str, Any], mode: str) -> int:
    """The caller's seed; in test mode one that follows from the brief; else a random one."""
    if asked_for is not None:
        return asked_for
    if mode == "test":
        digest = hashlib.sha256(json.dumps(brief, sort_keys=True).encode()).digest()
        return int.from_bytes(digest[:6])
    return secrets.randbits(48)


def _accepted(submission: Submission) -> Answer:
    """Store the job together with whatever else is being accepted at this moment."""
    return _answer(submission, services().accepting.do(submission))


def _make(submission: Submission) -> Any:
    def make(session: Session) -> Answer:
        [job_id] = quotas.accept(session.connection(), [submission])
        return _answer(submission, job_id)

    return make


def _answer(submission: Submission, job_id: str) -> Answer:
    body = {"job_id": job_id, "status": PENDING, "message": QUEUED[submission.type]}
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
