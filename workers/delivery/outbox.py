"""Sends what is in the outbox, channel by channel, in order: webhooks and mails."""

import json
import random
from datetime import timedelta

from models import events
from models.base import utcnow
from models.events import Attempted, ClaimedDelivery
from models.organizations import WebhookSecret
from models.session import Database
from workers.delivery import webhooks
from workers.delivery.mail import Mailer
from workers.delivery.webhooks import Outcome

# Longer than any try can take, so that a claim outlives its own sender only when that has died.
LEASE = timedelta(seconds=60)


class Outbox:
    """The deliveries of one database."""

    def __init__(self, database: Database, allow_private: bool, mailer: Mailer) -> None:
        self._database = database
        self._allow_private = allow_private
        self._mailer = mailer

    def drain(self, channel: str) -> None:
        """Send the channel's due deliveries in order, until one fails or none is left."""
        while (delivery := self._claim(channel)) is not None:
            attempted, gone = self._send(delivery)
            with self._database.transaction() as connection:
                events.record_attempt(connection, delivery, attempted)
                if gone:
                    events.abandon_channel(connection, channel, attempted.detail)
            if not attempted.delivered:
                return

    def _claim(self, channel: str) -> ClaimedDelivery | None:
        with self._database.transaction() as connection:
            return events.claim_next(connection, channel, LEASE)

    def _send(self, delivery: ClaimedDelivery) -> tuple[Attempted, bool]:
        address = events.mail_address(delivery.url)
        if address is None:
            outcome = self._post(delivery)
        else:
            outcome = self._mailer.send(delivery.message_id, address, delivery.body)
        return _attempted(delivery, outcome), outcome.kind == "gone"

    def _post(self, delivery: ClaimedDelivery) -> Outcome:
        body = json.dumps(delivery.body, separators=(",", ":"), ensure_ascii=False).encode()
        with self._database.read() as session:
            secrets = WebhookSecret.valid(session, delivery.organization_id)
        headers = webhooks.sign_headers(secrets, delivery.message_id, utcnow(), body)
        return webhooks.post(delivery.url, headers, body, allow_private=self._allow_private)


def _attempted(delivery: ClaimedDelivery, outcome: Outcome) -> Attempted:
    if outcome.kind == "delivered":
        return Attempted(True, outcome.status_code, outcome.detail, None)
    wait = None
    if outcome.kind == "failed":
        wait = webhooks.next_attempt(delivery.attempts, outcome.retry_after, random.random())
    return Attempted(False, outcome.status_code, outcome.detail, utcnow() + wait if wait else None)
