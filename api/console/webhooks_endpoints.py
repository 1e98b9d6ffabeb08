"""The pages of webhook endpoints: made, changed, tried out, deleted; a secret is shown once."""

from datetime import timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from flask import Blueprint, Response, flash, redirect, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from api.auth import caller
from api.console import guard
from api.console.pages import page
from api.console.webhooks_forms import Errors, loaded
from api.schemas.webhooks_v2 import (
    LONGEST_OVERLAP_HOURS,
    EndpointChangeSchema,
    NewEndpointSchema,
    RotationSchema,
)
from api.services import services
from api.webhook_endpoints_v2 import check_url
from models import WebhookEndpoint, webhook_deliveries, webhook_endpoints
from models.errors import Conflict, InvalidInput
from models.organizations import ADMIN
from models.webhook_deliveries import Wanted
from models.webhook_endpoints import EVENT_TYPES, MOST_ENDPOINTS, PREFIXES
from workers.queue import DELIVER

blueprint = Blueprint("endpoints", __name__, template_folder="templates")

SHOWN_ONCE = "shown_once"
# In seconds: so long a secret waits, sealed in the cookie, for the page that shows it.
SECRET_KEPT = 300
LATEST = 5
USUAL_OVERLAP_HOURS = 24


@blueprint.before_request
def _check() -> None:
    """As in the API, all about endpoints is the admin's, but that there are such pages."""
    if request.endpoint != "webhooks_pages.endpoints.index":
        guard.require(ADMIN)


@blueprint.get("")
def index() -> Response:
    """The endpoints, newest first; for a key without the scope, where the deliveries are."""
    if not guard.may(ADMIN):
        return page("console/webhooks.html", endpoints=None)
    with services().database.read() as rows:
        found = WebhookEndpoint.page(rows, caller().organization_id, None, MOST_ENDPOINTS)
    return page("console/webhooks.html", endpoints=found, most=MOST_ENDPOINTS)


@blueprint.get("/new")
def new() -> Response:
    """Ask for a new endpoint."""
    return _form({"url": "", "description": "", "events": []})


@blueprint.post("/new")
def create() -> AnyResponse:
    """Make an endpoint, and lead to its page, which shows the secret."""
    typed = _typed()
    data, errors = _checked(NewEndpointSchema(), typed)
    if errors:
        return _form(typed, errors, status=422)
    try:
        with services().database.write() as rows:
            made, secret = webhook_endpoints.create(rows, caller().organization_id, **data)
    except Conflict as error:
        return _form(typed, {"": str(error)}, status=409)
    return _led_to_secret(made.id, secret)


@blueprint.get("/endpoints/<endpoint_id>")
def show(endpoint_id: str) -> Response:
    """An endpoint; right after its secret was made, that too."""
    return _endpoint_page(endpoint_id)


@blueprint.post("/endpoints/<endpoint_id>")
def change(endpoint_id: str) -> AnyResponse:
    """Change where it is, what it is called, and what it is told of."""
    typed = _typed()
    data, errors = _checked(EndpointChangeSchema(), typed)
    if errors:
        return _endpoint_page(endpoint_id, typed, errors, status=422)
    _change(endpoint_id, **data)
    flash(gettext("The endpoint is changed."))
    return _led_to(endpoint_id)


@blueprint.post("/endpoints/<endpoint_id>/enable")
def enable(endpoint_id: str) -> AnyResponse:
    """Send to it again."""
    _change(endpoint_id, enabled=True)
    flash(gettext("The endpoint is enabled. What was given up meanwhile can be sent again."))
    return _led_to(endpoint_id)


@blueprint.post("/endpoints/<endpoint_id>/disable")
def disable(endpoint_id: str) -> AnyResponse:
    """Send nothing more to it."""
    _change(endpoint_id, enabled=False)
    flash(gettext("The endpoint is disabled, and what waited for it is given up."))
    return _led_to(endpoint_id)


@blueprint.post("/endpoints/<endpoint_id>/rotate")
def rotate(endpoint_id: str) -> AnyResponse:
    """Make a new secret; the old one signs beside it for some hours."""
    typed = request.form.get("overlap_hours", "").strip()
    hours = int(typed) if typed.isascii() and typed.isdigit() else typed
    data, errors = loaded(RotationSchema(), {"overlap_hours": hours})
    if errors:
        message = gettext("Write a whole number from 0 to %(most)s.", most=LONGEST_OVERLAP_HOURS)
        return _endpoint_page(endpoint_id, errors={"overlap_hours": message}, overlap=typed, status=422)
    with services().database.write() as rows:
        found = WebhookEndpoint.get(rows, caller().organization_id, endpoint_id, lock=True)
        secret = found.rotate(rows, timedelta(hours=data["overlap_hours"]))
    return _led_to_secret(found.id, secret)


@blueprint.post("/endpoints/<endpoint_id>/ping")
def ping(endpoint_id: str) -> AnyResponse:
    """Send it a ping, and lead to that delivery's page."""
    with services().database.write() as rows:
        found = WebhookEndpoint.get(rows, caller().organization_id, endpoint_id)
        sent = found.ping(rows)
    services().publisher.publish(DELIVER, sent.channel)
    flash(gettext("A ping is on its way. Load this page again to see what came back."))
    return redirect(url_for("webhooks_pages.deliveries.show", delivery_id=sent.id), 303)


@blueprint.get("/endpoints/<endpoint_id>/delete")
def ask_to_delete(endpoint_id: str) -> Response:
    """Ask whether to delete it."""
    with services().database.read() as rows:
        found = WebhookEndpoint.get(rows, caller().organization_id, endpoint_id)
    return page("console/webhooks_delete.html", endpoint=found)


@blueprint.post("/endpoints/<endpoint_id>/delete")
def delete(endpoint_id: str) -> AnyResponse:
    """Delete it; its deliveries stay."""
    with services().database.write() as rows:
        found = WebhookEndpoint.get(rows, caller().organization_id, endpoint_id, lock=True)
        found.delete(rows)
    flash(gettext("The endpoint is deleted. Its deliveries stay in their list."))
    return redirect(url_for("webhooks_pages.endpoints.index"), 303)


def _change(endpoint_id: str, **values: Any) -> None:
    with services().database.write() as rows:
        found = WebhookEndpoint.get(rows, caller().organization_id, endpoint_id, lock=True)
        found.change(rows, **values)


def _typed() -> dict[str, Any]:
    return {
        "url": request.form.get("url", "").strip(),
        "description": request.form.get("description", "").strip(),
        "events": request.form.getlist("events"),
    }


def _checked(schema: Any, typed: dict[str, Any]) -> tuple[dict[str, Any], Errors]:
    """What the API's schema, and its rule on addresses, make of what was typed."""
    if not typed["url"]:
        return {}, {"url": gettext("Write the address that is to be told.")}
    data, errors = loaded(schema, typed)
    if errors:
        return data, errors
    try:
        check_url(data)
    except InvalidInput as error:
        return data, {name: messages[0] for name, messages in error.errors.items()}
    return data, {}


def _form(typed: dict[str, Any], errors: Errors | None = None, status: int = 200) -> Response:
    return page("console/webhooks_new.html", status, typed=typed, errors=errors or {}, choices=_choices())


def _choices() -> list[tuple[str, str]]:
    """What an endpoint may be told of: the word of the API, and what it means."""
    said = {
        "task_execution.*": gettext("everything about jobs"),
        "task_execution.pending": gettext("a job was accepted, or is tried again"),
        "task_execution.progress": gettext("a job has come further"),
        "task_execution.completed": gettext("a job is done"),
        "task_execution.failed": gettext("a job has failed or was cancelled"),
        "verification.*": gettext("everything about verifications"),
        "verification.initiated": gettext("a verification has begun"),
        "verification.completed": gettext("a verification has a result"),
    }
    return [(name, said.get(name, "")) for name in sorted((*PREFIXES, *EVENT_TYPES))]


def _endpoint_page(
    endpoint_id: str,
    typed: dict[str, Any] | None = None,
    errors: Errors | None = None,
    overlap: str = str(USUAL_OVERLAP_HOURS),
    status: int = 200,
) -> Response:
    owner = caller().organization_id
    with services().database.read() as rows:
        found = WebhookEndpoint.get(rows, owner, endpoint_id)
        wanted = Wanted(endpoint_id=found.id)
        latest = webhook_deliveries.page(rows, owner, wanted, None, LATEST)
    return page(
        "console/webhooks_endpoint.html",
        status,
        endpoint=found,
        latest=latest,
        secret=_secret_of(found.id),
        typed=typed or {"url": found.url, "description": found.description, "events": found.events},
        errors=errors or {},
        overlap=overlap,
        most_hours=LONGEST_OVERLAP_HOURS,
        choices=_choices(),
    )


def _led_to(endpoint_id: str) -> AnyResponse:
    return redirect(url_for("webhooks_pages.endpoints.show", endpoint_id=endpoint_id), 303)


def _led_to_secret(endpoint_id: str, secret: str) -> AnyResponse:
    """The endpoint's page will show the secret, to this browser and once."""
    session[SHOWN_ONCE] = services().seal.encrypt(f"{endpoint_id} {secret}".encode()).decode()
    return _led_to(endpoint_id)


def _secret_of(endpoint_id: str) -> str | None:
    """The secret that was just made for the endpoint, which is then forgotten."""
    sealed = session.get(SHOWN_ONCE)
    if sealed is None:
        return None
    try:
        of, _, secret = services().seal.decrypt(sealed, ttl=SECRET_KEPT).decode().partition(" ")
    except InvalidToken:
        of, secret = "", ""
    if of and of != endpoint_id:
        return None
    session.pop(SHOWN_ONCE)
    return secret or None
