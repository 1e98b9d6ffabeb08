"""Many rows into many tables in one round trip.

On PostgreSQL each table's rows travel as one JSON parameter and all tables are one statement
(`WITH … INSERT … SELECT … FROM jsonb_to_recordset`), which is atomic by itself. On SQLite, where
there is no network to save, each table gets its `executemany`. See docs/decisions/0003.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, update
from sqlalchemy.dialects import postgresql

Rows = Sequence[dict[str, Any]]


def insert_rows(connection: Connection, groups: Sequence[tuple[Table, Rows]]) -> None:
    """Insert rows, by their columns' names, into tables, in this order.

    The rows of one table must all have the same columns.
    """
    filled = [(table, rows) for table, rows in groups if rows]
    if not filled:
        return
    if connection.dialect.name != "postgresql":
        for table, rows in filled:
            connection.execute(insert(table), list(rows))
        return
    statement = _statement(tuple((table, tuple(rows[0])) for table, rows in filled))
    parameters = tuple(json.dumps(rows, default=_plain) for _, rows in filled)
    connection.exec_driver_sql(statement, parameters)


def update_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Set the columns that the rows name, in the rows whose `id` they have."""
    if not rows:
        return
    names = [name for name in rows[0] if name != "id"]
    if connection.dialect.name != "postgresql":
        values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
        statement = update(table).where(table.c.id == bindparam("old_id")).values(values)
        connection.execute(
            statement,
            [{"old_id": row["id"], **{f"new_{name}": row[name] for name in names}} for row in rows],
        )
        return
    connection.exec_driver_sql(_update(table, tuple(names)), (json.dumps(rows, default=_plain),))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("A stored time must carry its time zone.")
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} can't be sent as JSON.")


@cache
def _statement(groups: tuple[tuple[Table, tuple[str, ...]], ...]) -> str:
    inserts = [_insert(table, names) for table, names in groups]
    *before, last = inserts
    with_parts = ", ".join(f"step_{place} AS ({one})" for place, one in enumerate(before))
    return f"WITH {with_parts} {last}" if before else last


def _insert(table: Table, names: tuple[str, ...]) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {_recordset(table, names)}"  # noqa: S608


@cache
def _update(table: Table, names: tuple[str, ...]) -> str:
    assignments = ", ".join(f'"{name}" = new."{name}"' for name in names)
    source = _recordset(table, ("id", *names))
    return f"UPDATE {table.name} SET {assignments} FROM {source} WHERE {table.name}.id = new.id"  # noqa: S608


def _recordset(table: Table, names: tuple[str, ...]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    types = ", ".join(f'"{name}" {table.c[name].type.compile(dialect)}' for name in names)
    return f"jsonb_to_recordset(%s::jsonb) AS new({types})"
