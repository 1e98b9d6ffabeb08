"""Jobs: the list, and one as it goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from api import task_executions_v2
from api.auth import caller
from api.console import generate_form, guard, jobs_search, jobs_track, jobs_words, paths
from api.console.pages import page
from api.services import services
from models import Event, TaskExecution, model_calls
from models.base import utcnow
from models.errors import Conflict
from models.model_calls import Usage
from models.quotas import OverQuota
from models.task_executions import FAILED, OPEN, STATUSES

blueprint = Blueprint("jobs_pages", __name__, url_prefix=f"{paths.CONSOLE}/jobs", template_folder="templates")
blueprint.before_request(guard.require_sign_in)

# A job of a hundred questions says some hundreds of lines; what comes before so many is left out.
MOST_LINES = 2_000
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Said:
    """A line of a job's log; `id` is its event's, after which a live stream goes on."""

    id: int
    at: datetime
    message: str


@blueprint.get("")
def index() -> Response:
    """The list, newest first."""
    text = request.args.get("search", "").strip()[:LONGEST_SEARCH].replace("\0", "")
    asked, cursor = request.args.get("status", ""), request.args.get("cursor") or None
    status = asked if asked in STATUSES else None
    with services().database.read() as session:
        found = jobs_search.find(session, caller().organization_id, text, status, cursor)
    return page(
        "console/jobs.html",
        found=found,
        search=text,
        chosen=status,
        cursor=cursor,
        words=jobs_words,
        duration=jobs_track.duration,
    )


@blueprint.get("/<job_id>")
def show(job_id: str) -> Response:
    """One job."""
    return page("console/jobs_one.html", **_context(job_id))


@blueprint.get("/<job_id>/state")
def state(job_id: str) -> Response:
    """What of a job's page changes while it runs, for the page's script."""
    return page("console/jobs_state.html", **_context(job_id))


@blueprint.get("/<job_id>/stream")
def stream(job_id: str) -> Response:
    """A job's events as they happen, after the one that the page has already."""
    last = task_executions_v2.last_event_id(request.args.get("after", "0"))
    return task_executions_v2.streamed(job_id, last)


@blueprint.post("/<job_id>/cancel")
def cancel(job_id: str) -> AnyResponse:
    """End an open job."""
    try:
        task_executions_v2.cancelled(job_id)
        flash(gettext("The job is cancelled."))
    except Conflict:
        flash(gettext("The job had ended already; nothing was cancelled."))
    return redirect(url_for("jobs_pages.show", job_id=job_id), 303)


@blueprint.post("/<job_id>/retry")
def retry(job_id: str) -> AnyResponse:
    """Queue a failed job again."""
    try:
        task_executions_v2.retried(job_id)
        flash(gettext("The job is queued again. What it has paid for is kept."))
    except Conflict:
        flash(gettext("Only a job that has failed can be tried again."))
    except OverQuota as error:
        flash(str(error))
    return redirect(url_for("jobs_pages.show", job_id=job_id), 303)


def _context(job_id: str) -> dict[str, Any]:
    with services().database.read() as session:
        # The job before its lines: what comes in between is told of again, never lost.
        job = TaskExecution.get(session, caller().organization_id, job_id)
        newest = (
            select(Event.id, Event.created_at, Event.payload["message"].as_string())
            .where(Event.task_execution_id == job.id)
            .order_by(Event.sequence.desc())
            .limit(MOST_LINES)
        )
        lines = [Said(*row) for row in session.execute(newest)][::-1]
        usage = model_calls.usage_of(session.connection(), job.id)
    return {
        "job": job,
        "lines": lines,
        "usage": usage,
        "is_open": job.status in OPEN,
        "can_retry": job.status == FAILED and job.erased_at is None,
        "is_cut": len(lines) == MOST_LINES,
        "stages": _track(job, lines),
        "words": jobs_words,
        "choices": generate_form.choices(),
        "duration": jobs_track.duration,
        "cost": _cost(usage),
        "assessment": _assessment(job),
    }


def _track(job: TaskExecution, lines: Sequence[Said]) -> list[jobs_track.Stage]:
    said = [(line.message, line.at) for line in lines]
    return jobs_track.track(job.type, job.status, said, job.updated_at, utcnow())


def _cost(usage: Usage) -> str:
    return jobs_words.money(usage.total.micro_dollars)


def _assessment(job: TaskExecution) -> str | None:
    """The address of the assessment that the job has made or changed."""
    made = (job.result or {}).get("assessment_id")
    return f"{paths.CONSOLE}/assessments/{made}" if made else None
