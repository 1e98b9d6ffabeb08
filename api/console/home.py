"""The first page: what is going on.

Its figures are counted over the newest `MOST_COUNTED` rows by the lists' indexes, so that an installation
with a million jobs draws it as fast as one with a thousand.
"""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response
from flask_babel import format_decimal, gettext
from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from api.auth import caller
from api.console import guard, jobs_track, jobs_words, paths
from api.console.pages import page
from api.services import services
from models import Assessment, TaskExecution, candidates
from models.assessments import APPROVED, DRAFT
from models.base import utcnow
from models.task_executions import COMPLETED, FAILED, OPEN

blueprint = Blueprint("home", __name__, url_prefix=paths.CONSOLE, template_folder="templates")
blueprint.before_request(guard.require_sign_in)

SHOWN = 8
LATELY = timedelta(days=7)
MOST_COUNTED = 2_000
# More open jobs than this, of all organisations, are not looked through.
MOST_OPEN = 50_000


@dataclass(frozen=True)
class Counts:
    """How many there are: of jobs of the last days by how they stand, and of assessments.

    `is_cut`: there are more jobs, or assessments, than were counted.
    """

    open: int
    completed: int
    failed: int
    is_cut: bool
    drafts: int
    approved: int
    is_assessments_cut: bool

    @property
    def is_nothing(self) -> bool:
        """Whether there is neither a job of late nor an assessment."""
        return not any((self.open, self.completed, self.failed, self.drafts, self.approved))


@blueprint.get("")
def show() -> Response:
    """What is going on."""
    organization_id = caller().organization_id
    with services().database.read() as session:
        jobs = TaskExecution.page(session, organization_id, None, None, SHOWN)
        assessments = Assessment.page(session, organization_id, None, SHOWN)
        counts = _counts(session, organization_id)
        waiting = candidates.count_waiting(session, organization_id, caller().mode)
    return page(
        "console/home.html",
        is_new=not jobs and counts.is_nothing,
        jobs=jobs,
        assessments=assessments,
        counts=counts,
        waiting=waiting,
        counted=counted,
        words=jobs_words,
        duration=jobs_track.duration,
        all_assessments=f"{paths.CONSOLE}/assessments",
    )


def counted(number: int, is_cut: bool) -> str:
    """A figure, which says so where not all were counted."""
    shown = format_decimal(number)
    return gettext("%(number)s or more", number=shown) if is_cut else str(shown)


def _counts(session: Session, organization_id: str) -> Counts:
    job, assessment = TaskExecution, Assessment
    newest = (
        select(job.status)
        .where(job.organization_id == organization_id, job.created_at >= utcnow() - LATELY)
        .order_by(job.created_at.desc(), job.id.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    by_status = _by_status(session, newest)
    made = (
        select(assessment.status)
        .where(assessment.organization_id == organization_id, assessment.deleted_at.is_(None))
        .order_by(assessment.created_at.desc(), assessment.id.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    by_state = _by_status(session, made)
    return Counts(
        open=_open(session, organization_id),
        completed=by_status.get(COMPLETED, 0),
        failed=by_status.get(FAILED, 0),
        is_cut=sum(by_status.values()) == MOST_COUNTED,
        drafts=by_state.get(DRAFT, 0),
        approved=by_state.get(APPROVED, 0),
        is_assessments_cut=sum(by_state.values()) == MOST_COUNTED,
    )


def _by_status(session: Session, rows: Subquery) -> dict[str, int]:
    found = session.execute(select(rows.c.status, func.count()).group_by(rows.c.status))
    return {row[0]: row[1] for row in found}


def _open(session: Session, organization_id: str) -> int:
    """Jobs under way, of any age.

    By their status, which few have: SQLite would go through all jobs of the organisation, were it not told
    by the limit to look for these first.
    """
    job = TaskExecution
    under_way = select(job.organization_id).where(job.status.in_(OPEN)).limit(MOST_OPEN).subquery()
    query = select(func.count()).where(under_way.c.organization_id == organization_id)
    return session.execute(query).scalar_one()
