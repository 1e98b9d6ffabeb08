"""The newest migration runs while the version before it serves and works: nobody gets a 5xx."""

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import migrations
from tests.chaos.conftest import Tell
from tests.chaos.world import World
from tests.stack import ROOT, until

pytestmark = [pytest.mark.chaos, pytest.mark.service, pytest.mark.timeout(300)]

JOBS = 4


def git(*arguments: str) -> bytes:
    """What git says of this checkout; skips the test where it has no history."""
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"the code before the newest migration is not to be had: {done.stderr.decode().strip()}")
    return done.stdout


def code_before(migration: str) -> str:
    """The commit before the one that brought the migration; the newest where none has brought it yet."""
    brought = git("log", "--diff-filter=A", "--format=%H", "--", f"migrations/versions/{migration}").split()
    return f"{brought[-1].decode()}^" if brought else "HEAD"


@pytest.fixture
def old_code(tmp_path: Path) -> Path:
    """The product as it was before the newest migration."""
    newest = max(path.name for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    place = tmp_path / "old"
    place.mkdir()
    archive = git("archive", code_before(newest))
    subprocess.run(["tar", "-x", "-C", str(place)], input=archive, check=True)
    return place


class Traffic:
    """Requests that never pause, and the statuses of their answers."""

    def __init__(self, world: World) -> None:
        self.statuses: Counter[int] = Counter()
        self._world = world
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(ask,)) for ask in (self._read, self._write)]

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, ask: Callable[[], int]) -> None:
        while not self._over.is_set():
            self.statuses[ask()] += 1

    def _read(self) -> int:
        path = f"/api/v2/task-executions/status/{self._world.jobs[0]}"
        return max(
            self._world.stack.get(one).status_code for one in (path, "/api/v2/task-executions", "/readyz")
        )

    def _write(self) -> int:
        if self._world.open_jobs() < 2 * JOBS:
            return self._world.try_submit().status_code
        return self._world.stack.get("/api/v2/assessments").status_code


def test_the_newest_migration_while_the_old_code_serves(
    production: Callable[..., World], old_code: Path, tell: Tell
) -> None:
    world = production()
    stack = world.stack
    stack.root = old_code
    stack.env["PYTHONPATH"] = str(old_code)
    run(world, "db", "upgrade")
    stack.key = run(world, "keys", "create", "--org", "Acme").strip()
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    world.connect()
    with world.database.connection() as connection:
        assert not migrations.is_current(connection), "the old code has the newest schema"
    world.submit(JOBS)
    with Traffic(world) as traffic:
        until(lambda: traffic.statuses.total() > 20, "requests go on")
        migrations.upgrade(world.database)
        so_far = traffic.statuses.total()
        until(lambda: traffic.statuses.total() > so_far + 40, "requests go on after the migration")
    assert not [status for status in traffic.statuses if status >= 500], traffic.statuses
    world.all_ended()
    tell("the newest migration while the old code serves", 1, world.findings())


def run(world: World, *arguments: str) -> str:
    """The old code's own command line."""
    done = subprocess.run(
        [sys.executable, "-c", "from api.cli import main; main()", *arguments],
        cwd=world.stack.root,
        env={**os.environ, **world.stack.env},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
