"""Who is told of an event: endpoints by their types, in the event's own transaction, each job by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event, update

from models import owner_actions, webhook_deliveries, webhook_endpoints, webhook_listeners
from models.base import table_of, utcnow
from models.errors import Conflict, NotFound
from models.events import DEAD, PENDING, Delivery, delivery_row, mail_address
from models.organizations import Organization
from models.runs import End, Line, Write
from models.session import Database
from models.task_executions import COMPLETED, TaskExecution, accept
from models.webhook_endpoints import DELETED, MOST_ENDPOINTS, WebhookEndpoint, sender
from models.webhook_listeners import FAILED_TOO_LONG, FAILING_FOR, matches
from tests.jobs import Clock, claimed, organization, recorded, submission
from tests.webhooks import HOOK, channels_of, deliveries, endpoint, owner, stored


def job_of(database: Database, organization_id: str, channels: set[str] | None = None, **more: str) -> str:
    with database.statement() as connection:
        [job_id] = accept(connection, [submission(organization_id, **more)], channels)
    return job_id


def types(database: Database, endpoint_id: str) -> list[str]:
    return [row.body["type"] for row in deliveries(database, endpoint_id=endpoint_id)]


def walked(database: Database, organization_id: str) -> str:
    """A job that was accepted, told of its progress and ended."""
    job_id = job_of(database, organization_id)
    [job] = claimed(database, job_id)
    recorded(database, Write(job.claim, line=Line("Half", 0.5)))
    recorded(database, Write(job.claim, line=Line("Done"), end=End(COMPLETED, result={"a": 1})))
    return job_id


@pytest.mark.parametrize(
    ("wanted", "kind", "fits"),
    [
        ("task_execution.completed", "task_execution.completed", True),
        ("task_execution.completed", "task_execution.failed", False),
        ("task_execution.*", "task_execution.failed", True),
        ("task_execution.*", "verification.completed", False),
        ("verification.*", "verification_x.completed", False),
        ("task_execution.complete", "task_execution.completed", False),
    ],
)
def test_a_type_fits_as_a_whole_or_by_its_prefix(wanted: str, kind: str, fits: bool) -> None:
    assert matches(wanted, kind) == fits


def test_every_event_of_a_job_goes_to_each_endpoint_that_wants_it(shared: Database) -> None:
    mine = owner(shared)
    everything, _ = endpoint(shared, mine)
    ends, _ = endpoint(shared, mine, HOOK, "task_execution.completed", "verification.*")
    students, _ = endpoint(shared, mine, HOOK, "verification.*")
    others, _ = endpoint(shared, owner(shared))
    job_id = walked(shared, mine)
    assert types(shared, everything) == [
        f"task_execution.{kind}" for kind in ("pending", "progress", "progress", "completed")
    ]
    assert types(shared, ends) == ["task_execution.completed"]
    assert types(shared, students) == types(shared, others) == []
    found = deliveries(shared, endpoint_id=everything)
    assert [row.sequence for row in found] == [1, 2, 3, 4]
    assert {row.url for row in found} == {HOOK}
    assert {str(row.task_execution_id) for row in found} == {job_id}
    assert len({row.message_id for row in found}) == 4


def test_what_its_owner_does_to_a_job_is_told_too(shared: Database) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine)
    job_id = job_of(shared, mine)
    with shared.write() as session:
        owner_actions.cancel(session, session.get_one(TaskExecution, job_id))
    assert types(shared, told) == ["task_execution.pending", "task_execution.failed"]


def test_an_address_of_the_job_s_own_gets_what_it_got_before_beside_them(shared: Database) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine)
    job_id = job_of(shared, mine, notification_url="https://own.example/")
    own = deliveries(shared, channel=job_id)
    assert [(row.url, row.endpoint_id, str(row.task_execution_id)) for row in own] == [
        ("https://own.example/", None, job_id)
    ]
    assert deliveries(shared, endpoint_id=told)[0].body == own[0].body


def test_each_endpoint_has_a_channel_for_each_job_and_whoever_stores_is_told_which(shared: Database) -> None:
    mine = owner(shared)
    first, second = endpoint(shared, mine)[0], endpoint(shared, mine)[0]
    channels: set[str] = set()
    jobs = [job_of(shared, mine, channels) for _ in range(2)]
    found = [*channels_of(shared, first), *channels_of(shared, second)]
    assert len(found) == 4
    assert channels == set(found)
    assert not channels & set(jobs)
    [job] = claimed(shared, jobs[0])
    recorded(shared, Write(job.claim, line=Line("Half", 0.5)))
    assert set(channels_of(shared, first)) == set(found[:2])


def test_an_event_that_is_not_stored_is_not_told(shared: Database) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine)
    with pytest.raises(ZeroDivisionError), shared.transaction() as connection:
        accept(connection, [submission(mine)])
        raise ZeroDivisionError
    assert types(shared, told) == []


@contextmanager
def statements(connection: Connection) -> Iterator[list[str]]:
    """The statements that are sent on the connection."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def test_a_batch_asks_for_endpoints_once_however_many_jobs_it_has(shared: Database) -> None:
    mine, other = owner(shared), owner(shared)
    with shared.transaction() as connection, statements(connection) as seen:
        accept(connection, [submission(one) for one in (mine, other) for _ in range(20)])
    assert len([one for one in seen if "webhook_endpoints" in one]) == 1


def test_one_that_is_disabled_or_deleted_is_told_nothing(shared: Database) -> None:
    mine = owner(shared)
    off, gone = endpoint(shared, mine)[0], endpoint(shared, mine)[0]
    job_id = job_of(shared, mine)
    with shared.write() as session:
        WebhookEndpoint.get(session, mine, off).change(session, enabled=False)
        WebhookEndpoint.get(session, mine, gone).delete(session)
    [job] = claimed(shared, job_id)
    recorded(shared, Write(job.claim, line=Line("Half", 0.5)))
    for one, reason in ((off, "It was disabled by its owner."), (gone, DELETED)):
        [row] = deliveries(shared, endpoint_id=one)
        assert (row.status, row.last_detail) == (DEAD, reason)
    with shared.read() as session, pytest.raises(NotFound):
        WebhookEndpoint.get(session, mine, gone)


def test_what_waits_goes_to_a_new_address(shared: Database) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine)
    job_of(shared, mine)
    with shared.write() as session:
        WebhookEndpoint.get(session, mine, told).change(session, url="https://new.example/")
    assert [row.url for row in deliveries(shared, endpoint_id=told)] == ["https://new.example/"]


def test_there_are_no_more_than_can_be_told_of_everything(database: Database) -> None:
    mine = owner(database)
    for _ in range(MOST_ENDPOINTS):
        endpoint(database, mine)
    with pytest.raises(Conflict, match="delete one"):
        endpoint(database, mine)
    endpoint(database, owner(database))


# --- secrets -----------------------------------------------------------------------------------


def secrets(database: Database, endpoint_id: str) -> list[str]:
    with database.read() as session:
        return list(sender(session, endpoint_id).secrets)


def rotated(database: Database, mine: str, endpoint_id: str, hours: int) -> str:
    with database.write() as session:
        return WebhookEndpoint.get(session, mine, endpoint_id).rotate(session, timedelta(hours=hours))


def test_an_old_secret_signs_beside_the_new_one_until_the_overlap_ends(
    shared: Database, clock: Clock
) -> None:
    mine = owner(shared)
    told, first = endpoint(shared, mine)
    assert secrets(shared, told) == [first]
    clock.forward(seconds=1)
    second = rotated(shared, mine, told, 24)
    assert secrets(shared, told) == [second, first]
    clock.forward(hours=1)
    third = rotated(shared, mine, told, 100)
    # The first one's end is not put off by the second rotation.
    clock.forward(hours=22, minutes=59)
    assert secrets(shared, told) == [third, second, first]
    clock.forward(minutes=1)
    assert secrets(shared, told) == [third, second]
    clock.forward(hours=77)
    assert secrets(shared, told) == [third]


def test_without_an_overlap_the_old_secret_ends_at_once(shared: Database, clock: Clock) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine)
    clock.forward(seconds=1)
    fresh = rotated(shared, mine, told, 0)
    assert secrets(shared, told) == [fresh]


# --- failing -----------------------------------------------------------------------------------


def fail(database: Database, endpoint_id: str) -> str | None:
    with database.transaction() as connection:
        return webhook_listeners.note_failure(connection, endpoint_id)


def test_an_endpoint_that_has_failed_for_five_days_is_disabled(shared: Database, clock: Clock) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine)
    job_of(shared, mine)
    assert fail(shared, told) is None
    clock.now += FAILING_FOR - timedelta(seconds=1)
    assert fail(shared, told) is None
    assert stored(shared, told).failing_since == clock.now - FAILING_FOR + timedelta(seconds=1)
    clock.forward(seconds=1)
    assert fail(shared, told) == FAILED_TOO_LONG
    found = stored(shared, told)
    assert (found.enabled, found.disabled_reason) == (False, FAILED_TOO_LONG)
    assert [row.status for row in deliveries(shared, endpoint_id=told)] == [DEAD]
    assert fail(shared, told) is None


def test_one_success_begins_the_days_anew(shared: Database, clock: Clock) -> None:
    told, _ = endpoint(shared, owner(shared))
    fail(shared, told)
    clock.forward(days=4)
    with shared.transaction() as connection:
        webhook_listeners.note_success(connection, told)
    assert stored(shared, told).failing_since is None
    clock.forward(days=4)
    assert fail(shared, told) is None
    assert stored(shared, told).enabled


def test_one_that_is_enabled_again_begins_anew(shared: Database, clock: Clock) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine)
    fail(shared, told)
    clock.forward(days=6)
    assert fail(shared, told) == FAILED_TOO_LONG
    with shared.write() as session:
        WebhookEndpoint.get(session, mine, told).change(session, enabled=True)
    found = stored(shared, told)
    assert (found.enabled, found.disabled_reason, found.failing_since) == (True, None, None)
    assert fail(shared, told) is None


@pytest.mark.parametrize("address", ["ops@acme.example", None])
def test_the_owner_gets_one_mail_if_there_is_an_address(shared: Database, address: str | None) -> None:
    mine = owner(shared)
    with shared.write() as session:
        session.get_one(Organization, mine).owner_email = address
    told, _ = endpoint(shared, mine, f"{HOOK}?token=hush")
    for _ in range(2):
        with shared.transaction() as connection:
            webhook_listeners.disable(connection, told, "It is gone.")
    mails = [row for row in deliveries(shared, organization_id=mine) if row.url.startswith("mailto:")]
    assert [mail_address(row.url) for row in mails] == ([address] if address else [])
    for mail in mails:
        assert mail.body["values"]["reason"] == "It is gone."
        assert mail.body["values"]["url"] == HOOK


# --- sending again -----------------------------------------------------------------------------


def test_a_replay_keeps_the_id_and_begins_the_schedule_anew(shared: Database, clock: Clock) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine)
    job_of(shared, mine)
    [before] = deliveries(shared, endpoint_id=told)
    table = table_of(Delivery)
    with shared.transaction() as connection:
        connection.execute(
            update(table).where(table.c.id == before.id).values(status=DEAD, attempts=10, url="https://old/")
        )
    clock.forward(days=1)
    with shared.write() as session:
        webhook_deliveries.replay(session, webhook_deliveries.get(session, mine, before.id))
    [after] = deliveries(shared, endpoint_id=told)
    assert (after.message_id, after.body) == (before.message_id, before.body)
    assert (after.status, after.attempts, after.schedule_start) == (PENDING, 10, 10)
    assert (after.next_attempt_at, after.url) == (clock.now, HOOK)


@pytest.mark.parametrize("how", ["disabled", "deleted"])
def test_nothing_is_replayed_to_an_endpoint_that_takes_nothing(shared: Database, how: str) -> None:
    mine = owner(shared)
    told, _ = endpoint(shared, mine)
    job_of(shared, mine)
    with shared.write() as session:
        found = WebhookEndpoint.get(session, mine, told)
        found.change(session, enabled=False) if how == "disabled" else found.delete(session)
    [row] = deliveries(shared, endpoint_id=told)
    with shared.write() as session, pytest.raises(Conflict, match=how):
        webhook_deliveries.replay(session, webhook_deliveries.get(session, mine, row.id))
    with shared.write() as session:
        assert webhook_deliveries.replay_all(session, mine, webhook_deliveries.Wanted(DEAD)) == 0
    assert deliveries(shared, endpoint_id=told)[0].status == DEAD


def test_mails_are_no_webhooks(shared: Database) -> None:
    mine = owner(shared)
    row = delivery_row(mine, organization(shared), 1, "mailto:ada@student.example", {}, utcnow())
    with shared.transaction() as connection:
        connection.execute(table_of(Delivery).insert(), [{**row, "status": DEAD}])
    with shared.write() as session:
        assert webhook_deliveries.page(session, mine, webhook_deliveries.Wanted(), None, 10) == []
        assert webhook_deliveries.replay_all(session, mine, webhook_deliveries.Wanted(DEAD)) == 0
        with pytest.raises(NotFound):
            webhook_deliveries.get(session, mine, row["id"])


def test_a_ping_goes_to_its_endpoint_alone(shared: Database) -> None:
    mine = owner(shared)
    first, second = endpoint(shared, mine)[0], endpoint(shared, mine)[0]
    with shared.write() as session:
        WebhookEndpoint.get(session, mine, first).ping(session)
    assert types(shared, first) == [webhook_endpoints.PING]
    assert types(shared, second) == []
