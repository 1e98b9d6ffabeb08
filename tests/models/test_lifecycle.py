"""The lifecycle of a job as a table, and fencing: what a run may do, and what it may not do any more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models import owner_actions, runs, task_executions
from models.base import new_id
from models.errors import Conflict, StaleRun
from models.runs import Claim, End, Line, Write
from models.session import Database
from models.task_executions import COMPLETED, FAILED, PENDING, PROCESSING, STATUSES, TRANSITIONS
from tests.jobs import (
    ERROR,
    LEASE,
    MOST,
    Clock,
    accepted,
    call_row,
    change,
    claimed,
    everything,
    job,
    job_in,
    organization,
    recorded,
)

HOOK = "https://hooks.example/jobs"
Action = Callable[[Database, Claim], bool]


# --- what can be done to a job: each gives whether it was allowed --------------------------------


def claim(database: Database, mine: Claim) -> bool:
    return bool(claimed(database, mine.execution_id))


def record(database: Database, mine: Claim) -> bool:
    return recorded(database, Write(mine, line=Line("Half way", 0.5))) == [None]


def step(database: Database, mine: Claim) -> bool:
    return recorded(database, Write(mine, step=("analyse", {"skills": []}))) == [None]


def complete(database: Database, mine: Claim) -> bool:
    return recorded(database, Write(mine, line=Line("Done", 1.0), work=lambda _: {"n": 1})) == [None]


def fail(database: Database, mine: Claim) -> bool:
    return recorded(database, Write(mine, line=Line("No"), end=End(FAILED, error=ERROR))) == [None]


def release(database: Database, mine: Claim) -> bool:
    before = job(database, mine.execution_id).lease_expires_at
    with database.transaction() as connection:
        runs.release(connection, mine)
    return job(database, mine.execution_id).lease_expires_at != before


def renew(database: Database, mine: Claim) -> bool:
    with database.transaction() as connection:
        return not runs.renew(connection, [mine], LEASE * 2)


def owner(action: Callable[..., None]) -> Action:
    def done(database: Database, mine: Claim) -> bool:
        try:
            with database.write() as session:
                action(session, session.get_one(task_executions.TaskExecution, mine.execution_id))
        except Conflict:
            return False
        return True

    return done


cancel, retry = owner(owner_actions.cancel), owner(owner_actions.retry)

# (the job's status, what is tried) -> the status after it and what is told; everything else is refused.
ALLOWED: dict[tuple[str, Action], tuple[str, str | None]] = {
    (PENDING, claim): (PROCESSING, "progress"),
    (PENDING, cancel): (FAILED, "failed"),
    (PROCESSING, record): (PROCESSING, "progress"),
    (PROCESSING, step): (PROCESSING, None),
    (PROCESSING, complete): (COMPLETED, "completed"),
    (PROCESSING, fail): (FAILED, "failed"),
    (PROCESSING, release): (PROCESSING, None),
    (PROCESSING, renew): (PROCESSING, None),
    (PROCESSING, cancel): (FAILED, "failed"),
    (FAILED, retry): (PENDING, "pending"),
}
ACTIONS = {
    "claim": claim,
    "record": record,
    "step": step,
    "complete": complete,
    "fail": fail,
    "release": release,
    "renew": renew,
    "cancel": cancel,
    "retry": retry,
}
RUNS_ACTIONS = {name: one for name, one in ACTIONS.items() if name not in ("claim", "cancel", "retry")}


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("status", STATUSES)
def test_a_job_allows_in_each_status_what_the_table_says_and_nothing_else(
    shared: Database, clock: Clock, status: str, name: str
) -> None:
    action = ACTIONS[name]
    mine = job_in(shared, status, notification_url=HOOK)
    before, sequence = everything(shared), job(shared, mine.execution_id).sequence
    clock.forward(seconds=1)

    allowed = action(shared, mine)

    assert allowed == ((status, action) in ALLOWED)
    if not allowed:
        assert everything(shared) == before
        return
    expected, kind = ALLOWED[status, action]
    after = job(shared, mine.execution_id)
    assert after.status == expected
    assert after.sequence == sequence + (1 if kind else 0)
    told = fresh(before, everything(shared))
    for table in ("task_execution_logs", "events", "deliveries"):
        assert len(told[table]) == (1 if kind else 0), table
    if kind:
        [event] = told["events"]
        assert (event["type"], event["sequence"]) == (f"task_execution.{kind}", after.sequence)
        assert event["payload"]["status"] == expected
        assert told["task_execution_logs"][0]["message"] == event["payload"]["message"]
        [delivery] = told["deliveries"]
        assert (delivery["body"], delivery["channel"]) == (event["payload"], after.id)
        assert (delivery["sequence"], delivery["url"]) == (after.sequence, HOOK)


def fresh(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows that are new."""
    return {table: [row for row in rows if row not in before[table]] for table, rows in after.items()}


def test_the_changes_of_status_that_happen_are_those_of_transitions() -> None:
    happening = {(before, after) for (before, _), (after, _) in ALLOWED.items() if before != after}
    assert happening == {(before, after) for before, ends in TRANSITIONS.items() for after in ends}
    assert set(TRANSITIONS) == set(STATUSES)


def test_how_a_job_ended_can_be_read_from_its_row(shared: Database, clock: Clock) -> None:
    done, failed = job_in(shared, COMPLETED), job_in(shared, FAILED)
    row = job(shared, done.execution_id)
    assert (row.result, row.error, row.progress) == ({"assessment_id": "a"}, None, 1.0)
    assert (row.lease_expires_at, row.current_step, row.updated_at) == (None, "Done", clock.now)
    row = job(shared, failed.execution_id)
    assert (row.result, row.error, row.progress, row.lease_expires_at) == (None, ERROR, 0.0, None)


def test_a_cancelled_job_says_so_in_its_error_and_a_retried_one_begins_anew_with_its_steps(
    shared: Database,
) -> None:
    mine = job_in(shared, PROCESSING)
    step(shared, mine)
    change(shared, mine.execution_id, attempts_without_progress=MOST)
    assert cancel(shared, mine)
    assert job(shared, mine.execution_id).error == owner_actions.CANCELLED_ERROR
    assert retry(shared, mine)
    row = job(shared, mine.execution_id)
    assert (row.error, row.attempts_without_progress, row.lease_expires_at) == (None, 0, None)
    [again] = claimed(shared, mine.execution_id)
    assert again.steps == {"analyse": {"skills": []}}
    assert again.claim.attempt == 2


@pytest.mark.parametrize("status", [COMPLETED, FAILED])
def test_the_refusal_to_cancel_names_the_status_the_job_is_in(shared: Database, status: str) -> None:
    mine = job_in(shared, status)
    with shared.write() as session:
        execution = session.get_one(task_executions.TaskExecution, mine.execution_id)
        with pytest.raises(Conflict, match=f"is {status}; only one that is pending or processing"):
            owner_actions.cancel(session, execution)


# --- fencing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RUNS_ACTIONS)
def test_a_write_with_an_old_attempt_changes_nothing(shared: Database, clock: Clock, name: str) -> None:
    old = job_in(shared, PROCESSING, notification_url=HOOK)
    clock.forward(seconds=31)
    [new] = claimed(shared, old.execution_id, worker="w2")
    assert new.claim.attempt == old.attempt + 1
    before = everything(shared)
    assert not RUNS_ACTIONS[name](shared, old)
    assert everything(shared) == before


def test_the_work_of_a_run_that_lost_its_claim_is_not_done(shared: Database, clock: Clock) -> None:
    old = job_in(shared, PROCESSING)
    clock.forward(seconds=31)
    claimed(shared, old.execution_id)
    done: list[int] = []
    [outcome] = recorded(shared, Write(old, work=lambda _: done.append(1) or {}))
    assert isinstance(outcome, StaleRun)
    assert not done


@pytest.mark.parametrize("lost_to", ["another run", "a cancellation"])
def test_a_model_call_is_journalled_even_when_the_claim_is_lost(
    shared: Database, clock: Clock, lost_to: str
) -> None:
    old = job_in(shared, PROCESSING, notification_url=HOOK)
    clock.forward(seconds=31)
    claimed(shared, old.execution_id) if lost_to == "another run" else cancel(shared, old)
    before = everything(shared)
    call = call_row(shared, old.execution_id, answer={"text": "paid for"})
    [outcome] = recorded(shared, Write(old, line=Line("Late"), step=("analyse", 1), call=call))
    assert isinstance(outcome, StaleRun)
    told = fresh(before, everything(shared))
    [stored] = told.pop("model_calls")
    assert stored["answer"] == {"text": "paid for"}
    assert not any(told.values())
    if lost_to == "a cancellation":
        retry(shared, old)
    clock.forward(seconds=31)
    [later] = claimed(shared, old.execution_id)
    assert later.answers == {("analyse", "ab" * 32): {"text": "paid for"}}


def test_writes_of_many_runs_are_stored_together_and_a_stale_one_spoils_none(shared: Database) -> None:
    first, stale, third = (job_in(shared, PROCESSING) for _ in range(3))
    cancel(shared, stale)
    outcomes = recorded(
        shared,
        *(
            Write(one, line=Line(f"{number}: of {one.execution_id}"))
            for number in (1, 2)
            for one in (first, stale, third)
        ),
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), StaleRun, type(None)] * 2
    for one in (first, third):
        row = job(shared, one.execution_id)
        assert (row.sequence, row.current_step) == (4, f"2: of {one.execution_id}")
        with shared.read() as session:
            lines = task_executions.TaskExecutionLog.after(session, one.execution_id, 0, 100)
        assert [line.message[:2] for line in lines[2:]] == ["1:", "2:"]


def test_nothing_of_a_run_is_stored_after_its_end_in_the_same_batch(shared: Database) -> None:
    mine = job_in(shared, PROCESSING)
    outcomes = recorded(
        shared,
        Write(mine, line=Line("Done", 1.0), work=lambda _: {"n": 1}),
        Write(mine, line=Line("One more thing")),
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), StaleRun]
    assert job(shared, mine.execution_id).current_step == "Done"


# --- claims ------------------------------------------------------------------------------------


def test_a_claim_brings_the_request_and_all_that_earlier_runs_have_stored(
    shared: Database, clock: Clock
) -> None:
    asked = {"external_id": "x-1", "metadata": {"a": None}, "notification_url": HOOK, "mode": "test"}
    mine = job_in(shared, PROCESSING, **asked)
    recorded(
        shared,
        Write(mine, step=("analyse", None)),
        Write(mine, call=call_row(shared, mine.execution_id, "write:1", {"text": "first"})),
        Write(mine, call=call_row(shared, mine.execution_id, "write:1", {"text": "second"})),
    )
    clock.forward(seconds=31)
    [again] = claimed(shared, mine.execution_id, worker="w2")
    assert again.organization_id == organization(shared)
    assert {name: getattr(again, name) for name in asked} == asked
    assert again.steps == {"analyse": None}
    # Of two answers to one question the first stands: a later run must not see another one.
    assert again.answers == {("write:1", "ab" * 32): {"text": "first"}}
    row = job(shared, mine.execution_id)
    assert (row.worker, row.lease_expires_at) == ("w2", clock.now + LEASE)


def test_a_claim_of_unknown_jobs_or_of_none_gets_nothing(shared: Database) -> None:
    assert claimed(shared, new_id()) == []
    assert claimed(shared) == []


def test_a_lease_is_free_at_the_moment_it_ends_and_not_before(shared: Database, clock: Clock) -> None:
    mine = job_in(shared, PROCESSING)
    clock.forward(seconds=29.999)
    assert claimed(shared, mine.execution_id) == []
    clock.forward(seconds=0.001)
    assert len(claimed(shared, mine.execution_id)) == 1


def test_a_released_job_waits_for_its_time_and_is_then_anybodys(shared: Database, clock: Clock) -> None:
    mine = job_in(shared, PROCESSING)
    with shared.transaction() as connection:
        runs.release(connection, mine, run_at=clock.now + timedelta(seconds=8))
    clock.forward(seconds=7.9)
    assert claimed(shared, mine.execution_id, worker="w2") == []
    clock.forward(seconds=0.1)
    [again] = claimed(shared, mine.execution_id, worker="w2")
    assert again.claim.attempt == 2
    assert job(shared, mine.execution_id).run_at is None


def test_a_job_without_progress_fails_after_its_last_attempt(shared: Database, clock: Clock) -> None:
    [job_id] = accepted(shared, notification_url=HOOK)
    for attempt in range(1, MOST + 1):
        [run] = claimed(shared, job_id)
        assert (run.claim.attempt, run.attempts_without_progress) == (attempt, attempt)
        record(shared, run.claim)  # a line is no progress
        clock.forward(seconds=31)
    assert claimed(shared, job_id) == []
    row = job(shared, job_id)
    assert (row.status, row.error, row.lease_expires_at) == (FAILED, runs.EXHAUSTED, None)
    event = [event for event in everything(shared)["events"] if event["task_execution_id"] == job_id][-1]
    assert (event["type"], event["payload"]["error"]) == ("task_execution.failed", runs.EXHAUSTED)


@pytest.mark.parametrize("what", ["step", "call"])
def test_progress_sets_the_count_of_attempts_back(shared: Database, clock: Clock, what: str) -> None:
    [job_id] = accepted(shared)
    for number in range(2 * MOST):
        [run] = claimed(shared, job_id)
        if number % MOST == MOST - 1:
            stored = {"step": (f"s{number}", 1)} if what == "step" else {"call": call_row(shared, job_id)}
            recorded(shared, Write(run.claim, **stored))
            assert job(shared, job_id).attempts_without_progress == 0
        clock.forward(seconds=31)
    assert len(claimed(shared, job_id)) == 1
