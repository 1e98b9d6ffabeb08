"""API A: the addresses that are told of all of an organisation's events, or of some types."""

import json
from datetime import timedelta
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from api import presenters_webhooks as presenters
from api.auth import caller, require_key
from api.generation_v2 import address_problem
from api.idempotency import IDEMPOTENCY_KEY, answered
from api.paging import cut, from_cursor
from api.parsing import Blueprint
from api.schemas.common import PageSchema
from api.schemas.webhooks_v2 import (
    ENDPOINT_EXAMPLE,
    DeletedEndpointSchema,
    EndpointChangeSchema,
    EndpointPageSchema,
    EndpointWithSecretSchema,
    NewEndpointSchema,
    RotationSchema,
    WebhookDeliverySchema,
    WebhookEndpointSchema,
)
from api.services import services
from models import WebhookEndpoint, webhook_endpoints
from models.errors import InvalidInput
from models.idempotency import Answer
from workers.queue import DELIVER

blueprint = Blueprint(
    "webhook_endpoints",
    __name__,
    url_prefix="/api/v2/webhook-endpoints",
    description="Who is told of what happens.",
)
blueprint.before_request(require_key)


@blueprint.post("")
@blueprint.doc(operationId="createWebhookEndpoint", parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(NewEndpointSchema(), example=ENDPOINT_EXAMPLE)
@blueprint.response(201, EndpointWithSecretSchema)
@blueprint.refuses(400, 401, 409, 413, 415, 422)
def create(data: dict[str, Any]) -> Response:
    """Make an endpoint. The secret that signs what it gets is shown this once."""
    check_url(data)

    def make(session: Session) -> Answer:
        made, secret = webhook_endpoints.create(session, caller().organization_id, **data)
        body = {**presenters.endpoint(made), "secret": secret}
        return Answer(201, {"Location": f"{blueprint.url_prefix}/{made.id}"}, json.dumps(body))

    return answered(make)


@blueprint.get("")
@blueprint.doc(operationId="listWebhookEndpoints")
@blueprint.arguments(PageSchema(), location="query")
@blueprint.response(200, EndpointPageSchema)
@blueprint.refuses(400, 401)
def index(query: dict[str, Any]) -> Response:
    """Endpoints that are not deleted, newest first."""
    after, limit = from_cursor(query["cursor"]), query["limit"]
    with services().database.read() as session:
        rows = WebhookEndpoint.page(session, caller().organization_id, after, limit + 1)
    page, cursor = cut(rows, limit)
    return jsonify({"webhook_endpoints": [presenters.endpoint(one) for one in page], "next_cursor": cursor})


@blueprint.get("/<endpoint_id>")
@blueprint.doc(operationId="getWebhookEndpoint")
@blueprint.response(200, WebhookEndpointSchema)
@blueprint.refuses(401, 404)
def show(endpoint_id: str) -> Response:
    """An endpoint, without its secret."""
    with services().database.read() as session:
        found = WebhookEndpoint.get(session, caller().organization_id, endpoint_id)
    return jsonify(presenters.endpoint(found))


@blueprint.patch("/<endpoint_id>")
@blueprint.doc(operationId="changeWebhookEndpoint")
@blueprint.arguments(EndpointChangeSchema(), example={"enabled": True})
@blueprint.response(200, WebhookEndpointSchema)
@blueprint.refuses(400, 401, 404, 413, 415)
def change(data: dict[str, Any], endpoint_id: str) -> Response:
    """Change an endpoint. What waits goes to a new address too.

    One that is disabled gets nothing, and what waits for it is given up; `enabled: true` begins anew. What it
    has missed is in the feed of events, what was given up can be replayed.
    """
    check_url(data)
    with services().database.write() as session:
        found = WebhookEndpoint.get(session, caller().organization_id, endpoint_id, lock=True)
        found.change(session, **data)
    return jsonify(presenters.endpoint(found))


@blueprint.delete("/<endpoint_id>")
@blueprint.doc(operationId="deleteWebhookEndpoint")
@blueprint.response(200, DeletedEndpointSchema)
@blueprint.refuses(401, 404)
def delete(endpoint_id: str) -> Response:
    """Delete an endpoint. It gets nothing more; its deliveries stay in their list."""
    with services().database.write() as session:
        found = WebhookEndpoint.get(session, caller().organization_id, endpoint_id, lock=True)
        found.delete(session)
    return jsonify({"id": found.id, "deleted": True})


@blueprint.post("/<endpoint_id>/rotate-secret")
@blueprint.doc(operationId="rotateWebhookSecret", parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(RotationSchema(), required=False, example={"overlap_hours": 24})
@blueprint.response(200, EndpointWithSecretSchema)
@blueprint.refuses(400, 401, 404, 409, 413, 415, 422)
def rotate(data: dict[str, Any], endpoint_id: str) -> Response:
    """Make a new secret, shown this once. Until the overlap ends the old one signs beside it."""

    def make(session: Session) -> Answer:
        found = WebhookEndpoint.get(session, caller().organization_id, endpoint_id, lock=True)
        secret = found.rotate(session, timedelta(hours=data["overlap_hours"]))
        return Answer(200, {}, json.dumps({**presenters.endpoint(found), "secret": secret}))

    return answered(make)


@blueprint.post("/<endpoint_id>/ping")
@blueprint.doc(operationId="pingWebhookEndpoint", parameters=[IDEMPOTENCY_KEY])
@blueprint.response(202, WebhookDeliverySchema)
@blueprint.refuses(400, 401, 404, 409, 422)
def ping(endpoint_id: str) -> Response:
    """Send the endpoint a `webhook_endpoint.ping`; the answer's `id` is the delivery's."""
    channels: list[str] = []

    def make(session: Session) -> Answer:
        found = WebhookEndpoint.get(session, caller().organization_id, endpoint_id)
        sent = found.ping(session)
        channels.append(sent.channel)
        return Answer(202, {}, json.dumps(presenters.delivery(sent)))

    response = answered(make)
    for channel in channels:
        services().publisher.publish(DELIVER, channel)
    return response


def check_url(data: dict[str, Any]) -> None:
    """Raise InvalidInput for an address that no webhook can go to."""
    message = address_problem(data.get("url"), services().settings.allow_private_webhooks)
    if message is not None:
        raise InvalidInput(f"url: {message}", {"url": [message]})
