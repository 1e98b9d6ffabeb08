"""What the sweep does for economy mode: gather calls into batches, follow those, wake the jobs.

Every function is one transaction's work and safe with two sweeps at once: what one takes, the other
passes over. A job's rows are locked in the order of their ids, as everywhere (`models/runs.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, insert, select, update

from models.base import Json, new_id, parse_id, table_of, utcnow
from models.batch_requests import (
    ENDED,
    FAILED,
    IN_PROGRESS,
    LONGEST_WAIT,
    REFUSED,
    SENT,
    SUBMITTING,
    UNSENT,
    UNSETTLED,
    BatchRequest,
    ModelBatch,
)
from models.bulk import insert_rows
from models.model_calls import ModelCall, row_of
from models.task_executions import OPEN, TaskExecution

_requests = table_of(BatchRequest)
_batches = table_of(ModelBatch)
_executions = table_of(TaskExecution)

WAKE_LIMIT = 500
LATE = "the batch did not end in time"


@dataclass(frozen=True)
class Parcel:
    """A batch about to be sent: its id here, and each call's id with its body."""

    id: str
    calls: tuple[tuple[str, Json], ...]


@dataclass(frozen=True)
class Limits:
    """How large a batch may get, and for how long calls gather (a lone one must not wait for ever)."""

    requests: int
    bytes: int
    gather: timedelta


def gather(connection: Connection, limits: Limits, lease: timedelta) -> Parcel | None:
    """Make a batch of the calls that are not sent yet; None while there are none or they still gather.

    It is stored as submitting before it is sent: whoever finds it so after `lease` must find out
    whether it was (`restore`, `adopt`).
    """
    now = utcnow()
    _drop_unwanted(connection)
    _fail(connection, _requests.c.created_at < now - LONGEST_WAIT, FAILED, LATE)
    found = connection.execute(
        select(_requests.c.id, _requests.c.size, _requests.c.created_at)
        .where(_requests.c.status == UNSENT)
        .order_by(_requests.c.created_at, _requests.c.id)
        .limit(limits.requests)
        .with_for_update(skip_locked=True)
    ).all()
    chosen = _within(limits.bytes, [(str(row.id), row.size) for row in found])
    is_full = len(chosen) == limits.requests or len(chosen) < len(found)
    if not found or (not is_full and found[0].created_at > now - limits.gather):
        return None
    batch_id = new_id()
    connection.execute(
        insert(_batches).values(
            id=batch_id, status=SUBMITTING, requests=len(chosen), poll_at=now + lease, created_at=now
        )
    )
    rows = connection.execute(
        update(_requests)
        .where(_requests.c.id.in_(chosen))
        .values(status=SENT, model_batch_id=batch_id)
        .returning(_requests.c.id, _requests.c.body)
    )
    return Parcel(batch_id, tuple((str(row.id), row.body) for row in rows))


def _within(most: int, sized: Sequence[tuple[str, int]]) -> list[str]:
    """The first ones that fit together; one at least."""
    chosen: list[str] = []
    for request_id, size in sized:
        most -= size
        if most < 0 and chosen:
            break
        chosen.append(request_id)
    return chosen


def _drop_unwanted(connection: Connection) -> None:
    """Forget what jobs that have ended meanwhile wanted to ask; a retried one asks anew."""
    over = select(_executions.c.id).where(_executions.c.status.not_in(OPEN))
    connection.execute(
        delete(_requests).where(_requests.c.status == UNSENT, _requests.c.task_execution_id.in_(over))
    )


def accepted(
    connection: Connection, batch_id: str, api_id: str, expires_at: datetime, poll_at: datetime
) -> bool:
    """The API has taken the batch under this name; False where somebody has given it up meanwhile."""
    return bool(
        connection.execute(
            update(_batches)
            .where(_batches.c.id == batch_id, _batches.c.status == SUBMITTING)
            .values(status=IN_PROGRESS, api_id=api_id, expires_at=expires_at, poll_at=poll_at)
        ).rowcount
    )


def restore(connection: Connection, batch_id: str) -> None:
    """The API has never taken the batch: its calls wait for the next one."""
    connection.execute(
        update(_requests)
        .where(_requests.c.model_batch_id == batch_id, _requests.c.status == SENT)
        .values(status=UNSENT, model_batch_id=None)
    )
    connection.execute(delete(_batches).where(_batches.c.id == batch_id, _batches.c.status == SUBMITTING))


@dataclass(frozen=True)
class Followed:
    """A batch to look at: as it is stored."""

    id: str
    api_id: str | None
    requests: int
    expires_at: datetime | None
    created_at: datetime


def due(connection: Connection, lease: timedelta, limit: int) -> list[Followed]:
    """Take the batches that are to be looked at now; nobody else gets them for the time of `lease`."""
    now = utcnow()
    rows = connection.execute(
        select(_batches)
        .where(_batches.c.status.in_((SUBMITTING, IN_PROGRESS)), _batches.c.poll_at <= now)
        .order_by(_batches.c.poll_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    postpone(connection, [str(row.id) for row in rows], now + lease)
    return [Followed(str(row.id), row.api_id, row.requests, row.expires_at, row.created_at) for row in rows]


def postpone(connection: Connection, batch_ids: Iterable[str], poll_at: datetime) -> None:
    """Look at these batches then."""
    connection.execute(update(_batches).where(_batches.c.id.in_(list(batch_ids))).values(poll_at=poll_at))


def known(connection: Connection, api_ids: Iterable[str]) -> set[str]:
    """Those of the API's batches that are ours already."""
    rows = connection.execute(select(_batches.c.api_id).where(_batches.c.api_id.in_(list(api_ids))))
    return set(rows.scalars())


def has_request(connection: Connection, batch_id: str, request_id: str) -> bool:
    """Whether the call is one of the batch's."""
    mine = exists().where(_sent_in(batch_id, [request_id]))
    return bool(connection.execute(select(mine)).scalar())


def answered(connection: Connection, batch_id: str, answers: dict[str, Json]) -> None:
    """Journal the answers of the batch's calls, by their ids; those are settled.

    The row of a call is deleted with its answer's insertion: a batch that is read twice is stored once.
    """
    which = _sent_in(batch_id, answers)
    _hold_jobs(connection, which)
    rows = connection.execute(delete(_requests).where(which).returning(*_requests.c)).all()
    now = utcnow()
    calls = [
        {
            **row_of(
                answers[str(row.id)],
                task_execution_id=str(row.task_execution_id),
                organization_id=str(row.organization_id),
                step=row.step,
                input_hash=row.input_hash,
                stage=row.stage,
            ),
            "created_at": now,
        }
        for row in rows
    ]
    insert_rows(connection, [(table_of(ModelCall), calls)])


def _sent_in(batch_id: str, request_ids: Iterable[str]) -> ColumnElement[bool]:
    # What a foreign batch calls its calls may be no id at all, which the column would not take.
    ids = [request_id for request_id in request_ids if parse_id(request_id)]
    return and_(_requests.c.id.in_(ids), _requests.c.model_batch_id == batch_id, _requests.c.status == SENT)


def _hold_jobs(connection: Connection, which: ColumnElement[bool]) -> None:
    # The journal's foreign key locks the jobs' rows; in the order of `record`, so that the two
    # can't block each other.
    jobs = select(_requests.c.task_execution_id).where(which)
    connection.execute(
        select(_executions.c.id)
        .where(_executions.c.id.in_(jobs))
        .order_by(_executions.c.id)
        .with_for_update(read=True, key_share=True)
    ).all()


def unanswered(connection: Connection, batch_id: str, problems: dict[str, str]) -> None:
    """These of the batch's calls (by their ids) get no answer, for these reasons."""
    for problem in set(problems.values()):
        ids = [request_id for request_id, why in problems.items() if why == problem]
        _fail(connection, _sent_in(batch_id, ids), FAILED, problem)


def end(connection: Connection, batch_id: str, problem: str, is_refusal: bool = False) -> None:
    """The batch is over; what it gave no answer to gets none, for this reason.

    After a refusal the API would not take those calls at any other time either.
    """
    status = REFUSED if is_refusal else FAILED
    _fail(connection, _requests.c.model_batch_id == batch_id, status, problem)
    connection.execute(
        update(_batches).where(_batches.c.id == batch_id).values(status=ENDED, ended_at=utcnow())
    )


def _fail(connection: Connection, which: ColumnElement[bool], status: str, problem: str) -> None:
    empty: dict[str, Any] = {}
    connection.execute(
        update(_requests)
        .where(which, _requests.c.status.in_(UNSETTLED))
        .values(status=status, problem=problem, body=empty)
    )


def wake(connection: Connection) -> list[str]:
    """The waiting jobs whose calls are all settled: free to be claimed now, and marked as published."""
    now = utcnow()
    unsettled = exists().where(
        _requests.c.task_execution_id == _executions.c.id, _requests.c.status.in_(UNSETTLED)
    )
    rows = connection.execute(
        select(_executions.c.id)
        .where(
            _executions.c.waiting_since.is_not(None),
            _executions.c.status.in_(OPEN),
            _executions.c.run_at > now,
            ~unsettled,
        )
        .order_by(_executions.c.id)
        .limit(WAKE_LIMIT)
        .with_for_update(skip_locked=True, of=_executions)
    )
    ids = [str(execution_id) for execution_id in rows.scalars()]
    connection.execute(
        update(_executions).where(_executions.c.id.in_(ids)).values(run_at=None, published_at=now)
    )
    return ids
