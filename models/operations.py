"""What an operator wants to know of the whole installation; each question is answered from an index."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, Protocol, Self, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from models import job_times
from models.base import utcnow
from models.events import Delivery
from models.job_times import JobTime, Kind, Taken
from models.model_calls import Figures, ModelCall
from models.task_executions import PENDING, TaskExecution

# A row's number is taken before it is committed: no older row may still come in beneath the mark.
SETTLED_AFTER = timedelta(minutes=10)

Calls = dict[tuple[str, str], "Spent"]


class Addable(Protocol):
    """Sums of some rows, which make those of more rows together with others."""

    def __add__(self, other: Self, /) -> Self:
        """Both together."""


Key = TypeVar("Key", bound=Hashable)
Sum = TypeVar("Sum", bound=Addable)


def jobs_by_status(connection: Connection) -> dict[str, int]:
    """How many jobs there are in each status."""
    return _by_status(connection, TaskExecution.status)


def deliveries_by_status(connection: Connection) -> dict[str, int]:
    """How many webhooks and mails there are in each status."""
    return _by_status(connection, Delivery.status)


def _by_status(connection: Connection, status: InstrumentedAttribute[str]) -> dict[str, int]:
    query = select(status, func.count()).group_by(status)
    return {str(name): int(count) for name, count in connection.execute(query)}


def queue_age(connection: Connection) -> float:
    """For how many seconds the job that waits longest for its first worker could have run; 0 for none."""
    now = utcnow()
    due = or_(TaskExecution.run_at.is_(None), TaskExecution.run_at <= now)
    since = func.min(func.coalesce(TaskExecution.run_at, TaskExecution.updated_at))
    oldest = connection.execute(select(since).where(TaskExecution.status == PENDING, due)).scalar_one()
    return max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0


@dataclass(frozen=True)
class Spent(Figures):
    """What calls to a model took: counts, tokens, micro-dollars and milliseconds."""

    duration_ms: int = 0


@dataclass(frozen=True)
class Ledger(Generic[Key, Sum]):
    """The sums of all rows of a table up to one of them, by what they are told apart by."""

    last_id: int = 0
    sums: Mapping[Key, Sum] = field(default_factory=dict)


def brought_forward(
    connection: Connection, ledger: Ledger[tuple[str, str], Spent]
) -> tuple[Ledger[tuple[str, str], Spent], Calls]:
    """The ledger with the model calls that have settled since, and the sums of all calls up to now."""
    return _forward(connection, ModelCall, ledger, _sums)


def times_brought_forward(
    connection: Connection, ledger: Ledger[Kind, Taken]
) -> tuple[Ledger[Kind, Taken], dict[Kind, Taken]]:
    """The same of the times of jobs and steps."""
    return _forward(connection, JobTime, ledger, job_times.sums)


def _forward(
    connection: Connection,
    table: type[ModelCall] | type[JobTime],
    ledger: Ledger[Key, Sum],
    sums: Callable[..., dict[Key, Sum]],
) -> tuple[Ledger[Key, Sum], dict[Key, Sum]]:
    """Only the rows after the ledger's last one are read: all of them once a process, and then few."""
    settled_before = utcnow() - SETTLED_AFTER
    new = table.id > ledger.last_id
    last = connection.execute(
        select(func.max(table.id)).where(new, table.created_at < settled_before)
    ).scalar_one()
    if last is not None:
        settled = sums(connection, new, table.id <= last)
        ledger = Ledger(last, _together(ledger.sums, settled))
    return ledger, _together(ledger.sums, sums(connection, table.id > ledger.last_id))


def _together(one: Mapping[Key, Sum], other: Mapping[Key, Sum]) -> dict[Key, Sum]:
    both = {key: found + other[key] if key in other else found for key, found in one.items()}
    return both | {key: found for key, found in other.items() if key not in one}


def _sums(connection: Connection, *which: ColumnElement[bool]) -> Calls:
    query: Select[Any] = select(ModelCall.stage, ModelCall.model, *Spent.columns())
    rows = connection.execute(query.where(*which).group_by(ModelCall.stage, ModelCall.model))
    return {(row.stage, row.model): Spent.of(row) for row in rows}
