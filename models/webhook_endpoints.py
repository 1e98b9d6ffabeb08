"""An organisation's webhook endpoints: addresses that are told of all its events, or of some types."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import paging
from models.base import Base, Id, Json, iso_time, new_id, parse_id, table_of, utcnow
from models.channels import give_up_endpoint
from models.errors import Conflict, NotFound
from models.events import PENDING, Delivery, delivery_row
from models.organizations import SigningSecret, new_webhook_secret

NO_SUCH_ENDPOINT = "No webhook endpoint has this id."
DISABLED = "This webhook endpoint is disabled; set `enabled` to true first."
BY_OWNER = "It was disabled by its owner."
DELETED = "The webhook endpoint was deleted."
PING = "webhook_endpoint.ping"
# Each event is stored once more for each of them; whoever needs more wants a fan-out of their own.
MOST_ENDPOINTS = 20
EVENT_TYPES = (
    "task_execution.pending",
    "task_execution.progress",
    "task_execution.completed",
    "task_execution.failed",
    "verification.initiated",
    "verification.completed",
)
PREFIXES = ("task_execution.*", "verification.*")


class WebhookEndpoint(Base):
    """An address, and the events it is told of: types or prefixes as `task_execution.*`; none means all.

    `failing_since` is the first failure after the last success. One that is disabled says why.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index("ix_webhook_endpoints_list", "organization_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    url: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[Any]]
    enabled: Mapped[bool] = mapped_column(default=True)
    disabled_reason: Mapped[str | None] = mapped_column(Text)
    failing_since: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)
    deleted_at: Mapped[datetime | None]

    @classmethod
    def get(cls, session: Session, organization_id: str, text: str, lock: bool = False) -> "WebhookEndpoint":
        """The organisation's endpoint of that id; raises NotFound for anything else.

        With `lock` it is held until the transaction ends.
        """
        endpoint_id = parse_id(text)
        query = select(cls).where(
            cls.id == endpoint_id, cls.organization_id == organization_id, cls.deleted_at.is_(None)
        )
        found = session.scalar(query.with_for_update() if lock else query) if endpoint_id else None
        if found is None:
            raise NotFound(NO_SUCH_ENDPOINT)
        return found

    @classmethod
    def page(
        cls, session: Session, organization_id: str, after: tuple[datetime, str] | None, limit: int
    ) -> list["WebhookEndpoint"]:
        """Up to `limit` endpoints, newest first, from the place after the one given."""
        query = select(cls).where(cls.organization_id == organization_id, cls.deleted_at.is_(None))
        return list(session.scalars(paging.newest_first(query, cls.created_at, cls.id, after, limit)))

    def change(self, session: Session, **values: Any) -> None:
        """Set `url`, `description`, `events` or `enabled`.

        What waits goes to a new address too; of one that is disabled it is given up, to be replayed.
        """
        for name, value in values.items():
            setattr(self, name, value)
        self.updated_at = utcnow()
        if "url" in values:
            session.execute(
                update(Delivery)
                .where(Delivery.endpoint_id == self.id, Delivery.status == PENDING)
                .values(url=self.url)
                .execution_options(synchronize_session=False)
            )
        if values.get("enabled") is True:
            self.disabled_reason = self.failing_since = None
        if values.get("enabled") is False:
            self.disabled_reason = self.disabled_reason or BY_OWNER
            give_up_endpoint(session.connection(), self.id, self.disabled_reason)

    def delete(self, session: Session) -> None:
        """Delete it, softly; what waits is given up."""
        self.deleted_at = self.updated_at = utcnow()
        give_up_endpoint(session.connection(), self.id, DELETED)

    def rotate(self, session: Session, overlap: timedelta) -> str:
        """A new secret, shown this once; those that signed till now sign beside it for the overlap."""
        now = utcnow()
        ends = now + overlap
        session.execute(
            update(EndpointSecret)
            .where(
                EndpointSecret.endpoint_id == self.id,
                (EndpointSecret.expires_at.is_(None)) | (EndpointSecret.expires_at > ends),
            )
            .values(expires_at=ends)
            .execution_options(synchronize_session=False)
        )
        return _add_secret(session, self.id, now)

    def ping(self, session: Session) -> Delivery:
        """Put a ping in the outbox; raises Conflict where it is disabled."""
        if not self.enabled:
            raise Conflict(DISABLED)
        now = utcnow()
        body: Json = {"type": PING, "timestamp": iso_time(now), "data": {"endpoint_id": self.id}}
        # A channel of its own: it waits for nothing, and nothing waits for it.
        row = delivery_row(self.organization_id, new_id(), 1, self.url, body, now, endpoint_id=self.id)
        session.execute(insert(table_of(Delivery)), [row])
        return session.get_one(Delivery, row["id"])


class EndpointSecret(SigningSecret, Base):
    """A secret of one endpoint's."""

    __tablename__ = "endpoint_secrets"

    endpoint_id: Mapped[str] = mapped_column(ForeignKey("webhook_endpoints.id"), index=True)


def create(
    session: Session, organization_id: str, url: str, description: str, events: Sequence[str]
) -> tuple[WebhookEndpoint, str]:
    """Store an endpoint, with the secret that is shown this once. Raises Conflict for one too many."""
    if len(WebhookEndpoint.page(session, organization_id, None, MOST_ENDPOINTS)) == MOST_ENDPOINTS:
        raise Conflict(f"There are {MOST_ENDPOINTS} webhook endpoints, the most there can be; delete one.")
    now = utcnow()
    made = WebhookEndpoint(
        organization_id=organization_id,
        url=url,
        description=description,
        events=list(events),
        created_at=now,
        updated_at=now,
    )
    session.add(made)
    session.flush()
    return made, _add_secret(session, made.id, now)


def _add_secret(session: Session, endpoint_id: str, now: datetime) -> str:
    secret = new_webhook_secret()
    session.add(EndpointSecret(endpoint_id=endpoint_id, secret=secret, created_at=now))
    session.flush()
    return secret


@dataclass(frozen=True)
class Sender:
    """What sending to an endpoint needs: the secrets that sign now, newest first; or why nothing is sent."""

    secrets: tuple[str, ...]
    refusal: str | None


def sender(session: Session, endpoint_id: str) -> Sender:
    """How to send to the endpoint now."""
    endpoint = session.get_one(WebhookEndpoint, endpoint_id)
    if endpoint.deleted_at is not None:
        return Sender((), DELETED)
    if not endpoint.enabled:
        return Sender((), endpoint.disabled_reason or BY_OWNER)
    secrets = EndpointSecret.in_force(session, EndpointSecret.endpoint_id == endpoint_id)
    return Sender(tuple(secrets), None)
