"""Cursors: where a list goes on, in a form that says nothing and breaks into a plain 400."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from models.base import parse_id
from models.errors import InvalidInput


class Listed(Protocol):
    """What a list is ordered by."""

    @property
    def id(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


Row = TypeVar("Row", bound=Listed)


def to_cursor(row: Listed) -> str:
    """The place after this row."""
    return base64.urlsafe_b64encode(f"{row.created_at.isoformat()} {row.id}".encode()).decode()


def from_cursor(text: str | None) -> tuple[datetime, str] | None:
    """The place that a cursor names; raises InvalidInput for anything that was no cursor."""
    if text is None:
        return None
    try:
        moment, _, row_id = base64.urlsafe_b64decode(text.encode()).decode().partition(" ")
        when = datetime.fromisoformat(moment)
        place = parse_id(row_id)
        if place is None or when.tzinfo is None:
            raise _no_cursor()
        # At the ends of the calendar another zone's time may have none in UTC: OverflowError.
        return when.astimezone(UTC), place
    except (binascii.Error, ValueError, OverflowError) as error:
        raise _no_cursor() from error


def _no_cursor() -> InvalidInput:
    message = "It is not a cursor; take the one that the page before gave."
    return InvalidInput(f"cursor: {message}", {"cursor": [message]})


def cut(rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], str | None]:
    """A page of at most `limit` rows out of one more, and the cursor of the next page or None."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], to_cursor(rows[limit - 1])
