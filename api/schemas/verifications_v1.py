"""API B's requests: the session, its three steps, and the assessment."""

import re
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, missing, validate, validates_schema

from api.schemas.common import PageSchema, StrictSchema, Text
from api.schemas.generation_v2 import MISSING
from models.verifications import MOST_SKILLS

INVALID = "INVALID_DATA_FORMAT"
MOST_SOURCES = 50
MOST_PROOFS = 20
# A year, a month, a day, or a moment (ISO 8601).
MOMENT = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T[\d:.]{5,15}(?:Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII)
# No database looks for it.
STORABLE = validate.ContainsNoneOf("\0", error="It holds a NUL character.")
NO_CONTACT = "Give an email or a phoneNumber."
NO_DATA = "Give at least one project, experience or certificate."
DUPLICATE = "A skillId comes twice."
TOO_MANY = f"There are more than {MOST_SKILLS} skills."
EMPTY = "Give at least one skill."


def _is_moment(text: str) -> None:
    found = MOMENT.fullmatch(text)
    try:
        date(*(int(part or 1) for part in found.groups())) if found else _no_moment()
    except ValueError:
        _no_moment()


def _no_moment() -> None:
    raise ValidationError("It must be a date such as 2024-05-31, or a month such as 2024-05.")


def _key(name: str, most: int = 200) -> Text:
    return Text(most, required=True, data_key=name)


def _moment(name: str, required: bool) -> fields.String:
    return fields.String(
        required=required,
        load_default=missing if required else None,
        allow_none=not required,
        data_key=name,
        validate=[validate.Length(max=40), _is_moment],
        metadata={"example": "2024-05-31"},
    )


def _long(name: str, required: bool = False) -> Text | fields.String:
    if required:
        return Text(5_000, required=True, data_key=name)
    return fields.String(load_default="", allow_none=True, data_key=name, validate=validate.Length(max=5_000))


class SourceSchema(StrictSchema):
    """What a project, a job and a certificate have in common: a later end than start."""

    @validates_schema
    def ends_after_its_start(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an end before the start, as far as both are told."""
        start, end = data.get("start"), data.get("end")
        if start and end and end[: len(start)] < start[: len(end)]:
            raise ValidationError("It is before startDate.", "endDate")


class ProjectSchema(SourceSchema):
    """A project of the person's."""

    id = _key("projectId")
    name = Text(200, required=True)
    description = _long("description", required=True)
    start = _moment("startDate", required=True)
    end = _moment("endDate", required=False)


class ExperienceSchema(SourceSchema):
    """A job that the person has or had."""

    id = _key("workExperienceId")
    name = _key("role")
    organization = _key("companyName")
    description = _long("description")
    start = _moment("startDate", required=True)
    end = _moment("endDate", required=False)


class CertificateSchema(StrictSchema):
    """A certificate that the person holds."""

    id = _key("credentialId")
    name = Text(200, required=True)
    organization = fields.String(
        load_default="", allow_none=True, data_key="issuer", validate=validate.Length(max=200)
    )
    description = _long("description")


def _all_different(ids: list[str]) -> None:
    if len(set(ids)) != len(ids):
        raise ValidationError("Each id once.")


def _each_once(sources: list[dict[str, Any]]) -> None:
    _all_different([source["id"] for source in sources])


def _sources(schema: type[Schema]) -> "fields.List[Any]":
    return fields.List(
        fields.Nested(schema),
        load_default=list,
        validate=[validate.Length(max=MOST_SOURCES), _each_once],
    )


class VerifySchema(StrictSchema):
    """A student, what they have done, and where to tell of the result."""

    student = _key("studentId")
    callback_url = Text(2048, required=True, data_key="callbackWebhookUrl", metadata={"format": "uri"})
    name = Text(200, required=True)
    email = fields.Email(load_default=None, allow_none=True, validate=validate.Length(max=320))
    phone = fields.String(
        load_default=None,
        allow_none=True,
        data_key="phoneNumber",
        validate=validate.Regexp(r"\A(?=.*[0-9])\+?[0-9 ()./-]{3,40}\Z", error="It must be a phone number."),
    )
    projects = _sources(ProjectSchema)
    experience = _sources(ExperienceSchema)
    certificates = _sources(CertificateSchema)
    skill_ids = fields.List(
        Text(80),
        load_default=list,
        data_key="skillIds",
        validate=[validate.Length(max=MOST_SKILLS), _all_different],
    )

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def can_be_reached(self, _data: dict[str, Any], given: Any, **_: Any) -> None:
        """Refuse a student without an address; a bad one is another matter."""
        if isinstance(given, dict) and not given.get("email") and not given.get("phoneNumber"):
            raise ValidationError(NO_CONTACT, "email")

    @validates_schema
    def has_done_something(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a student of whom there is nothing to build questions on."""
        if not (data["projects"] or data["experience"] or data["certificates"]):
            raise ValidationError(NO_DATA, "projects")

    @staticmethod
    def refusal_code(errors: dict[str, list[str]]) -> str:
        """The contract's code for what is missing."""
        return _first_refusal(errors)[0]

    @staticmethod
    def refusal(errors: dict[str, list[str]]) -> str:
        """The sentence that goes with the code."""
        return _first_refusal(errors)[1]


def _first_refusal(errors: dict[str, list[str]]) -> tuple[str, str]:
    """The code and the sentence of what the contract tells first."""
    for name, code in MISSING_CODES.items():
        if any(message in MISSING for message in errors.get(name, [])):
            return code, f"{name} is required."
    for name, message, code in (("email", NO_CONTACT, "MISSING_CONTACT"), ("projects", NO_DATA, "NO_DATA")):
        if message in errors.get(name, []):
            return code, message
    name, messages = next(iter(errors.items()))
    return INVALID, f"{name}: {messages[0]}"


MISSING_CODES = {
    "studentId": "MISSING_STUDENT_ID",
    "callbackWebhookUrl": "MISSING_CALLBACK_WEBHOOK_URL",
    "name": "MISSING_NAME",
}


class SessionBodySchema(StrictSchema):
    """What any call of a session may say of itself; the session's own token decides."""

    may_be_absent = True
    record_id = fields.String(load_default=None, data_key="recordVerificationId")
    user_id = fields.String(load_default=None, data_key="recordUserId")


class BundledSkillSchema(StrictSchema):
    """A skill that is to be verified."""

    skill_id = _key("skillId", 80)
    name = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=200),
        metadata={"description": "Required for an id that GET /api/v1/skills does not list."},
    )
    proof_urls = fields.List(
        fields.Url(schemes={"http", "https"}, validate=validate.Length(max=2048)),
        load_default=list,
        data_key="proofUrls",
        validate=validate.Length(max=MOST_PROOFS),
    )


class StoreSkillsSchema(SessionBodySchema):
    """Step 1: the skills, in the place of those before."""

    may_be_absent = False
    skills = fields.List(fields.Nested(BundledSkillSchema), required=True)

    @validates_schema
    def are_few_and_different(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse no skills, too many, and one twice."""
        ids = [skill["skill_id"] for skill in data["skills"]]
        message = (
            EMPTY
            if not ids
            else DUPLICATE
            if len(set(ids)) < len(ids)
            else TOO_MANY
            if len(ids) > MOST_SKILLS
            else ""
        )
        if message:
            raise ValidationError(message, "skills")

    @staticmethod
    def refusal_code(errors: dict[str, list[str]]) -> str:
        """The contract's code for what is wrong with the set."""
        codes = {
            EMPTY: "NO_SKILLS",
            DUPLICATE: "DUPLICATE_SKILLS_IN_BUNDLE",
            TOO_MANY: "MAX_SKILLS_PER_SOURCE",
        }
        return next((codes[one] for one in errors.get("skills", []) if one in codes), INVALID)


class MethodSchema(SessionBodySchema):
    """Step 2: how the skills are verified."""

    may_be_absent = False
    method = fields.String(
        required=True, data_key="verificationMethod", validate=validate.OneOf(["human", "assessment"])
    )


class ChooseSourcesSchema(SessionBodySchema):
    """Step 3: what the questions build on."""

    may_be_absent = False
    session_token = fields.String(load_default=None, data_key="sessionToken")
    projects = fields.List(Text(200), load_default=list, data_key="projectIds")
    experience = fields.List(Text(200), load_default=list, data_key="workExperienceIds")
    certificates = fields.List(Text(200), load_default=list, data_key="credentialIds")


class SubmitSchema(SessionBodySchema):
    """The answers. Their shape is checked after the session's state, for a locked one is told that first."""

    answers = fields.Raw(
        load_default=None,
        metadata={
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "questionId": {"type": "string"},
                    "selectedAnswer": {"type": "integer", "minimum": 0},
                },
            },
            "description": "One for each question: its id, and the index of the chosen option.",
        },
    )


class SkillsQuerySchema(PageSchema):
    """The query of the list of skills."""

    search = fields.String(load_default="", validate=[validate.Length(max=200), STORABLE])


class VerificationsQuerySchema(PageSchema):
    """The query of the list of verifications."""

    student = fields.String(
        load_default=None, data_key="studentId", validate=[validate.Length(max=200), STORABLE]
    )
