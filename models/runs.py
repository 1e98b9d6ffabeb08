"""What a worker does to a job: claim it, renew the claim, record what it did, end it.

Every write carries the claim's number. Writes of many runs are committed together: `record`
takes a batch and is called through a `Batcher`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, or_, select, update

from models.base import Json, utcnow
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
    tell,
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


_executions = TaskExecution.__table__


def claim(
    connection: Connection, execution_id: str, worker: str, lease: timedelta, max_attempts: int
) -> ClaimedJob | None:
    """Take the job if it is due and nobody has it; None if not.

    A job that made no progress in `max_attempts` runs is failed instead.
    """
    now = utcnow()
    row = (
        connection.execute(
            update(_executions)
            .where(
                _executions.c.id == execution_id,
                _executions.c.status.in_(OPEN),
                or_(_executions.c.lease_expires_at.is_(None), _executions.c.lease_expires_at <= now),
                or_(_executions.c.run_at.is_(None), _executions.c.run_at <= now),
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
        .one_or_none()
    )
    if row is None:
        return None
    mine = Claim(str(row["id"]), row["attempt"])
    if row["attempts_without_progress"] > max_attempts:
        record(connection, [Write(mine, line=Line(EXHAUSTED["message"]), end=End(FAILED, error=EXHAUSTED))])
        return None
    record(connection, [Write(mine, line=Line(STARTING))])
    return _claimed(connection, mine, row)


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
    """Prolong the leases of these runs; the claims that are lost."""
    now = utcnow()
    mine = set(claims)
    kept = connection.execute(
        update(_executions)
        .where(
            _executions.c.id.in_([claim.execution_id for claim in mine]),
            _executions.c.status == PROCESSING,
            or_(*(_is(claim) for claim in mine)),
        )
        .values(lease_expires_at=now + lease)
        .returning(_executions.c.id, _executions.c.attempt)
    )
    return mine - {Claim(str(row.id), row.attempt) for row in kept}


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
    waiting = (
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
    )
    rows = connection.execute(
        update(_executions)
        .where(_executions.c.id.in_(waiting))
        .values(published_at=now)
        .returning(_executions.c.id)
    )
    return [str(execution_id) for execution_id in rows.scalars()]


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


def record(connection: Connection, writes: Sequence[Write]) -> list[None | BaseException]:
    """Store a batch of writes; for each None, or StaleRun where its claim is lost."""
    now = utcnow()
    calls = [write.call for write in writes if write.call is not None]
    if calls:
        connection.execute(insert(ModelCall), [{**call, "created_at": now} for call in calls])
    rows = _locked(connection, {write.claim.execution_id for write in writes})
    batch = _Batch(connection, rows, now)
    outcomes = [batch.add(write) for write in writes]
    batch.store()
    return outcomes


def _locked(connection: Connection, ids: set[str]) -> dict[str, dict[str, Any]]:
    columns = _executions.c
    rows = connection.execute(
        select(
            columns.id,
            columns.organization_id,
            columns.status,
            columns.attempt,
            columns.sequence,
            columns.progress,
            columns.current_step,
            columns.notification_url,
            columns.external_id,
            columns.metadata,
        )
        .where(columns.id.in_(ids))
        .order_by(columns.id)
        .with_for_update()
    )
    return {str(row.id): dict(row._mapping) for row in rows}


class _Batch:
    """Gathers the rows of many writes, so that each table gets one statement."""

    def __init__(self, connection: Connection, rows: dict[str, dict[str, Any]], now: datetime) -> None:
        self.connection = connection
        self.rows = rows
        self.now = now
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
        change = self.changed.setdefault(str(row["id"]), {})
        if write.step is not None or write.call is not None:
            change["moved"] = True
        change.update(
            {name: row[name] for name in ("status", "sequence", "progress", "current_step")},
            result=row.get("result"),
            error=row.get("error"),
        )

    def store(self) -> None:
        if self.steps:
            self.connection.execute(insert(ExecutionStep), self.steps)
        tell(self.connection, self.lines, self.now)
        self._store_changes()

    def _store_changes(self) -> None:
        """One statement for the many that only moved on, one for each that ended."""
        moving = []
        for execution_id, change in self.changed.items():
            if change["status"] == PROCESSING:
                moving.append(self._moving(execution_id, change))
            else:
                self._end(execution_id, change)
        if moving:
            self.connection.execute(_MOVE, moving)

    def _moving(self, execution_id: str, change: dict[str, Any]) -> dict[str, Any]:
        return {
            "the_id": execution_id,
            "the_sequence": change["sequence"],
            "the_progress": change["progress"],
            "the_step": change["current_step"],
            "the_moved": 1 if change.get("moved") else 0,
            "the_time": self.now,
        }

    def _end(self, execution_id: str, change: dict[str, Any]) -> None:
        self.connection.execute(
            update(_executions)
            .where(_executions.c.id == execution_id)
            .values(
                status=change["status"],
                sequence=change["sequence"],
                progress=1.0 if change["status"] == COMPLETED else change["progress"],
                current_step=change["current_step"],
                result=change["result"],
                error=change["error"],
                lease_expires_at=None,
                updated_at=self.now,
            )
        )


# Only rows that `record` holds locked are updated, so the id alone is a sufficient condition.
_MOVE = (
    update(_executions)
    .where(_executions.c.id == bindparam("the_id"))
    .values(
        sequence=bindparam("the_sequence"),
        progress=bindparam("the_progress"),
        current_step=bindparam("the_step"),
        attempts_without_progress=_executions.c.attempts_without_progress * (1 - bindparam("the_moved")),
        updated_at=bindparam("the_time"),
    )
)

