"""What goes around every request, before Flask and after it: its id, its time, and its answer's headers.

It is plain WSGI and not Flask's hooks, which cost more, and the poll of a job's status is a cheap request.
"""

import re
import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

import logs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# A caller's own id, if it can stand in a header, in a log and in a URL as it is.
REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}", re.ASCII)
# An answer is data: a browser must load nothing on its account, and show it in no frame.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
)
# A year, for this host alone: what else its domain serves is not ours to decide.
ONLY_HTTPS = ("Strict-Transport-Security", "max-age=31536000")


class Counter(Protocol):
    """What counts the answers."""

    def count(self, route: str, method: str, status: str, seconds: float) -> None:
        """An answer of that status (`200`) began after so many seconds; "" is no route of ours."""


class Edge:
    """The application with what every answer has."""

    def __init__(self, application: "WSGIApplication", counter: Counter | None) -> None:
        self._application = application
        self._counter = counter

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer; a stream counts as answered when it begins."""
        started = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
        logs.of_request(request_id)
        route, answered = "", "500"

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            nonlocal route, answered
            # Flask forgets its request at the end.
            route, answered = route_of(environ), status[:3]
            _complete(headers, environ, request_id)
            return start_response(status, headers, *more)

        try:
            return self._application(environ, begin)
        finally:
            if self._counter is not None:
                seconds = time.perf_counter() - started
                self._counter.count(route, environ["REQUEST_METHOD"], answered, seconds)


def route_of(environ: "WSGIEnvironment") -> str:
    """The template of the address, such as `/v1/tasks/<task_id>`; "" for no route of ours."""
    asked = environ.get("werkzeug.request")
    rule = asked.url_rule if asked is not None else None
    return rule.rule if rule is not None else ""


def _complete(headers: list[tuple[str, str]], environ: "WSGIEnvironment", request_id: str) -> None:
    present = {name for name, _ in headers}
    headers.extend(ALWAYS)
    headers.append(("X-Request-ID", request_id))
    if "Content-Security-Policy" not in present:
        headers.append(("Content-Security-Policy", DATA_POLICY))
    if "Cache-Control" not in present:
        # What has a tag may be kept, to be asked about again; a 304 means nothing to a client without it.
        headers.append(("Cache-Control", "private, no-cache" if "ETag" in present else "no-store"))
    if _is_https(environ):
        headers.append(ONLY_HTTPS)


def _is_https(environ: "WSGIEnvironment") -> bool:
    """Whether the caller used TLS, to here or to the proxy before.

    Who makes that header up gains nothing: over plain HTTP a browser ignores what follows from it.
    """
    return environ["wsgi.url_scheme"] == "https" or environ.get("HTTP_X_FORWARDED_PROTO") == "https"
