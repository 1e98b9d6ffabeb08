"""What every table shares: the base class, ids, the clock and the column types."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4, uuid5  # noqa: TID251 - this is the one home of ids

from sqlalchemy import JSON, BigInteger, DateTime, Integer, MetaData, String, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Json = dict[str, Any]


def new_id() -> str:
    """A new random UUID, in its usual 36 characters."""
    return str(uuid4())


def derived_id(of: str, name: str) -> str:
    """The one UUID that belongs to an id and a name, always the same (RFC 9562, version 5)."""
    return str(uuid5(UUID(of), name))


def parse_id(text: str) -> str | None:
    """The id in its stored form, or None where the text is no UUID in its usual 36 characters."""
    try:
        stored = str(UUID(text))
    except ValueError:
        return None
    # UUID() also reads other forms: braces, a urn, hyphens anywhere.
    return stored if stored == text.lower() else None


_clock: Callable[[], datetime] | None = None


def utcnow() -> datetime:
    """The time, aware, in UTC."""
    if _clock is not None:
        return _clock()
    return datetime.now(UTC)  # noqa: TID251 - this is the one home of the clock


def set_clock(clock: Callable[[], datetime] | None) -> None:
    """Put a clock of the caller's in place of the system's; None puts that one back. For tests."""
    global _clock
    _clock = clock


def iso_time(moment: datetime) -> str:
    """UTC to the millisecond, as APIs B and C have it: 2025-04-09T10:05:00.000Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def iso_time_or_none(moment: datetime | None) -> str | None:
    """As `iso_time`; None for what has not happened."""
    return iso_time(moment) if moment is not None else None


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC on every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A stored time must carry its time zone.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonColumn = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
Id = Uuid(as_uuid=False)
Word = String(40)
# SQLite numbers only an INTEGER PRIMARY KEY by itself.
Serial = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The declarative base of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it off the class
        datetime: UtcDateTime(),
        Json: JsonColumn,
        list[Any]: JsonColumn,
    }


def table_of(model: type[Base]) -> Table:
    """The model's table, for Core statements."""
    return cast(Table, model.__table__)
