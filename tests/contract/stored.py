"""What the database holds, as text: read raw, for a test that compares it or searches it whole."""

from collections.abc import Collection

from sqlalchemy import Column, ColumnElement, LargeBinary, Text, cast, func, select

from models.base import Base
from models.session import Database

Rows = list[tuple[str | None, ...]]
# The shipped library and its skills, which would take most of the time.
LIBRARY = ("skills", "questions", "question_keys")
# A worker shows every few seconds that it lives, whatever a test does.
PROCESSES = "workers_seen"
# That a key is used is stored now and then, whatever it is used for.
OF_USE = ("api_keys", "last_used_at")


def stored(database: Database, without: Collection[str] = ()) -> dict[str, Rows]:
    """The rows of all tables but some, in the order of their keys; bytes in hexadecimal digits."""
    is_sqlite = database.url.get_backend_name() == "sqlite"
    found = {}
    with database.connection() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name not in without and table.name != PROCESSES:
                columns = [
                    _as_text(column, is_sqlite)
                    for column in table.columns
                    if (table.name, column.name) != OF_USE
                ]
                rows = connection.execute(select(*columns).order_by(*table.primary_key))
                found[table.name] = [tuple(row) for row in rows]
    return found


def changeable(database: Database) -> dict[str, Rows]:
    """All rows but those of the library, and of the log of changes."""
    return stored(database, (*LIBRARY, "audit_entries"))


def _as_text(column: Column[bytes], is_sqlite: bool) -> ColumnElement[str]:
    if not isinstance(column.type, LargeBinary):
        return cast(column, Text)
    return func.lower(func.hex(column)) if is_sqlite else func.encode(column, "hex")
