"""Forms and queries as people send them, read by the schemas of the API."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext
from marshmallow import Schema, ValidationError

from models.errors import InvalidInput

Errors = dict[str, str]


def loaded(schema: Schema, values: Mapping[str, Any]) -> tuple[dict[str, Any], Errors]:
    """What the schema makes of the values, and of each field that it refuses the first reason."""
    try:
        data: dict[str, Any] = schema.load(values)
    except ValidationError as error:
        return {}, {name: _first(messages) for name, messages in error.messages_dict.items()}
    return data, {}


def _first(messages: Any) -> str:
    """The first of messages, which may lie in lists and by index or field."""
    while isinstance(messages, list | dict):
        messages = next(iter(messages.values() if isinstance(messages, dict) else messages))
    return str(messages)


def filled(values: Mapping[str, str]) -> dict[str, str]:
    """The fields of a form that are not empty, trimmed."""
    return {name: text.strip() for name, text in values.items() if text.strip()}


def moments(first: str | None, last: str | None) -> tuple[datetime | None, datetime | None]:
    """From the start of the first day (UTC) to the end of the last one. Raises InvalidInput."""
    since = _start_of(first) if first else None
    until = _start_of(last, plus=1) if last else None
    return since, until


def _start_of(text: str, plus: int = 0) -> datetime:
    try:
        day = date.fromisoformat(text) + timedelta(days=plus)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(gettext("“%(text)s” is no day; write it like 2026-11-21.", text=text)) from error
    return datetime.combine(day, time(), UTC)
