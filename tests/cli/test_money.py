"""`assessgen orgs budget` and `assessgen usage`, on a home of their own."""

from pathlib import Path

import pytest
from sqlalchemy import insert, select

from models.base import table_of, utcnow
from models.model_calls import ModelCall
from models.organizations import Organization
from models.session import Database
from tests.cli.test_cli import here
from tests.jobs import accepted, call_row


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an organisation."""
    assert here(tmp_path, "keys", "create", "--org", "Acme").exit_code == 0
    return tmp_path


def database_of(home: Path) -> Database:
    return Database(f"sqlite:///{home / 'assessgen.db'}")


def budget_in(home: Path) -> int | None:
    with database_of(home).read() as session:
        return session.scalar(select(Organization.monthly_budget_micro_dollars))


@pytest.mark.parametrize(
    ("words", "stored", "said"),
    [
        ("20", 20_000_000, "Acme has a monthly budget of $20.0000 now.\n"),
        ("0.25", 250_000, "Acme has a monthly budget of $0.2500 now.\n"),
        ("0", 0, "Acme has a monthly budget of $0.0000 now.\n"),
        ("none", None, "Acme has no monthly budget now.\n"),
    ],
)
def test_a_budget_is_set_and_taken_away(home: Path, words: str, stored: int | None, said: str) -> None:
    assert here(home, "orgs", "budget", "Acme", "7").exit_code == 0
    done = here(home, "orgs", "budget", "Acme", words)
    assert (done.exit_code, done.output) == (0, said)
    assert budget_in(home) == stored


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("orgs", "budget", "Nobody", "20"), 1, "There is no organisation 'Nobody'"),
        (("orgs", "budget", "Acme", "much"), 2, "write dollars, such as 20"),
        (("orgs", "budget", "Acme", "1e3"), 2, "write dollars"),
        (("usage", "--org", "Nobody"), 1, "There is no organisation"),
        (("usage", "--group", "hour"), 2, "'hour' is not one of"),
        (("usage", "--from", "2026-11-02", "--to", "2026-11-01"), 2, "no day from 2026-11-02"),
    ],
)
def test_what_can_t_be_done_is_said(home: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = here(home, *words)
    assert done.exit_code == code
    assert said in done.output
    assert budget_in(home) is None


def test_usage_is_a_table_with_a_total_and_the_budget(home: Path) -> None:
    database = database_of(home)
    [job_id] = accepted(database)
    row = call_row(database, job_id)
    rows = [
        {**row, "created_at": utcnow(), "micro_dollars": 1_500_000},
        {**row, "created_at": utcnow(), "stage": "write", "model": "claude-sonnet-5-5"},
    ]
    with database.transaction() as connection:
        connection.execute(insert(table_of(ModelCall)), rows)
    database.dispose()
    assert here(home, "orgs", "budget", "Acme", "20").exit_code == 0
    done = here(home, "usage", "--org", "Acme", "--group", "stage")
    lines = [line.split() for line in done.output.splitlines()]
    assert lines[0][:2] == ["stage", "calls"]
    assert lines[1] == ["analyse", "1", "10", "20", "0", "5", "$1.5000"]
    assert lines[2] == ["write", "1", "10", "20", "0", "5", "$0.0000"]
    assert lines[3] == ["total", "2", "20", "40", "0", "10", "$1.5000"]
    assert "Of this month's budget of $20.0000, $1.5000 is spent" in done.output
    by_day = here(home, "usage").output
    assert f"{utcnow():%Y-%m-%d}" in by_day
    assert "budget" not in by_day


def test_an_empty_ledger_is_a_table_of_nothing(home: Path) -> None:
    done = here(home, "usage", "--from", "2020-01-01", "--to", "2020-01-31")
    assert done.exit_code == 0
    assert done.output.splitlines()[-1].split() == ["total", "0", "0", "0", "0", "0", "$0.0000"]
