"""A webhook that tells of a job carries the id of the request that asked for the job."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event, insert

from models import events
from models.base import new_id, table_of, utcnow
from models.events import Delivery, delivery_row
from models.session import Database
from models.task_executions import accept
from settings import Settings
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.jobs import accepted, claimed, organization, submission
from tests.webhooks import channels_of, endpoint, owner
from workers.delivery.mail import Mailer
from workers.delivery.outbox import LEASE, Outbox


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


def drain(database: Database, *channels: str) -> None:
    outbox = Outbox(database, True, Mailer(Settings()))
    for channel in channels:
        outbox.drain(channel)


def ids(receiver: WebhookReceiver) -> list[str | None]:
    return [request.headers.get("x-request-id") for request in receiver.requests]


@pytest.mark.parametrize("given", ["mine-7", None])
def test_every_line_of_a_job_carries_it_where_there_is_one(
    shared: Database, receiver: WebhookReceiver, given: str | None
) -> None:
    [job_id] = accepted(shared, notification_url=receiver.url(), request_id=given)
    claimed(shared, job_id)
    drain(shared, job_id)
    assert ids(receiver) == [given, given]


def test_two_jobs_keep_theirs_apart_on_an_endpoint_too(shared: Database, receiver: WebhookReceiver) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine, receiver.url())
    with shared.statement() as connection:
        made = [submission(mine, request_id=one) for one in ("first", "second")]
        jobs = accept(connection, made)
    drain(shared, *channels_of(shared, told))
    carried = {request.json()["job_id"]: request.headers["x-request-id"] for request in receiver.requests}
    assert carried == dict(zip(jobs, ("first", "second"), strict=True))


def test_what_tells_of_no_job_carries_none(shared: Database, receiver: WebhookReceiver) -> None:
    channel = put(shared, receiver.url(), verification_id=new_id())
    drain(shared, channel)
    assert ids(receiver) == [None]


def put(database: Database, url: str, **of: str) -> str:
    """The channel of a new delivery."""
    channel = new_id()
    row = delivery_row(organization(database), channel, 1, url, {"n": 1}, utcnow(), **of)
    with database.transaction() as connection:
        connection.execute(insert(table_of(Delivery)), [row])
    return channel


def test_it_comes_with_the_claim_and_costs_no_statement_of_its_own(shared: Database) -> None:
    [job_id] = accepted(shared, notification_url="http://127.0.0.1/hook", request_id="mine-7")
    said: list[str] = []
    with shared.transaction() as connection:
        event.listen(connection, "before_cursor_execute", lambda _1, _2, text, *_: said.append(text))
        found = events.claim_next(connection, job_id, LEASE)
    assert found is not None
    assert found.request_id == "mine-7"
    assert [one.split()[0] for one in said] == ["UPDATE"]
