"""Traces: from a request to its job, the job's stages and model calls, and its webhooks, by OpenTelemetry.

A leaf that web, workers and domain share. Without an exporter's address nothing of OpenTelemetry is
imported and `span` hands out one object that does nothing. With it, spans go out in batches from a thread,
by OTLP over HTTP; what else the standard variables (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, OTEL_BSP_…,
OTEL_EXPORTER_OTLP_HEADERS …) say, the SDK reads itself. No provider is registered for all: libraries that
make spans of their own, such as the model's SDK, send none, for what they would tell is not ours to choose.

A span tells names, numbers and ids; never what somebody wrote, who it is about, or an error's text.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span as OpenSpan

SERVER, CLIENT, CONSUMER, INTERNAL = "SERVER", "CLIENT", "CONSUMER", "INTERNAL"
SERVICE = "assessgen"
# W3C's header, and the length of its first version (https://www.w3.org/TR/trace-context/).
TRACEPARENT, TRACEPARENT_LENGTH = "traceparent", 55

Attributes = Mapping[str, str | int]


class Span:
    """A span that does nothing: the one that there is while no exporter is set."""

    @property
    def traceparent(self) -> str | None:
        """What makes another's span a child of this one, as the header has it."""
        return None

    def rename(self, name: str) -> None:
        """Give it the name that is known only now."""

    def set(self, attributes: Attributes) -> None:
        """Add attributes."""

    def fail(self, kind: str) -> None:
        """What it stands for has failed; `kind` is a name or a code, never a text."""


class _Live(Span):
    def __init__(self, span: "OpenSpan") -> None:
        self._span = span

    @property
    def traceparent(self) -> str | None:
        context = self._span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def set(self, attributes: Attributes) -> None:
        self._span.set_attributes(dict(attributes))

    def fail(self, kind: str) -> None:
        from opentelemetry.trace import StatusCode

        self._span.set_attribute("error.type", kind)
        self._span.set_status(StatusCode.ERROR)


_NOTHING = nullcontext(Span())
_endpoint, _version = "", ""
_provider: "TracerProvider | None" = None
_lock = threading.Lock()


def configure(endpoint: str, version: str = "") -> None:
    """Send spans to that URL from here on, as of that version of the service; "" sends none.

    Nothing is started before the first span.
    """
    global _endpoint, _version
    _endpoint, _version = endpoint, version


def is_on() -> bool:
    """Whether spans are made."""
    return bool(_endpoint)


def span(
    name: str, kind: str = INTERNAL, attributes: Attributes | None = None, parent: str | None = None
) -> AbstractContextManager[Span]:
    """A span around what is done within: a child of `parent` (a traceparent), else of the one around it.

    An error that leaves it marks it as failed, unless its class says `is_no_fault`.
    """
    return _live(name, kind, attributes, parent) if _endpoint else _NOTHING


def traceparent_now() -> str | None:
    """The `traceparent` of the span that is open here; None where there is none."""
    return current().traceparent if _endpoint else None


def current() -> Span:
    """The span that is open here."""
    if not _endpoint:
        return _NOTHING.enter_result
    from opentelemetry.trace import get_current_span

    found = get_current_span()
    return _Live(found) if found.get_span_context().is_valid else _NOTHING.enter_result


def close() -> None:
    """Send what is left and make no more spans; waits for the exporter's own time limit at most."""
    global _provider
    configure("")
    with _lock:
        provider, _provider = _provider, None
    if provider is not None:
        provider.shutdown()


@contextmanager
def _live(name: str, kind: str, attributes: Attributes | None, parent: str | None) -> Iterator[Span]:
    from opentelemetry.trace import SpanKind

    # The SDK would write an error's text and its traceback down, which may hold anything.
    with (
        _provided()
        .get_tracer(SERVICE, _version)
        .start_as_current_span(
            name,
            context=_context(parent),
            kind=SpanKind[kind],
            attributes=dict(attributes or {}),
            record_exception=False,
            set_status_on_exception=False,
        ) as opened
    ):
        live = _Live(opened)
        try:
            yield live
        except Exception as error:
            if not getattr(error, "is_no_fault", False):
                live.fail(type(error).__name__)
            raise


def _context(parent: str | None) -> "Context | None":
    if parent is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    # What is no traceparent gives an empty context: a trace of its own.
    return TraceContextTextMapPropagator().extract({TRACEPARENT: parent})


def _provided() -> "TracerProvider":
    """This process's provider, made at its first span and so after any fork of a server's."""
    global _provider
    if _provider is None:
        with _lock:
            _provider = _provider or _new_provider(_endpoint)
    return _provider


def _new_provider(endpoint: str) -> "TracerProvider":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    ours: dict[str, Any] = {"service.name": SERVICE, "service.version": _version}
    resource = Resource.create(ours).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    # atexit is not run in a forked server process before Python 3.13; this is, in any. After the worker of
    # the embedded default (10), whose last spans are to go out too.
    Finalize(None, close, exitpriority=0)
    return provider
