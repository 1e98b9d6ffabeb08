"""API A: what an organisation's model calls took, and how much of its budget is left."""

from datetime import date
from typing import Any

from api.auth import caller, require_key
from api.parsing import Blueprint
from api.schemas.usage_v2 import MOST_DAYS, USAGE_EXAMPLE, UsageAnswerSchema, UsageQuerySchema
from api.services import services
from models import budgets, model_calls, quotas
from models.base import utcnow
from models.budgets import MonthlyBudget
from models.errors import InvalidInput
from models.model_calls import Figures
from models.organizations import Quota
from models.quotas import Used

blueprint = Blueprint("usage", __name__, url_prefix="/api/v2", description="Tokens and money.")
blueprint.before_request(require_key)


@blueprint.get("/usage")
@blueprint.doc(operationId="getUsage")
@blueprint.arguments(UsageQuerySchema(), location="query")
@blueprint.response(200, UsageAnswerSchema, example=USAGE_EXAMPLE)
@blueprint.refuses(400, 401)
def usage(query: dict[str, Any]) -> dict[str, Any]:
    """What model calls took, by day, stage or model; money in micro-dollars."""
    first, last = _days(query)
    organization_id = caller().organization_id
    with services().database.connection() as connection:
        by_name = model_calls.summed(connection, organization_id, first, last, query["group"])
        budget = budgets.monthly(connection, [organization_id]).get(organization_id)
        used = quotas.used(connection, organization_id) if caller().quota.is_limit else None
    return {
        "first": first,
        "last": last,
        "group": query["group"],
        "usage": [{"name": name, **figures.to_json()} for name, figures in by_name.items()],
        "total": sum(by_name.values(), Figures()).to_json(),
        "budget": _budget(budget) if budget else None,
        "quota": _quota(caller().quota, used) if used else None,
    }


def _days(query: dict[str, Any]) -> tuple[date, date]:
    today = utcnow().date()
    last = query["last"] or today
    first = query["first"] or min(last, today).replace(day=1)
    if first > last or (last - first).days >= MOST_DAYS:
        message = f"It must be from 0 to {MOST_DAYS - 1} days after `from`."
        raise InvalidInput(f"to: {message}", {"to": [message]})
    return first, last


def _quota(quota: Quota, used: Used) -> dict[str, Any]:
    return {
        "jobs_per_day": quota.jobs_per_day or None,
        "jobs_today": used.today,
        "open_jobs": quota.open_jobs or None,
        "open_now": used.open,
    }


def _budget(budget: MonthlyBudget) -> dict[str, Any]:
    return {
        "micro_dollars": budget.micro_dollars,
        "spent_micro_dollars": budget.spent,
        "renewed_on": budget.renewed_at.date(),
    }
