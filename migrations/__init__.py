"""The schema's history: numbered Alembic revisions, run by `assessgen db upgrade`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from models.session import Database, one_at_a_time

# Two processes that start together must not both migrate. Any number will do, if it is ours alone.
LOCK = 7_203_411


def config() -> Config:
    """Alembic's configuration, without an ini file: the address comes from the settings."""
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent))
    return configuration


def upgrade(database: Database) -> None:
    """Bring the schema to the newest revision, in one transaction, one process at a time."""
    configuration = config()
    with database.transaction() as connection:
        one_at_a_time(connection, LOCK)
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")


def is_current(connection: Connection) -> bool:
    """True when no revision is missing."""
    heads = ScriptDirectory.from_config(config()).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)
