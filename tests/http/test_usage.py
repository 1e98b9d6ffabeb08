"""`GET /api/v2/usage`: what an organisation's calls took, by day, stage or model; and its budget."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from models.base import table_of
from models.model_calls import ModelCall
from models.organizations import Organization
from models.session import Database
from tests.conftest import Account
from tests.contract.checked import CheckedClient
from tests.contract.jobs import submit
from tests.jobs import Clock, call_row, standing_clock

USAGE = "/api/v2/usage"
TOKENS = {"input_tokens": 10, "output_tokens": 20, "cache_read_tokens": 0, "cache_write_tokens": 5}
NOTHING = {**dict.fromkeys(TOKENS, 0), "calls": 0, "micro_dollars": 0}
# When, by what stage and model, for how much.
CALLS = [
    ("2026-10-31T23:59:59.999999", "write", "claude-sonnet-5-5", 1),
    ("2026-11-01T00:00:00", "analyse", "claude-haiku-5-5", 10),
    ("2026-11-01T23:59:59.999999", "write", "claude-sonnet-5-5", 100),
    ("2026-11-03T12:00:00", "write", "claude-sonnet-5-5", 1_000),
    ("2026-11-03T12:00:01", "write", "claude-opus-5-5", 10_000),
]


@pytest.fixture
def ledger(client: CheckedClient, database: Database, account: Account) -> None:
    """The calls, on a job of the organisation's."""
    job_id = submit(client)
    rows = [
        {
            **call_row(database, job_id),
            "organization_id": account.organization_id,
            "created_at": datetime.fromisoformat(at).replace(tzinfo=UTC),
            "stage": stage,
            "model": model,
            "micro_dollars": money,
        }
        for at, stage, model, money in CALLS
    ]
    with database.transaction() as connection:
        connection.execute(insert(table_of(ModelCall)), rows)


def asked(client: CheckedClient, **query: str) -> dict[str, Any]:
    response = client.get(USAGE, query_string=query)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.get_json()
    return answer


ASKED: list[tuple[dict[str, str], dict[str, tuple[int, int]]]] = [
    ({"group": "day"}, {"2026-11-01": (2, 110), "2026-11-03": (2, 11_000)}),
    ({"group": "stage"}, {"analyse": (1, 10), "write": (3, 11_100)}),
    (
        {"group": "model"},
        {"claude-haiku-5-5": (1, 10), "claude-opus-5-5": (1, 10_000), "claude-sonnet-5-5": (2, 1_100)},
    ),
    ({"to": "2026-11-02"}, {"2026-11-01": (2, 110)}),
    ({"from": "2026-11-02"}, {"2026-11-03": (2, 11_000)}),
    ({"from": "2026-10-31", "to": "2026-10-31"}, {"2026-10-31": (1, 1)}),
    ({"from": "2026-12-01", "to": "2026-12-01"}, {}),
]


@pytest.mark.parametrize(("query", "expected"), ASKED)
def test_the_sums_are_those_of_the_days_asked_for(
    client: CheckedClient, ledger: None, query: dict[str, str], expected: dict[str, tuple[int, int]]
) -> None:
    answer = asked(client, **{"from": "2026-11-01", "to": "2026-11-30", **query})
    assert {one["name"]: (one["calls"], one["micro_dollars"]) for one in answer["usage"]} == expected
    assert [one["name"] for one in answer["usage"]] == sorted(expected)
    assert answer["total"]["calls"] == sum(count for count, _ in expected.values())
    assert answer["total"]["micro_dollars"] == sum(money for _, money in expected.values())
    assert answer["total"]["output_tokens"] == 20 * answer["total"]["calls"]
    assert answer["group"] == query.get("group", "day")


def test_by_default_it_is_this_month_until_today_by_day(client: CheckedClient, ledger: None) -> None:
    with standing_clock() as clock:
        clock.now = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
        answer = asked(client)
    assert (answer["from"], answer["to"], answer["group"]) == ("2026-11-01", "2026-11-21", "day")
    assert answer["total"]["calls"] == 4


def test_an_organisation_sees_its_own_calls_only(
    client: CheckedClient, rival: CheckedClient, ledger: None
) -> None:
    answer = asked(rival, **{"from": "2026-01-01", "to": "2026-12-31"})
    assert (answer["usage"], answer["total"], answer["budget"]) == ([], NOTHING, None)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"group": "hour"}, "group"),
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "to"),
        ({"from": "2025-01-01", "to": "2026-11-01"}, "to"),
        ({"since": "2026-11-01"}, "since"),
    ],
)
def test_a_bad_query_is_refused_by_its_name(client: CheckedClient, query: dict[str, str], field: str) -> None:
    response = client.get(USAGE, query_string=query)
    assert response.status_code == 400
    assert list(response.get_json()["errors"]) == [field]


def test_the_budget_is_told_with_what_is_spent_of_it(
    client: CheckedClient, database: Database, account: Account, clock: Clock, ledger: None
) -> None:
    clock.now = datetime(2026, 12, 5, tzinfo=UTC)
    table = table_of(Organization)
    with database.transaction() as connection:
        connection.execute(
            update(table)
            .where(table.c.id == account.organization_id)
            .values(monthly_budget_micro_dollars=2_000_000)
        )
    budget = {"micro_dollars": 2_000_000, "spent_micro_dollars": 0, "renewed_on": "2027-01-01"}
    assert asked(client)["budget"] == budget
    clock.now -= timedelta(days=20)
    assert asked(client)["budget"] == {**budget, "spent_micro_dollars": 11_110, "renewed_on": "2026-12-01"}


def test_nobody_without_a_key_sees_usage(stranger: CheckedClient) -> None:
    assert stranger.get(USAGE).status_code == 401
