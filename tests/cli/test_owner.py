"""`assessgen orgs owner`, on a home of its own."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models.organizations import Organization
from models.session import Database
from tests.cli.test_cli import here


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an organisation."""
    assert here(tmp_path, "keys", "create", "--org", "Acme").exit_code == 0
    return tmp_path


def stored(home: Path) -> str | None:
    database = Database(f"sqlite:///{home / 'assessgen.db'}")
    with database.read() as session:
        found = session.scalar(select(Organization.owner_email))
    database.dispose()
    return found


def test_an_owner_is_set_and_taken_away(home: Path) -> None:
    done = here(home, "orgs", "owner", "Acme", "ops@acme.example")
    assert (done.exit_code, done.output) == (0, "Mails to the owner of Acme go to ops@acme.example now.\n")
    assert stored(home) == "ops@acme.example"
    done = here(home, "orgs", "owner", "Acme", "none")
    assert (done.exit_code, done.output) == (0, "Mails to the owner of Acme go to nobody now.\n")
    assert stored(home) is None


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("Nobody", "ops@acme.example"), 1, "There is no organisation 'Nobody'"),
        (("Acme", "ops"), 2, "write one such as ops@example.com"),
        (("Acme", f"{'x' * 320}@acme.example"), 2, "write one such as"),
    ],
)
def test_what_can_t_be_done_is_said(home: Path, words: tuple[str, ...], code: int, said: str) -> None:
    assert here(home, "orgs", "owner", "Acme", "ops@acme.example").exit_code == 0
    done = here(home, "orgs", "owner", *words)
    assert done.exit_code == code
    assert said in done.output
    assert stored(home) == "ops@acme.example"
