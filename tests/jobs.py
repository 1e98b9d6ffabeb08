"""What tests of jobs share: a clock, jobs in every state, and everything that a database holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from models import runs
from models.base import Base, Json, set_clock, table_of
from models.organizations import Organization
from models.runs import Claim, ClaimedJob, End, Line, Write
from models.session import Database
from models.task_executions import (
    ASSESSMENT_CREATION,
    COMPLETED,
    FAILED,
    PENDING,
    Submission,
    TaskExecution,
    accept,
)

LEASE = timedelta(seconds=30)
MOST = 5
BRIEF: Json = {
    "role": "Python Developer",
    "description": "Python, Django and PostgreSQL in a small team; REST APIs, Docker and git every day.",
    "question_types": ["multiple_choice"],
    "number_of_questions": 5,
}
ERROR: Json = {"code": "GENERATION_FAILED", "message": "No question could be made."}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> datetime:
        """Move it, and give the new time."""
        self.now += timedelta(**by)
        return self.now


@contextmanager
def standing_clock() -> Iterator[Clock]:
    """The product's clock, in the test's hands."""
    clock = Clock()
    set_clock(clock)
    yield clock
    set_clock(None)


def organization(database: Database, name: str = "Acme") -> str:
    """The id of the organisation of that name."""
    with database.write() as session:
        return Organization.named(session, name).id


def submission(organization_id: str, **changes: Any) -> Submission:
    """A job to accept."""
    values: dict[str, Any] = {
        "organization_id": organization_id,
        "created_by": "ak_test",
        "mode": "live",
        "type": ASSESSMENT_CREATION,
        "brief": BRIEF,
        "seed": 7,
    }
    return Submission(**{**values, **changes})


def accepted(database: Database, count: int = 1, **changes: Any) -> list[str]:
    """The ids of so many new jobs of Acme."""
    wanted = [submission(organization(database), **changes) for _ in range(count)]
    with database.statement() as connection:
        return accept(connection, wanted)


def claimed(
    database: Database, *ids: str, worker: str = "w1", lease: timedelta = LEASE, most: int = MOST
) -> list[ClaimedJob]:
    """Those of the jobs that could be claimed."""
    with database.transaction() as connection:
        return runs.claim(connection, ids, worker, lease, most)


def recorded(database: Database, *writes: Write) -> list[BaseException | None]:
    """The writes' outcomes."""
    with database.transaction() as connection:
        return runs.record(connection, writes)


def job_in(database: Database, status: str, **changes: Any) -> Claim:
    """A job in that status, with the last claim that was made on it (0 for a new one)."""
    [job_id] = accepted(database, **changes)
    if status == PENDING:
        return Claim(job_id, 0)
    [job] = claimed(database, job_id)
    if status == COMPLETED:
        recorded(database, Write(job.claim, line=Line("Done", 1.0), work=lambda _: {"assessment_id": "a"}))
    if status == FAILED:
        recorded(database, Write(job.claim, line=Line("No"), end=End(FAILED, error=ERROR)))
    return job.claim


def job(database: Database, job_id: str) -> TaskExecution:
    """The job as it is stored."""
    with database.read() as session:
        return session.get_one(TaskExecution, job_id)


def change(database: Database, job_id: str, **values: Any) -> None:
    """Put values into the job's row, past all rules."""
    table = table_of(TaskExecution)
    with database.transaction() as connection:
        connection.execute(update(table).where(table.c.id == job_id).values(values))


def everything(database: Database, *names: str) -> dict[str, list[Any]]:
    """All rows of all tables, or of those named."""
    with database.connection() as connection:
        return {
            table.name: [
                # Nor does it matter that a key was used.
                {name: value for name, value in row._mapping.items() if name != "last_used_at"}
                for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in Base.metadata.sorted_tables
            # A worker shows every few seconds that it lives, whatever a test does.
            if (table.name in names if names else table.name != "workers_seen")
        }


def call_row(database: Database, job_id: str, step: str = "analyse", answer: Json | None = None) -> Json:
    """A finished model call, as a run hands it in."""
    return {
        "task_execution_id": job_id,
        "organization_id": organization(database),
        "step": step,
        "input_hash": "ab" * 32,
        "stage": step,
        "model": "claude-haiku-5-5",
        "answer": answer or {"text": "{}"},
        "stop_reason": "end_turn",
        "request_id": "req_1",
        "micro_dollars": 12,
        "duration_ms": 900,
        "input_tokens": 10,
        "output_tokens": 20,
        "cache_read_tokens": 0,
        "cache_write_tokens": 5,
    }
