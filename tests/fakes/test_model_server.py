"""The fake model, driven by the SDK that the product drives the real one with."""

import asyncio
import contextlib
import difflib
import itertools
import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import anthropic
import httpx2
import pytest
from pydantic import BaseModel

from tests.fakes.model_server import Fault, ModelServer

ROOT = Path(__file__).parents[2]
GUIDE = [{"type": "text", "text": "Write good items. " * 200, "cache_control": {"type": "ephemeral"}}]


class Skill(BaseModel):
    name: str
    must_have: bool
    weight: int
    evidence: str


class Analysis(BaseModel):
    job_title: str
    seniority: str
    summary: str
    skills: list[Skill]


class Item(BaseModel):
    stem: str
    correct: str
    distractor_1: str
    distractor_2: str
    distractor_3: str
    difficulty: str
    cognitive_level: str
    seconds: int


class Items(BaseModel):
    items: list[Item]


class Verdict(BaseModel):
    keep: bool
    reason: str | None


def asking(text="Say something.", schema=None, **changes):
    request = {
        "model": "claude-haiku-5-5",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": text}],
    }
    if schema is not None:
        request["output_config"] = {
            "format": {"type": "json_schema", "schema": anthropic.transform_schema(schema)}
        }
    return request | changes


def items_asked(number, **changes):
    return asking(f"Please write exactly {number} items.", Items, **changes)


def text_of(message):
    return next(block.text for block in message.content if block.type == "text")


@pytest.fixture
def server():
    with ModelServer() as running:
        yield running


@pytest.fixture
def client(server):
    with anthropic.Anthropic(base_url=server.url, api_key="test-key", max_retries=0, timeout=20) as opened:
        yield opened


# Answers


def test_a_plain_call_is_answered_in_the_envelope_of_the_api(client):
    message = client.messages.create(**asking())
    assert message.id.startswith("msg_")
    assert (message.type, message.role, message.model) == ("message", "assistant", "claude-haiku-5-5")
    assert (message.stop_reason, message.stop_sequence) == ("end_turn", None)
    assert (message.usage.input_tokens, message.usage.output_tokens) == (4, 6)
    assert [block.type for block in message.content] == ["text"]


def test_a_response_tells_its_id_and_the_rate_limits(client):
    headers = client.messages.with_raw_response.create(**asking()).headers
    assert headers["request-id"].startswith("req_")
    names = [
        f"anthropic-ratelimit-{what}-{part}"
        for what in ("requests", "tokens")
        for part in ("limit", "remaining", "reset")
    ]
    assert all(name in headers for name in names)


def test_requests_beyond_what_is_allowed_are_refused_until_the_time_that_is_told(client, server):
    server.allow(requests=2, per=0.4)
    create = client.messages.with_raw_response.create
    told = [create(**asking()).headers for _ in range(2)]
    names = [f"anthropic-ratelimit-requests-{part}" for part in ("limit", "remaining")]
    assert [[headers[name] for name in names] for headers in told] == [["2", "1"], ["2", "0"]]
    with pytest.raises(anthropic.RateLimitError) as refused:
        create(**asking())
    headers = refused.value.response.headers
    wait = float(headers["retry-after"])
    assert 0 < wait <= 0.4
    assert headers["anthropic-ratelimit-requests-remaining"] == "0"
    assert create(**asking(model="claude-sonnet-5-5")).headers[names[1]] == "1"
    time.sleep(wait)
    assert create(**asking()).headers[names[0]] == "2"
    server.reset()
    assert [create(**asking()).headers[names[0]] for _ in range(5)] == ["1000000"] * 5


def test_thinking_comes_before_the_text(client):
    message = client.messages.create(**asking(model="claude-sonnet-5-5", thinking={"type": "between_tools"}))
    assert [block.type for block in message.content] == ["thinking", "text"]


def test_an_analysis_quotes_the_user_word_for_word(client, server):
    message = client.messages.create(**asking("A senior job with python and rest apis.", Analysis))
    analysis = Analysis.model_validate_json(text_of(message))
    assert [skill.name for skill in analysis.skills] == server.skills
    evidence = {skill.name: skill.evidence for skill in analysis.skills}
    assert (evidence["Python"], evidence["REST APIs"], evidence["Docker"]) == ("python", "rest apis", "")
    assert analysis.seniority == "senior"


def test_items_are_as_many_as_asked_for_and_take_their_cells_in_turn(client):
    cells = "- difficulty: hard; cognitive level: apply\n- difficulty: easy; cognitive level: recall"
    message = client.messages.create(**asking(f"Write exactly 3 items:\n{cells}", Items))
    given = json.loads(text_of(message))["items"]
    cells_given = [(each["difficulty"], each["cognitive_level"]) for each in given]
    assert cells_given == [("hard", "apply"), ("easy", "recall"), ("hard", "apply")]
    assert all(set(each) == set(Item.model_fields) for each in given)


def test_no_two_items_look_alike(client):
    answers = [text_of(client.messages.create(**items_asked(20))) for _ in range(3)]
    items = [item for answer in answers for item in Items.model_validate_json(answer).items]
    assert len({item.stem for item in items}) == 60
    for item in items:
        assert len({item.correct, item.distractor_1, item.distractor_2, item.distractor_3}) == 4
    likeness = (
        difflib.SequenceMatcher(None, a.stem, b.stem).ratio() for a, b in itertools.combinations(items, 2)
    )
    assert max(likeness) < 0.8


def test_another_schema_gets_the_smallest_thing_that_fits(client, server):
    message = client.messages.create(**asking("Is it good?", Verdict))
    assert Verdict.model_validate_json(text_of(message)) == Verdict(keep=True, reason="text")
    assert server.count("other") == 1


@pytest.mark.parametrize("text", ["", "plain", 'a "quote" and a \\ slash', "two\nlines\tand é 中 🙂", "null"])
def test_any_text_of_a_responder_arrives_as_it_was(client, server, text):
    server.responder = lambda request: text
    assert "".join(block.text for block in client.messages.create(**asking()).content) == text


@pytest.mark.parametrize("answer", [{"keep": False}, '{"keep":false}'])
def test_a_responder_answers_with_an_object_or_a_text(client, server, answer):
    server.responder = lambda request: answer
    assert text_of(client.messages.create(**asking())) == '{"keep":false}'


def test_a_responder_that_raises_is_a_500_and_not_a_hang(client, server):
    server.responder = lambda request: request["nonsense"]
    with pytest.raises(anthropic.InternalServerError, match="KeyError"):
        client.messages.create(**asking())


def test_a_stream_adds_up_to_the_message(client):
    thinking = {"type": "between_tools"}
    with client.messages.stream(**items_asked(2, model="claude-sonnet-5-5", thinking=thinking)) as stream:
        kinds = [event.type for event in stream]
        message = stream.get_final_message()
    assert len(Items.model_validate_json(text_of(message)).items) == 2
    assert message.content[0].type == "thinking"
    assert message.content[0].signature
    assert (kinds[0], kinds[-1], message.stop_reason) == ("message_start", "message_stop", "end_turn")
    assert message.usage.output_tokens > 100


def test_tokens_are_counted_without_an_answer(client, server):
    request = asking("x" * 400, system=GUIDE)
    del request["max_tokens"]
    assert client.messages.count_tokens(**request).input_tokens == 1000
    assert (server.calls[0].path, server.repeated()) == ("/v1/messages/count_tokens", [])


def test_a_prefix_is_read_from_the_cache_only_once_a_response_to_it_has_begun(server):
    server.latency = 0.3

    async def ask_twice_at_once_and_once_more():
        async with anthropic.AsyncAnthropic(base_url=server.url, api_key="test-key", max_retries=0) as client:
            calls = [client.messages.create(**asking(system=GUIDE)) for _ in range(3)]
            return [*await asyncio.gather(*calls[:2]), await calls[2]]

    usages = [message.usage for message in asyncio.run(ask_twice_at_once_and_once_more())]
    assert [usage.cache_creation_input_tokens for usage in usages] == [900, 900, 0]
    assert [usage.cache_read_input_tokens for usage in usages] == [0, 0, 900]
    assert {usage.input_tokens for usage in usages} == {4}


def test_a_call_of_a_fan_out_may_start_once_the_first_stream_has_begun(client, server):
    server.latency = 0.4
    with client.messages.stream(**asking(system=GUIDE)) as stream:
        next(iter(stream))
        message = client.messages.create(**asking(system=GUIDE))
    assert message.usage.cache_read_input_tokens == 900


# Refusals of the request


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"model": "claude-3"}, anthropic.NotFoundError),
        ({"max_tokens": None}, anthropic.BadRequestError),
        ({"extra_body": {"temperature": 0.5}}, anthropic.BadRequestError),
        ({"extra_body": {"top_p": 0.5}}, anthropic.BadRequestError),
        ({"extra_body": {"top_k": 5}}, anthropic.BadRequestError),
        ({"model": "claude-sonnet-5-5", "thinking": {"type": "disabled"}}, anthropic.BadRequestError),
        ({"model": "claude-sonnet-5-5", "tool_choice": {"type": "any"}}, anthropic.BadRequestError),
    ],
)
def test_a_request_that_the_api_would_refuse_is_refused(client, server, changes, error):
    with pytest.raises(error) as raised:
        client.messages.create(**asking(**changes))
    assert raised.value.request_id.startswith("req_")
    assert raised.value.body["request_id"] == raised.value.request_id
    assert server.calls[0].outcome == f"http_{raised.value.status_code}"


def test_the_smaller_models_may_have_thinking_disabled(client):
    assert client.messages.create(**asking(thinking={"type": "disabled"})).stop_reason == "end_turn"


def test_a_wrong_key_is_refused(server):
    client = anthropic.Anthropic(base_url=server.url, api_key="sk-other", max_retries=0)
    with client, pytest.raises(anthropic.AuthenticationError) as raised:
        client.messages.create(**asking())
    assert raised.value.type == "authentication_error"


@pytest.mark.parametrize(("headers", "status"), [({"x-api-key": "test-1"}, 200), ({}, 401)])
def test_a_key_may_come_as_x_api_key_and_must_come(server, headers, status):
    assert httpx2.post(f"{server.url}/v1/messages", json=asking(), headers=headers).status_code == status


# Faults


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, anthropic.BadRequestError, "invalid_request_error"),
        (401, anthropic.AuthenticationError, "authentication_error"),
        (403, anthropic.PermissionDeniedError, "permission_error"),
        (404, anthropic.NotFoundError, "not_found_error"),
        (413, anthropic.ContentTooLargeError, "request_too_large"),
        (429, anthropic.RateLimitError, "rate_limit_error"),
        (500, anthropic.InternalServerError, "api_error"),
        (529, anthropic.OverloadedError, "overloaded_error"),
    ],
)
def test_a_status_is_raised_as_its_error(client, server, status, error, kind):
    server.fail_next(1, Fault("status", status, retry_after=7))
    with pytest.raises(error) as raised:
        client.messages.create(**asking())
    assert (raised.value.status_code, raised.value.type) == (status, kind)
    assert raised.value.response.headers["retry-after"] == "7"
    assert client.messages.create(**asking()).stop_reason == "end_turn"


def test_the_sdk_retries_after_a_status_that_wears_off(server):
    server.fail_next(1, Fault("status", 529, retry_after=0.01))
    with anthropic.Anthropic(base_url=server.url, api_key="test-key", max_retries=1) as client:
        client.messages.create(**asking())
    assert [call.outcome for call in server.calls] == ["http_529", "ok"]
    assert server.repeated() == []


def test_a_refusal_has_no_content(client, server):
    server.fail_next(1, Fault("refusal"))
    message = client.messages.create(**items_asked(1))
    assert (message.stop_reason, message.content, message.stop_details.type) == ("refusal", [], "refusal")


def test_a_truncated_answer_is_half_of_its_json(client, server):
    server.fail_next(1, Fault("truncated"))
    message = client.messages.create(**items_asked(1))
    assert message.stop_reason == "max_tokens"
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(text_of(message))


def test_garbage_is_no_json_and_says_nothing_of_it(client, server):
    server.fail_next(1, Fault("garbage"))
    message = client.messages.create(**items_asked(1))
    assert message.stop_reason == "end_turn"
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(text_of(message))


@pytest.mark.parametrize(
    ("request_of", "schema"), [(items_asked(2), Items), (asking("Read", Analysis), Analysis)]
)
def test_a_wrong_schema_is_json_that_lacks_fields(client, server, request_of, schema):
    server.fail_next(1, Fault("wrong_schema"))
    answer = json.loads(text_of(client.messages.create(**request_of)))
    with pytest.raises(ValueError, match="Field required"):
        schema.model_validate(answer)


@pytest.mark.parametrize("kind", ["drop", "half"])
def test_a_cut_connection_is_a_connection_error(client, server, kind):
    server.fail_next(1, Fault(kind))
    with pytest.raises(anthropic.APIConnectionError):
        client.messages.create(**asking())
    assert server.calls[0].outcome == kind


@pytest.mark.parametrize("kind", ["half", "half_stream"])
def test_half_a_stream_ends_in_an_error_of_the_transport(client, server, kind):
    server.fail_next(1, Fault(kind))
    got = []
    with pytest.raises(httpx2.RemoteProtocolError), client.messages.stream(**items_asked(1)) as stream:
        got.extend(event.type for event in stream)
    assert server.calls[0].outcome == kind


def test_an_error_in_a_stream_has_the_status_200(client, server):
    server.fail_next(1, Fault("stream_error"))
    with (
        pytest.raises(anthropic.APIStatusError) as raised,
        client.messages.stream(**items_asked(1)) as stream,
    ):
        seen = [next(stream).type for _ in range(4)]
        stream.until_done()
    assert "content_block_delta" in seen
    assert (raised.value.status_code, raised.value.type) == (200, "overloaded_error")


def test_a_stall_outlasts_the_client_and_is_then_abandoned(client, server):
    server.fail_next(1, Fault("stall", seconds=60))
    with pytest.raises(anthropic.APITimeoutError):
        client.messages.create(**asking(), timeout=0.2)
    server.wait_for(lambda it: it.count(outcome="abandoned") == 1)
    assert server.in_flight == 0


def test_a_stall_that_is_waited_out_is_answered(client, server):
    server.fail_next(1, Fault("stall", seconds=0.2))
    client.messages.create(**asking())
    assert server.calls[0].finished - server.calls[0].started >= 0.19
    assert server.calls[0].outcome == "ok"


def test_a_fault_may_pick_its_requests(client, server):
    server.fail_when(lambda request: request["model"] == "claude-opus-5-5", Fault("status", 529))
    client.messages.create(**asking())
    for _ in range(2):
        with pytest.raises(anthropic.OverloadedError):
            client.messages.create(**asking(model="claude-opus-5-5"))


def test_a_fault_of_an_unknown_kind_is_an_error_at_once():
    with pytest.raises(ValueError, match="unknown fault"):
        Fault("explode")


# Batches


def batch_of(*named):
    return [{"custom_id": name, "params": request} for name, request in named]


def test_a_batch_goes_from_its_creation_to_its_results(client, server):
    server.latency = 0.2
    named = ("one", items_asked(1)), ("two", asking("Read", Analysis)), ("bad", asking(model="claude-3"))
    created = client.messages.batches.create(requests=batch_of(*named))
    assert (created.processing_status, created.request_counts.processing, created.results_url) == (
        "in_progress",
        3,
        None,
    )
    server.wait_for(lambda it: it.count("write") + it.count("analyse") == 2 and it.in_flight == 0)
    ended = client.messages.batches.retrieve(created.id)
    assert (ended.processing_status, ended.request_counts.succeeded, ended.request_counts.errored) == (
        "ended",
        2,
        1,
    )
    results = {each.custom_id: each.result for each in client.messages.batches.results(created.id)}
    assert len(Items.model_validate_json(text_of(results["one"].message)).items) == 1
    assert results["one"].message.usage.service_tier == "batch"
    assert results["bad"].error.error.type == "not_found_error"


def test_an_answer_in_a_batch_can_be_spoilt(client, server):
    server.fail_when(lambda request: "Refuse" in str(request), Fault("refusal"))
    created = client.messages.batches.create(
        requests=batch_of(("good", asking()), ("bad", asking("Refuse this")))
    )
    results = {
        each.custom_id: each.result.message.stop_reason
        for each in client.messages.batches.results(created.id)
    }
    assert results == {"good": "end_turn", "bad": "refusal"}


def test_a_batch_in_progress_can_be_canceled(client, server):
    server.latency = 60
    created = client.messages.batches.create(requests=batch_of(("one", asking())))
    assert client.messages.batches.cancel(created.id).processing_status == "canceling"
    assert [each.result.type for each in client.messages.batches.results(created.id)] == ["canceled"]
    with pytest.raises(anthropic.BadRequestError):
        client.messages.batches.cancel(created.id)


def test_batches_are_listed_newest_first_page_by_page(client):
    ids = [client.messages.batches.create(requests=batch_of(("one", asking()))).id for _ in range(5)]
    assert [batch.id for batch in client.messages.batches.list(limit=2)] == ids[::-1]
    assert [batch.id for batch in client.messages.batches.list(limit=2, before_id=ids[0]).data] == [
        ids[2],
        ids[1],
    ]


def test_an_unknown_batch_is_not_found(client):
    with pytest.raises(anthropic.NotFoundError):
        client.messages.batches.retrieve("msgbatch_none")


# Counting


def test_calls_are_counted_by_stage(client, server):
    client.messages.create(**items_asked(1))
    client.messages.create(**asking("Read", Analysis))
    client.messages.create(**asking())
    assert (server.count("write"), server.count("analyse"), server.count("other"), server.count()) == (
        1,
        1,
        1,
        3,
    )
    assert [call.outcome for call in server.calls] == ["ok"] * 3
    assert server.calls[0].request["messages"][0]["content"] == "Please write exactly 1 items."


def test_a_request_is_repeated_when_it_was_answered_well_twice(client, server):
    server.fail_next(1, Fault("truncated"))
    client.messages.create(**asking())
    client.messages.create(**asking())
    assert server.repeated() == []
    client.messages.create(**dict(reversed(asking().items())))
    assert server.repeated() == [server.calls[0].request_hash]


def test_a_batch_pays_again_for_what_was_paid(client, server):
    client.messages.create(**asking())
    client.messages.batches.create(requests=batch_of(("one", asking())))
    server.wait_for(lambda it: len(it.repeated()) == 1)


def test_wait_for_raises_when_its_time_is_up(server):
    with pytest.raises(TimeoutError, match="calls so far"):
        server.wait_for(lambda it: it.count() > 0, timeout=0.05)


def test_reset_forgets_calls_faults_and_cache(client, server):
    client.messages.create(**asking(system=GUIDE))
    server.fail_next(5, Fault("status"))
    server.reset()
    assert client.messages.create(**asking(system=GUIDE)).usage.cache_creation_input_tokens == 900
    assert server.count() == 1


def test_three_hundred_calls_are_in_flight_together(server):
    server.latency = 0.2

    async def ask():
        async with anthropic.AsyncAnthropic(base_url=server.url, api_key="test-key", max_retries=0) as client:
            await asyncio.gather(*(client.messages.create(**items_asked(2)) for _ in range(300)))

    asyncio.run(ask())
    calls = server.calls
    assert max(call.finished for call in calls) - min(call.started for call in calls) < 10
    assert server.count("write", "ok") == 300
    # Fewer than 300 only because the client, on a busy machine, sends slower than 0.2 s allows.
    assert server.peak_in_flight > 30


def test_stopping_abandons_what_is_in_flight():
    async def ask_and_stop(server):
        async with anthropic.AsyncAnthropic(base_url=server.url, api_key="test-key", max_retries=0) as client:
            asked = asyncio.ensure_future(client.messages.create(**asking()))
            await asyncio.to_thread(server.wait_for, lambda it: it.in_flight == 1)
            await asyncio.to_thread(server.stop)
            with pytest.raises(anthropic.APIConnectionError):
                await asked

    server = ModelServer(latency=60)
    server.start()
    asyncio.run(ask_and_stop(server))
    assert [call.outcome for call in server.calls] == ["abandoned"]


# As a process


@contextlib.contextmanager
def process():
    command = [sys.executable, "-m", "tests.fakes.model_server", "--port", "0", "--latency", "0.3"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running.stdout.readline().strip().removeprefix("listening on ")
        finally:
            running.terminate()
    assert running.returncode == 0


def control(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(url, data, timeout=10) as response:
        return json.load(response)


def test_the_process_is_steered_over_http():
    with process() as url, anthropic.Anthropic(base_url=url, api_key="test-key", max_retries=0) as client:
        began = time.monotonic()
        client.messages.create(**asking())
        assert time.monotonic() - began >= 0.3
        control(f"{url}/__latency__", {"latency": 0})
        control(
            f"{url}/__faults__",
            {"kind": "status", "status": 429, "times": 1, "match": "blue", "retry_after": 3},
        )
        client.messages.create(**asking())
        with pytest.raises(anthropic.RateLimitError):
            client.messages.create(**asking("blue"))
        told = control(f"{url}/__calls__")
        assert (told["total"], told["outcomes"], len(told["repeated"])) == (3, {"ok": 2, "http_429": 1}, 1)
        assert began < told["calls"][0]["started"] < time.monotonic()
        control(f"{url}/__reset__", {})
        assert control(f"{url}/__calls__")["total"] == 0


def test_a_control_that_makes_no_sense_is_a_400(server):
    for path, body in (("__faults__", {"kind": "explode"}), ("__nothing__", {}), ("__latency__", {})):
        with pytest.raises(urllib.error.HTTPError, match="400") as raised:
            control(f"{server.url}/{path}", body)
        raised.value.close()
