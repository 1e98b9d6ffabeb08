"""Signing, sending and the schedule of webhooks."""

import base64
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from models.organizations import new_webhook_secret as new_secret
from settings import VERSION
from tests.fakes.webhook_receiver import WebhookReceiver
from workers.delivery.webhooks import (
    SCHEDULE,
    Outcome,
    _retry_after,
    next_attempt,
    post,
    sign_headers,
)

BODY = json.dumps({"job_id": "1", "message": "é"}, ensure_ascii=False).encode()
NEW_SECRET, OLD_SECRET = new_secret(), new_secret()


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


def now() -> datetime:
    # The verifier compares with the machine's clock, so that a fixed one would not do here.
    return datetime.now(UTC)


def deliver(url: str, **changes: Any) -> Outcome:
    """Sign the body with one secret and post it, loopback allowed."""
    headers = sign_headers([NEW_SECRET], "msg_1", now(), BODY)
    values = {"allow_private": True, "timeout_seconds": 5.0}
    return post(url, headers, BODY, **(values | changes))


# --- signing ---------------------------------------------------------------------------------


def test_a_new_secret_holds_32_random_bytes() -> None:
    secret = new_secret()
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert secret != new_secret()


def test_the_headers_are_those_of_standard_webhooks() -> None:
    headers = sign_headers([NEW_SECRET], "msg_1", datetime(2026, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC), BODY)
    signature = headers.pop("webhook-signature")
    assert headers == {
        "content-type": "application/json",
        "user-agent": f"assessgen/{VERSION}",
        "webhook-id": "msg_1",
        "webhook-timestamp": "1767323045",
    }
    assert signature.startswith("v1,")


def test_the_signature_is_the_published_example() -> None:
    # From the reference implementations' own tests.
    headers = sign_headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))]
)
def test_a_timestamp_of_any_zone_is_signed_as_the_moment_it_is(zone: timezone) -> None:
    headers = sign_headers([NEW_SECRET], "msg_1", now().astimezone(zone), BODY)
    assert Webhook(NEW_SECRET).verify(BODY, headers)["job_id"] == "1"


def test_a_timestamp_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        sign_headers([NEW_SECRET], "msg_1", datetime(2026, 1, 2), BODY)  # noqa: DTZ001


def test_signing_without_a_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one secret"):
        sign_headers([], "msg_1", now(), BODY)


def test_while_a_secret_is_replaced_a_delivery_verifies_with_both(receiver: WebhookReceiver) -> None:
    headers = sign_headers([NEW_SECRET, OLD_SECRET], "msg_1", now(), BODY)
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert post(receiver.url(), headers, BODY, allow_private=True).kind == "delivered"
    assert receiver.verify(NEW_SECRET) == receiver.verify(OLD_SECRET) == [{"job_id": "1", "message": "é"}]
    with pytest.raises(WebhookVerificationError):
        receiver.verify(new_secret())


def test_a_changed_body_does_not_verify() -> None:
    headers = sign_headers([NEW_SECRET], "msg_1", now(), BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW_SECRET).verify(BODY.replace(b"1", b"2"), headers)


# --- outcomes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "detail"),
    [
        (200, "delivered", "The receiver answered 200 OK."),
        (201, "delivered", "The receiver answered 201 Created."),
        (202, "delivered", "The receiver answered 202 Accepted."),
        (204, "delivered", "The receiver answered 204 No Content."),
        (299, "delivered", "The receiver answered 299."),
        (301, "failed", "redirects are not followed"),
        (302, "failed", "redirects are not followed"),
        (304, "failed", "redirects are not followed"),
        (307, "failed", "redirects are not followed"),
        (308, "failed", "redirects are not followed"),
        (400, "failed", "a 2xx status is needed"),
        (401, "failed", "a 2xx status is needed"),
        (404, "failed", "a 2xx status is needed"),
        (409, "failed", "a 2xx status is needed"),
        (410, "gone", "nothing more is sent to this URL"),
        (429, "failed", "429 Too Many Requests"),
        (500, "failed", "500 Internal Server Error"),
        (503, "failed", "503 Service Unavailable"),
        (599, "failed", "answered 599; a 2xx status is needed"),
    ],
)
def test_the_status_decides_the_outcome(
    receiver: WebhookReceiver, status: int, kind: str, detail: str
) -> None:
    receiver.answer_with(status, headers={"location": receiver.url("/elsewhere"), "retry-after": "7"})
    outcome = deliver(receiver.url())
    assert (outcome.kind, outcome.status_code) == (kind, status)
    assert detail in outcome.detail
    assert outcome.retry_after == (7 if kind == "failed" else None)
    assert len(receiver.requests) == 1


def test_the_start_of_the_answer_is_kept_as_text_that_a_database_can_hold(receiver: WebhookReceiver) -> None:
    receiver.answer_with(500, body=b"no\0pe \xff " + "é".encode() * 2000)
    outcome = deliver(receiver.url())
    assert outcome.answer.startswith("no\ufffdpe \ufffd éé")
    assert len(outcome.answer.encode()) <= 1024 + 6


def test_the_duration_is_measured(receiver: WebhookReceiver) -> None:
    receiver.answer_with(200, delay=0.05)
    assert 50 <= deliver(receiver.url()).duration_ms < 5000


def test_a_timeout_is_a_failure(receiver: WebhookReceiver) -> None:
    receiver.answer_with(200, delay=30)
    outcome = deliver(receiver.url(), timeout_seconds=0.2)
    assert (outcome.kind, outcome.status_code, outcome.retry_after) == ("failed", None, None)
    assert outcome.detail == "127.0.0.1 did not finish its answer within 0.2 seconds."
    assert outcome.duration_ms >= 200


def test_a_blocked_address_is_a_failure(receiver: WebhookReceiver) -> None:
    outcome = deliver(receiver.url(), allow_private=False)
    assert (outcome.kind, outcome.status_code) == ("failed", None)
    assert "at a loopback address" in outcome.detail
    assert receiver.requests == []


def test_a_name_without_an_address_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    outcome = deliver("https://nowhere.example/hook")
    assert outcome.kind == "failed"
    assert "nowhere.example does not resolve" in outcome.detail


def test_a_connection_that_is_refused_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    outcome = deliver(f"http://127.0.0.1:{port}/hook")
    assert outcome.kind == "failed"
    assert "Connection refused" in outcome.detail


def test_an_untrusted_certificate_is_a_failure_and_a_trusted_one_is_not() -> None:
    with WebhookReceiver(tls_names=("127.0.0.1",)) as receiver:
        assert deliver(receiver.url(), ca_file=receiver.ca_file).kind == "delivered"
        outcome = deliver(receiver.url())
        assert outcome.kind == "failed"
        assert outcome.detail.startswith("No secure connection to 127.0.0.1: ")
        assert len(receiver.requests) == 1


def test_no_detail_tells_a_secret(receiver: WebhookReceiver) -> None:
    receiver.answer_with(302, headers={"location": "http://elsewhere.example/?token=hush"}, times=1)
    outcomes = [
        deliver(receiver.url("/hook?token=hush")),
        deliver(receiver.url("/hook?token=hush"), allow_private=False),
        deliver(f"http://me:hush@127.0.0.1:{receiver.port}/"),
        deliver("http://127.0.0.1:1/hook?token=hush"),
        deliver(receiver.url("/hook?token=hush").replace("http:", "https:")),
    ]
    for outcome in outcomes:
        assert outcome.kind == "failed"
        assert "hush" not in outcome.detail
        assert NEW_SECRET not in outcome.detail


# --- retry-after -----------------------------------------------------------------------------

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 120 ", 120),
        ("86400", 86400),
        ("86401", 86400),
        ("9" * 400, 86400),
        ("-5", None),
        ("1.5", None),
        ("٧", None),
        ("soon", None),
        ("", None),
        ("Fri, 99 Jan 2026 99:99:99 GMT", None),
        ("Fri, 02 Jan 2026 12:01:30 GMT", 90),
        ("Friday, 02-Jan-26 12:01:30 GMT", 90),
        ("Fri Jan  2 12:01:30 2026", 90),
        ("Fri, 02 Jan 2026 11:00:00 GMT", 0),
        ("Fri, 02 Jan 2099 12:00:00 GMT", 86400),
    ],
)
def test_retry_after_is_read_by_the_receivers_clock_and_capped(value: str, seconds: float | None) -> None:
    assert _retry_after({"retry-after": value, "date": format_datetime(NOON, usegmt=True)}) == seconds


def test_retry_after_without_the_receivers_clock_is_read_by_ours() -> None:
    value = format_datetime(now() + timedelta(seconds=100), usegmt=True)
    seconds = _retry_after({"retry-after": value})
    assert seconds is not None
    assert 90 < seconds <= 100


# --- schedule --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attempts_made", "hours"),
    [
        (1, 5 / 3600),
        (2, 5 / 60),
        (3, 0.5),
        (4, 2),
        (5, 5),
        (6, 10),
        (7, 14),
        (8, 20),
        (9, 24),
    ],
)
def test_the_schedule_grows_to_a_day(attempts_made: int, hours: float) -> None:
    wait = timedelta(hours=hours)
    assert next_attempt(attempts_made, None, 0.0) == wait
    assert next_attempt(attempts_made, 0.0, 0.0) == wait
    assert next_attempt(attempts_made, None, 0.5) == wait * 1.05
    latest = next_attempt(attempts_made, None, 0.999)
    assert latest is not None
    assert wait < latest < wait * 1.1


@pytest.mark.parametrize("attempts_made", [10, 11, 1000])
def test_after_the_last_attempt_there_is_none(attempts_made: int) -> None:
    assert len(SCHEDULE) == 9
    assert next_attempt(attempts_made, None, 0.0) is None
    assert next_attempt(attempts_made, 60.0, 0.0) is None


@pytest.mark.parametrize(
    ("attempts_made", "retry_after", "seconds"),
    [(1, 60.0, 60), (1, 4.0, 5), (2, 60.0, 300), (2, 301.0, 301), (9, 86400.0, 86400), (3, 86400.0, 86400)],
)
def test_retry_after_wins_when_longer(attempts_made: int, retry_after: float, seconds: float) -> None:
    assert next_attempt(attempts_made, retry_after, 0.0) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("attempts_made", "jitter"), [(0, 0.0), (-1, 0.0), (1, 1.0), (1, -0.1)])
def test_what_makes_no_sense_is_refused(attempts_made: int, jitter: float) -> None:
    with pytest.raises(ValueError):
        next_attempt(attempts_made, None, jitter)
