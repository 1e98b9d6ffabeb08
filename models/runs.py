"""What a worker does to a job: claim it, renew the claim, record what it did, end it.

Every write carries the claim's number. Writes of many runs are committed together: `record`
takes a batch and is called through a `Batcher`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, or_, select, update

from models.base import Json, table_of, utcnow
from models.bulk import insert_rows, update_rows
from models.errors import StaleRun
from models.model_calls import ModelCall, answers_of
from models.task_executions import (
    COMPLETED,
    FAILED,
    OPEN,
    PROCESSING,
    ExecutionStep,
    TaskExecution,
    Told,
    rows_of,
)

STARTING = "Starting task execution"
EXHAUSTED = {
    "code": "ATTEMPTS_EXHAUSTED",
    "message": "The job was started several times and made no progress; retry it, or tell its operator.",
}


@dataclass(frozen=True)
class Claim:
    """A run's title to its job: the job's id and the number of the attempt."""

    execution_id: str
    attempt: int


@dataclass(frozen=True)
class ClaimedJob:
    """What a run needs to know: its claim, the request, and all that earlier runs have stored."""

    claim: Claim
    organization_id: str
    created_by: str
    mode: str
    type: str
    brief: Json
    seed: int
    notification_url: str | None
    external_id: str | None
    metadata: Json | None
    created_at: datetime
    attempts_without_progress: int
    steps: dict[str, Any]
    answers: dict[tuple[str, str], dict[str, Any]]


_executions = table_of(TaskExecution)


def claim(
    connection: Connection, execution_ids: Sequence[str], worker: str, lease: timedelta, max_attempts: int
) -> list[ClaimedJob]:
    """Take those of the jobs that are due and that nobody has.

    A job that made no progress in `max_attempts` runs is failed instead.
    """
    now = utcnow()
    rows = (
        connection.execute(
            update(_executions)
            .where(
                _executions.c.id.in_(_free(connection, execution_ids, now)),
                _executions.c.status.in_(OPEN),
                or_(_executions.c.lease_expires_at.is_(None), _executions.c.lease_expires_at <= now),
            )
            .values(
                status=PROCESSING,
                attempt=_executions.c.attempt + 1,
                attempts_without_progress=_executions.c.attempts_without_progress + 1,
                worker=worker,
                lease_expires_at=now + lease,
                run_at=None,
            )
            .returning(*_executions.c)
        )
        .mappings()
        .all()
    )
    writes, jobs = [], []
    for row in rows:
        mine = Claim(str(row["id"]), row["attempt"])
        if row["attempts_without_progress"] > max_attempts:
            writes.append(Write(mine, line=Line(EXHAUSTED["message"]), end=End(FAILED, error=EXHAUSTED)))
        else:
            writes.append(Write(mine, line=Line(STARTING)))
            jobs.append(_claimed(connection, mine, row))
    if writes:
        record(connection, writes)
    return jobs


def _free(connection: Connection, execution_ids: Sequence[str], now: datetime) -> list[str]:
    """Lock those of the jobs that can be claimed, always in one order, so that two claims can't block
    each other; one that somebody else is claiming at this moment is passed over."""
    rows = connection.execute(
        select(_executions.c.id)
        .where(
            _executions.c.id.in_(execution_ids),
            _executions.c.status.in_(OPEN),
            or_(_executions.c.lease_expires_at.is_(None), _executions.c.lease_expires_at <= now),
            or_(_executions.c.run_at.is_(None), _executions.c.run_at <= now),
        )
        .order_by(_executions.c.id)
        .with_for_update(skip_locked=True)
    )
    return [str(execution_id) for execution_id in rows.scalars()]


def _claimed(connection: Connection, mine: Claim, row: RowMapping) -> ClaimedJob:
    first = mine.attempt == 1
    return ClaimedJob(
        claim=mine,
        organization_id=str(row["organization_id"]),
        created_by=row["created_by"],
        mode=row["mode"],
        type=row["type"],
        brief=row["brief"],
        seed=row["seed"],
        notification_url=row["notification_url"],
        external_id=row["external_id"],
        metadata=row["metadata"],
        created_at=row["created_at"],
        attempts_without_progress=row["attempts_without_progress"],
        steps={} if first else _steps(connection, mine.execution_id),
        answers={} if first else answers_of(connection, mine.execution_id),
    )


def _steps(connection: Connection, execution_id: str) -> dict[str, Any]:
    rows = connection.execute(
        select(ExecutionStep.key, ExecutionStep.result).where(ExecutionStep.task_execution_id == execution_id)
    )
    return {row.key: row.result["value"] for row in rows}


def renew(connection: Connection, claims: Iterable[Claim], lease: timedelta) -> set[Claim]:
    """Prolong the leases of these runs; the claims that are lost. A job given up stays given up."""
    now = utcnow()
    mine = set(claims)
    held = connection.execute(
        select(_executions.c.id, _executions.c.attempt)
        .where(
            _executions.c.id.in_([claim.execution_id for claim in mine]),
            _executions.c.status == PROCESSING,
            _executions.c.lease_expires_at.is_not(None),
        )
        # In the order in which `record` locks them, so that the two can't block each other.
        .order_by(_executions.c.id)
        .with_for_update()
    )
    kept = mine & {Claim(str(row.id), row.attempt) for row in held}
    connection.execute(
        update(_executions)
        .where(_executions.c.id.in_([claim.execution_id for claim in kept]))
        .values(lease_expires_at=now + lease)
    )
    return mine - kept


def _is(claim: Claim) -> Any:
    return (_executions.c.id == claim.execution_id) & (_executions.c.attempt == claim.attempt)


def release(connection: Connection, claim: Claim, run_at: datetime | None = None) -> None:
    """Give the job up unfinished, for any worker to go on with, not before `run_at`."""
    connection.execute(
        update(_executions)
        .where(_is(claim), _executions.c.status == PROCESSING)
        .values(lease_expires_at=None, run_at=run_at, published_at=None)
    )


def release_all_of(connection: Connection, worker: str) -> int:
    """Void the leases of a worker that is known to be dead; how many there were."""
    return connection.execute(
        update(_executions)
        .where(_executions.c.worker == worker, _executions.c.status == PROCESSING)
        .values(lease_expires_at=None, published_at=None)
    ).rowcount


def due(connection: Connection, republish_before: datetime, limit: int) -> Sequence[str]:
    """Jobs that wait for a worker and were not handed to one lately; marks them as handed.

    These are the ones never published, the ones whose message may be lost, and the ones whose
    worker has lost its lease.
    """
    now = utcnow()
    waiting = connection.execute(
        select(_executions.c.id)
        .where(
            _executions.c.status.in_(OPEN),
            or_(_executions.c.lease_expires_at.is_(None), _executions.c.lease_expires_at <= now),
            or_(_executions.c.run_at.is_(None), _executions.c.run_at <= now),
            or_(
                _executions.c.published_at.is_(None),
                _executions.c.published_at <= republish_before,
                # Published, claimed, and then lost: the message is spent.
                (_executions.c.status == PROCESSING)
                & (_executions.c.lease_expires_at > _executions.c.published_at),
            ),
        )
        .order_by(_executions.c.created_at)
        .limit(limit)
        # What another sweep is taking at this moment is left to it.
        .with_for_update(skip_locked=True)
    )
    ids = [str(execution_id) for execution_id in waiting.scalars()]
    connection.execute(update(_executions).where(_executions.c.id.in_(ids)).values(published_at=now))
    return ids


def mark_unpublished(connection: Connection, execution_ids: Sequence[str]) -> None:
    """No message of these jobs reached the broker: the very next sweep sends them."""
    if execution_ids:
        connection.execute(
            update(_executions).where(_executions.c.id.in_(execution_ids)).values(published_at=None)
        )


@dataclass(frozen=True)
class Line:
    """A progress line; `progress` None leaves the figure as it is."""

    message: str
    progress: float | None = None


@dataclass(frozen=True)
class End:
    """How the job ends: its status with a result or an error."""

    status: str
    result: Json | None = None
    error: Json | None = None


@dataclass(frozen=True)
class Write:
    """What a run wants stored, all of it or nothing.

    `call` (a row of `model_calls`) is stored even when the claim is lost: the answer is paid for.
    `work` runs in the same transaction, and what it returns is the job's result.
    """

    claim: Claim
    line: Line | None = None
    step: tuple[str, Any] | None = None
    call: dict[str, Any] | None = None
    work: Callable[[Connection], Json] | None = None
    end: End | None = None


def record(connection: Connection, writes: Sequence[Write]) -> list[BaseException | None]:
    """Store a batch of writes; for each None, or StaleRun where its claim is lost."""
    now = utcnow()
    rows = _locked(connection, {write.claim.execution_id for write in writes})
    batch = _Batch(connection, rows, now)
    batch.calls = [{**write.call, "created_at": now} for write in writes if write.call is not None]
    outcomes: list[BaseException | None] = [batch.add(write) for write in writes]
    batch.store()
    return outcomes


# What a write may change in its job's row, and what it needs to know of it besides.
CHANGED = (
    "id",
    "status",
    "sequence",
    "progress",
    "current_step",
    "attempts_without_progress",
    "lease_expires_at",
    "result",
    "error",
    "updated_at",
)
NEEDED = ("organization_id", "attempt", "notification_url", "external_id", "metadata")


def _locked(connection: Connection, ids: set[str]) -> dict[str, dict[str, Any]]:
    rows = connection.execute(
        select(*(_executions.c[name] for name in CHANGED + NEEDED))
        .where(_executions.c.id.in_(ids))
        .order_by(_executions.c.id)
        .with_for_update()
    )
    return {str(row.id): dict(row._mapping) for row in rows}


class _Batch:
    """Gathers the rows of many writes, so that each table gets one statement."""

    def __init__(self, connection: Connection, rows: dict[str, dict[str, Any]], now: datetime) -> None:
        self.connection = connection
        self.rows = rows
        self.now = now
        self.calls: list[dict[str, Any]] = []
        self.lines: list[Told] = []
        self.steps: list[dict[str, Any]] = []
        self.changed: dict[str, dict[str, Any]] = {}

    def add(self, write: Write) -> StaleRun | None:
        row = self.rows.get(write.claim.execution_id)
        if row is None or row["status"] != PROCESSING or row["attempt"] != write.claim.attempt:
            return StaleRun("The run has lost its claim on the job.")
        result = write.work(self.connection) if write.work else None
        end = write.end or (End(COMPLETED, result=result) if write.work else None)
        if end is not None:
            row.update(status=end.status, result=end.result, error=end.error)
        if write.step is not None:
            self._step(write.claim, *write.step)
        if write.line is not None:
            self._line(row, write.line, end)
        self._changed(write, row)
        return None

    def _step(self, claim: Claim, key: str, value: Any) -> None:
        self.steps.append(
            {
                "task_execution_id": claim.execution_id,
                "key": key,
                "result": {"value": value},
                "created_at": self.now,
            }
        )

    def _line(self, row: dict[str, Any], line: Line, end: End | None) -> None:
        row["sequence"] += 1
        row["current_step"] = line.message
        if line.progress is not None:
            row["progress"] = line.progress
        self.lines.append(
            Told(
                str(row["id"]),
                str(row["organization_id"]),
                row["notification_url"],
                row["external_id"],
                row["metadata"],
                row["sequence"],
                row["status"],
                end.status if end else "progress",
                line.message,
                result=end.result if end else None,
                error=end.error if end else None,
            )
        )

    def _changed(self, write: Write, row: dict[str, Any]) -> None:
        if write.step is not None or write.call is not None:
            row["attempts_without_progress"] = 0
        if row["status"] != PROCESSING:
            row["lease_expires_at"] = None
            row["progress"] = 1.0 if row["status"] == COMPLETED else row["progress"]
        if write.line is not None:
            # With the sequence only: what the status document shows must change with its ETag.
            row["updated_at"] = self.now
        # Only rows that are held locked are changed, so their id alone is a sufficient condition.
        self.changed[str(row["id"])] = {name: row[name] for name in CHANGED}

    def store(self) -> None:
        """Everything in two statements: what is new, and what has changed."""
        insert_rows(
            self.connection,
            [
                (table_of(ModelCall), self.calls),
                (table_of(ExecutionStep), self.steps),
                *rows_of(self.lines, self.now),
            ],
        )
        update_rows(self.connection, _executions, list(self.changed.values()))
