"""The outbox against a real receiver: order, failures, the schedule, the end, and signatures."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from standardwebhooks import Webhook, WebhookVerificationError

from models.base import new_id, table_of, utcnow
from models.events import DEAD, DELIVERED, PENDING, Delivery, delivery_row
from models.organizations import WebhookSecret
from models.session import Database
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.jobs import Clock, organization
from workers.delivery import outbox as module
from workers.delivery.outbox import Outbox
from workers.delivery.webhooks import SCHEDULE

TABLE = table_of(Delivery)


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come exactly when the schedule says."""
    monkeypatch.setattr(module.random, "random", lambda: 0.0)


def channel_to(database: Database, url: str, count: int = 3, **values: Any) -> str:
    """A channel with so many deliveries for the address."""
    channel, owner = new_id(), organization(database)
    rows = [
        {**delivery_row(owner, channel, number, url, {"n": number, "é": "✓"}, utcnow()), **values}
        for number in range(1, count + 1)
    ]
    with database.transaction() as connection:
        connection.execute(insert(TABLE), rows[::-1])
    return channel


def rows(database: Database, channel: str) -> list[Any]:
    with database.connection() as connection:
        return list(
            connection.execute(select(TABLE).where(TABLE.c.channel == channel).order_by(TABLE.c.sequence))
        )


def drain(database: Database, channel: str) -> None:
    Outbox(database, allow_private=True).drain(channel)


def sent(receiver: WebhookReceiver) -> list[int]:
    return [body["n"] for body in receiver.json_bodies()]


def test_a_channel_is_sent_in_order_and_each_delivery_once(
    shared: Database, receiver: WebhookReceiver
) -> None:
    channel = channel_to(shared, receiver.url())
    drain(shared, channel)
    drain(shared, channel)
    assert sent(receiver) == [1, 2, 3]
    found = rows(shared, channel)
    assert [(row.status, row.attempts, row.last_status_code) for row in found] == [(DELIVERED, 1, 200)] * 3
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert ids == [row.message_id for row in found]


def test_a_failure_stops_the_channel_until_its_time_and_then_all_of_it_goes_on(
    shared: Database, receiver: WebhookReceiver, clock: Clock, no_jitter: None
) -> None:
    channel = channel_to(shared, receiver.url())
    receiver.answer_with(200, times=1)
    receiver.answer_with(503, times=1)
    drain(shared, channel)
    assert sent(receiver) == [1, 2]
    second = rows(shared, channel)[1]
    assert (second.status, second.attempts, second.last_status_code) == (PENDING, 1, 503)
    assert second.next_attempt_at == clock.now + SCHEDULE[0]
    assert second.last_detail is not None
    clock.forward(seconds=4.999)
    drain(shared, channel)
    assert sent(receiver) == [1, 2]
    clock.forward(seconds=0.001)
    drain(shared, channel)
    assert sent(receiver) == [1, 2, 2, 3]
    first, again = receiver.requests[1:3]
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert int(again.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 5


def test_a_delivery_is_tried_as_often_as_the_schedule_says_and_then_the_next_has_its_turn(
    shared: Database, receiver: WebhookReceiver, clock: Clock, no_jitter: None
) -> None:
    channel = channel_to(shared, receiver.url(), 2)
    receiver.answer_with(500)
    waits = []
    for _ in SCHEDULE:
        drain(shared, channel)
        due_at: datetime = rows(shared, channel)[0].next_attempt_at
        waits.append(due_at - clock.now)
        clock.now = due_at
    assert tuple(waits) == SCHEDULE
    drain(shared, channel)
    dead, waiting = rows(shared, channel)
    assert (dead.status, dead.attempts) == (DEAD, len(SCHEDULE) + 1)
    assert (waiting.status, waiting.attempts) == (PENDING, 0)
    receiver.answer_with(200)
    drain(shared, channel)
    assert rows(shared, channel)[1].status == DELIVERED


WAITS: dict[str, tuple[int, dict[str, str], float]] = {
    "no wait asked for": (503, {}, 5),
    "a longer wait": (503, {"retry-after": "7"}, 7),
    "a much longer wait": (429, {"retry-after": "3600"}, 3600),
    "a shorter wait than the schedule's": (429, {"retry-after": "1"}, 5),
    "a redirect": (302, {"location": "/elsewhere"}, 5),
    "refused": (404, {}, 5),
}


@pytest.mark.parametrize("case", WAITS)
def test_the_next_try_is_when_the_schedule_or_the_receiver_says(
    shared: Database, receiver: WebhookReceiver, clock: Clock, no_jitter: None, case: str
) -> None:
    status, headers, seconds = WAITS[case]
    receiver.answer_with(status, headers=headers)
    channel = channel_to(shared, receiver.url(), 1)
    drain(shared, channel)
    [row] = rows(shared, channel)
    assert row.next_attempt_at == clock.now + timedelta(seconds=seconds)
    assert (row.status, row.last_status_code) == (PENDING, status)
    assert [request.path for request in receiver.requests] == ["/hook"]


def test_a_receiver_that_is_gone_gets_nothing_more_of_the_job(
    shared: Database, receiver: WebhookReceiver
) -> None:
    channel, other = channel_to(shared, receiver.url()), channel_to(shared, receiver.url())
    receiver.answer_with(200, times=1)
    receiver.answer_with(410, times=1)
    drain(shared, channel)
    drain(shared, channel)
    assert sent(receiver) == [1, 2]
    found = rows(shared, channel)
    assert [row.status for row in found] == [DELIVERED, DEAD, DEAD]
    assert found[1].last_detail == found[2].last_detail
    assert "410" in found[2].last_detail
    assert {row.status for row in rows(shared, other)} == {PENDING}


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/hook", "http://no-such-host.invalid/"])
def test_an_address_where_nobody_answers_is_a_failure_to_be_tried_again(
    shared: Database, clock: Clock, no_jitter: None, url: str
) -> None:
    with WebhookReceiver() as gone:
        port = gone.port
    channel = channel_to(shared, url.format(port=port), 1)
    drain(shared, channel)
    [row] = rows(shared, channel)
    assert (row.status, row.last_status_code, row.attempts) == (PENDING, None, 1)
    assert row.next_attempt_at == clock.now + SCHEDULE[0]
    assert row.last_detail


def test_a_private_address_is_not_connected_to_where_the_settings_forbid_it(
    shared: Database, receiver: WebhookReceiver
) -> None:
    channel = channel_to(shared, receiver.url(), 1)
    Outbox(shared, allow_private=False).drain(channel)
    [row] = rows(shared, channel)
    assert (row.status, row.last_status_code) == (PENDING, None)
    assert receiver.requests == []


def test_a_delivery_that_another_process_is_sending_is_left_to_it(
    shared: Database, receiver: WebhookReceiver, clock: Clock
) -> None:
    channel = channel_to(shared, receiver.url(), lease_expires_at=clock.now + timedelta(seconds=1))
    drain(shared, channel)
    assert receiver.requests == []


# --- signatures --------------------------------------------------------------------------------


def test_a_customer_can_verify_every_delivery(shared: Database, receiver: WebhookReceiver) -> None:
    channel = channel_to(shared, receiver.url())
    with shared.read() as session:
        [secret] = WebhookSecret.valid(session, organization(shared))
    drain(shared, channel)
    assert receiver.verify(secret) == [row.body for row in rows(shared, channel)]
    with pytest.raises(WebhookVerificationError):
        receiver.verify(WebhookSecret.new(organization(shared)).secret)


def test_while_a_secret_is_rotated_both_verify_and_an_ended_one_does_not(
    database: Database, receiver: WebhookReceiver
) -> None:
    owner = organization(database)
    with database.read() as session:
        [old] = WebhookSecret.valid(session, owner)
    new, ended = WebhookSecret.new(owner), WebhookSecret.new(owner)
    ended.expires_at = utcnow() - timedelta(seconds=1)
    with database.write() as session:
        session.add_all([new, ended])
    drain(database, channel_to(database, receiver.url(), 1))
    [request] = receiver.requests
    assert len(request.headers["webhook-signature"].split()) == 2
    for secret in (old, new.secret):
        Webhook(secret).verify(request.body, dict(request.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(ended.secret).verify(request.body, dict(request.headers))
