"""What keys have changed of an organisation's: kept after each change, and read by its owner."""

import logging
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from api.auth import caller, require_key
from api.console import paths
from api.idempotency import REPLAYED
from api.parsing import Blueprint
from api.schemas.audit_v2 import AUDIT_EXAMPLE, AuditPageSchema, AuditQuerySchema
from api.scopes import SAFE
from api.services import services
from models import audit
from models.audit import AuditEntry
from models.base import iso_time
from models.organizations import Caller

log = logging.getLogger(__name__)

blueprint = Blueprint("audit", __name__, url_prefix="/api/v2", description="Who changed what.")
blueprint.before_request(require_key)
# The job or the session that these make says itself by whom it was asked for.
UNTOLD = frozenset({
    "generation.generate",
    "bulk.generate_bulk",
    "verifications.verify",
    "generate_pages.submit",
    # It changes nothing: the file is read and forgotten.
    "generate_pages.text",
})  # fmt: skip


@blueprint.get("/audit-log")
@blueprint.doc(operationId="listAuditEntries")
@blueprint.arguments(AuditQuerySchema(), location="query")
@blueprint.response(200, AuditPageSchema, example=AUDIT_EXAMPLE)
@blueprint.refuses(400, 401)
def index(query: dict[str, Any]) -> dict[str, Any]:
    """What was changed by keys and at the command line, newest first; `before` is an entry's id."""
    limit = query["limit"]
    with services().database.read() as session:
        rows = AuditEntry.page(session, caller().organization_id, query["before"], limit + 1)
    entries = [
        {
            "id": row.id,
            "actor": row.actor,
            "action": row.action,
            "subject": row.subject,
            "created_at": iso_time(row.created_at),
        }
        for row in rows[:limit]
    ]
    return {"entries": entries, "has_more": len(rows) > limit}


def register(app: Flask) -> None:
    """Keep an entry of each change that an organisation's key has made."""
    app.after_request(_keep)


def _keep(response: Response) -> Response:
    who: Caller | None = g.get("caller")
    endpoint = request.endpoint or ""
    is_change = request.method not in SAFE and endpoint not in UNTOLD
    # A page that has changed something leads on to another one.
    failed = response.status_code >= (400 if paths.is_page(request.path) else 300)
    if who is None or not is_change or failed or REPLAYED in response.headers:
        return response
    try:
        with services().database.write() as session:
            audit.record(session, who.organization_id, who.label, endpoint, **_subject(response))
    except SQLAlchemyError:
        # The change is made and must be answered as made; what it was is in the log then.
        log.exception("No audit entry: %s did %s %s.", who.label, endpoint, request.view_args)
    return response


def _subject(response: Response) -> dict[str, Any]:
    """The ids that the call named, and the one that it made."""
    made = response.get_json(silent=True) if response.status_code == 201 else None
    new = {"id": made["id"]} if isinstance(made, dict) and "id" in made else {}
    return {**(request.view_args or {}), **new}
