"""API A's bulk request: many briefs at once, and its 202."""

import re

from marshmallow import Schema, fields, validate

from api.schemas.common import StrictSchema
from api.schemas.generation_v2 import MISSING, REQUEST_EXAMPLE, REQUIRED, GenerateSchema

MOST_BRIEFS = 500
LARGEST_BULK = 16 * 1024 * 1024
REQUIRED_FIELD = re.compile(r"(briefs\.\d+)\.(job_role|job_description)")

BULK_EXAMPLE = {
    "briefs": [
        {**REQUEST_EXAMPLE, "external_id": "opening-17"},
        {
            "job_role": "Support Agent",
            "job_description": "Answer customers by phone and mail, keep calm, document each case.",
            "external_id": "opening-18",
        },
    ],
    "mode": "economy",
}
BULK_ACCEPTED_EXAMPLE = {
    "jobs": [
        {"index": 0, "job_id": "550e8400-e29b-41d4-a716-446655440000", "external_id": "opening-17"},
        {"index": 1, "job_id": "6efe0833-332a-4b78-b022-e2275f8204aa", "external_id": "opening-18"},
    ],
    "accepted": 2,
}


class BulkBriefSchema(GenerateSchema):
    """One brief of a bulk: as a single one, without the mode, which the bulk has."""

    class Meta(StrictSchema.Meta):
        exclude = ("mode",)


class BulkSchema(StrictSchema):
    """Up to 500 briefs."""

    # 500 briefs of 32 KiB; a brief of the greatest length may have 200 KB of UTF-8.
    largest_body = LARGEST_BULK
    named_levels = 3

    briefs = fields.List(
        fields.Nested(BulkBriefSchema), required=True, validate=validate.Length(min=1, max=MOST_BRIEFS)
    )
    mode = fields.String(
        load_default="economy",
        validate=validate.OneOf(["live", "economy"]),
        metadata={
            "description": "`economy` asks the model in batches at half the price, within 24 hours; "
            "`live` at once."
        },
    )

    @staticmethod
    def refusal(errors: dict[str, list[str]]) -> str:
        """A sentence that names the first brief that is wrong, by its index."""
        name, messages = next(iter(errors.items()))
        required = REQUIRED_FIELD.fullmatch(name)
        if required and messages[0] in MISSING:
            return f"{required[1]}: {REQUIRED}"
        return f"{name}: {messages[0]}"


class BulkJobSchema(Schema):
    """The job of a brief."""

    index = fields.Integer(required=True, metadata={"description": "The brief's place in the request."})
    job_id = fields.UUID(required=True)
    external_id = fields.String(required=True, allow_none=True)


class BulkAcceptedSchema(Schema):
    """Jobs that were accepted, in the order of their briefs."""

    jobs = fields.List(fields.Nested(BulkJobSchema), required=True)
    accepted = fields.Integer(required=True)
