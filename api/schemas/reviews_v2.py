"""A person's review on the wire: changes of an assessment and its questions, approval, versions."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.schemas.common import StrictSchema, Text
from api.schemas.task_executions_v2 import time_field

MOST_MINUTES = 600
NOTHING = "Name at least one field to change."


class ProctoringChangeSchema(StrictSchema):
    """The proctoring settings to change; the others stay."""

    enabled = fields.Boolean()
    full_screen = fields.Boolean()
    tab_switch_limit = fields.Integer(strict=True, validate=validate.Range(min=0, max=100))
    webcam = fields.Boolean()
    copy_paste_blocked = fields.Boolean()
    shuffle_questions = fields.Boolean()
    shuffle_options = fields.Boolean()


class SectionChangeSchema(StrictSchema):
    """A section's new duration, in minutes."""

    name = fields.String(required=True)
    duration = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=MOST_MINUTES))


class SomethingSchema(StrictSchema):
    """A change must change something."""

    @validates_schema
    def something(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a body without any field."""
        if not data:
            raise ValidationError(NOTHING)


class AssessmentChangeSchema(SomethingSchema):
    """What to change; fields that are absent stay. Times are in minutes."""

    name = Text(300)
    cutoff = fields.Integer(strict=True, validate=validate.Range(min=0, max=100))
    total_duration = fields.Integer(strict=True, validate=validate.Range(min=1, max=MOST_MINUTES))
    sections = fields.List(fields.Nested(SectionChangeSchema), validate=validate.Length(min=1, max=50))
    proctoring = fields.Nested(ProctoringChangeSchema)
    show_result = fields.Boolean(
        metadata={"description": "Whether candidates see their score on the page that ends the assessment."}
    )

    @validates_schema
    def one_total(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a total beside sections' durations, whose sum it is."""
        if "total_duration" in data and "sections" in data:
            raise ValidationError("It is the sum of the sections; give one or the other.", "total_duration")


class QuestionChangeSchema(SomethingSchema):
    """New words of a question; fields that are absent stay.

    `options` are all its options in the order shown; `correct` their indexes, of an ordering all of
    them in the right order. A question without options has `accepted` answers instead.
    """

    question = Text(2_000, attribute="stem")
    code = fields.String(allow_none=True, validate=validate.Length(max=10_000))
    code_language = fields.String(allow_none=True, validate=validate.Length(min=1, max=40))
    options = fields.List(Text(500), validate=validate.Length(min=2, max=8))
    correct = fields.List(fields.Integer(strict=True), validate=validate.Length(min=1, max=8))
    accepted = fields.List(Text(500), validate=validate.Length(min=1, max=20))
    tolerance = fields.String(validate=validate.Regexp(r"\A\d{1,12}(\.\d{1,12})?\Z"))
    explanation = Text(2_000)
    difficulty = fields.String(validate=validate.OneOf(["entry", "intermediate", "senior"]))
    cognitive_level = fields.String(validate=validate.OneOf(["remember", "understand", "apply", "analyse"]))
    seconds = fields.Integer(strict=True, validate=validate.Range(min=10, max=3_600))


class QuestionChangedSchema(Schema):
    """The new version of a question, which has an id of its own."""

    question_id = fields.UUID(required=True)
    replaces = fields.UUID(required=True)
    version = fields.Integer(required=True, metadata={"description": "The assessment's."})


class ApproveSchema(StrictSchema):
    """The version that was looked at; without it, the one that there is."""

    may_be_absent = True

    version = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(min=1))


class VersionSchema(Schema):
    """A change: what it made different, who made it and when."""

    version = fields.Integer(required=True)
    changes = fields.Dict(required=True)
    changed_by = fields.String(required=True)
    changed_at = time_field()


class VersionsSchema(Schema):
    """An assessment's changes, the first one first; version 1 is as it was generated."""

    assessment_id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    versions = fields.List(fields.Nested(VersionSchema), required=True)


class ReplaceSchema(StrictSchema):
    """How the job that replaces a question is told of."""

    may_be_absent = True

    notification_url = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=2048), metadata={"format": "uri"}
    )
    seed = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(min=0, max=2**53 - 1)
    )
