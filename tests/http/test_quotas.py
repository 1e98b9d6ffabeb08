"""An organisation's quota: how many jobs it may begin in a day and have open, however it asks for them."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from models import quotas
from models.base import set_clock, table_of
from models.organizations import Organization, Quota, quota_of
from models.quotas import OPEN_RETRY_AFTER, OverQuota, Used
from models.session import Database
from models.task_executions import COMPLETED, FAILED, PENDING, PROCESSING, TASK_SCORING, TaskExecution
from tests.conftest import Account
from tests.contract.checked import CheckedClient, client_of
from tests.contract.fixtures import Counts
from tests.contract.jobs import EXECUTIONS, GENERATE, claim, fail
from tests.contract.verifications import ASYNC, RETAKE, Begin, refused
from tests.contract.verifications import GENERATE as QUESTIONS
from tests.jobs import submission
from tests.stack import BODY

BULK = f"{GENERATE}/bulk"
Limit = Callable[..., None]


@pytest.fixture
def limit(database: Database, app: Flask, account: Account) -> Limit:
    """Gives the organisation a quota, which counts at once."""

    def put(**quota: int | None) -> None:
        with database.transaction() as connection:
            row = table_of(Organization)
            connection.execute(update(row).where(row.c.id == account.organization_id).values(quota))
        app.extensions["assessgen"]._callers.clear()

    return put


def ids_of(database: Database, account: Account) -> list[str]:
    with database.read() as session:
        mine = TaskExecution.organization_id == account.organization_id
        return list(session.scalars(select(TaskExecution.id).where(mine)))


def put(database: Database, job_id: str, **values: Any) -> None:
    with database.transaction() as connection:
        row = table_of(TaskExecution)
        connection.execute(update(row).where(row.c.id == job_id).values(values))


# --- the rule -------------------------------------------------------------------------------------

NOON = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quota", "taken", "begun", "opened", "seconds"),
    [
        (Quota(0, 0), Used(9, 9), 9, 9, None),
        (Quota(5, 0), Used(4, 99), 1, 1, None),
        (Quota(5, 0), Used(5, 0), 1, 1, 43_200),
        (Quota(5, 0), Used(3, 0), 3, 3, 43_200),
        (Quota(5, 0), Used(9, 0), 1, 1, 43_200),
        (Quota(5, 0), Used(9, 0), 0, 1, None),
        (Quota(0, 5), Used(99, 4), 1, 1, None),
        (Quota(0, 5), Used(0, 5), 1, 1, OPEN_RETRY_AFTER),
        (Quota(0, 5), Used(0, 5), 0, 1, OPEN_RETRY_AFTER),
        (Quota(0, 5), Used(0, 0), 6, 6, OPEN_RETRY_AFTER),
        (Quota(5, 5), Used(5, 5), 1, 1, 43_200),
    ],
)
def test_a_quota_is_full_when_the_next_job_is_one_too_many(
    quota: Quota, taken: Used, begun: int, opened: int, seconds: int | None
) -> None:
    set_clock(lambda: NOON)
    if seconds is None:
        quotas._check(quota, taken, begun, opened)
        return
    with pytest.raises(OverQuota) as error:
        quotas._check(quota, taken, begun, opened)
    assert error.value.seconds == seconds
    assert str(error.value).endswith(".")


@pytest.mark.parametrize(
    ("own", "defaults", "counts"),
    [
        ((None, None), Quota(7, 8), Quota(7, 8)),
        ((1, None), Quota(7, 8), Quota(1, 8)),
        ((None, 2), Quota(7, 8), Quota(7, 2)),
        ((0, 0), Quota(7, 8), Quota(0, 0)),
        ((None, None), Quota(), Quota()),
    ],
)
def test_an_organisation_s_own_number_counts_before_the_installation_s(
    own: tuple[int | None, int | None], defaults: Quota, counts: Quota
) -> None:
    assert quota_of(*own, defaults) == counts


# --- every way to a job ---------------------------------------------------------------------------


def told(answer: TestResponse, seconds: range) -> str:
    """The sentence of the refusal."""
    assert answer.status_code == 429, answer.text
    assert int(answer.headers["Retry-After"]) in seconds
    body = answer.get_json()
    text: str = body["error"]["message"] if isinstance(body["error"], dict) else body["error"]
    return text


DAY, SOON = range(1, 86_401), range(OPEN_RETRY_AFTER, OPEN_RETRY_AFTER + 1)
WAYS: dict[str, Callable[[CheckedClient], TestResponse]] = {
    "one": lambda client: client.post(GENERATE, json=BODY),
    "one with a key": lambda client: client.post(GENERATE, json=BODY, headers={"Idempotency-Key": "k1"}),
    "one that waits": lambda client: client.post(GENERATE, json=BODY, headers={"Prefer": "wait=5"}),
    "many": lambda client: client.post(BULK, json={"briefs": [BODY]}),
    "many with a key": lambda client: client.post(
        BULK, json={"briefs": [BODY]}, headers={"Idempotency-Key": "k2"}
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("quota", "seconds"), [({"jobs_per_day": 2}, DAY), ({"open_jobs": 2}, SOON)])
def test_no_job_more_than_the_quota_is_accepted_and_nothing_is_changed(
    client: CheckedClient,
    rival: CheckedClient,
    limit: Limit,
    rows: Callable[[], Counts],
    way: str,
    quota: dict[str, int],
    seconds: range,
) -> None:
    limit(**quota)
    for _ in range(2):
        assert client.post(GENERATE, json=BODY).status_code == 202
    before = rows()
    for _ in range(2):
        assert "this asks for 1" in told(WAYS[way](client), seconds)
    assert rows() == before
    # Nobody else's jobs are its own, and reading is no job.
    assert rival.post(GENERATE, json=BODY).status_code == 202
    assert client.get(EXECUTIONS).status_code == 200


def test_of_a_bulk_all_jobs_are_accepted_or_none(
    client: CheckedClient, limit: Limit, rows: Callable[[], Counts]
) -> None:
    limit(jobs_per_day=5)
    assert client.post(BULK, json={"briefs": [BODY] * 3}).status_code == 202
    before = rows()
    assert "5 jobs a day (UTC): 2 are left today, and this asks for 3" in told(
        client.post(BULK, json={"briefs": [BODY] * 3}), DAY
    )
    assert rows() == before
    assert client.post(BULK, json={"briefs": [BODY] * 2}).status_code == 202


def test_a_question_s_replacement_is_a_job_like_any(
    client: CheckedClient, database: Database, account: Account, limit: Limit, work: Callable[[str], None]
) -> None:
    job_id = client.post(GENERATE, json=BODY).get_json()["job_id"]
    work(job_id)
    [assessment] = client.get("/api/v2/assessments").get_json()["assessments"]
    place = f"/api/v2/assessments/{assessment['assessment_id']}/questions"
    question = client.get(place).get_json()["questions"][0]
    limit(jobs_per_day=1)
    told(client.post(f"{place}/{question['question_id']}/replace"), DAY)
    assert ids_of(database, account) == [job_id]


@pytest.mark.parametrize(("quota", "seconds"), [({"jobs_per_day": 1}, DAY), ({"open_jobs": 1}, SOON)])
def test_a_verification_s_questions_are_a_job_too_and_those_there_are_are_shown(
    client: CheckedClient, limit: Limit, begin: Begin, quota: dict[str, int], seconds: range
) -> None:
    limit(**quota)
    first, second = begin().steps(), begin().steps()
    job_id = first.begin_job()
    answer = second.post(QUESTIONS, **ASYNC)
    refused(answer, 429, "QUOTA_EXCEEDED")
    told(answer, seconds)
    # To ask again for what is being made is no new job.
    assert first.begin_job() == job_id
    first.work(job_id)
    assert first.post(QUESTIONS).status_code == 200
    first.score(0)
    if "jobs_per_day" in quota:
        refused(first.post(RETAKE, **ASYNC), 429, "QUOTA_EXCEEDED")
    else:
        assert first.begin_job(RETAKE)


def test_a_retry_opens_a_job_and_begins_none(client: CheckedClient, database: Database, limit: Limit) -> None:
    job_id = client.post(GENERATE, json=BODY).get_json()["job_id"]
    fail(database, claim(database, job_id))
    retry = f"/api/v2/task-executions/{job_id}/retry"
    limit(jobs_per_day=2, open_jobs=1)
    assert client.post(GENERATE, json=BODY).status_code == 202
    told(client.post(retry), SOON)
    limit(jobs_per_day=2, open_jobs=2)
    assert client.post(retry).status_code == 202


# --- what counts ----------------------------------------------------------------------------------


def midnight() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.mark.parametrize(
    ("values", "today", "is_open"),
    [
        ({"status": PENDING}, 1, 1),
        ({"status": PROCESSING}, 1, 1),
        ({"status": COMPLETED}, 1, 0),
        ({"status": FAILED}, 1, 0),
        ({"created_at": midnight()}, 1, 1),
        ({"created_at": midnight() - timedelta(microseconds=1)}, 0, 1),
        ({"created_at": midnight() - timedelta(days=9), "status": COMPLETED}, 0, 0),
        ({"type": TASK_SCORING}, 0, 0),
    ],
)
def test_today_s_jobs_and_the_open_ones_count(
    client: CheckedClient,
    database: Database,
    account: Account,
    limit: Limit,
    values: dict[str, Any],
    today: int,
    is_open: int,
) -> None:
    job_id = client.post(GENERATE, json=BODY).get_json()["job_id"]
    put(database, job_id, **values)
    with database.connection() as connection:
        assert quotas.used(connection, account.organization_id) == Used(today, is_open)
    limit(jobs_per_day=1, open_jobs=0)
    assert client.post(GENERATE, json=BODY).status_code == (429 if today else 202)


@pytest.mark.parametrize("way", ["one", "one with a key", "many"])
def test_many_at_once_get_no_job_too_many(
    app: Flask, account: Account, other_account: Account, database: Database, limit: Limit, way: str
) -> None:
    limit(jobs_per_day=10)

    def ask(number: int) -> int:
        client = client_of(app, (account if number % 4 else other_account).key)
        headers = {"Idempotency-Key": f"at once {number}"} if way == "one with a key" else {}
        many = way == "many"
        body = {"briefs": [BODY]} if many else BODY
        return client.post(BULK if many else GENERATE, json=body, headers=headers).status_code

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(ask, range(60)))
    assert [statuses[number] for number in range(0, 60, 4)] == [202] * 15
    mine = [status for number, status in enumerate(statuses) if number % 4]
    assert (mine.count(202), mine.count(429)) == (10, 35)
    assert len(ids_of(database, account)) == 10


def test_two_processes_accept_no_job_too_many(
    app: Flask, account: Account, database: Database, limit: Limit
) -> None:
    limit(jobs_per_day=10)
    quota = Quota(jobs_per_day=10)

    def accept(_: int) -> int:
        other = Database(database.engine.url.render_as_string(hide_password=False))
        with other.transaction() as connection:
            wanted = [submission(account.organization_id, quota=quota) for _ in range(2)]
            found = quotas.accept_each(connection, wanted, set())
        other.dispose()
        return sum(isinstance(one, str) for one in found)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(accept, range(12))) == 10
    assert len(ids_of(database, account)) == 10


# --- without a quota, and what is shown -----------------------------------------------------------


def test_without_a_quota_nothing_is_counted(client: CheckedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("it was counted")

    monkeypatch.setattr(quotas, "_count", never)
    monkeypatch.setattr(quotas, "_lock", never)
    for way in WAYS.values():
        assert way(client).status_code == 202


def test_usage_tells_the_quota_where_there_is_one(client: CheckedClient, limit: Limit) -> None:
    assert client.get("/api/v2/usage").get_json()["quota"] is None
    limit(jobs_per_day=4)
    client.post(GENERATE, json=BODY)
    assert client.get("/api/v2/usage").get_json()["quota"] == {
        "jobs_per_day": 4,
        "jobs_today": 1,
        "open_jobs": None,
        "open_now": 1,
    }


def test_a_problem_document_tells_it_as_well(client: CheckedClient, limit: Limit) -> None:
    limit(open_jobs=1)
    client.post(GENERATE, json=BODY)
    answer = client.post(GENERATE, json=BODY, headers={"Accept": "application/problem+json"})
    assert answer.status_code == 429
    assert json.loads(answer.text)["detail"].startswith("This organisation may have 1 jobs under way at once")
