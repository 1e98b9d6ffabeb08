"""Economy mode: calls in batches at half price, through kills, faults, two sweeps and cancellations."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, update

from models import batches, owner_actions, runs, task_executions
from models.base import table_of, utcnow
from models.batch_requests import ENDED, SUBMITTING, BatchRequest, ModelBatch
from models.model_calls import ModelCall
from models.runs import GOING_ON, STARTING, Line, Write
from models.session import Database
from models.task_executions import ASSESSMENT_CREATION, COMPLETED, FAILED, PROCESSING, TaskExecutionLog
from settings import Models
from tests.fakes.model_server import Fault, ModelServer
from tests.jobs import BRIEF, accepted, change, job
from tests.stack import until
from tests.workers.conftest import Claude, Workers
from workers import economy, process
from workers.generation.engines.prices import cost
from workers.generation.fanout import together
from workers.generation.tools import ModelBusy, ModelRequest
from workers.process import WorkerProcess
from workers.run import Run

ECONOMY = {**BRIEF, "mode": "economy"}
NAMES = ("one", "two", "three", "four")
BATCHES = "/v1/messages/batches"


class Asker:
    """A job that asks some calls at once, then one more, and tells what came of each."""

    def __init__(self, names: tuple[str, ...] = NAMES, model: str = "claude-sonnet-5-5") -> None:
        self.names = names
        self.model = model

    def body(self, text: str) -> dict[str, Any]:
        return {"model": self.model, "max_tokens": 100, "messages": [{"role": "user", "content": text}]}

    async def ask(self, run: Run, name: str) -> str:
        request = ModelRequest("write", self.body(f"{name} of {run.claim.execution_id}"))
        try:
            return (await run.ask(name, request)).text
        except ModelBusy as busy:
            return str(busy)

    async def __call__(self, run: Run, _: Any) -> None:
        run.say("AI Progress: asking")
        told = await together(self.ask(run, name) for name in self.names)
        run.say("AI Progress: asked")
        told.append(await self.ask(run, "last"))
        await run.write(Write(run.claim, line=Line("Done", 1.0), work=lambda _: {"told": told}))


@pytest.fixture
def asker(monkeypatch: pytest.MonkeyPatch) -> Asker:
    """What the jobs do instead of assessments."""
    asker = Asker()
    monkeypatch.setitem(process.SUBJECTS, ASSESSMENT_CREATION, asker)  # type: ignore[arg-type]
    return asker


def tick(worker: WorkerProcess) -> None:
    """What the sweep lets be done for batches, here and now."""
    assert worker.economy is not None
    asyncio.run_coroutine_threadsafe(worker.economy.tick(), worker._loop).result(timeout=30)


def to_the_end(worker: WorkerProcess, database: Database, *ids: str) -> None:
    """Sweep, and run what is woken, until the jobs have ended."""

    def step() -> bool:
        tick(worker)
        worker.run(ids)
        return all(job(database, one).status in (COMPLETED, FAILED) for one in ids)

    until(step, "the jobs have ended")


def lines(database: Database, job_id: str) -> list[str]:
    with database.read() as session:
        return [line.message for line in TaskExecutionLog.after(session, job_id, 0, 1000)]


def calls(database: Database) -> list[ModelCall]:
    with database.read() as session:
        return list(session.scalars(select(ModelCall).order_by(ModelCall.id)))


def requests(database: Database) -> list[BatchRequest]:
    with database.read() as session:
        return list(session.scalars(select(BatchRequest).order_by(BatchRequest.created_at)))


def stored_batches(database: Database) -> list[ModelBatch]:
    with database.read() as session:
        return list(session.scalars(select(ModelBatch).order_by(ModelBatch.created_at)))


def told(database: Database, job_id: str) -> list[str]:
    result = job(database, job_id).result
    assert result is not None, job(database, job_id).error
    found: list[str] = result["told"]
    return found


def pass_time(database: Database, **by: float) -> None:
    """Let time go by for the batches: all that they wait for comes nearer."""
    table, earlier = table_of(ModelBatch), timedelta(**by)
    with database.transaction() as connection:
        for row in connection.execute(select(table)).all():
            connection.execute(
                update(table).where(table.c.id == row.id).values(poll_at=row.poll_at - earlier)
            )


def sent_calls(server: ModelServer) -> list[str]:
    """The calls that the API got in batches, by their texts."""
    found = [
        each["params"]["messages"][0]["content"]
        for call in server.calls
        if call.path == BATCHES and call.body
        for each in call.request["requests"]
    ]
    return sorted(found)


def end_batch(server: ModelServer, results: Callable[[int, Any], Any]) -> None:
    """End the newest batch: what `results` gives for a call (by its number), or the usual answer."""
    batch = list(server._api._batches.values())[-1]
    ended = [
        (each["custom_id"], results(number, each) or server._api._batch_result(batch, each))
        for number, each in enumerate(batch.requests)
    ]
    batch.end(ended)


# --- to the end --------------------------------------------------------------------------------


def test_an_assessment_is_made_in_batches_at_half_price(
    database: Database, claude: Claude, server: ModelServer
) -> None:
    [job_id] = accepted(database, brief=ECONOMY)
    # One attempt: to have waited counts as none.
    worker = claude(max_attempts=1)
    worker.run([job_id])
    to_the_end(worker, database, job_id)
    done = job(database, job_id)
    assert (done.status, done.error) == (COMPLETED, None)
    assert done.result is not None
    assert (done.result["engine"], done.result["delivered"]) == ("claude", 5)
    assert [warning for warning in done.result["warnings"] if "conomy" in warning] == []
    assert server.count() > 0
    assert {call.path for call in server.calls if call.path == "/v1/messages"} == set()
    assert server.repeated() == []
    journal = calls(database)
    assert len(journal) == sum(call.paid for call in server.calls)
    for call in journal:
        tokens = {
            name: getattr(call, name)
            for name in ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
        }
        whole = cost(call.model, tokens)
        assert call.micro_dollars == cost(call.model, tokens, is_batch=True) == -(-whole // 2)
    assert done.result["usage"]["micro_dollars"] == sum(call.micro_dollars for call in journal) > 0
    by_stage = done.result["usage"]["by_stage"]
    assert {one["stage"] for one in by_stage} == {call.stage for call in journal}
    for name in ("calls", "output_tokens", "micro_dollars"):
        assert sum(one[name] for one in by_stage) == done.result["usage"][name] > 0
    assert requests(database) == []
    assert {batch.status for batch in stored_batches(database)} == {ENDED}


def test_the_log_tells_of_the_waits_and_repeats_nothing(
    database: Database, claude: Claude, asker: Asker
) -> None:
    [job_id] = accepted(database, brief=ECONOMY)
    worker = claude()
    worker.run([job_id])
    to_the_end(worker, database, job_id)
    assert lines(database, job_id) == [
        task_executions.QUEUED[ASSESSMENT_CREATION],
        STARTING,
        "AI Progress: asking",
        "AI Progress: Waiting for a batch of 4 model calls (economy mode)",
        GOING_ON,
        "AI Progress: asked",
        "AI Progress: Waiting for a batch of 1 model call (economy mode)",
        GOING_ON,
        "Done",
    ]
    assert len(lines(database, job_id)) == job(database, job_id).sequence


def test_a_job_that_waits_holds_nothing_and_is_nobody_s_until_its_answers_are_in(
    database: Database, claude: Claude, server: ModelServer, asker: Asker
) -> None:
    server.latency = 60
    [job_id] = accepted(database, brief=ECONOMY)
    worker = claude()
    worker.run([job_id])
    row = job(database, job_id)
    assert (row.status, row.lease_expires_at, row.attempts_without_progress) == (PROCESSING, None, 0)
    assert row.run_at is not None
    assert row.run_at > utcnow() + timedelta(hours=24)
    for _ in range(3):
        tick(worker)
        worker.run([job_id])
        with database.transaction() as connection:
            assert runs.due(connection, utcnow(), 10) == []
    assert job(database, job_id).attempt == 1
    end_batch(server, lambda *_: None)
    tick(worker)
    row = job(database, job_id)
    assert (row.run_at, row.attempt) == (None, 1)
    # A message that is lost on its way is sent again, as any job's.
    with database.transaction() as connection:
        assert runs.due(connection, utcnow() + timedelta(seconds=1), 10) == [job_id]


def test_many_jobs_share_a_batch_and_each_goes_on_with_its_own_answers(
    database: Database, claude: Claude, server: ModelServer, asker: Asker
) -> None:
    server.responder = lambda request: request["messages"][0]["content"]
    ids = accepted(database, 30, brief=ECONOMY)
    worker = claude()
    worker.run(ids)
    to_the_end(worker, database, *ids)
    for one in ids:
        assert told(database, one) == [f"{name} of {one}" for name in (*NAMES, "last")]
    assert [batch.requests for batch in stored_batches(database)] == [120, 30]
    assert len(calls(database)) == 150
    assert server.repeated() == []


def test_calls_gather_for_a_while_before_they_are_sent(
    database: Database, claude: Claude, server: ModelServer, asker: Asker
) -> None:
    worker = claude(batch_gather=1000.0)
    worker.run(accepted(database, 1, brief=ECONOMY))
    tick(worker)
    assert stored_batches(database) == []
    table = table_of(BatchRequest)
    with database.transaction() as connection:
        earlier = utcnow() - timedelta(seconds=1001)
        first = select(func.min(table.c.created_at)).scalar_subquery()
        connection.execute(update(table).where(table.c.created_at == first).values(created_at=earlier))
    tick(worker)
    assert [batch.requests for batch in stored_batches(database)] == [4]


@pytest.mark.parametrize(("most", "sizes"), [("MOST_CALLS", [3, 3, 2]), ("MOST_BYTES", [3, 3, 2])])
def test_no_batch_is_larger_than_allowed(
    database: Database,
    claude: Claude,
    server: ModelServer,
    asker: Asker,
    monkeypatch: pytest.MonkeyPatch,
    most: str,
    sizes: list[int],
) -> None:
    server.latency = 60
    # A call of this test has some 145 bytes.
    monkeypatch.setattr(economy, most, 3 if most == "MOST_CALLS" else 500)
    worker = claude()
    worker.run(accepted(database, 2, brief=ECONOMY))
    tick(worker)
    assert [batch.requests for batch in stored_batches(database)] == sizes


def test_offline_the_mode_makes_no_difference(database: Database, workers: Workers) -> None:
    [job_id] = accepted(database, brief=ECONOMY)
    workers().run([job_id])
    done = job(database, job_id)
    assert done.status == COMPLETED
    assert done.result is not None
    assert done.result["engine"] == "offline"
    assert [warning for warning in done.result["warnings"] if "conomy" in warning] == []


def test_the_sweep_looks_after_batches_and_jobs_end_without_further_ado(
    database: Database, claude: Claude, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    [job_id] = accepted(database, brief=ECONOMY)
    worker = claude()
    woken: list[str] = []
    monkeypatch.setattr(worker.publisher, "publish", lambda task, one: woken.append(one))
    worker.run([job_id])

    def swept() -> bool:
        worker.sweep()
        if woken:
            worker.run([woken.pop()])
        return job(database, job_id).status == COMPLETED

    until(swept, "the job has ended")


# --- two at once, and kills --------------------------------------------------------------------


def test_sweeps_of_several_workers_at_once_send_and_store_each_call_once(
    database: Database, claude: Claude, server: ModelServer, asker: Asker
) -> None:
    ids = accepted(database, 20, brief=ECONOMY)
    made = [claude(f"w{number}") for number in range(4)]
    made[0].run(ids)
    barrier = Barrier(4)

    def sweep(worker: WorkerProcess) -> None:
        barrier.wait(timeout=60)
        for _ in range(5):
            tick(worker)
            worker.run(ids)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sweep, made))
    to_the_end(made[0], database, *ids)
    assert server.repeated() == []
    assert len(sent_calls(server)) == len(set(sent_calls(server))) == len(calls(database)) == 100
    assert {job(database, one).status for one in ids} == {COMPLETED}


class Killed(BaseException):
    """The worker is gone: nothing of what it would have done next is done."""


def dies(worker: WorkerProcess, method: str, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker be killed just before or just after it calls the API's method."""
    assert worker.economy is not None
    client = worker.economy._client
    real = getattr(client, method)

    async def dying(*arguments: Any) -> Any:
        if when == "after":
            await real(*arguments)
        raise Killed

    monkeypatch.setattr(client, method, dying)


def killed_tick(worker: WorkerProcess) -> None:
    with pytest.raises(Killed):
        tick(worker)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_while_a_batch_is_sent_loses_no_call_and_pays_none_twice(
    database: Database,
    claude: Claude,
    server: ModelServer,
    asker: Asker,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:
    [job_id] = accepted(database, brief=ECONOMY)
    first, second = claude("w1"), claude("w2")
    first.run([job_id])
    dies(first, "create", when, monkeypatch)
    killed_tick(first)
    assert [batch.status for batch in stored_batches(database)] == [SUBMITTING]
    tick(second)
    assert [batch.status for batch in stored_batches(database)] == [SUBMITTING], "it may still be under way"
    pass_time(database, minutes=5)
    to_the_end(second, database, job_id)
    assert len(sent_calls(server)) == len(calls(database)) == 5
    assert server.repeated() == []


def test_a_batch_in_doubt_is_not_sent_again_while_one_that_may_be_it_is_under_way(
    database: Database,
    claude: Claude,
    server: ModelServer,
    asker: Asker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.latency = 60
    [job_id] = accepted(database, brief=ECONOMY)
    first, second = claude("w1"), claude("w2")
    first.run([job_id])
    dies(first, "create", "after", monkeypatch)
    killed_tick(first)
    for _ in range(3):
        pass_time(database, minutes=5)
        tick(second)
    assert [(batch.status, batch.api_id) for batch in stored_batches(database)] == [(SUBMITTING, None)]
    assert len(sent_calls(server)) == 4
    end_batch(server, lambda *_: None)
    server.latency = 0
    pass_time(database, minutes=5)
    to_the_end(second, database, job_id)
    assert len(sent_calls(server)) == 5
    assert server.repeated() == []


def test_somebody_else_s_batch_of_the_same_size_is_not_taken_for_ours(
    database: Database,
    claude: Claude,
    server: ModelServer,
    asker: Asker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [job_id] = accepted(database, brief=ECONOMY)
    first, second = claude("w1"), claude("w2")
    assert second.economy is not None
    foreign = [(f"request-{number}", asker.body(f"foreign {number}")) for number in range(4)]
    asyncio.run_coroutine_threadsafe(second.economy._client.create(foreign), second._loop).result(30)
    first.run([job_id])
    dies(first, "create", "before", monkeypatch)
    killed_tick(first)
    pass_time(database, minutes=5)
    to_the_end(second, database, job_id)
    assert len(calls(database)) == 5
    assert server.repeated() == []


def test_a_kill_while_results_are_read_stores_each_answer_once(
    database: Database,
    claude: Claude,
    server: ModelServer,
    asker: Asker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(economy, "STORED_AT_ONCE", 1)
    [job_id] = accepted(database, brief=ECONOMY)
    first, second = claude("w1"), claude("w2")
    first.run([job_id])
    real, stored = batches.answered, []

    def dying(*arguments: Any) -> None:
        if len(stored) == 2:
            raise Killed
        stored.append(1)
        real(*arguments)

    monkeypatch.setattr(batches, "answered", dying)
    with pytest.raises(Killed):
        until(lambda: tick(first), "the worker is killed")
    monkeypatch.setattr(batches, "answered", real)
    assert len(calls(database)) == 2
    second.run([job_id])
    assert job(database, job_id).attempt == 1, "it was woken before all its answers were in"
    pass_time(database, minutes=5)
    to_the_end(second, database, job_id)
    assert len(calls(database)) == 5
    assert server.repeated() == []


def test_a_job_whose_worker_dies_after_registering_waits_without_registering_again(
    database: Database,
    claude: Claude,
    server: ModelServer,
    asker: Asker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [job_id] = accepted(database, brief=ECONOMY)
    first, second = claude("w1"), claude("w2")

    def dying(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(runs, "wait", dying)
        with pytest.raises(Killed):
            first.run([job_id])
    assert len(requests(database)) == 4
    change(database, job_id, lease_expires_at=None)
    second.run([job_id])
    assert len(requests(database)) == 4
    to_the_end(second, database, job_id)
    assert len(sent_calls(server)) == 5


# --- faults ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", [Fault("status", 500), Fault("status", 529), Fault("drop"), Fault("half")], ids=lambda f: f.kind
)
def test_a_batch_that_the_api_may_have_taken_is_asked_after_before_it_is_sent_again(
    database: Database,
    claude: Claude,
    server: ModelServer,
    asker: Asker,
    fault: Fault,
) -> None:
    server.fail_next(1, fault)
    [job_id] = accepted(database, brief=ECONOMY)
    worker = claude()
    worker.run([job_id])
    tick(worker)
    assert [batch.status for batch in stored_batches(database)] == [SUBMITTING]
    assert worker.economy is not None
    pass_time(database, minutes=1)
    worker.economy._not_before = None
    to_the_end(worker, database, job_id)
    assert server.repeated() == []
    assert len(calls(database)) == 5


def test_a_batch_that_the_api_turned_down_for_now_is_sent_when_it_says(
    database: Database, claude: Claude, server: ModelServer, asker: Asker
) -> None:
    server.fail_next(1, Fault("status", 429, retry_after=40))
    [job_id] = accepted(database, brief=ECONOMY)
    worker = claude()
    worker.run([job_id])
    tick(worker)
    assert stored_batches(database) == []
    assert {one.status for one in requests(database)} == {"unsent"}
    assert worker.economy is not None
    assert worker.economy._not_before is not None
    assert worker.economy._not_before > utcnow() + timedelta(seconds=30)
    tick(worker)
    assert stored_batches(database) == []
    worker.economy._not_before = utcnow()
    to_the_end(worker, database, job_id)
    assert len(calls(database)) == 5


def test_a_batch_that_the_api_refuses_fails_its_jobs_with_the_reason(
    database: Database, claude: Claude, server: ModelServer, asker: Asker
) -> None:
    server.fail_next(1, Fault("status", 401))
    [job_id] = accepted(database, brief=ECONOMY)
    worker = claude()
    worker.run([job_id])
    to_the_end(worker, database, job_id)
    error = job(database, job_id).error
    assert error is not None
    assert error["code"] == "MODEL_REFUSED"
    assert "ANTHROPIC_API_KEY" in error["message"]
    with database.write() as session:
        owner_actions.retry(session, session.get_one(task_executions.TaskExecution, job_id))
    worker.run([job_id])
    to_the_end(worker, database, job_id)
    assert len(told(database, job_id)) == 5


def test_a_call_without_an_answer_is_told_its_reason_and_the_others_go_on(
    database: Database, claude: Claude, server: ModelServer, asker: Asker
) -> None:
    server.latency = 60
    server.responder = lambda request: "fine"
    [job_id] = accepted(database, brief=ECONOMY)
    worker = claude()
    worker.run([job_id])
    tick(worker)
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "a secret prompt"}}
    bad = {
        0: {"type": "errored", "error": error},
        1: {"type": "expired"},
        2: {"type": "canceled"},
    }
    end_batch(server, lambda number, _: bad.get(number))
    server.latency = 0
    to_the_end(worker, database, job_id)
    assert sorted(told(database, job_id)) == [
        "fine",
        "fine",
        "its call in the batch failed (overloaded_error)",
        "the batch expired before the model came to the call",
        "the batch was cancelled",
    ]
    assert len(calls(database)) == 2
    assert len(sent_calls(server)) == 5, "what failed in a batch was sent once more"
    assert "secret" not in str([one.body for one in requests(database)])


def test_an_assessment_whose_batch_expires_comes_from_the_library_and_says_so(
    database: Database, claude: Claude, server: ModelServer
) -> None:
    server.latency = 60
    [job_id] = accepted(database, brief=ECONOMY)
    worker = claude()
    worker.run([job_id])
    tick(worker)
    seen = 0
    while job(database, job_id).status == PROCESSING:
        if len(server._api._batches) > seen:
            seen = len(server._api._batches)
            end_batch(server, lambda *_: {"type": "expired"})
        tick(worker)
        worker.run([job_id])
    done = job(database, job_id)
    assert done.result is not None, done.error
    assert done.result["delivered"] == 5
    assert [one for one in done.result["warnings"] if "the batch expired" in one]
    assert calls(database) == []


def test_a_batch_with_models_that_are_not_there_falls_back(database: Database, claude: Claude) -> None:
    [job_id] = accepted(database, brief=ECONOMY)
    worker = claude(models=Models(analyst="claude-none", writer="claude-none"))
    worker.run([job_id])
    to_the_end(worker, database, job_id)
    done = job(database, job_id)
    assert done.status == COMPLETED
    assert done.result is not None
    assert [one for one in done.result["warnings"] if "not_found_error" in one]


def test_a_batch_that_the_api_forgets_or_never_ends_is_given_up(
    database: Database, claude: Claude, server: ModelServer, asker: Asker
) -> None:
    server.latency = 60
    lost, late = accepted(database, 2, brief=ECONOMY)
    worker = claude()
    worker.run([lost])
    tick(worker)
    server._api.forget()
    server.latency = 0
    to_the_end(worker, database, lost)
    assert told(database, lost)[0] == "the model's API has lost the batch"

    server.latency = 60
    worker.run([late])
    tick(worker)
    batch = list(server._api._batches.values())[-1]
    batch._created -= 26 * 3600
    server.latency = 0
    to_the_end(worker, database, late)
    assert told(database, late)[0] == "the batch did not end in time"


def test_a_job_that_has_waited_too_long_goes_on_without_the_answers(
    database: Database, claude: Claude, server: ModelServer, asker: Asker
) -> None:
    [job_id] = accepted(database, brief=ECONOMY)
    worker = claude()
    worker.run([job_id])
    table, past = table_of(BatchRequest), utcnow() - timedelta(hours=27)
    with database.transaction() as connection:
        connection.execute(update(table).values(created_at=past))
    to_the_end(worker, database, job_id)
    assert told(database, job_id)[:4] == ["the batch did not end in time"] * 4
    assert len(sent_calls(server)) == 1


def test_a_worker_closes_in_the_middle_of_a_batch(
    database: Database, claude: Claude, server: ModelServer, asker: Asker
) -> None:
    server.fail_next(1, Fault("stall", seconds=60))
    [job_id] = accepted(database, brief=ECONOMY)
    worker = claude()
    worker.run([job_id])
    worker.sweep()
    server.wait_for(lambda it: any(call.path == BATCHES for call in it.calls), 30)
    worker.sweep()
    worker.close()
    assert [batch.status for batch in stored_batches(database)] == [SUBMITTING]


# --- cancellation ------------------------------------------------------------------------------


def cancel(database: Database, job_id: str) -> None:
    with database.write() as session:
        owner_actions.cancel(session, session.get_one(task_executions.TaskExecution, job_id))


def test_what_a_cancelled_job_has_not_sent_is_dropped(
    database: Database, claude: Claude, server: ModelServer, asker: Asker
) -> None:
    cancelled, other = accepted(database, 2, brief=ECONOMY)
    worker = claude()
    worker.run([cancelled, other])
    cancel(database, cancelled)
    tick(worker)
    assert len(sent_calls(server)) == 4
    assert not [text for text in sent_calls(server) if cancelled in text]
    to_the_end(worker, database, other)
    assert job(database, cancelled).error == owner_actions.CANCELLED_ERROR


def test_a_job_cancelled_while_its_batch_is_under_way_keeps_what_is_paid_for(
    database: Database, claude: Claude, server: ModelServer, asker: Asker
) -> None:
    server.latency = 60
    [job_id] = accepted(database, brief=ECONOMY)
    worker = claude()
    worker.run([job_id])
    tick(worker)
    cancel(database, job_id)
    end_batch(server, lambda *_: None)
    server.latency = 0
    tick(worker)
    worker.run([job_id])
    assert len(calls(database)) == 4
    assert job(database, job_id).error == owner_actions.CANCELLED_ERROR
    with database.write() as session:
        owner_actions.retry(session, session.get_one(task_executions.TaskExecution, job_id))
    worker.run([job_id])
    to_the_end(worker, database, job_id)
    assert len(sent_calls(server)) == 5
    assert lines(database, job_id).count(STARTING) == 2
