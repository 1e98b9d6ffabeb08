"""From what went wrong to HTTP: one table, one envelope an API."""

import logging
from http import HTTPStatus

from flask import Flask, Response, g, jsonify, request
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from api import envelope_v1
from api.auth import InvalidKey
from api.console import pages, paths
from api.forge import NoAnswer
from api.guessing import TooManyGuesses
from api.request_limits import TooManyRequests
from api.scopes import OutOfScope
from api.watch import TooManyWaiting
from models.errors import (
    Conflict,
    DomainError,
    IdempotencyMismatch,
    InvalidInput,
    NotFound,
    Refused,
    Unready,
)
from models.quotas import OverQuota

log = logging.getLogger(__name__)

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    Conflict: 409,
    InvalidInput: 400,
    IdempotencyMismatch: 422,
    Unready: 503,
}
# The codes of C's candidates; those of B are its envelope's, and every other code is a 400.
CANDIDATES = {
    "INVALID_KEY": 401,
    "KEY_EXPIRED": 401,
    "TIME_IS_UP": 403,
    "SESSION_NOT_STARTED": 404,
    "ALREADY_SUBMITTED": 409,
    "NOT_APPROVED": 409,
}
# werkzeug's texts speak to the site's visitors; these to somebody who writes a client.
TEXTS = {
    400: "The request could not be read: it must be HTTP with a JSON object as its body.",
    404: "There is nothing at this address; /docs lists what there is.",
    405: "This address does not take this method; the Allow header lists those it takes.",
    408: "The body did not arrive in time; send it right after the headers.",
    415: "The body must be JSON, sent with Content-Type: application/json.",
}
BUSY = "The service is at its limit; try again after the seconds in Retry-After."


def register(app: Flask) -> None:
    """Answer every exception in the envelope of the API that was called."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(OverQuota, _over_quota)
    app.register_error_handler(InvalidKey, lambda _: answer(401, "Invalid API key"))
    app.register_error_handler(TooManyWaiting, lambda _: answer(503, BUSY, headers={"Retry-After": "1"}))
    app.register_error_handler(TooManyGuesses, _guessing)
    app.register_error_handler(TooManyRequests, _limited)
    app.register_error_handler(OutOfScope, lambda error: answer(403, str(error)))
    app.register_error_handler(NoAnswer, _forge)
    app.register_error_handler(PoolTimeout, lambda _: answer(503, BUSY, headers={"Retry-After": "1"}))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(Exception, _unexpected)


def answer(
    status: int,
    message: str,
    errors: dict[str, list[str]] | None = None,
    headers: dict[str, str] | None = None,
    code: str | None = None,
    details: dict[str, str] | None = None,
) -> Response:
    """An error in the envelope of the API that was called.

    A client of A may ask for a problem document; `code` and `details` are B's.
    """
    if paths.is_page(request.path):
        page = pages.problem(status, message)
        page.headers.extend(headers or {})
        return page
    is_b = request.path.startswith(envelope_v1.PREFIX)
    is_problem = not is_b and "application/problem+json" in request.accept_mimetypes.values()
    if is_b:
        body = envelope_v1.refused(status, message, code, errors, details)
    else:
        body = {"error": message, **({"errors": errors} if errors else {})}
        # What a rule refuses has a code for programs; no other error of A and C has one.
        body |= {"code": code} if code and details is not None else {}
    if is_problem:
        title = HTTPStatus(status).phrase
        body = {"type": "about:blank", "title": title, "status": status, "detail": message, **body}
    response = jsonify(body)
    response.status_code = status
    response.headers.extend(headers or {})
    if is_problem:
        response.content_type = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _domain(error: DomainError) -> Response:
    if isinstance(error, Refused):
        status = {**envelope_v1.STATUS, **CANDIDATES}.get(error.code, 400)
        return answer(status, str(error), code=error.code, details=error.details)
    status = STATUS.get(type(error), 400)
    headers = {"Retry-After": "2"} if status == 503 else None
    return answer(status, str(error), getattr(error, "errors", None), headers, getattr(error, "code", None))


def _guessing(error: TooManyGuesses) -> Response:
    return answer(429, str(error), headers={"Retry-After": str(error.seconds)})


def _limited(error: TooManyRequests) -> Response:
    g.left = error.left
    return answer(429, str(error), headers={"Retry-After": str(error.left.seconds)})


def _over_quota(error: OverQuota) -> Response:
    return answer(429, str(error), headers={"Retry-After": str(error.seconds)}, code=error.code)


def _forge(error: NoAnswer) -> Response:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
    return answer(502, str(error), headers=headers)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    message = _too_large() if status == 413 else TEXTS.get(status) or error.description or error.name
    response = answer(status, message)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _too_large() -> str:
    """What the route's own limit is; it is set with a byte to spare (`api/parsing.py`)."""
    return f"The body is larger than {(request.max_content_length or 0) // 2**20} MiB."


def _database(error: DBAPIError) -> Response:
    if not isinstance(error, OperationalError):
        return _unexpected(error)
    log.error("The database did not answer: %s", error.orig)
    return answer(503, "The database can't be reached; try again in a moment.", headers={"Retry-After": "2"})


def _unexpected(error: Exception) -> Response:
    log.exception("An unexpected error in %s %s", request.method, request.path, exc_info=error)
    return answer(500, "An unexpected error occurred; it has been logged.")
