"""The feed of an organisation's events: in one order, without gaps, while others write.

On PostgreSQL ids are given out before their transactions commit, so a reader that has come to one id may
find a smaller one later. The feed therefore goes by the number of the transaction, and shows only what is
older than every transaction that is still open: whatever commits from then on comes after it.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, Select, Text, cast, func, select, tuple_
from sqlalchemy.orm import Session

from models.base import Serial
from models.events import Event


@dataclass(frozen=True)
class Place:
    """The place after an event."""

    transaction_id: int = 0
    id: int = 0


@dataclass(frozen=True)
class Page:
    """Events in the feed's order, the place after the last of them, and whether there are more by now."""

    events: list[Event]
    next: Place
    has_more: bool


def read(session: Session, organization_id: str, after: Place, kind: str | None, limit: int) -> Page:
    """Up to `limit` events after the place, of all types or of one; a prefix is written `verification.*`."""
    query = select(Event).where(
        Event.organization_id == organization_id,
        tuple_(Event.transaction_id, Event.id)
        > tuple_(after.transaction_id, after.id, types=(BigInteger(), Serial)),
    )
    if kind is not None:
        query = query.where(_is_of(kind))
    if session.get_bind().dialect.name == "postgresql":
        query = _settled(query)
    found = list(session.scalars(query.order_by(Event.transaction_id, Event.id).limit(limit + 1)))
    shown = found[:limit]
    place = Place(shown[-1].transaction_id, shown[-1].id) if shown else after
    return Page(shown, place, len(found) > limit)


def _is_of(kind: str) -> ColumnElement[bool]:
    if kind.endswith(".*"):
        return Event.type.startswith(kind[:-1], autoescape=True)
    return Event.type == kind


def _settled(query: "Select[Event]") -> "Select[Event]":
    """Without what a transaction that is still open could come before."""
    oldest_open = func.pg_snapshot_xmin(func.pg_current_snapshot())
    return query.where(Event.transaction_id < cast(cast(oldest_open, Text), BigInteger))
