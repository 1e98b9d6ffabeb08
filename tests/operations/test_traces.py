"""Spans: what they tell, what they never tell, and that without an exporter there is nothing of them."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

import settings as settings_module
import traces
from api import cli, create_app
from models.base import new_id, table_of, utcnow
from models.errors import StaleRun
from models.events import Delivery, delivery_row
from models.session import Database
from models.task_executions import ASSESSMENT_CREATION
from settings import Settings, SettingsError
from tests.conftest import Account
from tests.fakes.otlp_receiver import Got, OtlpReceiver
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.jobs import accepted, job, organization
from tests.stack import BODY, ROOT
from tests.workers.conftest import Workers
from workers import process
from workers.delivery.mail import Mailer
from workers.delivery.outbox import Outbox
from workers.generation.engines.model_client import ModelClient
from workers.generation.tools import GenerationFailed, ModelBusy, ModelRequest
from workers.run import Run, Stopping, Waiting

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
GIVEN = f"00-{TRACE}-{SPAN}-01"


@pytest.fixture
def collector() -> Iterator[OtlpReceiver]:
    """Where this process's spans go; what is left is sent by `traces.close`."""
    with OtlpReceiver() as collector:
        traces.configure(collector.url, "1.2.3")
        yield collector
        traces.close()


def sent(collector: OtlpReceiver) -> list[Got]:
    traces.close()
    return collector.spans


@pytest.fixture
def app(database: Database, settings: Settings, collector: OtlpReceiver) -> Iterator[Flask]:
    """The web application, traced."""
    app = create_app(settings)
    yield app
    app.extensions["assessgen"].close()


# --- the module ----------------------------------------------------------------------------------


def test_a_span_within_another_is_its_child_and_a_parent_that_is_given_comes_first(
    collector: OtlpReceiver,
) -> None:
    with traces.span("outer", traces.SERVER) as outer:
        assert traces.traceparent_now() == outer.traceparent
        with traces.span("inner", attributes={"a": 1}):
            pass
        with traces.span("other", traces.CONSUMER, parent=GIVEN):
            pass
    assert traces.traceparent_now() is None
    inner, other, outer_got = sent(collector)
    assert (inner.trace, inner.parent, inner.kind, inner.attributes) == (
        outer_got.trace,
        outer_got.id,
        "INTERNAL",
        {"a": 1},
    )
    assert (other.trace, other.parent, other.kind) == (TRACE, SPAN, "CONSUMER")
    assert (outer_got.parent, outer_got.kind) == ("", "SERVER")
    # The flags follow: sampled, and a trace of ours is random too.
    assert (outer.traceparent or "").startswith(f"00-{outer_got.trace}-{outer_got.id}-0")
    assert (outer_got.resource["service.name"], outer_got.resource["service.version"]) == (
        "assessgen",
        "1.2.3",
    )


@pytest.mark.parametrize("given", ["", "00-0-0-01", "x" * 55, f"00-{'0' * 32}-{SPAN}-01"])
def test_what_is_no_traceparent_begins_a_trace_of_its_own(collector: OtlpReceiver, given: str) -> None:
    with traces.span("one", parent=given):
        pass
    [one] = sent(collector)
    assert one.parent == ""


@pytest.mark.parametrize(
    ("error", "failed"),
    [
        (ValueError("sk-ant-secret"), True),
        (ModelBusy("the model's API answered 529"), True),
        (Stopping(), False),
        (Waiting(), False),
        (StaleRun("The run has lost its claim."), False),
        (asyncio.CancelledError(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_fails_its_span_by_name_and_says_nothing_of_its_text(
    collector: OtlpReceiver, error: BaseException, failed: bool
) -> None:
    with pytest.raises(type(error)), traces.span("one"):
        raise error
    [one] = sent(collector)
    assert one.failed is failed
    assert one.attributes == ({"error.type": type(error).__name__} if failed else {})
    assert one.events == ()
    assert b"secret" not in b"".join(collector.bodies)


FORKS = """
import os, sys, traces
traces.configure(sys.argv[1])
with traces.span("before"):
    pass
child = os.fork()
with traces.span("child" if child == 0 else "parent"):
    pass
traces.close()
if child == 0:
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_process_that_forks_sends_its_spans_and_its_child_s_each_once(collector: OtlpReceiver) -> None:
    # Long pauses, so that only what is sent at the end can come.
    done = python(FORKS, collector.url, OTEL_BSP_SCHEDULE_DELAY="60000")
    assert done.returncode == 0, done.stderr
    assert sorted(span.name for span in collector.spans) == ["before", "child", "parent"]


def test_a_process_that_ends_sends_what_is_left(collector: OtlpReceiver) -> None:
    text = 'import sys, traces; traces.configure(sys.argv[1])\nwith traces.span("last"): pass'
    done = python(text, collector.url, OTEL_BSP_SCHEDULE_DELAY="60000", OTEL_SERVICE_NAME="mine")
    assert done.returncode == 0, done.stderr
    assert [(span.name, span.resource["service.name"]) for span in collector.spans] == [("last", "mine")]


def python(text: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", text, *arguments],
        cwd=ROOT,
        env={"PYTHONDONTWRITEBYTECODE": "1", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# --- without an exporter -------------------------------------------------------------------------


def test_without_an_exporter_a_span_is_nothing() -> None:
    with traces.span("one") as span:
        span.set({"a": 1})
        span.rename("two")
        span.fail("three")
        assert span.traceparent is None
        assert traces.traceparent_now() is None
        assert traces.current() is span


# Notes who asks for OpenTelemetry, and calls whatever follows.
WATCHED = """
import sys

askers = set()

class Watch:
    @staticmethod
    def find_spec(name, path=None, target=None):
        frame = sys._getframe(1)
        while "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        if name.split(".")[0] == "opentelemetry":
            askers.add(frame.f_globals["__name__"].split(".")[0])
        return None

sys.meta_path.insert(0, Watch)
"""
TOLD = "print(*sorted(askers - {'opentelemetry'}), '/', *sorted(sys.modules))"
WEB = "import api; api.create_app()"
WORKER = """
import migrations
from models.session import Database
from settings import Settings
from workers.process import WorkerProcess
migrations.upgrade(Database(Settings.from_env().database_url))
WorkerProcess(Settings.from_env(), "w").close()
"""
SOMEWHERE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}


@pytest.mark.parametrize(
    ("text", "environ", "askers"),
    [
        # redis-py looks whether there is something that takes its metrics, the model's SDK has its API.
        (WEB, {}, {"redis"}),
        (WEB, {**SOMEWHERE, "OTEL_SDK_DISABLED": "true"}, {"redis"}),
        (WEB, {**SOMEWHERE, "OTEL_TRACES_EXPORTER": "none"}, {"redis"}),
        (WORKER, {}, {"redis"}),
        (WORKER, {"ANTHROPIC_API_KEY": "test-key"}, {"redis", "anthropic"}),
    ],
)
def test_without_an_exporter_nothing_of_ours_loads_opentelemetry(
    tmp_path: Path, text: str, environ: dict[str, str], askers: set[str]
) -> None:
    done = python(f"{WATCHED}\n{text}\n{TOLD}", ASSESSGEN_HOME=str(tmp_path), **environ)
    assert done.returncode == 0, done.stderr
    asked, _, loaded = done.stdout.partition("/")
    assert set(asked.split()) <= askers
    assert "traces" in loaded.split()
    senders = ("opentelemetry.sdk.trace", "opentelemetry.exporter")
    assert [name for name in loaded.split() if name.startswith(senders)] == []


# --- the settings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "endpoint"),
    [
        ({}, ""),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, "http://c:4318/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318/in/"}, "http://c:4318/in/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://c/mine"}, "https://c/mine"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://b/x"},
            "http://b/x",
        ),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": ""},
            "http://a/v1/traces",
        ),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_SDK_DISABLED": "TRUE"}, ""),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_TRACES_EXPORTER": "none"}, ""),
    ],
)
def test_the_standard_variables_say_where_spans_go(environ: dict[str, str], endpoint: str) -> None:
    assert Settings.from_env(environ).traces_endpoint == endpoint


@pytest.mark.parametrize("given", ["localhost:4318", "grpc://c:4317", "http://", "https:///v1"])
def test_an_address_that_is_no_url_is_refused_and_not_shown(given: str) -> None:
    with pytest.raises(SettingsError, match="OTEL_EXPORTER_OTLP_ENDPOINT must begin") as refused:
        Settings.from_env({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": given})
    assert given not in str(refused.value).replace("http://localhost:4318", "").replace("http:// or", "")


def test_an_exporter_s_token_is_a_secret() -> None:
    headers = "api-key=abcdefgh12345678,x-team=ours"
    found = Settings.from_env({"OTEL_EXPORTER_OTLP_HEADERS": headers})
    assert "abcdefgh12345678" in found.secrets
    assert "abcdefgh12345678" not in repr(found)


def test_without_the_packages_the_service_says_so_and_does_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(settings_module, "EXPORTER", "no-such-package-of-anybody-s")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(SystemExit) as ended:
        cli.main(["serve", "--port", "1"])
    assert ended.value.code == 2
    assert "pip install -c constraints.txt '.[traces]'" in capsys.readouterr().err


# --- requests ------------------------------------------------------------------------------------


def test_a_request_s_span_has_its_route_and_goes_on_with_the_caller_s_trace(
    app: Flask, account: Account, collector: OtlpReceiver, database: Database
) -> None:
    headers = {**account.headers, "traceparent": GIVEN}
    answer = app.test_client().post("/api/v2/assessments/generate-ai?key=hush", json=BODY, headers=headers)
    stored = job(database, answer.get_json()["job_id"]).traceparent
    [one] = sent(collector)
    assert (one.name, one.kind) == ("POST /api/v2/assessments/generate-ai", "SERVER")
    assert (one.trace, one.parent, one.failed) == (TRACE, SPAN, False)
    assert one.attributes == {
        "http.request.method": "POST",
        "http.route": "/api/v2/assessments/generate-ai",
        "http.response.status_code": 202,
        "url.scheme": "http",
    }
    assert stored == f"00-{TRACE}-{one.id}-01"
    assert not any(text in b"".join(collector.bodies) for text in (b"hush", account.key.encode()))


@pytest.mark.parametrize(
    ("method", "path", "name", "status"),
    [
        ("GET", "/api/v2/task-executions/status/secret", "GET /api/v2/task-executions/status/<job_id>", 401),
        ("GET", "/nothing/secret", "GET", 404),
        ("MADEUP", "/nothing/secret", "HTTP", 404),
    ],
)
def test_an_address_is_told_by_its_route_only_and_a_caller_s_fault_is_no_error(
    app: Flask, collector: OtlpReceiver, method: str, path: str, name: str, status: int
) -> None:
    assert app.test_client().open(path, method=method).status_code == status
    [one] = sent(collector)
    assert (one.name, one.attributes["http.response.status_code"], one.failed) == (name, status, False)
    assert one.attributes["http.request.method"] == (method if method == "GET" else "_OTHER")
    assert b"secret" not in b"".join(collector.bodies)


def test_an_answer_of_500_is_an_error(app: Flask, collector: OtlpReceiver) -> None:
    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("sk-ant-secret")

    assert app.test_client().get("/broken").status_code == 500
    [one] = sent(collector)
    assert (one.failed, one.attributes["error.type"]) == (True, "500")
    assert b"secret" not in b"".join(collector.bodies)


# --- model calls and webhooks --------------------------------------------------------------------


ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-5-5",
    "content": [{"type": "text", "text": "secret"}],
    "stop_reason": "end_turn",
    "usage": {
        "input_tokens": 10,
        "output_tokens": 7,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 1000,
    },
}


def ask(url: str) -> None:
    body = {
        "model": "claude-haiku-5-5",
        "max_tokens": 50,
        "messages": [{"role": "user", "content": "secret"}],
    }

    async def go() -> None:
        client = ModelClient("test-secret", url, 10.0, 4)
        try:
            await client.send(ModelRequest("analyse", body))
        finally:
            await client.close()

    asyncio.run(go())


def test_a_model_call_s_span_has_its_tokens_and_the_api_learns_nothing_of_the_trace(
    collector: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What would make the SDK's own spans hold prompts.
    monkeypatch.setenv("ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE", "content")
    with WebhookReceiver() as api:
        api.answer_with(200, headers={"content-type": "application/json"}, body=json.dumps(ANSWER))
        ask(api.url(""))
        [request] = api.requests
    assert traces.TRACEPARENT not in request.headers
    [one] = sent(collector)
    assert (one.name, one.kind, one.failed) == ("chat claude-haiku-5-5", "CLIENT", False)
    assert one.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "claude-haiku-5-5",
        "gen_ai.response.model": "claude-haiku-5-5",
        "gen_ai.usage.input_tokens": 1110,
        "gen_ai.usage.cache_read.input_tokens": 100,
        "gen_ai.usage.output_tokens": 7,
        "assessgen.stage": "analyse",
    }
    assert b"secret" not in b"".join(collector.bodies)


def test_a_model_that_is_busy_fails_its_call_s_span(collector: OtlpReceiver) -> None:
    with WebhookReceiver() as api, pytest.raises(ModelBusy):
        api.answer_with(529)
        ask(api.url(""))
    [one] = sent(collector)
    assert (one.failed, one.attributes["error.type"]) == (True, "ModelBusy")


def test_a_run_that_fails_fails_its_span_by_name(
    database: Database, settings: Settings, collector: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_run: Run, _engine: Any) -> None:
        raise GenerationFailed("GENERATION_FAILED", "secret")

    monkeypatch.setitem(process.SUBJECTS, ASSESSMENT_CREATION, broken)
    [job_id] = accepted(database, traceparent=GIVEN)
    workers = Workers(settings)
    workers("w1").run([job_id])
    workers.made[0].close()
    [one] = sent(collector)
    assert (one.name, one.parent, one.failed) == ("run assessment_creation", SPAN, True)
    assert one.attributes["error.type"] == "GenerationFailed"
    assert b"secret" not in b"".join(collector.bodies)


@pytest.mark.parametrize(
    ("status", "failed", "error"), [(204, False, None), (503, True, "503"), (410, True, "410")]
)
def test_a_webhook_s_span_has_its_answer_and_the_receiver_can_go_on_with_it(
    shared: Database, collector: OtlpReceiver, status: int, failed: bool, error: str | None
) -> None:
    with WebhookReceiver() as receiver:
        receiver.answer_with(status)
        channel = new_id()
        [job_id] = accepted(shared, traceparent=GIVEN)
        url = receiver.url("/hook/secret")
        row = delivery_row(organization(shared), channel, 1, url, {}, utcnow(), task_execution_id=job_id)
        with shared.transaction() as connection:
            connection.execute(insert(table_of(Delivery)), [row])
        Outbox(shared, True, Mailer(Settings())).drain(channel)
        [request] = receiver.requests
    [one] = sent(collector)
    assert (one.name, one.kind, one.trace, one.parent) == ("POST webhook", "CLIENT", TRACE, SPAN)
    assert request.headers["traceparent"] == f"00-{TRACE}-{one.id}-01"
    assert one.attributes["http.response.status_code"] == status
    assert one.attributes["server.address"] == "127.0.0.1"
    assert (one.failed, one.attributes.get("error.type")) == (failed, error)
    assert b"secret" not in b"".join(collector.bodies)


def test_without_an_exporter_a_receiver_gets_no_traceparent(shared: Database) -> None:
    with WebhookReceiver() as receiver:
        [job_id] = accepted(shared, traceparent=GIVEN, notification_url=receiver.url())
        Outbox(shared, True, Mailer(Settings())).drain(job_id)
        assert ["traceparent" in request.headers for request in receiver.requests] == [False]
