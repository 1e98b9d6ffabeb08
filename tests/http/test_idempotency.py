"""`Idempotency-Key` and `Prefer: wait` on the generate request."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from api.idempotency import Owner
from api.watch import TooManyWaiting
from models import idempotency, task_executions
from models.base import set_clock, utcnow
from models.session import Database
from models.task_executions import TaskExecution
from tests.conftest import Account
from tests.contract.checked import CheckedClient, client_of
from tests.contract.fixtures import Counts
from tests.contract.jobs import EXECUTIONS, GENERATE, claim, complete, fail, submit
from tests.stack import BODY, until


def post(client: CheckedClient, key: str, **more: Any) -> TestResponse:
    return client.post(GENERATE, json={**BODY, **more}, headers={"Idempotency-Key": key})


def jobs_of(database: Database, account: Account) -> list[str]:
    with database.read() as session:
        query = select(TaskExecution.id).where(TaskExecution.organization_id == account.organization_id)
        return list(session.scalars(query))


def test_the_same_key_and_body_get_the_first_answer_again(
    client: CheckedClient, database: Database, account: Account
) -> None:
    first, second = post(client, "order-1"), post(client, "order-1")
    assert (second.status_code, second.data) == (first.status_code, first.data) == (202, first.data)
    for name in ("Location", "Retry-After", "Content-Type"):
        assert second.headers[name] == first.headers[name]
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert jobs_of(database, account) == [first.get_json()["job_id"]]


def test_a_key_is_the_same_bare_and_quoted(client: CheckedClient) -> None:
    assert post(client, "order-1").data == post(client, '"order-1"').data


def test_the_same_key_with_another_body_is_refused(client: CheckedClient, rows: Callable[[], Counts]) -> None:
    post(client, "order-1")
    before = rows()
    assert post(client, "order-1", cutoff=61).status_code == 422
    assert rows() == before


def test_another_key_makes_another_job(client: CheckedClient, database: Database, account: Account) -> None:
    post(client, "order-1")
    post(client, "order-2")
    assert len(jobs_of(database, account)) == 2


def test_two_organisations_keys_have_nothing_to_do_with_each_other(
    client: CheckedClient, rival: CheckedClient
) -> None:
    assert (
        post(client, "order-1").get_json()["job_id"] != post(rival, "order-1", cutoff=61).get_json()["job_id"]
    )


def test_a_key_whose_request_is_running_gets_a_conflict(
    client: CheckedClient, monkeypatch: pytest.MonkeyPatch, database: Database, account: Account
) -> None:
    entered, go_on = threading.Event(), threading.Event()
    reserve = idempotency.reserve

    def reserved(*arguments: Any) -> Any:
        # The key is committed and the job not yet begun: SQLite has one writer at a time.
        answer = reserve(*arguments)
        if answer is None:
            entered.set()
            assert go_on.wait(20)
        return answer

    monkeypatch.setattr(idempotency, "reserve", reserved)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, client_of(client.application, account.key), "order-1")
        assert entered.wait(20)
        try:
            assert post(client, "order-1").status_code == 409
            assert post(client, "order-1", cutoff=61).status_code == 422
        finally:
            go_on.set()
        assert first.result().status_code == 202
    assert post(client, "order-1").data == first.result().data
    assert len(jobs_of(database, account)) == 1


@pytest.mark.parametrize("key", ["", '""', "   ", "k" * 256, "ké", "a\tb"])
def test_a_bad_key_is_refused(client: CheckedClient, rows: Callable[[], Counts], key: str) -> None:
    before = rows()
    response = post(client, key)
    assert response.status_code == 400
    assert "Idempotency-Key" in response.get_json()["error"]
    assert rows() == before


def test_a_key_of_255_characters_is_taken(client: CheckedClient) -> None:
    assert post(client, "k" * 255).status_code == 202


def test_a_refused_request_leaves_its_key_free(client: CheckedClient) -> None:
    assert post(client, "order-1", cutoff=101).status_code == 400
    assert post(client, "order-1").status_code == 202


def test_a_request_that_broke_off_leaves_its_key_free(
    client: CheckedClient,
    app: Flask,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    rows: Callable[[], Counts],
) -> None:
    def broken(*_: Any) -> list[str]:
        raise RuntimeError("the test breaks it off")

    before = rows()
    with monkeypatch.context() as patch:
        patch.setattr(task_executions, "accept", broken)
        unchecked = app.test_client()
        headers = {**account.headers, "Idempotency-Key": "order-1"}
        assert unchecked.post(GENERATE, json=BODY, headers=headers).status_code == 500
    assert rows() == before
    assert post(client, "order-1").status_code == 202


def test_a_key_may_be_used_for_something_else_after_a_day(client: CheckedClient) -> None:
    first = post(client, "order-1").get_json()["job_id"]
    later = utcnow() + timedelta(hours=24, seconds=1)
    set_clock(lambda: later)
    assert post(client, "order-1", cutoff=61).get_json()["job_id"] != first


def test_a_key_whose_process_died_is_free_after_two_minutes(
    client: CheckedClient, database: Database, account: Account
) -> None:
    owner = Owner(account.organization_id)
    assert idempotency.reserve(database, owner.organization_id, owner.stored("order-1"), "x") is None
    assert post(client, "order-1").status_code == 422
    later = utcnow() + timedelta(minutes=2, seconds=1)
    set_clock(lambda: later)
    assert post(client, "order-1").status_code == 202


def test_eight_requests_at_once_with_one_key_make_one_job(
    app: Flask, database: Database, account: Account
) -> None:
    together = threading.Barrier(8)

    def send() -> TestResponse:
        client = client_of(app, account.key)
        together.wait(20)
        return post(client, "order-1")

    with ThreadPoolExecutor(8) as pool:
        answers = [done.result() for done in [pool.submit(send) for _ in range(8)]]
    accepted = [answer for answer in answers if answer.status_code == 202]
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.get_json()["job_id"] for answer in accepted}) == 1
    assert jobs_of(database, account) == [accepted[0].get_json()["job_id"]]


@contextmanager
def waiting(client: CheckedClient, database: Database, account: Account, prefer: str) -> Iterator[Any]:
    """A request that waits, in a thread; gives its job's id and its future."""
    known = set(jobs_of(database, account))
    with ThreadPoolExecutor(1) as pool:
        caller = client_of(client.application, account.key)
        answer = pool.submit(caller.post, GENERATE, json=BODY, headers={"Prefer": prefer})
        [job_id] = until(lambda: set(jobs_of(database, account)) - known, "the job is accepted")
        yield job_id, answer


@pytest.mark.parametrize(
    "prefer", ["wait=60", 'wait="60"', "respond-async, wait=60", "WAIT = 91", "wait=60; x=1"]
)
@pytest.mark.parametrize("ending", [complete, fail], ids=["completed", "failed"])
def test_who_waits_gets_the_status_document_as_soon_as_the_job_ends(
    client: CheckedClient, database: Database, account: Account, prefer: str, ending: Any
) -> None:
    with waiting(client, database, account, prefer) as (job_id, answer):
        ending(database, claim(database, job_id))
        response = answer.result(timeout=60)
    assert response.status_code == 200
    assert response.get_json() == client.get(f"{EXECUTIONS}/status/{job_id}").get_json()
    assert response.headers["Preference-Applied"] in ("wait=60", "wait=90")


def test_who_waits_in_vain_gets_the_202(client: CheckedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.generation_v2.LONGEST_WAIT", 0.05)
    response = client.post(GENERATE, json=BODY, headers={"Prefer": "wait=90"})
    assert response.status_code == 202
    assert response.get_json()["status"] == "pending"


@pytest.mark.parametrize(
    "prefer",
    ["wait=0", "wait", "wait=", "wait=-5", "wait=soon", "wait=5s", "wait=1.5", "await=60", "x=wait=60", ""],
)
def test_a_preference_that_is_malformed_or_zero_is_passed_over(client: CheckedClient, prefer: str) -> None:
    # A wait that was understood would last past the test's own time.
    response = client.post(GENERATE, json=BODY, headers={"Prefer": prefer})
    assert response.status_code == 202
    assert "Preference-Applied" not in response.headers


def test_no_wait_is_longer_than_90_seconds(app: Flask) -> None:
    from api.generation_v2 import wait_asked_for

    for prefer, seconds in (("wait=90", 90), ("wait=91", 90), ("wait=9999", 90), ("wait=30", 30)):
        with app.test_request_context(headers={"Prefer": prefer}):
            assert wait_asked_for() == seconds


@contextmanager
def no_place_to_wait(app: Flask) -> Iterator[None]:
    """All places to wait in are taken."""
    watch = app.extensions["assessgen"].watch
    with ExitStack() as places:
        with suppress(TooManyWaiting):
            while True:
                places.enter_context(watch.place())
        yield


def test_where_too_many_wait_one_more_is_sent_away_and_no_job_is_made(
    app: Flask, client: CheckedClient, rows: Callable[[], Counts]
) -> None:
    job_id = submit(client)
    with no_place_to_wait(app):
        before = rows()
        for response in (
            client.post(GENERATE, json=BODY, headers={"Prefer": "wait=60"}),
            client.post(GENERATE, json=BODY, headers={"Prefer": "wait=60", "Idempotency-Key": "order-1"}),
            client.get(f"{EXECUTIONS}/{job_id}/stream"),
        ):
            assert response.status_code == 503
            assert int(response.headers["Retry-After"]) >= 1
        assert rows() == before
        submit(client)


def test_a_wait_gives_its_place_back(
    app: Flask, client: CheckedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.generation_v2.LONGEST_WAIT", 0.001)
    places = app.extensions["assessgen"].watch._slots
    before = places._value
    assert client.post(GENERATE, json=BODY, headers={"Prefer": "wait=9"}).status_code == 202
    assert client.post(GENERATE, json={}, headers={"Prefer": "wait=9"}).status_code == 400
    assert places._value == before


def test_a_replay_waits_for_the_first_one_s_job(
    client: CheckedClient, database: Database, account: Account
) -> None:
    job_id = post(client, "order-1").get_json()["job_id"]
    complete(database, claim(database, job_id))
    headers = {"Idempotency-Key": "order-1", "Prefer": "wait=60"}
    response = client.post(GENERATE, json=BODY, headers=headers)
    assert (response.status_code, response.get_json()["id"]) == (200, job_id)
    with database.read() as session:
        count = select(func.count()).where(TaskExecution.organization_id == account.organization_id)
        assert session.scalar(count) == 1
