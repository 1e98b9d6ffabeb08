"""Jobs. The row is the truth: a broker carries only its id.

`TRANSITIONS` is the whole lifecycle. A worker owns a job by a claim: a number (`attempt`) that
rises with each claim and goes with every write of that run. A write with an old number changes
nothing (fencing). What runs do is in `models/runs.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from logs import request_id_now
from models import paging
from models.base import Base, Id, Json, Serial, Word, new_id, parse_id, table_of, utcnow
from models.bulk import insert_rows
from models.errors import NotFound
from models.events import OF_A_VERIFICATION, Delivery, Event, delivery_row
from models.organizations import UNLIMITED, Quota
from models.webhook_listeners import Listeners, listeners, rows_for
from traces import TRACEPARENT_LENGTH, traceparent_now

PENDING, PROCESSING, COMPLETED, FAILED = "pending", "processing", "completed", "failed"
STATUSES = (PENDING, PROCESSING, COMPLETED, FAILED)
OPEN = (PENDING, PROCESSING)

# A failed job goes back to pending only when its owner asks for a retry.
TRANSITIONS: dict[str, frozenset[str]] = {
    PENDING: frozenset({PROCESSING, FAILED}),
    PROCESSING: frozenset({COMPLETED, FAILED}),
    FAILED: frozenset({PENDING}),
    COMPLETED: frozenset(),
}

ASSESSMENT_CREATION = "assessment_creation"
QUESTION_REPLACEMENT = "question_replacement"
VERIFICATION_FORM = "verification_form"
TASK_SCORING = "task_scoring"
LIBRARY_IMPORT = "library_import"
# Few jobs wait for a batch: an index of all the others would cost each job and serve none.
WAITING = text("waiting_since IS NOT NULL")
# The first line of a job, by its type; the contract has the first one's words.
QUEUED = {
    ASSESSMENT_CREATION: "Assessment creation job has been queued successfully",
    QUESTION_REPLACEMENT: "Question replacement job has been queued successfully",
    VERIFICATION_FORM: "Verification assessment job has been queued successfully",
    TASK_SCORING: "Task scoring job has been queued successfully",
    LIBRARY_IMPORT: "Library import job has been queued successfully",
}
# A newer version may have stored a type that this one does not know.
QUEUED_UNKNOWN = "The job has been queued successfully"
RECENT_LOGS = 10
NO_SUCH_JOB = "No task execution has this id."


class TaskExecution(Base):
    """One job: what was asked for, how far it is, and how it ended.

    `brief` is the request as parsed; `progress` runs from 0 to 1; `sequence` counts the job's
    events and so changes with everything that its status document shows. Nobody claims it before
    `run_at`; since `waiting_since` it has waited for the answers of a batch. `verification_id` is set where
    it makes a verification's form, `erased_at` where that has been erased.
    """

    __tablename__ = "task_executions"
    __table_args__ = (
        Index("ix_task_executions_list", "organization_id", "created_at", "id"),
        Index("ix_task_executions_open", "status", "lease_expires_at"),
        Index(
            "ix_task_executions_waiting",
            "waiting_since",
            postgresql_where=WAITING,
            sqlite_where=WAITING,
        ),
        Index(
            "ix_task_executions_verification",
            "verification_id",
            postgresql_where=OF_A_VERIFICATION,
            sqlite_where=OF_A_VERIFICATION,
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    verification_id: Mapped[str | None] = mapped_column(Id)
    created_by: Mapped[str] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(Word)
    type: Mapped[str] = mapped_column(Word)
    status: Mapped[str] = mapped_column(Word, default=PENDING)
    current_step: Mapped[str] = mapped_column(Text)
    progress: Mapped[float] = mapped_column(default=0.0)
    sequence: Mapped[int] = mapped_column(default=1)
    attempt: Mapped[int] = mapped_column(default=0)
    attempts_without_progress: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(200))
    lease_expires_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    run_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    brief: Mapped[Json]
    seed: Mapped[int] = mapped_column(BigInteger)
    notification_url: Mapped[str | None] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(String(200))
    meta: Mapped[Json | None] = mapped_column("metadata")
    result: Mapped[Json | None]
    error: Mapped[Json | None]
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)
    # Of the request that asked for the job, so that a worker's log can be read beside the web's.
    request_id: Mapped[str | None] = mapped_column(String(128))
    # Of that request's span, where it was traced: all that follows from it is told as one trace.
    traceparent: Mapped[str | None] = mapped_column(String(TRACEPARENT_LENGTH))

    @classmethod
    def get(cls, session: Session, organization_id: str, text: str) -> "TaskExecution":
        """The organisation's job of that id; raises NotFound for anything else."""
        found = session.get(cls, known_id(text))
        if found is None or found.organization_id != organization_id:
            raise NotFound(NO_SUCH_JOB)
        return found

    @classmethod
    def page(
        cls,
        session: Session,
        organization_id: str,
        status: str | None,
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> list["TaskExecution"]:
        """Up to `limit` jobs, newest first, from the place after the one given."""
        query = select(cls).where(cls.organization_id == organization_id)
        if status is not None:
            query = query.where(cls.status == status)
        query = paging.newest_first(query, cls.created_at, cls.id, after, limit)
        return list(session.scalars(query))


class TaskExecutionLog(Base):
    """One line of a job's log; ids rise with time."""

    __tablename__ = "task_execution_logs"
    __table_args__ = (Index("ix_task_execution_logs_execution", "task_execution_id", "id"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    task_execution_id: Mapped[str] = mapped_column(ForeignKey("task_executions.id"))
    message: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    @classmethod
    def after(cls, session: Session, execution_id: str, after: int, limit: int) -> list["TaskExecutionLog"]:
        """Up to `limit` lines with an id above `after`, oldest first."""
        query = select(cls).where(cls.task_execution_id == execution_id, cls.id > after)
        return list(session.scalars(query.order_by(cls.id).limit(limit)))

    @classmethod
    def recent(cls, session: Session, execution_ids: Sequence[str]) -> dict[str, list["TaskExecutionLog"]]:
        """The last ten lines of each job, oldest first."""
        recent: dict[str, list[TaskExecutionLog]] = {}
        for execution_id in execution_ids:
            query = select(cls).where(cls.task_execution_id == execution_id)
            rows = list(session.scalars(query.order_by(cls.id.desc()).limit(RECENT_LOGS)))
            recent[execution_id] = rows[::-1]
        return recent


class ExecutionStep(Base):
    """The stored result of a durable step: a run that comes later reads it and does not do it again."""

    __tablename__ = "execution_steps"

    task_execution_id: Mapped[str] = mapped_column(ForeignKey("task_executions.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    result: Mapped[Json]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


def known_id(text: str) -> str:
    """The id in its stored form; raises NotFound for a text that can be no id."""
    execution_id = parse_id(text)
    if execution_id is None:
        raise NotFound(NO_SUCH_JOB)
    return execution_id


def sequences(connection: Connection, execution_ids: Iterable[str]) -> dict[str, int]:
    """Of the jobs that exist, how far each is: the number of its last event.

    The text of the statement is ready made, for this is the most frequent question of all.
    """
    ids = list(execution_ids)
    if connection.dialect.name == "postgresql":
        rows = connection.exec_driver_sql(_SEQUENCES, (ids,))
        return {str(row[0]): row[1] for row in rows}
    statement = select(TaskExecution.id, TaskExecution.sequence).where(TaskExecution.id.in_(ids))
    return {str(row.id): row.sequence for row in connection.execute(statement)}


_SEQUENCES = "SELECT id::text, sequence FROM task_executions WHERE id = ANY(%s::uuid[])"


@dataclass(frozen=True)
class Submission:
    """A job to accept, as the edge has parsed it."""

    organization_id: str
    created_by: str
    mode: str
    type: str
    brief: Json
    seed: int
    notification_url: str | None = None
    external_id: str | None = None
    metadata: Json | None = None
    verification_id: str | None = None
    # What `models/quotas.py` holds it against; `accept` here asks for none.
    quota: Quota = UNLIMITED
    # Of the request in which this is made, whatever route it came by.
    request_id: str | None = field(default_factory=request_id_now)
    traceparent: str | None = field(default_factory=traceparent_now)


def accept(
    connection: Connection, submissions: Sequence[Submission], channels: set[str] | None = None
) -> list[str]:
    """Store jobs, each with its first log line and its first event; their ids.

    `published_at` is set: the caller publishes as soon as this is committed, and the sweep takes
    up what did not get through. `channels` gets those of webhook endpoints, to be published likewise.
    """
    now = utcnow()
    rows = [_row(submission, now) for submission in submissions]
    known = listeners(connection, {submission.organization_id for submission in submissions})
    told = rows_of([Told.queued(row) for row in rows], now, known, channels)
    insert_rows(connection, [(table_of(TaskExecution), rows), *told])
    return [str(row["id"]) for row in rows]


def _row(submission: Submission, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organization_id": submission.organization_id,
        "verification_id": submission.verification_id,
        "created_by": submission.created_by,
        "mode": submission.mode,
        "type": submission.type,
        "status": PENDING,
        "current_step": QUEUED.get(submission.type, QUEUED_UNKNOWN),
        "progress": 0.0,
        "sequence": 1,
        "attempt": 0,
        "attempts_without_progress": 0,
        "published_at": now,
        "brief": submission.brief,
        "seed": submission.seed,
        "notification_url": submission.notification_url,
        "external_id": submission.external_id,
        "metadata": submission.metadata,
        "created_at": now,
        "updated_at": now,
        "request_id": submission.request_id,
        "traceparent": submission.traceparent,
    }


@dataclass(frozen=True)
class Told:
    """A line about a job: its log row, its event and, where an address asked for it, its delivery."""

    execution_id: str
    organization_id: str
    notification_url: str | None
    external_id: str | None
    metadata: Json | None
    sequence: int
    status: str
    kind: str
    message: str
    result: Json | None = None
    error: Json | None = None

    @classmethod
    def queued(cls, row: dict[str, Any]) -> "Told":
        """The first line of a job that was just accepted."""
        return cls(
            row["id"],
            row["organization_id"],
            row["notification_url"],
            row["external_id"],
            row["metadata"],
            1,
            PENDING,
            PENDING,
            QUEUED.get(row["type"], QUEUED_UNKNOWN),
        )

    def body(self, now: datetime) -> Json:
        """The webhook's body: the contract's four fields, then what is added to them."""
        return {
            "job_id": self.execution_id,
            "status": self.status,
            "message": self.message,
            "timestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "type": f"task_execution.{self.kind}",
            "sequence": self.sequence,
            "result": self.result,
            "error": self.error,
            "external_id": self.external_id,
            "metadata": self.metadata,
        }


def rows_of(
    lines: Sequence[Told], now: datetime, known: Listeners, channels: set[str] | None = None
) -> list[tuple[Table, list[dict[str, Any]]]]:
    """The rows that tell of lines, in their order: logs, events and deliveries.

    `channels` gets those of webhook endpoints.
    """
    bodies = [line.body(now) for line in lines]
    logs = [
        {"task_execution_id": line.execution_id, "message": line.message, "created_at": now} for line in lines
    ]
    told = list(zip(lines, bodies, strict=True))
    events = [
        {
            "organization_id": line.organization_id,
            "task_execution_id": line.execution_id,
            "type": body["type"],
            "sequence": line.sequence,
            "payload": body,
            "created_at": now,
        }
        for line, body in told
    ]
    deliveries = [_own_row(line, body, now) for line, body in told if line.notification_url]
    fanned = [row for line, body in told for row in _endpoint_rows(known, line, body, now)]
    if channels is not None:
        channels.update(row["channel"] for row in fanned)
    return [
        (table_of(TaskExecutionLog), logs),
        (table_of(Event), events),
        (table_of(Delivery), deliveries + fanned),
    ]


def _own_row(line: Told, body: Json, now: datetime) -> dict[str, Any]:
    """The delivery to the address that the job itself names."""
    assert line.notification_url is not None
    return delivery_row(
        line.organization_id,
        line.execution_id,
        line.sequence,
        line.notification_url,
        body,
        now,
        task_execution_id=line.execution_id,
    )


def _endpoint_rows(known: Listeners, line: Told, body: Json, now: datetime) -> list[dict[str, Any]]:
    return rows_for(
        known, line.organization_id, line.sequence, body, now, task_execution_id=line.execution_id
    )
