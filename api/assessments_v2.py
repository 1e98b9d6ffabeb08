"""API A: the assessments that were made."""

import hashlib
import json
from typing import Any

from flask import Response, request

from api import presenters
from api.auth import caller, require_key
from api.paging import cut, from_cursor
from api.parsing import Blueprint
from api.schemas.assessments_v2 import (
    AssessmentPageSchema,
    InfoSchema,
    QuestionsQuerySchema,
    QuestionsSchema,
)
from api.schemas.common import PageSchema
from api.services import services
from models import Assessment, forms
from models.assessments import IS_A_TASK
from models.errors import NotFound

blueprint = Blueprint(
    "assessments", __name__, url_prefix="/api/v2/assessments", description="Assessments that were generated."
)
blueprint.before_request(require_key)


@blueprint.get("")
@blueprint.doc(operationId="listAssessments")
@blueprint.arguments(PageSchema(), location="query")
@blueprint.response(200, AssessmentPageSchema)
@blueprint.refuses(400, 401)
def index(query: dict[str, Any]) -> dict[str, Any]:
    """Assessments, newest first."""
    after, limit = from_cursor(query["cursor"]), query["limit"]
    with services().database.read() as session:
        rows = Assessment.page(session, caller().organization_id, after, limit + 1)
    page, cursor = cut(rows, limit)
    return {"assessments": [presenters.assessment_summary(row) for row in page], "next_cursor": cursor}


@blueprint.get("/<assessment_id>/info")
@blueprint.doc(operationId="getAssessmentInfo")
@blueprint.response(200, InfoSchema)
@blueprint.alt_response(304, description="Nothing has changed since the ETag in If-None-Match.")
@blueprint.refuses(401, 404)
def info(assessment_id: str) -> Response:
    """An assessment's details: sections, skills, types, times, proctoring."""
    body = json.dumps(info_of(assessment_id))
    response = Response(body, mimetype="application/json")
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:16])
    response.make_conditional(request)
    return response


@blueprint.get("/<assessment_id>/questions")
@blueprint.doc(operationId="listAssessmentQuestions")
@blueprint.arguments(QuestionsQuerySchema(), location="query")
@blueprint.response(200, QuestionsSchema)
@blueprint.refuses(400, 401, 404)
def questions(query: dict[str, Any], assessment_id: str) -> dict[str, Any]:
    """The owner's view of the questions; keys and provenance only with `?include=keys`."""
    assessment, _, shown = _loaded(assessment_id, with_keys=query["include"] == "keys")
    return {"assessment_id": assessment.id, "questions": [presenters.question(one) for one in shown]}


def info_of(assessment_id: str) -> dict[str, Any]:
    """The caller's assessment of that id with all its details."""
    assessment, form, shown = _loaded(assessment_id, with_keys=False)
    return presenters.assessment_info(assessment, form, shown, services().settings.require_approval)


def _loaded(assessment_id: str, with_keys: bool) -> tuple[Assessment, forms.Form, list[forms.ShownQuestion]]:
    with services().database.read() as session:
        assessment = Assessment.get(session, caller().organization_id, assessment_id)
        form = assessment.form(session)
        if form is None:
            raise NotFound(IS_A_TASK)
        return assessment, form, forms.questions_of(session, form, with_keys)
