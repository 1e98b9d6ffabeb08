"""Waiting for jobs: one question to the database a tick, however many wait.

A synchronous call, `Prefer: wait` and a live stream all wait here. The thread that waits sleeps
on a condition and holds no database connection.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from models import TaskExecution
from models.session import Database
from models.task_executions import OPEN

log = logging.getLogger(__name__)

TICK = 0.1


class TooManyWaiting(Exception):
    """So many wait already that one more would leave too few threads for the others."""


@dataclass(frozen=True)
class Seen:
    """How far a job is: the number of its last event, and whether it has ended."""

    sequence: int
    ended: bool


class Watch:
    """The jobs that are waited for in this process, at most `most` waits at a time."""

    def __init__(self, database: Database, most: int) -> None:
        self._database = database
        self._slots = threading.BoundedSemaphore(most)
        self._watched: Counter[str] = Counter()
        self._seen: dict[str, Seen] = {}
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def close(self) -> None:
        """End the thread."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place to wait in, before there is anything to wait for; raises TooManyWaiting."""
        if not self._slots.acquire(blocking=False):
            raise TooManyWaiting
        try:
            yield
        finally:
            self._slots.release()

    @contextmanager
    def follower(self, execution_id: str) -> Iterator["Follower"]:
        """Follow a job, for a caller that has a place."""
        self._add(execution_id)
        try:
            yield Follower(self, execution_id)
        finally:
            self._remove(execution_id)

    @contextmanager
    def following(self, execution_id: str) -> Iterator["Follower"]:
        """Take a place and follow a job; raises TooManyWaiting where none is free."""
        with self.place(), self.follower(execution_id) as follower:
            yield follower

    def _add(self, execution_id: str) -> None:
        with self._condition:
            self._watched[execution_id] += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
                self._thread.start()
            self._condition.notify_all()

    def _remove(self, execution_id: str) -> None:
        with self._condition:
            self._watched[execution_id] -= 1
            if not self._watched[execution_id]:
                del self._watched[execution_id]
                self._seen.pop(execution_id, None)

    def wait_past(self, execution_id: str, sequence: int, timeout: float) -> Seen | None:
        """Wait until the job has gone past `sequence` or ended; None when the time is up."""

        def seen() -> Seen | None:
            now = self._seen.get(execution_id)
            return now if now is not None and (now.ended or now.sequence > sequence) else None

        with self._condition:
            return self._condition.wait_for(seen, timeout)

    def _run(self) -> None:
        while not self._closed:
            with self._condition:
                self._condition.wait_for(lambda: bool(self._watched) or self._closed)
                wanted = list(self._watched)
            if wanted:
                self._tick(wanted)
                time.sleep(TICK)

    def _tick(self, wanted: list[str]) -> None:
        try:
            with self._database.connection() as connection:
                rows = connection.execute(
                    select(TaskExecution.id, TaskExecution.sequence, TaskExecution.status).where(
                        TaskExecution.id.in_(wanted)
                    )
                ).all()
        except SQLAlchemyError:
            log.warning("The watch could not ask the database; the next tick tries again.", exc_info=True)
            return
        with self._condition:
            for row in rows:
                if row.id in self._watched:
                    self._seen[row.id] = Seen(row.sequence, row.status not in OPEN)
            self._condition.notify_all()


class Follower:
    """One wait for one job."""

    def __init__(self, watch: Watch, execution_id: str) -> None:
        self._watch = watch
        self._execution_id = execution_id

    def past(self, sequence: int, timeout: float) -> Seen | None:
        """Wait until the job has an event after `sequence`, or has ended."""
        return self._watch.wait_past(self._execution_id, sequence, timeout)

    def end(self, timeout: float) -> bool:
        """Wait until the job has ended; False when the time is up."""
        deadline = time.monotonic() + timeout
        sequence = 0
        while (left := deadline - time.monotonic()) > 0:
            seen = self.past(sequence, left)
            if seen is not None and seen.ended:
                return True
            sequence = seen.sequence if seen else sequence
        return False
