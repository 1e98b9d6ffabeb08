"""API C: how an assessment's candidates did, and how its questions do."""

from typing import Any

from api import presenters_sessions as presenters
from api.auth import caller, require_key
from api.parsing import Blueprint
from api.schemas.sessions_v1 import IncludeQuerySchema
from api.schemas.statistics_v1 import CohortQuerySchema, CohortSchema, ItemStatisticsSchema
from api.services import services
from models import Assessment, cohorts

blueprint = Blueprint(
    "statistics", __name__, url_prefix="/v1/assessments", description="Figures of candidates and questions."
)
blueprint.before_request(require_key)


@blueprint.get("/<assessment_id>/cohort-stats")
@blueprint.doc(operationId="getCohortStatistics")
@blueprint.arguments(CohortQuerySchema(), location="query")
@blueprint.response(200, CohortSchema)
@blueprint.refuses(400, 401, 404)
def cohort_stats(query: dict[str, Any], assessment_id: str) -> dict[str, Any]:
    """How the scores of all candidates are spread.

    Sessions of test keys are a cohort of their own, which a test key sees.
    """
    me = caller()
    with services().database.read() as session:
        assessment = Assessment.ever(session, me.organization_id, assessment_id)
        cohort = cohorts.cohort_of(session, assessment, me.mode)
        told = presenters.cohort(assessment, cohort)
        if query["session_id"] is None:
            return told
        taken = cohorts.member(session, assessment, me.mode, query["session_id"])
    return {**told, "session_id": taken.id, "percentile_rank": cohort.rank_of(taken)}


@blueprint.get("/<assessment_id>/item-stats")
@blueprint.doc(operationId="getItemStatistics")
@blueprint.arguments(IncludeQuerySchema(), location="query")
@blueprint.response(200, ItemStatisticsSchema)
@blueprint.refuses(400, 401, 404)
def item_stats(query: dict[str, Any], assessment_id: str) -> dict[str, Any]:
    """What the answers tell of each question: how hard it is, how well it tells candidates apart.

    Only sessions that had the form as it is now count.
    """
    me = caller()
    with services().database.read() as session:
        assessment = Assessment.ever(session, me.organization_id, assessment_id)
        figures = cohorts.form_figures(session, assessment, me.mode)
    return presenters.item_figures(assessment, figures, with_keys=query["include"] == "keys")
