"""The migrations make the schema that the models describe, whoever runs them, and how often."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text

import migrations
from api.idempotency import Owner
from models import Base
from models.base import new_id, table_of, utcnow
from models.idempotency import IdempotentRequest
from models.session import Database
from settings import Settings
from tests.jobs import accepted, everything
from tests.stack import ROOT


def columns_of(connection: Connection) -> dict[str, dict[str, bool]]:
    """Of each table each column, and whether it may be null."""
    inspector = inspect(connection)
    return {
        table: {column["name"]: column["nullable"] for column in inspector.get_columns(table)}
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_an_empty_database_gets_every_table_of_the_models(settings: Settings) -> None:
    database = Database(settings.database_url)
    with database.connection() as connection:
        assert not migrations.is_current(connection)
    migrations.upgrade(database)
    with database.connection() as connection:
        assert migrations.is_current(connection)
        assert columns_of(connection) == {
            table.name: {column.name: bool(column.nullable) for column in table.columns}
            for table in Base.metadata.sorted_tables
        }
    database.dispose()


def test_autogenerate_finds_nothing_that_the_migrations_lack(database: Database) -> None:
    with database.connection() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": not database.is_sqlite})
        assert compare_metadata(context, Base.metadata) == []


def test_the_indexes_and_constraints_have_the_models_names(database: Database) -> None:
    with database.connection() as connection:
        inspector = inspect(connection)
        for table in Base.metadata.sorted_tables:
            found = {index["name"] for index in inspector.get_indexes(table.name)}
            found -= {constraint["name"] for constraint in inspector.get_unique_constraints(table.name)}
            assert found == {index.name for index in table.indexes}, table.name


def test_a_second_upgrade_changes_nothing(database: Database) -> None:
    accepted(database)
    before = everything(database)
    migrations.upgrade(database)
    assert everything(database) == before
    with database.connection() as connection:
        assert migrations.is_current(connection)


def test_a_downgrade_leaves_no_table_and_can_be_upgraded_again(database: Database) -> None:
    configuration = migrations.config()
    with database.transaction() as connection:
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, "base")
    with database.connection() as connection:
        assert columns_of(connection) == {}
        assert not migrations.is_current(connection)
    migrations.upgrade(database)
    assert len(accepted(database)) == 1


def test_a_request_s_key_from_before_it_was_hashed_is_known_afterwards(settings: Settings) -> None:
    database, configuration = Database(settings.database_url), migrations.config()
    with database.transaction() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0008")
        mine, kept = new_id(), f"{new_id()} {'0' * 64}"
        connection.execute(
            text("INSERT INTO organizations (id, name, created_at) VALUES (:id, 'Acme', :now)"),
            {"id": mine if not database.is_sqlite else mine.replace("-", ""), "now": utcnow().isoformat()},
        )
        table = table_of(IdempotentRequest)
        values = {"organization_id": mine, "fingerprint": "x", "created_at": utcnow()}
        connection.execute(insert(table), [{**values, "key": key} for key in ("order-1", kept)])
    migrations.upgrade(database)
    with database.read() as session:
        found = set(session.scalars(select(IdempotentRequest.key)))
    database.dispose()
    assert found == {Owner(mine).stored("order-1"), kept}


def test_the_revisions_are_one_line_numbered_from_0001() -> None:
    revisions = [one.revision for one in ScriptDirectory.from_config(migrations.config()).walk_revisions()]
    assert revisions[::-1] == [f"{number:04}" for number in range(1, len(revisions) + 1)]


UPGRADE = (
    "import sys, migrations; from models.session import Database; migrations.upgrade(Database(sys.argv[1]))"
)


def test_processes_that_upgrade_at_the_same_moment_all_succeed(settings: Settings) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", UPGRADE, settings.database_url],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], errors
    database = Database(settings.database_url)
    with database.connection() as connection:
        assert migrations.is_current(connection)
    database.dispose()


def upgrade_at_once(urls: list[str]) -> None:
    """Upgrade each of the databases in a thread of its own, all at the same moment."""
    barrier = Barrier(len(urls))

    def upgrade(url: str) -> bool:
        database = Database(url)
        barrier.wait(timeout=60)
        migrations.upgrade(database)
        with database.connection() as connection:
            done = migrations.is_current(connection)
        database.dispose()
        return done

    with ThreadPoolExecutor(len(urls)) as pool:
        assert all(pool.map(upgrade, urls))


def test_threads_that_upgrade_at_the_same_moment_all_succeed(settings: Settings) -> None:
    upgrade_at_once([settings.database_url] * 4)


def test_threads_that_upgrade_a_database_each_all_succeed(tmp_path: Path) -> None:
    upgrade_at_once([f"sqlite:///{tmp_path / f'{number}.db'}" for number in range(4)])
