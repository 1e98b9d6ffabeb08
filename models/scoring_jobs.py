"""The jobs that score submitted tasks: accepted with the submission, and found again when it is erased."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import task_executions
from models.candidates import CandidateSession
from models.task_executions import TASK_SCORING, Submission, TaskExecution


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
