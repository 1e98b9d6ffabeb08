"""What the database holds, as text: read raw, for a test that compares it or searches it whole."""

from collections.abc import Collection

from sqlalchemy import Column, ColumnElement, LargeBinary, Text, cast, func, select

from models.base import Base
from models.session import Database

Rows = list[tuple[str | None, ...]]
# The shipped library and its skills, which would take most of the time.
LIBRARY = ("skills", "questions", "question_keys")


def stored(database: Database, without: Collection[str] = ()) -> dict[str, Rows]:
    """The rows of all tables but some, in the order of their keys; bytes in hexadecimal digits."""
    is_sqlite = database.url.get_backend_name() == "sqlite"
    found = {}
    with database.connection() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name not in without:
                columns = [_as_text(column, is_sqlite) for column in table.columns]
                rows = connection.execute(select(*columns).order_by(*table.primary_key))
                found[table.name] = [tuple(row) for row in rows]
    return found


def changeable(database: Database) -> dict[str, Rows]:
    """All rows but those of the library."""
    return stored(database, LIBRARY)


def _as_text(column: Column[bytes], is_sqlite: bool) -> ColumnElement[str]:
    if not isinstance(column.type, LargeBinary):
        return cast(column, Text)
    return func.lower(func.hex(column)) if is_sqlite else func.encode(column, "hex")
