"""What tests of webhook endpoints share."""

from typing import Any

from sqlalchemy import select

from models import webhook_endpoints
from models.base import new_id, table_of
from models.events import Delivery
from models.session import Database
from models.webhook_endpoints import WebhookEndpoint
from tests.jobs import organization

HOOK = "https://hooks.example/all"


def owner(database: Database) -> str:
    """An organisation that nobody has used before."""
    return organization(database, f"Owner {new_id()}")


def endpoint(database: Database, organization_id: str, url: str = HOOK, *events: str) -> tuple[str, str]:
    """A new endpoint's id and its secret."""
    with database.write() as session:
        made, secret = webhook_endpoints.create(session, organization_id, url, "Ours", events)
    return made.id, secret


def stored(database: Database, endpoint_id: str) -> WebhookEndpoint:
    """The endpoint as it is stored."""
    with database.read() as session:
        return session.get_one(WebhookEndpoint, endpoint_id)


def deliveries(database: Database, **of: Any) -> list[Any]:
    """The deliveries whose columns have these values, oldest first."""
    table = table_of(Delivery)
    query = select(table).where(*(table.c[name] == value for name, value in of.items()))
    with database.connection() as connection:
        return list(connection.execute(query.order_by(table.c.created_at, table.c.sequence, table.c.id)))


def channels_of(database: Database, endpoint_id: str) -> list[str]:
    """The channels on which something was put for the endpoint."""
    return list(dict.fromkeys(str(row.channel) for row in deliveries(database, endpoint_id=endpoint_id)))
