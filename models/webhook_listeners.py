"""Which endpoints are told of an event, and what becomes of an endpoint by what it answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from models.base import Json, derived_id, table_of, utcnow
from models.channels import give_up_endpoint
from models.events import Delivery, delivery_row, mail_row
from models.organizations import Organization
from models.webhook_endpoints import WebhookEndpoint

DISABLED_MAIL = "webhook_endpoint_disabled"
# Longer than the schedule of one delivery (three days and a bit): a receiver that is mended after a
# long weekend is not found disabled.
FAILING_FOR = timedelta(days=5)
FAILED_TOO_LONG = f"Every delivery has failed for {FAILING_FOR.days} days."

_endpoints = table_of(WebhookEndpoint)


@dataclass(frozen=True)
class Listener:
    """An enabled endpoint."""

    id: str
    url: str
    events: tuple[str, ...]

    def wants(self, kind: str) -> bool:
        """Whether it is told of events of this type."""
        return not self.events or any(matches(one, kind) for one in self.events)


Listeners = Mapping[str, Sequence[Listener]]


def matches(wanted: str, kind: str) -> bool:
    """Whether the type is the one that is wanted, or begins as `prefix.*` says."""
    return kind.startswith(wanted[:-1]) if wanted.endswith(".*") else kind == wanted


def listeners(connection: Connection, organization_ids: Iterable[str]) -> Listeners:
    """The enabled endpoints of the organisations, by organisation: one question for a whole batch."""
    ids = set(organization_ids)
    if not ids:
        return {}
    rows = connection.execute(
        select(_endpoints.c.id, _endpoints.c.organization_id, _endpoints.c.url, _endpoints.c.events)
        .where(
            _endpoints.c.organization_id.in_(ids),
            _endpoints.c.enabled.is_(True),
            _endpoints.c.deleted_at.is_(None),
        )
        .order_by(_endpoints.c.created_at, _endpoints.c.id)
    )
    found: dict[str, list[Listener]] = {}
    for row in rows:
        one = Listener(str(row.id), row.url, tuple(row.events))
        found.setdefault(str(row.organization_id), []).append(one)
    return found


def rows_for(
    known: Listeners,
    organization_id: str,
    sequence: int,
    body: Json,
    now: datetime,
    *,
    task_execution_id: str | None = None,
    verification_id: str | None = None,
) -> list[dict[str, Any]]:
    """The deliveries of an event, `body` with its `type`, to the endpoints that want it.

    Each endpoint has a channel for each job: the order holds in a job, and no job waits for another.
    """
    subject = task_execution_id or verification_id
    assert subject is not None
    return [
        delivery_row(
            organization_id,
            derived_id(one.id, subject),
            sequence,
            one.url,
            body,
            now,
            endpoint_id=one.id,
            task_execution_id=task_execution_id,
            verification_id=verification_id,
        )
        for one in known.get(organization_id, ())
        if one.wants(body["type"])
    ]


def note_success(connection: Connection, endpoint_id: str) -> None:
    """A delivery has got through: what failed before is forgotten."""
    connection.execute(
        update(_endpoints)
        .where(_endpoints.c.id == endpoint_id, _endpoints.c.failing_since.is_not(None))
        .values(failing_since=None)
    )


def note_failure(connection: Connection, endpoint_id: str) -> str | None:
    """A delivery has failed; why the endpoint is disabled now, or None where it goes on."""
    now = utcnow()
    connection.execute(
        update(_endpoints)
        .where(_endpoints.c.id == endpoint_id, _endpoints.c.failing_since.is_(None))
        .values(failing_since=now)
    )
    since = connection.scalar(select(_endpoints.c.failing_since).where(_endpoints.c.id == endpoint_id))
    if since is None or since > now - FAILING_FOR:
        return None
    return disable(connection, endpoint_id, FAILED_TOO_LONG)


def disable(connection: Connection, endpoint_id: str, reason: str) -> str | None:
    """Disable an endpoint, give up what waits for it, and put a mail to its owner in the outbox.

    The reason, or None where it was disabled or deleted already.
    """
    row = connection.execute(
        update(_endpoints)
        .where(
            _endpoints.c.id == endpoint_id,
            _endpoints.c.enabled.is_(True),
            _endpoints.c.deleted_at.is_(None),
        )
        .values(enabled=False, disabled_reason=reason, updated_at=utcnow())
        .returning(_endpoints.c.organization_id, _endpoints.c.url, _endpoints.c.description)
    ).one_or_none()
    if row is None:
        return None
    give_up_endpoint(connection, endpoint_id, reason)
    _mail_owner(connection, str(row.organization_id), row.url, row.description, reason)
    return reason


def _mail_owner(
    connection: Connection, organization_id: str, url: str, description: str, reason: str
) -> None:
    organization = table_of(Organization)
    owner = connection.execute(
        select(organization.c.name, organization.c.owner_email).where(organization.c.id == organization_id)
    ).one()
    if owner.owner_email is None:
        return
    # Without its query, which may hold a secret of the receiver's.
    values = {
        "organization": owner.name,
        "url": url.partition("?")[0],
        "description": description,
        "reason": reason,
    }
    row = mail_row(organization_id, owner.owner_email, DISABLED_MAIL, values, utcnow())
    connection.execute(insert(table_of(Delivery)), [row])
