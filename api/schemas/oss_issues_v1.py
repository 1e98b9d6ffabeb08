"""API C's open-source issues on the wire."""

from marshmallow import Schema, ValidationError, fields, validate

from api.schemas.common import StrictSchema, Text, WholeListSchema
from api.schemas.verifications_v1 import STORABLE
from models.oss_issues import (
    DIFFICULTIES,
    LONGEST_BODY,
    LONGEST_LABEL,
    LONGEST_LANGUAGE,
    LONGEST_TITLE,
    MOST_LABELS,
)

ISSUE_EXAMPLE = {
    "title": "Export runs out of memory",
    "body": "The export loads all orders before it writes the first one. It should stream them.",
    "repoUrl": "https://github.com/acme/orders",
    "labels": ["bug"],
    "language": "Python",
}
IMPORT_EXAMPLE = {"url": "https://github.com/acme/orders/issues/42"}


def web_address(name: str) -> fields.Url:
    """An http or https URL that may be absent, of a host within the network too."""
    return fields.Url(
        schemes={"http", "https"},
        require_tld=False,
        load_default=None,
        allow_none=True,
        data_key=name,
        validate=validate.Length(max=2048),
    )


def _each_once(labels: list[str]) -> None:
    if len(set(labels)) != len(labels):
        raise ValidationError("Each label once.")


class IssuesQuerySchema(WholeListSchema):
    """The query of the list of issues."""

    language = fields.String(load_default=None, validate=[validate.Length(max=LONGEST_LANGUAGE), STORABLE])
    difficulty = fields.String(load_default=None, validate=validate.OneOf(DIFFICULTIES))
    label = fields.String(load_default=None, validate=[validate.Length(max=LONGEST_LABEL), STORABLE])


class NewIssueSchema(StrictSchema):
    """An issue that is written by hand."""

    title = Text(LONGEST_TITLE, required=True)
    body = Text(LONGEST_BODY, required=True)
    repo_url = web_address("repoUrl")
    labels = fields.List(
        Text(LONGEST_LABEL), load_default=list, validate=[validate.Length(max=MOST_LABELS), _each_once]
    )
    language = Text(LONGEST_LANGUAGE, load_default=None, allow_none=True)
    difficulty = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(DIFFICULTIES),
        metadata={"description": "Estimated by labels and text where it is absent."},
    )


class ImportIssueSchema(StrictSchema):
    """The address of an issue: https://HOST/OWNER/REPO/issues/N."""

    url = Text(2048, required=True)


class OssIssueSchema(Schema):
    """An open-source issue; `url` is null for one that was written by hand."""

    id = fields.UUID(required=True)
    org_id = fields.UUID(required=True, data_key="orgId")
    url = fields.String(required=True, allow_none=True)
    repo_url = fields.String(required=True, allow_none=True, data_key="repoUrl")
    title = fields.String(required=True)
    body = fields.String(required=True)
    labels = fields.List(fields.String(), required=True)
    language = fields.String(required=True, allow_none=True)
    difficulty = fields.String(required=True, validate=validate.OneOf(DIFFICULTIES))
    created_at = fields.DateTime(required=True, data_key="createdAt")
    updated_at = fields.DateTime(required=True, data_key="updatedAt")


class OssIssuePageSchema(Schema):
    """A page of issues, oldest first."""

    issues = fields.List(fields.Nested(OssIssueSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True, data_key="nextCursor")
