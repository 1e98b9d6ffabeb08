"""API C: open-source issues, of which tasks can be made."""

import json
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from api import presenters_c
from api.auth import caller, require_key
from api.forge import Forge
from api.idempotency import IDEMPOTENCY_KEY, answered
from api.paging import cut, from_cursor
from api.parsing import Blueprint
from api.schemas.oss_issues_v1 import (
    IMPORT_EXAMPLE,
    ISSUE_EXAMPLE,
    ImportIssueSchema,
    IssuesQuerySchema,
    NewIssueSchema,
    OssIssuePageSchema,
    OssIssueSchema,
)
from api.services import services
from models import OssIssue, oss_issues
from models.idempotency import Answer
from models.oss_issues import Wanted

blueprint = Blueprint(
    "oss_issues", __name__, url_prefix="/v1/issues", description="Open-source issues to make tasks of."
)
blueprint.before_request(require_key)


@blueprint.get("")
@blueprint.doc(operationId="listIssues")
@blueprint.arguments(IssuesQuerySchema(), location="query")
@blueprint.response(200, OssIssuePageSchema)
@blueprint.refuses(400, 401)
def index(query: dict[str, Any]) -> Response:
    """Issues, oldest first; `language` and `label` count in any case."""
    after, limit = from_cursor(query["cursor"]), query["limit"]
    wanted = Wanted(query["language"], query["difficulty"], query["label"])
    with services().database.read() as session:
        rows = OssIssue.page(session, caller().organization_id, wanted, after, limit + 1)
    page, cursor = cut(rows, limit)
    return jsonify({"issues": [presenters_c.issue(row) for row in page], "nextCursor": cursor})


@blueprint.post("")
@blueprint.doc(operationId="createIssue", parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(NewIssueSchema(), example=ISSUE_EXAMPLE)
@blueprint.response(201, OssIssueSchema)
@blueprint.refuses(400, 401, 409, 413, 415, 422)
def create(data: dict[str, Any]) -> Response:
    """Write an issue by hand. Its difficulty is estimated where it is not told."""

    def make(session: Session) -> Answer:
        made = oss_issues.create(session, caller().organization_id, **data)
        return _shown(made, 201)

    return answered(make)


@blueprint.post("/import")
@blueprint.doc(operationId="importIssue", parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(ImportIssueSchema(), example=IMPORT_EXAMPLE)
@blueprint.response(201, OssIssueSchema)
@blueprint.alt_response(
    200, schema=OssIssueSchema, success=True, description="It was there, and is brought up to date."
)
@blueprint.refuses(400, 401, 409, 413, 415, 422, 502)
def import_issue(data: dict[str, Any]) -> Response:
    """Import an issue from its forge, or bring it up to date. Its difficulty is estimated.

    Where the forge takes no more calls, fails or does not answer: 502, with Retry-After as far as it tells.
    """
    settings, me, read = services().settings, caller(), dict[str, Any]()

    def prepare() -> None:
        read.update(Forge(settings.forge_url, settings.forge_token).issue(data["url"]))

    def make(session: Session) -> Answer:
        found, is_new = oss_issues.put(session, me.organization_id, **read)
        return _shown(found, 201 if is_new else 200)

    return answered(make, prepare=prepare)


def _shown(issue: OssIssue, status: int) -> Answer:
    return Answer(status, {}, json.dumps(presenters_c.issue(issue)))
