"""The embedded default: Celery's own worker, its in-memory broker and the sweep, in this process.

One process owns a home at a time (a lock says so), which makes the jobs that the last one left
behind free at once: nobody else can be working on them.
"""

import fcntl
import logging
import threading
from pathlib import Path
from typing import TextIO

from celery.worker import WorkController

from models import runs
from settings import Settings
from workers import process
from workers.app import app

log = logging.getLogger(__name__)

NAME = "embedded"


class HomeInUse(RuntimeError):
    """Another process serves from this home."""


class EmbeddedWorker:
    """A worker in threads of this process. `stop` ends it; so does the end of the process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = _lock(settings.home)
        self._runtime = process.WorkerProcess(settings, NAME)
        process.install(self._runtime)
        with self._runtime.database.transaction() as connection:
            runs.release_all_of(connection, NAME)
        # The worker's own platform tweaks (signals, titles) are for a main thread: WorkController
        # is the part without them.
        self._controller = WorkController(
            app=app,
            hostname=NAME,
            pool_cls="threads",
            concurrency=settings.worker_threads,
            without_mingle=True,
            without_gossip=True,
            without_heartbeat=True,
            quiet=True,
        )
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._controller.start, name="worker", daemon=True),
            threading.Thread(target=self._sweep, name="sweep", daemon=True),
        ]

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Give jobs back and end the threads."""
        self._stopping.set()
        self._runtime.drain()
        self._controller.stop()
        self._threads[1].join()
        self._runtime.close()
        process.install(None)
        self._lock.close()

    def _sweep(self) -> None:
        while True:
            try:
                self._runtime.sweep()
            except Exception:  # a sweep that fails must not be the last one
                log.exception("The sweep failed; the next one tries again.")
            if self._stopping.wait(self._settings.sweep_every):
                return


def _lock(home: Path) -> TextIO:
    home.mkdir(parents=True, exist_ok=True)
    file = (home / "serve.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise HomeInUse(
            f"Another assessgen serves from {home}; stop it, or give this one a --home of its own."
        ) from error
    return file
