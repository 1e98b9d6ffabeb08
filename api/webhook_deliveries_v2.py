"""API A: what was sent to whom and what came back, and sending it again."""

import json
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from api import presenters_webhooks as presenters
from api.auth import caller, require_key
from api.idempotency import IDEMPOTENCY_KEY, answered
from api.paging import cut, from_cursor
from api.parsing import Blueprint
from api.schemas.webhooks_v2 import (
    DeliveryDetailSchema,
    DeliveryPageSchema,
    DeliveryQuerySchema,
    ReplayedSchema,
    ReplaySchema,
    WebhookDeliverySchema,
)
from api.services import services
from models import webhook_deliveries
from models.idempotency import Answer
from models.webhook_deliveries import Wanted
from workers.queue import DELIVER

blueprint = Blueprint(
    "webhook_deliveries",
    __name__,
    url_prefix="/api/v2/webhook-deliveries",
    description="What webhooks were sent, and what was answered.",
)
blueprint.before_request(require_key)


@blueprint.get("")
@blueprint.doc(operationId="listWebhookDeliveries")
@blueprint.arguments(DeliveryQuerySchema(), location="query")
@blueprint.response(200, DeliveryPageSchema)
@blueprint.refuses(400, 401)
def index(query: dict[str, Any]) -> Response:
    """Deliveries to endpoints and to addresses that jobs name, newest first."""
    after, limit = from_cursor(query["cursor"]), query["limit"]
    with services().database.read() as session:
        rows = webhook_deliveries.page(session, caller().organization_id, _wanted(query), after, limit + 1)
    page, cursor = cut(rows, limit)
    return jsonify({"webhook_deliveries": [presenters.delivery(one) for one in page], "next_cursor": cursor})


@blueprint.get("/<delivery_id>")
@blueprint.doc(operationId="getWebhookDelivery")
@blueprint.response(200, DeliveryDetailSchema)
@blueprint.refuses(401, 404)
def show(delivery_id: str) -> Response:
    """A delivery with its body and all attempts."""
    with services().database.read() as session:
        found = webhook_deliveries.get(session, caller().organization_id, delivery_id)
        attempts = webhook_deliveries.attempts_of(session, found)
    return jsonify(presenters.delivery_detail(found, attempts))


@blueprint.post("/<delivery_id>/replay")
@blueprint.doc(operationId="replayWebhookDelivery", parameters=[IDEMPOTENCY_KEY])
@blueprint.response(202, WebhookDeliverySchema)
@blueprint.refuses(400, 401, 404, 409, 422)
def replay(delivery_id: str) -> Response:
    """Send a delivery again, at once, with its id and body; the schedule of retries begins anew."""
    channels: list[str] = []

    def make(session: Session) -> Answer:
        found = webhook_deliveries.get(session, caller().organization_id, delivery_id, lock=True)
        webhook_deliveries.replay(session, found)
        channels.append(found.channel)
        return Answer(202, {}, json.dumps(presenters.delivery(found)))

    response = answered(make)
    for channel in channels:
        services().publisher.publish(DELIVER, channel)
    return response


@blueprint.post("/replay")
@blueprint.doc(operationId="replayWebhookDeliveries", parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(ReplaySchema(), example={"status": "dead"})
@blueprint.response(202, ReplayedSchema)
@blueprint.refuses(400, 401, 409, 413, 415, 422)
def replay_all(data: dict[str, Any]) -> Response:
    """Send all of these again, each job's in their order. They go out within seconds.

    Those of endpoints that are disabled or deleted are left out.
    """

    def make(session: Session) -> Answer:
        count = webhook_deliveries.replay_all(session, caller().organization_id, _wanted(data))
        return Answer(202, {}, json.dumps({"replayed": count}))

    return answered(make)


def _wanted(data: dict[str, Any]) -> Wanted:
    ids = {name: str(data[name]) for name in ("endpoint_id", "job_id") if data.get(name) is not None}
    return Wanted(data["status"], since=data["since"], until=data["until"], **ids)
