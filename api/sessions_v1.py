"""API C: candidates' sessions, as the organisation that invited them sees, scores and erases them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from api import presenters_sessions as presenters
from api.auth import caller, require_key
from api.paging import cut, from_cursor
from api.parsing import Blueprint
from api.presenters_sessions import WholeSession
from api.schemas.sessions_v1 import (
    ErasedSessionSchema,
    ExportQuerySchema,
    IncludeQuerySchema,
    ScoresSchema,
    SessionPageSchema,
    SessionsQuerySchema,
    TimelineQuerySchema,
    TimelineSchema,
    WholeSessionSchema,
)
from api.services import services
from models import (
    Assessment,
    CandidateKey,
    CandidateSession,
    CriterionScore,
    SessionComment,
    candidate_erasure,
    candidates,
    responses,
    session_comments,
    session_results,
    task_scores,
)
from models.candidates import Wanted
from models.errors import InvalidInput
from models.session import Database
from models.timeline import Place, timeline

# So many rows of an export are in memory at once.
EXPORTED_AT_ONCE = 500
BY_KEYS = "The score of a session with questions follows from their keys; only a comment can be set."
SCORES_EXAMPLE = {
    "scores": [
        {
            "criterionId": "0f5fe1c4-5f0b-4a43-9d4f-0f4d6c6f2a11",
            "level": 3,
            "comment": "Covers the retry, and not the time-out.",
        }
    ],
    "comment": "Invite to the next round.",
}

blueprint = Blueprint("sessions", __name__, url_prefix="/v1", description="Candidates' sessions and results.")
blueprint.before_request(require_key)


@blueprint.get("/sessions")
@blueprint.doc(operationId="listSessions")
@blueprint.arguments(SessionsQuerySchema(), location="query")
@blueprint.response(200, SessionPageSchema)
@blueprint.refuses(400, 401, 404)
def index(query: dict[str, Any]) -> dict[str, Any]:
    """Sessions, newest first, of all assessments or of one."""
    after, limit = from_cursor(query["cursor"]), query["limit"]
    with services().database.read() as session:
        wanted = _wanted(session, query)
        rows = CandidateSession.page(session, caller().organization_id, wanted, after, limit + 1)
        page, cursor = cut(rows, limit)
        keys = candidates.keys_of(session, page)
    return {"sessions": [presenters.summary(row, keys[row.key_id]) for row in page], "next_cursor": cursor}


@blueprint.get("/sessions.csv")
@blueprint.doc(operationId="exportSessions")
@blueprint.arguments(ExportQuerySchema(), location="query")
@blueprint.response(200, {"type": "string"}, content_type="text/csv", description="A row for each session.")
@blueprint.refuses(400, 401, 404)
def export(query: dict[str, Any]) -> Response:
    """Sessions as CSV in UTF-8, newest first. A text that a spreadsheet would run gets an apostrophe."""
    database, organization_id = services().database, caller().organization_id
    with database.read() as session:
        wanted = _wanted(session, query)
    return exported(database, organization_id, wanted)


def exported(database: Database, organization_id: str, wanted: Wanted) -> Response:
    """The sessions that are wanted as a file of CSV, read as it is sent."""
    response = Response(_exported(database, organization_id, wanted), mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=sessions.csv"
    return response


def _exported(database: Database, organization_id: str, wanted: Wanted) -> Iterator[str]:
    yield presenters.csv_head()
    after: tuple[datetime, str] | None = None
    while True:
        with database.read() as session:
            rows = CandidateSession.page(session, organization_id, wanted, after, EXPORTED_AT_ONCE)
            keys = candidates.keys_of(session, rows)
        if not rows:
            return
        yield presenters.csv_rows([(row, keys[row.key_id]) for row in rows])
        after = (rows[-1].started_at, rows[-1].id)


def _wanted(session: Session, query: dict[str, Any]) -> Wanted:
    """What the query asks for; raises NotFound for an assessment that was never the caller's."""
    text = query["assessment_id"]
    found = Assessment.ever(session, caller().organization_id, text) if text is not None else None
    return Wanted(found.id if found else None, query["status"], query["mode"])


@blueprint.get("/sessions/<session_id>")
@blueprint.doc(operationId="getSession")
@blueprint.arguments(IncludeQuerySchema(), location="query")
@blueprint.response(200, WholeSessionSchema)
@blueprint.refuses(400, 401, 404)
def show(query: dict[str, Any], session_id: str) -> dict[str, Any]:
    """A session with its result, its answers and what was seen of the candidate."""
    with services().database.read() as session:
        taken = CandidateSession.get(session, caller().organization_id, session_id)
        return presenters.whole(whole_of(session, taken), with_keys=query["include"] == "keys")


def whole_of(session: Session, taken: CandidateSession) -> WholeSession:
    """All that is known of a session."""
    return WholeSession(
        session=taken,
        key=session.get_one(CandidateKey, taken.key_id),
        assessment=session.get_one(Assessment, taken.assessment_id),
        judged=session_results.judged(session, taken) if taken.form_id else (),
        saved=responses.latest(session, [taken.id]),
        counts=responses.counts_of(session, taken.id),
        scores=CriterionScore.of_session(session, taken.id),
        comments=SessionComment.of_session(session, taken.id),
    )


@blueprint.get("/sessions/<session_id>/timeline")
@blueprint.doc(operationId="getSessionTimeline")
@blueprint.arguments(TimelineQuerySchema(), location="query")
@blueprint.response(200, TimelineSchema)
@blueprint.refuses(400, 401, 404)
def show_timeline(query: dict[str, Any], session_id: str) -> dict[str, Any]:
    """What happened in a session, in the order of time, after the event of the id given.

    What a candidate's page tells late stands at its own time: while a session runs, read it from the start.
    """
    after, limit = Place.parse(query["after"]) if query["after"] is not None else None, query["limit"]
    with services().database.read() as session:
        taken = CandidateSession.get(session, caller().organization_id, session_id)
        events = timeline(session, taken, after, limit + 1)
    return {"events": [presenters.event(one) for one in events[:limit]], "has_more": len(events) > limit}


@blueprint.patch("/sessions/<session_id>")
@blueprint.doc(operationId="scoreSession")
@blueprint.arguments(ScoresSchema(), example=SCORES_EXAMPLE)
@blueprint.response(200, WholeSessionSchema)
@blueprint.refuses(400, 401, 404, 409, 413, 415)
def score(data: dict[str, Any], session_id: str) -> dict[str, Any]:
    """Score a task as a person, or comment on any submitted session.

    A person's scores win over the model's. Everything that was said before is kept.
    """
    me = caller()
    with services().database.write() as session:
        taken = submitted(session, me.organization_id, session_id)
        store_said(session, taken, data, me.label)
        return presenters.whole(whole_of(session, taken), with_keys=False)


def submitted(session: Session, organization_id: str, session_id: str) -> CandidateSession:
    """The organisation's session, held until the transaction ends. Raises NotFound, and Conflict for one
    that is still in progress.
    """
    taken = CandidateSession.get(session, organization_id, session_id)
    taken = task_scores.locked(session, taken.id)
    session_comments.check_submitted(taken)
    return taken


def store_said(session: Session, taken: CandidateSession, data: dict[str, Any], by: str) -> None:
    """Store what a person says of a session that is held, as `ScoresSchema` has it.

    Raises InvalidInput, and then the transaction must end without a commit.
    """
    if taken.form_id is not None:
        _refuse_scores(data)
    if "scores" in data:
        task_scores.score_by_person(session, taken, data["scores"], by)
    if "overall" in data:
        overall = data["overall"]
        task_scores.score_overall(session, taken, overall["score"], overall["comment"], by)
    if "comment" in data:
        session_comments.write(session, taken, data["comment"], by)


def _refuse_scores(data: dict[str, Any]) -> None:
    given = [name for name in ("scores", "overall") if name in data]
    if given:
        raise InvalidInput(f"{given[0]}: {BY_KEYS}", {name: [BY_KEYS] for name in given})


@blueprint.delete("/sessions/<session_id>")
@blueprint.doc(operationId="eraseSession")
@blueprint.response(200, ErasedSessionSchema)
@blueprint.refuses(401, 404, 503)
def erase(session_id: str) -> dict[str, Any]:
    """Erase the candidate: who it was and all that they wrote. Scores and counts stay; the key is revoked."""
    with services().database.write() as session:
        candidate_erasure.erase(session, caller().organization_id, session_id)
    return {"ok": True, "id": session_id}
