"""One run of a job: durable steps, model calls paid once, and the ways in which it ends."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from models import owner_actions, runs, task_executions
from models.base import utcnow
from models.batching import Batcher
from models.errors import StaleRun
from models.model_calls import ModelCall, usage_of
from models.runs import ClaimedJob, Line, Write
from models.session import Database
from models.task_executions import ExecutionStep, TaskExecutionLog
from tests.jobs import accepted, change, claimed, job
from tests.stack import until
from workers import run as module
from workers.generation.tools import ModelAnswer, ModelBusy, ModelRefused, ModelRequest
from workers.run import Run, Stopping

REQUEST = ModelRequest("write", {"model": "m", "messages": [{"role": "user", "content": "é"}]})
USAGE = {"input_tokens": 10, "output_tokens": 20, "cache_read_tokens": 3, "cache_write_tokens": 4}
NAMES = ("first", "second", "third", "fourth", "fifth")


class ScriptedModel:
    """A model that does what its script says, one entry a call, and numbers its answers."""

    def __init__(self, *script: Exception | Callable[[], object] | None) -> None:
        self.script = list(script)
        self.requests: list[ModelRequest] = []

    async def send(self, request: ModelRequest) -> ModelAnswer:
        self.requests.append(request)
        act = self.script.pop(0) if self.script else None
        if isinstance(act, Exception):
            raise act
        if act is not None:
            act()
        text = f"answer {len(self.requests)}"
        return ModelAnswer(text, "end_turn", "claude-sonnet-5-5", "req_1", dict(USAGE), 50, 900)

    async def close(self) -> None:
        """Nothing to close."""


class Runs:
    """Makes runs of one job, each after the lease of the one before has ended."""

    def __init__(self, database: Database) -> None:
        self.database = database
        [self.job_id] = accepted(database, notification_url="https://hooks.example.com/jobs")
        self.recorder: Batcher[Write, None] = Batcher(self._record, "recorder")
        self.announced: list[int] = []

    def _record(self, writes: Sequence[Write]) -> list[BaseException | None]:
        with self.database.transaction() as connection:
            return runs.record(connection, writes)

    def claim(self) -> ClaimedJob:
        """Take the job from whoever has it."""
        change(self.database, self.job_id, lease_expires_at=None)
        [claimed_job] = claimed(self.database, self.job_id)
        return claimed_job

    def new(self, model: ScriptedModel | None = None) -> Run:
        """The next run."""
        return Run(self.claim(), self.recorder, _NoBank(), model, "m", self._announce)

    def _announce(self, channel: str) -> None:
        assert channel == self.job_id
        self.announced.append(job(self.database, self.job_id).sequence)

    def cancel(self) -> None:
        """The owner cancels."""
        with self.database.write() as session:
            owner_actions.cancel(session, session.get_one(task_executions.TaskExecution, self.job_id))

    def steps(self) -> dict[str, Any]:
        """The stored steps."""
        query = select(ExecutionStep).where(ExecutionStep.task_execution_id == self.job_id)
        with self.database.read() as session:
            return {step.key: step.result["value"] for step in session.scalars(query)}

    def calls(self) -> list[ModelCall]:
        """The journalled calls."""
        query = select(ModelCall).where(ModelCall.task_execution_id == self.job_id)
        with self.database.read() as session:
            return list(session.scalars(query.order_by(ModelCall.id)))

    def lines(self) -> list[str]:
        """The job's log."""
        with self.database.read() as session:
            return [line.message for line in TaskExecutionLog.after(session, self.job_id, 0, 1000)]


class _NoBank:
    def search(self, skill_ids: Any) -> Any:
        raise AssertionError("no run here looks for questions")


class Making:
    """What a step does: counts how often it is done."""

    def __init__(self, value: Any = None) -> None:
        self.value = value
        self.times = 0

    async def __call__(self) -> Any:
        self.times += 1
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


@pytest.fixture
def job_runs(shared: Database) -> Iterator[Runs]:
    job_runs = Runs(shared)
    yield job_runs
    job_runs.recorder.close()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that runs would have made."""
    made: list[float] = []

    async def pause(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr(module.asyncio, "sleep", pause)
    return made


# --- steps -------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [{"skills": [{"id": "python", "é": None}]}, [], 0, None, "text"])
def test_a_step_is_stored_before_it_is_used_and_not_done_again(job_runs: Runs, value: Any) -> None:
    making = Making(value)
    assert asyncio.run(job_runs.new().step("analyse", making)) == value
    assert job_runs.steps() == {"analyse": value}
    assert asyncio.run(job_runs.new().step("analyse", making)) == value
    assert making.times == 1


def test_a_step_that_fails_is_not_stored_and_is_done_again(job_runs: Runs) -> None:
    with pytest.raises(ValueError, match="no"):
        asyncio.run(job_runs.new().step("analyse", Making(ValueError("no"))))
    assert job_runs.steps() == {}
    assert asyncio.run(job_runs.new().step("analyse", Making(1))) == 1


def test_steps_of_different_keys_are_different_steps(job_runs: Runs) -> None:
    first = job_runs.new()
    asyncio.run(first.step("write:1", Making(1)))
    asyncio.run(first.step("write:2", Making(2)))
    second = job_runs.new()
    assert [asyncio.run(second.step(key, Making(9))) for key in ("write:2", "write:1", "write:3")] == [
        2,
        1,
        9,
    ]


# --- model calls -------------------------------------------------------------------------------


def test_a_call_is_journalled_and_not_paid_for_again(job_runs: Runs) -> None:
    model = ScriptedModel()
    first = asyncio.run(job_runs.new(model).ask("write:1", REQUEST))
    [call] = job_runs.calls()
    assert (call.step, call.stage, call.model, call.stop_reason) == (
        "write:1",
        "write",
        "claude-sonnet-5-5",
        "end_turn",
    )
    second = asyncio.run(job_runs.new(model).ask("write:1", REQUEST))
    assert first == second
    assert len(model.requests) == 1
    with job_runs.database.connection() as connection:
        usage = usage_of(connection, job_runs.job_id)
    figures = {"calls": 1, **USAGE, "micro_dollars": 50}
    by_stage = [{"stage": "write", "model": "claude-sonnet-5-5", **figures}]
    assert usage.to_json() == {**figures, "by_stage": by_stage}


@pytest.mark.parametrize(
    ("step", "request_"),
    [
        ("write:2", REQUEST),
        ("write:1", ModelRequest("write", {**REQUEST.body, "model": "other"})),
    ],
)
def test_another_question_is_another_call(job_runs: Runs, step: str, request_: ModelRequest) -> None:
    model = ScriptedModel()
    asyncio.run(job_runs.new(model).ask("write:1", REQUEST))
    asyncio.run(job_runs.new(model).ask(step, request_))
    assert len(model.requests) == 2


def test_a_call_that_ends_after_the_claim_is_lost_is_journalled_for_the_next_run(job_runs: Runs) -> None:
    model = ScriptedModel(lambda: job_runs.claim())
    with pytest.raises(StaleRun):
        asyncio.run(job_runs.new(model).ask("write:1", REQUEST))
    assert asyncio.run(job_runs.new(model).ask("write:1", REQUEST)).text == "answer 1"
    assert len(model.requests) == 1


BUSY, FIVE, LONG = ModelBusy("busy"), ModelBusy("busy", 5.0), ModelBusy("busy", 20.1)
# what the model does -> the pauses before each new try, and the text or the error at the end
TRIES: dict[str, tuple[list[Exception | None], list[float], str | type[Exception]]] = {
    "it answers": ([None], [], "answer 1"),
    "busy once": ([BUSY], [1.0], "answer 2"),
    "busy three times": ([BUSY] * 3, [1.0, 3.0, 9.0], "answer 4"),
    "busy to the end": ([BUSY] * 4, [1.0, 3.0, 9.0], ModelBusy),
    "it says how long": ([FIVE, FIVE, FIVE], [5.0, 5.0, 9.0], "answer 4"),
    "it asks for too long": ([LONG], [], ModelBusy),
    "it asks for too long later": ([BUSY, LONG], [1.0], ModelBusy),
    "it refuses": ([ModelRefused("no")], [], ModelRefused),
    "it refuses after a pause": ([BUSY, ModelRefused("no")], [1.0], ModelRefused),
}


@pytest.mark.parametrize("case", TRIES)
def test_a_busy_model_is_asked_again_after_pauses(job_runs: Runs, pauses: list[float], case: str) -> None:
    script, expected_pauses, expected = TRIES[case]
    model = ScriptedModel(*script)
    asked = job_runs.new(model).ask("write:1", REQUEST)
    if isinstance(expected, str):
        assert asyncio.run(asked).text == expected
        assert len(job_runs.calls()) == 1
    else:
        with pytest.raises(expected):
            asyncio.run(asked)
        assert job_runs.calls() == []
    assert pauses == expected_pauses
    assert len(model.requests) == len(pauses) + 1


def test_without_a_model_it_counts_as_busy_at_once(job_runs: Runs, pauses: list[float]) -> None:
    with pytest.raises(ModelBusy, match="no model"):
        asyncio.run(job_runs.new(None).ask("write:1", REQUEST))
    assert pauses == []


# --- how it ends -------------------------------------------------------------------------------

ENDS: dict[str, tuple[Callable[[Run, Runs], None], type[Exception]]] = {
    "the worker stops": (lambda run, _: run.stop(), Stopping),
    "the claim is lost": (lambda run, _: run.lose(), StaleRun),
    "both": (lambda run, _: (run.stop(), run.lose())[0], StaleRun),
}


@pytest.mark.parametrize("case", ENDS)
def test_a_run_that_is_to_end_does_not_begin_its_next_step(job_runs: Runs, case: str) -> None:
    end, expected = ENDS[case]
    making, model = Making(1), ScriptedModel()
    run = job_runs.new(model)
    asyncio.run(run.step("analyse", making))
    end(run, job_runs)
    with pytest.raises(expected):
        asyncio.run(run.step("write", making))
    # Nor one that is stored already: it is the run that ends, not the step.
    with pytest.raises(expected):
        asyncio.run(run.ask("write", REQUEST))
    assert (making.times, model.requests) == (1, [])


@pytest.mark.parametrize("lost_to", ["a cancellation", "another run"])
def test_a_step_made_after_the_claim_was_lost_is_not_stored(job_runs: Runs, lost_to: str) -> None:
    run = job_runs.new()
    job_runs.cancel() if lost_to == "a cancellation" else job_runs.claim()
    with pytest.raises(StaleRun):
        asyncio.run(run.step("analyse", Making(1)))
    assert job_runs.steps() == {}


def test_a_line_that_is_refused_ends_the_run_at_its_next_step(job_runs: Runs) -> None:
    run, making = job_runs.new(), Making(1)
    job_runs.cancel()
    before = job_runs.lines()
    run.say("Too late")
    until(lambda: run._lost, "the run has noticed")
    with pytest.raises(StaleRun):
        asyncio.run(run.step("analyse", making))
    assert making.times == 0
    assert job_runs.lines() == before


@pytest.mark.parametrize("case", ENDS)
def test_a_run_that_is_to_end_does_not_ask_a_busy_model_again(
    job_runs: Runs, pauses: list[float], case: str
) -> None:
    end, expected = ENDS[case]
    model = ScriptedModel(BUSY)
    run = job_runs.new(model)
    model.script[0] = _EndsThenBusy(lambda: end(run, job_runs))  # type: ignore[call-overload]
    with pytest.raises(expected):
        asyncio.run(run.ask("write", REQUEST))
    assert len(model.requests) == 1


class _EndsThenBusy:
    def __init__(self, end: Callable[[], None]) -> None:
        self.end = end

    def __call__(self) -> None:
        self.end()
        raise BUSY


def test_a_run_that_is_to_stop_may_still_store_its_end(job_runs: Runs) -> None:
    run = job_runs.new()
    run.stop()
    asyncio.run(run.write(Write(run.claim, line=Line("Done", 1.0), work=lambda _: {"n": 1})))
    assert job(job_runs.database, job_runs.job_id).status == task_executions.COMPLETED


# --- lines -------------------------------------------------------------------------------------


def test_lines_are_stored_in_the_order_in_which_they_are_said_among_the_steps(job_runs: Runs) -> None:
    run = job_runs.new()
    before = len(job_runs.lines())

    async def work() -> None:
        for number, name in enumerate(NAMES):
            for part in range(10):
                run.say(f"{name} {part}", (number * 10 + part) / 100)
            await run.step(name, Making(number))
            assert job_runs.lines()[before:][-1] == f"{name} 9"

    asyncio.run(work())
    assert job_runs.lines()[before:] == [f"{name} {part}" for name in NAMES for part in range(10)]
    row = job(job_runs.database, job_runs.job_id)
    assert (row.sequence, row.progress, row.current_step) == (before + 50, 0.49, "fifth 9")
    assert row.updated_at <= utcnow()


def test_each_line_is_announced_once_it_is_stored(job_runs: Runs) -> None:
    run = job_runs.new()
    run.say("one")
    asyncio.run(run.step("analyse", Making(1)))
    run.say("two")
    asyncio.run(run.write(Write(run.claim, line=Line("three"))))
    # queued, started, one, two, three
    assert job_runs.announced[0] >= 3
    assert job_runs.announced[-1] == 5
    assert len(job_runs.announced) == 3
