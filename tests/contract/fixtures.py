"""Fixtures of the wire tests: one application for each database, an organisation for each test.

Tests share the database, for a new one for each would take most of the time; what they count,
they count by organisation or before and after.
"""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

import address_guard
from api import create_app
from models.base import Base, new_id
from models.session import Database
from settings import Settings
from tests.conftest import Account, migrated, needs_postgres, new_account, postgres_database, settings_for
from tests.contract.checked import CheckedClient, client_of
from tests.contract.verifications import Begin, StudentSession, begin_session
from workers.process import WorkerProcess

Counts = dict[str, int]
# What is kept of changes and of processes, whatever they do.
BESIDE = ("audit_entries", "workers_seen")


@pytest.fixture(scope="session", params=["sqlite", needs_postgres])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings on each kind of database; addresses of the private network are not called, and no forge."""
    home = tmp_path_factory.mktemp("wire")
    closed = {"ASSESSGEN_ALLOW_PRIVATE_WEBHOOKS": "false", "ASSESSGEN_FORGE_URL": "http://127.0.0.1:9"}
    if request.param == "sqlite":
        yield settings_for(home, f"sqlite:///{home / 'test.db'}", **closed)
        return
    with postgres_database() as url:
        yield settings_for(home, url, **closed)


@pytest.fixture(scope="session")
def database(settings: Settings) -> Iterator[Database]:
    """A migrated database."""
    with migrated(settings.database_url) as database:
        yield database


@pytest.fixture(scope="session")
def app(database: Database, settings: Settings) -> Iterator[Flask]:
    """The web application alone: jobs are accepted, and `work` works on them."""
    app = create_app(settings)
    yield app
    app.extensions["assessgen"].close()


@pytest.fixture(scope="session")
def work(database: Database, settings: Settings) -> Iterator[Callable[[str], None]]:
    """Runs a job to its end, in this process."""
    process = WorkerProcess(settings, "test")
    yield lambda job_id: process.run([job_id])
    process.close()


@pytest.fixture
def account(database: Database, settings: Settings) -> Account:
    """An organisation that nobody has used before."""
    return new_account(database, settings, f"Acme {new_id()}")


@pytest.fixture
def other_account(database: Database, settings: Settings) -> Account:
    """Another organisation, which must see nothing of the first."""
    return new_account(database, settings, f"Rival {new_id()}")


@pytest.fixture
def client(app: Flask, account: Account) -> CheckedClient:
    """Calls the application as the organisation; every answer is checked."""
    return client_of(app, account.key)


@pytest.fixture
def rival(app: Flask, other_account: Account) -> CheckedClient:
    """Calls the application as the other organisation."""
    return client_of(app, other_account.key)


@pytest.fixture
def stranger(app: Flask) -> CheckedClient:
    """Calls the application without a key."""
    return client_of(app)


@pytest.fixture
def begin(client: CheckedClient, database: Database, work: Callable[[str], None]) -> Begin:
    """Begins sessions of the organisation's students, each with what it is told of the student."""

    def session(**more: object) -> StudentSession:
        return begin_session(client, database, work, **more)

    return session


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The names that resolve, and to which address: no other does, and no test asks a name server."""
    known: dict[str, str] = {}

    def query(host: str, port: int) -> list[tuple[str, int]]:
        if host not in known:
            raise OSError("Name or service not known")
        return [(known[host], port)]

    monkeypatch.setattr(address_guard, "_query", query)
    monkeypatch.setattr(address_guard, "_lookups", address_guard._Lookups())
    return known


@pytest.fixture
def rows(database: Database) -> Callable[[], Counts]:
    """Counts the rows of every table."""

    def count() -> Counts:
        with database.read() as session:
            return {
                table.name: session.scalar(select(func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables
                if table.name not in BESIDE
            }

    return count
