"""Reading request bodies: strict JSON, strict content types, nothing the database can't hold."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, TypeVar

from flask import Request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from api.schemas.common import UNKNOWN, ErrorSchema
from models.errors import InvalidInput

View = TypeVar("View", bound=Callable[..., Any])

LARGEST_BODY = 1024 * 1024
# Where one of these stands in the bytes, a string may hold what a database refuses.
SUSPICIOUS = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]")
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# Deeper values are nobody's, and encoding them again runs into the interpreter's own limit.
DEEPEST = 64
TOO_DEEP = f"It is nested more than {DEEPEST} levels deep."


class Parser(FlaskParser):
    """webargs with this product's rules: 400 for bad values, unknown fields refused everywhere."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = {"json": None, "query": RAISE}  # noqa: RUF012 - webargs reads it off the class

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body as strict JSON. Raises UnsupportedMediaType, RequestEntityTooLarge or BadRequest.

        A schema may set `largest_body`, in bytes, and `named_levels`: how many levels of a value's
        place an error names (a bulk's are the list, the index and the field). One that sets
        `may_be_absent` takes a request without a body for an empty object.
        """
        if getattr(schema, "may_be_absent", False) and not req.get_data():
            return {}
        if req.mimetype != "application/json" and not req.mimetype.endswith("+json"):
            raise UnsupportedMediaType
        largest = getattr(schema, "largest_body", LARGEST_BODY)
        # werkzeug cuts a chunked body off at this length without a word; one byte more shows that it did.
        req.max_content_length = largest + 1
        data = req.get_data()
        if len(data) > largest:
            raise RequestEntityTooLarge
        return strict_json(data, getattr(schema, "named_levels", 1))

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
        code = getattr(schema, "refusal_code", lambda _: "INVALID_DATA_FORMAT")(fields)
        raise InvalidInput(summary, fields, code)


class Blueprint(SmorestBlueprint):
    """flask-smorest's blueprint with this product's parser and its one shape of errors."""

    ARGUMENTS_PARSER = Parser()
    ERROR_SCHEMA: type[Schema] = ErrorSchema

    def refuses(self, *statuses: int) -> Callable[[View], View]:
        """Document the statuses with which a view says no."""

        def documented(view: View) -> View:
            # Of any call there may be too many, and any key may lack the scope.
            slow = {408} if 413 in statuses else set()
            for status in sorted({*statuses, *slow, 403, 429}, reverse=True):
                view = self.alt_response(status, schema=self.ERROR_SCHEMA)(view)
            return view

        return documented


def strict_json(data: bytes, named_levels: int = 1) -> Any:
    """The value of a JSON text (RFC 8259): no NaN, no infinities, nothing that can't be stored."""
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except ValueError as error:
        raise BadRequest from error
    except RecursionError as error:
        raise _unstorable((), TOO_DEEP) from error
    if SUSPICIOUS.search(data) or data.count(b"[") + data.count(b"{") > DEEPEST:
        _refuse_unstorable(value, (), 0, named_levels)
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large.")
    return number


def _refuse_unstorable(value: Any, path: tuple[str, ...], depth: int, named_levels: int) -> None:
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise _unstorable(path, "It holds a NUL character or half of a surrogate pair.")
    if depth >= DEEPEST + named_levels:
        raise _unstorable(path, TOO_DEEP)
    if isinstance(value, dict):
        for name in value:
            _refuse_unstorable(name, path, depth, named_levels)
    for name, inner in _inside(value):
        inner_path = (*path, name) if len(path) < named_levels else path
        _refuse_unstorable(inner, inner_path, depth + 1, named_levels)


def _inside(value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        return value.items()
    if isinstance(value, list):
        return ((str(place), inner) for place, inner in enumerate(value))
    return ()


def _unstorable(path: tuple[str, ...], message: str) -> InvalidInput:
    name = ".".join(path) or "body"
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
    # A field that is misspelt is also missing: the first tells more.
    name = next((name for name, messages in fields.items() if UNKNOWN in messages), next(iter(fields)))
    return f"{name}: {fields[name][0]}"
