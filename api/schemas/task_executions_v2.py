"""API A's jobs on the wire."""

from marshmallow import Schema, fields, validate

from api.schemas.common import PageSchema, StrictSchema
from models.candidates import IN_REVIEW, SCORED
from models.task_executions import STATUSES

STATUS_EXAMPLE = {
    "created_at": "2025-10-09T16:51:14",
    "current_step": "Starting task execution",
    "id": "6efe0833-332a-4b78-b022-e2275f8204aa",
    "notification_url": None,
    "recent_logs": [
        {
            "created_at": "2025-10-09T16:51:20",
            "id": 704,
            "message": "AI Progress: Completed search for skill: Data Security and Backup (found 3 results)",
            "task_execution_id": "6efe0833-332a-4b78-b022-e2275f8204aa",
        },
        {
            "created_at": "2025-10-09T16:51:20",
            "id": 705,
            "message": "AI Progress: Searching for skill: Disaster Recovery Planning (7/8)",
            "task_execution_id": "6efe0833-332a-4b78-b022-e2275f8204aa",
        },
    ],
    "result": None,
    "status": "processing",
    "type": "assessment_creation",
    "updated_at": "2025-10-09T16:51:14",
    "progress": 0.29,
    "attempt": 1,
    "error": None,
    "external_id": None,
    "metadata": None,
}

PLAIN_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"


def time_field(allow_none: bool = False) -> fields.String:
    """UTC to the second, without a suffix, as the contract's example has it."""
    return fields.String(required=True, allow_none=allow_none, validate=validate.Regexp(PLAIN_TIME))


class LogSchema(Schema):
    """A line of a job's log."""

    id = fields.Integer(required=True)
    task_execution_id = fields.UUID(required=True)
    message = fields.String(required=True)
    created_at = time_field()


class ShortfallSchema(Schema):
    """What could not be had, and why."""

    skill = fields.String(required=True)
    requested = fields.Integer(required=True)
    delivered = fields.Integer(required=True)
    reason = fields.String(required=True)


class FiguresSchema(Schema):
    """What some model calls took; money in micro-dollars."""

    calls = fields.Integer(required=True)
    input_tokens = fields.Integer(required=True)
    output_tokens = fields.Integer(required=True)
    cache_read_tokens = fields.Integer(required=True)
    cache_write_tokens = fields.Integer(required=True)
    micro_dollars = fields.Integer(required=True)


class StageFiguresSchema(FiguresSchema):
    """What the calls of a stage to a model took."""

    stage = fields.String(required=True)
    model = fields.String(required=True)


class UsageSchema(FiguresSchema):
    """What the job's model calls took, in all and by stage and model."""

    # Not in the results of jobs that ended before there was a ledger.
    by_stage = fields.List(fields.Nested(StageFiguresSchema))


class ResultSchema(Schema):
    """What a completed job made: an assessment, another question, a verification's form, a task's scores."""

    assessment_id = fields.UUID(metadata={"description": "Of an assessment and of a replacement."})
    verification_id = fields.String(metadata={"description": "Of a verification's form."})
    assessment_name = fields.String()
    number_of_questions = fields.Integer()
    requested = fields.Integer()
    delivered = fields.Integer()
    shortfall = fields.List(fields.Nested(ShortfallSchema))
    engine = fields.String(validate=validate.OneOf(["claude", "offline"]))
    question_id = fields.UUID(metadata={"description": "Of a replacement: the new question."})
    replaced_question_id = fields.UUID(metadata={"description": "Of a replacement: the old question."})
    version = fields.Integer(metadata={"description": "Of a replacement: the assessment's version since."})
    warnings = fields.List(fields.String(), required=True)
    usage = fields.Nested(UsageSchema, required=True)
    info_url = fields.String(metadata={"description": "Of an assessment and of a replacement."})
    session_id = fields.UUID(metadata={"description": "Of a task's scores: the candidate's session."})
    status = fields.String(
        validate=validate.OneOf([SCORED, IN_REVIEW]),
        metadata={"description": "Of a task's scores: the session's; `in_review` waits for a person."},
    )
    score = fields.Integer(
        allow_none=True, metadata={"description": "Of a task's scores: percent; null while undecided."}
    )


class JobErrorSchema(Schema):
    """Why a job failed."""

    code = fields.String(required=True)
    message = fields.String(required=True)


class StatusSummarySchema(Schema):
    """A job as a list shows it."""

    id = fields.UUID(required=True)
    type = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    current_step = fields.String(required=True)
    progress = fields.Float(required=True, validate=validate.Range(0, 1))
    attempt = fields.Integer(required=True)
    notification_url = fields.String(required=True, allow_none=True)
    result = fields.Nested(ResultSchema, required=True, allow_none=True)
    error = fields.Nested(JobErrorSchema, required=True, allow_none=True)
    external_id = fields.String(required=True, allow_none=True)
    metadata = fields.Dict(required=True, allow_none=True)
    created_at = time_field()
    updated_at = time_field()


class StatusSchema(StatusSummarySchema):
    """The status document."""

    recent_logs = fields.List(fields.Nested(LogSchema), required=True, validate=validate.Length(max=10))


class StatusPageSchema(Schema):
    """A page of jobs, newest first."""

    task_executions = fields.List(fields.Nested(StatusSummarySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class StatusQuerySchema(PageSchema):
    """The query of the list of jobs."""

    status = fields.String(load_default=None, validate=validate.OneOf(STATUSES))


class LogQuerySchema(StrictSchema):
    """The query of a job's log."""

    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=2**63 - 1))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=1000))


class LogPageSchema(Schema):
    """A job's log lines after a given one."""

    logs = fields.List(fields.Nested(LogSchema), required=True)
    has_more = fields.Boolean(required=True)
