"""API C: an organisation's assessments: its own tasks, and what API A has generated."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, jsonify
from sqlalchemy.orm import Session

from api import presenters_c
from api.auth import caller, require_key
from api.idempotency import IDEMPOTENCY_KEY, answered
from api.paging import cut, from_cursor
from api.parsing import Blueprint
from api.schemas.assessments_v1 import (
    TASK_EXAMPLE,
    AssessmentCPageSchema,
    AssessmentCSchema,
    AssessmentWithIssueSchema,
    DoneSchema,
    NewAssessmentSchema,
)
from api.schemas.common import WholeListSchema
from api.services import services
from models import Assessment, OssIssue, Rubric, invitations, tasks
from models.errors import InvalidInput, NotFound
from models.idempotency import Answer
from models.tasks import NewTask

blueprint = Blueprint(
    "organisation_assessments",
    __name__,
    url_prefix="/v1/assessments",
    description="An organisation's assessments: tasks, and generated ones.",
)
blueprint.before_request(require_key)

Found = TypeVar("Found")


@blueprint.post("")
@blueprint.doc(operationId="createAssessment", parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(NewAssessmentSchema(), example=TASK_EXAMPLE)
@blueprint.response(201, AssessmentCSchema)
@blueprint.refuses(400, 401, 409, 413, 415, 422)
def create(data: dict[str, Any]) -> Response:
    """Make an assessment of a task: of a brief, or of an issue, whose text is the brief then.

    The brief is the issue's as it is now; to import it again changes no task.
    """

    issue_id, rubric_id = data.pop("issue_id"), data.pop("rubric_id")

    def make(session: Session) -> Answer:
        issue = _linked(session, OssIssue.get, "issueId", issue_id)
        rubric = _linked(session, Rubric.get, "rubricId", rubric_id)
        made = tasks.create(session, caller(), NewTask(issue=issue, rubric=rubric, **data))
        body = json.dumps(presenters_c.assessment(made))
        return Answer(201, {"Location": f"/v1/assessments/{made.id}"}, body)

    return answered(make)


@blueprint.get("")
@blueprint.doc(operationId="listOrganizationAssessments")
@blueprint.arguments(WholeListSchema(), location="query")
@blueprint.response(200, AssessmentCPageSchema)
@blueprint.refuses(400, 401)
def index(query: dict[str, Any]) -> Response:
    """Assessments that are not deleted, oldest first, each with its issue or null."""
    after, limit = from_cursor(query["cursor"]), query["limit"]
    with services().database.read() as session:
        rows = Assessment.oldest(session, caller().organization_id, after, limit + 1)
        page, cursor = cut(rows, limit)
        issues = tasks.issues_of(session, page)
    found = [presenters_c.with_issue(row, issues) for row in page]
    return jsonify({"assessments": found, "nextCursor": cursor})


@blueprint.get("/<assessment_id>")
@blueprint.doc(operationId="getOrganizationAssessment")
@blueprint.response(200, AssessmentWithIssueSchema)
@blueprint.refuses(401, 404)
def show(assessment_id: str) -> Response:
    """An assessment with the issue that it was made of, or null."""
    with services().database.read() as session:
        found = Assessment.get(session, caller().organization_id, assessment_id)
        return jsonify(presenters_c.with_issue(found, tasks.issues_of(session, [found])))


@blueprint.delete("/<assessment_id>")
@blueprint.doc(operationId="deleteAssessment")
@blueprint.response(200, DoneSchema)
@blueprint.refuses(401, 404)
def delete(assessment_id: str) -> Response:
    """Delete an assessment and revoke its keys. Its sessions and their results stay."""
    with services().database.write() as session:
        found = Assessment.held(session, caller().organization_id, assessment_id)
        invitations.delete(session, found)
    return jsonify({"ok": True, "id": found.id})


def _linked(
    session: Session, get: Callable[[Session, str, str], Found], name: str, text: str | None
) -> Found | None:
    """What the field names; raises InvalidInput, for an id in a body is no address."""
    try:
        return get(session, caller().organization_id, text) if text is not None else None
    except NotFound as error:
        raise InvalidInput(f"{name}: {error}", {name: [str(error)]}) from error
