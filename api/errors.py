"""From what went wrong to HTTP: one table, one envelope an API."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, request
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from api.auth import InvalidKey
from api.watch import TooManyWaiting
from models.errors import Conflict, DomainError, IdempotencyMismatch, InvalidInput, NotFound

log = logging.getLogger(__name__)

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    Conflict: 409,
    InvalidInput: 400,
    IdempotencyMismatch: 422,
}
# werkzeug's texts speak to the site's visitors; these to somebody who writes a client.
TEXTS = {
    400: "The request could not be read: it must be HTTP with a JSON object as its body.",
    404: "There is nothing at this address; /docs lists what there is.",
    405: "This address does not take this method; the Allow header lists those it takes.",
    413: "The body is larger than 1 MiB.",
    415: "The body must be JSON, sent with Content-Type: application/json.",
}
BUSY = "The service is at its limit; try again after the seconds in Retry-After."


def register(app: Flask) -> None:
    """Answer every exception in the envelope of the API that was called."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(InvalidKey, lambda _: answer(401, "Invalid API key"))
    app.register_error_handler(TooManyWaiting, lambda _: answer(503, BUSY, headers={"Retry-After": "1"}))
    app.register_error_handler(PoolTimeout, lambda _: answer(503, BUSY, headers={"Retry-After": "1"}))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(Exception, _unexpected)


def answer(
    status: int,
    message: str,
    errors: dict[str, list[str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """An error in the envelope of API A, or as a problem document where the client asks for one."""
    body: dict[str, Any] = {"error": message}
    if errors:
        body["errors"] = errors
    if _wants_problem():
        title = HTTPStatus(status).phrase
        body = {"type": "about:blank", "title": title, "status": status, "detail": message, **body}
    response = jsonify(body)
    response.status_code = status
    response.headers.extend(headers or {})
    if _wants_problem():
        response.content_type = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _wants_problem() -> bool:
    return "application/problem+json" in request.accept_mimetypes.values()


def _domain(error: DomainError) -> Response:
    return answer(STATUS.get(type(error), 400), str(error), getattr(error, "errors", None))


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    message = TEXTS.get(status) or error.description or error.name
    response = answer(status, message)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _database(error: DBAPIError) -> Response:
    if not isinstance(error, OperationalError):
        return _unexpected(error)
    log.error("The database did not answer: %s", error.orig)
    return answer(503, "The database can't be reached; try again in a moment.", headers={"Retry-After": "2"})


def _unexpected(error: Exception) -> Response:
    log.exception("An unexpected error in %s %s", request.method, request.path, exc_info=error)
    return answer(500, "An unexpected error occurred; it has been logged.")
