"""Requests that are answered once."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from models import idempotency
from models.errors import Conflict, IdempotencyMismatch
from models.idempotency import GIVEN_UP, KEPT, Answer, IdempotentRequest
from models.session import Database
from tests.jobs import Clock, organization

ANSWER = Answer(202, {"Location": "/jobs/1"}, '{"job_id": "1", "é": "\\"ü"}')
PRINT, OTHER_PRINT = "a" * 64, "b" * 64


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    """A key of the test's own, for the database is shared."""
    return request.node.name[:255]


def reserve(database: Database, key: str, fingerprint: str = PRINT, name: str = "Acme") -> Answer | None:
    return idempotency.reserve(database, organization(database, name), key, fingerprint)


def complete(database: Database, key: str, answer: Answer = ANSWER) -> None:
    with database.write() as session:
        idempotency.complete(session, organization(database), key, answer)


def test_the_first_request_gets_the_key_and_the_second_the_answer_of_the_first(
    shared: Database, key: str
) -> None:
    assert reserve(shared, key) is None
    complete(shared, key)
    assert reserve(shared, key) == ANSWER
    assert reserve(shared, key) == ANSWER


def test_the_key_is_refused_to_another_request_before_and_after_the_answer(
    shared: Database, key: str
) -> None:
    reserve(shared, key)
    with pytest.raises(IdempotencyMismatch):
        reserve(shared, key, OTHER_PRINT)
    complete(shared, key)
    with pytest.raises(IdempotencyMismatch):
        reserve(shared, key, OTHER_PRINT)


def test_a_second_request_is_refused_while_the_first_runs(shared: Database, key: str) -> None:
    reserve(shared, key)
    with pytest.raises(Conflict, match="still running"):
        reserve(shared, key)


def test_two_organisations_may_use_the_same_key(shared: Database, key: str) -> None:
    assert reserve(shared, key, name="Acme") is None
    assert reserve(shared, key, OTHER_PRINT, name="Rival") is None


def test_a_key_given_back_can_be_used_with_another_request(shared: Database, key: str) -> None:
    reserve(shared, key)
    idempotency.release(shared, organization(shared), key)
    assert reserve(shared, key, OTHER_PRINT) is None


def test_an_answer_that_was_given_is_not_given_back(shared: Database, key: str) -> None:
    reserve(shared, key)
    complete(shared, key)
    idempotency.release(shared, organization(shared), key)
    assert reserve(shared, key) == ANSWER


def test_an_answer_is_kept_with_what_it_tells_of_or_not_at_all(shared: Database, key: str) -> None:
    reserve(shared, key)
    with contextlib.suppress(KeyError), shared.write() as session:
        idempotency.complete(session, organization(shared), key, ANSWER)
        session.flush()
        raise KeyError("what the request does next")
    with pytest.raises(Conflict):
        reserve(shared, key)


# (was it answered?, how long ago) -> what another try with the key gets
AGES: dict[str, tuple[bool, timedelta, Any]] = {
    "answered, just within a day": (True, KEPT, ANSWER),
    "answered more than a day ago": (True, KEPT + timedelta(microseconds=1), None),
    "running for two minutes": (False, GIVEN_UP, Conflict),
    "running for longer, so dead": (False, GIVEN_UP + timedelta(microseconds=1), None),
}


@pytest.mark.parametrize("case", AGES)
def test_an_answer_is_kept_for_a_day_and_a_dead_request_for_two_minutes(
    shared: Database, clock: Clock, key: str, case: str
) -> None:
    answered, age, expected = AGES[case]
    reserve(shared, key)
    if answered:
        complete(shared, key)
    clock.now += age
    if expected is Conflict:
        with pytest.raises(Conflict):
            reserve(shared, key)
        return
    assert reserve(shared, key) == expected
    if expected is None:
        # The key is this request's now, from this moment on.
        with shared.read() as session:
            row = session.get_one(IdempotentRequest, (organization(shared), key))
        assert (row.created_at, row.status_code) == (clock.now, None)


def test_of_many_at_once_one_gets_the_key(database: Database) -> None:
    owner, barrier = organization(database), Barrier(16)

    def try_it(_: int) -> str:
        barrier.wait(timeout=60)
        try:
            idempotency.reserve(database, owner, "same", PRINT)
        except Conflict:
            return "running"
        return "mine"

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(try_it, range(16))) == ["mine"] + ["running"] * 15
