"""API C for a candidate: start the session, read it, save answers, tell of events, submit."""

from typing import Any

from flask import Response, jsonify

from api import presenters_candidate
from api.candidates import CANDIDATE, candidate, document, publish, require_candidate
from api.parsing import Blueprint
from api.schemas.candidate_v1 import (
    EVENTS_EXAMPLE,
    SAVED_EXAMPLE,
    SESSION_EXAMPLE,
    SUBMITTED_EXAMPLE,
    AnswerSchema,
    CandidateSessionSchema,
    EventsSchema,
    RecordedSchema,
    SavedSchema,
    StartSchema,
    SubmitSessionSchema,
    SubmittedSessionSchema,
)
from api.services import services
from models import taking
from models.sittings import Wanted, check
from models.taking_rules import READ

blueprint = Blueprint(
    "candidate",
    __name__,
    url_prefix="/v1/candidate/session",
    description="What a candidate does, with a candidate key. The time limit is the server's.",
)
blueprint.before_request(require_candidate)
TASK_FIELDS = ("repo_url", "patch", "notes")


@blueprint.post("")
@blueprint.doc(operationId="startCandidateSession", security=CANDIDATE)
@blueprint.arguments(StartSchema(), required=False, example={})
@blueprint.response(200, CandidateSessionSchema, example=SESSION_EXAMPLE)
@blueprint.refuses(400, 401, 409, 413, 415, 429)
def start(_data: dict[str, Any]) -> Response:
    """Redeem the key and start the session; called again, the same session as it is now.

    The time runs from the first call. 409 while nobody has approved the assessment, where that is asked for.
    """
    with services().database.write() as session:
        place = taking.start(session, candidate(), services().settings.require_approval)
    return jsonify(document(place))


@blueprint.get("")
@blueprint.doc(operationId="getCandidateSession", security=CANDIDATE)
@blueprint.response(200, CandidateSessionSchema, example=SESSION_EXAMPLE)
@blueprint.refuses(401, 404, 429)
def read() -> Response:
    """The session: questions without keys or the brief, what was saved, and the time that is left."""
    with services().database.read() as session:
        place = taking.place_of(session, candidate())
    check(READ, place.standing)
    return jsonify(document(place))


@blueprint.put("/responses/<question_id>")
@blueprint.doc(operationId="saveCandidateResponse", security=CANDIDATE)
@blueprint.arguments(AnswerSchema(), example={"answer": "b"})
@blueprint.response(200, SavedSchema, example=SAVED_EXAMPLE)
@blueprint.refuses(400, 401, 403, 404, 409, 413, 415, 429)
def save(data: dict[str, Any], question_id: str) -> Response:
    """Save an answer. The last one counts, the same again changes nothing, null takes it back.

    What was saved is scored. A late answer is refused with `TIME_IS_UP`, and what was saved is submitted.
    """
    saved = services().saving.do(Wanted(candidate(), question_id, data["answer"]))
    return jsonify(presenters_candidate.saved(saved))


@blueprint.post("/events")
@blueprint.doc(operationId="recordCandidateEvents", security=CANDIDATE)
@blueprint.arguments(EventsSchema(), example=EVENTS_EXAMPLE)
@blueprint.response(200, RecordedSchema, example={"recorded": 1, "skipped": 0})
@blueprint.refuses(400, 401, 403, 404, 409, 413, 415, 429)
def record_events(data: dict[str, Any]) -> Response:
    """Tell what happened on the candidate's page. An event whose id was sent before is skipped."""
    with services().database.write() as session:
        recorded = taking.record_events(session, candidate(), data["events"])
    return jsonify({"recorded": recorded, "skipped": len(data["events"]) - recorded})


@blueprint.post("/submit")
@blueprint.doc(operationId="submitCandidateSession", security=CANDIDATE)
@blueprint.arguments(SubmitSessionSchema(), required=False, example={"answers": []})
@blueprint.response(200, SubmittedSessionSchema, example=SUBMITTED_EXAMPLE)
@blueprint.refuses(400, 401, 403, 404, 409, 413, 415, 429)
def submit(data: dict[str, Any]) -> Response:
    """Submit a form with its last answers, or a task as `repoUrl`, `patch` or `notes`. It is final.

    A form is scored at once: all answers are taken or none.
    """
    answers = [(one["question_id"], one["answer"]) for one in data["answers"]]
    task = {name: data[name] for name in TASK_FIELDS if name in data}
    with services().database.write() as session:
        handed = taking.submit(session, candidate(), answers, task)
    publish(handed.jobs)
    return jsonify(presenters_candidate.submitted(handed.taken))
