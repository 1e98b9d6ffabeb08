"""An organisation's monthly budget: how much it is and how much of it is spent, by UTC's calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from models.base import utcnow
from models.batch_requests import held_of
from models.model_calls import ModelCall
from models.organizations import Organization


@dataclass(frozen=True)
class MonthlyBudget:
    """In micro-dollars; `spent` has what calls under way in batches may cost in it."""

    organization: str
    micro_dollars: int
    spent: int
    renewed_at: datetime


def monthly(connection: Connection, organization_ids: Iterable[str]) -> dict[str, MonthlyBudget]:
    """The budgets of those of the organisations that have one."""
    wanted = set(organization_ids)
    if not wanted:
        return {}
    limited = connection.execute(
        select(Organization.id, Organization.name, Organization.monthly_budget_micro_dollars).where(
            Organization.id.in_(wanted),
            Organization.monthly_budget_micro_dollars.is_not(None),
        )
    ).all()
    if not limited:
        return {}
    ids = [str(row.id) for row in limited]
    start, renewed_at = month_of(utcnow())
    spent, held = _spent_since(connection, ids, start), held_of(connection, ids)
    return {
        one: MonthlyBudget(
            row.name, row.monthly_budget_micro_dollars, spent.get(one, 0) + held.get(one, 0), renewed_at
        )
        for one, row in zip(ids, limited, strict=True)
    }


def month_of(moment: datetime) -> tuple[datetime, datetime]:
    """The first moments of the moment's month and of the one after it."""
    start = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return start, following


def _spent_since(connection: Connection, organization_ids: list[str], start: datetime) -> dict[str, int]:
    rows = connection.execute(
        select(ModelCall.organization_id, func.sum(ModelCall.micro_dollars))
        .where(ModelCall.organization_id.in_(organization_ids), ModelCall.created_at >= start)
        .group_by(ModelCall.organization_id)
    )
    return {str(organization_id): int(total) for organization_id, total in rows}
