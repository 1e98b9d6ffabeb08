"""Reading request bodies: strict JSON, strict content types, nothing the database can't hold."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from flask import Request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from models.errors import InvalidInput

LARGEST_BODY = 1024 * 1024
# Where one of these stands in the bytes, a string may hold what a database refuses.
SUSPICIOUS = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]")
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# Deeper values are nobody's, and encoding them again runs into the interpreter's own limit.
DEEPEST = 64


class Parser(FlaskParser):
    """webargs with this product's rules: 400 for bad values, unknown fields refused everywhere."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = {"json": None, "query": RAISE}  # noqa: RUF012 - webargs reads it off the class

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 - webargs calls it so
        """The body as strict JSON. Raises UnsupportedMediaType, RequestEntityTooLarge or BadRequest."""
        if req.mimetype != "application/json" and not req.mimetype.endswith("+json"):
            raise UnsupportedMediaType
        data = req.get_data()
        if len(data) > LARGEST_BODY:
            raise RequestEntityTooLarge
        return strict_json(data)

    def handle_error(
        self,
        error: ValidationError,
        req: Request,  # noqa: ARG002 - webargs calls it so
        schema: Schema,
        *,
        error_status_code: int | None,  # noqa: ARG002
        error_headers: Mapping[str, str] | None,  # noqa: ARG002
    ) -> NoReturn:
        """Refuse in one sentence that names a field, and tell all of them in `errors`."""
        [messages] = error.messages_dict.values()
        fields = _flat(messages)
        summary = getattr(schema, "refusal", _sentence)(fields)
        raise InvalidInput(summary, fields)


class Blueprint(SmorestBlueprint):
    """flask-smorest's blueprint with this product's parser."""

    ARGUMENTS_PARSER = Parser()


def strict_json(data: bytes) -> Any:
    """The value of a JSON text (RFC 8259): no NaN, no infinities, nothing that can't be stored."""
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise BadRequest from error
    if SUSPICIOUS.search(data) or data.count(b"[") + data.count(b"{") > DEEPEST:
        _refuse_unstorable(value, "", 0)
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large.")
    return number


def _refuse_unstorable(value: Any, path: str, depth: int) -> None:
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise _unstorable(path, "It holds a NUL character or half of a surrogate pair.")
    if depth > DEEPEST:
        raise _unstorable(path, f"It is nested more than {DEEPEST} levels deep.")
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_unstorable(name, path, depth)
            _refuse_unstorable(inner, path or name, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unstorable(inner, path, depth + 1)


def _unstorable(path: str, message: str) -> InvalidInput:
    name = path or "body"
    return InvalidInput(f"{name}: {message}", {name: [message]})


def _flat(messages: Any, path: str = "") -> dict[str, list[str]]:
    """Nested messages as field -> messages, with dotted paths."""
    if isinstance(messages, list):
        return {path or "body": [str(message) for message in messages]}
    if not isinstance(messages, dict):
        return {path or "body": [str(messages)]}
    flat: dict[str, list[str]] = {}
    for name, inner in messages.items():
        here = "" if name == "_schema" else str(name)
        flat |= _flat(inner, ".".join(part for part in (path, here) if part))
    return flat


def _sentence(fields: dict[str, list[str]]) -> str:
    name, messages = next(iter(fields.items()))
    return f"{name}: {messages[0]}"
