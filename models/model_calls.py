"""Every finished call to a language model: its raw answer (so that none is paid twice) and its cost."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, Serial, Word, utcnow


class ModelCall(Base):
    """The journal and the ledger in one row.

    Written before the step that made the call commits, and by a run that has lost its claim too:
    the answer is paid for, so the next run may use it.
    """

    __tablename__ = "model_calls"
    __table_args__ = (Index("ix_model_calls_step", "task_execution_id", "step"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    task_execution_id: Mapped[str] = mapped_column(ForeignKey("task_executions.id"))
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    step: Mapped[str] = mapped_column(String(200))
    input_hash: Mapped[str] = mapped_column(String(64))
    stage: Mapped[str] = mapped_column(Word)
    model: Mapped[str] = mapped_column(String(80))
    answer: Mapped[Json]
    stop_reason: Mapped[str | None] = mapped_column(Word)
    request_id: Mapped[str | None] = mapped_column(String(80))
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    cache_read_tokens: Mapped[int]
    cache_write_tokens: Mapped[int]
    micro_dollars: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


@dataclass(frozen=True)
class Usage:
    """What a job's model calls took: counts, tokens and micro-dollars."""

    calls: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    micro_dollars: int

    def to_json(self) -> dict[str, int]:
        """The figures by name, as the wire has them."""
        return asdict(self)


def usage_of(connection: Connection, execution_id: str) -> Usage:
    """The sums over a job's calls."""
    columns = [
        func.coalesce(func.sum(column), 0)
        for column in (
            ModelCall.input_tokens,
            ModelCall.output_tokens,
            ModelCall.cache_read_tokens,
            ModelCall.cache_write_tokens,
            ModelCall.micro_dollars,
        )
    ]
    row = connection.execute(
        select(func.count(), *columns).where(ModelCall.task_execution_id == execution_id)
    ).one()
    return Usage(*(int(value) for value in row))


def answers_of(connection: Connection, execution_id: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The answers that a job has paid for: (step, input hash) -> raw answer."""
    rows = connection.execute(
        select(ModelCall.step, ModelCall.input_hash, ModelCall.answer)
        .where(ModelCall.task_execution_id == execution_id)
        .order_by(ModelCall.id.desc())
    )
    return {(row.step, row.input_hash): row.answer for row in rows}
