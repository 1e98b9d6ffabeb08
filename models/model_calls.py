"""Every finished call to a language model: its raw answer (so that none is paid twice) and its cost."""

from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self

from sqlalchemy import BigInteger, ColumnElement, Connection, ForeignKey, Index, Row, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, Serial, Word, utcnow

BY_DAY, BY_STAGE, BY_MODEL = "day", "stage", "model"
GROUPS = (BY_DAY, BY_STAGE, BY_MODEL)


class ModelCall(Base):
    """The journal and the ledger in one row.

    Written before the step that made the call commits, and by a run that has lost its claim too:
    the answer is paid for, so the next run may use it.
    """

    __tablename__ = "model_calls"
    __table_args__ = (
        Index("ix_model_calls_step", "task_execution_id", "step"),
        Index("ix_model_calls_month", "organization_id", "created_at"),
    )

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


def row_of(answer: Json, **where: str) -> Json:
    """The row of an answer; `where` are the execution, organisation, step, hash and stage."""
    taken = ("model", "stop_reason", "request_id", "micro_dollars", "duration_ms")
    return {**where, "answer": answer, **{name: answer[name] for name in taken}, **answer["usage"]}


def answers_of(connection: Connection, execution_id: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The answers that a job has paid for: (step, input hash) -> raw answer."""
    rows = connection.execute(
        select(ModelCall.step, ModelCall.input_hash, ModelCall.answer)
        .where(ModelCall.task_execution_id == execution_id)
        .order_by(ModelCall.id.desc())
    )
    return {(row.step, row.input_hash): row.answer for row in rows}


@dataclass(frozen=True)
class Figures:
    """What some calls took: counts, tokens and micro-dollars."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    micro_dollars: int = 0

    def to_json(self) -> dict[str, int]:
        """The figures by name, as the wire has them."""
        return asdict(self)

    def __add__(self, other: Self) -> Self:
        mine, theirs = vars(self), vars(other)
        return type(self)(**{name: mine[name] + theirs[name] for name in mine})

    @classmethod
    def columns(cls) -> list[ColumnElement[Any]]:
        """What sums them over rows of calls, to be read by `of`."""
        sums = [
            func.sum(getattr(ModelCall, one.name)).label(one.name)
            for one in fields(cls)
            if one.name != "calls"
        ]
        return [func.count().label("calls"), *sums]

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """The figures in a row that has `columns`."""
        # PostgreSQL's sums of integers are decimals.
        return cls(**{one.name: int(getattr(row, one.name)) for one in fields(cls)})


@dataclass(frozen=True)
class Usage:
    """What a job's calls took, in all and by (stage, model) in the order in which they came first."""

    total: Figures
    by_stage: tuple[tuple[str, str, Figures], ...]

    def to_json(self) -> Json:
        """The figures as the wire has them."""
        stages = [
            {"stage": stage, "model": model, **figures.to_json()} for stage, model, figures in self.by_stage
        ]
        return {**self.total.to_json(), "by_stage": stages}


def usage_of(connection: Connection, execution_id: str) -> Usage:
    """The sums over a job's calls."""
    rows = connection.execute(
        select(ModelCall.stage, ModelCall.model, *Figures.columns())
        .where(ModelCall.task_execution_id == execution_id)
        .group_by(ModelCall.stage, ModelCall.model)
        .order_by(func.min(ModelCall.id))
    )
    by_stage = tuple((row.stage, row.model, Figures.of(row)) for row in rows)
    return Usage(sum((figures for _, _, figures in by_stage), Figures()), by_stage)


def summed(
    connection: Connection, organization_id: str | None, first: date, last: date, group: str
) -> dict[str, Figures]:
    """The sums by day, stage or model over UTC's days from the first to the last one, in their order.

    Of all organisations where none is named.
    """
    name = _group(connection, group).label("name")
    query = (
        select(name, *Figures.columns())
        .where(
            ModelCall.created_at >= _start_of(first), ModelCall.created_at < _start_of(last) + timedelta(1)
        )
        .group_by(name)
        .order_by(name)
    )
    if organization_id is not None:
        query = query.where(ModelCall.organization_id == organization_id)
    return {str(row.name): Figures.of(row) for row in connection.execute(query)}


def first_of(connection: Connection, organization_id: str) -> datetime | None:
    """When the organisation's first call ended; None where there was none."""
    query = select(ModelCall.created_at).where(ModelCall.organization_id == organization_id)
    return connection.scalar(query.order_by(ModelCall.created_at).limit(1))


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _group(connection: Connection, group: str) -> ColumnElement[Any]:
    if group != BY_DAY:
        column: ColumnElement[Any] = {BY_STAGE: ModelCall.stage, BY_MODEL: ModelCall.model}[group].expression
        return column
    if connection.dialect.name == "postgresql":
        # Else the day would be the connection's time zone's.
        return func.date(func.timezone("UTC", ModelCall.created_at))
    return func.date(ModelCall.created_at)
