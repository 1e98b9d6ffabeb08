"""SQLite's file locked by another process, and its disk full: said in a sentence, and nothing is lost."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models.session import SQLITE_BUSY_MS
from tests.chaos.conftest import Tell
from tests.chaos.world import World
from tests.stack import until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

LOCK = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None);"
    " c.execute('BEGIN EXCLUSIVE'); print('locked', flush=True); sys.stdin.read(); c.rollback()"
)
DISK = "16m"


@contextmanager
def locked(path: str) -> Iterator[None]:
    """The database, locked by another process."""
    command = [sys.executable, "-c", LOCK, path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == b"locked\n"
        try:
            yield
        finally:
            other.stdin.close()
            other.wait()


@pytest.mark.parametrize("seconds", [6.0, SQLITE_BUSY_MS / 1000 + 4])
def test_the_database_is_locked(embedded: World, tell: Tell, seconds: float) -> None:
    """Requests wait for the lock; those that wait in vain are told so, and may come again."""
    embedded.start()
    path = embedded.database.url.database
    assert path is not None
    begun(embedded)
    accepted: list[bool] = []
    asking = threading.Thread(target=lambda: accepted.append(embedded.is_accepted()))
    with locked(path):
        over = time.monotonic() + seconds
        asking.start()
        until(lambda: time.monotonic() >= over, "the lock is held", 2 * seconds)
    asking.join()
    assert accepted == [seconds < SQLITE_BUSY_MS / 1000]
    embedded.submit(2)
    embedded.all_ended()
    tell(f"SQLite locked for {seconds:.0f} s", 1, embedded.findings())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of few megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can't be mounted here (that takes root)")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_the_disk_is_full(tmp_path: Path, small_disk: Path, tell: Tell) -> None:
    with World(tmp_path, f"sqlite:///{small_disk / 'assessgen.db'}", "") as world:
        world.start()
        begun(world)
        ballast = small_disk / "ballast"
        fill(ballast)
        until(lambda: not world.is_accepted(), "a job is refused for want of room")
        first = world.jobs[0]
        assert world.stack.get(f"/api/v2/task-executions/status/{first}").status_code == 200
        fill(ballast)
        world.check_refusal(world.try_submit())
        over = time.monotonic() + 5
        until(lambda: time.monotonic() >= over, "the disk has been full for a while")
        ballast.unlink()
        until(world.is_accepted, "jobs are accepted again", 60)
        world.all_ended(120)
        tell("SQLite's disk full", 1, world.findings())


def begun(world: World) -> None:
    """Submit jobs, and return when they are in the middle."""
    world.model.latency = 0.4
    jobs = world.submit(3)
    until(lambda: all(world.stored(job) for job in jobs), "every job has stored a step", 90)


def fill(ballast: Path) -> None:
    """Write until there is no room at all."""
    with ballast.open("ab", buffering=0) as file:
        for size in (65_536, 4096, 512, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
