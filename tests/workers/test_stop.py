"""A worker that is told to stop: how long it waits for a step, and what becomes of its job."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from models.session import Database
from models.task_executions import ASSESSMENT_CREATION, PROCESSING
from settings import Settings
from tests.jobs import accepted, job
from workers import process
from workers.process import WorkerProcess
from workers.run import Run


def test_a_step_that_outlasts_the_grace_is_broken_off_and_its_job_given_back(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered = threading.Event()

    async def hang(run: Run, _engine: Any) -> None:
        async def never() -> None:
            entered.set()
            await asyncio.Event().wait()

        await run.step("first", never)

    monkeypatch.setitem(process.SUBJECTS, ASSESSMENT_CREATION, hang)
    monkeypatch.setattr(process, "GRACE", 0.1)
    [job_id] = accepted(database)
    worker = WorkerProcess(settings, "w1")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(worker.run, [job_id])
        assert entered.wait(timeout=10)
        worker.drain()
        running.result(timeout=10)
    worker.close()
    row = job(database, job_id)
    assert (row.status, row.lease_expires_at, row.published_at) == (PROCESSING, None, None)
