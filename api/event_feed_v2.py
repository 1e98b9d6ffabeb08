"""API A: all events of an organisation in one order, for whoever has missed a webhook or wants none."""

import base64
import binascii
from typing import Any

from flask import Response, jsonify

from api.auth import caller, require_key
from api.parsing import Blueprint
from api.presenters_webhooks import event
from api.schemas.webhooks_v2 import FeedPageSchema, FeedQuerySchema
from api.services import services
from models import event_feed
from models.errors import InvalidInput
from models.event_feed import Place

blueprint = Blueprint("events", __name__, url_prefix="/api/v2", description="What has happened, in order.")
blueprint.before_request(require_key)
# What either database counts with.
LARGEST = 2**63 - 1


@blueprint.get("/events")
@blueprint.doc(operationId="listEvents")
@blueprint.arguments(FeedQuerySchema(), location="query")
@blueprint.response(200, FeedPageSchema)
@blueprint.refuses(400, 401)
def index(query: dict[str, Any]) -> Response:
    """Events after a place, oldest first. Who follows `next` misses none and gets none twice."""
    after = _place(query["after"])
    with services().database.read() as session:
        page = event_feed.read(session, caller().organization_id, after, query["type"], query["limit"])
    return jsonify(
        {
            "events": [event(one) for one in page.events],
            "next": _cursor(page.next),
            "has_more": page.has_more,
        }
    )


def _cursor(place: Place) -> str:
    return base64.urlsafe_b64encode(f"{place.transaction_id} {place.id}".encode()).decode()


def _place(text: str | None) -> Place:
    if text is None:
        return Place()
    try:
        numbers = [int(one) for one in base64.urlsafe_b64decode(text.encode()).decode("ascii").split(" ")]
    except (binascii.Error, ValueError):
        numbers = []
    if len(numbers) != 2 or not all(0 <= number <= LARGEST for number in numbers):
        message = "It is not a cursor; take the `next` that the page before gave."
        raise InvalidInput(f"after: {message}", {"after": [message]})
    return Place(*numbers)
