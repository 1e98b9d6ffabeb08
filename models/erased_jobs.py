"""Emptying a job whose subject is erased: what it has said, found out and asked goes, its cost stays.

What a running job still writes of the person is refused or emptied (`models/run_writes.py`).
"""

from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models import owner_actions, webhook_deliveries
from models.base import utcnow
from models.batch_requests import BatchRequest
from models.events import Delivery, Event
from models.model_calls import ModelCall
from models.task_executions import OPEN, ExecutionStep, TaskExecution, TaskExecutionLog

ERASED = "Erased"


def locked(session: Session, ids: Collection[str]) -> list[TaskExecution]:
    """The jobs of these ids, held.

    They are taken before their subject, for a run that stores what it made takes them in that order.
    """
    query = select(TaskExecution).where(TaskExecution.id.in_(ids)).order_by(TaskExecution.id)
    return list(session.scalars(query.with_for_update()))


def empty(session: Session, job: TaskExecution) -> None:
    """End the job if it runs, and empty all that it has said, found out and asked."""
    if job.status in OPEN:
        owner_actions.cancel(session, job)
    for table in (ExecutionStep, TaskExecutionLog, Event, BatchRequest):
        session.execute(delete(table).where(table.task_execution_id == job.id))
    webhook_deliveries.erase(session, Delivery.task_execution_id == job.id, ERASED)
    # A step is named after its skill, which may be one that only the caller knows.
    session.execute(
        update(ModelCall).where(ModelCall.task_execution_id == job.id).values(answer={}, step=ModelCall.stage)
    )
    session.execute(
        update(TaskExecution)
        .where(TaskExecution.id == job.id)
        .values(
            erased_at=utcnow(),
            current_step=ERASED,
            result=None,
            # The caller's own word, which may be a person's name.
            request_id=None,
            error={**job.error, "message": ERASED} if job.error else None,
            sequence=TaskExecution.sequence + 1,
            updated_at=utcnow(),
        )
        .execution_options(synchronize_session=False)
    )
