"""A session's timeline: what the candidate's page told of and what the server did, in the order of time.

A page's clock may be wrong or lie: an event stands at its own time, but never before the session began nor
after it came in.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, case, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from models.base import Json, UtcDateTime, table_of
from models.candidates import SCORED, CandidateSession
from models.errors import InvalidInput
from models.responses import Response, SessionEvent
from models.task_scores import CriterionScore

STARTED, SAVED, SUBMITTED, SCORED_AT = "started", "response_saved", "submitted", "scored"
# At one moment the start comes first, and the end after what was saved with it.
RANKS = {STARTED: 0, "event": 1, SAVED: 2, SUBMITTED: 3, SCORED_AT: 4}
NO_PLACE = "It is not the id of an event of a timeline."


@dataclass(frozen=True)
class Place:
    """Where in a timeline something stands: its time, and what orders those of one time."""

    at: datetime
    rank: int
    number: int

    @property
    def text(self) -> str:
        """The place as its event's id: it says nothing, and the same event always has the same."""
        plain = f"{self.at.isoformat()} {self.rank} {self.number}"
        return base64.urlsafe_b64encode(plain.encode()).decode()

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The place that an id names; raises InvalidInput for anything that was no id."""
        try:
            at, rank, number = base64.b64decode(text.encode(), b"-_", validate=True).decode().split(" ")
            place = cls(datetime.fromisoformat(at).astimezone(UTC), int(rank), int(number))
        except (ValueError, OverflowError) as error:
            raise InvalidInput(f"after: {NO_PLACE}", {"after": [NO_PLACE]}) from error
        if place.text != text or place.rank not in RANKS.values() or not 0 <= place.number < 2**63:
            raise InvalidInput(f"after: {NO_PLACE}", {"after": [NO_PLACE]})
        return place


@dataclass(frozen=True)
class TimelineEvent:
    """Something that happened in a session; `at` is when, `received_at` when the server knew of it."""

    place: Place
    type: str
    at: datetime
    received_at: datetime
    data: Json


def timeline(
    session: Session, taken: CandidateSession, after: Place | None, limit: int
) -> list[TimelineEvent]:
    """Up to `limit` events from the place after the one given."""
    places = [
        *_stored(session, taken, after, limit),
        *(one.place for one in _marks(session, taken) if after is None or _order(one.place) > _order(after)),
    ]
    places = sorted(places, key=_order)[:limit]
    told = _told(session, taken, places)
    return [told[_order(place)] for place in places]


def _order(place: Place) -> tuple[datetime, int, int]:
    return place.at, place.rank, place.number


def _stored(session: Session, taken: CandidateSession, after: Place | None, limit: int) -> list[Place]:
    """The first places of rows: events and answers."""
    all_rows = union_all(_events(taken), _answers(taken)).subquery()
    query = select(all_rows).order_by(all_rows.c.at, all_rows.c.rank, all_rows.c.number).limit(limit)
    if after is not None:
        here = tuple_(all_rows.c.at, all_rows.c.rank, all_rows.c.number)
        query = query.where(here > tuple_(literal(after.at, UtcDateTime()), after.rank, after.number))
    return [Place(row.at, row.rank, row.number) for row in session.execute(query)]


def _events(taken: CandidateSession) -> Select[Any]:
    row = table_of(SessionEvent).c
    began = literal(taken.started_at, UtcDateTime())
    at = case(
        (row.happened_at > row.received_at, row.received_at),
        (row.happened_at < began, began),
        else_=row.happened_at,
    )
    return select(at.label("at"), literal(RANKS["event"]).label("rank"), row.id.label("number")).where(
        row.session_id == taken.id
    )


def _answers(taken: CandidateSession) -> Select[Any]:
    row = table_of(Response).c
    return select(
        row.saved_at.label("at"), literal(RANKS[SAVED]).label("rank"), row.id.label("number")
    ).where(row.session_id == taken.id)


def _told(
    session: Session, taken: CandidateSession, places: Sequence[Place]
) -> dict[tuple[datetime, int, int], TimelineEvent]:
    """What stands at these places."""
    by_number = {(place.rank, place.number): place for place in places}
    numbers = {rank: [place.number for place in places if place.rank == rank] for rank in RANKS.values()}
    told = _marks(session, taken)
    events = session.scalars(select(SessionEvent).where(SessionEvent.id.in_(numbers[RANKS["event"]])))
    for event in events:
        place = by_number[RANKS["event"], event.id]
        told.append(TimelineEvent(place, event.type, event.happened_at, event.received_at, event.data))
    for saved in session.scalars(select(Response).where(Response.id.in_(numbers[RANKS[SAVED]]))):
        place = by_number[RANKS[SAVED], saved.id]
        data = {"questionId": saved.question_id, "version": saved.version}
        told.append(TimelineEvent(place, SAVED, place.at, place.at, data))
    return {_order(one.place): one for one in told}


def _marks(session: Session, taken: CandidateSession) -> list[TimelineEvent]:
    """What the server did with the session itself."""
    marks = [_mark(STARTED, taken.started_at, {})]
    if taken.submitted_at is not None:
        marks.append(_mark(SUBMITTED, taken.submitted_at, {"by": taken.submitted_by}))
    if taken.status == SCORED and taken.submitted_at is not None:
        at = _last_score(session, taken) or taken.submitted_at
        marks.append(_mark(SCORED_AT, at, {"score": taken.score, "passed": (taken.result or {})["passed"]}))
    return marks


def _mark(kind: str, at: datetime, data: Json) -> TimelineEvent:
    return TimelineEvent(Place(at, RANKS[kind], 0), kind, at, at, data)


def _last_score(session: Session, taken: CandidateSession) -> datetime | None:
    """When a task was given its last score; a form is scored when it is submitted."""
    if taken.form_id is not None:
        return None
    query = select(func.max(CriterionScore.created_at)).where(CriterionScore.session_id == taken.id)
    return session.scalar(query)
