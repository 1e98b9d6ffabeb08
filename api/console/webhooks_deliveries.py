"""The pages of webhook deliveries: what was sent, what came back, and sending it again."""

import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.auth import caller
from api.console import guard
from api.console.pages import page
from api.console.webhooks_forms import filled, loaded, moments
from api.paging import cut, from_cursor
from api.schemas.webhooks_v2 import DeliveryQuerySchema, ReplaySchema
from api.services import services
from models import WebhookEndpoint, webhook_deliveries
from models.errors import Conflict, InvalidInput
from models.events import DEAD, DELIVERED, PENDING
from models.organizations import ADMIN
from models.webhook_deliveries import Wanted
from models.webhook_endpoints import EVENT_TYPES, MOST_ENDPOINTS, PING
from workers.queue import DELIVER

blueprint = Blueprint("deliveries", __name__, url_prefix="/deliveries", template_folder="templates")

TYPES = (*EVENT_TYPES, PING)
ASKED = ("status", "endpoint_id", "job_id", "type", "from", "to")
A_PAGE = 20


@blueprint.get("")
def index() -> Response:
    """Deliveries, newest first, by what is asked for."""
    asked = {name: text for name, text in filled(request.args.to_dict()).items() if name in ASKED}
    wanted = _wanted(asked, DeliveryQuerySchema(only=("status", "endpoint_id", "job_id")))
    after = from_cursor(request.args.get("cursor"))
    with services().database.read() as rows:
        found = webhook_deliveries.page(rows, caller().organization_id, wanted, after, A_PAGE + 1)
        endpoints = _endpoints(rows)
    shown, cursor = cut(found, A_PAGE)
    return page(
        "console/webhooks_deliveries.html",
        deliveries=shown,
        cursor=cursor,
        is_first=after is None,
        asked=asked,
        endpoints=endpoints,
        statuses=(PENDING, DELIVERED, DEAD),
        types=TYPES,
    )


@blueprint.get("/<delivery_id>")
def show(delivery_id: str) -> Response:
    """A delivery with its body and all attempts."""
    return _delivery_page(delivery_id)


def _delivery_page(delivery_id: str, problem: str = "", status: int = 200) -> Response:
    with services().database.read() as rows:
        found = webhook_deliveries.get(rows, caller().organization_id, delivery_id)
        attempts = webhook_deliveries.attempts_of(rows, found)
        endpoints = {one.id for one in _endpoints(rows)}
    return page(
        "console/webhooks_delivery.html",
        status,
        problem=problem,
        delivery=found,
        attempts=attempts,
        body=json.dumps(found.body, indent=2, ensure_ascii=False),
        endpoint_is_there=found.endpoint_id in endpoints,
    )


@blueprint.post("/<delivery_id>/replay")
def replay(delivery_id: str) -> AnyResponse:
    """Send a delivery again, at once."""
    try:
        with services().database.write() as rows:
            found = webhook_deliveries.get(rows, caller().organization_id, delivery_id, lock=True)
            webhook_deliveries.replay(rows, found)
    except Conflict as error:
        return _delivery_page(delivery_id, str(error), status=409)
    services().publisher.publish(DELIVER, found.channel)
    flash(gettext("It is on its way again. Load this page again to see what came back."))
    return redirect(url_for("webhooks_pages.deliveries.show", delivery_id=found.id), 303)


@blueprint.post("/replay")
def replay_all() -> AnyResponse:
    """Send all of these again; they go out within seconds."""
    wanted = _wanted(filled(request.form.to_dict()), ReplaySchema(only=("status", "endpoint_id")))
    with services().database.write() as rows:
        count = webhook_deliveries.replay_all(rows, caller().organization_id, wanted)
    message = ngettext("%(num)s delivery is sent again.", "%(num)s deliveries are sent again.", count)
    flash(message)
    return redirect(url_for("webhooks_pages.deliveries.index"), 303)


def _wanted(asked: dict[str, str], schema: Any) -> Wanted:
    """Which deliveries are asked for; `from` and `to` are days, both counted in. Raises InvalidInput."""
    data, errors = loaded(schema, {name: asked[name] for name in schema.fields if name in asked})
    kind = asked.get("type")
    if errors or (kind is not None and kind not in TYPES):
        raise InvalidInput(gettext("There are no such deliveries to ask for; go back and choose anew."))
    since, until = moments(asked.get("from"), asked.get("to"))
    ids = {name: str(data[name]) for name in ("endpoint_id", "job_id") if data.get(name) is not None}
    return Wanted(data["status"], type=kind, since=since, until=until, **ids)


def _endpoints(rows: Session) -> list[WebhookEndpoint]:
    """To choose from; who may not see endpoints gets none."""
    if not guard.may(ADMIN):
        return []
    return WebhookEndpoint.page(rows, caller().organization_id, None, MOST_ENDPOINTS)
