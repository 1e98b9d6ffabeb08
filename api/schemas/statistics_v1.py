"""Statistics of an assessment's candidates and questions on the wire of API C."""

from marshmallow import fields, validate

from api.schemas.assessments_v2 import KeySchema
from api.schemas.common import StrictSchema
from api.schemas.sessions_v1 import PERCENT, Camel, share


def figure(description: str = "Null where too few were scored.") -> fields.Float:
    """A figure that small samples do not have."""
    return fields.Float(required=True, allow_none=True, metadata={"description": description})


class PercentilesSchema(Camel):
    """The scores below which so many percent of the sessions are."""

    p10 = fields.Float(required=True)
    p25 = fields.Float(required=True)
    p50 = fields.Float(required=True)
    p75 = fields.Float(required=True)
    p90 = fields.Float(required=True)


class BinSchema(Camel):
    """How many scores there are from `from` to `to`, both included."""

    start = fields.Integer(required=True, data_key="from", validate=PERCENT)
    end = fields.Integer(required=True, data_key="to", validate=PERCENT)
    count = fields.Integer(required=True)


class CohortSchema(Camel):
    """How the scores of an assessment are spread; all but `n` is null under 5 scored sessions.

    With `?sessionId=` the percentile rank of that session: the percent of scores below its own, and half of
    the equal ones.
    """

    assessment_id = fields.UUID(required=True)
    n = fields.Integer(required=True, metadata={"description": "Scored sessions."})
    mean = figure()
    deviation = figure("The standard deviation of these scores (the population's).")
    percentiles = fields.Nested(PercentilesSchema, required=True, allow_none=True)
    pass_rate = share()
    distribution = fields.List(
        fields.Nested(BinSchema), required=True, allow_none=True, validate=validate.Length(equal=10)
    )
    session_id = fields.UUID()
    percentile_rank = fields.Integer(allow_none=True, validate=PERCENT)


class CohortQuerySchema(Camel, StrictSchema):
    """Whose percentile rank is asked for."""

    session_id = fields.String(load_default=None)


class OptionShareSchema(Camel):
    """An option and the share of candidates that chose it."""

    id = fields.String(required=True)
    text = fields.String(required=True)
    share = share(allow_none=False)


class ItemSchema(Camel):
    """A question's figures. A share is null under 5 sessions, a correlation under 20.

    `options` is null, too, of questions whose answers are typed or an order.
    """

    question_id = fields.UUID(required=True)
    position = fields.Integer(required=True)
    type = fields.String(required=True)
    skill = fields.String(required=True)
    question = fields.String(required=True)
    n = fields.Integer(required=True)
    difficulty = share()
    discrimination = fields.Float(
        required=True,
        allow_none=True,
        validate=validate.Range(-1, 1),
        metadata={"description": "Point-biserial with the rest of the form; null, too, where all are equal."},
    )
    options = fields.List(fields.Nested(OptionShareSchema), required=True, allow_none=True)
    omitted = share()
    suspect = fields.Boolean(
        required=True,
        metadata={"description": "The better candidates were wrong more often: review the key."},
    )
    key = fields.Nested(KeySchema, metadata={"description": "Only with `?include=keys`."})


class ItemStatisticsSchema(Camel):
    """The questions of the current form, and how reliable it is. Without an answer a question is wrong."""

    assessment_id = fields.UUID(required=True)
    form_id = fields.UUID(required=True)
    n = fields.Integer(required=True, metadata={"description": "Submitted sessions of this form."})
    mean = figure("Of the number right.")
    deviation = figure("Of the number right, the population's.")
    kr20 = figure("Kuder and Richardson's formula 20; null under 20 sessions or 2 questions.")
    items = fields.List(fields.Nested(ItemSchema), required=True)
    review_needed = fields.List(
        fields.UUID(), required=True, metadata={"description": "The ids of the suspect questions."}
    )
