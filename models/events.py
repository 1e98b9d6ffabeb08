"""Events, append-only, and their deliveries to the addresses that asked for them.

The webhook outbox, the reconciliation feed and the live stream all read the one table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import (
    BigInteger,
    ColumnClause,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Label,
    String,
    Text,
    column,
    exists,
    insert,
    select,
    table,
    text,
    update,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from models.base import Base, Id, Json, Serial, Word, new_id, table_of, utcnow
from models.errors import StaleRun

# Most rows have none: an index of those would cost each job and serve nobody.
OF_A_VERIFICATION = text("verification_id IS NOT NULL")
OF_A_JOB = text("task_execution_id IS NOT NULL")
OF_AN_ENDPOINT = text("endpoint_id IS NOT NULL")
PENDING, DELIVERED, DEAD = "pending", "delivered", "dead"
MAILTO = "mailto:"


class Event(Base):
    """Something that happened, with the body that is told of it.

    The database fills in `transaction_id`: on PostgreSQL the number of the transaction, on SQLite, where
    writers come one after the other, 0. With the id it is the order of the feed (`models/event_feed.py`).
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_execution", "task_execution_id", "sequence"),
        Index(
            "ix_events_verification",
            "verification_id",
            postgresql_where=OF_A_VERIFICATION,
            sqlite_where=OF_A_VERIFICATION,
        ),
        Index("ix_events_feed", "organization_id", "transaction_id", "id"),
        # The id of an erased last event is not given away again: a reader of the feed would miss it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    transaction_id: Mapped[int] = mapped_column(BigInteger)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    task_execution_id: Mapped[str | None] = mapped_column(ForeignKey("task_executions.id"))
    verification_id: Mapped[str | None] = mapped_column(Id)
    type: Mapped[str] = mapped_column(String(80))
    sequence: Mapped[int]
    payload: Mapped[Json]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Delivery(Base):
    """One body for one address, until it is delivered or given up.

    Deliveries of one `channel` (a job) go out in the order of `sequence`: the next is tried
    when the one before has been delivered or is dead. `message_id` stays the same on every try.
    The `url` is a webhook's, or `mailto:` and an address for a mail, which is a channel by itself.
    `schedule_start` is the number of attempts that were made before the schedule began, which a
    replay begins anew.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_channel", "channel", "sequence"),
        Index("ix_deliveries_due", "status", "next_attempt_at"),
        Index("ix_deliveries_list", "organization_id", "created_at", "id"),
        Index(
            "ix_deliveries_task_execution",
            "task_execution_id",
            postgresql_where=OF_A_JOB,
            sqlite_where=OF_A_JOB,
        ),
        Index(
            "ix_deliveries_verification",
            "verification_id",
            postgresql_where=OF_A_VERIFICATION,
            sqlite_where=OF_A_VERIFICATION,
        ),
        Index(
            "ix_deliveries_endpoint",
            "endpoint_id",
            postgresql_where=OF_AN_ENDPOINT,
            sqlite_where=OF_AN_ENDPOINT,
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    message_id: Mapped[str] = mapped_column(String(60), unique=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    endpoint_id: Mapped[str | None] = mapped_column(Id)
    task_execution_id: Mapped[str | None] = mapped_column(Id)
    verification_id: Mapped[str | None] = mapped_column(Id)
    channel: Mapped[str] = mapped_column(Id)
    sequence: Mapped[int]
    url: Mapped[str] = mapped_column(Text)
    body: Mapped[Json]
    status: Mapped[str] = mapped_column(Word, default=PENDING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    schedule_start: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime]
    lease_expires_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    last_status_code: Mapped[int | None]
    last_detail: Mapped[str | None] = mapped_column(Text)
    delivered_at: Mapped[datetime | None]
    replayed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class DeliveryAttempt(Base):
    """One try of a delivery; `answer` is the first KiB of what came back."""

    __tablename__ = "delivery_attempts"

    delivery_id: Mapped[str] = mapped_column(ForeignKey("deliveries.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    started_at: Mapped[datetime]
    duration_ms: Mapped[int]
    status_code: Mapped[int | None]
    detail: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)


def delivery_row(
    organization_id: str,
    channel: str,
    sequence: int,
    url: str,
    body: Json,
    now: datetime,
    *,
    endpoint_id: str | None = None,
    task_execution_id: str | None = None,
    verification_id: str | None = None,
) -> dict[str, Any]:
    """The row that puts a body in the outbox."""
    delivery_id = new_id()
    return {
        "id": delivery_id,
        "message_id": f"msg_{delivery_id}",
        "organization_id": organization_id,
        "endpoint_id": endpoint_id,
        "task_execution_id": task_execution_id,
        "verification_id": verification_id,
        "channel": channel,
        "sequence": sequence,
        "url": url,
        "body": body,
        "status": PENDING,
        "attempts": 0,
        "schedule_start": 0,
        "next_attempt_at": now,
        "created_at": now,
    }


def mail_row(
    organization_id: str, address: str, template: str, values: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The row that puts a mail in the outbox: a template's name and the values that fill it."""
    body: Json = {"template": template, "values": dict(values)}
    return delivery_row(organization_id, new_id(), 1, MAILTO + quote(address, safe="@"), body, now)


def mail_address(url: str) -> str | None:
    """The address of a mail's `url`; None where it is a webhook's."""
    return unquote(url.removeprefix(MAILTO)) if url.startswith(MAILTO) else None


@dataclass(frozen=True)
class ClaimedDelivery:
    """A delivery that is this process's to send until the lease ends."""

    id: str
    message_id: str
    organization_id: str
    endpoint_id: str | None
    url: str
    body: Json
    attempts: int
    schedule_start: int = 0
    # Of the job that it tells of.
    request_id: str | None = None
    traceparent: str | None = None

    @property
    def tries(self) -> int:
        """How many attempts the schedule has seen, this one too."""
        return self.attempts - self.schedule_start


# The jobs' own table is named after this one: jobs tell of themselves by events.
_jobs = table(
    "task_executions", column("id", Id), column("request_id", String), column("traceparent", String)
)


def _of_job(wanted: ColumnClause[Any]) -> Label[Any]:
    """A column of the job that a delivery tells of; null where it tells of none."""
    of = _jobs.c.id == Delivery.task_execution_id
    return select(wanted).where(of).correlate(Delivery).scalar_subquery().label(wanted.name)


def claim_next(connection: Connection, channel: str, lease: timedelta) -> ClaimedDelivery | None:
    """Take the channel's first unfinished delivery, if it is due and nobody has it."""
    now = utcnow()
    head = (
        select(Delivery.id)
        .where(Delivery.channel == channel, Delivery.status == PENDING, is_first())
        .limit(1)
        .scalar_subquery()
    )
    row = connection.execute(
        update(Delivery)
        .where(
            Delivery.id == head,
            Delivery.status == PENDING,
            Delivery.next_attempt_at <= now,
            (Delivery.lease_expires_at.is_(None)) | (Delivery.lease_expires_at <= now),
        )
        .values(lease_expires_at=now + lease, attempts=Delivery.attempts + 1)
        .returning(
            Delivery.id,
            Delivery.message_id,
            Delivery.organization_id,
            Delivery.endpoint_id,
            Delivery.url,
            Delivery.body,
            Delivery.attempts,
            Delivery.schedule_start,
            _of_job(_jobs.c.request_id),
            _of_job(_jobs.c.traceparent),
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return ClaimedDelivery(**row._mapping) if row else None


def is_first() -> ColumnElement[bool]:
    """True of a delivery when none before it in its channel is unfinished."""
    earlier = aliased(Delivery)
    return ~exists().where(
        earlier.channel == Delivery.channel,
        earlier.status == PENDING,
        earlier.sequence < Delivery.sequence,
    )


@dataclass(frozen=True)
class Attempted:
    """How a try ended. `retry_at` None with `delivered` False means: given up."""

    delivered: bool
    status_code: int | None
    detail: str
    retry_at: datetime | None
    started_at: datetime | None = None
    duration_ms: int = 0
    answer: str = ""


def record_attempt(connection: Connection, delivery: ClaimedDelivery, attempted: Attempted) -> None:
    """Write a try and its end; raises StaleRun when another process has taken the delivery since."""
    now = utcnow()
    status = DELIVERED if attempted.delivered else PENDING if attempted.retry_at else DEAD
    result = connection.execute(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.attempts == delivery.attempts)
        .values(
            status=status,
            next_attempt_at=attempted.retry_at or now,
            lease_expires_at=None,
            published_at=None,
            last_status_code=attempted.status_code,
            last_detail=attempted.detail,
            delivered_at=now if attempted.delivered else None,
        )
        .execution_options(synchronize_session=False)
    )
    if result.rowcount == 0:
        raise StaleRun("Another process has taken this delivery.")
    connection.execute(
        insert(table_of(DeliveryAttempt)),
        [
            {
                "delivery_id": delivery.id,
                "number": delivery.attempts,
                "started_at": attempted.started_at or now,
                "duration_ms": attempted.duration_ms,
                "status_code": attempted.status_code,
                "detail": attempted.detail,
                "answer": attempted.answer,
            }
        ],
    )


def abandon_channel(connection: Connection, channel: str, detail: str) -> None:
    """Give up what is left of a channel: its receiver said that it is gone."""
    connection.execute(
        update(Delivery)
        .where(Delivery.channel == channel, Delivery.status == PENDING)
        .values(status=DEAD, last_detail=detail, lease_expires_at=None)
        .execution_options(synchronize_session=False)
    )


def mark_unpublished(connection: Connection, channels: Sequence[str]) -> None:
    """No message of these channels reached the broker: the very next sweep sends them."""
    if channels:
        connection.execute(
            update(Delivery)
            .where(Delivery.channel.in_(channels), Delivery.status == PENDING)
            .values(published_at=None)
            .execution_options(synchronize_session=False)
        )


def due_channels(connection: Connection, republish_before: datetime, limit: int) -> Sequence[str]:
    """Channels whose next delivery is due and was not handed to a worker lately; marks them as handed.

    What waits behind a delivery that is not due does not count, however much it is: the channels
    of a dead receiver must not crowd out the others.
    """
    now = utcnow()
    due = connection.execute(
        select(Delivery.id, Delivery.channel)
        .where(
            Delivery.status == PENDING,
            Delivery.next_attempt_at <= now,
            (Delivery.published_at.is_(None)) | (Delivery.published_at <= republish_before),
            (Delivery.lease_expires_at.is_(None)) | (Delivery.lease_expires_at <= now),
            is_first(),
        )
        .order_by(Delivery.next_attempt_at)
        .limit(limit)
        # What another sweep is taking at this moment is left to it.
        .with_for_update(skip_locked=True)
    ).all()
    connection.execute(
        update(Delivery)
        .where(Delivery.id.in_([row.id for row in due]))
        .values(published_at=now)
        .execution_options(synchronize_session=False)
    )
    return [row.channel for row in due]
