"""API A: jobs, followed by polling, by their log, or live."""

import json
import time
from collections.abc import Iterator
from typing import Any

from flask import Response, request, stream_with_context
from sqlalchemy import select

from api import presenters
from api.auth import caller, require_key
from api.paging import cut, from_cursor
from api.parsing import Blueprint
from api.schemas.task_executions_v2 import (
    STATUS_EXAMPLE,
    LogPageSchema,
    LogQuerySchema,
    StatusPageSchema,
    StatusQuerySchema,
    StatusSchema,
)
from api.services import Services, services
from api.watch import Follower
from models import Event, TaskExecution, TaskExecutionLog, owner_actions, quotas, task_executions
from models.errors import InvalidInput
from models.task_executions import OPEN, TASK_SCORING
from workers.queue import DELIVER, GENERATE

blueprint = Blueprint(
    "task_executions", __name__, url_prefix="/api/v2/task-executions", description="Jobs and their progress."
)
blueprint.before_request(require_key)

# A comment goes out after so many silent seconds, or proxies take the stream for dead.
STREAM_SILENCE = 15.0
LONGEST_STREAM = 3600.0
# How long a client should let pass before it polls (again), in seconds.
POLL_AFTER = "1"


@blueprint.get("/status/<job_id>")
@blueprint.doc(operationId="getTaskExecution")
@blueprint.response(200, StatusSchema, example=STATUS_EXAMPLE)
@blueprint.alt_response(304, description="Nothing has changed since the ETag in If-None-Match.")
@blueprint.refuses(401, 404)
def status(job_id: str) -> Response:
    """How far a job is."""
    execution_id = task_executions.known_id(job_id)
    document = services().document(caller().organization_id, execution_id)
    response = Response(document.body, mimetype="application/json")
    response.set_etag(f"{document.sequence}-{execution_id[:8]}")
    if document.status in OPEN:
        response.headers["Retry-After"] = POLL_AFTER
    if "If-None-Match" in request.headers:
        response.make_conditional(request)
    return response


@blueprint.get("")
@blueprint.doc(operationId="listTaskExecutions")
@blueprint.arguments(StatusQuerySchema(), location="query")
@blueprint.response(200, StatusPageSchema)
@blueprint.refuses(400, 401)
def index(query: dict[str, Any]) -> dict[str, Any]:
    """Jobs, newest first."""
    after, limit = from_cursor(query["cursor"]), query["limit"]
    with services().database.read() as session:
        rows = TaskExecution.page(session, caller().organization_id, query["status"], after, limit + 1)
    page, cursor = cut(rows, limit)
    return {"task_executions": [presenters.status_summary(job) for job in page], "next_cursor": cursor}


@blueprint.get("/<job_id>/logs")
@blueprint.doc(operationId="listTaskExecutionLogs")
@blueprint.arguments(LogQuerySchema(), location="query")
@blueprint.response(200, LogPageSchema)
@blueprint.refuses(400, 401, 404)
def logs(query: dict[str, Any], job_id: str) -> dict[str, Any]:
    """A job's log lines after a given one, oldest first."""
    with services().database.read() as session:
        job = TaskExecution.get(session, caller().organization_id, job_id)
        lines = TaskExecutionLog.after(session, job.id, query["after"], query["limit"] + 1)
    shown = lines[: query["limit"]]
    return {"logs": [presenters.log_line(line) for line in shown], "has_more": len(lines) > len(shown)}


@blueprint.post("/<job_id>/cancel")
@blueprint.doc(operationId="cancelTaskExecution")
@blueprint.response(200, StatusSchema)
@blueprint.refuses(401, 404, 409)
def cancel(job_id: str) -> Response:
    """End an open job: it becomes failed, with the code CANCELLED."""
    return _document(cancelled(job_id))


def cancelled(job_id: str) -> TaskExecution:
    """The caller's job, which is cancelled now; raises NotFound, Conflict."""
    with services().database.write() as session:
        job = TaskExecution.get(session, caller().organization_id, job_id)
        owner_actions.cancel(session, job)
    _tell(job)
    return job


@blueprint.post("/<job_id>/retry")
@blueprint.doc(operationId="retryTaskExecution")
@blueprint.response(202, StatusSchema)
@blueprint.refuses(401, 404, 409)
def retry(job_id: str) -> Response:
    """Queue a failed job again; what it has paid for is kept."""
    job = retried(job_id)
    response = _document(job)
    response.status_code = 202
    response.headers.extend(where_to_look(job.id))
    return response


def retried(job_id: str) -> TaskExecution:
    """The caller's job, which is queued again now; raises NotFound, Conflict, OverQuota."""
    with services().database.write() as session:
        job = TaskExecution.get(session, caller().organization_id, job_id)
        # Begun it was when it was first accepted; now it is open again.
        if job.type != TASK_SCORING:
            quotas.check(session.connection(), job.organization_id, caller().quota, begun=0, opened=1)
        owner_actions.retry(session, job)
    services().publisher.publish(GENERATE, job.id)
    _tell(job)
    return job


def where_to_look(job_id: str) -> dict[str, str]:
    """The headers that tell where an accepted job is followed, and after how many seconds."""
    return {"Location": f"/api/v2/task-executions/status/{job_id}", "Retry-After": POLL_AFTER}


def _tell(job: TaskExecution) -> None:
    if job.notification_url:
        services().publisher.publish(DELIVER, job.id)


def _document(job: TaskExecution) -> Response:
    document = services().document(job.organization_id, job.id)
    return Response(document.body, mimetype="application/json")


@blueprint.get("/<job_id>/stream")
@blueprint.doc(
    operationId="streamTaskExecution",
    parameters=[
        {
            "in": "header",
            "name": "Last-Event-ID",
            "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
            "description": "The id of the last event that was received.",
        }
    ],
)
@blueprint.response(200, {"type": "string"}, content_type="text/event-stream", description="Events.")
@blueprint.refuses(400, 401, 404, 503)
def stream(job_id: str) -> Response:
    """A job's events as they happen (server-sent events), until it has ended."""
    return streamed(job_id, last_event_id("0"))


def streamed(job_id: str, last: int) -> Response:
    """The events of the caller's job after the one of that id, as they happen.

    Raises NotFound, TooManyWaiting.
    """
    here = services()
    with here.database.read() as session:
        job = TaskExecution.get(session, caller().organization_id, job_id)
    following = here.watch.following(job.id)
    follower = following.__enter__()
    response = Response(
        stream_with_context(_events(here, follower, job.id, last)), mimetype="text/event-stream"
    )
    response.call_on_close(lambda: following.__exit__(None, None, None))
    # nginx would gather the lines of a stream; this tells it not to.
    response.headers["X-Accel-Buffering"] = "no"
    response.headers["Cache-Control"] = "no-store"
    return response


def last_event_id(otherwise: str) -> int:
    """The event after which a stream goes on: the header's, or `otherwise`. Raises InvalidInput."""
    text = request.headers.get("Last-Event-ID", otherwise)
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InvalidInput("Last-Event-ID must be the id of an event of this stream, a whole number.")
    return int(text)


def _events(here: Services, follower: Follower, execution_id: str, last: int) -> Iterator[str]:
    deadline = time.monotonic() + LONGEST_STREAM
    sequence = 0
    yield "retry: 1000\n\n"
    while time.monotonic() < deadline:
        seen = follower.past(sequence, STREAM_SILENCE)
        if seen is None:
            yield ": still here\n\n"
            continue
        for event in _events_after(here, execution_id, last):
            last, sequence = event.id, event.sequence
            yield f"id: {event.id}\nevent: {event.type}\ndata: {json.dumps(event.payload)}\n\n"
        if seen.ended:
            return
        sequence = max(sequence, seen.sequence)


def _events_after(here: Services, execution_id: str, last: int) -> list[Event]:
    with here.database.read() as session:
        query = select(Event).where(Event.task_execution_id == execution_id, Event.id > last)
        return list(session.scalars(query.order_by(Event.id)))
