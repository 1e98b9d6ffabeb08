"""API B's envelope, and the HTTP status of each of its codes."""

import json
from typing import Any

from flask import Response

from api.parsing import Blueprint
from api.schemas.verification_answers_v1 import ErrorV1Schema

PREFIX = "/api/v1/"
# The codes of the contract's tables, and ours; every other code is a 400.
STATUS = {
    "INVALID_SESSION": 401,
    "ASSESSMENT_LOCKED": 403,
    "ASSESSMENT_PASSED": 403,
    "VERIFICATION_MISMATCH": 403,
    "NO_QUESTIONS": 404,
    "VERIFICATION_NOT_FOUND": 404,
    "ASSESSMENT_IN_PROGRESS": 409,
    "ATTEMPT_ALREADY_SUBMITTED": 409,
    "GENERATION_FAILED": 500,
    "GENERATION_TIMEOUT": 504,
}
# What is no rule's refusal has the code of its status.
CODES = {
    400: "INVALID_DATA_FORMAT",
    401: "INVALID_API_KEY",
    403: "OUT_OF_SCOPE",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    408: "BODY_TOO_SLOW",
    409: "CONFLICT",
    413: "BODY_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "IDEMPOTENCY_MISMATCH",
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_ERROR",
    503: "SERVICE_BUSY",
}


class BlueprintV1(Blueprint):
    """A blueprint whose errors have API B's envelope."""

    ERROR_SCHEMA = ErrorV1Schema


def refused(
    status: int,
    message: str,
    code: str | None = None,
    errors: dict[str, list[str]] | None = None,
    details: dict[str, str] | None = None,
) -> dict[str, Any]:
    """The body of an error."""
    error: dict[str, Any] = {"code": code or CODES.get(status, f"HTTP_{status}"), "message": message}
    if errors:
        error["errors"] = errors
    return {"success": False, "error": {**error, **(details or {})}}


def text(data: dict[str, Any], message: str, **more: Any) -> str:
    """The body of a success."""
    return json.dumps({"success": True, "data": data, "message": message, **more})


def succeeded(data: dict[str, Any], message: str, status: int = 200, **more: Any) -> Response:
    """A success."""
    return Response(text(data, message, **more), status=status, mimetype="application/json")
