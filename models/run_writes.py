"""What a run writes: lines, steps, calls, and how its job ends.

Every write carries the claim's number. Writes of many runs are committed together: `record`
takes a batch and is called through a `Batcher`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from models.base import Json, table_of, utcnow
from models.batch_requests import BatchRequest
from models.bulk import insert_rows, update_rows
from models.errors import StaleRun
from models.job_times import JobTime
from models.job_times import rows_of as times_of
from models.model_calls import ModelCall
from models.task_executions import COMPLETED, PROCESSING, ExecutionStep, TaskExecution, Told, rows_of
from models.webhook_listeners import listeners

_executions = table_of(TaskExecution)


@dataclass(frozen=True)
class Claim:
    """A run's title to its job: the job's id and the number of the attempt."""

    execution_id: str
    attempt: int


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
    `request` is a row of `batch_requests`.
    `work` runs in the same transaction, and what it returns is the job's result.
    `took` are the steps of a job that ends with this, each with its milliseconds.
    """

    claim: Claim
    line: Line | None = None
    step: tuple[str, Any] | None = None
    call: dict[str, Any] | None = None
    request: dict[str, Any] | None = None
    work: Callable[[Connection], Json] | None = None
    end: End | None = None
    took: tuple[tuple[str, int], ...] = ()


def record(
    connection: Connection, writes: Sequence[Write], channels: set[str] | None = None
) -> list[BaseException | None]:
    """Store a batch of writes; for each None, or StaleRun where its claim is lost.

    `channels` gets those of webhook endpoints that there is something to send on.
    """
    now = utcnow()
    rows = _locked(connection, {write.claim.execution_id for write in writes})
    batch = _Batch(connection, rows, now)
    batch.calls = [
        {**_kept(write.call, rows.get(write.claim.execution_id)), "created_at": now}
        for write in writes
        if write.call is not None
    ]
    outcomes: list[BaseException | None] = [batch.add(write) for write in writes]
    batch.store(channels)
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
NEEDED = (
    "organization_id",
    "type",
    "attempt",
    "notification_url",
    "external_id",
    "metadata",
    "erased_at",
    "created_at",
)


def _kept(call: dict[str, Any], row: dict[str, Any] | None) -> dict[str, Any]:
    """The call as it may be stored: of a job that was erased the cost, and not what was said."""
    return {**call, "answer": {}} if row is not None and row["erased_at"] is not None else call


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
        self.requests: list[dict[str, Any]] = []
        self.lines: list[Told] = []
        self.steps: list[dict[str, Any]] = []
        self.times: list[dict[str, Any]] = []
        self.changed: dict[str, dict[str, Any]] = {}

    def add(self, write: Write) -> StaleRun | None:
        row = self.rows.get(write.claim.execution_id)
        if row is None or row["status"] != PROCESSING or row["attempt"] != write.claim.attempt:
            return StaleRun("The run has lost its claim on the job.")
        result = write.work(self.connection) if write.work else None
        end = write.end or (End(COMPLETED, result=result) if write.work else None)
        if end is not None:
            row.update(status=end.status, result=end.result, error=end.error)
            self.times += times_of(row["type"], end.status, row["created_at"], write.took, self.now)
        if write.step is not None:
            self._step(write.claim, *write.step)
        if write.request is not None:
            self.requests.append({**write.request, "created_at": self.now})
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
        if write.step is not None or write.call is not None or write.request is not None:
            row["attempts_without_progress"] = 0
        if row["status"] != PROCESSING:
            row["lease_expires_at"] = None
            row["progress"] = 1.0 if row["status"] == COMPLETED else row["progress"]
        if write.line is not None:
            # With the sequence only: what the status document shows must change with its ETag.
            row["updated_at"] = self.now
        # Only rows that are held locked are changed, so their id alone is a sufficient condition.
        self.changed[str(row["id"])] = {name: row[name] for name in CHANGED}

    def store(self, channels: set[str] | None) -> None:
        """Everything in two statements: what is new, and what has changed."""
        known = listeners(self.connection, {line.organization_id for line in self.lines})
        insert_rows(
            self.connection,
            [
                (table_of(ModelCall), self.calls),
                (table_of(BatchRequest), self.requests),
                (table_of(ExecutionStep), self.steps),
                (table_of(JobTime), self.times),
                *rows_of(self.lines, self.now, known, channels),
            ],
        )
        update_rows(self.connection, _executions, list(self.changed.values()))
