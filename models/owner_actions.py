"""What an owner does to a job: cancel it, or have it tried again."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.base import utcnow
from models.batch_requests import forget_problems
from models.bulk import insert_rows
from models.errors import Conflict
from models.task_executions import (
    FAILED,
    PENDING,
    QUEUED,
    QUEUED_UNKNOWN,
    STATUSES,
    TRANSITIONS,
    TaskExecution,
    Told,
    rows_of,
)
from models.webhook_listeners import listeners

CANCELLED_ERROR = {"code": "CANCELLED", "message": "The job was cancelled by its owner."}


def cancel(session: Session, execution: TaskExecution) -> None:
    """End an open job as failed with the code CANCELLED; raises Conflict for one that has ended.

    The status is what a running worker's writes are fenced by: from here on it writes nothing.
    """
    _change(
        session,
        execution,
        {"status": FAILED, "error": CANCELLED_ERROR, "lease_expires_at": None, "current_step": "Cancelled"},
        refusal="cancelled",
    )


def retry(session: Session, execution: TaskExecution) -> None:
    """Queue a failed job again, keeping the steps it has paid for; raises Conflict for any other."""
    if execution.erased_at is not None:
        raise Conflict("This task execution was erased with the person whose questions it made.")
    forget_problems(session.connection(), execution.id)
    _change(
        session,
        execution,
        {
            "status": PENDING,
            "error": None,
            "run_at": None,
            "waiting_since": None,
            "lease_expires_at": None,
            "attempts_without_progress": 0,
            "published_at": utcnow(),
            "current_step": QUEUED.get(execution.type, QUEUED_UNKNOWN),
        },
        refusal="retried",
    )


def _change(
    session: Session,
    execution: TaskExecution,
    values: dict[str, Any],
    refusal: str,
) -> None:
    now = utcnow()
    allowed_from = [status for status in STATUSES if values["status"] in TRANSITIONS[status]]
    sequence = session.execute(
        update(TaskExecution)
        .where(TaskExecution.id == execution.id, TaskExecution.status.in_(allowed_from))
        .values(**values, sequence=TaskExecution.sequence + 1, updated_at=now)
        .returning(TaskExecution.sequence)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    session.refresh(execution)
    if sequence is None:
        raise Conflict(
            f"This task execution is {execution.status}; only one that is {' or '.join(allowed_from)} "
            f"can be {refusal}."
        )
    status = values["status"]
    line = Told(
        execution.id,
        execution.organization_id,
        execution.notification_url,
        execution.external_id,
        execution.meta,
        sequence,
        status,
        status,
        execution.error["message"] if execution.error else QUEUED.get(execution.type, QUEUED_UNKNOWN),
        error=execution.error,
    )
    connection = session.connection()
    insert_rows(connection, rows_of([line], now, listeners(connection, [execution.organization_id])))
