"""How often a key may call: counted exactly, by all processes together, and told in each answer."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from limits import RateLimitItemPerSecond

from api import create_app
from api.counting import Counter
from api.request_limits import RequestLimits, TooManyRequests
from models.base import new_id
from models.session import Database
from settings import Settings
from tests.conftest import REDIS, Account, needs_redis
from tests.contract.checked import client_of
from tests.contract.verifications import Begin, code_of, session_client
from tests.http.test_c_candidate import SESSION
from tests.sittings import exam, key
from tests.stack import free_port, until

JOBS = "/api/v2/task-executions"


# --- counting ----------------------------------------------------------------------------------


@pytest.fixture(params=["memory", needs_redis])
def broker(request: pytest.FixtureRequest) -> Iterator[str]:
    """The broker's address: the embedded one, or Redis without anybody's counts."""
    if request.param == "memory":
        yield "memory://localhost/"
        return
    with redis.Redis.from_url(REDIS) as client:
        yield REDIS
        for name in client.scan_iter("assessgen:requests:*"):
            client.delete(name)


def passed(limits: RequestLimits, who: str, times: int) -> int:
    """How many of so many requests pass."""
    count = 0
    for _ in range(times):
        try:
            limits.spend(who)
        except TooManyRequests:
            continue
        count += 1
    return count


@pytest.mark.parametrize("limit", [1, 7, 100, 250, 1000])
def test_as_many_requests_pass_as_the_limit_has(broker: str, limit: int) -> None:
    limits = RequestLimits(Counter(broker, "requests"), limit)
    assert passed(limits, new_id(), limit + 20) == limit


def test_each_answer_tells_what_is_left(broker: str) -> None:
    limits, who = RequestLimits(Counter(broker, "requests"), 250), new_id()
    found = [limits.spend(who) for _ in range(250)]
    assert [one.remaining for one in found if one] == list(range(249, -1, -1))
    assert {one.limit for one in found if one} == {250}
    assert all(1 <= one.seconds <= 60 for one in found if one)
    with pytest.raises(TooManyRequests, match="its 250 requests of this minute; go on in ") as refused:
        limits.spend(who)
    assert refused.value.left.remaining == 0


def test_no_key_counts_for_another(broker: str) -> None:
    limits = RequestLimits(Counter(broker, "requests"), 3)
    mine, other = new_id(), new_id()
    assert (passed(limits, mine, 9), passed(limits, other, 9)) == (3, 3)


def test_when_the_minute_is_over_the_count_begins_anew(broker: str) -> None:
    limits, who = RequestLimits(Counter(broker, "requests"), 3), new_id()
    limits._item = RateLimitItemPerSecond(3)
    assert passed(limits, who, 9) == 3
    until(lambda: passed(limits, who, 1), "the window ends")


def test_many_threads_let_no_request_more_pass(broker: str) -> None:
    limits, who = RequestLimits(Counter(broker, "requests"), 500), new_id()
    with ThreadPoolExecutor(16) as pool:
        counts = list(pool.map(lambda _: passed(limits, who, 50), range(16)))
    assert sum(counts) == 500


@pytest.mark.service
def test_processes_count_together_and_lose_no_more_than_a_handful_each() -> None:
    one, two = (RequestLimits(Counter(REDIS, "requests"), 1000) for _ in range(2))
    who = new_id()
    assert passed(one, who, 395) == 395
    assert 590 <= passed(two, who, 1000) <= 605
    # What the first has taken is still its own.
    assert passed(one, who, 20) == 5


def test_no_limit_tells_nothing_and_while_redis_is_away_all_pass() -> None:
    assert RequestLimits(Counter("memory://", "requests"), 0).spend("anybody") is None
    away = RequestLimits(Counter(f"redis://127.0.0.1:{free_port()}/0", "requests"), 1)
    assert [away.spend("anybody") for _ in range(5)] == [None] * 5


# --- over the wire -----------------------------------------------------------------------------


@pytest.fixture
def strict(database: Database, settings: Settings) -> Iterator[Flask]:
    """The web application with 20 requests a minute for an organisation and 2 for a person."""
    values = {name: value for name, value in vars(settings).items() if name != "secret_key"}
    limited = replace(Settings(**values), requests_per_minute=20, broker_url="memory://localhost/")
    app = create_app(limited)
    yield app
    app.extensions["assessgen"].close()


def told(client: FlaskClient, path: str) -> tuple[int, str | None, str | None]:
    """The status and the two headers."""
    answer = client.get(path)
    return answer.status_code, answer.headers.get("RateLimit-Policy"), answer.headers.get("RateLimit")


def test_a_key_is_told_its_limit_and_refused_beyond_it(
    strict: Flask, account: Account, other_account: Account
) -> None:
    client = client_of(strict, account.key)
    answers = [told(client, JOBS) for _ in range(20)]
    assert {(status, policy) for status, policy, _ in answers} == {(200, '"default";q=20;w=60')}
    assert [re.fullmatch(r'"default";r=(\d+);t=\d+', left or "")[1] for *_, left in answers] == [
        str(left) for left in range(19, -1, -1)
    ]
    refused = client.get(JOBS)
    assert refused.status_code == 429
    assert refused.get_json()["error"].startswith(
        "This key has made its 20 requests of this minute; go on in "
    )
    assert refused.headers["RateLimit"] == f'"default";r=0;t={refused.headers["Retry-After"]}'
    assert client_of(strict, other_account.key).get(JOBS).status_code == 200


def test_a_candidate_and_a_student_have_a_tenth_of_it(
    strict: Flask, database: Database, account: Account, begin: Begin
) -> None:
    candidate = client_of(strict, key(database, exam(database, account.organization_id).assessment_id)[1])
    assert [candidate.post(SESSION).status_code for _ in range(3)] == [200, 200, 429]
    student = session_client(strict, begin().token)
    answers = [student.get("/api/v1/skills?search=git") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert code_of(answers[-1]) == "TOO_MANY_REQUESTS"


def test_a_page_that_needs_no_key_has_no_limit(strict: Flask) -> None:
    client = strict.test_client()
    assert {told(client, "/healthz") for _ in range(30)} == {(200, None, None)}


@pytest.mark.parametrize("path", [JOBS, "/v1/assessments", "/api/v1/verifications", SESSION])
def test_wrong_keys_of_any_kind_are_counted_by_address(strict: Flask, account: Account, path: str) -> None:
    client = client_of(strict)
    wrong = [client.get(path, headers={"X-API-Key": f"ak_live_{new_id()}"}).status_code for _ in range(21)]
    assert wrong == [401] * 20 + [429]
    # Whoever has a right one goes on.
    assert client.get(JOBS, headers={"X-API-Key": account.key}).status_code == 200


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.7")])
def test_the_address_is_the_one_that_the_last_trusted_proxy_saw(
    settings: Settings, proxies: int, seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {name: value for name, value in vars(settings).items() if name != "secret_key"}
    app = create_app(replace(Settings(**values), trusted_proxies=proxies))
    counted: list[str] = []
    monkeypatch.setattr(app.extensions["assessgen"].guesses, "count", counted.append)
    headers = {"X-API-Key": "ak_live_wrong", "X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
    assert app.test_client().get(JOBS, headers=headers).status_code == 401
    assert counted == [seen]
    app.extensions["assessgen"].close()
