"""Webhook endpoints, their deliveries and the feed of events on the wire."""

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from api.schemas.common import PageSchema, StrictSchema
from api.schemas.reviews_v2 import SomethingSchema
from models.events import DEAD, DELIVERED, PENDING
from models.webhook_endpoints import EVENT_TYPES, PREFIXES

LONGEST_OVERLAP_HOURS = 168
SUBSCRIBABLE = (*EVENT_TYPES, *PREFIXES)
ENDPOINT_EXAMPLE = {
    "url": "https://hooks.example.com/assessments",
    "description": "Our applicant tracking system",
    "events": ["task_execution.completed", "task_execution.failed", "verification.*"],
}


class Moment(fields.AwareDateTime):
    """A moment in ISO 8601; in UTC where it names no zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", default_timezone=UTC, load_default=None, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        moment: datetime = super()._deserialize(value, attr, data, **kwargs)
        try:
            return moment.astimezone(UTC)
        except OverflowError as error:
            # At the ends of the calendar another zone's time may have none in UTC.
            raise ValidationError("It is outside the calendar.") from error


def _time(allow_none: bool = False) -> fields.String:
    """UTC to the millisecond, as `2026-11-21T10:00:00.000Z`."""
    return fields.String(required=True, allow_none=allow_none, metadata={"format": "date-time"})


def _url(**kwargs: Any) -> fields.String:
    about = {"description": "An http or https address on the public Internet.", "format": "uri"}
    return fields.String(validate=validate.Length(min=1, max=2048), metadata=about, **kwargs)


def _description(**kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Length(max=500), **kwargs)


def _events(**kwargs: Any) -> "fields.List[Any]":
    return fields.List(
        fields.String(validate=validate.OneOf(SUBSCRIBABLE)),
        validate=validate.Length(max=len(SUBSCRIBABLE)),
        metadata={"description": "Types of events, or prefixes such as `task_execution.*`; empty is all."},
        **kwargs,
    )


class NewEndpointSchema(StrictSchema):
    """An endpoint as it is made."""

    url = _url(required=True)
    description = _description(load_default="")
    events = _events(load_default=list)


class EndpointChangeSchema(SomethingSchema):
    """What to change; fields that are absent stay."""

    url = _url()
    description = _description()
    events = _events()
    enabled = fields.Boolean()


class RotationSchema(StrictSchema):
    """How long the secret of until now signs beside the new one."""

    may_be_absent = True

    overlap_hours = fields.Integer(
        strict=True, load_default=24, validate=validate.Range(min=0, max=LONGEST_OVERLAP_HOURS)
    )


class WebhookEndpointSchema(Schema):
    """A webhook endpoint. `failing_since` is its first failure after the last success."""

    id = fields.UUID(required=True)
    url = fields.String(required=True)
    description = fields.String(required=True)
    events = fields.List(fields.String(), required=True)
    enabled = fields.Boolean(required=True)
    disabled_reason = fields.String(required=True, allow_none=True)
    failing_since = _time(allow_none=True)
    created_at = _time()
    updated_at = _time()


class EndpointWithSecretSchema(WebhookEndpointSchema):
    """A webhook endpoint with its new secret, which is shown this once."""

    secret = fields.String(required=True)


class EndpointPageSchema(Schema):
    """A page of webhook endpoints, newest first."""

    webhook_endpoints = fields.List(fields.Nested(WebhookEndpointSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DeletedEndpointSchema(Schema):
    """What was deleted."""

    id = fields.UUID(required=True)
    deleted = fields.Boolean(required=True)


class DeliveryQuerySchema(PageSchema):
    """Which deliveries to list; of two moments `since` counts in and `until` does not."""

    status = fields.String(load_default=None, validate=validate.OneOf((PENDING, DELIVERED, DEAD)))
    endpoint_id = fields.UUID(load_default=None)
    job_id = fields.UUID(load_default=None)
    since = Moment()
    until = Moment()


class ReplaySchema(StrictSchema):
    """Which deliveries to send again; of two moments `since` counts in and `until` does not."""

    status = fields.String(required=True, validate=validate.OneOf((DEAD, DELIVERED)))
    endpoint_id = fields.UUID(load_default=None)
    since = Moment()
    until = Moment()


class WebhookDeliverySchema(Schema):
    """A delivery. `message_id` is what the receiver gets as `webhook-id`, on every try."""

    id = fields.UUID(required=True)
    message_id = fields.String(required=True)
    endpoint_id = fields.UUID(required=True, allow_none=True)
    job_id = fields.UUID(required=True, allow_none=True)
    verification_id = fields.UUID(required=True, allow_none=True)
    type = fields.String(required=True, allow_none=True)
    sequence = fields.Integer(required=True)
    url = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf((PENDING, DELIVERED, DEAD)))
    attempts_made = fields.Integer(required=True)
    next_attempt_at = _time(allow_none=True)
    last_status_code = fields.Integer(required=True, allow_none=True)
    last_detail = fields.String(required=True, allow_none=True)
    delivered_at = _time(allow_none=True)
    replayed_at = _time(allow_none=True)
    created_at = _time()


class DeliveryAttemptSchema(Schema):
    """One try. `answer` is the first KiB of what the receiver answered."""

    number = fields.Integer(required=True)
    started_at = _time()
    duration_ms = fields.Integer(required=True)
    status_code = fields.Integer(required=True, allow_none=True)
    detail = fields.String(required=True)
    answer = fields.String(required=True)


class DeliveryDetailSchema(WebhookDeliverySchema):
    """A delivery with what is sent and every try."""

    body = fields.Dict(required=True)
    attempts = fields.List(fields.Nested(DeliveryAttemptSchema), required=True)


class DeliveryPageSchema(Schema):
    """A page of deliveries, newest first."""

    webhook_deliveries = fields.List(fields.Nested(WebhookDeliverySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ReplayedSchema(Schema):
    """How many deliveries are sent again."""

    replayed = fields.Integer(required=True)


class FeedQuerySchema(StrictSchema):
    """Where the feed goes on, and what of it is wanted."""

    after = fields.String(
        load_default=None, metadata={"description": "The `next` of the page before; absent, the beginning."}
    )
    type = fields.String(load_default=None, validate=validate.OneOf(SUBSCRIBABLE))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=1000))


class FeedEventSchema(Schema):
    """An event; of `job_id` and `verification_id` the one that it is about is set."""

    id = fields.Integer(required=True)
    type = fields.String(required=True)
    created_at = _time()
    job_id = fields.UUID(required=True, allow_none=True)
    verification_id = fields.UUID(required=True, allow_none=True)
    sequence = fields.Integer(required=True)
    payload = fields.Dict(required=True)


class FeedPageSchema(Schema):
    """A page of the feed, oldest first. `next` is always there: ask with it again later."""

    events = fields.List(fields.Nested(FeedEventSchema), required=True)
    next = fields.String(required=True)
    has_more = fields.Boolean(required=True)
