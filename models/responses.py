"""What a candidate says and does in a session: answers, every version of each, and events."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    func,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Json, Serial, Word, table_of, utcnow
from models.bulk import insert_rows
from models.candidates import CandidateSession

TAB_SWITCH, COPY, PASTE, FULL_SCREEN_EXIT = "tab_switch", "copy", "paste", "full_screen_exit"
# What the proctoring settings are about, and what else a page may tell.
WATCHED = (TAB_SWITCH, COPY, PASTE, FULL_SCREEN_EXIT)
EVENT_TYPES = (*WATCHED, "focus_lost", "focus_gained", "question_viewed", "connection_lost", "other")


class Response(Base):
    """An answer as it was saved. The last one to a question counts; those before it are its versions.

    `answer` is `{"value": …}`, in the shape that the question's type wants (`models/scoring.py`); a
    null value takes the answer back.
    """

    __tablename__ = "responses"
    __table_args__ = (UniqueConstraint("session_id", "question_id", "version"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("candidate_sessions.id"))
    question_id: Mapped[str] = mapped_column(ForeignKey("questions.id"), index=True)
    version: Mapped[int]
    answer: Mapped[Json]
    saved_at: Mapped[datetime] = mapped_column(default=utcnow)


class SessionEvent(Base):
    """Something that the candidate's page told of. `event_id` is the page's own, and comes in once."""

    __tablename__ = "session_events"
    __table_args__ = (
        UniqueConstraint("session_id", "event_id"),
        Index("ix_session_events_session", "session_id", "id"),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("candidate_sessions.id"))
    event_id: Mapped[str] = mapped_column(String(100))
    type: Mapped[str] = mapped_column(Word)
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=utcnow)
    data: Mapped[Json]

    @classmethod
    def after(cls, session: Session, session_id: str, after: int, limit: int) -> list["SessionEvent"]:
        """Up to `limit` events with an id above `after`, in the order in which they came."""
        query = select(cls).where(cls.session_id == session_id, cls.id > after)
        return list(session.scalars(query.order_by(cls.id).limit(limit)))


@dataclass(frozen=True)
class Answer:
    """An answer to save, of the shape that its question wants; `after` is as in `sittings.Wanted`."""

    session_id: str
    question_id: str
    value: Any
    after: int | None = None

    @property
    def place(self) -> tuple[str, str]:
        """What it is the answer of."""
        return self.session_id, self.question_id


@dataclass(frozen=True)
class Version:
    """An answer as it is stored."""

    question_id: str
    number: int
    value: Any
    saved_at: datetime


def save(session: Session, answers: Sequence[Answer]) -> list[Version]:
    """Save answers to sessions that are held, in this order: of each the version that counts then.

    The same again is no new version, and an answer that is outdated is none.
    """
    last = _versions(session, {answer.place for answer in answers}) if answers else {}
    now = utcnow()
    saved, rows = [], []
    for answer in answers:
        before = last.get(answer.place)
        if before is None or not (_is_outdated(answer, before) or _is_same(before.value, answer.value)):
            before = Version(answer.question_id, before.number + 1 if before else 1, answer.value, now)
            last[answer.place] = before
            rows.append(_row(answer.session_id, before))
        saved.append(before)
    insert_rows(session.connection(), [(table_of(Response), rows)])
    return saved


def _row(session_id: str, version: Version) -> Json:
    return {
        "session_id": session_id,
        "question_id": version.question_id,
        "version": version.number,
        "answer": {"value": version.value},
        "saved_at": version.saved_at,
    }


def _versions(session: Session, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Version]:
    """The last version of each place that has one."""
    of_places = tuple_(Response.session_id, Response.question_id).in_(padded(list(places)))
    columns = (
        Response.session_id,
        Response.question_id,
        Response.version,
        Response.answer,
        Response.saved_at,
    )
    rows = session.execute(_newest(of_places, *columns))
    return {
        (session_id, question_id): Version(question_id, number, answer["value"], saved_at)
        for session_id, question_id, number, answer, saved_at in rows
    }


def padded(values: list[Any]) -> list[Any]:
    """The values with the last one again and again, up to a power of two.

    For an IN: a statement for each number of values would never be prepared and seldom be cached.
    """
    if not values:
        return values
    return values + values[-1:] * ((1 << (len(values) - 1).bit_length()) - len(values))


def latest(session: Session, session_ids: Sequence[str]) -> dict[tuple[str, str], Response]:
    """The answers that count: (session id, question id) -> the last version."""
    rows = session.scalars(_newest(Response.session_id.in_(session_ids), Response))
    return {(row.session_id, row.question_id): row for row in rows}


def _newest(where: ColumnElement[bool], *wanted: Any) -> Select[Any]:
    """What is wanted of the last version of each answer."""
    newest = (
        select(Response.session_id, Response.question_id, func.max(Response.version).label("version"))
        .where(where)
        .group_by(Response.session_id, Response.question_id)
        .subquery()
    )
    of_them = and_(
        Response.session_id == newest.c.session_id,
        Response.question_id == newest.c.question_id,
        Response.version == newest.c.version,
    )
    return select(*wanted).join_from(Response, newest, of_them)


def _is_outdated(answer: Answer, last: Version) -> bool:
    """Whether the answer was given without knowing of the last version."""
    return answer.after is not None and last.number > answer.after


def _is_same(value: Any, other: Any) -> bool:
    # 1 and 1.0 are equal in Python, and not what was written.
    return type(value) is type(other) and bool(value == other)


def record_events(session: Session, taken: CandidateSession, events: Sequence[Json]) -> int:
    """Store events (`event_id`, `type`, `happened_at`, `data`) that are new; how many were."""
    if not events:
        return 0
    now = utcnow()
    rows = [{**event, "session_id": taken.id, "received_at": now} for event in events]
    table = table_of(SessionEvent)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(rows).on_conflict_do_nothing().returning(table.c.id)
    return len(session.execute(statement).all())


def counts_of(session: Session, session_id: str) -> dict[str, int]:
    """How often each watched thing happened."""
    rows = session.execute(
        select(SessionEvent.type, func.count())
        .where(SessionEvent.session_id == session_id, SessionEvent.type.in_(WATCHED))
        .group_by(SessionEvent.type)
    )
    return {**dict.fromkeys(WATCHED, 0), **{row[0]: row[1] for row in rows}}
