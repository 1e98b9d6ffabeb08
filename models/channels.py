"""Channels of the outbox as a sender sees them: what comes first, what rests, what is given up untried."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import aliased

from models.base import utcnow
from models.events import DEAD, PENDING, ClaimedDelivery, Delivery, is_first

# The status with which a receiver says that it wants no more (RFC 9110, 15.5.11).
GONE = 410
SAID_GONE = "The receiver answered 410 Gone to an earlier one; nothing more is sent to this URL."


def end_gone(connection: Connection, channel: str) -> None:
    """Give up what came for an address of the channel since it said that it is gone (410).

    What its owner has asked for again is tried all the same.
    """
    told = aliased(Delivery)
    is_gone = (told.channel == channel, told.status == DEAD, told.last_status_code == GONE)
    connection.execute(
        update(Delivery)
        .where(
            Delivery.channel == channel,
            Delivery.status == PENDING,
            Delivery.replayed_at.is_(None),
            Delivery.lease_expires_at.is_(None),
            Delivery.url.in_(select(told.url).where(*is_gone)),
        )
        .values(status=DEAD, last_detail=SAID_GONE)
        .execution_options(synchronize_session=False)
    )


def heads(connection: Connection, channels: Sequence[str]) -> dict[str, str]:
    """Of the channels that have something to send: the address of what comes first."""
    rows = connection.execute(
        select(Delivery.channel, Delivery.url).where(
            Delivery.channel.in_(channels), Delivery.status == PENDING, is_first()
        )
    )
    return {str(row.channel): row.url for row in rows}


def put_off(connection: Connection, channels: Sequence[str], until: datetime) -> None:
    """Let what is due on the channels wait, without an attempt: the sweep takes it up when it is time."""
    now = utcnow()
    connection.execute(
        update(Delivery)
        .where(
            Delivery.channel.in_(channels),
            Delivery.status == PENDING,
            Delivery.next_attempt_at <= now,
            (Delivery.lease_expires_at.is_(None)) | (Delivery.lease_expires_at <= now),
            is_first(),
        )
        .values(next_attempt_at=until, published_at=None)
        .execution_options(synchronize_session=False)
    )


def give_up(connection: Connection, delivery: ClaimedDelivery, detail: str) -> None:
    """End a claimed delivery that was not tried: the claim's attempt does not count."""
    connection.execute(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.attempts == delivery.attempts)
        .values(status=DEAD, attempts=Delivery.attempts - 1, lease_expires_at=None, last_detail=detail)
        .execution_options(synchronize_session=False)
    )


def give_up_endpoint(connection: Connection, endpoint_id: str, detail: str) -> None:
    """Give up what waits for an endpoint; what is being sent at this moment ends as its answer says."""
    connection.execute(
        update(Delivery)
        .where(
            Delivery.endpoint_id == endpoint_id,
            Delivery.status == PENDING,
            Delivery.lease_expires_at.is_(None),
        )
        .values(status=DEAD, last_detail=detail)
        .execution_options(synchronize_session=False)
    )
