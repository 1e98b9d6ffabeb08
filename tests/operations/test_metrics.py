"""`/metrics`: who may read it, and what it tells."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from api import create_app, metrics
from models import operations, workers_seen
from models.job_times import BUCKETS, Kind, Taken
from models.operations import SETTLED_AFTER, Ledger, Spent
from models.runs import End, Line, Write
from models.session import Database
from models.task_executions import COMPLETED, FAILED
from settings import Settings, SettingsError
from tests.conftest import Account
from tests.jobs import Clock, accepted, call_row, claimed, job_in, recorded
from tests.stack import BODY, Stack
from tests.workers.conftest import Workers

RECIPE = {"analyse", "search", "blueprint", "write", "examine", "mend", "fill", "assemble"}
TOKEN = "for-the-scraper-only"
Values = dict[tuple[str, ...], float]
Figures = Callable[..., Values]


def app_with(settings: Settings, **changes: Any) -> Flask:
    values = {**vars(settings), **changes}
    values.pop("secret_key", None)
    return create_app(Settings(**values))


@pytest.fixture
def scraped(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """Calls an application whose metrics are open, and read anew each time."""
    monkeypatch.setattr(metrics, "KEPT", 0.0)
    app = app_with(settings, metrics=True)
    yield app.test_client()
    app.extensions["assessgen"].close()


def told(client: FlaskClient, name: str, *labels: str) -> Values:
    """The samples of that name that /metrics tells, by the values of those labels."""
    return samples(client.get("/metrics").text, name, *labels)


def samples(text: str, name: str, *labels: str) -> Values:
    found = [one for family in text_string_to_metric_families(text) for one in family.samples]
    found = [one for one in found if one.name == name]
    return {tuple(one.labels[label] for label in labels): one.value for one in found}


@pytest.fixture
def figures(database: Database, monkeypatch: pytest.MonkeyPatch) -> Figures:
    """The database's samples, read anew each time."""
    monkeypatch.setattr(metrics, "KEPT", 0.0)
    found = metrics.Metrics(database)
    return lambda name, *labels: samples(found.text().decode(), name, *labels)


def test_there_are_none_unless_a_setting_says_so(client: FlaskClient, account: Account) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers=account.headers).status_code == 404


def test_with_a_token_only_who_has_it_may_read_them(
    database: Database, settings: Settings, account: Account
) -> None:
    # Also where they are open to all: the more careful of the two settings counts.
    app = app_with(settings, metrics=True, metrics_token=TOKEN)
    client = app.test_client()
    refused: list[dict[str, str]] = [
        {},
        account.headers,
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": "Bearer ü"},
    ]
    assert [client.get("/metrics", headers=headers).status_code for headers in refused] == [401] * 4
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    assert response.content_type.startswith("text/plain; version=0.0.4")
    assert TOKEN not in response.text
    app.extensions["assessgen"].close()


def test_a_token_too_short_is_refused() -> None:
    with pytest.raises(SettingsError, match="ASSESSGEN_METRICS_TOKEN"):
        Settings.from_env({"ASSESSGEN_METRICS_TOKEN": "short"})


def test_jobs_are_counted_by_status(database: Database, figures: Figures) -> None:
    for status in ("pending", "pending", "processing", "failed"):
        job_in(database, status)
    counts = figures("assessgen_jobs", "status")
    assert counts == {("pending",): 2, ("processing",): 1, ("failed",): 1, ("completed",): 0}


def test_the_queue_and_the_workers_are_told(database: Database, figures: Figures, clock: Clock) -> None:
    accepted(database)
    clock.forward(seconds=42)
    with database.transaction() as connection:
        workers_seen.show(connection, "w1")
        workers_seen.show(connection, "w2")
    assert figures("assessgen_queue_age_seconds") == {(): 42.0}
    assert figures("assessgen_workers") == {(): 2.0}


def test_deliveries_are_counted_by_status(database: Database, figures: Figures) -> None:
    accepted(database, 3, notification_url="https://example.com/hook")
    counts = figures("assessgen_deliveries", "status")
    assert (counts[("pending",)], counts[("dead",)]) == (3, 0)


def call(database: Database, **values: Any) -> None:
    [job_id] = accepted(database)
    [job] = claimed(database, job_id)
    recorded(database, Write(job.claim, call={**call_row(database, job_id), **values}))


def test_model_calls_are_summed_by_stage_and_model(database: Database, figures: Figures) -> None:
    call(database, micro_dollars=250_000, duration_ms=1500)
    call(database, micro_dollars=500_000, duration_ms=500)
    call(database, stage="write", model="claude-sonnet-5-5")
    by = ("stage", "model")
    one, other = ("analyse", "claude-haiku-5-5"), ("write", "claude-sonnet-5-5")
    assert figures("assessgen_model_calls_total", *by) == {one: 2, other: 1}
    assert figures("assessgen_model_seconds_total", *by)[one] == 2.0
    assert figures("assessgen_model_dollars_total", *by)[one] == 0.75
    tokens = figures("assessgen_model_tokens_total", *by, "kind")
    assert {key[2]: value for key, value in tokens.items() if key[:2] == one} == {
        "input": 20,
        "output": 40,
        "cache_read": 0,
        "cache_write": 10,
    }


def test_settled_calls_are_read_once_and_none_is_missed(database: Database, clock: Clock) -> None:
    ledger: Ledger[tuple[str, str], Spent] = Ledger()
    seen = []
    for _ in range(4):
        call(database)
        with database.connection() as connection:
            ledger, sums = operations.brought_forward(connection, ledger)
        seen.append((ledger.last_id, sums["analyse", "claude-haiku-5-5"].calls))
        clock.forward(seconds=SETTLED_AFTER.total_seconds() * 0.6)
    # The sums count every call; the mark moves only over those that are old enough.
    assert [calls for _, calls in seen] == [1, 2, 3, 4]
    assert [last for last, _ in seen] == [0, 0, 1, 2]


def ended(database: Database, clock: Clock, seconds: float, end: End, *took: tuple[str, int]) -> None:
    """A job that has ended so long after it was accepted."""
    [job_id] = accepted(database)
    [job] = claimed(database, job_id)
    clock.forward(seconds=seconds)
    assert recorded(database, Write(job.claim, line=Line("Over"), end=end, took=took)) == [None]


def test_the_times_of_jobs_are_told_by_type_and_end(
    database: Database, figures: Figures, clock: Clock
) -> None:
    for seconds in (0.5, 0.501, 7200.0):
        ended(database, clock, seconds, End(COMPLETED))
    ended(database, clock, 3.0, End(FAILED))
    by = ("type", "status")
    done, failed = ("assessment_creation", "completed"), ("assessment_creation", "failed")
    assert figures("assessgen_job_seconds_count", *by) == {done: 3, failed: 1}
    assert figures("assessgen_job_seconds_sum", *by) == {done: 7201.001, failed: 3.0}
    counts = figures("assessgen_job_seconds_bucket", *by, "le")
    told = {label[2]: int(count) for label, count in counts.items() if label[:2] == done}
    assert [float(le) for le in told] == [*BUCKETS, float("inf")]
    assert [told[le] for le in ("0.1", "0.5", "1.0", "3600.0", "86400.0", "+Inf")] == [0, 1, 2, 2, 3, 3]


def test_the_times_of_steps_are_told_whatever_the_job_was(
    database: Database, figures: Figures, clock: Clock
) -> None:
    ended(database, clock, 9.0, End(COMPLETED), ("analyse", 900), ("write", 4000))
    ended(database, clock, 9.0, End(FAILED), ("analyse", 100))
    assert figures("assessgen_step_seconds_count", "step") == {("analyse",): 2, ("write",): 1}
    assert figures("assessgen_step_seconds_sum", "step") == {("analyse",): 1.0, ("write",): 4.0}
    assert figures("assessgen_step_seconds_bucket", "step", "le")["analyse", "0.1"] == 1


def test_settled_times_are_read_once_and_none_is_missed(database: Database, clock: Clock) -> None:
    ledger: Ledger[Kind, Taken] = Ledger()
    seen = []
    for _ in range(4):
        ended(database, clock, 1.0, End(COMPLETED))
        with database.connection() as connection:
            ledger, sums = operations.times_brought_forward(connection, ledger)
        seen.append((ledger.last_id, sums["assessment_creation", "completed", None].number))
        clock.forward(seconds=SETTLED_AFTER.total_seconds() * 0.6)
    assert seen == [(0, 1), (0, 2), (1, 3), (2, 4)]


@pytest.mark.parametrize(("runs", "steps"), [(1, RECIPE), (2, set())])
def test_a_job_s_steps_are_told_where_one_run_has_done_them_all(
    database: Database, settings: Settings, figures: Figures, runs: int, steps: set[str]
) -> None:
    [job_id] = accepted(database)
    for _ in range(runs - 1):
        claimed(database, job_id, lease=timedelta(0))
    workers = Workers(settings)
    workers("w1").run([job_id])
    workers.made[0].close()
    assert figures("assessgen_job_seconds_count", "type", "status")["assessment_creation", "completed"] == 1
    assert {step for (step,) in figures("assessgen_step_seconds_count", "step")} == steps


@pytest.mark.parametrize("stack", [("sqlite", "memory")], indirect=True)
@pytest.mark.parametrize("connection", ["close", "keep-alive"])
def test_a_scraper_gets_all_of_them_and_then_the_connection_s_end(stack: Stack, connection: str) -> None:
    stack.env["ASSESSGEN_METRICS"] = "on"
    stack.start()
    with socket.create_connection(("127.0.0.1", stack.port), timeout=30) as raw:
        raw.sendall(f"GET /metrics HTTP/1.1\r\nHost: here\r\nConnection: {connection}\r\n\r\n".encode())
        # To the end, which only the server can make.
        answer = b"".join(iter(lambda: raw.recv(65536), b"")).decode()
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200")
    assert "connection: close" in head.lower()
    assert samples(body, "assessgen_workers") == {(): 1.0}


def test_the_database_is_asked_no_more_often_than_every_few_seconds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real: Callable[..., dict[str, int]] = operations.jobs_by_status
    monkeypatch.setattr(operations, "jobs_by_status", lambda one: asked.append(1) or real(one))
    found = metrics.Metrics(database)
    assert len({found.text() for _ in range(3)}) == 1
    assert len(asked) == 1


def test_requests_are_counted_by_route_method_and_status(scraped: FlaskClient, account: Account) -> None:
    for place in ("a", "b"):
        scraped.get(f"/api/v2/task-executions/status/{place}", headers=account.headers)
    job_id = scraped.post("/api/v2/assessments/generate-ai", json=BODY, headers=account.headers).get_json()[
        "job_id"
    ]
    scraped.get(f"/api/v2/task-executions/status/{job_id}", headers=account.headers)
    scraped.get("/nothing/at/all")
    counts = told(scraped, "assessgen_http_requests_total", "route", "method", "status")
    status = "/api/v2/task-executions/status/<job_id>"
    assert counts == {
        (status, "GET", "404"): 2,
        (status, "GET", "200"): 1,
        ("/api/v2/assessments/generate-ai", "POST", "202"): 1,
        ("(none)", "GET", "404"): 1,
    }
    times = told(scraped, "assessgen_http_request_seconds_bucket", "route", "le")
    assert times[(status, "+Inf")] == 3
    assert times[(status, "90.0")] == 3


def test_made_up_addresses_and_methods_make_no_new_series(scraped: FlaskClient) -> None:
    for name in range(50):
        scraped.open(f"/nothing/{name}", method=f"MADEUP{name}")
        scraped.get(f"/nothing/{name}")
    counts = told(scraped, "assessgen_http_requests_total", "route", "method")
    assert counts.keys() == {("(none)", "(other)"), ("(none)", "GET")}
    assert counts["(none)", "(other)"] == 50


def test_a_token_alone_makes_them_and_without_any_setting_nothing_is_counted(
    database: Database, settings: Settings
) -> None:
    assert metrics.metrics_of(settings, database) is None
    assert metrics.metrics_of(Settings(metrics_token=TOKEN), database) is not None
    assert metrics.metrics_of(Settings(metrics=True), database) is not None
