"""Pages of a list: rows in the order of a time and an id, from the place after the one given."""

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from models.base import Id, UtcDateTime

Rows = TypeVar("Rows", bound="Select[*tuple[Any, ...]]")
Place = tuple[datetime, str] | None


def oldest_first(
    query: Rows,
    at: InstrumentedAttribute[datetime],
    key: InstrumentedAttribute[str],
    after: Place,
    limit: int,
) -> Rows:
    """Up to `limit` rows of the query, those of the earliest time first."""
    query = query.order_by(at, key).limit(limit)
    return query if after is None else query.where(tuple_(at, key) > _place(after))


def newest_first(
    query: Rows,
    at: InstrumentedAttribute[datetime],
    key: InstrumentedAttribute[str],
    after: Place,
    limit: int,
) -> Rows:
    """Up to `limit` rows of the query, those of the latest time first."""
    query = query.order_by(at.desc(), key.desc()).limit(limit)
    return query if after is None else query.where(tuple_(at, key) < _place(after))


def _place(after: tuple[datetime, str]) -> Any:
    return tuple_(*after, types=(UtcDateTime(), Id))
