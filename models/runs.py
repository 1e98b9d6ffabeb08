"""What a worker does to a job: claim it, renew the claim, give it up, and record what it did.

What a run writes is in `models/run_writes.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, or_, select, update

from models.base import Json, table_of, utcnow
from models.batch_requests import LONGEST_WAIT, Registered, of_job
from models.model_calls import answers_of
from models.run_writes import Claim, End, Line, Write, record
from models.task_executions import (
    FAILED,
    OPEN,
    PROCESSING,
    ExecutionStep,
    TaskExecution,
    TaskExecutionLog,
)

__all__ = [
    "EXHAUSTED",
    "GOING_ON",
    "STARTING",
    "Claim",
    "ClaimedJob",
    "End",
    "Line",
    "Write",
    "claim",
    "due",
    "mark_unpublished",
    "record",
    "release",
    "release_all_of",
    "renew",
    "wait",
]

STARTING = "Starting task execution"
GOING_ON = "AI Progress: The batch answered; going on"
EXHAUSTED = {
    "code": "ATTEMPTS_EXHAUSTED",
    "message": "The job was started several times and made no progress; retry it, or tell its operator.",
}


@dataclass(frozen=True)
class ClaimedJob:
    """What a run needs to know: its claim, the request, and all that earlier runs have stored.

    `registered` are the calls that wait for a batch or got no answer from it; `said` are the lines
    of the log, of a job that goes on after a batch, which need not be said again.
    """

    claim: Claim
    organization_id: str
    verification_id: str | None
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
    registered: dict[tuple[str, str], Registered]
    said: tuple[str, ...]
    request_id: str | None = None
    traceparent: str | None = None

    @property
    def traced(self) -> dict[str, str | int]:
        """What a span tells of its run."""
        return {"assessgen.job.id": self.claim.execution_id, "assessgen.job.attempt": self.claim.attempt}


_executions = table_of(TaskExecution)


def claim(
    connection: Connection, execution_ids: Sequence[str], worker: str, lease: timedelta, max_attempts: int
) -> list[ClaimedJob]:
    """Take those of the jobs that are due and that nobody has.

    A job that made no progress in `max_attempts` runs is failed instead.
    """
    now = utcnow()
    free = _free(connection, execution_ids, now)
    rows = (
        connection.execute(
            update(_executions)
            .where(
                _executions.c.id.in_(list(free)),
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
                waiting_since=None,
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
            has_waited = free[mine.execution_id]
            writes.append(Write(mine, line=Line(GOING_ON if has_waited else STARTING)))
            jobs.append(_claimed(connection, mine, row, has_waited))
    if writes:
        record(connection, writes)
    return jobs


def _free(connection: Connection, execution_ids: Sequence[str], now: datetime) -> dict[str, bool]:
    """Lock those of the jobs that can be claimed, always in one order, so that two claims can't block
    each other; one that somebody else is claiming at this moment is passed over.

    Gives of each whether it has waited for a batch.
    """
    rows = connection.execute(
        select(_executions.c.id, _executions.c.waiting_since)
        .where(
            _executions.c.id.in_(execution_ids),
            _executions.c.status.in_(OPEN),
            or_(_executions.c.lease_expires_at.is_(None), _executions.c.lease_expires_at <= now),
            or_(_executions.c.run_at.is_(None), _executions.c.run_at <= now),
        )
        .order_by(_executions.c.id)
        .with_for_update(skip_locked=True)
    )
    return {str(row.id): row.waiting_since is not None for row in rows}


def _claimed(connection: Connection, mine: Claim, row: RowMapping, has_waited: bool) -> ClaimedJob:
    first = mine.attempt == 1
    return ClaimedJob(
        claim=mine,
        organization_id=str(row["organization_id"]),
        verification_id=row["verification_id"],
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
        registered={} if first else of_job(connection, mine.execution_id),
        said=_said(connection, mine.execution_id) if has_waited else (),
        request_id=row["request_id"],
        traceparent=row["traceparent"],
    )


def _steps(connection: Connection, execution_id: str) -> dict[str, Any]:
    rows = connection.execute(
        select(ExecutionStep.key, ExecutionStep.result).where(ExecutionStep.task_execution_id == execution_id)
    )
    return {row.key: row.result["value"] for row in rows}


def _said(connection: Connection, execution_id: str) -> tuple[str, ...]:
    rows = connection.execute(
        select(TaskExecutionLog.message).where(TaskExecutionLog.task_execution_id == execution_id)
    )
    return tuple(rows.scalars())


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


def wait(connection: Connection, claim: Claim) -> None:
    """Give the job up until the answers of its batch are in (`batches.wake`), and to nobody before.

    To have waited is no attempt that made no progress. Should the batches have lost all who look
    after them, the job goes on by itself long after the last answer could have come.
    """
    now = utcnow()
    connection.execute(
        update(_executions)
        .where(_is(claim), _executions.c.status == PROCESSING)
        .values(
            lease_expires_at=None,
            waiting_since=now,
            run_at=now + 2 * LONGEST_WAIT,
            published_at=None,
            attempts_without_progress=0,
        )
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
