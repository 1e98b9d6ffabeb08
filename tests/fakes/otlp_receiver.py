"""A collector of traces on the loopback: a real OTLP/HTTP server that keeps the spans that it is sent.

with OtlpReceiver() as collector:
    ... something that sends to collector.url ...
    collector.wait_for(lambda spans: any(span.name == "step write" for span in spans))
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status


@dataclass(frozen=True)
class Got:
    """A span as it came; ids are in hex, `parent` is "" for a root."""

    name: str
    kind: str
    trace: str
    id: str
    parent: str
    failed: bool
    attributes: dict[str, Any]
    resource: dict[str, Any]
    events: tuple[str, ...]


class OtlpReceiver:
    """A threaded HTTP server on a free port of 127.0.0.1; `bodies` are the requests as they came."""

    def __init__(self) -> None:
        self.spans: list[Got] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.receiver = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="collector")
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def base(self) -> str:
        """What OTEL_EXPORTER_OTLP_ENDPOINT is set to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """Where the spans are posted."""
        return f"{self.base}/v1/traces"

    def wait_for(self, wanted: Callable[[list[Got]], bool], timeout: float = 10.0) -> list[Got]:
        """Wait until the predicate holds of all spans so far, and return them.

        Raises AssertionError at the timeout (in seconds), naming what did come.
        """
        with self._changed:
            came = self._changed.wait_for(lambda: wanted(self.spans), timeout)
            names = [span.name for span in self.spans]
            assert came, f"after {timeout:g} s the collector had only got {names}"
            return list(self.spans)

    def take(self, body: bytes, headers: dict[str, str]) -> None:
        """Keep what a request holds; called by the server's threads."""
        message = ExportTraceServiceRequest.FromString(body)
        found = [
            _got(span, _values(group.resource.attributes))
            for group in message.resource_spans
            for scope in group.scope_spans
            for span in scope.spans
        ]
        with self._changed:
            self.bodies.append(body)
            self.headers.append(headers)
            self.spans.extend(found)
            self._changed.notify_all()


def _got(span: Any, resource: dict[str, Any]) -> Got:
    return Got(
        name=span.name,
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        failed=span.status.code == Status.STATUS_CODE_ERROR,
        attributes=_values(span.attributes),
        resource=resource,
        events=tuple(event.name for event in span.events),
    )


def _values(pairs: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in pairs}


class _Server(ThreadingHTTPServer):
    # Threads are joined at the end, so that no test leaves an open socket to the next one.
    daemon_threads = False
    receiver: OtlpReceiver


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    # An exporter that keeps its connection must not hold up the end of a test.
    timeout = 2.0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        is_ours = self.path == "/v1/traces"
        if is_ours:
            self.server.receiver.take(body, {name.lower(): value for name, value in self.headers.items()})
        self.send_response(200 if is_ours else 404)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: pytest shows what matters."""
