"""The outbox: the order in a channel, leases, tries and what the sweep takes up."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models import events
from models.base import new_id, table_of
from models.errors import StaleRun
from models.events import DEAD, DELIVERED, PENDING, Attempted, ClaimedDelivery, Delivery, delivery_row
from models.session import Database
from tests.jobs import Clock, organization

LEASE = timedelta(seconds=60)
REPUBLISH_AFTER = timedelta(seconds=30)
TABLE = table_of(Delivery)
OK = Attempted(True, 200, "The receiver answered 200 OK.", None)
GIVEN_UP = Attempted(False, 500, "The receiver answered 500.", None)


def channel_of(database: Database, clock: Clock, count: int = 3, **values: Any) -> str:
    """A channel with so many deliveries."""
    channel, owner = new_id(), organization(database)
    rows = [
        {**delivery_row(owner, channel, number, "https://a.example/hook", {"n": number}, clock.now), **values}
        for number in range(1, count + 1)
    ]
    with database.transaction() as connection:
        # Stored last first: the order of the rows must not matter.
        connection.execute(insert(TABLE), rows[::-1])
    return channel


def claim(database: Database, channel: str) -> ClaimedDelivery | None:
    with database.transaction() as connection:
        return events.claim_next(connection, channel, LEASE)


def claim_surely(database: Database, channel: str) -> ClaimedDelivery:
    found = claim(database, channel)
    assert found is not None
    return found


def record(database: Database, delivery: ClaimedDelivery, attempted: Attempted) -> None:
    with database.transaction() as connection:
        events.record_attempt(connection, delivery, attempted)


def rows(database: Database, channel: str) -> list[Any]:
    with database.connection() as connection:
        return list(
            connection.execute(select(TABLE).where(TABLE.c.channel == channel).order_by(TABLE.c.sequence))
        )


def due(database: Database, clock: Clock, limit: int = 500) -> list[str]:
    with database.transaction() as connection:
        return list(events.due_channels(connection, clock.now - REPUBLISH_AFTER, limit))


def test_a_channel_s_deliveries_are_claimed_in_their_order(shared: Database, clock: Clock) -> None:
    channel = channel_of(shared, clock)
    sent = []
    while (delivery := claim(shared, channel)) is not None:
        sent.append(delivery.body["n"])
        record(shared, delivery, OK)
    assert sent == [1, 2, 3]
    assert [row.status for row in rows(shared, channel)] == [DELIVERED] * 3
    assert {row.delivered_at for row in rows(shared, channel)} == {clock.now}


def test_a_claimed_delivery_is_nobody_else_s_until_its_lease_ends(shared: Database, clock: Clock) -> None:
    channel = channel_of(shared, clock)
    first = claim_surely(shared, channel)
    clock.forward(seconds=59.999)
    assert claim(shared, channel) is None
    clock.forward(seconds=0.001)
    second = claim_surely(shared, channel)
    assert (second.id, second.message_id) == (first.id, first.message_id)
    assert (first.attempts, second.attempts) == (1, 2)


def test_channels_do_not_wait_for_each_other(shared: Database, clock: Clock) -> None:
    slow, quick = channel_of(shared, clock), channel_of(shared, clock)
    claim_surely(shared, slow)
    assert claim_surely(shared, quick).body == {"n": 1}


def test_a_failed_try_waits_for_its_time_and_holds_up_what_is_behind_it(
    shared: Database, clock: Clock
) -> None:
    channel = channel_of(shared, clock)
    delivery = claim_surely(shared, channel)
    retry_at = clock.now + timedelta(seconds=5)
    record(shared, delivery, Attempted(False, 503, "busy", retry_at))
    row = rows(shared, channel)[0]
    assert (row.status, row.next_attempt_at, row.lease_expires_at) == (PENDING, retry_at, None)
    assert (row.last_status_code, row.last_detail, row.delivered_at) == (503, "busy", None)
    clock.forward(seconds=4.999)
    assert claim(shared, channel) is None
    clock.forward(seconds=0.001)
    assert claim_surely(shared, channel).id == delivery.id


def test_after_a_delivery_that_is_dead_the_next_one_goes_on(shared: Database, clock: Clock) -> None:
    channel = channel_of(shared, clock)
    record(shared, claim_surely(shared, channel), GIVEN_UP)
    assert claim_surely(shared, channel).body == {"n": 2}
    assert [row.status for row in rows(shared, channel)] == [DEAD, PENDING, PENDING]


def test_a_try_that_another_process_has_taken_over_writes_nothing(shared: Database, clock: Clock) -> None:
    channel = channel_of(shared, clock)
    late = claim_surely(shared, channel)
    clock.forward(seconds=60)
    claim_surely(shared, channel)
    before = rows(shared, channel)
    with pytest.raises(StaleRun):
        record(shared, late, OK)
    assert rows(shared, channel) == before


def test_an_abandoned_channel_keeps_what_was_delivered_and_gives_up_the_rest(
    shared: Database, clock: Clock
) -> None:
    channel, other = channel_of(shared, clock), channel_of(shared, clock)
    record(shared, claim_surely(shared, channel), OK)
    with shared.transaction() as connection:
        events.abandon_channel(connection, channel, "gone")
    found = rows(shared, channel)
    assert [row.status for row in found] == [DELIVERED, DEAD, DEAD]
    assert [row.last_detail for row in found] == [OK.detail, "gone", "gone"]
    assert claim(shared, channel) is None
    assert claim(shared, other) is not None


def test_of_many_processes_at_once_one_gets_the_delivery(database: Database, clock: Clock) -> None:
    channels = [channel_of(database, clock, 2) for _ in range(10)]
    barrier = Barrier(16)

    def take(_: int) -> list[str]:
        barrier.wait(timeout=60)
        return [channel for channel in channels if claim(database, channel)]

    with ThreadPoolExecutor(16) as pool:
        taken = Counter(channel for found in pool.map(take, range(16)) for channel in found)
    assert taken == Counter(channels)


# --- what the sweep takes up -------------------------------------------------------------------

DUE: dict[str, tuple[dict[str, Any], bool]] = {
    # seconds from now
    "never published": ({}, True),
    "published lately": ({"published_at": -29.9}, False),
    "published long ago": ({"published_at": -30}, True),
    "not due yet": ({"next_attempt_at": 1}, False),
    "due again": ({"next_attempt_at": 0}, True),
    "being sent": ({"published_at": -40, "lease_expires_at": 1}, False),
    "its sender died": ({"published_at": -40, "lease_expires_at": 0}, True),
    "delivered": ({"status": DELIVERED}, False),
    "dead": ({"status": DEAD}, False),
}


@pytest.mark.parametrize("case", DUE)
def test_the_sweep_takes_up_channels_whose_next_delivery_is_due(
    shared: Database, clock: Clock, case: str
) -> None:
    values, expected = DUE[case]
    moments = {
        name: clock.now + timedelta(seconds=value) if name != "status" else value
        for name, value in values.items()
    }
    channel = channel_of(shared, clock, 1, **moments)
    assert (channel in due(shared, clock)) == expected
    if expected:
        assert rows(shared, channel)[0].published_at == clock.now
        assert channel not in due(shared, clock)
    with shared.transaction() as connection:
        events.abandon_channel(connection, channel, "end of the test")


def test_a_channel_is_named_once_however_much_is_due_in_it(database: Database, clock: Clock) -> None:
    channel = channel_of(database, clock, 5)
    assert due(database, clock) == [channel]


def test_a_channel_that_waits_for_a_retry_is_not_published_for_what_waits_behind(
    database: Database, clock: Clock
) -> None:
    channel = channel_of(database, clock)
    record(database, claim_surely(database, channel), Attempted(False, 503, "busy", clock.now + LEASE))
    assert due(database, clock) == []
    clock.forward(seconds=60)
    assert due(database, clock) == [channel]


def test_the_channels_of_a_dead_receiver_do_not_crowd_out_the_others(
    database: Database, clock: Clock
) -> None:
    for _ in range(5):
        dead = channel_of(database, clock, 4)
        record(database, claim_surely(database, dead), Attempted(False, 503, "busy", clock.now + LEASE))
    clock.forward(seconds=1)
    alive = channel_of(database, clock, 1)
    assert due(database, clock, limit=10) == [alive]


def test_what_no_broker_took_is_due_at_the_next_sweep(database: Database, clock: Clock) -> None:
    channel = channel_of(database, clock)
    assert due(database, clock) == [channel]
    with database.transaction() as connection:
        events.mark_unpublished(connection, [channel])
        events.mark_unpublished(connection, [])
    assert due(database, clock) == [channel]


def test_of_many_sweeps_at_once_each_channel_is_taken_by_one(database: Database, clock: Clock) -> None:
    owner = organization(database)
    channels = [new_id() for _ in range(200)]
    with database.transaction() as connection:
        connection.execute(
            insert(TABLE),
            [delivery_row(owner, channel, 1, "https://a.example", {}, clock.now) for channel in channels],
        )
        connection.execute(update(TABLE).values(published_at=clock.now - LEASE))
    barrier = Barrier(16)

    def sweep(_: int) -> list[str]:
        barrier.wait(timeout=60)
        return due(database, clock)

    with ThreadPoolExecutor(16) as pool:
        taken = Counter(channel for found in pool.map(sweep, range(16)) for channel in found)
    assert taken == Counter(channels)
