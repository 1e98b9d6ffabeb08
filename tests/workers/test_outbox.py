"""The outbox against real receivers: order, failures, the schedule, the end, signatures, and mails."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from standardwebhooks import Webhook, WebhookVerificationError

from models.base import new_id, table_of, utcnow
from models.events import DEAD, DELIVERED, PENDING, Delivery, delivery_row, mail_row
from models.organizations import WebhookSecret
from models.session import Database
from settings import Settings
from tests.fakes.smtp_server import SmtpServer
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.jobs import Clock, organization
from workers.delivery import outbox as module
from workers.delivery.mail import Mailer
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
    Outbox(database, True, Mailer(Settings())).drain(channel)


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
    Outbox(shared, False, Mailer(Settings())).drain(channel)
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


# --- mails -------------------------------------------------------------------------------------

VALUES = {
    "name": "Ada",
    "passed": True,
    "score": 75,
    "correct": 15,
    "total": 20,
    "attempt_number": 1,
    "pass_mark": 60,
    "skills": ["Python"],
    "can_retake": False,
}


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


def mail_to(database: Database, address: str = "ada@student.example", **body: Any) -> str:
    """The channel of one mail."""
    row = mail_row(organization(database), address, "verification_result", VALUES, utcnow())
    row["body"].update(body)
    with database.transaction() as connection:
        connection.execute(insert(TABLE), [row])
    return str(row["channel"])


def mail(database: Database, channel: str, server: SmtpServer, **changes: Any) -> Any:
    """Send what is due through the server, and give the mail's row."""
    login = {"smtp_username": "mailer", "smtp_password": "hush-hush"}
    place = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_ca_file": server.ca_file}
    settings = Settings(**{**login, **place, "mail_from": "Acme <mail@acme.example>", **changes})
    Outbox(database, True, Mailer(settings)).drain(channel)
    [row] = rows(database, channel)
    return row


def test_a_mail_is_delivered_once_through_the_same_queue(shared: Database, server: SmtpServer) -> None:
    channel = mail_to(shared)
    for _ in range(2):
        row = mail(shared, channel, server)
    assert (row.status, row.attempts, row.last_status_code) == (DELIVERED, 1, 250)
    assert row.url == "mailto:ada@student.example"
    [taken] = server.mails
    assert (taken.sender, taken.recipients) == ("mail@acme.example", ["ada@student.example"])
    assert (taken.username, taken.encrypted) == ("mailer", True)
    assert taken.message()["message-id"] == f"<{row.message_id}@acme.example>"


def test_an_address_comes_out_of_its_url_as_it_went_in(shared: Database, server: SmtpServer) -> None:
    channel = mail_to(shared, "a+b%c?d=&e@student.example")
    assert mail(shared, channel, server).url == "mailto:a%2Bb%25c%3Fd%3D%26e@student.example"
    assert server.mails[0].recipients == ["a+b%c?d=&e@student.example"]


def test_a_mail_that_is_put_off_is_tried_again_when_the_schedule_says_as_the_same_mail(
    shared: Database, server: SmtpServer, clock: Clock, no_jitter: None
) -> None:
    channel = mail_to(shared)
    server.answer("DATA", "451 4.3.0 Come back later", times=1)
    row = mail(shared, channel, server)
    assert (row.status, row.attempts, row.last_status_code) == (PENDING, 1, 451)
    assert row.next_attempt_at == clock.now + SCHEDULE[0]
    assert "451 4.3.0 Come back later" in row.last_detail
    clock.forward(seconds=4.999)
    assert mail(shared, channel, server).attempts == 1
    clock.forward(seconds=0.001)
    row = mail(shared, channel, server)
    assert (row.status, row.attempts) == (DELIVERED, 2)
    assert server.mails[0].message()["message-id"] == f"<{row.message_id}@acme.example>"


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_mail_that_is_refused_for_good_is_dead_at_once(
    shared: Database, server: SmtpServer, command: str
) -> None:
    server.answer(command, "550 5.1.1 No such user")
    row = mail(shared, mail_to(shared), server)
    assert (row.status, row.attempts, row.last_status_code) == (DEAD, 1, 550)
    assert "550 5.1.1 No such user" in row.last_detail
    assert server.mails == []


def test_a_refused_mail_ends_no_other(shared: Database, server: SmtpServer) -> None:
    refused, other = mail_to(shared), mail_to(shared)
    server.answer("RCPT", "550 5.1.1 No such user", times=1)
    assert mail(shared, refused, server).status == DEAD
    assert mail(shared, other, server).status == DELIVERED


def test_no_such_address_is_dead_at_once(shared: Database, server: SmtpServer) -> None:
    row = mail(shared, mail_to(shared, "nobody"), server)
    assert (row.status, row.attempts) == (DEAD, 1)
    assert server.commands == []


# what the settings get wrong -> what the row then says
MENDABLE: dict[str, tuple[dict[str, Any], str]] = {
    "a wrong password": ({"smtp_password": "not-the-hush"}, "refused the login (535)"),
    "an unknown authority": ({"smtp_ca_file": None}, "no certificate that can be trusted"),
    "a missing authority": ({"smtp_ca_file": "/no/such.pem"}, "ASSESSGEN_SMTP_CA_FILE can't be used"),
    "nobody there": ({"smtp_port": 1}, "can't be reached: Connection refused"),
    "no such host": ({"smtp_host": "no-such-host.invalid"}, "can't be reached"),
    "TLS where there is STARTTLS": ({"smtp_security": "tls"}, "let no encryption begin"),
}


@pytest.mark.parametrize("case", MENDABLE)
def test_what_the_settings_can_mend_is_tried_again_and_no_secret_is_told(
    shared: Database,
    server: SmtpServer,
    clock: Clock,
    no_jitter: None,
    caplog: pytest.LogCaptureFixture,
    case: str,
) -> None:
    changes, said = MENDABLE[case]
    row = mail(shared, mail_to(shared), server, **changes)
    assert (row.status, row.attempts) == (PENDING, 1)
    assert row.next_attempt_at == clock.now + SCHEDULE[0]
    assert said in row.last_detail
    assert "hush" not in row.last_detail + caplog.text
    assert server.mails == []


def test_a_mail_of_an_unknown_template_is_tried_again_by_a_worker_that_may_know_it(
    shared: Database, server: SmtpServer, clock: Clock, no_jitter: None
) -> None:
    row = mail(shared, mail_to(shared, template="not_yet"), server)
    assert (row.status, row.next_attempt_at) == (PENDING, clock.now + SCHEDULE[0])
    assert "not_yet.subject.txt" in row.last_detail
