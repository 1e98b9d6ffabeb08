"""`/v1/issues/import`: read from a forge's API, here one on the loopback."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from flask import Flask

from api import forge as forge_api
from tests.conftest import Account
from tests.contract.candidates import ISSUES, Json, task
from tests.contract.checked import CheckedClient, client_of
from tests.contract.fixtures import Counts
from tests.fakes import forge as github
from tests.fakes.forge import FakeForge, reply
from tests.fakes.webhook_receiver import Reply
from tests.jobs import standing_clock

Rows = Callable[[], Counts]
IMPORT = f"{ISSUES}/import"
TOKEN = "ghp_secretsecretsecret"
PLACE = "/repos/acme/orders/issues/42"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reach the loopback directly, whatever the environment says."""
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def use(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the forge's settings."""

    def settings(base_url: str, token: str = "") -> None:
        services = app.extensions["assessgen"]
        changed = replace(services.settings, forge_url=base_url, forge_token=token)
        monkeypatch.setattr(services, "settings", changed)

    return settings


@pytest.fixture
def forge(use: Callable[..., None]) -> Iterator[FakeForge]:
    """The forge that the application reads."""
    with FakeForge() as forge:
        use(forge.base_url)
        yield forge


@pytest.fixture
def url(forge: FakeForge) -> str:
    """An issue that is there."""
    return forge.has_issue("acme", "orders", 42)


def listed(client: CheckedClient, query: str = "") -> list[Json]:
    answer = client.get(f"{ISSUES}{query}")
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.get_json()["issues"]
    return found


def imported(client: CheckedClient, url: str, status: int = 201) -> Json:
    answer = client.post(IMPORT, json={"url": url})
    assert answer.status_code == status, answer.text
    found: Json = answer.get_json()
    return found


def test_an_issue_is_read_from_its_forge(client: CheckedClient, forge: FakeForge) -> None:
    url = forge.has_issue("acme", "orders", 42, labels=("bug", "good first issue"))
    made = imported(client, url)
    assert {name: value for name, value in made.items() if name not in ("id", "orgId")} == {
        "url": url,
        "repoUrl": "https://github.com/acme/orders",
        "title": "Export runs out of memory",
        "body": "The export loads all orders before it writes the first one.\r\n\r\nIt should stream them.",
        "labels": ["bug", "good first issue"],
        "language": "Python",
        "difficulty": "easy",
        "createdAt": made["createdAt"],
        "updatedAt": made["createdAt"],
    }
    assert listed(client) == [made]
    assert task(client, taskBrief=None, issueId=made["id"])["taskBrief"].startswith("Export runs")


def test_the_forge_is_asked_politely_and_without_a_token_anonymously(
    client: CheckedClient, forge: FakeForge, url: str, use: Callable[..., None]
) -> None:
    imported(client, url)
    use(forge.base_url, TOKEN)
    imported(client, url, 200)
    assert [request.path for request in forge.requests] == [
        f"/api/v3{PLACE}",
        "/api/v3/repos/acme/orders",
    ] * 2
    assert {request.method for request in forge.requests} == {"GET"}
    for request in forge.requests:
        assert request.headers["user-agent"].startswith("assessgen/")
        assert request.headers["accept"].startswith("application/vnd.github+json")
        assert request.headers["accept-encoding"] == "identity"
    tokens = [request.headers.get("authorization") for request in forge.requests]
    assert tokens == [None, None, f"Bearer {TOKEN}", f"Bearer {TOKEN}"]


def test_a_second_import_brings_the_issue_up_to_date_and_changes_no_task(
    client: CheckedClient, forge: FakeForge, url: str, rows: Rows
) -> None:
    with standing_clock() as clock:
        made = imported(client, url)
        own = task(client, issueId=made["id"])
        before = rows()
        clock.forward(seconds=9)
        forge.has_issue("acme", "orders", 42, title="Another title", labels=("hard",), language=None)
        again = imported(client, f"{url}/?tab=1#issuecomment-7", 200)
    assert rows() == before
    assert again == {
        **made,
        "title": "Another title",
        "labels": ["hard"],
        "difficulty": "hard",
        "language": None,
        "updatedAt": again["updatedAt"],
    }
    assert again["updatedAt"] > made["updatedAt"]
    assert client.get(f"/v1/assessments/{own['id']}").get_json() == {**own, "issue": again}


def test_each_organisation_has_its_own_and_two_imports_at_once_make_one(
    app: Flask, account: Account, client: CheckedClient, rival: CheckedClient, url: str
) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(
            threads.map(lambda _: client_of(app, account.key).post(IMPORT, json={"url": url}), range(4))
        )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert imported(rival, url)["id"] != listed(client)[0]["id"]
    assert len(listed(client)) == 1


# what the forge tells -> what is stored
TOLD: dict[str, tuple[Json, Json]] = {
    "a text that is null": ({"body": None}, {"body": ""}),
    "no labels": ({"labels": ()}, {"labels": []}),
    "nobody's language": ({"language": None}, {"language": None}),
    "a pull request that is null": ({"pull_request": None}, {"title": "Export runs out of memory"}),
    "what no database holds": ({"title": "A\0B \ud800"}, {"title": "AB"}),
    "too long a title": ({"title": "x" * 700}, {"title": "x" * 500}),
    "many comments": ({"comments": 15}, {"difficulty": "hard"}),
    "the renamed repository": (
        {"html_url": "https://github.com/acme/shop/issues/42"},
        {"url": "https://github.com/acme/shop/issues/42", "repoUrl": "https://github.com/acme/shop"},
    ),
    "no address of its own": ({"html_url": None}, {"url": "https://github.com/acme/orders/issues/42"}),
}


@pytest.mark.parametrize("case", TOLD)
def test_what_a_forge_tells_is_stored_as_far_as_it_can_be(
    client: CheckedClient, forge: FakeForge, case: str
) -> None:
    told, expected = TOLD[case]
    made = imported(client, forge.has_issue("acme", "orders", 42, **told))
    assert {name: made[name] for name in expected} == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "acme/orders#42",
        "http://github.com/acme/orders/issues/42",
        "https://github.com/acme/orders",
        "https://github.com/acme/orders/issues",
        "https://github.com/acme/orders/issues/0",
        "https://github.com/acme/orders/issues/x",
        "https://github.com/acme/orders/issues/42/more",
        "https://github.com/acme/orders/pull/42",
        "https://github.com/acme/orders/-/issues/42",
        "https://github.com/../orders/issues/42",
        "https://github.com/acme/../issues/42",
        "https://github.com/acme/%2e%2e/issues/42",
        "https://token@github.com/acme/orders/issues/42",
        "https://github.com/acme/orders/issues/4\n2",
        "ftp://github.com/acme/orders/issues/42",
        f"https://github.com/acme/{'x' * 101}/issues/42",
        f"https://github.com/acme/orders/issues/{'9' * 11}",
    ],
)
def test_an_address_of_anything_else_is_refused_and_nobody_is_called(
    client: CheckedClient, forge: FakeForge, rows: Rows, url: str
) -> None:
    before = rows()
    answer = client.post(IMPORT, json={"url": url})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (400, ["url"])
    assert forge.requests == []
    assert rows() == before


LATER, SOON = "takes no more calls", 1_800
# what the forge answers -> status, what the error says, Retry-After
ANSWERS: dict[str, tuple[Reply, int, str, str | None]] = {
    "no such issue": (github.NOT_FOUND, 400, "no such issue, or it is private", None),
    "a deleted one": (github.GONE, 400, "no such issue", None),
    "a moved one": (github.MOVED, 400, "has moved", None),
    "a pull request": (
        reply(200, github.issue("acme", "orders", 42, pull_request={"url": "https://x"})),
        400,
        "a pull request",
        None,
    ),
    "another forge's": (
        reply(200, github.issue("acme", "orders", 42, html_url="https://gitlab.com/acme/orders/issues/42")),
        400,
        "reads issues of gitlab.com, not of github.com",
        None,
    ),
    "the secondary limit": (github.SECOND_LIMIT, 502, LATER, "37"),
    "too many requests": (reply(429, github.LIMIT), 502, LATER, "60"),
    "a limit without end": (github.rate_limited(10**12), 502, LATER, "86400"),
    "a limit that is over": (github.rate_limited(1), 502, LATER, "1"),
    "a limit of no time": (
        reply(403, github.LIMIT, x_ratelimit_remaining="0", x_ratelimit_reset="soon"),
        502,
        LATER,
        "60",
    ),
    "a bad token": (github.BAD_TOKEN, 502, "refuses this installation", None),
    "a forbidden one": (github.FORBIDDEN, 502, "refuses this installation", None),
    "a broken forge": (github.BROKEN, 502, "status 502", None),
    "a forge that is away": (reply(503, {}, retry_after="120"), 502, "status 503", "120"),
    "away until no date": (reply(503, {}, retry_after="later"), 502, "status 503", "60"),
    "garbage": (reply(200, b"<html>"), 502, "can't be read", None),
    "a list": (reply(200, [1]), 502, "can't be read", None),
    "depths": (reply(200, b"[" * 100_000), 502, "can't be read", None),
    "bytes": (reply(200, b"\xff\xfe\xfd"), 502, "can't be read", None),
    "no issue": (reply(200, {"message": "hello"}), 502, "no title", None),
    "a huge one": (reply(200, {"title": "x", "body": "x" * 2**20}), 502, "too large", None),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_each_answer_of_the_forge_has_its_own_and_stores_nothing(
    client: CheckedClient,
    forge: FakeForge,
    url: str,
    use: Callable[..., None],
    rows: Rows,
    caplog: pytest.LogCaptureFixture,
    case: str,
) -> None:
    answer_of, status, said, retry_after = ANSWERS[case]
    use(forge.base_url, TOKEN)
    forge.put(PLACE, answer_of)
    before = rows()
    answer = client.post(IMPORT, json={"url": url}, headers={"Idempotency-Key": "import-1"})
    assert (answer.status_code, said in answer.get_json()["error"]) == (status, True), answer.text
    assert answer.headers.get("Retry-After") == retry_after
    assert ("errors" in answer.get_json()) == (status == 400)
    assert rows() == before
    assert [request.path for request in forge.requests] == [f"/api/v3{PLACE}"]
    assert TOKEN not in answer.text + caplog.text


def test_a_limit_s_end_is_told_in_seconds_from_now(client: CheckedClient, forge: FakeForge, url: str) -> None:
    with standing_clock() as clock:
        forge.put(PLACE, github.rate_limited(int(clock.now.timestamp()) + SOON))
        answer = client.post(IMPORT, json={"url": url})
        # The clock stands within a second.
        assert answer.headers["Retry-After"] == str(SOON)
        date = f"{clock.forward(seconds=SOON):%a, %d %b %Y %H:%M:%S} GMT"
        clock.forward(seconds=-SOON)
        forge.put(PLACE, reply(503, {}, retry_after=date))
        assert client.post(IMPORT, json={"url": url}).headers["Retry-After"] == str(SOON)


def test_what_the_repository_can_t_tell_keeps_the_issue_away_too(
    client: CheckedClient, forge: FakeForge, url: str, rows: Rows
) -> None:
    forge.put("/repos/acme/orders", github.SECOND_LIMIT)
    before = rows()
    assert client.post(IMPORT, json={"url": url}).headers["Retry-After"] == "37"
    assert rows() == before


def test_a_forge_that_does_not_answer_in_time_or_at_all_is_a_502(
    client: CheckedClient,
    forge: FakeForge,
    url: str,
    use: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    rows: Rows,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = rows()
    monkeypatch.setattr(forge_api, "TIMEOUT_SECONDS", 0.2)
    use(forge.base_url, TOKEN)
    forge.put(PLACE, reply(200, {}, delay=30.0))
    slow = client.post(IMPORT, json={"url": url})
    use("http://127.0.0.1:9", TOKEN)
    away = client.post(IMPORT, json={"url": url})
    use(forge.base_url, "line\nbreak")
    unsendable = client.post(IMPORT, json={"url": url})
    for answer in (slow, away, unsendable):
        assert (answer.status_code, answer.get_json()) == (
            502,
            {"error": "The forge did not answer; try again later."},
        )
    assert rows() == before
    assert TOKEN not in caplog.text
    assert "break" not in caplog.text


def test_a_redirect_is_not_followed_and_the_token_goes_nowhere_else(
    client: CheckedClient, forge: FakeForge, url: str, use: Callable[..., None]
) -> None:
    with FakeForge() as elsewhere:
        use(forge.base_url, TOKEN)
        forge.put(PLACE, reply(302, b"x" * 2**21, location=elsewhere.url(PLACE)))
        assert client.post(IMPORT, json={"url": url}).status_code == 400
        assert elsewhere.requests == []


def test_a_redirect_s_body_is_not_waited_for(
    client: CheckedClient, forge: FakeForge, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forge_api, "TIMEOUT_SECONDS", 0.2)
    endless = {"transfer_encoding": "chunked", "location": "https://github.com/"}
    forge.put(PLACE, reply(301, b"5\r\nhello\r\n", **endless))
    assert "has moved" in client.post(IMPORT, json={"url": url}).get_json()["error"]
    forge.put(PLACE, reply(200, b"5\r\nhello\r\n", **endless))
    assert client.post(IMPORT, json={"url": url}).status_code == 502


def test_an_answer_that_trickles_is_given_up_when_the_time_is_over(
    client: CheckedClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Eleven seconds from each look at the clock to the next.
    monkeypatch.setattr(forge_api, "monotonic", count(0, 11).__next__)
    answer = client.post(IMPORT, json={"url": url})
    assert (answer.status_code, answer.get_json()) == (
        502,
        {"error": "The forge did not answer in time; try again later."},
    )


def test_no_transaction_is_open_while_the_forge_is_read(
    app: Flask, client: CheckedClient, forge: FakeForge, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = app.extensions["assessgen"].database.engine.pool
    seen: list[int] = []

    def counting(self: FakeForge, request: Any) -> Reply:
        seen.append(pool.checkedout())
        return self.answers[request.path]

    monkeypatch.setattr(FakeForge, "record", counting)
    for key in ({}, {"Idempotency-Key": "import-1"}):
        assert client.post(IMPORT, json={"url": url}, headers=key).status_code in (200, 201)
    assert seen == [0, 0, 0, 0]


def test_a_repeated_import_with_its_key_asks_the_forge_once(
    client: CheckedClient, forge: FakeForge, url: str
) -> None:
    headers = {"Idempotency-Key": "import-1"}
    first = client.post(IMPORT, json={"url": url}, headers=headers)
    forge.put(PLACE, github.BROKEN)
    again = client.post(IMPORT, json={"url": url}, headers=headers)
    assert (first.status_code, again.status_code, again.data) == (201, 201, first.data)
    assert len(forge.requests) == 2
    # A failed one gives its key back.
    other = {"Idempotency-Key": "import-2"}
    assert client.post(IMPORT, json={"url": url}, headers=other).status_code == 502
    forge.has_issue("acme", "orders", 42)
    assert client.post(IMPORT, json={"url": url}, headers=other).status_code == 200


def test_nobody_calls_without_an_organisation_s_key(
    stranger: CheckedClient, forge: FakeForge, url: str, rows: Rows
) -> None:
    before = rows()
    answer = stranger.post(IMPORT, json={"url": url})
    assert (answer.status_code, answer.get_json()) == (401, {"error": "Invalid API key"})
    assert rows() == before
    assert forge.requests == []
