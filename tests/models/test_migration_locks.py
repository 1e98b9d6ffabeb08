"""A migration beside the version that still serves: nobody waits for long behind it."""

import threading
import time
from pathlib import Path

import psycopg
import pytest
from alembic import command

import migrations
from models.session import Database
from tests.conftest import settings_for

# A schema from which a later revision alters `task_executions`, which every request needs.
OLD = "0005"
HELD = 4.0


@pytest.mark.service
def test_a_migration_that_waits_for_a_table_keeps_no_request_from_it(
    new_postgres: str, tmp_path: Path
) -> None:
    database = Database(settings_for(tmp_path, new_postgres).database_url)
    configuration = migrations.config()
    with database.transaction() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, OLD)
    upgrading = threading.Thread(target=migrations.upgrade, args=(database,))
    longest = 0.0
    with psycopg.connect(new_postgres) as slow, _impatient(new_postgres) as quick:
        slow.execute("SELECT count(*) FROM task_executions")
        upgrading.start()
        over = time.monotonic() + HELD
        while time.monotonic() < over:
            begun = time.monotonic()
            quick.execute("SELECT count(*) FROM task_executions")
            longest = max(longest, time.monotonic() - begun)
        assert upgrading.is_alive(), "the migration did not need the table"
    upgrading.join()
    assert longest < HELD / 2
    with database.connection() as connection:
        assert migrations.is_current(connection)
    database.dispose()


def _impatient(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True, options=f"-c lock_timeout={int(HELD / 2 * 1000)}")
