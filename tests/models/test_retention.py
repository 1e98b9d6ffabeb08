"""What is old and done with is forgotten, in small portions; nothing else is."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from models import retention
from models.base import table_of, utcnow
from models.events import DEAD, DELIVERED, PENDING, Delivery, DeliveryAttempt, Event
from models.session import Database
from models.task_executions import TaskExecutionLog
from tests.jobs import accepted, everything
from workers.forgetting import Forgetting

LOGS, EVENTS = table_of(TaskExecutionLog), table_of(Event)
DELIVERIES, ATTEMPTS = table_of(Delivery), table_of(DeliveryAttempt)
FORGOTTEN = {"task_execution_logs", "events", "deliveries", "delivery_attempts"}


def aged(database: Database, job_id: str, days: float) -> None:
    """Let the job's lines, events and deliveries be so old."""
    then = utcnow() - timedelta(days=days)
    with database.transaction() as connection:
        for table in (LOGS, EVENTS):
            connection.execute(
                update(table).where(table.c.task_execution_id == job_id).values(created_at=then)
            )
        connection.execute(
            update(DELIVERIES).where(DELIVERIES.c.channel == job_id).values(next_attempt_at=then)
        )


def job_with(database: Database, status: str, days: float) -> str:
    """A job of that age whose deliveries have come so far."""
    [job_id] = accepted(database, notification_url="https://a.example/hook")
    with database.transaction() as connection:
        connection.execute(update(DELIVERIES).where(DELIVERIES.c.channel == job_id).values(status=status))
        [delivery_id] = connection.scalars(select(DELIVERIES.c.id).where(DELIVERIES.c.channel == job_id))
        values = {"number": 1, "started_at": utcnow(), "duration_ms": 5, "detail": "Taken.", "answer": ""}
        connection.execute(insert(ATTEMPTS), [{"delivery_id": delivery_id, **values}])
    aged(database, job_id, days)
    return job_id


def prune(database: Database, days: int) -> int:
    with database.transaction() as connection:
        return retention.prune(connection, utcnow() - timedelta(days=days))


def left(database: Database, job_id: str) -> dict[str, int]:
    """How many rows of the job are left in the tables that are pruned."""
    found = everything(database, *FORGOTTEN)
    mine = [row["id"] for row in found["deliveries"] if row["channel"] == job_id]
    return {
        "task_execution_logs": sum(
            row["task_execution_id"] == job_id for row in found["task_execution_logs"]
        ),
        "events": sum(row["task_execution_id"] == job_id for row in found["events"]),
        "deliveries": len(mine),
        "delivery_attempts": sum(row["delivery_id"] in mine for row in found["delivery_attempts"]),
    }


@pytest.mark.parametrize("status", [DELIVERED, DEAD])
def test_what_is_old_goes_and_what_is_young_stays(database: Database, status: str) -> None:
    old, young = job_with(database, status, 31), job_with(database, status, 29)
    kept = left(database, young)
    before = {name: rows for name, rows in everything(database).items() if name not in FORGOTTEN}
    assert prune(database, 30) == 3
    assert left(database, old) == dict.fromkeys(FORGOTTEN, 0)
    assert left(database, young) == kept == dict.fromkeys(FORGOTTEN, 1)
    assert {name: rows for name, rows in everything(database).items() if name not in FORGOTTEN} == before
    assert prune(database, 30) == 0


def test_what_is_still_to_be_delivered_stays_however_old(database: Database) -> None:
    old = job_with(database, PENDING, 400)
    prune(database, 30)
    assert left(database, old) == {
        "task_execution_logs": 0,
        "events": 0,
        "deliveries": 1,
        "delivery_attempts": 1,
    }


def test_a_portion_goes_at_a_time_the_oldest_first(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    jobs = [job_with(database, DELIVERED, 60) for _ in range(3)]
    assert prune(database, 30) == 6
    assert [left(database, job)["events"] for job in jobs] == [0, 0, 1]
    assert prune(database, 30) == 3
    assert prune(database, 30) == 0


def test_a_process_forgets_once_a_minute_and_only_where_it_is_told_to(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_with(database, DELIVERED, 31)
    assert Forgetting(database, 0).sweep() == 0
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    job_with(database, DELIVERED, 31)
    forgetting = Forgetting(database, 30)
    assert [forgetting.sweep(), forgetting.sweep()] == [3, 0]
    forgetting._next = 0.0
    assert forgetting.sweep() == 3
