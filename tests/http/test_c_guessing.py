"""Wrong candidate keys: counted by address, and shut out for the rest of the minute."""

import math
import time
from collections.abc import Iterator

import pytest
import redis
from flask import Flask
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond

from api.guessing import WRONG_KEYS, Guesses, TooManyGuesses, network_of
from models.base import new_id
from models.credentials import ALPHABET, BODY_LENGTH, PREFIX_LENGTH
from models.session import Database
from tests.conftest import REDIS, Account, needs_redis
from tests.contract.checked import CheckedClient, client_of
from tests.http.test_c_candidate import SESSION, ok
from tests.sittings import exam, key
from tests.stack import free_port, until

MOST = WRONG_KEYS.amount


# --- over the wire -----------------------------------------------------------------------------


@pytest.fixture
def right(database: Database, account: Account) -> str:
    """A candidate key that is good."""
    return key(database, exam(database, account.organization_id).assessment_id)[1]


def guess(client: CheckedClient, text: str = "ck_live_" + "a" * 42) -> int:
    """The status that the key gets from the client's address."""
    return client.get(SESSION, headers={"X-API-Key": text}).status_code


def test_after_twenty_wrong_keys_in_a_minute_the_address_is_shut_out_with_right_ones_too(
    app: Flask, right: str
) -> None:
    here, there = client_of(app), client_of(app)
    assert [guess(here, f"ck_live_{new_id()}") for _ in range(MOST)] == [401] * MOST
    for text in ("ck_live_wrong", right):
        answer = here.post(SESSION, headers={"X-API-Key": text})
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert answer.get_json()["error"].startswith("Too many wrong keys")
    ok(there.post(SESSION, headers={"X-API-Key": right}))


def test_who_has_begun_goes_on_where_somebody_else_at_the_address_guesses(app: Flask, right: str) -> None:
    client = client_of(app)
    ok(client.post(SESSION, headers={"X-API-Key": right}))
    assert [guess(client) for _ in range(MOST + 1)][-1] == 429
    assert guess(client, right) == 200
    assert guess(client) == 429


def test_right_keys_and_requests_without_one_are_not_counted(app: Flask, right: str) -> None:
    client = client_of(app)
    assert [guess(client) for _ in range(MOST - 1)] == [401] * (MOST - 1)
    for _ in range(MOST):
        ok(client.post(SESSION, headers={"X-API-Key": right}))
        assert client.get(SESSION).status_code == 401
    assert [guess(client), guess(client)] == [401, 429]


def test_other_routes_go_on_for_an_address_that_is_shut_out(app: Flask, account: Account) -> None:
    client = client_of(app)
    assert [guess(client) for _ in range(MOST + 1)][-1] == 429
    assert client.get("/api/v2/assessments", headers={"X-API-Key": account.key}).status_code == 200


def test_a_key_has_far_more_than_sixty_random_bits_after_its_head() -> None:
    bits = (PREFIX_LENGTH + BODY_LENGTH) * math.log2(len(ALPHABET))
    assert math.floor(bits) == 244
    assert math.floor(BODY_LENGTH * math.log2(len(ALPHABET))) == 186
    assert not set("0O1lI") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET)


# --- the counts --------------------------------------------------------------------------------


@pytest.fixture(params=["memory", needs_redis])
def broker(request: pytest.FixtureRequest) -> Iterator[str]:
    """The broker's address: the embedded one, or Redis without anybody's counts."""
    if request.param == "memory":
        yield "memory://localhost/"
        return
    with redis.Redis.from_url(REDIS) as client:
        yield REDIS
        for name in client.scan_iter("assessgen:wrong-keys:*"):
            client.delete(name)


def shut(guesses: Guesses, address: str) -> int | None:
    """For how many seconds the address is shut out; None where it is not."""
    try:
        guesses.check(address)
    except TooManyGuesses as error:
        return error.seconds
    return None


def count(guesses: Guesses, address: str, times: int) -> int:
    """Count so many wrong keys; how many of them were one too many."""
    refused = 0
    for _ in range(times):
        try:
            guesses.count(address)
        except TooManyGuesses:
            refused += 1
    return refused


def test_an_address_is_shut_out_until_its_window_ends(broker: str) -> None:
    guesses = Guesses(broker, RateLimitItemPerSecond(3, 2))
    address = new_id()
    assert (count(guesses, address, 2), shut(guesses, address)) == (0, None)
    assert (count(guesses, address, 1), shut(guesses, address) in (1, 2)) == (0, True)
    assert count(guesses, address, 1) == 1
    until(lambda: shut(guesses, address) is None, "the window ends")
    until(lambda: count(guesses, address, 1) == 0, "the count begins anew")


def test_no_address_counts_for_another(broker: str) -> None:
    guesses = Guesses(broker, RateLimitItemPerMinute(3))
    mine, other = new_id(), new_id()
    assert count(guesses, mine, 5) == 2
    assert shut(guesses, other) is None
    assert shut(guesses, mine) in range(1, 61)


@pytest.mark.service
def test_processes_count_together_through_redis() -> None:
    one, two = Guesses(REDIS), Guesses(REDIS)
    address = new_id()
    assert (count(one, address, 12), count(two, address, 12)) == (0, 4)
    assert shut(two, address) is not None
    assert shut(one, address) is None
    assert count(one, address, 1) == 1
    assert shut(one, address) is not None


def test_while_redis_is_away_all_pass_and_it_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    guesses = Guesses(f"redis://127.0.0.1:{free_port()}/0", RateLimitItemPerMinute(1))
    started = time.monotonic()
    assert (count(guesses, "a", 50), shut(guesses, "a")) == (0, None)
    assert time.monotonic() - started < 2
    guesses._counter._away_until = time.monotonic()
    assert count(guesses, "a", 2) == 0
    assert len([line for line in caplog.messages if "wrong keys" in line]) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::1", "::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_one_caller_is_an_address_or_a_network_of_ipv6(address: str, network: str) -> None:
    assert network_of(address) == network
