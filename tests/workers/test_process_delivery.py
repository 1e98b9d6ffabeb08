"""Delivery in a worker process: from threads of its own, each channel by one of them."""

from threading import get_ident

import pytest
from sqlalchemy import func, insert, select

from models.base import new_id, table_of, utcnow
from models.events import DELIVERED, Delivery, delivery_row, mail_row
from models.session import Database
from models.task_executions import COMPLETED
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.jobs import accepted, job, organization
from tests.stack import until
from tests.workers.conftest import Workers


def outbox(database: Database, url: str, count: int = 1) -> str:
    """A channel with so many deliveries for the address."""
    channel, owner = new_id(), organization(database)
    rows = [
        delivery_row(owner, channel, number, url, {"n": number}, utcnow()) for number in range(1, count + 1)
    ]
    with database.transaction() as connection:
        connection.execute(insert(table_of(Delivery)), rows)
    return channel


def test_a_receiver_that_hangs_stops_no_job(database: Database, workers: Workers) -> None:
    [job_id] = accepted(database)
    worker = workers(delivery_threads=1)
    with WebhookReceiver() as receiver:
        receiver.answer_with(200, delay=60)
        worker.deliver([outbox(database, receiver.url())])
        assert worker.lanes.channels, "the caller had to wait for the receiver"
        receiver.wait_for(1)
        worker.run([job_id])
        assert job(database, job_id).status == COMPLETED


def test_a_receiver_that_hangs_delays_no_other(database: Database, workers: Workers) -> None:
    worker = workers(delivery_threads=2)
    with WebhookReceiver() as slow, WebhookReceiver() as quick:
        slow.answer_with(200, delay=60)
        worker.deliver([outbox(database, slow.url()), outbox(database, quick.url(), 3)])
        quick.wait_for(3)


def test_messages_that_come_while_a_channel_is_sent_take_no_more_threads(
    database: Database, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, begun = workers(delivery_threads=4), []
    drain = worker.outbox.drain
    monkeypatch.setattr(worker.outbox, "drain", lambda channel: (begun.append(get_ident()), drain(channel)))
    with WebhookReceiver() as receiver:
        receiver.answer_with(200, delay=0.2, times=1)
        channel = outbox(database, receiver.url(), 3)
        worker.deliver([channel])
        receiver.wait_for(1)
        for _ in range(5):
            worker.deliver([channel])
        receiver.wait_for(3)
        until(lambda: not worker.lanes.channels, "the channel is done")
    assert [body["n"] for body in receiver.json_bodies()] == [1, 2, 3]
    # Once for the first message, and once more for all that came meanwhile.
    assert len(begun) == 2
    assert len(set(begun)) == 1


def test_a_mail_goes_the_way_that_webhooks_go(database: Database, workers: Workers) -> None:
    values = {"name": "Ada", "passed": True, "score": 75, "correct": 15, "total": 20, "attempt_number": 1}
    more = {"pass_mark": 60, "skills": ["Python"], "can_retake": False}
    row = mail_row(
        organization(database), "ada@student.example", "verification_result", {**values, **more}, utcnow()
    )
    with database.transaction() as connection:
        connection.execute(insert(table_of(Delivery)), [row])
    worker = workers()
    worker.deliver([row["channel"]])
    until(lambda: not worker.lanes.channels, "the mail is sent")
    written = worker.settings.home / "mail" / f"{row['message_id']}.eml"
    assert b"To: ada@student.example" in written.read_bytes()
    with database.read() as session:
        assert session.scalar(select(Delivery.status)) == DELIVERED


def test_every_line_of_a_job_is_announced_for_delivery(database: Database, workers: Workers) -> None:
    [job_id] = accepted(database, notification_url="https://hooks.example/")
    worker = workers()
    published: list[str] = []
    worker.publisher.publish = lambda task, argument: published.append(argument)  # type: ignore[method-assign,assignment,return-value]
    worker.run([job_id])
    with database.read() as session:
        count = session.scalar(select(func.count()).select_from(Delivery))
    assert count == job(database, job_id).sequence
    # All but the first, which the web process announces, and the start, which the next one carries along.
    assert published == [job_id] * (count - 2)
