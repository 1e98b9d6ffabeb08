"""API C: the rubrics by which tasks are scored."""

import json
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from api import presenters_c
from api.auth import caller, require_key
from api.idempotency import IDEMPOTENCY_KEY, answered
from api.paging import cut, from_cursor
from api.parsing import Blueprint
from api.schemas.assessments_v1 import DoneSchema
from api.schemas.common import WholeListSchema
from api.schemas.rubrics_v1 import (
    RUBRIC_EXAMPLE,
    NewRubricSchema,
    RubricChangeSchema,
    RubricPageSchema,
    RubricSchema,
)
from api.services import services
from models import Rubric, rubrics
from models.idempotency import Answer

blueprint = Blueprint(
    "rubrics", __name__, url_prefix="/v1/rubrics", description="By which criteria tasks are scored."
)
blueprint.before_request(require_key)


@blueprint.post("")
@blueprint.doc(operationId="createRubric", parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(NewRubricSchema(), example=RUBRIC_EXAMPLE)
@blueprint.response(201, RubricSchema)
@blueprint.refuses(400, 401, 409, 413, 415, 422)
def create(data: dict[str, Any]) -> Response:
    """Make a rubric. Its criteria are given ids."""

    def make(session: Session) -> Answer:
        made = rubrics.create(session, caller().organization_id, **data)
        body = json.dumps(presenters_c.rubric(made))
        return Answer(201, {"Location": f"/v1/rubrics/{made.id}"}, body)

    return answered(make)


@blueprint.get("")
@blueprint.doc(operationId="listRubrics")
@blueprint.arguments(WholeListSchema(), location="query")
@blueprint.response(200, RubricPageSchema)
@blueprint.refuses(400, 401)
def index(query: dict[str, Any]) -> Response:
    """Rubrics that are not deleted, oldest first."""
    after, limit = from_cursor(query["cursor"]), query["limit"]
    with services().database.read() as session:
        rows = Rubric.page(session, caller().organization_id, after, limit + 1)
    page, cursor = cut(rows, limit)
    return jsonify({"rubrics": [presenters_c.rubric(row) for row in page], "nextCursor": cursor})


@blueprint.get("/<rubric_id>")
@blueprint.doc(operationId="getRubric")
@blueprint.response(200, RubricSchema)
@blueprint.refuses(401, 404)
def show(rubric_id: str) -> Response:
    """A rubric."""
    with services().database.read() as session:
        return jsonify(presenters_c.rubric(Rubric.get(session, caller().organization_id, rubric_id)))


@blueprint.patch("/<rubric_id>")
@blueprint.doc(operationId="changeRubric")
@blueprint.arguments(RubricChangeSchema(), example={"name": "Backend rubric, seniors"})
@blueprint.response(200, RubricSchema)
@blueprint.refuses(400, 401, 404, 413, 415)
def change(data: dict[str, Any], rubric_id: str) -> Response:
    """Change a rubric; what differs makes a new version.

    Sessions that were submitted before keep the criteria that they were submitted under.
    """
    with services().database.write() as session:
        found = Rubric.held(session, caller().organization_id, rubric_id)
        found.change(**data)
    return jsonify(presenters_c.rubric(found))


@blueprint.delete("/<rubric_id>")
@blueprint.doc(operationId="deleteRubric")
@blueprint.response(200, DoneSchema)
@blueprint.refuses(401, 404)
def delete(rubric_id: str) -> Response:
    """Delete a rubric: nothing can be linked to it any more.

    Assessments that are linked to it already go on to be scored by it.
    """
    with services().database.write() as session:
        found = Rubric.held(session, caller().organization_id, rubric_id)
        found.delete()
    return jsonify({"ok": True, "id": found.id})
