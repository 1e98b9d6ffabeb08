"""Signs and sends one webhook, and says when to try again.

The headers and the schedule are those of Standard Webhooks (https://www.standardwebhooks.com).
Nothing here knows the database: the caller keeps the attempts.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final, Literal

from standardwebhooks import Webhook

from address_guard import BlockedAddress
from settings import VERSION
from workers.delivery import guarded_http
from workers.delivery.guarded_http import Answer, SendFailed

Kind = Literal["delivered", "failed", "gone"]

# The wait after the first attempt, the second, and so on: three days and a bit in all, so that a
# receiver that breaks on a Friday evening is reached on Monday.
SCHEDULE: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER_SHARE: Final = 0.1
# A receiver may ask for more patience, but not for more than the schedule's longest wait.
MAX_RETRY_AFTER_SECONDS: Final = 24 * 3600.0
KEPT_ANSWER_BYTES: Final = 1024


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt, of a mail as of a webhook.

    `gone` means that another try is of no use: the receiver wants no more (410), or a mail was
    refused for good. `status_code` is HTTP's or SMTP's, `detail` is a sentence without secrets,
    `retry_after` is in seconds, and `answer` is the first KiB of the body as text.
    """

    kind: Kind
    status_code: int | None
    detail: str
    retry_after: float | None
    duration_ms: int
    answer: str


def sign_headers(secrets: Sequence[str], message_id: str, timestamp: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a delivery, signed once with each secret.

    `message_id` stays the same across retries, `timestamp` is the attempt's, with its time zone.
    `body` is JSON in UTF-8, sent as it is signed. While a secret is being replaced, give both.
    """
    if not secrets:
        raise ValueError("A webhook needs at least one secret to be signed with.")
    if timestamp.tzinfo is None:
        raise ValueError("The timestamp of a webhook needs a time zone; use UTC.")
    # `sign` overwrites the time zone instead of converting it.
    moment = timestamp.astimezone(UTC)
    text = body.decode()
    return {
        "content-type": "application/json",
        "user-agent": f"assessgen/{VERSION}",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(message_id, moment, text) for secret in secrets),
    }


def post(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    allow_private: bool,
    timeout_seconds: float = guarded_http.TIMEOUT_SECONDS,
    ca_file: str | None = None,
) -> Outcome:
    """Send once and say what became of it; whatever the receiver or the network does is no error.

    An answer that is not whole at the deadline is a failure even when it began with a 2xx: sent
    twice is better than lost.
    """
    started_at = time.monotonic()
    try:
        answer = guarded_http.send(
            "POST",
            url,
            headers=headers,
            body=body,
            allow_private=allow_private,
            timeout_seconds=timeout_seconds,
            ca_file=ca_file,
        )
    except BlockedAddress as error:
        return _failed(str(error), None, started_at)
    except SendFailed as error:
        return _failed(str(error), error.status_code, started_at)
    return _outcome(answer, started_at)


def _failed(detail: str, status_code: int | None, started_at: float) -> Outcome:
    return Outcome("failed", status_code, detail, None, _milliseconds_since(started_at), "")


def _outcome(answer: Answer, started_at: float) -> Outcome:
    kind = _kind(answer.status_code)
    return Outcome(
        kind=kind,
        status_code=answer.status_code,
        detail=_detail(answer.status_code),
        retry_after=_retry_after(answer.headers) if kind == "failed" else None,
        duration_ms=_milliseconds_since(started_at),
        answer=_as_text(answer.body),
    )


def _kind(status_code: int) -> Kind:
    if 200 <= status_code < 300:
        return "delivered"
    return "gone" if status_code == HTTPStatus.GONE else "failed"


def _detail(status_code: int) -> str:
    said = f"The receiver answered {status_code}{_phrase(status_code)}"
    if 200 <= status_code < 300:
        return f"{said}."
    if 300 <= status_code < 400:
        return f"{said}; redirects are not followed, so register the URL it redirects to."
    if status_code == HTTPStatus.GONE:
        return f"{said}; nothing more is sent to this URL."
    return f"{said}; a 2xx status is needed."


def _phrase(status_code: int) -> str:
    """Return the standard phrase: the receiver's own is whatever it likes."""
    known = {status.value: f" {status.phrase}" for status in HTTPStatus}
    return known.get(status_code, "")


def _as_text(body: bytes) -> str:
    # PostgreSQL's text cannot hold a NUL.
    return body[:KEPT_ANSWER_BYTES].decode(errors="replace").replace("\0", "\ufffd")


def _milliseconds_since(started_at: float) -> int:
    return int((time.monotonic() - started_at) * 1000)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Retry-After asks for (RFC 9110, 10.2.3), from 0 to 24 h."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        # Digits enough for any wait, and few enough for float.
        seconds = float(value[:20])
    else:
        moment = _http_date(value)
        if moment is None:
            return None
        # By the receiver's own clock, when it tells it: it may run wrong.
        now = _http_date(headers.get("date", "")) or datetime.fromtimestamp(time.time(), UTC)
        seconds = (moment - now).total_seconds()
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        # What cannot be read asks for nothing; the schedule stands.
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def next_attempt(attempts_made: int, retry_after: float | None, jitter: float) -> timedelta | None:
    """Return how long to wait after this many attempts, or None when they were the last.

    `retry_after` (seconds) wins when longer. `jitter`, in [0, 1), adds up to a tenth, so that what
    failed together does not come back together; it is the caller's, so that this stays pure.
    """
    if attempts_made < 1:
        raise ValueError("The first attempt is due at once; ask for the next one after it was made.")
    if not 0 <= jitter < 1:
        raise ValueError(f"The jitter is {jitter}; give one from 0 up to, but not including, 1.")
    if attempts_made > len(SCHEDULE):
        return None
    wait = max(SCHEDULE[attempts_made - 1], timedelta(seconds=retry_after or 0))
    return wait * (1 + JITTER_SHARE * jitter)
