"""The feed: all events of an organisation in one order, and none missed while others write."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random

import pytest
from sqlalchemy import Connection, delete, insert

from models import event_feed
from models.base import Json, table_of, utcnow
from models.event_feed import Page, Place
from models.events import Event
from models.session import Database
from tests.conftest import needs_postgres
from tests.jobs import accepted, organization
from tests.stack import until
from tests.webhooks import owner

TABLE = table_of(Event)
on_postgresql = pytest.mark.parametrize("shared", [needs_postgres], indirect=True)


def tell(
    connection: Connection, organization_id: str, name: str, kind: str = "task_execution.progress"
) -> None:
    row: Json = {
        "organization_id": organization_id,
        "type": kind,
        "sequence": 1,
        "payload": {"name": name},
        "created_at": utcnow(),
    }
    connection.execute(insert(TABLE), [row])


def told(
    database: Database, organization_id: str, *names: str, kind: str = "task_execution.progress"
) -> None:
    with database.transaction() as connection:
        for name in names:
            tell(connection, organization_id, name, kind)


def page(
    database: Database, mine: str, after: Place | None = None, kind: str | None = None, limit: int = 100
) -> Page:
    with database.read() as session:
        return event_feed.read(session, mine, after or Place(), kind, limit)


def names(found: Page) -> list[str]:
    return [event.payload["name"] for event in found.events]


def read_all(
    database: Database, mine: str, after: Place | None = None, limit: int = 100
) -> tuple[list[str], Place]:
    """Follow the cursor to the present end."""
    place, found = after or Place(), []
    while True:
        one = page(database, mine, place, limit=limit)
        found += names(one)
        place = one.next
        if not one.has_more:
            return found, place


@contextmanager
def open_transaction(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        yield connection


def test_the_feed_is_read_to_its_end_page_by_page(shared: Database) -> None:
    mine, other = owner(shared), owner(shared)
    told(shared, mine, "a", "b", "c")
    told(shared, other, "x")
    told(shared, mine, "d", "e")
    until(lambda: len(page(shared, mine).events) == 5, "no older transaction is open", 10)
    first = page(shared, mine, limit=2)
    assert (names(first), first.has_more) == (["a", "b"], True)
    second = page(shared, mine, first.next, limit=3)
    assert (names(second), second.has_more) == (["c", "d", "e"], False)
    empty = page(shared, mine, second.next)
    assert (names(empty), empty.has_more, empty.next) == ([], False, second.next)
    told(shared, mine, "f")
    until(lambda: names(page(shared, mine, empty.next)) == ["f"], "what came since is shown", 10)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("verification.completed", ["c"]),
        ("verification.*", ["b", "c"]),
        ("task_execution.*", ["a"]),
        ("task_execution.failed", []),
    ],
)
def test_the_feed_of_a_type_or_a_prefix(shared: Database, kind: str, expected: list[str]) -> None:
    mine = owner(shared)
    told(shared, mine, "a")
    told(shared, mine, "b", kind="verification.initiated")
    told(shared, mine, "c", kind="verification.completed")
    told(shared, mine, "d", kind="taskXexecution.progress")
    until(lambda: len(page(shared, mine).events) == 4, "no older transaction is open", 10)
    assert names(page(shared, mine, kind=kind)) == expected


def test_the_events_of_jobs_are_in_it(shared: Database) -> None:
    [job_id] = accepted(shared)
    mine = organization(shared)

    def found() -> list[str | None]:
        return [event.task_execution_id for event in page(shared, mine).events]

    until(lambda: job_id in found(), "no older transaction is open", 10)
    [event] = [one for one in page(shared, mine).events if one.task_execution_id == job_id]
    assert (event.transaction_id > 0) is (not shared.is_sqlite)


def test_the_id_of_an_erased_last_event_is_not_given_away_again(shared: Database) -> None:
    mine = owner(shared)
    told(shared, mine, "a", "b")
    until(lambda: len(page(shared, mine).events) == 2, "no older transaction is open", 10)
    place = page(shared, mine).next
    with shared.transaction() as connection:
        connection.execute(delete(TABLE).where(TABLE.c.id == place.id))
    told(shared, mine, "c")
    until(lambda: names(page(shared, mine, place)) == ["c"], "the reader finds what came since", 10)


@on_postgresql
def test_nothing_is_shown_that_an_open_transaction_could_still_come_before(shared: Database) -> None:
    mine = owner(shared)
    told(shared, mine, "before")
    until(lambda: names(page(shared, mine)) == ["before"], "no older transaction is open", 10)
    with open_transaction(shared) as slow:
        tell(slow, mine, "slow")
        told(shared, mine, "quick 1")
        told(shared, mine, "quick 2")
        place = page(shared, mine).next
        assert names(page(shared, mine)) == ["before"]
        assert not page(shared, mine).has_more
        slow.commit()
    until(lambda: len(page(shared, mine, place).events) == 3, "no older transaction is open", 10)
    assert names(page(shared, mine, place)) == ["slow", "quick 1", "quick 2"]


@on_postgresql
def test_a_transaction_that_began_first_and_wrote_last_is_not_missed(shared: Database) -> None:
    mine = owner(shared)
    with open_transaction(shared) as slow:
        # It has its number from here on, and its event gets the highest id of all.
        slow.exec_driver_sql("SELECT pg_current_xact_id()")
        told(shared, mine, "quick")
        first, place = read_all(shared, mine)
        tell(slow, mine, "slow")
        second, place = read_all(shared, mine, place)
        slow.commit()
    seen = [*first, *second]
    until(lambda: len(read_all(shared, mine)[0]) == 2, "no older transaction is open", 10)
    assert seen + read_all(shared, mine, place)[0] == ["slow", "quick"]


@on_postgresql
def test_one_that_is_rolled_back_holds_up_nothing_for_ever(shared: Database) -> None:
    mine = owner(shared)
    with open_transaction(shared) as slow:
        tell(slow, mine, "never")
        told(shared, mine, "quick")
        slow.rollback()
    until(lambda: names(page(shared, mine)) == ["quick"], "it is shown", 10)


@on_postgresql
def test_a_reader_misses_nothing_and_gets_nothing_twice_while_many_write_out_of_order(
    shared: Database,
) -> None:
    mine, writers, each = owner(shared), 8, 25

    def write(number: int) -> None:
        chance = Random(number)
        for turn in range(each):
            with shared.transaction() as connection:
                connection.exec_driver_sql("SELECT pg_current_xact_id()")
                connection.exec_driver_sql("SELECT pg_sleep(%s)", (chance.random() / 200,))
                tell(connection, mine, f"{number}-{turn}")
                connection.exec_driver_sql("SELECT pg_sleep(%s)", (chance.random() / 200,))

    def follow() -> list[str]:
        """Everything that a reader gets who asks again and again."""
        found: list[str] = []
        place = Place()

        def has_all() -> bool:
            nonlocal place
            more, place = read_all(shared, mine, place, limit=7)
            found.extend(more)
            return len(found) >= writers * each

        until(has_all, "all events have been read", 60)
        return found

    with ThreadPoolExecutor(writers + 2) as pool:
        readers = [pool.submit(follow) for _ in range(2)]
        for one in [pool.submit(write, number) for number in range(writers)]:
            one.result()
        seen = [one.result() for one in readers]
    whole, _ = read_all(shared, mine)
    assert len(set(whole)) == writers * each
    assert seen == [whole, whole]
