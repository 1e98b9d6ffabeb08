"""The client of the Message Batches API: what it makes of batches, their results and errors."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from tests.fakes.model_server import Fault, ModelServer
from workers.generation.engines.batch_client import BatchClient, NotTaken, Result, UnknownBatch, _result
from workers.generation.engines.prices import cost
from workers.generation.tools import ModelBusy, ModelRefused

Value = TypeVar("Value")
# Characters at which a text's lines end for Python, but not JSON's.
ODD = "one\u2028two\x85three\x0bfour"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


def body(text: str = "Hello", model: str = "claude-sonnet-5-5") -> dict[str, Any]:
    return {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": text}]}


def with_client(server: ModelServer, use: Callable[[BatchClient], Awaitable[Value]]) -> Value:
    async def run() -> Value:
        client = BatchClient("test-key", server.url, 5.0)
        try:
            return await use(client)
        finally:
            await client.close()

    return asyncio.run(run())


async def results_of(client: BatchClient, batch_id: str) -> list[Result]:
    return [result async for result in client.results(batch_id)]


def made(server: ModelServer, *bodies: dict[str, Any]) -> list[Result]:
    """The results of a batch of these calls, in their order."""

    async def use(client: BatchClient) -> list[Result]:
        created = await client.create([(str(place), one) for place, one in enumerate(bodies)])
        assert created.requests == len(bodies)
        while not (await client.retrieve(created.id)).has_ended:
            await asyncio.sleep(0.01)
        return await results_of(client, created.id)

    return sorted(with_client(server, use), key=lambda result: result.custom_id)


def test_an_answer_is_a_live_one_s_at_half_the_price(server: ModelServer) -> None:
    [result] = made(server, body())
    assert result.answer is not None
    assert (result.answer.text, result.answer.stop_reason) == ("This is a plain answer.", "end_turn")
    assert result.answer.request_id is not None
    assert result.answer.request_id.startswith("msgbatch_")
    whole = cost("claude-sonnet-5-5", result.answer.usage)
    assert result.answer.micro_dollars == -(-whole // 2) > 0


def test_a_text_may_hold_what_ends_lines_elsewhere(server: ModelServer) -> None:
    server.responder = lambda request: ODD
    assert [one.answer.text for one in made(server, body("a"), body("b")) if one.answer] == [ODD, ODD]


def test_a_call_that_failed_says_its_kind_and_not_its_text(server: ModelServer) -> None:
    good, bad = made(server, body(), body(model="claude-none"))
    assert good.answer is not None
    assert (bad.answer, bad.problem) == (None, "its call in the batch failed (not_found_error)")


@pytest.mark.parametrize(
    "line", ["", "no JSON", "[]", "{}", '{"custom_id": "x"}', '{"custom_id": "x", "result": {}}', "null"]
)
def test_a_line_that_tells_nothing_is_passed_over(line: str) -> None:
    assert _result(line.encode(), "msgbatch_1") is None


def test_a_message_without_its_parts_is_passed_over() -> None:
    told = {"custom_id": "x", "result": {"type": "succeeded", "message": {"content": []}}}
    assert _result(json.dumps(told).encode(), "msgbatch_1") is None


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("status", 429, retry_after=7), NotTaken),
        (Fault("status", 400), ModelRefused),
        (Fault("status", 401), ModelRefused),
        (Fault("status", 413), ModelRefused),
        (Fault("status", 500), ModelBusy),
        (Fault("status", 529), ModelBusy),
        (Fault("drop"), ModelBusy),
        (Fault("half"), ModelBusy),
    ],
)
def test_it_tells_whether_a_batch_may_have_been_taken(
    server: ModelServer, fault: Fault, expected: type[Exception]
) -> None:
    server.fail_next(1, fault)
    with pytest.raises(expected) as caught:
        with_client(server, lambda client: client.create([("0", body())]))
    assert type(caught.value) is expected
    assert isinstance(caught.value, ModelRefused) or caught.value.retry_after == (  # type: ignore[attr-defined]
        7.0 if fault.retry_after else None
    )
    assert len(server.calls) == 1


def test_a_batch_that_is_not_there_is_unknown(server: ModelServer) -> None:
    with pytest.raises(UnknownBatch):
        with_client(server, lambda client: client.retrieve("msgbatch_none"))
    with pytest.raises(UnknownBatch):
        with_client(server, lambda client: results_of(client, "msgbatch_none"))


def test_results_before_the_end_are_a_reason_to_wait(server: ModelServer) -> None:
    server.latency = 60

    async def use(client: BatchClient) -> list[Result]:
        return await results_of(client, (await client.create([("0", body())])).id)

    with pytest.raises(ModelBusy):
        with_client(server, use)


def test_batches_are_listed_newest_first_over_all_pages_until_a_time(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.generation.engines.batch_client.PAGE", 2)
    now = datetime.now(UTC)

    async def use(client: BatchClient) -> tuple[list[str], list[str], int, int]:
        ids = [(await client.create([("0", body())])).id for _ in range(5)]
        server._api._batches[ids[0]]._created -= 3600
        recent = await client.created_since(now - timedelta(minutes=5))
        every = await client.created_since(now - timedelta(hours=2))
        return ids, [one.id for one in recent], len(recent), len(every)

    ids, recent, few, many = with_client(server, use)
    assert (recent, few, many) == (ids[:0:-1], 4, 5)


def test_an_api_that_is_not_there_is_busy() -> None:
    with ModelServer() as gone:
        pass
    for use in (
        lambda client: client.create([("0", body())]),
        lambda client: client.retrieve("msgbatch_1"),
        lambda client: client.created_since(datetime.now(UTC)),
        lambda client: results_of(client, "msgbatch_1"),
    ):
        with pytest.raises(ModelBusy, match="could not be reached"):
            with_client(gone, use)
