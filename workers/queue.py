"""The one place that publishes, and the sweep that publishes what did not get through.

A message carries ids and nothing else: the row in the database is the truth. A request never
waits for the broker: it hands the id to the process's publisher thread after its commit.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import timedelta
from itertools import chain
from typing import TypeVar

from kombu.exceptions import KombuError
from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from models import events, idempotency, runs, scoring_jobs, taking
from models.base import utcnow
from models.batching import Batcher
from models.session import Database
from workers.app import app

log = logging.getLogger(__name__)

GENERATE, DELIVER, SWEEP = "generate", "deliver", "sweep"
# A message that nobody has acted on for so long counts as lost; a second one does no harm.
REPUBLISH_AFTER = timedelta(seconds=30)
SWEEP_LIMIT = 500
# Ids that are published at one moment share a message, for a message costs the web process more
# than accepting a job does; few enough that a burst still spreads over the workers.
MOST_A_MESSAGE = 8
# In seconds: under load, and only then, the publisher waits so long for ids to share a message.
PAUSE = 0.01
PUBLISH_ERRORS = (KombuError, RedisError, OSError)

Message = tuple[str, str]
T = TypeVar("T")


def send(task: str, ids: Sequence[str]) -> None:
    """Publish one message now. Raises one of PUBLISH_ERRORS where the broker is away."""
    app.send_task(task, args=[list(ids)], ignore_result=True)


class Publisher:
    """Publishes from a thread of its own, in batches. What fails is left for the sweep."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batcher: Batcher[Message, bool] = Batcher(self._publish, "publisher", pause=PAUSE)

    def publish(self, task: str, argument: str) -> "Future[bool]":
        """Hand a message over; the future tells whether the broker took it. Nobody need wait for it."""
        return self._batcher.submit((task, argument))

    def close(self) -> None:
        """Publish what is queued and end the thread."""
        self._batcher.close()

    def _publish(self, messages: Sequence[Message]) -> list[bool]:
        taken = set(publish_all(self._database, list(dict.fromkeys(messages))))
        return [message in taken for message in messages]


def publish_all(database: Database, messages: Sequence[Message]) -> Sequence[Message]:
    """Publish (task, id) pairs until the broker fails; the ones it took.

    What it did not take is marked as unpublished, so that the very next sweep sends it.
    """
    for start in range(0, len(ordered := sorted(messages)), MOST_A_MESSAGE):
        chunk = ordered[start : start + MOST_A_MESSAGE]
        try:
            for task in (GENERATE, DELIVER):
                if ids := [one for kind, one in chunk if kind == task]:
                    send(task, ids)
        except PUBLISH_ERRORS as error:
            log.warning("The broker took no message (%s); the sweep will send it.", type(error).__name__)
            _mark_unpublished(database, ordered[start:])
            return ordered[:start]
    return ordered


def _mark_unpublished(database: Database, messages: Sequence[Message]) -> None:
    jobs = [argument for task, argument in messages if task == GENERATE]
    channels = [argument for task, argument in messages if task == DELIVER]
    with database.transaction() as connection:
        runs.mark_unpublished(connection, jobs)
        events.mark_unpublished(connection, channels)


def sweep(database: Database) -> int:
    """Publish every job and every delivery that waits for a worker; how many there were. Forget what is old,
    and close the sessions of candidates that nobody else will.

    Two sweeps at once do no harm: each row is marked by the one that takes it.
    """
    before = utcnow() - REPUBLISH_AFTER
    scoring = close_sessions(database)
    with database.transaction() as connection:
        jobs = runs.due(connection, before, SWEEP_LIMIT)
        channels = events.due_channels(connection, before, SWEEP_LIMIT)
        idempotency.forget_expired(connection)
    messages = [(GENERATE, job) for job in [*scoring, *jobs]] + [(DELIVER, channel) for channel in channels]
    return len(publish_all(database, messages))


def close_sessions(database: Database) -> list[str]:
    """Submit the sessions whose time is over, and leave to a person what no job scores any more.

    The ids of the jobs that are to score what was submitted.
    """
    with database.read() as session:
        overdue = taking.overdue(session, SWEEP_LIMIT)
        unscored = scoring_jobs.unscored(session, SWEEP_LIMIT)
    none: list[str] = []
    jobs = [_each(database, one, taking.finish_overdue, none) for one in overdue]
    for one in unscored:
        _each(database, one, scoring_jobs.give_up, None)
    return list(chain.from_iterable(jobs))


def _each(database: Database, session_id: str, close: Callable[[Session, str], T], otherwise: T) -> T:
    try:
        with database.write() as session:
            return close(session, session_id)
    except Exception:  # one that can't be closed must not keep the others from it
        log.exception("Session %s could not be closed; the next sweep tries again.", session_id)
        return otherwise
