"""The migrations make the schema that the models describe, whoever runs them, and how often."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

import migrations
from models import Base
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


def test_threads_that_upgrade_at_the_same_moment_all_succeed(settings: Settings) -> None:
    barrier = Barrier(4)

    def upgrade(_: int) -> bool:
        database = Database(settings.database_url)
        barrier.wait(timeout=60)
        migrations.upgrade(database)
        with database.connection() as connection:
            done = migrations.is_current(connection)
        database.dispose()
        return done

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(upgrade, range(4)))
