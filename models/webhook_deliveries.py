"""What an organisation sees of its webhooks' deliveries, and how they are sent again. Mails are not shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from models import paging
from models.base import parse_id, utcnow
from models.errors import Conflict, NotFound
from models.events import DEAD, MAILTO, PENDING, Delivery, DeliveryAttempt
from models.webhook_endpoints import DELETED, DISABLED, WebhookEndpoint

NO_SUCH_DELIVERY = "No webhook delivery has this id."


@dataclass(frozen=True)
class Wanted:
    """Which deliveries; None leaves a field open. Of two moments, `since` counts in and `until` does not."""

    status: str | None = None
    endpoint_id: str | None = None
    job_id: str | None = None
    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self, organization_id: str) -> list[ColumnElement[bool]]:
        """The same for a query."""
        tests = [*_of(organization_id)]
        if self.status is not None:
            tests.append(Delivery.status == self.status)
        if self.endpoint_id is not None:
            tests.append(Delivery.endpoint_id == self.endpoint_id)
        if self.job_id is not None:
            tests.append(Delivery.task_execution_id == self.job_id)
        if self.type is not None:
            tests.append(Delivery.body["type"].as_string() == self.type)
        if self.since is not None:
            tests.append(Delivery.created_at >= self.since)
        if self.until is not None:
            tests.append(Delivery.created_at < self.until)
        return tests


def _of(organization_id: str) -> list[ColumnElement[bool]]:
    # What was erased has no address any more.
    return [
        Delivery.organization_id == organization_id,
        Delivery.url != "",
        ~Delivery.url.startswith(MAILTO, autoescape=True),
    ]


def page(
    session: Session, organization_id: str, wanted: Wanted, after: tuple[datetime, str] | None, limit: int
) -> list[Delivery]:
    """Up to `limit` deliveries, newest first, from the place after the one given."""
    query = select(Delivery).where(*wanted.conditions(organization_id))
    return list(session.scalars(paging.newest_first(query, Delivery.created_at, Delivery.id, after, limit)))


def get(session: Session, organization_id: str, text: str, lock: bool = False) -> Delivery:
    """The organisation's delivery of that id; raises NotFound for anything else."""
    delivery_id = parse_id(text)
    query = select(Delivery).where(Delivery.id == delivery_id, *_of(organization_id))
    found = session.scalar(query.with_for_update() if lock else query) if delivery_id else None
    if found is None:
        raise NotFound(NO_SUCH_DELIVERY)
    return found


def attempts_of(session: Session, delivery: Delivery) -> list[DeliveryAttempt]:
    """The tries that were made, the first one first."""
    query = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery.id)
    return list(session.scalars(query.order_by(DeliveryAttempt.number)))


def replay(session: Session, delivery: Delivery) -> None:
    """Send it again, at once and under the same id, to where its endpoint is now; the schedule begins anew.

    Raises Conflict where its endpoint takes nothing.
    """
    if delivery.endpoint_id is not None:
        endpoint = session.get_one(WebhookEndpoint, delivery.endpoint_id)
        if endpoint.deleted_at is not None:
            raise Conflict(DELETED)
        if not endpoint.enabled:
            raise Conflict(DISABLED)
        delivery.url = endpoint.url
    for name, value in _anew(utcnow()).items():
        setattr(delivery, name, value)
    session.flush()
    session.refresh(delivery)


def replay_all(session: Session, organization_id: str, wanted: Wanted) -> int:
    """Send all of these again, each job's in their order; how many they are.

    Those of endpoints that take nothing are left out.
    """
    mine = WebhookEndpoint.id == Delivery.endpoint_id
    takes = exists().where(mine, WebhookEndpoint.enabled.is_(True), WebhookEndpoint.deleted_at.is_(None))
    current = select(WebhookEndpoint.url).where(mine).scalar_subquery()
    result = session.execute(
        update(Delivery)
        .where(*wanted.conditions(organization_id), or_(Delivery.endpoint_id.is_(None), takes))
        .values(**_anew(utcnow()), url=func.coalesce(current, Delivery.url))
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], result).rowcount


def _anew(now: datetime) -> dict[str, Any]:
    return {
        "status": PENDING,
        "schedule_start": Delivery.attempts,
        "next_attempt_at": now,
        "published_at": None,
        "delivered_at": None,
        "replayed_at": now,
    }


def erase(session: Session, which: ColumnElement[bool], said: str) -> None:
    """Empty deliveries and what was answered to them; what is not sent yet is never sent.

    One more attempt on a delivery makes whoever is sending it at this moment a stale run: what the receiver
    says to it is not stored.
    """
    session.execute(
        update(Delivery)
        .where(which, Delivery.status == PENDING)
        .values(status=DEAD, lease_expires_at=None, attempts=Delivery.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Delivery)
        .where(which)
        .values(url="", body={}, last_detail=said)
        .execution_options(synchronize_session=False)
    )
    these = select(Delivery.id).where(which)
    session.execute(
        delete(DeliveryAttempt)
        .where(DeliveryAttempt.delivery_id.in_(these))
        .execution_options(synchronize_session=False)
    )
