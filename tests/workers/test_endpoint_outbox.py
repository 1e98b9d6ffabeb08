"""What endpoints are sent, against real receivers: signatures, attempts, 410, rest, mails to the owner."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from standardwebhooks import Webhook, WebhookVerificationError

from models import events, webhook_deliveries
from models.base import new_id, table_of, utcnow
from models.events import DEAD, DELIVERED, PENDING, Delivery, DeliveryAttempt, delivery_row
from models.organizations import Organization
from models.runs import Line, Write
from models.session import Database
from models.task_executions import accept
from models.webhook_endpoints import WebhookEndpoint
from settings import Settings
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.jobs import Clock, accepted, claimed, recorded, submission
from tests.stack import until
from tests.webhooks import channels_of, deliveries, endpoint, owner, stored
from tests.workers.conftest import Workers
from workers.delivery import outbox as module
from workers.delivery.mail import Mailer
from workers.delivery.outbox import ENDPOINT_GONE, Outbox
from workers.delivery.webhooks import SCHEDULE

ATTEMPTS = table_of(DeliveryAttempt)


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come exactly when the schedule says."""
    monkeypatch.setattr(module.random, "random", lambda: 0.0)


def drain(database: Database, *channels: str) -> None:
    for channel in channels:
        Outbox(database, True, Mailer(Settings())).drain(channel)


def job_of(database: Database, organization_id: str, lines: int = 2, **more: Any) -> str:
    """A job with so many lines."""
    with database.statement() as connection:
        [job_id] = accept(connection, [submission(organization_id, **more)])
    more_lines(database, job_id, lines - 1)
    return job_id


def more_lines(database: Database, job_id: str, count: int) -> None:
    jobs = claimed(database, job_id, lease=timedelta(0)) if count else []
    for job in jobs:
        # One of them is the claim's own.
        recorded(database, *(Write(job.claim, line=Line(f"{n}")) for n in range(count - 1)))


def attempts(database: Database, delivery_id: str) -> list[Any]:
    query = select(ATTEMPTS).where(ATTEMPTS.c.delivery_id == delivery_id).order_by(ATTEMPTS.c.number)
    with database.connection() as connection:
        return list(connection.execute(query))


def states(database: Database, endpoint_id: str) -> list[tuple[str, int]]:
    return [(row.status, row.attempts) for row in deliveries(database, endpoint_id=endpoint_id)]


def test_what_an_endpoint_gets_is_signed_with_its_own_secrets(
    shared: Database, receiver: WebhookReceiver, clock: Clock
) -> None:
    mine = owner(shared)
    told, old = endpoint(shared, mine, receiver.url())
    _, foreign = endpoint(shared, mine, receiver.url())
    clock.forward(seconds=1)
    with shared.write() as session:
        new = WebhookEndpoint.get(session, mine, told).rotate(session, timedelta(hours=1))
    job_of(shared, mine)
    drain(shared, *channels_of(shared, told))
    bodies = [row.body for row in deliveries(shared, endpoint_id=told)]
    assert receiver.json_bodies() == bodies
    [request, *_] = receiver.requests
    signed = {
        secret: Webhook(secret).sign(request.headers["webhook-id"], utcnow(), request.body.decode())
        for secret in (new, old, foreign)
    }
    assert request.headers["webhook-signature"] == f"{signed[new]} {signed[old]}"


def test_a_customer_verifies_with_the_secret_that_was_shown(
    shared: Database, receiver: WebhookReceiver
) -> None:
    mine = owner(shared)
    told, secret = endpoint(shared, mine, receiver.url())
    job_of(shared, mine)
    drain(shared, *channels_of(shared, told))
    assert [body["sequence"] for body in receiver.verify(secret)] == [1, 2]
    with pytest.raises(WebhookVerificationError):
        receiver.verify(endpoint(shared, mine)[1])


def test_each_attempt_is_kept_with_what_was_answered(
    shared: Database, receiver: WebhookReceiver, clock: Clock, no_jitter: None
) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine, receiver.url())
    job_of(shared, mine, 1)
    receiver.answer_with(503, body="x" * 2000, times=1)
    channels = channels_of(shared, told)
    drain(shared, *channels)
    first_at = clock.now
    clock.now += SCHEDULE[0]
    drain(shared, *channels)
    [row] = deliveries(shared, endpoint_id=told)
    first, second = attempts(shared, row.id)
    assert (first.number, first.status_code, first.started_at) == (1, 503, first_at)
    assert first.answer == "x" * 1024
    assert "503 Service Unavailable" in first.detail
    assert (second.number, second.status_code, second.started_at) == (2, 200, clock.now)
    assert min(first.duration_ms, second.duration_ms) >= 0


def test_a_replay_is_tried_as_often_as_the_schedule_says_and_keeps_the_attempts_made_before(
    shared: Database, receiver: WebhookReceiver, clock: Clock, no_jitter: None
) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine, receiver.url())
    job_of(shared, mine, 1)
    receiver.answer_with(500)
    [channel] = channels_of(shared, told)
    for _ in range(2):
        waits = []
        for _ in range(len(SCHEDULE) + 1):
            drain(shared, channel)
            [row] = deliveries(shared, endpoint_id=told)
            waits.append(row.next_attempt_at - clock.now)
            clock.now = max(clock.now, row.next_attempt_at)
        assert tuple(waits[:-1]) == SCHEDULE
        assert row.status == DEAD
        with shared.write() as session:
            # What it has failed is not what this test is about.
            session.get_one(WebhookEndpoint, told).failing_since = None
            webhook_deliveries.replay(session, webhook_deliveries.get(session, mine, row.id))
    receiver.answer_with(200)
    drain(shared, channel)
    assert states(shared, told) == [(DELIVERED, 21)]
    assert [one.number for one in attempts(shared, row.id)] == list(range(1, 22))
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1


def test_an_endpoint_that_is_gone_is_disabled_at_once(shared: Database, receiver: WebhookReceiver) -> None:
    mine = owner(shared)
    with shared.write() as session:
        session.get_one(Organization, mine).owner_email = "ops@acme.example"
    told, _ = endpoint(shared, mine, receiver.url())
    other, _ = endpoint(shared, mine, receiver.url("/other"))
    job_of(shared, mine), job_of(shared, mine)
    receiver.answer_with(410, times=1)
    drain(shared, channels_of(shared, told)[0])
    found = stored(shared, told)
    assert (found.enabled, found.disabled_reason) == (False, ENDPOINT_GONE)
    assert [status for status, _ in states(shared, told)] == [DEAD] * 4
    assert sorted(tries for _, tries in states(shared, told)) == [0, 0, 0, 1]
    assert {status for status, _ in states(shared, other)} == {PENDING}
    mails = [row for row in deliveries(shared, organization_id=mine) if row.url.startswith("mailto:")]
    assert [mail.body["values"]["reason"] for mail in mails] == [ENDPOINT_GONE]
    drain(shared, *channels_of(shared, told))
    assert len(receiver.requests) == 1


def test_the_mail_to_the_owner_can_be_written(tmp_path: Path) -> None:
    values = {"organization": "Acme", "url": "https://a.example/", "description": "", "reason": "It is gone."}
    outcome = Mailer(Settings(home=tmp_path)).send(
        f"msg_{new_id()}", "ops@acme.example", {"template": "webhook_endpoint_disabled", "values": values}
    )
    assert outcome.kind == "delivered", outcome.detail


def test_what_was_put_in_the_outbox_before_it_was_disabled_is_not_sent(
    shared: Database, receiver: WebhookReceiver
) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine, receiver.url())
    job_of(shared, mine)
    with shared.write() as session:
        # As if the event's transaction had read it as enabled a moment before.
        found = session.get_one(WebhookEndpoint, told)
        found.enabled, found.disabled_reason = False, "Enough."
    drain(shared, *channels_of(shared, told))
    assert receiver.requests == []
    rows = deliveries(shared, endpoint_id=told)
    assert [(row.status, row.attempts, row.last_detail) for row in rows] == [(DEAD, 0, "Enough.")] * 2


def test_a_success_ends_the_count_of_days_and_a_failure_begins_it(
    shared: Database, receiver: WebhookReceiver, clock: Clock, no_jitter: None
) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine, receiver.url())
    job_of(shared, mine, 1)
    receiver.answer_with(500, times=1)
    drain(shared, *channels_of(shared, told))
    assert stored(shared, told).failing_since == clock.now
    clock.now += SCHEDULE[0]
    drain(shared, *channels_of(shared, told))
    assert stored(shared, told).failing_since is None


# --- 410 to a job's own address ----------------------------------------------------------------


def test_lines_that_come_after_a_410_are_not_sent_to_that_address(
    shared: Database, receiver: WebhookReceiver
) -> None:
    mine = owner(shared)
    job_id = job_of(shared, mine, 1, notification_url=receiver.url())
    receiver.answer_with(410, times=1)
    drain(shared, job_id)
    more_lines(shared, job_id, 3)
    drain(shared, job_id)
    assert len(receiver.requests) == 1
    rows = deliveries(shared, channel=job_id)
    assert [(row.status, row.attempts) for row in rows] == [(DEAD, 1), (DEAD, 0), (DEAD, 0), (DEAD, 0)]
    assert "410" in rows[-1].last_detail


def test_what_its_owner_asks_for_again_is_sent_even_there(
    shared: Database, receiver: WebhookReceiver
) -> None:
    mine = owner(shared)
    job_id = job_of(shared, mine, 1, notification_url=receiver.url())
    receiver.answer_with(410, times=1)
    drain(shared, job_id)
    more_lines(shared, job_id, 2)
    drain(shared, job_id)
    with shared.write() as session:
        assert webhook_deliveries.replay_all(session, mine, webhook_deliveries.Wanted(DEAD)) == 3
    drain(shared, job_id)
    assert [body["sequence"] for body in receiver.json_bodies()] == [1, 1, 2, 3]
    assert {row.status for row in deliveries(shared, channel=job_id)} == {DELIVERED}


# --- in a worker process -----------------------------------------------------------------------


def test_a_host_without_an_answer_rests_and_what_is_due_there_costs_no_attempt(
    database: Database, workers: Workers
) -> None:
    with WebhookReceiver() as gone:
        url = gone.url()
    mine, worker = owner(database), workers()
    rows = [delivery_row(mine, new_id(), 1, url, {}, utcnow()) for _ in range(12)]
    with database.transaction() as connection:
        connection.execute(insert(table_of(Delivery)), rows)
    for row in rows:
        worker.deliver([row["channel"]])
        until(lambda: not worker.lanes.channels, "it is tried or put off", 10)
    found = deliveries(database, organization_id=mine)
    assert sorted(row.attempts for row in found) == [0] * 7 + [1] * 5
    put_off = [row for row in found if not row.attempts]
    assert {row.status for row in put_off} == {PENDING}
    assert all(row.next_attempt_at > utcnow() + timedelta(seconds=20) for row in put_off)
    assert all(row.published_at is None for row in put_off)


def test_a_job_s_lines_reach_an_endpoint_as_they_are_written(
    database: Database, workers: Workers, receiver: WebhookReceiver
) -> None:
    [job_id] = accepted(database)
    with database.read() as session:
        mine = session.scalars(select(Organization.id)).one()
    told, secret = endpoint(database, mine, receiver.url())
    worker = workers(allow_private_webhooks=True)
    # The broker is not there: what is published is delivered at once.
    worker.publisher.publish = lambda task, argument: worker.deliver([argument])  # type: ignore[method-assign,assignment,return-value,func-returns-value]
    worker.run([job_id])
    until(lambda: {status for status, _ in states(database, told)} == {DELIVERED}, "all is delivered", 20)
    sequences = [body["sequence"] for body in receiver.verify(secret)]
    assert sequences == sorted(sequences)
    assert receiver.json_bodies()[-1]["type"] == "task_execution.completed"


def test_an_attempt_of_a_stale_run_leaves_no_trace(shared: Database, clock: Clock) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine)
    job_of(shared, mine, 1)
    [channel] = channels_of(shared, told)
    with shared.transaction() as connection:
        late = events.claim_next(connection, channel, timedelta(seconds=1))
    clock.forward(seconds=1)
    with shared.transaction() as connection:
        assert events.claim_next(connection, channel, timedelta(seconds=1)) is not None
    assert late is not None
    with pytest.raises(events.StaleRun), shared.transaction() as connection:
        events.record_attempt(connection, late, events.Attempted(True, 200, "ok", None))
    assert attempts(shared, late.id) == []
