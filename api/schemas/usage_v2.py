"""API A's ledger on the wire."""

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.schemas.common import StrictSchema
from api.schemas.task_executions_v2 import FiguresSchema
from models.model_calls import BY_DAY, GROUPS

# A year of days is what one answer holds; so early and late, no arithmetic with days overflows.
MOST_DAYS = 366
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)

USAGE_EXAMPLE = {
    "from": "2026-11-01",
    "to": "2026-11-21",
    "group": "stage",
    "usage": [
        {
            "name": "write",
            "calls": 8,
            "input_tokens": 4210,
            "output_tokens": 9600,
            "cache_read_tokens": 6300,
            "cache_write_tokens": 900,
            "micro_dollars": 107_300,
        }
    ],
    "total": {
        "calls": 8,
        "input_tokens": 4210,
        "output_tokens": 9600,
        "cache_read_tokens": 6300,
        "cache_write_tokens": 900,
        "micro_dollars": 107_300,
    },
    "budget": {"micro_dollars": 50_000_000, "spent_micro_dollars": 107_300, "renewed_on": "2026-12-01"},
    "quota": {"jobs_per_day": 500, "jobs_today": 12, "open_jobs": None, "open_now": 3},
}


class UsageQuerySchema(StrictSchema):
    """The days, by UTC's calendar, the first and the last one included."""

    first = fields.Date(
        data_key="from", load_default=None, metadata={"description": "This month's first day."}
    )
    last = fields.Date(data_key="to", load_default=None, metadata={"description": "Today when absent."})
    group = fields.String(load_default=BY_DAY, validate=validate.OneOf(GROUPS))

    @validates_schema
    def days_are_of_this_age(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse days that no call can be of."""
        for name, shown in (("first", "from"), ("last", "to")):
            if data.get(name) is not None and not EARLIEST <= data[name] <= LATEST:
                raise ValidationError(f"It must be from {EARLIEST} to {LATEST}.", shown)


class NamedFiguresSchema(FiguresSchema):
    """The figures of a day, a stage or a model."""

    name = fields.String(required=True, metadata={"description": "The day, stage or model."})


class BudgetSchema(Schema):
    """The organisation's budget of this month; calls under way in batches count by their most."""

    micro_dollars = fields.Integer(required=True)
    spent_micro_dollars = fields.Integer(required=True)
    renewed_on = fields.Date(required=True)


class QuotaSchema(Schema):
    """How many jobs the organisation may begin in a day (UTC) and have open at once; null is no limit."""

    jobs_per_day = fields.Integer(required=True, allow_none=True)
    jobs_today = fields.Integer(required=True)
    open_jobs = fields.Integer(required=True, allow_none=True)
    open_now = fields.Integer(required=True)


class UsageAnswerSchema(Schema):
    """What the organisation's model calls took."""

    first = fields.Date(data_key="from", required=True)
    last = fields.Date(data_key="to", required=True)
    group = fields.String(required=True, validate=validate.OneOf(GROUPS))
    usage = fields.List(fields.Nested(NamedFiguresSchema), required=True)
    total = fields.Nested(FiguresSchema, required=True)
    budget = fields.Nested(BudgetSchema, required=True, allow_none=True)
    quota = fields.Nested(QuotaSchema, required=True, allow_none=True)
