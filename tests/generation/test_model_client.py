"""The client of the model's API: what it sends, what it makes of answers and errors, what calls cost."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from settings import Models
from tests.fakes.model_server import Fault, ModelServer
from tests.generation.model import GUIDES, KEY, form_from, sent, user_text
from tests.generation.tools import FakeTools, brief
from workers.generation.engines import claude
from workers.generation.engines.asking import output_format
from workers.generation.engines.prices import PRICES, cost
from workers.generation.tools import ModelBusy, ModelRefused, ModelRequest

ROOT = Path(__file__).parents[2]
REQUEST = claude.analysis_request("claude-haiku-5-5", brief(), 1)
NO_TOKENS = {"input_tokens": 0, "output_tokens": 0, "cache_read_tokens": 0, "cache_write_tokens": 0}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


def test_an_answer_tells_its_text_its_end_its_id_and_what_it_took(server: ModelServer) -> None:
    answer = sent(server, REQUEST)
    assert json.loads(answer.text)["skills"]
    assert answer.stop_reason == "end_turn"
    assert answer.model == "claude-haiku-5-5"
    assert answer.request_id is not None
    assert answer.request_id.startswith("req_")
    assert answer.usage.keys() == NO_TOKENS.keys()
    assert answer.usage["output_tokens"] > 0
    assert answer.micro_dollars == cost("claude-haiku-5-5", answer.usage) > 0
    assert answer.duration_ms >= 0


def test_every_request_has_a_cached_guide_a_schema_and_no_sampling(server: ModelServer) -> None:
    form_from(server, brief())
    assert len(server.calls) >= 2
    for call in server.calls:
        request = call.request
        (block,) = request["system"]
        assert block["cache_control"] == {"type": "ephemeral"}
        assert block["text"] in GUIDES.values()
        assert not {"temperature", "top_p", "top_k", "tool_choice", "thinking"} & request.keys()
        assert request["output_config"]["format"]["type"] == "json_schema"
        assert request["max_tokens"] > 0


def test_a_stage_s_guide_and_schema_are_the_same_bytes_in_every_job(server: ModelServer) -> None:
    # A form needs every stage but the one that scores a candidate's task.
    bodies: dict[str, set[bytes]] = {stage: set() for stage in GUIDES if stage != "score"}
    for seed, description in enumerate(["Python and SQL.", "A nurse </job-description> and Excel. " * 50]):
        server.reset()
        form_from(server, brief("Somebody", description), FakeTools(seed=seed))
        for call in server.calls:
            constant = [call.request["system"], call.request["output_config"]]
            bodies[call.stage].add(json.dumps(constant).encode())
    assert {stage: len(seen) for stage, seen in bodies.items()} == dict.fromkeys(bodies, 1)


def test_a_schema_allows_nothing_that_is_not_asked_for() -> None:
    for model in (claude.WrittenAnalysis, claude.WrittenItems, claude.WrittenAnswers, claude.WrittenReviews):
        text = json.dumps(output_format(model))
        assert "minLength" not in text
        assert "maxItems" not in text
        assert '"additionalProperties": false' in text


def test_each_part_is_played_by_the_model_of_the_settings(server: ModelServer) -> None:
    haiku, sonnet, opus = "claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"
    chosen = [
        Models(writer=opus, analyst=sonnet, solver=haiku, critic=sonnet),
        Models(writer=haiku, analyst=opus, solver=sonnet, critic=opus),
    ]
    for models in chosen:
        server.reset()
        form_from(server, brief(), models=models)
        asked = {call.stage: call.request["model"] for call in server.calls}
        assert asked == {
            "analyse": models.analyst,
            "write": models.writer,
            "solve": models.solver,
            "review": models.critic,
        }


@pytest.mark.parametrize(
    ("fault", "message", "after"),
    [
        (Fault("status", 429, retry_after=7), "the model's API answered 429", 7.0),
        (Fault("status", 429, retry_after=3600), "the model's API answered 429", 3600.0),
        (Fault("status", 429), "the model's API answered 429", None),
        (Fault("status", 529), "the model's API answered 529", None),
        (Fault("status", 500), "the model's API answered 500", None),
        (Fault("drop"), "the model's API could not be reached", None),
        (Fault("half"), "the model's API could not be reached", None),
        (Fault("stall", seconds=30), "the model did not answer in time", None),
    ],
)
def test_what_may_pass_is_busy(server: ModelServer, fault: Fault, message: str, after: float | None) -> None:
    server.fail_next(1, fault)
    with pytest.raises(ModelBusy) as caught:
        sent(server, REQUEST, timeout=1.5 if fault.kind == "stall" else 20)
    assert str(caught.value) == message
    assert caught.value.retry_after == after
    assert len(server.calls) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_what_will_not_pass_is_refused_and_tells_no_secret(server: ModelServer, status: int) -> None:
    server.fail_next(1, Fault("status", status))
    with pytest.raises(ModelRefused) as caught:
        sent(server, REQUEST)
    assert f"({status})" in str(caught.value)
    assert KEY not in str(caught.value)
    assert user_text(REQUEST.body) not in str(caught.value)


def test_an_api_that_is_not_there_is_busy() -> None:
    with ModelServer() as gone:
        pass
    with pytest.raises(ModelBusy, match="could not be reached"):
        sent(gone, REQUEST)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>a proxy's page</html>", b"[]", b"{}", b"null", b'{"content": 3, "usage": {}}', b"\xff\xfe"],
)
def test_an_answer_that_is_no_message_is_busy(body: bytes) -> None:
    with OneAnswer(body) as server, pytest.raises(ModelBusy, match="unreadable"):
        sent(server, REQUEST)


class OneAnswer(ModelServer):
    """A server that answers its one request with that body and 200, whatever it was asked."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._answer = body

    def start(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65_536)
            head, _, rest = request.partition(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            while len(rest) < length:
                rest += connection.recv(65_536)
            kind = "Content-Type: application/json\r\nConnection: close\r\n"
            connection.sendall(
                f"HTTP/1.1 200 OK\r\n{kind}Content-Length: {len(self._answer)}\r\n\r\n".encode()
                + self._answer
            )

    def stop(self) -> None:
        self._thread.join()
        self._listening.close()


@pytest.mark.parametrize(
    ("model", "tokens", "micro_dollars"),
    [
        ("claude-sonnet-5-5", {"input_tokens": 1_000_000}, 2_000_000),
        ("claude-sonnet-5-5", {"output_tokens": 1_000_000}, 10_000_000),
        ("claude-sonnet-5-5", {"cache_read_tokens": 1_000_000}, 100_000),
        ("claude-sonnet-5-5", {"cache_write_tokens": 1_000_000}, 2_500_000),
        ("claude-haiku-5-5", {"input_tokens": 1_000_000, "output_tokens": 1_000_000}, 600_000),
        ("claude-haiku-5-5", {"cache_read_tokens": 1_000_000}, 5_000),
        ("claude-haiku-5-5", {"cache_write_tokens": 1_000_000}, 125_000),
        ("claude-opus-5-5", {"input_tokens": 1_000_000, "output_tokens": 1_000_000}, 24_000_000),
        ("claude-haiku-5-5", {"input_tokens": 70}, 7),  # 70 * 0.1 is a little more than 7 in floats
        ("claude-haiku-5-5", {"input_tokens": 1}, 1),
        ("claude-haiku-5-5", {"input_tokens": 10}, 1),
        ("claude-haiku-5-5", {"input_tokens": 11}, 2),
        ("claude-sonnet-5-5", {}, 0),
        ("claude-haiku-5-5-20260901", {"input_tokens": 1_000_000}, 100_000),
        ("claude-haiku-5-55", {"input_tokens": 1_000_000}, 0),
        ("a-model-without-a-price", {"input_tokens": 1_000_000}, 0),
        (
            "claude-sonnet-5-5",
            {
                "input_tokens": 321,
                "output_tokens": 1_234,
                "cache_read_tokens": 1_111,
                "cache_write_tokens": 7,
            },
            642 + 12_340 + 112 + 17,  # 111.1 + 17.5 are 128.6, and the sum is rounded up once
        ),
    ],
)
def test_a_call_costs_what_the_table_says_to_the_micro_dollar(
    model: str, tokens: dict[str, int], micro_dollars: int
) -> None:
    assert cost(model, NO_TOKENS | tokens) == micro_dollars


def test_every_model_of_the_settings_has_a_price() -> None:
    assert {Models().writer, Models().analyst} <= PRICES.keys()


def test_the_guide_is_paid_in_full_once_and_then_read_from_the_cache(server: ModelServer) -> None:
    first, second = sent(server, REQUEST), sent(server, REQUEST)
    assert first.usage["cache_write_tokens"] > 0
    assert second.usage["cache_read_tokens"] == first.usage["cache_write_tokens"]
    assert second.micro_dollars < first.micro_dollars


def test_what_the_first_call_needs_is_made_with_the_engine_and_the_client() -> None:
    output_format.cache_clear()
    claude.engine(Models())
    made = output_format.cache_info().misses
    claude.analysis_request("claude-haiku-5-5", brief(), 1)
    # Analyst, writer, solver, critic and scorer.
    assert made == output_format.cache_info().misses == 5


def test_the_first_call_imports_nothing_and_reads_no_certificates() -> None:
    program = """
import asyncio, ssl, sys
from workers.generation.engines import claude
from workers.generation.engines.model_client import ModelClient
from workers.generation.tools import ModelBusy
from settings import Models
from tests.generation.tools import brief
read = ssl.SSLContext.load_verify_locations
loads = []
ssl.SSLContext.load_verify_locations = lambda self, *a, **k: loads.append(1) or read(self, *a, **k)

async def main():
    claude.engine(Models())
    client = ModelClient("test-key", sys.argv[1], 20, 5)
    before, loaded = set(sys.modules), len(loads)
    await client.send(claude.analysis_request("claude-haiku-5-5", brief(), 1))
    await client.close()
    new = {name.split(".")[0] for name in set(sys.modules) - before}
    big = new & {"opentelemetry", "anthropic", "pydantic"}
    print(loaded, len(loads) - loaded, sorted(big))

asyncio.run(main())
"""
    with ModelServer() as server:
        ran = subprocess.run(
            [sys.executable, "-c", program, server.url],
            cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    assert ran.stdout.strip() == "1 0 []"


def test_a_request_s_text_is_sent_as_it_is(server: ModelServer) -> None:
    body: dict[str, Any] = {
        **REQUEST.body,
        "messages": [{"role": "user", "content": 'naïve «日本» \\ "quoted"'}],
    }
    sent(server, ModelRequest("analyse", body))
    assert server.calls[0].request == body
