"""API C's assessments and candidate keys on the wire."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from api.schemas.common import StrictSchema, Text
from api.schemas.oss_issues_v1 import OssIssueSchema, web_address
from models.assessments import KEY_DAYS
from models.candidates import KEY_STATUSES
from models.invitations import LONGEST_EMAIL, LONGEST_NAME, MOST_EXTRA_PERCENT, MOST_KEYS

REQUIRED = "Missing data for required field."
NO_BRIEF = "Give a taskBrief, or the issueId of an issue that has it."
TWO_NAMES = "It is another than `name`, for which it is accepted; give one of them."
MOST_MINUTES, MOST_DAYS = 7 * 24 * 60, 365
LONGEST_BRIEF = 50_000

TASK_EXAMPLE = {
    "name": "Backend take-home",
    "role": "Senior Backend Engineer",
    "taskBrief": "Make the export of orders stream its rows instead of loading all of them.",
    "repoUrl": "https://github.com/acme/orders",
    "timeLimitMinutes": 90,
}


def time_of(name: str, allow_none: bool = False) -> fields.DateTime:
    """A time in UTC, to the millisecond."""
    return fields.DateTime(required=True, data_key=name, allow_none=allow_none)


class NewAssessmentSchema(StrictSchema):
    """A task: what is to be done, in which time, and how it is judged."""

    name = Text(300, load_default=None, metadata={"description": "Required; `title` is accepted for it."})
    title = Text(300, load_default=None, metadata={"description": "Another name of `name`."})
    role = Text(200, required=True)
    brief = fields.String(
        load_default=None,
        allow_none=True,
        data_key="taskBrief",
        validate=validate.Length(max=LONGEST_BRIEF),
        metadata={"description": "Required unless an issueId is given."},
    )
    repo_url = web_address("repoUrl")
    minutes = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        data_key="timeLimitMinutes",
        validate=validate.Range(min=1, max=MOST_MINUTES),
        metadata={"description": "Without it there is no limit but the key's expiry."},
    )
    expires_in_days = fields.Integer(
        strict=True,
        load_default=KEY_DAYS,
        data_key="expiresInDays",
        validate=validate.Range(min=1, max=MOST_DAYS),
        metadata={"description": "From a key's making until it can no longer be redeemed."},
    )
    show_result = fields.Boolean(
        load_default=False,
        data_key="showResult",
        metadata={"description": "Whether candidates see their score, once there is one."},
    )
    issue_id = fields.String(
        load_default=None,
        allow_none=True,
        data_key="issueId",
        metadata={"description": "An issue whose text is the brief; it goes before taskBrief."},
    )
    rubric_id = fields.String(
        load_default=None,
        allow_none=True,
        data_key="rubricId",
        metadata={"description": "The rubric by which submissions are scored."},
    )

    @validates_schema
    def has_a_name(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a task without a name, or with two."""
        if data["name"] is None and data["title"] is None:
            raise ValidationError(REQUIRED, "name")
        if None not in (data["name"], data["title"]) and data["name"] != data["title"]:
            raise ValidationError(TWO_NAMES, "title")

    @validates_schema
    def has_a_brief(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a task that says nothing."""
        if data["issue_id"] is None and not (data["brief"] or "").strip():
            raise ValidationError(NO_BRIEF, "taskBrief")

    @post_load
    def as_stored(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """One name, and a brief without the space around it."""
        title, brief = data.pop("title"), (data["brief"] or "").strip()
        return {**data, "name": data["name"] or title, "brief": brief or None}


class AssessmentCSchema(Schema):
    """An assessment or a task of an organisation."""

    id = fields.UUID(required=True)
    org_id = fields.UUID(required=True, data_key="orgId")
    name = fields.String(required=True)
    role = fields.String(required=True)
    brief = fields.String(required=True, data_key="taskBrief")
    repo_url = fields.String(required=True, allow_none=True, data_key="repoUrl")
    minutes = fields.Integer(required=True, allow_none=True, data_key="timeLimitMinutes")
    expires_in_days = fields.Integer(required=True, data_key="expiresInDays")
    issue_id = fields.UUID(required=True, allow_none=True, data_key="issueId")
    rubric_id = fields.UUID(required=True, allow_none=True, data_key="rubricId")
    created_at = time_of("createdAt")
    updated_at = time_of("updatedAt")


class AssessmentWithIssueSchema(AssessmentCSchema):
    """An assessment with the issue that it was made of."""

    issue = fields.Nested(OssIssueSchema, required=True, allow_none=True)


class AssessmentCPageSchema(Schema):
    """A page of assessments, oldest first."""

    assessments = fields.List(fields.Nested(AssessmentWithIssueSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True, data_key="nextCursor")


class DoneSchema(Schema):
    """What was done, and to what."""

    ok = fields.Boolean(required=True, validate=validate.Equal(True))
    id = fields.UUID(required=True)


def _email(**more: Any) -> fields.Email:
    return fields.Email(allow_none=True, validate=validate.Length(max=LONGEST_EMAIL), **more)


def _extra_time(about: str) -> fields.Integer:
    return fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        data_key="extraTimePercent",
        validate=validate.Range(min=0, max=MOST_EXTRA_PERCENT),
        metadata={"description": about},
    )


class CandidateSchema(StrictSchema):
    """Somebody who gets a key."""

    email = _email(load_default=None)
    name = Text(LONGEST_NAME, load_default=None, allow_none=True)
    extra_percent = _extra_time("This candidate's accommodation; the request's where it is absent.")


class NewKeysSchema(StrictSchema):
    """How many keys, and for whom; lists may be shorter than `count`, and hold null for nobody named."""

    count = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=MOST_KEYS))
    emails = fields.List(_email(), load_default=None, allow_none=True, data_key="candidateEmails")
    names = fields.List(
        Text(LONGEST_NAME, allow_none=True), load_default=None, allow_none=True, data_key="candidateNames"
    )
    extra_percent = _extra_time("So much more time than the assessment gives, for all of them.")
    days = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        data_key="expiresInDays",
        validate=validate.Range(min=1, max=MOST_DAYS),
        metadata={"description": "In the place of the assessment's."},
    )
    candidates = fields.List(
        fields.Nested(CandidateSchema),
        load_default=None,
        allow_none=True,
        metadata={"description": "In the place of candidateEmails and candidateNames."},
    )

    @validates_schema
    def lists_fit(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a list with more entries than there are keys, and two ways to name candidates."""
        named = {"emails": "candidateEmails", "names": "candidateNames", "candidates": "candidates"}
        for name, told in named.items():
            if len(data[name] or ()) > data["count"]:
                raise ValidationError("It has more entries than `count` says.", told)
        if data["candidates"] and (data["emails"] or data["names"]):
            raise ValidationError("Give them, or candidateEmails and candidateNames.", "candidates")


class CandidateKeySchema(Schema):
    """A candidate's key, without its text."""

    id = fields.UUID(required=True)
    assessment_id = fields.UUID(required=True, data_key="assessmentId")
    org_id = fields.UUID(required=True, data_key="orgId")
    email = fields.String(required=True, allow_none=True, data_key="candidateEmail")
    name = fields.String(required=True, allow_none=True, data_key="candidateName")
    extra_percent = fields.Integer(required=True, data_key="extraTimePercent")
    status = fields.String(required=True, validate=validate.OneOf(KEY_STATUSES))
    expires_at = time_of("expiresAt")
    redeemed_at = time_of("redeemedAt", allow_none=True)
    completed_at = time_of("completedAt", allow_none=True)


class IssuedKeySchema(CandidateKeySchema):
    """A key that has just been made: its text can be seen this once."""

    key = fields.String(required=True)


class IssuedKeysSchema(Schema):
    """New keys, in the order in which their candidates were named."""

    keys = fields.List(fields.Nested(IssuedKeySchema), required=True)


class CandidateKeyPageSchema(Schema):
    """A page of an assessment's keys that are not revoked, oldest first."""

    keys = fields.List(fields.Nested(CandidateKeySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True, data_key="nextCursor")
