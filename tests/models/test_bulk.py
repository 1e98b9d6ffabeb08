"""Many rows in one round trip: what is stored is the same on both databases, all of it or nothing."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from models.base import Json, new_id, table_of
from models.bulk import insert_rows, update_rows
from models.events import Event
from models.session import Database
from models.task_executions import ExecutionStep, TaskExecution, TaskExecutionLog
from tests.jobs import accepted, everything, organization

JOBS, LOGS, EVENTS, STEPS = (table_of(one) for one in (TaskExecution, TaskExecutionLog, Event, ExecutionStep))
NOW = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)

VALUES: dict[str, Any] = {
    "null": None,
    "nested null": {"a": None, "b": [None, {"c": None}]},
    "nested": [[1, [2, {"a": {"b": [3]}}]], {}, []],
    "empty text": "",
    "quotes": "it's \"quoted\" 'twice' \\ \\\\ `so` $1 %s %(x)s ? :name {}",
    "unicode": "Größe – 名前 🎉 \u200b\u202e e\u0301 \x01\x7f",
    "lines": "a\nb\r\n\tc\u2028d",
    "big": 2**63 - 1,
    "bigger": 10**30,
    "negative": -(2**63),
    "float": 0.1 + 0.2,
    "bool": [True, False],
    "number as text": "007",
    "keys": {"": 1, "a b": 2, "'": 3, "%": 4},
    "json in text": '{"a": "\\u00e9"}',
}


@pytest.mark.parametrize("case", VALUES)
def test_json_comes_back_as_it_was_put_in(shared: Database, case: str) -> None:
    [job_id] = accepted(shared)
    value: Json = {"value": VALUES[case]}
    with shared.transaction() as connection:
        insert_rows(connection, [(STEPS, [step(job_id, "inserted", value)])])
        update_rows(connection, JOBS, [{"id": job_id, "result": value, "current_step": str(VALUES[case])}])
        stored = connection.execute(select(STEPS.c.result).where(STEPS.c.task_execution_id == job_id))
        assert stored.scalar_one() == value
        row = job_row(connection, job_id)
    assert (row.result, row.current_step) == (value, str(VALUES[case]))


def step(job_id: str, key: str, result: Json) -> Json:
    return {"task_execution_id": job_id, "key": key, "result": result, "created_at": NOW}


def job_row(connection: Connection, job_id: str) -> Any:
    return connection.execute(select(JOBS).where(JOBS.c.id == job_id)).one()


@pytest.mark.parametrize("column", ["result", "error", "lease_expires_at", "notification_url", "metadata"])
def test_none_is_sql_s_null_in_every_kind_of_column(shared: Database, column: str) -> None:
    [job_id] = accepted(shared)
    filled: Json = {
        "result": {"a": 1},
        "error": {"a": 1},
        "lease_expires_at": NOW,
        "notification_url": "https://a.example",
        "metadata": {"a": 1},
    }
    with shared.transaction() as connection:
        update_rows(connection, JOBS, [{"id": job_id, **filled}])
        update_rows(connection, JOBS, [{"id": job_id, column: None}])
        found = connection.execute(
            select(JOBS.c.id).where(JOBS.c.id == job_id, JOBS.c[column].is_(None))
        ).scalars()
        assert list(found) == [job_id]
        row = job_row(connection, job_id)._mapping
    assert {name: row[name] for name in filled if name != column} == {
        name: value for name, value in filled.items() if name != column
    }


@pytest.mark.parametrize(
    "moment",
    [
        NOW,
        NOW.replace(microsecond=0),
        NOW.astimezone(timezone(timedelta(hours=5, minutes=30))),
        datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(9999, 1, 1, tzinfo=UTC),
    ],
)
def test_a_time_comes_back_as_the_same_moment_in_utc(shared: Database, moment: datetime) -> None:
    [job_id] = accepted(shared)
    with shared.transaction() as connection:
        insert_rows(connection, [(LOGS, [{**line(job_id, "when"), "created_at": moment}])])
        update_rows(connection, JOBS, [{"id": job_id, "run_at": moment}])
        row = job_row(connection, job_id)
        [stored] = connection.execute(
            select(LOGS.c.created_at).where(LOGS.c.task_execution_id == job_id, LOGS.c.message == "when")
        ).scalars()
    assert row.run_at == stored == moment
    assert row.run_at.tzinfo == stored.tzinfo == UTC


def line(job_id: str, message: str) -> Json:
    return {"task_execution_id": job_id, "message": message, "created_at": NOW}


def test_a_naive_time_is_refused(shared: Database) -> None:
    [job_id] = accepted(shared)
    naive = {**line(job_id, "naive"), "created_at": NOW.replace(tzinfo=None)}
    with pytest.raises(Exception, match="must carry its time zone"), shared.transaction() as connection:
        insert_rows(connection, [(LOGS, [naive])])


def test_numbers_are_stored_whole(shared: Database) -> None:
    [job_id] = accepted(shared, seed=2**63 - 1)
    with shared.transaction() as connection:
        assert job_row(connection, job_id).seed == 2**63 - 1
        update_rows(connection, JOBS, [{"id": job_id, "seed": -(2**63), "progress": 0.1 + 0.2}])
        row = job_row(connection, job_id)
    assert (row.seed, row.progress) == (-(2**63), 0.1 + 0.2)


def test_rows_get_rising_ids_in_the_order_in_which_they_are_handed_over(shared: Database) -> None:
    [job_id] = accepted(shared)
    messages = [f"line {number}" for number in range(300)]
    with shared.transaction() as connection:
        insert_rows(connection, [(LOGS, [line(job_id, message) for message in messages])])
        stored = connection.execute(
            select(LOGS.c.message).where(LOGS.c.task_execution_id == job_id).order_by(LOGS.c.id)
        ).scalars()
        assert list(stored)[1:] == messages


def test_each_row_is_updated_with_its_own_values_and_no_other_row_is(shared: Database) -> None:
    first, second, other = accepted(shared, 3)
    with shared.transaction() as connection:
        before = job_row(connection, other)
        update_rows(
            connection,
            JOBS,
            [
                {"id": second, "current_step": "two", "progress": 0.2},
                {"id": first, "current_step": "one", "progress": 0.1},
                {"id": new_id(), "current_step": "nobody's", "progress": 0.9},
            ],
        )
        rows = [job_row(connection, one) for one in (first, second)]
        assert job_row(connection, other) == before
    assert [(row.current_step, row.progress) for row in rows] == [("one", 0.1), ("two", 0.2)]


def test_no_rows_are_no_statement(shared: Database) -> None:
    before = everything(shared)
    with shared.transaction() as connection:
        insert_rows(connection, [])
        insert_rows(connection, [(LOGS, []), (EVENTS, [])])
        update_rows(connection, JOBS, [])
    assert everything(shared) == before


@pytest.mark.parametrize("bad", ["a foreign key", "a missing value", "a second of its kind"])
def test_a_bad_row_leaves_nothing_of_its_neighbours(shared: Database, bad: str) -> None:
    [job_id] = accepted(shared)
    with shared.transaction() as connection:
        insert_rows(connection, [(STEPS, [step(job_id, "first", {})])])
    before = everything(shared)
    spoilt = {
        "a foreign key": step(new_id(), "first", {}),
        "a missing value": {**step(job_id, "second", {}), "created_at": None},
        "a second of its kind": step(job_id, "first", {}),
    }[bad]
    groups = [
        (LOGS, [line(job_id, "good"), line(job_id, "good too")]),
        (STEPS, [step(job_id, "third", {}), spoilt, step(job_id, "fourth", {})]),
        (EVENTS, [event(organization(shared), job_id)]),
    ]
    with pytest.raises(DBAPIError), shared.statement() as connection:
        insert_rows(connection, groups)
    assert everything(shared) == before


def event(organization_id: str, job_id: str) -> Json:
    return {
        "organization_id": organization_id,
        "task_execution_id": job_id,
        "type": "task_execution.progress",
        "sequence": 2,
        "payload": {},
        "created_at": NOW,
    }


def test_a_parent_and_its_children_go_in_together(shared: Database) -> None:
    [model] = accepted(shared)
    job_id = new_id()
    with shared.statement() as connection:
        row = {**dict(job_row(connection, model)._mapping), "id": job_id}
        insert_rows(
            connection, [(JOBS, [row]), (LOGS, [line(job_id, "child")]), (STEPS, [step(job_id, "a", {})])]
        )
    with shared.connection() as connection:
        assert dict(job_row(connection, job_id)._mapping) == row
