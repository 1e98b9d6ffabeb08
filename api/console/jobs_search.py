"""Finding jobs by role, by the owner's reference or by id, without an index of words.

An id is looked up by the primary key. A text is looked for in the organisation's newest jobs, `LOOKED_AT` at
a time in the order of the list's index, so that no search costs more than so many rows; where a search ends
before the oldest job, its cursor goes on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from api.paging import from_cursor, to_cursor
from models import paging
from models.base import parse_id
from models.task_executions import TaskExecution

LOOKED_AT = 5_000
PAGE = 20


@dataclass(frozen=True)
class Place:
    """A row of the list's index, for a cursor."""

    id: str
    created_at: datetime


@dataclass(frozen=True)
class Found:
    """A page of jobs, newest first, and where the next one begins.

    `searched_to` is how far back a search has looked where it stopped before the oldest job.
    """

    jobs: Sequence[TaskExecution]
    cursor: str | None
    searched_to: datetime | None = None


def find(session: Session, organization_id: str, text: str, status: str | None, cursor: str | None) -> Found:
    """The organisation's jobs, those of that status and with that text in them; raises InvalidInput."""
    after = from_cursor(cursor)
    if not text:
        rows = TaskExecution.page(session, organization_id, status, after, PAGE + 1)
        return Found(rows[:PAGE], to_cursor(rows[PAGE - 1]) if len(rows) > PAGE else None)
    if (job_id := parse_id(text)) is not None:
        job = session.get(TaskExecution, job_id)
        is_ours = job is not None and job.organization_id == organization_id
        return Found([job] if job is not None and is_ours and status in (None, job.status) else [], None)
    return _with_text(session, organization_id, text, status, after)


def _with_text(
    session: Session, organization_id: str, text: str, status: str | None, after: paging.Place
) -> Found:
    job = TaskExecution
    newest = select(
        job.id, job.created_at, job.status, job.external_id, job.brief["role"].as_string().label("role")
    ).where(job.organization_id == organization_id)
    looked_at = paging.newest_first(newest, job.created_at, job.id, after, LOOKED_AT).subquery()
    has_text = or_(
        looked_at.c.role.icontains(text, autoescape=True),
        looked_at.c.external_id.icontains(text, autoescape=True),
    )
    matching = select(looked_at.c.id).where(has_text)
    if status is not None:
        matching = matching.where(looked_at.c.status == status)
    matching = matching.order_by(looked_at.c.created_at.desc(), looked_at.c.id.desc()).limit(PAGE + 1)
    found = aliased(TaskExecution)
    rows = session.scalars(
        select(found).where(found.id.in_(matching)).order_by(found.created_at.desc(), found.id.desc())
    ).all()
    if len(rows) > PAGE:
        return Found(rows[:PAGE], to_cursor(rows[PAGE - 1]))
    edge = _edge(session, organization_id, after)
    return Found(rows, to_cursor(edge) if edge else None, edge.created_at if edge else None)


def _edge(session: Session, organization_id: str, after: paging.Place) -> Place | None:
    """The last row that was looked at; None where there is none after it."""
    job = TaskExecution
    query = select(job.id, job.created_at).where(job.organization_id == organization_id)
    query = paging.newest_first(query, job.created_at, job.id, after, 2).offset(LOOKED_AT - 1)
    rows = session.execute(query).all()
    return Place(rows[0].id, rows[0].created_at) if len(rows) == 2 else None
