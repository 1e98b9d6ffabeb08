"""The jobs that score submitted tasks: accepted with the submission, found again when it is erased, and
given up where they ended without a score.
"""

import secrets

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from models import task_executions, task_scores
from models.candidates import SUBMITTED, CandidateSession
from models.task_executions import OPEN, TASK_SCORING, Submission, TaskExecution

UNSCORED = "The job that was to score the task ended without a score ({}); a person must score it."


def begin(session: Session, taken: CandidateSession, created_by: str) -> str:
    """Accept the job that scores a submitted task; its id, to publish once this is committed.

    The job knows the session's id and nothing that the candidate wrote: it looks that up.
    """
    session.flush()
    submission = Submission(
        organization_id=taken.organization_id,
        created_by=created_by,
        mode=taken.mode,
        type=TASK_SCORING,
        brief={"session_id": taken.id},
        seed=secrets.randbits(31),
    )
    [execution_id] = task_executions.accept(session.connection(), [submission])
    return execution_id


def jobs_of(session: Session, taken: CandidateSession) -> list[str]:
    """The ids of the jobs that have scored the session, or are at it, oldest first."""
    query = (
        select(TaskExecution.id)
        .where(
            TaskExecution.organization_id == taken.organization_id,
            # With the organisation this is an index: the session's jobs are among the few since it began.
            TaskExecution.created_at >= taken.started_at,
            TaskExecution.type == TASK_SCORING,
            TaskExecution.brief["session_id"].as_string() == taken.id,
        )
        .order_by(TaskExecution.created_at, TaskExecution.id)
    )
    return list(session.scalars(query))


def unscored(session: Session, limit: int) -> list[str]:
    """Submitted tasks whose jobs have all ended, cancelled or failed, without a score: the sessions' ids."""
    is_scoring = (
        select(TaskExecution.id)
        .where(
            TaskExecution.organization_id == CandidateSession.organization_id,
            TaskExecution.created_at >= CandidateSession.started_at,
            TaskExecution.type == TASK_SCORING,
            TaskExecution.status.in_(OPEN),
            TaskExecution.brief["session_id"].as_string() == cast(CandidateSession.id, String),
        )
        .exists()
    )
    query = select(CandidateSession.id).where(
        CandidateSession.status == SUBMITTED, CandidateSession.erased_at.is_(None), ~is_scoring
    )
    return list(session.scalars(query.order_by(CandidateSession.deadline).limit(limit)))


def give_up(session: Session, session_id: str) -> None:
    """Leave such a task to a person, with the reason; a job that is retried may still score it.

    Raises NotFound for a session that was erased.
    """
    taken = task_scores.locked(session, session_id)
    ended = session.get(TaskExecution, (jobs_of(session, taken) or [""])[-1])
    if taken.status != SUBMITTED or (ended is not None and ended.status in OPEN):
        return
    code = ended.error["code"] if ended is not None and ended.error else "unknown"
    task_scores.settle(session, session_id, (), [UNSCORED.format(code)])
