"""Leases, the sweep's question, and many workers at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from models import runs
from models.base import new_id
from models.runs import Claim
from models.session import Database
from models.task_executions import COMPLETED, FAILED, PENDING, PROCESSING
from tests.jobs import LEASE, Clock, accepted, change, claimed, job, job_in

REPUBLISH_AFTER = timedelta(seconds=30)
THREADS = 16


def renewed(database: Database, *claims: Claim) -> set[Claim]:
    """The claims that are lost."""
    with database.transaction() as connection:
        return runs.renew(connection, claims, LEASE)


def released(database: Database, claim: Claim) -> None:
    """Give the job up."""
    with database.transaction() as connection:
        runs.release(connection, claim)


def due(database: Database, clock: Clock, limit: int = 500) -> list[str]:
    """The jobs that a sweep would publish now."""
    with database.transaction() as connection:
        return list(runs.due(connection, clock.now - REPUBLISH_AFTER, limit))


# --- renewing ----------------------------------------------------------------------------------


def test_a_renewal_prolongs_what_is_held_and_tells_what_is_lost(database: Database, clock: Clock) -> None:
    held, ended = job_in(database, PROCESSING), job_in(database, COMPLETED)
    taken, unknown = job_in(database, PROCESSING), Claim(new_id(), 1)
    change(database, taken.execution_id, lease_expires_at=clock.now)
    claimed(database, taken.execution_id, worker="w2")
    clock.forward(seconds=10)
    assert renewed(database, held, ended, taken, unknown) == {ended, taken, unknown}
    assert job(database, held.execution_id).lease_expires_at == clock.now + LEASE
    assert job(database, taken.execution_id).lease_expires_at == clock.now + LEASE - timedelta(seconds=10)


def test_a_lease_that_ran_out_unnoticed_can_still_be_renewed(database: Database, clock: Clock) -> None:
    mine = job_in(database, PROCESSING)
    clock.forward(minutes=2)
    assert renewed(database, mine) == set()
    assert claimed(database, mine.execution_id, worker="w2") == []


def test_a_late_heartbeat_does_not_take_back_a_job_that_was_given_up(
    database: Database, clock: Clock
) -> None:
    mine = job_in(database, PROCESSING)
    released(database, mine)
    assert renewed(database, mine) == {mine}
    assert len(claimed(database, mine.execution_id, worker="w2")) == 1


def test_a_process_can_renew_the_leases_of_all_the_runs_that_it_can_hold(
    database: Database, clock: Clock
) -> None:
    # 128 threads with messages of 8 jobs hold 1,024 runs, which a chain of ORs is too deep for in SQLite.
    held = [one.claim for one in claimed(database, *accepted(database, 1100))]
    clock.forward(seconds=10)
    assert renewed(database, *held) == set()
    assert job(database, held[-1].execution_id).lease_expires_at == clock.now + LEASE


def test_the_leases_of_a_dead_worker_are_voided_and_no_one_elses(database: Database, clock: Clock) -> None:
    [mine, ended, other] = accepted(database, 3)
    claimed(database, mine, ended, worker="dead")
    claimed(database, other, worker="alive")
    change(database, ended, status=COMPLETED)
    with database.transaction() as connection:
        assert runs.release_all_of(connection, "dead") == 1
    assert len(claimed(database, mine)) == 1
    assert claimed(database, other, ended) == []


# --- what the sweep publishes ------------------------------------------------------------------

DUE: dict[str, tuple[str, dict[str, float | None], bool]] = {
    # seconds from now; None is no time at all
    "never published": (PENDING, {"published_at": None}, True),
    "published just now": (PENDING, {"published_at": 0}, False),
    "published lately": (PENDING, {"published_at": -29.9}, False),
    "published so long ago that the message counts as lost": (PENDING, {"published_at": -30}, True),
    "waiting for its time": (PENDING, {"published_at": None, "run_at": 1}, False),
    "its time has come": (PENDING, {"published_at": None, "run_at": 0}, True),
    "being worked on": (PROCESSING, {"published_at": -90, "lease_expires_at": 1}, False),
    "lost by its worker after the last message": (
        PROCESSING,
        {"published_at": -29, "lease_expires_at": 0},
        True,
    ),
    "lost, and published again since": (PROCESSING, {"published_at": -5, "lease_expires_at": -6}, False),
    "lost, and published again long since": (
        PROCESSING,
        {"published_at": -30, "lease_expires_at": -31},
        True,
    ),
    "given up": (PROCESSING, {"published_at": None, "lease_expires_at": None}, True),
    "given up until later": (
        PROCESSING,
        {"published_at": None, "lease_expires_at": None, "run_at": 1},
        False,
    ),
    "given up, published lately": (PROCESSING, {"published_at": -9, "lease_expires_at": None}, False),
    "completed": (COMPLETED, {"published_at": None}, False),
    "failed": (FAILED, {"published_at": None}, False),
}


@pytest.mark.parametrize("case", DUE)
def test_the_sweep_takes_up_the_jobs_that_wait_for_a_worker(
    shared: Database, clock: Clock, case: str
) -> None:
    status, times, expected = DUE[case]
    [job_id] = accepted(shared)
    moments: dict[str, Any] = {
        name: None if seconds is None else clock.now + timedelta(seconds=seconds)
        for name, seconds in times.items()
    }
    change(shared, job_id, status=status, **moments)
    assert (job_id in due(shared, clock)) == expected
    if expected:
        assert job(shared, job_id).published_at == clock.now
        assert job_id not in due(shared, clock)
    change(shared, job_id, status=COMPLETED)


def test_the_sweep_takes_the_oldest_jobs_first_and_no_more_than_its_limit(
    database: Database, clock: Clock
) -> None:
    ids = []
    for _ in range(5):
        ids += accepted(database)
        clock.forward(seconds=1)
    clock.forward(minutes=1)
    assert set(due(database, clock, limit=3)) == set(ids[:3])
    assert set(due(database, clock, limit=3)) == set(ids[3:])


def test_what_no_broker_took_is_due_at_the_next_sweep(database: Database, clock: Clock) -> None:
    first, second = accepted(database, 2)
    with database.transaction() as connection:
        runs.mark_unpublished(connection, [first])
        runs.mark_unpublished(connection, [])
    assert due(database, clock) == [first]
    assert job(database, second).published_at is not None


# --- many at once ------------------------------------------------------------------------------


def at_once(work: Any) -> list[Any]:
    """The results of 16 threads that begin together, in one list."""
    barrier = Barrier(THREADS)

    def begin(number: int) -> list[Any]:
        barrier.wait(timeout=60)
        found: list[Any] = work(number)
        return found

    with ThreadPoolExecutor(THREADS) as pool:
        return [one for found in pool.map(begin, range(THREADS)) for one in found]


def test_sixteen_threads_that_claim_the_same_jobs_get_each_exactly_once(database: Database) -> None:
    ids = accepted(database, 200)

    def claim_all(number: int) -> list[Claim]:
        # Each begins elsewhere and takes a message's worth at a time.
        turned = ids[number * 12 :] + ids[: number * 12]
        claims: list[Claim] = []
        for start in range(0, len(turned), 8):
            jobs = claimed(database, *turned[start : start + 8], worker=f"w{number}")
            claims += [one.claim for one in jobs]
        return claims

    claims = at_once(claim_all)
    # A row that somebody else was claiming is passed over, so one more round finds nothing new.
    assert Counter(one.execution_id for one in claims) == Counter(ids)
    assert {one.attempt for one in claims} == {1}
    assert claimed(database, *ids) == []


def test_of_many_sweeps_at_once_each_job_is_taken_by_one(database: Database, clock: Clock) -> None:
    ids = accepted(database, 200)
    clock.forward(minutes=1)
    assert Counter(at_once(lambda _: due(database, clock))) == Counter(ids)
