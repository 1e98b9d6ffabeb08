"""Forgetting what is old: lines of logs, events, and deliveries that are done with."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from models.base import table_of
from models.events import DEAD, DELIVERED, Delivery, DeliveryAttempt, Event
from models.task_executions import TaskExecutionLog

# So many rows of a table go at a time, so that nobody waits for long behind it.
AT_ONCE = 1_000


def prune(connection: Connection, before: datetime) -> int:
    """Delete up to AT_ONCE rows of each kind that were made before then; how many there were.

    Jobs, assessments, people's answers and results stay: those are erased, not forgotten.
    """
    return sum(_forgotten(connection, model, before) for model in (TaskExecutionLog, Event)) + _delivered(
        connection, before
    )


def _forgotten(connection: Connection, model: Any, before: datetime) -> int:
    """Rows whose ids rise with time: the lowest ones are the oldest, so the search ends at a young one."""
    table = table_of(model)
    oldest = connection.execute(
        select(table.c.id, table.c.created_at).order_by(table.c.id).limit(AT_ONCE)
    ).all()
    ids = [row.id for row in oldest if row.created_at < before]
    if ids:
        connection.execute(delete(table).where(table.c.id.in_(ids)))
    return len(ids)


def _delivered(connection: Connection, before: datetime) -> int:
    table, attempts = table_of(Delivery), table_of(DeliveryAttempt)
    query = select(table.c.id).where(table.c.status.in_((DELIVERED, DEAD)), table.c.next_attempt_at < before)
    ids = list(connection.scalars(query.order_by(table.c.next_attempt_at).limit(AT_ONCE)))
    if ids:
        connection.execute(delete(attempts).where(attempts.c.delivery_id.in_(ids)))
        connection.execute(delete(table).where(table.c.id.in_(ids)))
    return len(ids)
