"""Economy mode's tables: model calls that wait for a batch, and the batches that they went out in.

A call is registered by its run, sent in a batch by the sweep (`models/batches.py`), and gone once its
answer is in the journal. What stays is a call without an answer, with the reason.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    delete,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Json, Word, new_id, utcnow

# A request: registered, in a batch, or without an answer for good. `REFUSED` is one that the API
# would not take under any circumstances, such as with a bad key.
UNSENT, SENT, FAILED, REFUSED = "unsent", "sent", "failed", "refused"
UNSETTLED = (UNSENT, SENT)
# A batch: its creation is not known to have succeeded, the API works on it, all its answers are in.
SUBMITTING, IN_PROGRESS, ENDED = "submitting", "in_progress", "ended"

# The API ends a batch after 24 hours; a call that has waited for longer waits for nothing.
LONGEST_WAIT = timedelta(hours=26)


class ModelBatch(Base):
    """A batch of the Message Batches API; `api_id` is the API's name of it, unknown while submitting.

    `poll_at` is when to look at it next. Whoever looks moves it ahead first, so that nobody else does.
    """

    __tablename__ = "model_batches"
    __table_args__ = (Index("ix_model_batches_due", "status", "poll_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    api_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    status: Mapped[str] = mapped_column(Word)
    requests: Mapped[int]
    poll_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class BatchRequest(Base):
    """A model call that waits for its answer; its id is the batch's `custom_id`.

    `worst_micro_dollars` is what it may cost at most: budgets count it until its cost is known.
    """

    __tablename__ = "batch_requests"
    __table_args__ = (
        UniqueConstraint("task_execution_id", "step", "input_hash"),
        Index("ix_batch_requests_waiting", "status", "created_at"),
        Index("ix_batch_requests_batch", "model_batch_id"),
        Index("ix_batch_requests_organization", "organization_id", "status"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    task_execution_id: Mapped[str] = mapped_column(ForeignKey("task_executions.id"))
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    step: Mapped[str] = mapped_column(String(200))
    input_hash: Mapped[str] = mapped_column(String(64))
    stage: Mapped[str] = mapped_column(Word)
    body: Mapped[Json]
    size: Mapped[int]
    worst_micro_dollars: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Word)
    problem: Mapped[str | None] = mapped_column(Text)
    model_batch_id: Mapped[str | None] = mapped_column(ForeignKey("model_batches.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


@dataclass(frozen=True)
class Registered:
    """What has become of a call that an earlier run registered; `problem` says why it has no answer."""

    status: str
    problem: str | None
    worst_micro_dollars: int


def of_job(connection: Connection, execution_id: str) -> dict[tuple[str, str], Registered]:
    """The job's calls without an answer: (step, input hash) -> what has become of each."""
    rows = connection.execute(
        select(
            BatchRequest.step,
            BatchRequest.input_hash,
            BatchRequest.status,
            BatchRequest.problem,
            BatchRequest.worst_micro_dollars,
        ).where(BatchRequest.task_execution_id == execution_id)
    )
    return {
        (row.step, row.input_hash): Registered(row.status, row.problem, row.worst_micro_dollars)
        for row in rows
    }


def new_row(body: Json, worst_micro_dollars: int, **where: str) -> dict[str, Any]:
    """The row of a call to register; `where` are the execution, organisation, step, hash and stage."""
    return {
        "id": new_id(),
        **where,
        "body": body,
        "size": len(json.dumps(body)),
        "worst_micro_dollars": worst_micro_dollars,
        "status": UNSENT,
    }


def forget_problems(connection: Connection, execution_id: str) -> None:
    """Let a job that is retried ask again what got no answer."""
    connection.execute(
        delete(BatchRequest).where(
            BatchRequest.task_execution_id == execution_id, BatchRequest.status.in_((FAILED, REFUSED))
        )
    )


def held_of(connection: Connection, organization_ids: Iterable[str]) -> dict[str, int]:
    """Of each organisation that has any, what its calls that are under way may cost, in micro-dollars."""
    rows = connection.execute(
        select(BatchRequest.organization_id, func.sum(BatchRequest.worst_micro_dollars))
        .where(BatchRequest.organization_id.in_(list(organization_ids)), BatchRequest.status.in_(UNSETTLED))
        .group_by(BatchRequest.organization_id)
    )
    return {str(organization_id): int(total) for organization_id, total in rows}
