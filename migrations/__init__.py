"""The schema's history: numbered Alembic revisions, run by `assessgen db upgrade`."""

import threading
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from models.session import Database, one_at_a_time

# Two processes that start together must not both migrate. Any number will do, if it is ours alone.
LOCK = 7_203_411
# Shorter than PostgreSQL's deadlock_timeout of 1 s, so that in a deadlock with a request of the version
# that still serves the migration gives way, and so that nobody waits for long behind it.
LOCK_TIMEOUT = "500ms"
# A minute of tries, in seconds from one to the next.
TRIES, PAUSE = 60, 0.5
# PostgreSQL's lock_not_available and deadlock_detected.
IN_THE_WAY = ("55P03", "40P01")
# Alembic keeps what it works on in globals: two threads would upgrade one database twice.
_one_thread = threading.Lock()


def config() -> Config:
    """Alembic's configuration, without an ini file: the address comes from the settings."""
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent))
    return configuration


def upgrade(database: Database) -> None:
    """Bring the schema to the newest revision, in one transaction, one process at a time.

    The version before may serve meanwhile: where a table is in use for long, it is tried again.
    """
    for _ in range(TRIES):
        try:
            _upgrade(database)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in IN_THE_WAY:
                raise
            time.sleep(PAUSE)
        else:
            return
    _upgrade(database)


def _upgrade(database: Database) -> None:
    configuration = config()
    with _one_thread, database.transaction() as connection:
        one_at_a_time(connection, LOCK)
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")


def is_current(connection: Connection) -> bool:
    """True when no revision is missing."""
    heads = ScriptDirectory.from_config(config()).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)
