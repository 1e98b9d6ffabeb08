"""A worker process, here in this one: jobs to their ends, faults, cancellation, drain and delivery."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from models import owner_actions, runs, task_executions
from models.assessments import Assessment
from models.base import utcnow
from models.errors import StaleRun
from models.runs import Line, Write
from models.session import Database
from models.task_executions import (
    ASSESSMENT_CREATION,
    COMPLETED,
    FAILED,
    PROCESSING,
    TaskExecution,
    TaskExecutionLog,
)
from tests.jobs import Clock, accepted, change, everything, job, organization
from tests.stack import until
from tests.workers.conftest import Workers
from workers import process
from workers.generation.tools import GenerationFailed, ModelBusy
from workers.run import Run

FAST = {"lease": 2.0, "heartbeat": 0.02}


async def value(given: Any) -> Any:
    return given


class Gate:
    """A subject that stops between two steps until the test opens it."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()
        self.runs: list[Run] = []
        self.ended_with: list[BaseException] = []

    async def __call__(self, run: Run, _engine: Any) -> None:
        self.runs.append(run)
        await run.step("first", lambda: value(1))
        self.entered.set()
        try:
            await asyncio.to_thread(self.open.wait, 60)
            await run.step("second", lambda: value(2))
            await complete(run)
        except BaseException as error:
            self.ended_with.append(error)
            raise

    def wait(self) -> None:
        """Return once the run stands between its two steps."""
        assert self.entered.wait(timeout=30), "the run did not come to its gate"


async def complete(run: Run) -> None:
    await run.write(Write(run.claim, line=Line("Done", 1.0), work=lambda _: {"n": 1}))


Subject = Callable[[Run, Any], Any]


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Callable[[Subject], None]:
    """Makes jobs do something else than assessments."""

    def put(subject: Subject) -> None:
        monkeypatch.setitem(process.SUBJECTS, ASSESSMENT_CREATION, subject)  # type: ignore[arg-type]

    return put


@pytest.fixture
def gate(does: Callable[[Subject], None]) -> Iterator[Gate]:
    gate = Gate()
    does(gate)
    yield gate
    gate.open.set()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads in which messages are worked on, as Celery's pool does it."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


def cancel(database: Database, job_id: str) -> None:
    with database.write() as session:
        owner_actions.cancel(session, session.get_one(TaskExecution, job_id))


def due(database: Database) -> list[str]:
    with database.transaction() as connection:
        return list(runs.due(connection, utcnow() - timedelta(seconds=30), 100))


# --- to the end --------------------------------------------------------------------------------


def test_a_job_becomes_an_assessment(database: Database, workers: Workers) -> None:
    [job_id] = accepted(database)
    workers().run([job_id])
    done = job(database, job_id)
    assert (done.status, done.error, done.progress, done.lease_expires_at) == (COMPLETED, None, 1.0, None)
    assert done.result is not None
    with database.read() as session:
        lines = [line.message for line in TaskExecutionLog.after(session, job_id, 0, 100)]
        assessment = Assessment.get(session, organization(database), done.result["assessment_id"])
    assert assessment.name == done.result["assessment_name"]
    assert done.result["delivered"] == 5
    assert lines[:2] == [task_executions.QUEUED[ASSESSMENT_CREATION], runs.STARTING]
    assert lines[-1] == done.current_step
    assert len(lines) == done.sequence
    # The message comes twice: the second finds nothing to do.
    before = everything(database)
    workers.made[0].run([job_id])
    assert everything(database) == before


def test_a_second_attempt_at_the_same_brief_and_seed_gives_the_same_assessment(
    database: Database, workers: Workers
) -> None:
    whole, killed = accepted(database, 2)
    worker = workers()
    worker.run([whole])
    change(database, killed, status=PROCESSING, attempt=1, worker="dead", attempts_without_progress=1)
    worker.run([killed])
    results = [job(database, one).result for one in (whole, killed)]
    varying = ("assessment_id", "info_url")
    first, second = ({key: v for key, v in (one or {}).items() if key not in varying} for one in results)
    assert first == second
    assert job(database, killed).attempt == 2


def test_the_jobs_of_one_message_run_at_once(
    database: Database, workers: Workers, does: Callable[[Subject], None]
) -> None:
    ids = accepted(database, 2)
    met: list[asyncio.Event] = []

    async def meet(run: Run, _: Any) -> None:
        # Each waits for the other: one after the other they would never end.
        met.append(asyncio.Event())
        if len(met) == 2:
            for one in met:
                one.set()
        await asyncio.wait_for(met[-1].wait() if len(met) == 2 else met[0].wait(), 30)
        await complete(run)

    does(meet)
    workers().run(ids)
    assert [job(database, one).status for one in ids] == [COMPLETED] * 2


def test_two_workers_with_the_same_message_run_the_job_once(
    database: Database, workers: Workers, gate: Gate, pool: ThreadPoolExecutor
) -> None:
    [job_id] = accepted(database)
    first = pool.submit(workers("w1").run, [job_id])
    gate.wait()
    workers("w2").run([job_id])
    gate.open.set()
    first.result(timeout=30)
    assert len(gate.runs) == 1
    assert job(database, job_id).worker == "w1"


# --- cancellation and lost claims --------------------------------------------------------------


def test_a_job_cancelled_in_mid_run_has_nothing_more_written(
    database: Database, workers: Workers, gate: Gate, pool: ThreadPoolExecutor
) -> None:
    [job_id] = accepted(database)
    running = pool.submit(workers().run, [job_id])
    gate.wait()
    cancel(database, job_id)
    before = everything(database)
    gate.open.set()
    running.result(timeout=30)
    assert [type(error) for error in gate.ended_with] == [StaleRun]
    assert everything(database) == before
    assert job(database, job_id).error == owner_actions.CANCELLED_ERROR


def test_the_heartbeat_keeps_the_lease_and_notices_a_claim_that_is_lost(
    database: Database, workers: Workers, gate: Gate, pool: ThreadPoolExecutor
) -> None:
    [job_id] = accepted(database)
    running = pool.submit(workers(**FAST).run, [job_id])
    gate.wait()
    first = job(database, job_id).lease_expires_at
    until(lambda: job(database, job_id).lease_expires_at != first, "the lease is renewed")
    assert not gate.runs[0]._lost
    cancel(database, job_id)
    until(lambda: gate.runs[0]._lost, "the run has heard that its claim is lost")
    gate.open.set()
    running.result(timeout=30)


# --- faults ------------------------------------------------------------------------------------


def test_a_job_whose_run_breaks_is_tried_again_and_fails_after_its_last_attempt(
    database: Database, workers: Workers, does: Callable[[Subject], None], clock: Clock
) -> None:
    [job_id] = accepted(database)
    worker, tries = workers(max_attempts=3), []

    async def breaks(run: Run, _: Any) -> None:
        tries.append(run.claim.attempt)
        raise ZeroDivisionError("of the test")

    does(breaks)
    for attempt, pause in ((1, 2), (2, 4)):
        worker.run([job_id])
        row = job(database, job_id)
        assert (row.status, row.lease_expires_at, row.published_at) == (PROCESSING, None, None)
        assert row.run_at == clock.now + timedelta(seconds=pause)
        worker.run([job_id])
        assert tries[-1] == attempt, "it was tried again before its time"
        assert due(database) == []
        clock.forward(seconds=pause)
        assert due(database) == [job_id]
    worker.run([job_id])
    row = job(database, job_id)
    assert tries == [1, 2, 3]
    assert (row.status, row.attempt, row.lease_expires_at) == (FAILED, 3, None)
    assert row.error is not None
    assert row.error["code"] == "INTERNAL_ERROR"
    assert "ZeroDivisionError" in row.error["message"]
    assert "of the test" not in row.error["message"]


def test_a_run_that_breaks_after_some_progress_does_not_count_the_attempts_before_it(
    database: Database, workers: Workers, does: Callable[[Subject], None], clock: Clock
) -> None:
    [job_id] = accepted(database)
    worker = workers(max_attempts=1)

    async def breaks(run: Run, _: Any) -> None:
        if run.claim.attempt <= 3:
            await run.step(f"step {run.claim.attempt}", lambda: value(1))
            raise ConnectionError
        await complete(run)

    does(breaks)
    for _ in range(4):
        worker.run([job_id])
        clock.forward(minutes=1)
    assert job(database, job_id).status == COMPLETED


@pytest.mark.parametrize("type_", [ASSESSMENT_CREATION, "of a newer version"])
def test_a_job_that_fails_for_good_says_why_and_leaves_its_neighbours_alone(
    database: Database, workers: Workers, does: Callable[[Subject], None], type_: str
) -> None:
    bad, good = accepted(database, type=type_)[0], accepted(database)[0]

    async def fails(run: Run, _: Any) -> None:
        if run.claim.execution_id == bad:
            raise GenerationFailed("NO_SKILLS", "No skill could be read.")
        await complete(run)

    does(fails)
    workers(max_attempts=1).run([bad, good])
    row = job(database, bad)
    assert row.status == FAILED
    assert row.error is not None
    assert row.error["code"] == ("NO_SKILLS" if type_ == ASSESSMENT_CREATION else "INTERNAL_ERROR")
    assert row.current_step == row.error["message"]
    assert job(database, good).status == COMPLETED


def test_a_busy_model_says_when_the_job_is_tried_again(
    database: Database, workers: Workers, does: Callable[[Subject], None], clock: Clock
) -> None:
    [job_id] = accepted(database)

    async def busy(*_: Any) -> None:
        raise ModelBusy("busy", 42.0)

    does(busy)
    workers().run([job_id])
    assert job(database, job_id).run_at == clock.now + timedelta(seconds=42)


def test_a_job_that_was_cancelled_before_it_broke_stays_cancelled(
    database: Database, workers: Workers, does: Callable[[Subject], None]
) -> None:
    [job_id] = accepted(database)

    async def breaks(*_: Any) -> None:
        await asyncio.to_thread(cancel, database, job_id)
        raise GenerationFailed("NO_SKILLS", "Too late.")

    does(breaks)
    workers().run([job_id])
    assert job(database, job_id).error == owner_actions.CANCELLED_ERROR


# --- drain -------------------------------------------------------------------------------------


def test_a_worker_that_drains_gives_its_jobs_back_at_once(
    database: Database, workers: Workers, gate: Gate, pool: ThreadPoolExecutor
) -> None:
    [job_id] = accepted(database)
    worker = workers("w1")
    running = pool.submit(worker.run, [job_id])
    gate.wait()
    worker.drain()
    gate.open.set()
    running.result(timeout=30)
    row = job(database, job_id)
    assert (row.status, row.lease_expires_at) == (PROCESSING, None)
    assert due(database) == [job_id]
    worker.close()
    workers("w2").run([job_id])
    assert (job(database, job_id).status, job(database, job_id).worker) == (COMPLETED, "w2")


def test_a_job_that_comes_while_a_worker_drains_is_given_back_too(
    database: Database, workers: Workers, gate: Gate
) -> None:
    [job_id] = accepted(database)
    worker = workers()
    gate.open.set()
    worker.drain()
    worker.run([job_id])
    assert job(database, job_id).status == PROCESSING
    assert due(database) == [job_id]


def test_a_worker_can_be_closed_twice(workers: Workers) -> None:
    worker = workers()
    worker.close()
    worker.close()


def test_the_process_has_the_runtime_that_was_installed(workers: Workers) -> None:
    worker = workers()
    process.install(worker)
    try:
        assert process.current() is worker
    finally:
        process.install(None)
