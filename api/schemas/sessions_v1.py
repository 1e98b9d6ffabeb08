"""Candidates' sessions on the wire of API C, as their owner sees and scores them."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.schemas.assessments_v2 import KeySchema
from api.schemas.common import PageSchema, StrictSchema
from models.candidates import SESSION_STATUSES
from models.organizations import MODES
from models.responses import WATCHED
from models.taking_rules import BY_CANDIDATE, BY_DEADLINE

LONGEST_COMMENT = 5_000
MOST_SCORES = 100
NOTHING = "Give scores, overall or comment."
UTC = "UTC, to the millisecond."
PERCENT = validate.Range(0, 100)


class Camel(Schema):
    """Gives every field its camel case name on the wire: `saved_at` is `savedAt`."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Name the field."""
        first, *others = (field_obj.data_key or field_name).split("_")
        field_obj.data_key = first + "".join(word.title() for word in others)


def moment(allow_none: bool = False) -> fields.String:
    """A time, as `models.base.iso_time` writes it."""
    about = {"format": "date-time", "description": UTC}
    return fields.String(required=True, allow_none=allow_none, metadata=about)


def share(allow_none: bool = True) -> fields.Float:
    """A part of 1."""
    return fields.Float(required=True, allow_none=allow_none, validate=validate.Range(0, 1))


class Level(fields.Float):
    """A level: whole, or halfway between two where two passes of the model are a level apart."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value


class SessionSummarySchema(Camel):
    """A session as a list shows it. `mode` is its key's: a test key's session is no candidate's."""

    id = fields.UUID(required=True)
    assessment_id = fields.UUID(required=True)
    mode = fields.String(required=True, validate=validate.OneOf(MODES))
    candidate_email = fields.String(required=True, allow_none=True)
    candidate_name = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(SESSION_STATUSES))
    score = fields.Integer(required=True, allow_none=True, validate=PERCENT)
    passed = fields.Boolean(required=True, allow_none=True)
    started_at = moment()
    submitted_at = moment(allow_none=True)
    submitted_by = fields.String(
        required=True, allow_none=True, validate=validate.OneOf([BY_CANDIDATE, BY_DEADLINE])
    )


class SessionPageSchema(Camel):
    """A page of sessions, newest first."""

    sessions = fields.List(fields.Nested(SessionSummarySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PersonOverallSchema(Camel):
    """A person's score of a task as a whole."""

    score = fields.Integer(required=True, validate=PERCENT)
    comment = fields.String(required=True, allow_none=True)
    scored_by = fields.String(required=True)
    scored_at = moment()


class OverallSchema(Camel):
    """The result as a whole; counts of a form, and of a task without a rubric what the person said."""

    score = fields.Integer(required=True, allow_none=True, validate=PERCENT)
    passed = fields.Boolean(required=True, allow_none=True)
    cutoff = fields.Integer(required=True, validate=PERCENT)
    correct = fields.Integer()
    answered = fields.Integer()
    total = fields.Integer()
    person = fields.Nested(PersonOverallSchema, allow_none=True)


class SectionResultSchema(Camel):
    """The result of a section."""

    name = fields.String(required=True)
    score = fields.Integer(required=True, validate=PERCENT)
    correct = fields.Integer(required=True)
    total = fields.Integer(required=True)


class SkillResultSchema(SectionResultSchema):
    """The result of a skill."""

    id = fields.String(required=True)


class JudgementSchema(Camel):
    """What the model says of a criterion, in one of its passes; the evidence is verbatim."""

    level = fields.Integer(required=True)
    rationale = fields.String(required=True)
    evidence = fields.List(fields.String(), required=True)
    scored_by = fields.String(required=True)
    scored_at = moment()


class PersonJudgementSchema(Camel):
    """What a person says of a criterion: it wins over the model."""

    level = fields.Integer(required=True)
    comment = fields.String(required=True, allow_none=True)
    scored_by = fields.String(required=True)
    scored_at = moment()


class CriterionResultSchema(Camel):
    """A criterion with the level that counts, whose it is, and all that was said last."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    weight = fields.Integer(required=True)
    level = Level(required=True, allow_none=True)
    by = fields.String(required=True, allow_none=True, validate=validate.OneOf(["model", "person"]))
    needs_person = fields.Boolean(required=True)
    model = fields.List(fields.Nested(JudgementSchema), required=True)
    person = fields.Nested(PersonJudgementSchema, required=True, allow_none=True)


class SessionResultSchema(Camel):
    """A form's result has sections and skills, a task's has criteria and warnings."""

    overall = fields.Nested(OverallSchema, required=True)
    sections = fields.List(fields.Nested(SectionResultSchema))
    skills = fields.List(fields.Nested(SkillResultSchema))
    criteria = fields.List(fields.Nested(CriterionResultSchema))
    warnings = fields.List(fields.String())


class ResponseOptionSchema(Camel):
    """An option: answers name it by its id."""

    id = fields.String(required=True)
    text = fields.String(required=True)


class SessionResponseSchema(Camel):
    """A question with the answer that counts; without one, `version` is 0. `key` with `?include=keys`."""

    question_id = fields.UUID(required=True)
    position = fields.Integer(required=True)
    type = fields.String(required=True)
    question = fields.String(required=True)
    options = fields.List(fields.Nested(ResponseOptionSchema), required=True)
    answer = fields.Raw(required=True, allow_none=True)
    is_right = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    saved_at = moment(allow_none=True)
    key = fields.Nested(KeySchema)


class TaskSubmissionSchema(Camel):
    """What was handed in for a task."""

    repo_url = fields.String(required=True, allow_none=True)
    patch = fields.String(required=True, allow_none=True)
    notes = fields.String(required=True, allow_none=True)


class WatchedEventSchema(Camel):
    """How often something watched was seen, and how often it may be; null where it may be at will."""

    type = fields.String(required=True, validate=validate.OneOf(WATCHED))
    count = fields.Integer(required=True)
    limit = fields.Integer(required=True, allow_none=True)
    is_exceeded = fields.Boolean(required=True)


class SessionProctoringSchema(Camel):
    """What was seen, beside what the assessment's settings allow now."""

    enabled = fields.Boolean(required=True)
    events = fields.List(fields.Nested(WatchedEventSchema), required=True)
    exceeded = fields.List(fields.String(), required=True)


class HistorySchema(Camel):
    """A person's score or comment, as it was given: of a criterion, of the whole, or a comment alone."""

    criterion_id = fields.UUID(required=True, allow_none=True)
    level = fields.Integer(required=True, allow_none=True)
    score = fields.Integer(required=True, allow_none=True)
    comment = fields.String(required=True, allow_none=True)
    by = fields.String(required=True)
    at = moment()


class WholeSessionSchema(SessionSummarySchema):
    """A session with its result, answers, submission and what was seen of the candidate."""

    key_id = fields.UUID(required=True)
    deadline = moment()
    extra_time_percent = fields.Integer(required=True)
    result = fields.Nested(SessionResultSchema, required=True, allow_none=True)
    responses = fields.List(fields.Nested(SessionResponseSchema), required=True)
    submission = fields.Nested(TaskSubmissionSchema, required=True, allow_none=True)
    proctoring = fields.Nested(SessionProctoringSchema, required=True)
    comment = fields.String(required=True, allow_none=True)
    history = fields.List(fields.Nested(HistorySchema), required=True)


class TimelineEventSchema(Camel):
    """Something that happened; its id is a place in the timeline, which `after` takes."""

    id = fields.String(required=True)
    type = fields.String(required=True)
    at = moment()
    received_at = moment()
    data = fields.Dict(required=True)


class TimelineSchema(Camel):
    """A page of a session's timeline, the oldest first."""

    events = fields.List(fields.Nested(TimelineEventSchema), required=True)
    has_more = fields.Boolean(required=True)


class ErasedSessionSchema(Camel):
    """A session whose candidate was erased."""

    ok = fields.Boolean(required=True, validate=validate.Equal(True))
    id = fields.UUID(required=True)


class SessionsQuerySchema(Camel, PageSchema):
    """The query of the list of sessions."""

    assessment_id = fields.String(load_default=None)
    status = fields.String(load_default=None, validate=validate.OneOf(SESSION_STATUSES))
    mode = fields.String(load_default=None, validate=validate.OneOf(MODES))


class ExportQuerySchema(Camel, StrictSchema):
    """The query of the sessions as CSV."""

    assessment_id = fields.String(load_default=None)
    status = fields.String(load_default=None, validate=validate.OneOf(SESSION_STATUSES))
    mode = fields.String(load_default=None, validate=validate.OneOf(MODES))


class IncludeQuerySchema(StrictSchema):
    """Whether keys are shown."""

    include = fields.String(load_default=None, validate=validate.OneOf(["keys"]))


class TimelineQuerySchema(StrictSchema):
    """The query of a timeline: `after` is an event's id."""

    after = fields.String(load_default=None)
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=1000))


def _comment() -> fields.String:
    return fields.String(
        load_default=None, allow_none=True, validate=validate.Length(min=1, max=LONGEST_COMMENT)
    )


class CriterionScoreSchema(Camel, StrictSchema):
    """A person's level of a criterion."""

    criterion_id = fields.String(required=True)
    level = fields.Integer(strict=True, required=True, validate=validate.Range(-1_000, 1_000))
    comment = _comment()


class OverallScoreSchema(Camel, StrictSchema):
    """A person's score of a task without a rubric, in percent."""

    score = fields.Integer(strict=True, required=True, validate=PERCENT)
    comment = _comment()


class ScoresSchema(Camel, StrictSchema):
    """A person's scores and comment; what is absent stays. A null comment takes the last one back."""

    named_levels = 3

    scores = fields.List(
        fields.Nested(CriterionScoreSchema), validate=validate.Length(min=1, max=MOST_SCORES)
    )
    overall = fields.Nested(OverallScoreSchema)
    comment = fields.String(allow_none=True, validate=validate.Length(min=1, max=LONGEST_COMMENT))

    @validates_schema
    def something(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a body that says nothing."""
        if not data:
            raise ValidationError(NOTHING)
