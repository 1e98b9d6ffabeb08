"""How long jobs and their steps took, for the operator's figures; nothing in it tells whose they were."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, case, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Serial, Word, utcnow

# In seconds, from an offline job's to one's in economy mode.
BUCKETS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0, 86400.0)


class JobTime(Base):
    """The time of a job that a run has ended, from its acceptance; or, with `step`, of one of its steps.

    Steps are told of jobs that one run has done from end to end: a later run reads from the journal what
    the one before has done, and takes no time for it.
    """

    __tablename__ = "job_times"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    type: Mapped[str] = mapped_column(Word)
    status: Mapped[str] = mapped_column(Word)
    step: Mapped[str | None] = mapped_column(Word)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


# A job's type and how it ended; and the step, None for the whole of it.
Kind = tuple[str, str, str | None]


@dataclass(frozen=True)
class Taken:
    """A histogram: how many took no longer than each of BUCKETS, how many there are, and their sum in ms."""

    up_to: tuple[int, ...] = (0,) * len(BUCKETS)
    number: int = 0
    total_ms: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        up_to = tuple(mine + theirs for mine, theirs in zip(self.up_to, other.up_to, strict=True))
        return Taken(up_to, self.number + other.number, self.total_ms + other.total_ms)


def rows_of(
    type_: str, status: str, began_at: datetime, steps: Iterable[tuple[str, int]], now: datetime
) -> list[dict[str, Any]]:
    """The rows of a job that has ended; of each step its name and its milliseconds."""
    # A clock that was set back makes no time negative.
    whole = max(0, round((now - began_at).total_seconds() * 1000))
    return [
        {"type": type_, "status": status, "step": step, "duration_ms": took, "created_at": now}
        for step, took in ((None, whole), *steps)
    ]


def sums(connection: Connection, *which: ColumnElement[bool]) -> dict[Kind, Taken]:
    """The histograms of these rows."""
    kind = (JobTime.type, JobTime.status, JobTime.step)
    up_to = [func.sum(case((JobTime.duration_ms <= most * 1000, 1), else_=0)) for most in BUCKETS]
    query = select(*kind, func.count(), func.sum(JobTime.duration_ms), *up_to)
    rows = connection.execute(query.where(*which).group_by(*kind))
    # PostgreSQL's sums of integers are decimals.
    return {
        (row[0], row[1], row[2]): Taken(tuple(map(int, row[5:])), int(row[3]), int(row[4])) for row in rows
    }
