"""Webhook endpoints, deliveries and events as the wire of API A shows them. A secret only where it is new."""

from collections.abc import Sequence
from typing import Any

from models import Delivery, DeliveryAttempt, Event, WebhookEndpoint
from models.base import iso_time, iso_time_or_none
from models.events import PENDING


def endpoint(one: WebhookEndpoint) -> dict[str, Any]:
    """An endpoint."""
    return {
        "id": one.id,
        "url": one.url,
        "description": one.description,
        "events": one.events,
        "enabled": one.enabled,
        "disabled_reason": one.disabled_reason,
        "failing_since": iso_time_or_none(one.failing_since),
        "created_at": iso_time(one.created_at),
        "updated_at": iso_time(one.updated_at),
    }


def delivery(one: Delivery) -> dict[str, Any]:
    """A delivery as a list shows it."""
    return {
        "id": one.id,
        "message_id": one.message_id,
        "endpoint_id": one.endpoint_id,
        "job_id": one.task_execution_id,
        "verification_id": one.verification_id,
        "type": one.body.get("type"),
        "sequence": one.sequence,
        "url": one.url,
        "status": one.status,
        "attempts_made": one.attempts,
        "next_attempt_at": iso_time(one.next_attempt_at) if one.status == PENDING else None,
        "last_status_code": one.last_status_code,
        "last_detail": one.last_detail,
        "delivered_at": iso_time_or_none(one.delivered_at),
        "replayed_at": iso_time_or_none(one.replayed_at),
        "created_at": iso_time(one.created_at),
    }


def delivery_detail(one: Delivery, attempts: Sequence[DeliveryAttempt]) -> dict[str, Any]:
    """A delivery with its body and its tries."""
    tries = [
        {
            "number": attempt.number,
            "started_at": iso_time(attempt.started_at),
            "duration_ms": attempt.duration_ms,
            "status_code": attempt.status_code,
            "detail": attempt.detail,
            "answer": attempt.answer,
        }
        for attempt in attempts
    ]
    return {**delivery(one), "body": one.body, "attempts": tries}


def event(one: Event) -> dict[str, Any]:
    """An event of the feed."""
    return {
        "id": one.id,
        "type": one.type,
        "created_at": iso_time(one.created_at),
        "job_id": one.task_execution_id,
        "verification_id": one.verification_id,
        "sequence": one.sequence,
        "payload": one.payload,
    }
