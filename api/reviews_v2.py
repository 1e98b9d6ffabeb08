"""API A: a person's review of an assessment. Change it, edit or replace its questions, approve it."""

from typing import Any

from flask import Response

from api import presenters
from api.assessments_v2 import info_of
from api.auth import caller, require_key
from api.generation_v2 import check_address, seed_for, submitted
from api.idempotency import IDEMPOTENCY_KEY, to_response
from api.parsing import Blueprint
from api.schemas.assessments_v2 import InfoSchema
from api.schemas.generation_v2 import ACCEPTED_EXAMPLE, AcceptedSchema
from api.schemas.reviews_v2 import (
    ApproveSchema,
    AssessmentChangeSchema,
    QuestionChangedSchema,
    QuestionChangeSchema,
    ReplaceSchema,
    VersionsSchema,
)
from api.services import services
from models import Assessment, reviews
from models.idempotency import Answer
from models.task_executions import QUESTION_REPLACEMENT, Submission

blueprint = Blueprint(
    "reviews", __name__, url_prefix="/api/v2/assessments", description="What a person changes and approves."
)
blueprint.before_request(require_key)


@blueprint.patch("/<assessment_id>")
@blueprint.doc(operationId="changeAssessment")
@blueprint.arguments(AssessmentChangeSchema(), example={"name": "Backend Engineer, Berlin", "cutoff": 65})
@blueprint.response(200, InfoSchema)
@blueprint.refuses(400, 401, 404, 413, 415)
def change(data: dict[str, Any], assessment_id: str) -> dict[str, Any]:
    """Change an assessment's name, cutoff, times or proctoring.

    A change makes a new version, and a draft of what was approved.
    """
    with services().database.write() as session:
        assessment = reviews.locked(session, caller().organization_id, assessment_id)
        reviews.change(session, assessment, data, caller().label)
    return info_of(assessment_id)


@blueprint.patch("/<assessment_id>/questions/<question_id>")
@blueprint.doc(operationId="changeQuestion")
@blueprint.arguments(QuestionChangeSchema(), example={"explanation": "Both names refer to one list."})
@blueprint.response(200, QuestionChangedSchema)
@blueprint.refuses(400, 401, 404, 413, 415)
def change_question(data: dict[str, Any], assessment_id: str, question_id: str) -> dict[str, Any]:
    """Edit a question. The new version gets an id of its own; forms in use keep the old one."""
    with services().database.write() as session:
        assessment = reviews.locked(session, caller().organization_id, assessment_id)
        fresh = reviews.edit_question(session, assessment, question_id, data, caller().label)
        return {"question_id": fresh, "replaces": question_id, "version": assessment.version}


@blueprint.post("/<assessment_id>/questions/<question_id>/replace")
@blueprint.doc(operationId="replaceQuestion", parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(ReplaceSchema(), required=False, example={})
@blueprint.response(202, AcceptedSchema, example=ACCEPTED_EXAMPLE)
@blueprint.refuses(400, 401, 404, 409, 413, 415, 422)
def replace_question(data: dict[str, Any], assessment_id: str, question_id: str) -> Response:
    """Have a question replaced by another of its skill and type, near in difficulty. This is a job like any.

    As in generation, a `code_reading` question may stand where a `multiple_choice` one stood.
    """
    check_address(data["notification_url"])
    return to_response(*replacement(assessment_id, question_id, data["seed"], data["notification_url"]))


@blueprint.post("/<assessment_id>/approve")
@blueprint.doc(operationId="approveAssessment")
@blueprint.arguments(ApproveSchema(), required=False, example={"version": 1})
@blueprint.response(200, InfoSchema)
@blueprint.refuses(400, 401, 404, 409, 413, 415)
def approve(data: dict[str, Any], assessment_id: str) -> dict[str, Any]:
    """Approve the assessment as it is. Who did it and when is recorded."""
    with services().database.write() as session:
        assessment = reviews.locked(session, caller().organization_id, assessment_id)
        reviews.approve(assessment, caller().label, data["version"])
    return info_of(assessment_id)


@blueprint.get("/<assessment_id>/versions")
@blueprint.doc(operationId="listAssessmentVersions")
@blueprint.response(200, VersionsSchema)
@blueprint.refuses(401, 404)
def versions(assessment_id: str) -> dict[str, Any]:
    """What was changed, by whom and when."""
    with services().database.read() as session:
        assessment = Assessment.get(session, caller().organization_id, assessment_id)
        rows = reviews.versions_of(session, assessment)
    return {
        "assessment_id": assessment.id,
        "version": assessment.version,
        "versions": [presenters.version(row) for row in rows],
    }


def replacement(
    assessment_id: str, question_id: str, seed: int | None = None, notification_url: str | None = None
) -> tuple[Answer, bool]:
    """Have the job begun that replaces a question of the caller's; its answer is `submitted`'s.

    Raises NotFound, OverQuota.
    """
    me = caller()
    with services().database.read() as session:
        assessment = Assessment.get(session, me.organization_id, assessment_id)
        _, _, question = reviews.question_of(session, assessment, question_id)
    brief = {"assessment_id": assessment.id, "question_id": question.id}
    return submitted(
        Submission(
            organization_id=me.organization_id,
            created_by=me.label,
            mode=me.mode,
            type=QUESTION_REPLACEMENT,
            brief=brief,
            seed=seed_for(seed, brief, me.mode),
            notification_url=notification_url,
            external_id=assessment.external_id,
            metadata=assessment.meta,
            quota=me.quota,
        )
    )
