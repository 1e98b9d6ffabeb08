"""API A's generate request and its 202."""

import json
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.schemas.common import StrictSchema, Text
from models.questions import TYPES

MISSING = ("Missing data for required field.", "Field may not be null.", Text.BLANK)
REQUIRED = "Job role and job description are required"
LONGEST_METADATA = 16 * 1024
LARGEST_SEED = 2**53 - 1

ROLE_EXAMPLE = "Senior Python Developer"
DESCRIPTION_EXAMPLE = (
    "We are looking for a Senior Python Developer with 5+ years of experience in Django, Flask, and "
    "FastAPI. The candidate should have strong knowledge of databases, REST APIs, and cloud technologies. "
    "Experience with Docker, Kubernetes, and CI/CD pipelines is preferred."
)
REQUEST_EXAMPLE = {
    "job_role": ROLE_EXAMPLE,
    "job_description": DESCRIPTION_EXAMPLE,
    "cutoff": 60,
    "notification_url": "https://your-webhook-url.com/assessment-status",
}
ACCEPTED_EXAMPLE = {
    "job_id": "550e8400-e29b-41d4-a716-446655440000",
    "status": "pending",
    "message": "Assessment creation job has been queued successfully",
}


def _each_once(types: list[str]) -> None:
    if len(set(types)) != len(types):
        raise ValidationError("Each type once.")


class GenerateSchema(StrictSchema):
    """A brief: the role, its description and what the assessment should be like."""

    job_role = Text(200, required=True, metadata={"description": "The title or role."})
    job_description = Text(
        50_000, required=True, metadata={"description": "Responsibilities, requirements and skills."}
    )
    cutoff = fields.Integer(
        strict=True,
        load_default=40,
        validate=validate.Range(min=0, max=100),
        metadata={"description": "Score, in percent, from which a candidate passes."},
    )
    notification_url = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=2048),
        metadata={
            "description": "http or https address that is told of every status and progress line.",
            "format": "uri",
        },
    )
    number_of_questions = fields.Integer(
        strict=True, load_default=20, validate=validate.Range(min=5, max=100)
    )
    duration_minutes = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=600),
        metadata={"description": "Total time; the sum of the questions' times when absent."},
    )
    difficulty = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(["entry", "intermediate", "senior"]),
        metadata={"description": "Read from the text when absent."},
    )
    language = fields.String(load_default="en", validate=validate.Regexp(r"\A[a-z]{2}(-[A-Z]{2})?\Z"))
    question_types = fields.List(
        fields.String(validate=validate.OneOf(TYPES)),
        load_default=lambda: ["multiple_choice"],
        validate=[validate.Length(min=1, max=len(TYPES)), _each_once],
        metadata={
            "description": "What the questions may be. multiple_choice takes questions about code too; "
            "code_reading asks for them."
        },
    )
    reuse = fields.Boolean(
        load_default=True,
        metadata={"description": "Whether questions that were written for you earlier may come again."},
    )
    on_shortfall = fields.String(load_default="partial", validate=validate.OneOf(["partial", "fail"]))
    mode = fields.String(load_default="live", validate=validate.OneOf(["live", "economy"]))
    seed = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=0, max=LARGEST_SEED),
        metadata={"description": "The same brief and seed choose the same library questions."},
    )
    external_id = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))
    metadata = fields.Dict(
        keys=fields.String(),
        load_default=None,
        allow_none=True,
        metadata={"description": "Your own object, echoed in status, webhooks and info; 16 KiB at most."},
    )

    @validates_schema
    def metadata_is_small(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse metadata that is too large to echo in every webhook."""
        metadata = data.get("metadata")
        if metadata and len(json.dumps(metadata, ensure_ascii=False).encode()) > LONGEST_METADATA:
            raise ValidationError("It is larger than 16 KiB.", "metadata")

    @staticmethod
    def refusal(errors: dict[str, list[str]]) -> str:
        """The contract's sentence for a role or description that is missing or blank."""
        for name in ("job_role", "job_description"):
            if any(message in MISSING for message in errors.get(name, [])):
                return REQUIRED
        name, messages = next(iter(errors.items()))
        return f"{name}: {messages[0]}"


class AcceptedSchema(Schema):
    """A job that was accepted."""

    job_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["pending"]))
    message = fields.String(required=True)
