"""Figures for Prometheus.

Jobs, deliveries, workers and model calls are read from the database, so that each web process tells the
same, also of what workers do. HTTP requests are counted by each web process for itself, under its own
`process`; the connection is closed after each answer, for else a scraper would stay with one of them.
"""

import hmac
import os
import threading
import time
from collections.abc import Iterable
from http import HTTPMethod
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from api.auth import InvalidKey, key_of
from api.services import services
from models import job_times, operations, workers_seen
from models.events import DEAD, DELIVERED
from models.job_times import Kind, Taken
from models.operations import Ledger, Spent
from models.session import Database
from models.task_executions import PENDING, STATUSES
from settings import Settings

blueprint = Blueprint("metrics", __name__)

EXTENSION = "assessgen-metrics"
# In seconds: whoever scrapes more often than this costs the database no more.
KEPT = 5.0
# In seconds, from a poll's (1 ms) to a wait's for a job (90 s).
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0, 90.0)
METHODS = frozenset(method.value for method in HTTPMethod)
NOWHERE, OTHER = "(none)", "(other)"
TOKENS = ("input", "output", "cache_read", "cache_write")


@blueprint.get("/metrics")
def metrics() -> Response:
    """The figures, in Prometheus' text format, where a setting allows it."""
    settings = services().settings
    found: Metrics | None = current_app.extensions[EXTENSION]
    if found is None:
        abort(404)
    if settings.metrics_token and not _is_same(key_of(request), settings.metrics_token):
        raise InvalidKey
    response = Response(found.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    response.headers["Connection"] = "close"
    return response


def _is_same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def metrics_of(settings: Settings, database: Database) -> "Metrics | None":
    """What counts this process's requests; None where nobody may read it, so that it costs nothing."""
    return Metrics(database) if settings.metrics or settings.metrics_token else None


class Metrics:
    """The figures of one web process."""

    def __init__(self, database: Database) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(Installation(database))
        process = str(os.getpid())
        counted = Counter(
            "assessgen_http_requests",
            "Requests by route, method and status.",
            ("route", "method", "status", "process"),
            registry=self._registry,
        )
        timed = Histogram(
            "assessgen_http_request_seconds",
            "The time until an answer begins.",
            ("route", "method", "process"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._counted, self._timed, self._process = counted, timed, process
        # Looking one up by its labels takes longer than counting does.
        self._found: dict[tuple[str, str, str], Any] = {}

    def count(self, route: str, method: str, status: str, seconds: float) -> None:
        """Count an answer that began after so many seconds."""
        key = (route or NOWHERE, method, status)
        found = self._found.get(key) or self._new(key)
        found[0]()
        found[1](seconds)

    def _new(self, key: tuple[str, str, str]) -> Any:
        route, method, status = key
        is_known = method in METHODS
        method = method if is_known else OTHER
        found = (
            self._counted.labels(route, method, status, self._process).inc,
            self._timed.labels(route, method, self._process).observe,
        )
        # Anybody may make up methods, and each would be kept for as long as the process lives.
        if is_known:
            self._found[key] = found
        return found

    def text(self) -> bytes:
        """All figures."""
        return generate_latest(self._registry)


class Installation(Collector):
    """What the database tells, kept for a few seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._ledger: Ledger[tuple[str, str], Spent] = Ledger()
        self._times: Ledger[Kind, Taken] = Ledger()
        self._metrics: list[Metric] = []
        self._read_at = float("-inf")

    def describe(self) -> Iterable[Metric]:
        """Nothing: to register this must not ask the database."""
        return []

    def collect(self) -> Iterable[Metric]:
        """The figures."""
        with self._lock:
            if time.monotonic() - self._read_at >= KEPT:
                self._metrics = self._read()
                self._read_at = time.monotonic()
            return self._metrics

    def _read(self) -> list[Metric]:
        with self._database.connection() as connection:
            jobs = operations.jobs_by_status(connection)
            deliveries = operations.deliveries_by_status(connection)
            age = operations.queue_age(connection)
            alive = workers_seen.alive(connection)
            self._ledger, calls = operations.brought_forward(connection, self._ledger)
            self._times, times = operations.times_brought_forward(connection, self._times)
        return [
            _by_status("assessgen_jobs", "Jobs by status.", jobs, STATUSES),
            GaugeMetricFamily(
                "assessgen_queue_age_seconds", "How long the oldest due job has waited for a worker.", age
            ),
            _by_status(
                "assessgen_deliveries",
                "Webhooks and mails by status.",
                deliveries,
                (PENDING, DELIVERED, DEAD),
            ),
            GaugeMetricFamily("assessgen_workers", "Workers seen in the last minute.", alive),
            *_of_models(calls),
            *_of_jobs(times),
        ]


def _by_status(name: str, text: str, counts: dict[str, int], known: Iterable[str]) -> Metric:
    metric = GaugeMetricFamily(name, text, labels=("status",))
    for status in sorted({*known, *counts}):
        metric.add_metric([status], counts.get(status, 0))
    return metric


def _of_models(calls: dict[tuple[str, str], Spent]) -> list[Metric]:
    labels = ("stage", "model")
    number = CounterMetricFamily("assessgen_model_calls", "Finished model calls.", labels=labels)
    seconds = CounterMetricFamily("assessgen_model_seconds", "Time that model calls took.", labels=labels)
    dollars = CounterMetricFamily("assessgen_model_dollars", "What model calls cost.", labels=labels)
    tokens = CounterMetricFamily("assessgen_model_tokens", "Tokens of model calls.", labels=(*labels, "kind"))
    for key, spent in calls.items():
        number.add_metric(key, spent.calls)
        seconds.add_metric(key, spent.duration_ms / 1000)
        dollars.add_metric(key, spent.micro_dollars / 1_000_000)
        for kind in TOKENS:
            tokens.add_metric((*key, kind), getattr(spent, f"{kind}_tokens"))
    return [number, seconds, dollars, tokens]


def _of_jobs(times: dict[Kind, Taken]) -> list[Metric]:
    jobs = HistogramMetricFamily(
        "assessgen_job_seconds", "From a job's acceptance to its end.", labels=("type", "status")
    )
    steps = HistogramMetricFamily("assessgen_step_seconds", "What steps of jobs took.", labels=("step",))
    by_step: dict[str, Taken] = {}
    for (kind, status, step), taken in times.items():
        if step is None:
            _add(jobs, (kind, status), taken)
        else:
            by_step[step] = by_step.get(step, Taken()) + taken
    for step, taken in by_step.items():
        _add(steps, (step,), taken)
    return [jobs, steps]


def _add(metric: HistogramMetricFamily, labels: tuple[str, ...], taken: Taken) -> None:
    buckets = [(str(most), float(count)) for most, count in zip(job_times.BUCKETS, taken.up_to, strict=True)]
    metric.add_metric(labels, [*buckets, ("+Inf", float(taken.number))], taken.total_ms / 1000)
