"""`assessgen orgs quota`, on a home of its own."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.organizations import Organization
from models.session import Database
from tests.cli.test_cli import here


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an organisation."""
    assert here(tmp_path, "keys", "create", "--org", "Acme").exit_code == 0
    return tmp_path


SAID = "Acme may begin {} jobs a day; 0 were begun today.\nAcme may have {} jobs open at once; 0 are.\n"


@pytest.mark.parametrize(
    ("words", "stored", "said"),
    [
        ((), (5, 6), ("5", "6")),
        (("--jobs-per-day", "1000"), (1000, 6), ("1,000", "6")),
        (("--open-jobs", "0"), (5, 0), ("5", "any number of")),
        (("--jobs-per-day", "default"), (None, 6), ("any number of", "6")),
        (("--jobs-per-day", "0", "--open-jobs", "default"), (0, None), ("any number of", "any number of")),
    ],
)
def test_a_quota_is_set_shown_and_taken_away(
    home: Path, words: tuple[str, ...], stored: tuple[int | None, int | None], said: tuple[str, str]
) -> None:
    assert here(home, "orgs", "quota", "Acme", "--jobs-per-day", "5", "--open-jobs", "6").exit_code == 0
    done = here(home, "orgs", "quota", "Acme", *words)
    assert (done.exit_code, done.output) == (0, SAID.format(*said))
    database = Database(f"sqlite:///{home / 'assessgen.db'}")
    with database.read() as session:
        row = session.execute(select(Organization.jobs_per_day, Organization.open_jobs)).one()
        kept = session.scalars(select(AuditEntry).where(AuditEntry.action == "orgs.quota")).all()
    database.dispose()
    assert tuple(row) == stored
    assert len(kept) == (2 if words else 1)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("Nobody",), 1, "There is no organisation 'Nobody'"),
        (("Acme", "--open-jobs", "-1"), 2, "write 0 (no limit) to 1,000,000,000, or default"),
        (("Acme", "--open-jobs", "many"), 2, "is no number of jobs"),
        (("Acme", "--jobs-per-day", "1000000001"), 2, "is no number of jobs"),
        (("Acme", "--jobs-per-day", "٣"), 2, "is no number of jobs"),
    ],
)
def test_what_can_t_be_done_is_said(home: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = here(home, "orgs", "quota", *words)
    assert done.exit_code == code
    assert said in " ".join(done.output.split())
