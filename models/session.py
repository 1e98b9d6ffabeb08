"""The database: one engine a process, short transactions, reads that open none.

SQLite runs in WAL mode. Its writers take the lock at BEGIN (`BEGIN IMMEDIATE`), for a reader
that turns writer in mid-transaction fails at once instead of waiting.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

SQLITE_BUSY_MS = 30_000
# Marks a connection whose statements stand alone: no BEGIN is sent for it.
READ = "assessgen_read"


class Database:
    """An engine and the two ways to use it: `write()` and `read()`."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url, pool_size) if self.is_sqlite else _postgresql_engine(url, pool_size)
        self._reader = self.engine.execution_options(
            **({READ: True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"})
        )

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose work is committed at the end, all of it or nothing."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session without a transaction: each statement sees what is committed."""
        with Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A Core connection in one transaction, for the hot paths."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A Core connection without a transaction, for the hot reads."""
        with self._reader.connect() as connection:
            yield connection

    @contextmanager
    def statement(self) -> Iterator[Connection]:
        """A connection for one statement that is a transaction by itself, without the extra round trips.

        On SQLite, where the many rows of `models/bulk.py` take several statements, a transaction.
        """
        with self.engine.begin() if self.is_sqlite else self._reader.connect() as connection:
            yield connection

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def one_at_a_time(connection: Connection, lock: int) -> None:
    """Wait until no other transaction is between here and its end under the same number.

    On SQLite that is true of every transaction that writes.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (lock,))


def _postgresql_engine(url: str, pool_size: int) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        pool_pre_ping=False,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 5,
            "application_name": "assessgen",
            # Of a process that was frozen in a transaction and would hold its rows until it wakes. Ours are
            # short, and none is open across a call of anybody.
            "options": "-c idle_in_transaction_session_timeout=15s",
        },
    )


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=30,
        connect_args={"timeout": SQLITE_BUSY_MS / 1000, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediately)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN comes too late and is deferred: ours is sent by the begin event.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # A 202 says that the job is on the disk; the group commit makes the flush cheap.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MS}")
    cursor.close()


def _begin_immediately(connection: Connection) -> None:
    if not connection.get_execution_options().get(READ):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
