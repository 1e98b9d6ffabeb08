"""Deletes what is old and done with, a portion at a time, where the settings say for how long it is kept."""

import time
from datetime import timedelta

from models import retention
from models.base import utcnow
from models.session import Database

# In seconds. With its portions a worker forgets a million lines in less than a day.
EVERY = 60.0


class Forgetting:
    """The portions of one process; `days` 0 keeps everything."""

    def __init__(self, database: Database, days: int) -> None:
        self._database = database
        self._days = days
        self._next = 0.0

    def sweep(self) -> int:
        """Delete the next portion, if it is due; how many rows there were."""
        if not self._days or time.monotonic() < self._next:
            return 0
        self._next = time.monotonic() + EVERY
        with self._database.transaction() as connection:
            return retention.prune(connection, utcnow() - timedelta(days=self._days))
