"""Budgets: of a job, of an organisation's month, live and in batches, with a fallback or an end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from models import budgets
from models.base import new_id, table_of, utcnow
from models.batch_requests import BatchRequest
from models.model_calls import ModelCall
from models.organizations import Organization
from models.session import Database
from models.task_executions import COMPLETED, FAILED
from tests.fakes.model_server import Fault, ModelServer
from tests.jobs import BRIEF, accepted, call_row, change, job, organization
from tests.workers.conftest import Claude
from tests.workers.test_economy import calls, requests, tick, to_the_end
from workers.budget import Budget, BudgetSpent, Limit, dollars
from workers.generation.engines.prices import PRICES, cost, is_priced, worst_case
from workers.generation.tools import GenerationFailed
from workers.process import WorkerProcess

ECONOMY = {**BRIEF, "mode": "economy"}


def monthly_budget(database: Database, micro_dollars: int | None) -> None:
    """Give Acme a budget."""
    organization(database)
    with database.transaction() as connection:
        connection.execute(update(table_of(Organization)).values(monthly_budget_micro_dollars=micro_dollars))


def spent(database: Database, micro_dollars: int, at: datetime | None = None) -> None:
    """A call that Acme has paid for, in a job of its own."""
    [job_id] = accepted(database)
    row = {**call_row(database, job_id), "micro_dollars": micro_dollars, "created_at": at or utcnow()}
    with database.transaction() as connection:
        connection.execute(insert(table_of(ModelCall)), [row])


def run(worker: WorkerProcess, database: Database, **changes: Any) -> Any:
    """The row of a new job that the worker has run."""
    [job_id] = accepted(database, **changes)
    worker.run([job_id])
    if job(database, job_id).status not in (COMPLETED, FAILED):
        to_the_end(worker, database, job_id)
    return job(database, job_id)


# --- arithmetic --------------------------------------------------------------------------------

# limits as (micro-dollars, spent before), what is held and settled so far -> the most that may come
LEFT: dict[str, tuple[list[tuple[int, int]], list[tuple[int, int]], int | None]] = {
    "no limit": ([], [], None),
    "nothing spent": ([(100, 0)], [], 100),
    "spent before": ([(100, 60)], [], 40),
    "all spent": ([(100, 100)], [], 0),
    "overspent": ([(100, 130)], [], -1),
    "a call under way counts in full": ([(100, 0)], [(30, -1)], 70),
    "a call that has ended counts by its cost": ([(100, 0)], [(30, 10)], 90),
    "a call that failed costs nothing": ([(100, 0)], [(30, 0)], 100),
    "the narrower counts": ([(100, 0), (50, 20)], [(10, 10)], 20),
}


@pytest.mark.parametrize("case", LEFT)
def test_a_call_must_fit_with_all_that_is_spent_and_under_way(case: str) -> None:
    limits, made, left = LEFT[case]
    budget = Budget([Limit("it", most, before, "Wait.") for most, before in limits])
    for held, paid in made:
        budget.hold(held)
        if paid >= 0:
            budget.settle(held, paid)
    assert budget.is_limited == (left is not None)
    if left is None:
        budget.hold(10**15)
        return
    with pytest.raises(BudgetSpent, match="it of"):
        budget.hold(left + 1)
    if left >= 0:
        budget.hold(left)


def test_a_budget_that_ends_jobs_says_whose_how_much_and_what_to_do() -> None:
    budget = Budget([Limit("the budget of a job", 50_000, 45_000, "Raise it.")], "fail")
    with pytest.raises(GenerationFailed) as caught:
        budget.hold(7_000)
    assert caught.value.code == "BUDGET_EXCEEDED"
    assert str(caught.value) == (
        "The budget of a job is $0.0500, of which $0.0450 is spent or set aside; the next model call may "
        "take $0.0070. Raise it."
    )


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "$0.00"), (12, "$0.0000"), (4_200, "$0.0042"), (1_500_000, "$1.50"), (10**10, "$10,000.00")],
)
def test_amounts_are_written_as_people_write_them(amount: int, text: str) -> None:
    assert dollars(amount) == text


@pytest.mark.parametrize("model", [*PRICES, "claude-haiku-5-5-20261001"])
def test_the_worst_case_covers_what_a_call_took(model: str) -> None:
    body = {"model": model, "max_tokens": 500, "messages": [{"role": "user", "content": "Wörter " * 300}]}
    took = {"input_tokens": 0, "output_tokens": 500, "cache_read_tokens": 0, "cache_write_tokens": 600}
    assert is_priced(model)
    assert worst_case(body) >= cost(model, took) > 0
    assert worst_case(body, is_batch=True) == -(-worst_case(body) // 2)


def test_a_model_without_a_price_counts_as_nothing() -> None:
    assert not is_priced("llama")
    assert worst_case({"model": "llama", "max_tokens": 500, "messages": []}) == 0


# --- of a job ----------------------------------------------------------------------------------


def test_a_job_without_a_budget_asks_as_it_likes(database: Database, claude: Claude) -> None:
    row = run(claude(), database)
    assert [one for one in row.result["warnings"] if "budget" in one] == []
    assert len(calls(database)) > 1


@pytest.mark.parametrize("brief", [BRIEF, ECONOMY], ids=["live", "economy"])
@pytest.mark.parametrize("most", [0, 100, 3_000, 20_000])
def test_a_job_stays_within_its_budget_and_the_library_fills_the_rest(
    database: Database,
    claude: Claude,
    server: ModelServer,
    brief: dict[str, Any],
    most: int,
) -> None:
    row = run(claude(max_cost_per_job=most), database, brief=brief)
    assert row.status == COMPLETED, row.error
    assert row.result["delivered"] == 5
    assert row.result["usage"]["micro_dollars"] <= most
    if most < 20_000:
        assert [one for one in row.result["warnings"] if "the budget of a job" in one]
    assert {call.outcome for call in server.calls if call.paid} <= {"ok"}


@pytest.mark.parametrize("brief", [BRIEF, ECONOMY], ids=["live", "economy"])
def test_a_job_over_its_budget_can_be_made_to_fail(
    database: Database, claude: Claude, brief: dict[str, Any]
) -> None:
    row = run(claude(max_cost_per_job=3_000, on_budget="fail"), database, brief=brief)
    assert (row.status, row.error["code"]) == (FAILED, "BUDGET_EXCEEDED")
    assert "$0.0030" in row.error["message"]
    assert "ASSESSGEN_MAX_COST_PER_JOB" in row.error["message"]
    assert sum(call.micro_dollars for call in calls(database)) <= 3_000


def test_a_job_over_its_budget_in_mid_fan_out_sends_none_of_it(
    database: Database, claude: Claude, server: ModelServer
) -> None:
    [job_id] = accepted(database, brief={**ECONOMY, "number_of_questions": 20})
    # Some of the writers' calls have room, and not all.
    worker = claude(max_cost_per_job=30_000, on_budget="fail")
    worker.run([job_id])
    to_the_end(worker, database, job_id)
    tick(worker)
    error = job(database, job_id).error
    assert error is not None
    assert error["code"] == "BUDGET_EXCEEDED"
    assert "write" not in {call.stage for call in calls(database)}
    assert {call.stage for call in server.calls if call.paid} == {"analyse"}
    assert requests(database) == []


def test_what_earlier_runs_of_the_job_have_paid_counts(database: Database, claude: Claude) -> None:
    [job_id] = accepted(database)
    change(database, job_id, attempt=1)
    row = {**call_row(database, job_id), "created_at": utcnow()}
    row["answer"] = {"text": "{}", "micro_dollars": 49_999}
    with database.transaction() as connection:
        connection.execute(insert(table_of(ModelCall)), [row])
    claude(max_cost_per_job=50_000, on_budget="fail").run([job_id])
    error = job(database, job_id).error
    assert error is not None
    assert error["code"] == "BUDGET_EXCEEDED"


def test_calls_that_failed_leave_their_money(database: Database, claude: Claude, server: ModelServer) -> None:
    # The second try must find the room that the first had taken.
    server.fail_next(1, Fault("status", 529))
    row = run(claude(max_cost_per_job=1_000_000, on_budget="fail"), database)
    assert row.status == COMPLETED, row.error


# --- of an organisation ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budget", "before", "is_spent"),
    [(None, 10**9, False), (1_000_000, 0, False), (1_000_000, 999_999, True), (0, 0, True)],
)
def test_an_organisation_s_month_is_a_limit(
    database: Database, claude: Claude, budget: int | None, before: int, is_spent: bool
) -> None:
    monthly_budget(database, budget)
    spent(database, before)
    row = run(claude(), database)
    assert row.status == COMPLETED, row.error
    told = [one for one in row.result["warnings"] if "the monthly budget of Acme" in one]
    assert bool(told) == is_spent
    assert (row.result["usage"]["calls"] == 0) == is_spent


def test_an_organisation_s_job_over_the_budget_says_when_there_is_more(
    database: Database, claude: Claude
) -> None:
    monthly_budget(database, 1_000_000)
    spent(database, 999_999)
    row = run(claude(on_budget="fail"), database)
    start, following = budgets.month_of(utcnow())
    assert row.error["code"] == "BUDGET_EXCEEDED"
    assert f"renewed on {following:%Y-%m-%d}" in row.error["message"]
    assert 'assessgen orgs budget "Acme" DOLLARS' in row.error["message"]
    assert start <= utcnow() < following


def test_last_month_and_other_organisations_do_not_count(database: Database) -> None:
    start, _ = budgets.month_of(utcnow())
    monthly_budget(database, 1_000_000)
    spent(database, 500, start - timedelta(microseconds=1))
    spent(database, 70, start)
    acme, other = organization(database), organization(database, "Rival")
    with database.transaction() as connection:
        found = budgets.monthly(connection, [acme, other])
    mine = found[acme]
    assert (mine.organization, mine.micro_dollars, mine.spent) == ("Acme", 1_000_000, 70)
    assert other not in found


def test_calls_that_wait_for_a_batch_count_in_full(
    database: Database, claude: Claude, server: ModelServer
) -> None:
    server.latency = 60
    monthly_budget(database, 10_000_000)
    worker = claude()
    ids = accepted(database, 3, brief=ECONOMY)
    worker.run(ids)
    tick(worker)
    held = sum(one.worst_micro_dollars for one in requests(database))
    assert held > 0
    acme = organization(database)
    with database.transaction() as connection:
        [month] = budgets.monthly(connection, [acme]).values()
    assert month.spent == held
    with database.transaction() as connection:
        connection.execute(update(table_of(BatchRequest)).values(worst_micro_dollars=10_000_000))
    row = run(worker, database)
    assert [one for one in row.result["warnings"] if "the monthly budget of Acme" in one]


@pytest.mark.parametrize(
    ("moment", "start", "following"),
    [
        ((2026, 12, 31, 23, 59, 59), (2026, 12, 1), (2027, 1, 1)),
        ((2027, 1, 1, 0, 0, 0), (2027, 1, 1), (2027, 2, 1)),
        ((2028, 2, 29, 12, 0, 0), (2028, 2, 1), (2028, 3, 1)),
        ((2026, 11, 30, 0, 0, 0), (2026, 11, 1), (2026, 12, 1)),
    ],
)
def test_a_month_is_utc_s(moment: Any, start: Any, following: Any) -> None:
    assert budgets.month_of(datetime(*moment, 5, tzinfo=UTC)) == (
        datetime(*start, tzinfo=UTC),
        datetime(*following, tzinfo=UTC),
    )


def test_a_budget_is_of_an_organisation_that_is_there(database: Database) -> None:
    with database.transaction() as connection:
        assert budgets.monthly(connection, [new_id()]) == {}
        assert budgets.monthly(connection, []) == {}
