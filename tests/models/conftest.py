"""Fixtures of the domain's tests."""

from collections.abc import Iterator

import pytest

import migrations
from models.session import Database
from tests.conftest import needs_postgres, postgres_database
from tests.jobs import Clock, standing_clock


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The product's clock, standing still."""
    with standing_clock() as clock:
        yield clock


@pytest.fixture(scope="module", params=["sqlite", needs_postgres])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A migrated database for all tests of a module that look at rows of their own only."""
    if request.param == "sqlite":
        yield from migrated(f"sqlite:///{tmp_path_factory.mktemp('shared') / 'test.db'}")
        return
    with postgres_database() as url:
        yield from migrated(url.replace("postgresql://", "postgresql+psycopg://"))


def migrated(url: str) -> Iterator[Database]:
    """The database of that address, migrated, until it is disposed of."""
    database = Database(url)
    migrations.upgrade(database)
    yield database
    database.dispose()
