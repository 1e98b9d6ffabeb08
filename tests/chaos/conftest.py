"""Fixtures of the faults: servers of the test's own, the product on them, and the table at the end."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from deploy.local_services import start_postgres, start_redis
from tests.chaos.servers import Server
from tests.chaos.tally import Findings, Row, table
from tests.chaos.world import World
from tests.services import redis_of_worker

TABLE = "ASSESSGEN_CHAOS_TABLE"
_rows: list[Row] = []

Tell = Callable[[str, int, Findings], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what may take longest, so that no worker is left alone with it at the end."""
    items.sort(key=_may_take, reverse=True)


def _may_take(item: pytest.Item) -> int:
    """The limit in seconds of a test of faults; 0 of others, which keep their order."""
    limit = item.get_closest_marker("timeout")
    return int(limit.args[0]) if limit and item.get_closest_marker("chaos") else 0


@pytest.fixture
def tell() -> Tell:
    """Put a line into the table, and fail where something went wrong."""

    def add(fault: str, times: int, findings: Findings) -> None:
        _rows.append(Row(fault, times, findings))
        assert not findings.bad, f"{fault}: {findings}"

    return add


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the lines of one of pytest-xdist's workers to who prints the table."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["faults"] = [(row.fault, row.times, vars(row.findings)) for row in _rows]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take a worker's lines."""
    told = getattr(node, "workeroutput", {}).get("faults", ())
    _rows.extend(Row(fault, times, Findings(**found)) for fault, times, found in told)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table; write it too where `make chaos` says so."""
    if not _rows:
        return
    _rows.sort(key=lambda row: row.fault)
    terminalreporter.section("faults")
    terminalreporter.write_line(table(_rows))
    if path := os.environ.get(TABLE):
        Path(path).write_text(
            "# Faults\n\nWritten by `make chaos`; the last four columns must be 0. What is promised, and "
            f"what is not, stands in [reliability.md](reliability.md).\n\n{table(_rows)}\n"
        )


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[Server]:
    """A PostgreSQL that may be hurt."""
    with _home() as home, Server(lambda port: start_postgres(home, durable=False, port=port)) as server:
        yield server


@pytest.fixture(scope="session")
def own_redis() -> Iterator[Server]:
    """A Redis that may be hurt."""
    with _home() as home, Server(lambda port: start_redis(home, port=port)) as server:
        yield server


@contextmanager
def _home() -> Iterator[Path]:
    """A directory for a server, which runs as another user; pytest's are their owner's alone."""
    with tempfile.TemporaryDirectory(prefix="assessgen-chaos-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "server"


@pytest.fixture
def production(tmp_path: Path, own_postgres: Server, own_redis: Server) -> Iterator[Callable[..., World]]:
    """Makes worlds on a new PostgreSQL database and the Redis of the test's own; the caller starts them."""
    with ExitStack() as stack:

        def make(**env: str) -> World:
            url = stack.enter_context(own_postgres.new_database())
            # Not the shared world's Redis database, whose workers would take these jobs' messages.
            return stack.enter_context(World(tmp_path, url, redis_of_worker(own_redis.url, 1), **env))

        yield make


@pytest.fixture(scope="module")
def shared_world(
    tmp_path_factory: pytest.TempPathFactory, own_postgres: Server, own_redis: Server
) -> Iterator[World]:
    """Web, worker and beat on PostgreSQL and Redis, started once for the tests of a module."""
    home = tmp_path_factory.mktemp("world")
    with own_postgres.new_database() as url, World(home, url, own_redis.url, latency=0.4) as world:
        yield world.start()


@pytest.fixture
def world(shared_world: World) -> World:
    """The shared world, without the jobs of the test before."""
    shared_world.jobs = []
    return shared_world


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[World]:
    """The embedded default: SQLite and the broker in memory; not started yet."""
    with World(tmp_path, "", "") as world:
        yield world
