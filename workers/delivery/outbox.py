"""Sends what is in the outbox, channel by channel, in order: webhooks and mails."""

import json
import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection

import traces
from models import channels, events, webhook_endpoints, webhook_listeners
from models.base import utcnow
from models.events import Attempted, ClaimedDelivery
from models.organizations import WebhookSecret
from models.session import Database
from workers.delivery import webhooks
from workers.delivery.mail import Mailer
from workers.delivery.webhooks import Outcome

log = logging.getLogger(__name__)

# Longer than any try can take, so that a claim outlives its own sender only when that has died.
LEASE = timedelta(seconds=60)
# What an endpoint is disabled with that says 410.
ENDPOINT_GONE = "The receiver answered 410 Gone."

Report = Callable[[str, bool], None]


class Outbox:
    """The deliveries of one database.

    `report` is told of each webhook's try: its URL, and whether it was answered.
    """

    def __init__(
        self,
        database: Database,
        allow_private: bool,
        mailer: Mailer,
        report: Report = lambda _url, _answered: None,
    ) -> None:
        self._database = database
        self._allow_private = allow_private
        self._mailer = mailer
        self._report = report

    def drain(self, channel: str) -> None:
        """Send the channel's due deliveries in order, until one fails or none is left."""
        with self._database.transaction() as connection:
            channels.end_gone(connection, channel)
        while (delivery := self._claim(channel)) is not None:
            if not self._try(channel, delivery):
                return

    def _claim(self, channel: str) -> ClaimedDelivery | None:
        with self._database.transaction() as connection:
            return events.claim_next(connection, channel, LEASE)

    def _try(self, channel: str, delivery: ClaimedDelivery) -> bool:
        """Send one and record what became of it; whether the next one has its turn."""
        started_at = utcnow()
        address = events.mail_address(delivery.url)
        if address is not None:
            outcome = self._mailer.send(delivery.message_id, address, delivery.body)
            return self._record(channel, delivery, outcome, started_at)
        secrets, refusal = self._secrets(delivery)
        if refusal is not None:
            with self._database.transaction() as connection:
                channels.give_up(connection, delivery, refusal)
            return True
        outcome = self._post(delivery, secrets)
        self._report(delivery.url, outcome.status_code is not None)
        return self._record(channel, delivery, outcome, started_at)

    def _secrets(self, delivery: ClaimedDelivery) -> tuple[Sequence[str], str | None]:
        """What signs the delivery; or why it is not sent."""
        with self._database.read() as session:
            if delivery.endpoint_id is None:
                return WebhookSecret.valid(session, delivery.organization_id), None
            sender = webhook_endpoints.sender(session, delivery.endpoint_id)
        return sender.secrets, sender.refusal

    def _post(self, delivery: ClaimedDelivery, secrets: Sequence[str]) -> Outcome:
        body = json.dumps(delivery.body, separators=(",", ":"), ensure_ascii=False).encode()
        headers = webhooks.sign_headers(secrets, delivery.message_id, utcnow(), body)
        if delivery.request_id is not None:
            headers["x-request-id"] = delivery.request_id
        told = _attributes(delivery)
        with traces.span("POST webhook", traces.CLIENT, told, delivery.traceparent) as span:
            if span.traceparent is not None:
                headers[traces.TRACEPARENT] = span.traceparent
            outcome = webhooks.post(delivery.url, headers, body, allow_private=self._allow_private)
            _tell(span, outcome)
            return outcome

    def _record(
        self, channel: str, delivery: ClaimedDelivery, outcome: Outcome, started_at: datetime
    ) -> bool:
        attempted = _attempted(delivery, outcome, started_at)
        with self._database.transaction() as connection:
            events.record_attempt(connection, delivery, attempted)
            if outcome.kind == "gone":
                events.abandon_channel(connection, channel, attempted.detail)
            if delivery.endpoint_id is not None:
                _judge(connection, delivery.endpoint_id, outcome)
        return attempted.delivered


def _attributes(delivery: ClaimedDelivery) -> dict[str, str | int]:
    """What a span tells of a try. Of the URL the host alone: what follows it may be a secret."""
    told: dict[str, str | int] = {
        "http.request.method": "POST",
        "server.address": urlsplit(delivery.url).hostname or "",
        "assessgen.delivery.message_id": delivery.message_id,
    }
    return told if delivery.attempts == 1 else {**told, "http.request.resend_count": delivery.attempts - 1}


def _tell(span: traces.Span, outcome: Outcome) -> None:
    if outcome.status_code is not None:
        span.set({"http.response.status_code": outcome.status_code})
    if outcome.kind != "delivered":
        span.fail(str(outcome.status_code or "no_answer"))


def _judge(connection: Connection, endpoint_id: str, outcome: Outcome) -> None:
    """Note how an endpoint does, and disable one that is gone or has failed for days."""
    if outcome.kind == "delivered":
        webhook_listeners.note_success(connection, endpoint_id)
        return
    if outcome.kind == "gone":
        reason = webhook_listeners.disable(connection, endpoint_id, ENDPOINT_GONE)
    else:
        reason = webhook_listeners.note_failure(connection, endpoint_id)
    if reason is not None:
        log.warning("Webhook endpoint %s is disabled: %s", endpoint_id, reason)


def _attempted(delivery: ClaimedDelivery, outcome: Outcome, started_at: datetime) -> Attempted:
    retry_at = None
    if outcome.kind == "failed":
        wait = webhooks.next_attempt(delivery.tries, outcome.retry_after, random.random())
        retry_at = utcnow() + wait if wait else None
    return Attempted(
        outcome.kind == "delivered",
        outcome.status_code,
        outcome.detail,
        retry_at,
        started_at,
        outcome.duration_ms,
        outcome.answer,
    )
