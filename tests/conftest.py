"""Fixtures that all tests share: settings, both databases, a web application, real processes.

PostgreSQL and Redis come from `tests/services.py` by ASSESSGEN_TEST_POSTGRES_URL and
ASSESSGEN_TEST_REDIS_URL; tests that need them are marked `service` and skipped without.
"""

import os
import secrets
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

import migrations
from api import bind, route
from models.base import set_clock
from models.organizations import ApiKey, Organization
from models.session import Database
from settings import Settings
from tests.alone import Turns
from tests.jobs import Clock, standing_clock
from tests.services import redis_of_worker
from tests.stack import Stack
from tests.templates import Templates

# Which of pytest-xdist's workers this is; 0 too where there are none.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
POSTGRES = os.environ.get("ASSESSGEN_TEST_POSTGRES_URL", "")
REDIS = redis_of_worker(os.environ.get("ASSESSGEN_TEST_REDIS_URL", ""), WORKER)
SECRET = "for-tests-only-" + "0" * 32

# The routes are made once a process: that takes longer than most tests do.
routed = cache(route)

needs_postgres = pytest.param("postgresql", marks=[pytest.mark.service])
needs_redis = pytest.param("redis", marks=[pytest.mark.service])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Give each test its turn, before its time limit begins to run."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
    if not run:
        return (yield)
    with Turns(run).turn(alone=item.get_closest_marker("alone") is not None):
        return (yield)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Clean up after all turns."""
    run = getattr(session.config, "testrunuid", "")
    if run and "PYTEST_XDIST_WORKER" not in os.environ:
        Turns(run).forget()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what needs a service that is not there."""
    if POSTGRES and REDIS:
        return
    skip = pytest.mark.skip(reason="PostgreSQL and Redis are not there; run `make test`, which brings them")
    for item in items:
        if item.get_closest_marker("service"):
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def real_clock() -> Iterator[None]:
    """Put the system's clock back after a test that set another."""
    yield
    set_clock(None)


@pytest.fixture
def new_postgres() -> Iterator[str]:
    """A PostgreSQL database of the test's own."""
    with postgres_database() as url:
        yield url


@contextmanager
def migrated(url: str) -> Iterator[Database]:
    """The database there, on the newest revision."""
    database = Database(url)
    migrations.upgrade(database)
    yield database
    database.dispose()


class postgres_database:
    """A new PostgreSQL database, dropped at the end."""

    def __enter__(self) -> str:
        self.name = "assessgen_test_" + secrets.token_hex(6)
        with psycopg.connect(POSTGRES, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {self.name}")
        return POSTGRES.rsplit("/", 1)[0] + "/" + self.name

    def __exit__(self, *_: object) -> None:
        with psycopg.connect(POSTGRES, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """Migrated databases to be copied, which takes a tenth of the time of migrating one."""
    home = tmp_path_factory.mktemp("templates")

    def make_ready(url: str) -> None:
        with migrated(settings_for(home, url).database_url):
            pass

    with Templates(home, POSTGRES, make_ready) as templates:
        yield templates


@pytest.fixture(params=["sqlite", needs_postgres])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database, once for each kind: empty, or migrated for who wants `database`."""
    wants_schema = "database" in request.fixturenames
    templates: Templates | None = request.getfixturevalue("templates") if wants_schema else None
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        yield templates.sqlite(path) if templates else f"sqlite:///{path}"
        return
    with templates.postgresql() if templates else postgres_database() as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of an installation without a model key, on each kind of database."""
    return settings_for(tmp_path, database_url)


def settings_for(home: Path, database_url: str, **more: str) -> Settings:
    """Settings as they would be read from such an environment."""
    return Settings.from_env(
        {"ASSESSGEN_HOME": str(home), "DATABASE_URL": database_url, "ASSESSGEN_SECRET_KEY": SECRET, **more}
    )


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """A migrated database."""
    database = Database(settings.database_url)
    yield database
    database.dispose()


@pytest.fixture(scope="module", params=["sqlite", needs_postgres])
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, templates: Templates
) -> Iterator[Database]:
    """A migrated database for all tests of a module that look at rows of their own only."""
    home = tmp_path_factory.mktemp("shared")
    with ExitStack() as held:
        if request.param == "sqlite":
            url = templates.sqlite(home / "test.db")
        else:
            url = held.enter_context(templates.postgresql())
        database = Database(settings_for(home, url).database_url)
        held.callback(database.dispose)
        yield database


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The product's clock, standing still."""
    with standing_clock() as clock:
        yield clock


@dataclass(frozen=True)
class Account:
    """An organisation with a key."""

    organization_id: str
    key: str

    @property
    def headers(self) -> dict[str, str]:
        """What its requests carry."""
        return {"x-api-key": self.key}


def new_account(database: Database, settings: Settings, name: str, mode: str = "live") -> Account:
    """Make an organisation with a key."""
    with database.write() as session:
        organization = Organization.named(session, name)
        return Account(organization.id, ApiKey.create(session, organization, mode, settings.secret_key))


@pytest.fixture
def account(database: Database, settings: Settings) -> Account:
    """An organisation."""
    return new_account(database, settings, "Acme")


@pytest.fixture
def other_account(database: Database, settings: Settings) -> Account:
    """Another organisation, which must see nothing of the first."""
    return new_account(database, settings, "Rival")


@pytest.fixture
def app(database: Database, settings: Settings) -> Iterator[Flask]:
    """The web application alone: jobs are accepted, and nobody works on them."""
    app = routed()
    bind(app, settings)
    yield app
    app.extensions["assessgen"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Calls the application."""
    return app.test_client()


STACKS = [
    pytest.param(("sqlite", "memory"), id="sqlite-embedded"),
    pytest.param(("postgresql", "memory"), id="postgresql-embedded", marks=pytest.mark.service),
    pytest.param(("sqlite", "redis"), id="sqlite-redis", marks=pytest.mark.service),
    pytest.param(("postgresql", "redis"), id="postgresql-redis", marks=pytest.mark.service),
]
# For a test of real processes that takes long and isn't about where they keep what they know: the
# embedded default, and what is run in earnest.
usual_stacks = pytest.mark.parametrize("stack", [STACKS[0], STACKS[-1]], indirect=True)


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    """The product as real processes, on each database with each broker; not started yet."""
    database, broker = request.param
    url = request.getfixturevalue("new_postgres") if database == "postgresql" else ""
    with Stack(tmp_path, url, REDIS if broker == "redis" else "") as stack:
        yield stack
