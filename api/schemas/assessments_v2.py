"""API A's assessments on the wire."""

from marshmallow import Schema, fields, validate

from api.schemas.common import StrictSchema
from api.schemas.task_executions_v2 import time_field


class SkillSchema(Schema):
    """A skill that the assessment tests."""

    name = fields.String(required=True)
    weight = fields.Integer(required=True)
    must_have = fields.Boolean(required=True)
    number_of_questions = fields.Integer(required=True)


class QuestionTypeSchema(Schema):
    """How many questions of a type."""

    type = fields.String(required=True)
    number_of_questions = fields.Integer(required=True)


class SectionSchema(Schema):
    """A section; `duration` is in minutes."""

    name = fields.String(required=True)
    duration = fields.Integer(required=True)
    number_of_questions = fields.Integer(required=True)
    question_types = fields.List(fields.Nested(QuestionTypeSchema), required=True)
    skills = fields.List(fields.String(), required=True)


class CellSchema(Schema):
    """A cell of the blueprint."""

    skill = fields.String(required=True)
    difficulty = fields.String(required=True)
    cognitive_level = fields.String(required=True)
    type = fields.String(required=True)
    count = fields.Integer(required=True)


class ProctoringSchema(Schema):
    """How candidates are watched."""

    enabled = fields.Boolean(required=True)
    full_screen = fields.Boolean(required=True)
    tab_switch_limit = fields.Integer(required=True)
    webcam = fields.Boolean(required=True)
    copy_paste_blocked = fields.Boolean(required=True)
    shuffle_questions = fields.Boolean(required=True)
    shuffle_options = fields.Boolean(required=True)


class AssessmentSummarySchema(Schema):
    """An assessment as a list shows it."""

    assessment_id = fields.UUID(required=True)
    name = fields.String(required=True)
    job_role = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["draft", "approved"]))
    created_at = time_field()
    cutoff = fields.Integer(required=True)
    total_duration = fields.Integer(required=True)
    engine = fields.String(required=True)
    external_id = fields.String(required=True, allow_none=True)
    info_url = fields.String(required=True)


class AssessmentPageSchema(Schema):
    """A page of assessments, newest first."""

    assessments = fields.List(fields.Nested(AssessmentSummarySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class InfoSchema(Schema):
    """An assessment's details. Never a question's key."""

    assessment_id = fields.UUID(required=True)
    name = fields.String(required=True)
    job_role = fields.String(required=True)
    summary = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["draft", "approved"]))
    created_at = time_field()
    created_by = fields.String(required=True)
    cutoff = fields.Integer(required=True)
    total_duration = fields.Integer(required=True, metadata={"description": "Minutes."})
    number_of_questions = fields.Integer(required=True)
    language = fields.String(required=True)
    skills = fields.List(fields.Nested(SkillSchema), required=True)
    question_types = fields.List(fields.Nested(QuestionTypeSchema), required=True)
    sections = fields.List(fields.Nested(SectionSchema), required=True)
    coverage = fields.List(fields.Nested(CellSchema), required=True)
    proctoring = fields.Nested(ProctoringSchema, required=True)
    show_result = fields.Boolean(
        required=True, metadata={"description": "Whether candidates see their score."}
    )
    engine = fields.String(required=True)
    external_id = fields.String(required=True, allow_none=True)
    metadata = fields.Dict(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"description": "Each change makes a new one."})
    usable = fields.Boolean(
        required=True,
        metadata={"description": "Whether candidates may take it: see ASSESSGEN_REQUIRE_APPROVAL."},
    )
    approved_by = fields.String(required=True, allow_none=True)
    approved_at = time_field(allow_none=True)
    updated_at = time_field()


class QuestionsQuerySchema(StrictSchema):
    """The query of the owner's view of the questions."""

    include = fields.String(load_default=None, validate=validate.OneOf(["keys"]))


class KeySchema(Schema):
    """The right options by their index (of an ordering all, in order) or the accepted answers, and why."""

    correct = fields.List(fields.Integer(), required=True)
    accepted = fields.List(fields.String(), required=True)
    tolerance = fields.String(required=True, allow_none=True)
    explanation = fields.String(required=True)
    misconceptions = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class QuestionSchema(Schema):
    """A question for its owner; `key` and `provenance` only with `?include=keys`."""

    question_id = fields.UUID(required=True)
    position = fields.Integer(required=True)
    section = fields.String(required=True)
    type = fields.String(required=True)
    skill = fields.String(required=True)
    difficulty = fields.String(required=True)
    cognitive_level = fields.String(required=True)
    question = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    code_language = fields.String(required=True, allow_none=True)
    options = fields.List(fields.String(), required=True)
    seconds = fields.Integer(required=True)
    key = fields.Nested(KeySchema)
    provenance = fields.Dict()


class QuestionsSchema(Schema):
    """The questions of an assessment in their order."""

    assessment_id = fields.UUID(required=True)
    questions = fields.List(fields.Nested(QuestionSchema), required=True)
