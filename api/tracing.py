"""A span around every request, where an exporter is set: its method, route and status, and nothing it says.

An address may name a person's session and a query may hold a key, so neither goes into a span.
"""

from collections.abc import Iterable
from http import HTTPMethod
from typing import TYPE_CHECKING, Any

import traces
from api.edge import route_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

METHODS = frozenset(method.value for method in HTTPMethod)
# What the conventions have for a method that is none (https://opentelemetry.io/docs/specs/semconv/http/).
OTHER, OTHER_S_NAME = "_OTHER", "HTTP"


class Traced:
    """The application with a span around each of its answers, a child of the caller's `traceparent`."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer; a stream counts as answered when it begins."""
        asked: str = environ["REQUEST_METHOD"]
        method, name = (asked, asked) if asked in METHODS else (OTHER, OTHER_S_NAME)
        attributes = {"http.request.method": method, "url.scheme": environ["wsgi.url_scheme"]}
        with traces.span(name, traces.SERVER, attributes, environ.get("HTTP_TRACEPARENT")) as span:

            def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                # Flask forgets its request at the end.
                if route := route_of(environ):
                    span.rename(f"{name} {route}")
                    span.set({"http.route": route})
                _tell_status(span, status[:3])
                return start_response(status, headers, *more)

            return self._application(environ, begin)


def _tell_status(span: traces.Span, status: str) -> None:
    span.set({"http.response.status_code": int(status)})
    # What the caller did wrong is no fault of the server.
    if status >= "500":
        span.fail(status)
