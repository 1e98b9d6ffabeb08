"""The audit log's query and answer."""

from marshmallow import Schema, fields, validate

from api.schemas.common import StrictSchema

AUDIT_EXAMPLE = {
    "entries": [
        {
            "id": 42,
            "actor": "api_key:ab12cd34ef",
            "action": "sessions.erase",
            "subject": {"session_id": "8d0b6a52-94f3-4b5e-9b7e-0f3a1f6f7a10"},
            "created_at": "2026-11-21T10:00:00.000Z",
        }
    ],
    "has_more": False,
}


class AuditQuerySchema(StrictSchema):
    """The query of the audit log."""

    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=100))
    before = fields.Integer(load_default=None, validate=validate.Range(min=1, max=2**63 - 1))


class AuditEntrySchema(Schema):
    """One change. `subject` holds the ids that it named or made."""

    id = fields.Integer(required=True)
    actor = fields.String(required=True)
    action = fields.String(required=True)
    subject = fields.Dict(keys=fields.String(), required=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})


class AuditPageSchema(Schema):
    """A page of the audit log, newest first."""

    entries = fields.List(fields.Nested(AuditEntrySchema), required=True)
    has_more = fields.Boolean(required=True)
