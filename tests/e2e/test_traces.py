"""One job's trace in real processes: its request, its run with stages and model calls, its webhooks."""

from collections import Counter

import pytest

from tests.conftest import usual_stacks
from tests.fakes.model_server import ModelServer
from tests.fakes.otlp_receiver import Got, OtlpReceiver
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.stack import BODY, Stack

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
STAGES = ("analyse", "search", "blueprint", "write", "examine", "mend", "fill", "assemble")
ENTRY = "POST /api/v2/assessments/generate-ai"


def all_of(spans: list[Got], name: str) -> list[Got]:
    return [span for span in spans if span.trace == TRACE and span.name.startswith(name)]


@usual_stacks
def test_a_job_is_one_trace_from_its_request_to_its_webhooks(stack: Stack) -> None:
    with OtlpReceiver() as collector, ModelServer() as model, WebhookReceiver() as receiver:
        stack.use_model(model.url)
        # So long a pause that nothing comes before the processes are told to stop.
        stack.env |= {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.base, "OTEL_BSP_SCHEDULE_DELAY": "600000"}
        stack.start()
        answer = stack.post(
            "/api/v2/assessments/generate-ai",
            {**BODY, "notification_url": receiver.url("/hook"), "metadata": {"mail": "sam@example.com"}},
            traceparent=f"00-{TRACE}-{CALLER}-01",
        )
        job_id = answer.json()["job_id"]
        assert stack.ended(job_id)["status"] == "completed"
        told = receiver.wait_for(lambda all_: any(one.json()["status"] == "completed" for one in all_), 20.0)
        for name in ("worker", "web"):
            if name in stack.processes:
                assert stack.terminate(name) == 0, stack.log(name)
        spans = collector.wait_for(lambda all_: len(all_of(all_, "POST webhook")) >= len(told))
        assert all_of(spans, "chat ")
    [entry], [run] = all_of(spans, ENTRY), all_of(spans, "run assessment_creation")
    assert (entry.parent, entry.kind) == (CALLER, "SERVER")
    assert (run.parent, run.kind) == (entry.id, "CONSUMER")
    assert run.attributes == {"assessgen.job.id": job_id, "assessgen.job.attempt": 1}
    steps = {span.name.removeprefix("step "): span for span in all_of(spans, "step ")}
    assert tuple(steps) == STAGES
    assert {span.parent for span in steps.values()} == {run.id}
    check_calls(all_of(spans, "chat "), steps, model)
    hooks = all_of(spans, "POST webhook")
    assert {hook.parent for hook in hooks} == {entry.id}
    sent = {f"00-{TRACE}-{hook.id}-01" for hook in hooks}
    assert sorted(one.headers["traceparent"] for one in told) == sorted(sent)
    assert not any(span.failed for span in all_of(spans, ""))
    check_secrecy(stack, collector)


def check_calls(calls: list[Got], steps: dict[str, Got], model: ModelServer) -> None:
    """Each call that the model had is a span of the stage that made it."""
    parents = {
        "analyse": "analyse",
        "write": "write",
        "solve": "examine",
        "review": "examine",
        "mend": "mend",
    }
    by_id = {span.id: name for name, span in steps.items()}
    assert len(calls) == len(model.calls)
    assert Counter(one.attributes["assessgen.stage"] for one in calls) == Counter(
        one.stage for one in model.calls
    )
    for one in calls:
        assert one.kind == "CLIENT"
        assert by_id[one.parent] == parents[one.attributes["assessgen.stage"]]
        assert one.attributes["gen_ai.request.model"] == one.attributes["gen_ai.response.model"]
        assert one.attributes["gen_ai.usage.input_tokens"] > 0


def check_secrecy(stack: Stack, collector: OtlpReceiver) -> None:
    """Nothing that was sent to the collector holds what somebody wrote, or a key."""
    everything = b"".join(collector.bodies)
    # Skills, too, are words of the description.
    written = ("senior python", "looking for", "django", "fastapi", "kubernetes", "sam@example.com", "/hook")
    for text in (*written, stack.key.lower(), "test-key"):
        assert text.encode() not in everything.lower(), text


@pytest.mark.parametrize("stack", [("sqlite", "memory")], indirect=True)
def test_a_collector_that_is_away_costs_no_job_and_no_stop(stack: Stack) -> None:
    stack.env |= {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    stack.start()
    assert stack.ended(stack.generate())["status"] == "completed"
    assert stack.terminate("web") == 0
    assert "Traceback" not in stack.log("web")
