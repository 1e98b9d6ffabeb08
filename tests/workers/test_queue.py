"""Publishing and the sweep, on real brokers: Celery's in memory, Redis, and one that is dead."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from celery import Celery
from sqlalchemy import insert, select

from models import runs
from models.base import new_id, table_of
from models.events import Delivery, delivery_row
from models.session import Database
from tests.conftest import REDIS, needs_redis
from tests.jobs import Clock, accepted, change, job, organization
from tests.stack import free_port
from workers import queue
from workers.queue import DELIVER, GENERATE, MOST_A_MESSAGE, Publisher, publish_all, sweep

QUEUES = {GENERATE: "generation", DELIVER: "delivery"}


class Broker:
    """What stands in the place of the product's broker: a real one, or an address where none is."""

    def __init__(self, url: str) -> None:
        self.app = Celery("test", broker=url)
        self.app.config_from_object("celeryconfig")
        self.app.conf.broker_url = url
        # Without the last one kombu knocks at a dead broker's door for six seconds before it gives up.
        self.app.conf.broker_transport_options = {
            "polling_interval": 0.01,
            "socket_connect_timeout": 2,
            "max_retries": 0,
        }
        self.connection = self.app.connection_for_read()

    def __enter__(self) -> "Broker":
        with self.connection.channel() as channel:
            for declared in self.app.amqp.queues.values():
                declared(channel).declare()
                channel.queue_purge(declared.name)
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.release()
        self.app.close()

    def messages(self, task: str) -> list[tuple[dict[str, Any], list[str]]]:
        """The headers and the ids of each message that waits for the task, in order."""
        found = []
        with self.connection.channel() as channel:
            while (message := channel.basic_get(QUEUES[task], no_ack=True)) is not None:
                assert message.content_type == "application/json"
                arguments, keywords, _ = json.loads(message.body)
                assert keywords == {}
                found.append((dict(message.headers), arguments[0]))
        return found

    def ids(self, task: str) -> list[str]:
        """The ids that wait, of all messages."""
        return [one for _, ids in self.messages(task) for one in ids]


@pytest.fixture(params=["memory", needs_redis])
def broker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    with Broker(REDIS if request.param == "redis" else "memory://localhost/") as broker:
        monkeypatch.setattr(queue, "app", broker.app)
        yield broker


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """The broker of the embedded default."""
    with Broker("memory://localhost/") as broker:
        monkeypatch.setattr(queue, "app", broker.app)
        yield broker


def kill(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put an address where nothing listens in the broker's place."""
    dead = Broker(f"redis://127.0.0.1:{free_port()}/0")
    monkeypatch.setattr(queue, "app", dead.app)


def revive(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the broker back."""
    queue.app.close()
    monkeypatch.setattr(queue, "app", broker.app)


def delivery(database: Database, clock: Clock) -> str:
    """A channel with a delivery that is due."""
    channel = new_id()
    row = delivery_row(organization(database), channel, 1, "https://a.example/", {}, clock.now)
    with database.transaction() as connection:
        connection.execute(insert(table_of(Delivery)), [{**row, "published_at": clock.now}])
    return channel


def published_at(database: Database, channel: str) -> Any:
    with database.connection() as connection:
        return connection.execute(
            select(Delivery.published_at).where(Delivery.channel == channel)
        ).scalar_one()


# --- messages ----------------------------------------------------------------------------------


def test_a_message_carries_the_task_s_name_and_ids_and_asks_for_no_result(broker: Broker) -> None:
    queue.send(GENERATE, ["a", "b"])
    [(headers, ids)] = broker.messages(GENERATE)
    assert ids == ["a", "b"]
    assert (headers["task"], headers["ignore_result"], headers["eta"]) == (GENERATE, True, None)
    assert broker.messages(DELIVER) == []


def test_ids_that_are_published_at_one_moment_share_messages(broker: Broker, database: Database) -> None:
    jobs, channels = [new_id() for _ in range(20)], [new_id() for _ in range(3)]
    messages = [(GENERATE, one) for one in jobs] + [(DELIVER, one) for one in channels]
    assert sorted(publish_all(database, messages)) == sorted(messages)
    generate, deliver = broker.messages(GENERATE), broker.messages(DELIVER)
    assert sorted(one for _, ids in generate for one in ids) == sorted(jobs)
    assert sorted(one for _, ids in deliver for one in ids) == sorted(channels)
    assert max(len(ids) for _, ids in generate + deliver) <= MOST_A_MESSAGE
    # 23 ids in messages of 8 at most: three, of which one is shared by both kinds.
    assert len(generate) + len(deliver) <= 4


def test_a_publisher_publishes_what_it_was_handed_before_it_closes(
    memory: Broker, database: Database
) -> None:
    publisher = Publisher(database)
    ids = [new_id() for _ in range(50)]
    handed = [publisher.publish(GENERATE, one) for one in ids]
    publisher.close()
    assert all(future.result(timeout=0) for future in handed)
    assert sorted(memory.ids(GENERATE)) == sorted(ids)


def test_an_id_that_is_handed_over_twice_at_once_is_published_once(
    memory: Broker, database: Database
) -> None:
    publisher = Publisher(database)
    assert publisher._publish([(GENERATE, "a"), (DELIVER, "a"), (GENERATE, "a")]) == [True] * 3
    assert (memory.ids(GENERATE), memory.ids(DELIVER)) == (["a"], ["a"])
    publisher.close()


# --- a dead broker -----------------------------------------------------------------------------


def test_a_dead_broker_is_no_error_and_the_sweep_publishes_what_it_did_not_take(
    broker: Broker, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, channel = accepted(database, 20), delivery(database, clock)
    kill(broker, monkeypatch)
    publisher = Publisher(database)
    handed = [publisher.publish(GENERATE, one) for one in jobs] + [publisher.publish(DELIVER, channel)]
    assert [future.result(timeout=60) for future in handed] == [False] * 21
    publisher.close()
    assert {job(database, one).published_at for one in jobs} == {None}
    assert published_at(database, channel) is None

    assert sweep(database) == 0
    assert {job(database, one).published_at for one in jobs} == {None}

    revive(broker, monkeypatch)
    assert sweep(database) == 21
    assert sorted(broker.ids(GENERATE)) == sorted(jobs)
    assert broker.ids(DELIVER) == [channel]
    assert job(database, jobs[0]).published_at == published_at(database, channel) == clock.now
    assert sweep(database) == 0


def test_what_a_broker_took_before_it_died_stays_published(
    memory: Broker, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, real, sent = accepted(database, 20), queue.send, []

    def dies(task: str, ids: Any) -> None:
        if sent:
            raise ConnectionResetError
        sent.extend(ids)
        real(task, ids)

    monkeypatch.setattr(queue, "send", dies)
    taken = publish_all(database, [(GENERATE, one) for one in jobs])
    assert sorted(one for _, one in taken) == sorted(sent) == sorted(memory.ids(GENERATE))
    assert len(sent) == MOST_A_MESSAGE
    unpublished = {one for one in jobs if job(database, one).published_at is None}
    assert unpublished == set(jobs) - set(sent)


# --- the sweep ---------------------------------------------------------------------------------


def test_the_sweep_leaves_alone_what_was_published_lately(
    memory: Broker, database: Database, clock: Clock
) -> None:
    [job_id], channel = accepted(database), delivery(database, clock)
    clock.forward(seconds=29)
    assert sweep(database) == 0
    clock.forward(seconds=1)
    assert sweep(database) == 2
    assert (memory.ids(GENERATE), memory.ids(DELIVER)) == ([job_id], [channel])


def test_the_sweep_publishes_a_job_whose_worker_died(
    memory: Broker, database: Database, clock: Clock
) -> None:
    [job_id] = accepted(database)
    with database.transaction() as connection:
        runs.claim(connection, [job_id], "dead", timedelta(seconds=2), 5)
    clock.forward(seconds=1.9)
    assert sweep(database) == 0
    clock.forward(seconds=0.1)
    assert sweep(database) == 1
    assert memory.ids(GENERATE) == [job_id]


def test_the_sweep_publishes_a_burst_a_limit_at_a_time(
    memory: Broker, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "SWEEP_LIMIT", 7)
    jobs = accepted(database, 10)
    clock.forward(minutes=1)
    assert [sweep(database) for _ in range(3)] == [7, 3, 0]
    assert sorted(memory.ids(GENERATE)) == sorted(jobs)


def test_two_sweeps_at_once_publish_each_job_once(memory: Broker, database: Database, clock: Clock) -> None:
    jobs = accepted(database, 100)
    for one in jobs:
        change(database, one, published_at=None)
    barrier = Barrier(4)

    def one_sweep(_: int) -> int:
        barrier.wait(timeout=60)
        return sweep(database)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one_sweep, range(4))) == 100
    assert sorted(memory.ids(GENERATE)) == sorted(jobs)
