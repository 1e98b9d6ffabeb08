"""The clock steps backwards, in mid-job and while nobody works: every job has one result."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

import migrations
from models.base import set_clock
from models.model_calls import ModelCall
from models.session import Database
from models.task_executions import COMPLETED
from settings import Settings
from tests.chaos.conftest import Tell
from tests.chaos.tally import Findings
from tests.conftest import settings_for
from tests.fakes.model_server import ModelServer
from tests.jobs import accepted, claimed, job
from tests.stack import until
from workers import queue
from workers.process import WorkerProcess

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(200)]

LEASE = 2.0


class SteppedClock:
    """The system's clock and a step: UTC."""

    def __init__(self) -> None:
        self.step = timedelta()

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self.step


@pytest.fixture
def clock() -> Iterator[SteppedClock]:
    """The product's clock, which the test may set back."""
    clock = SteppedClock()
    set_clock(clock)
    yield clock
    set_clock(None)


def test_the_clock_steps_back_an_hour_while_jobs_run(
    tmp_path: Path, database_url: str, clock: SteppedClock, tell: Tell
) -> None:
    with ModelServer(latency=0.3) as model, ThreadPoolExecutor(2) as pool:
        settings, database = _database(tmp_path, database_url, model)
        worker = WorkerProcess(settings, "w1")
        jobs = _jobs(database, 3)
        running = pool.submit(worker.run, jobs)
        model.wait_for(lambda server: server.count("write", "in_flight") > 0)
        clock.step = -timedelta(hours=1)
        # By the new clock the leases are far away: to nobody the jobs look free.
        queue.sweep(database)
        other = WorkerProcess(settings, "w2")
        other.run(jobs)
        running.result(timeout=60)
        rows = [job(database, one) for one in jobs]
        worker.close()
        other.close()
        lost = sum(row.status != COMPLETED for row in rows)
        twice = sum(row.attempt > 1 for row in rows)
        found = _found(database, 3, lost, twice)
        database.dispose()
        tell(f"the clock steps back 1 h, {_kind(database_url)}", 1, found)


def test_the_clock_steps_back_when_a_worker_has_just_died(
    tmp_path: Path, database_url: str, clock: SteppedClock, tell: Tell
) -> None:
    """Its jobs are free when the clock has made up for the step, and its lease is over."""
    step = 3.0
    with ModelServer(latency=0.1) as model:
        settings, database = _database(tmp_path, database_url, model)
        jobs = _jobs(database, 2)
        assert len(claimed(database, *jobs, worker="dead", lease=timedelta(seconds=LEASE))) == 2
        clock.step = -timedelta(seconds=step)
        worker = WorkerProcess(settings, "w1")

        def all_ended() -> bool:
            worker.run(jobs)
            return all(job(database, one).status == COMPLETED for one in jobs)

        until(all_ended, "the jobs end", 4 * (step + LEASE))
        rows = [job(database, one) for one in jobs]
        worker.close()
        assert {row.attempt for row in rows} == {2}
        lost = sum(row.status != COMPLETED for row in rows)
        found = _found(database, 2, lost, 0)
        database.dispose()
        tell(f"the clock steps back 3 s, a worker dead, {_kind(database_url)}", 1, found)


def _database(home: Path, url: str, model: ModelServer) -> tuple[Settings, Database]:
    settings = settings_for(
        home,
        url,
        ANTHROPIC_API_KEY="test-key",
        ANTHROPIC_BASE_URL=model.url,
        ASSESSGEN_LEASE=str(LEASE),
        ASSESSGEN_HEARTBEAT="0.5",
    )
    database = Database(settings.database_url)
    migrations.upgrade(database)
    return settings, database


def _jobs(database: Database, count: int) -> list[str]:
    """New jobs whose seeds, and so whose calls to the model, differ."""
    return [job_id for seed in range(count) for job_id in accepted(database, seed=seed)]


def _kind(url: str) -> str:
    return "SQLite" if url.startswith("sqlite") else "PostgreSQL"


def _found(database: Database, jobs: int, lost: int, twice: int) -> Findings:
    stored = (ModelCall.task_execution_id, ModelCall.step, ModelCall.input_hash)
    with database.read() as session:
        again = session.execute(select(*stored).group_by(*stored).having(func.count() > 1)).all()
    return Findings(jobs, lost, twice, len(again), 0)
