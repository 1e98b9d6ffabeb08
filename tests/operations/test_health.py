"""`/healthz` and `/readyz`: what they say while parts are away, and with which status."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from api import errors, health
from models import workers_seen
from models.base import utcnow
from models.session import Database
from models.workers_seen import ALIVE, KEPT, WorkerSeen
from settings import Settings
from tests.conftest import REDIS, settings_for
from tests.jobs import Clock, accepted, change, claimed
from tests.stack import free_port, until
from tests.workers.conftest import Workers

Ready = Callable[[], tuple[int, dict[str, Any]]]


@contextmanager
def client_of(settings: Settings, **changes: Any) -> Iterator[FlaskClient]:
    """Calls an application of these two routes alone: the whole takes longer to make than they to test."""
    values = {**vars(settings), **changes}
    values.pop("secret_key", None)
    app, database = Flask("health"), Database(settings.database_url)
    app.extensions["assessgen"] = SimpleNamespace(settings=Settings(**values), database=database)
    app.register_blueprint(health.blueprint)
    errors.register(app)
    yield app.test_client()
    database.dispose()


@pytest.fixture
def ready(settings: Settings, database: Database) -> Iterator[Ready]:
    """The status and the body of /readyz."""
    with client_of(settings) as client:

        def ask() -> tuple[int, dict[str, Any]]:
            response = client.get("/readyz")
            return response.status_code, response.get_json()

        yield ask


@pytest.fixture
def workers(database: Database, settings: Settings) -> Iterator[Workers]:
    """Worker processes on the test's database."""
    workers = Workers(settings)
    yield workers
    for worker in workers.made:
        worker.close()


def seen(database: Database, name: str = "w1") -> None:
    with database.transaction() as connection:
        workers_seen.show(connection, name)


def names(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(WorkerSeen.name).order_by(WorkerSeen.name)))


def test_with_all_parts_there_it_is_ok(database: Database, ready: Ready) -> None:
    seen(database)
    assert ready() == (
        200,
        {
            "status": "ok",
            "checks": {"database": "ok", "broker": "embedded", "worker": "ok", "queue_age_seconds": 0.0},
        },
    )


def test_without_a_worker_jobs_are_still_accepted_so_that_it_is_degraded_with_200(ready: Ready) -> None:
    status, body = ready()
    assert (status, body["status"], body["checks"]["worker"]) == (200, "degraded", "missing")


def test_a_worker_that_was_silent_for_a_minute_counts_as_missing(
    database: Database, clock: Clock, ready: Ready
) -> None:
    seen(database)
    clock.forward(seconds=ALIVE.total_seconds() - 1)
    assert ready()[1]["status"] == "ok"
    clock.forward(seconds=1)
    assert ready()[1]["checks"]["worker"] == "missing"


def test_the_queue_is_as_old_as_the_job_that_waits_longest(
    database: Database, clock: Clock, ready: Ready
) -> None:
    accepted(database)
    clock.forward(seconds=100)
    [done, later] = accepted(database, 2)
    change(database, later, run_at=utcnow() + timedelta(hours=1))
    claimed(database, done)
    clock.forward(seconds=20)
    assert ready()[1]["checks"]["queue_age_seconds"] == 120.0


def test_a_job_that_a_worker_has_and_one_that_is_not_due_do_not_wait(
    database: Database, clock: Clock, ready: Ready
) -> None:
    [taken, later] = accepted(database, 2)
    claimed(database, taken)
    change(database, later, run_at=utcnow() + timedelta(seconds=90))
    clock.forward(seconds=60)
    assert ready()[1]["checks"]["queue_age_seconds"] == 0.0
    clock.forward(seconds=60)
    assert ready()[1]["checks"]["queue_age_seconds"] == 30.0


def test_a_database_without_our_tables_serves_nobody(settings: Settings) -> None:
    with client_of(settings) as client:
        response = client.get("/readyz")
        assert (response.status_code, response.get_json()["status"]) == (503, "unavailable")
        assert client.get("/healthz").status_code == 200


def test_a_database_that_is_away_is_told_without_its_address(tmp_path: Path) -> None:
    url = f"postgresql://anna:hush@127.0.0.1:{free_port()}/nowhere"
    with client_of(settings_for(tmp_path, url)) as client:
        response = client.get("/readyz")
    assert response.status_code == 503
    assert "hush" not in response.text
    assert "127.0.0.1" not in response.text


def test_without_the_broker_it_is_degraded_and_still_200(database: Database, settings: Settings) -> None:
    seen(database)
    with client_of(settings, broker_url=f"redis://:hush@127.0.0.1:{free_port()}/0") as client:
        response = client.get("/readyz")
    assert (response.status_code, response.get_json()["status"]) == (200, "degraded")
    assert response.get_json()["checks"]["broker"] == "unreachable"


def test_a_broker_that_takes_calls_and_never_answers_holds_nobody_up(
    database: Database, settings: Settings
) -> None:
    seen(database)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        started = time.monotonic()
        with client_of(settings, broker_url=url) as client:
            assert client.get("/readyz").get_json()["checks"]["broker"] == "unreachable"
        assert time.monotonic() - started < 3 * health.BROKER_PATIENCE


@pytest.mark.service
def test_a_broker_that_answers_is_ok(database: Database, settings: Settings) -> None:
    seen(database)
    with client_of(settings, broker_url=REDIS) as client:
        assert client.get("/readyz").get_json()["checks"]["broker"] == "ok"


def test_a_worker_shows_itself_at_once_and_leaves_at_its_end(
    database: Database, workers: Workers, ready: Ready
) -> None:
    worker = workers("w1")
    until(lambda: names(database) == ["w1"], "the worker has shown itself")
    assert ready()[1]["status"] == "ok"
    worker.close()
    assert names(database) == []


def test_a_worker_without_a_job_keeps_showing_itself(
    database: Database, clock: Clock, workers: Workers
) -> None:
    workers("w1", heartbeat=0.02)
    until(lambda: names(database) == ["w1"], "the worker has shown itself")
    later = clock.forward(minutes=5)

    def last() -> bool:
        with database.read() as session:
            return session.scalar(select(WorkerSeen.seen_at)) == later

    until(last, "the worker has shown itself again")


def test_a_worker_that_cannot_write_that_it_lives_tries_again(
    database: Database, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tried = workers_seen.show, []

    def show(connection: Connection, name: str) -> None:
        tried.append(name)
        if len(tried) < 3:
            raise OperationalError("INSERT", {}, Exception("the database is away"))
        real(connection, name)

    monkeypatch.setattr(workers_seen, "show", show)
    workers("w1", heartbeat=0.02)
    until(lambda: names(database) == ["w1"], "the worker has shown itself")


def test_who_was_killed_is_forgotten_in_time(database: Database, clock: Clock) -> None:
    seen(database, "killed")
    clock.forward(seconds=KEPT.total_seconds() + 1)
    seen(database, "w2")
    assert names(database) == ["w2"]
