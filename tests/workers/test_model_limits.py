"""The shared limits of model calls: bursts queue, pauses hold for all, and waiting always ends."""

import asyncio
import itertools
import logging
import random
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex
from typing import Any, Protocol

import pytest
from redis import Redis
from sqlalchemy import select

from models.model_calls import ModelCall
from models.session import Database
from models.task_executions import COMPLETED, PROCESSING
from tests.conftest import REDIS, needs_redis
from tests.fakes.model_server import Call, Fault, ModelServer
from tests.jobs import accepted, job
from tests.stack import free_port, until
from tests.workers.conftest import Claude
from workers import model_limits, rate_windows
from workers.generation.engines.model_client import ModelClient
from workers.generation.tools import ModelAnswer, ModelBusy, ModelRefused, ModelRequest
from workers.model_limits import Estimates, LimitedModel, ModelLimits, first_guess
from workers.rate_windows import NOTHING, Amounts, OwnWindows, Room, SharedWindows, Windows
from workers.run import Stopping

MODEL = "claude-haiku-5-5"
ONE: Amounts = (1, 10, 10, 20)
KEY = "test-key"


def request(text: str = "hello", max_tokens: int = 100, **more: Any) -> ModelRequest:
    body = {"model": MODEL, "max_tokens": max_tokens, "messages": [{"role": "user", "content": text}]}
    return ModelRequest("write", body, **more)


class MakeWindows(Protocol):
    """Makes windows of one scope; those in Redis share what they count."""

    def __call__(self, window: float) -> Windows: ...


def fresh_scope() -> str:
    return f"test {token_hex(8)}"


@pytest.fixture(params=["memory", needs_redis])
def make_windows(request: pytest.FixtureRequest) -> MakeWindows:
    scope = fresh_scope()
    if request.param == "memory":
        return OwnWindows
    return lambda window: SharedWindows(REDIS, scope, window)


class Api:
    """A model that answers at once, or does what its script says, and notes when it was asked what."""

    def __init__(self, *script: Exception) -> None:
        self.script = list(script)
        self.sent: list[tuple[float, str]] = []

    async def send(self, request: ModelRequest) -> ModelAnswer:
        self.sent.append((time.monotonic(), request.body["messages"][0]["content"]))
        await asyncio.sleep(0)
        if self.script:
            raise self.script.pop(0)
        usage = {"input_tokens": 10, "output_tokens": 10}
        return ModelAnswer("text", "end_turn", MODEL, None, usage)

    async def close(self) -> None:
        """Nothing to close."""

    @property
    def times(self) -> list[float]:
        return [when for when, _ in self.sent]

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.sent]


def limited(
    api: Any,
    limits: Amounts = NOTHING,
    windows: Windows | None = None,
    window: float = 1.0,
    patience: float = 20,
) -> LimitedModel:
    return LimitedModel(api, ModelLimits(limits, windows or OwnWindows(window), patience, window))


def in_a_loop(work: Coroutine[Any, Any, Any]) -> Any:
    async def guarded() -> Any:
        async with asyncio.timeout(30):
            return await work

    return asyncio.run(guarded())


async def burst(model: LimitedModel, count: int, **more: Any) -> list[Any]:
    """So many calls at once, in order; what came of each."""
    calls = [model.send(request(str(number), **more)) for number in range(count)]
    return await asyncio.gather(*calls, return_exceptions=True)


async def comes(condition: Callable[[], bool]) -> None:
    """Return once it holds; `in_a_loop` ends a wait that is in vain."""
    while not condition():
        await asyncio.sleep(0.002)


def most_in(times: Sequence[float], window: float) -> int:
    """The most of the times that lie in one window."""
    return max(sum(start <= one < start + window for one in times) for start in times)


# --- windows -----------------------------------------------------------------------------------


def test_a_window_grants_what_has_room_and_tells_when_more_has(make_windows: MakeWindows) -> None:
    async def work() -> None:
        windows = make_windows(0.8)
        limits = (3, 0, 0, 0)
        started = time.monotonic()
        assert await windows.take(MODEL, limits, [ONE] * 2) == Room(2)
        room = await windows.take(MODEL, limits, [ONE] * 4)
        assert room.granted == 1
        assert 0.79 - (time.monotonic() - started) < room.wait <= 0.801
        assert (await windows.take(MODEL, limits, [ONE])).granted == 0
        assert (await windows.take("another", limits, [ONE] * 3)).granted == 3
        await asyncio.sleep(room.wait)
        assert (await windows.take(MODEL, limits, [ONE] * 2)).granted == 2
        await windows.close()

    in_a_loop(work())


TAKEN: dict[str, tuple[Amounts, list[Amounts], int]] = {
    "no limit": (NOTHING, [(1, 10**9, 10**9, 2 * 10**9)] * 9, 9),
    "requests": ((2, 0, 0, 0), [ONE] * 3, 2),
    "input": ((0, 25, 0, 0), [ONE] * 3, 2),
    "output": ((0, 0, 10, 0), [ONE] * 3, 1),
    "both together": ((0, 0, 0, 60), [ONE] * 4, 3),
    "the narrowest": ((3, 20, 50, 0), [ONE] * 4, 2),
    "just all": ((3, 30, 30, 60), [ONE] * 3, 3),
    "nobody overtakes": ((0, 0, 20, 0), [ONE, (1, 1, 11, 12), (1, 1, 1, 2)], 1),
}


@pytest.mark.parametrize("case", TAKEN)
def test_calls_are_granted_in_order_as_far_as_every_limit_has_room(
    case: str, make_windows: MakeWindows
) -> None:
    limits, asked, granted = TAKEN[case]

    async def work() -> None:
        windows = make_windows(60)
        room = await windows.take(MODEL, limits, asked)
        assert (room.granted, room.wait > 0) == (granted, granted < len(asked))
        await windows.close()

    in_a_loop(work())


def test_what_went_before_the_limits_were_known_counts(make_windows: MakeWindows) -> None:
    async def work() -> None:
        windows = make_windows(60)
        await windows.take(MODEL, NOTHING, [ONE] * 5)
        assert (await windows.take(MODEL, (6, 0, 0, 0), [ONE] * 2)).granted == 1
        await windows.close()

    in_a_loop(work())


def test_a_pause_holds_until_its_end_and_a_shorter_one_changes_nothing(make_windows: MakeWindows) -> None:
    async def work() -> None:
        windows = make_windows(60)
        begun = time.monotonic()
        await windows.pause(MODEL, 1.0)
        await windows.pause(MODEL, 0.1)
        room = await windows.take(MODEL, NOTHING, [ONE])
        assert (room.granted, room.is_paused) == (0, True)
        assert 0.99 - (time.monotonic() - begun) < room.wait <= 1.0
        assert (await windows.take("another", NOTHING, [ONE])).granted == 1
        started = time.monotonic()
        while (later := await windows.take(MODEL, NOTHING, [ONE])).is_paused:
            await asyncio.sleep(0.01)
        assert later == Room(1)
        assert time.monotonic() - started >= room.wait - 0.01
        await windows.close()

    in_a_loop(work())


class Simulated:
    """Windows under a clock of the test's own; in Redis, by the script with that clock put into it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, in_redis: bool) -> None:
        self.now = 1_000_000.0
        self.own = OwnWindows(60)
        self.client = Redis.from_url(REDIS) if in_redis else None
        self.keys = [f"assessgen:{fresh_scope()}:{{x}}:{what}" for what in ("pause", "sent")]
        monkeypatch.setattr(rate_windows.time, "monotonic", lambda: self.now)

    def take(self, limits: Amounts, asked: Sequence[Amounts]) -> tuple[int, float]:
        if self.client is None:
            room = self.own._taken(self.own._logs.setdefault("m", rate_windows._Log()), limits, asked)
            return room.granted, room.wait
        seconds, rest = divmod(self.now, 1)
        script = rate_windows._TAKE.replace(
            "redis.call('TIME')", f"{{'{seconds:.0f}', '{rest * 1e6:.0f}'}}", 1
        )
        assert script != rate_windows._TAKE
        numbers = [60_000, *limits, *(cost for costs in asked for cost in costs)]
        found: Any = self.client.eval(script, 2, *self.keys, *numbers)
        return found[0], found[1] / 1000

    def close(self) -> None:
        if self.client is not None:
            self.client.delete(*self.keys)
            self.client.close()


@pytest.fixture(params=["memory", needs_redis])
def simulated(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulated]:
    simulated = Simulated(monkeypatch, request.param == "redis")
    yield simulated
    simulated.close()


@pytest.mark.parametrize("seed", range(8))
def test_no_stretch_of_a_window_s_length_ever_holds_more_than_the_limits(
    simulated: Simulated, seed: int
) -> None:
    rng = random.Random(seed)
    limits = (12, rng.choice([0, 4000]), 6000, rng.choice([0, 8000]))
    went: list[tuple[float, Amounts]] = []
    for _ in range(250):
        simulated.now += rng.choice([0.0, 0.001, rng.expovariate(0.5), rng.uniform(0, 70)])
        tokens = [(rng.randint(1, 2000), rng.randint(1, 3000)) for _ in range(rng.randint(1, 5))]
        asked = [(1, one, other, one + other) for one, other in tokens]
        granted, wait = simulated.take(limits, asked)
        went += [(simulated.now, costs) for costs in asked[:granted]]
        if granted == len(asked):
            continue
        # It is told when the next one has room: not before, but then.
        left = asked[granted : granted + 1]
        simulated.now += wait - 0.002
        assert simulated.take(limits, left)[0] == 0
        simulated.now += 0.003
        assert simulated.take(limits, left)[0] == 1
        went.append((simulated.now, left[0]))
    for start, _ in went:
        inside = [costs for when, costs in went if start <= when < start + 60 - 1e-4]
        for kind, limit in enumerate(limits):
            assert not limit or sum(costs[kind] for costs in inside) <= limit


@pytest.mark.service
def test_a_clock_of_redis_that_is_set_back_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    simulated = Simulated(monkeypatch, in_redis=True)
    assert simulated.take((1, 0, 0, 0), [ONE])[0] == 1
    simulated.now -= 3600
    assert simulated.take((1, 0, 0, 0), [ONE])[0] == 1
    assert simulated.take((1, 0, 0, 0), [ONE])[0] == 0
    simulated.close()


# --- estimates ---------------------------------------------------------------------------------


def test_a_first_call_is_estimated_by_its_length_and_the_rest_by_what_such_calls_took() -> None:
    estimates = Estimates()
    wanted = request("x" * 4000, max_tokens=2000)
    guess = first_guess(wanted)
    requests, tokens_in, tokens_out, both = estimates.of(wanted, guess)
    assert (requests, tokens_out, both) == (1, 1000, tokens_in + 1000)
    assert 1000 < tokens_in < 1040
    usage = {"input_tokens": 200, "cache_write_tokens": 50, "cache_read_tokens": 9999, "output_tokens": 100}
    for _ in range(50):
        estimates.learn(wanted, guess, usage)
    assert estimates.of(wanted, guess) == (1, 250, 100, 350)
    longer = request("x" * 4000, max_tokens=4000)
    assert estimates.of(longer, first_guess(longer))[2] == 200
    other = ModelRequest("solve", wanted.body)
    assert estimates.of(other, first_guess(other))[2] == 1000
    estimates.learn(other, guess, {})
    assert min(estimates.of(other, first_guess(other))) >= 1


# --- calls -------------------------------------------------------------------------------------


def test_a_burst_waits_for_room_and_goes_in_order(make_windows: MakeWindows) -> None:
    async def work() -> Api:
        api = Api()
        model = limited(api, (10, 0, 0, 0), make_windows(0.3), 0.3)
        assert [answer.text for answer in await burst(model, 25)] == ["text"] * 25
        await model.close()
        return api

    started = time.monotonic()
    api = in_a_loop(work())
    assert api.texts == [str(number) for number in range(25)]
    # A place is taken, by another clock than the test's, some time before its call is noted: less
    # than a window holds no more than the limit.
    assert most_in(api.times, 0.15) <= 10
    assert api.times[-1] - started >= 0.59


def test_calls_to_another_model_and_all_else_go_on_meanwhile() -> None:
    async def work() -> None:
        api = Api()
        model = limited(api, (1, 0, 0, 0), window=20)
        waiting = asyncio.create_task(burst(model, 2))
        other = ModelRequest("write", {**request().body, "model": "claude-sonnet-5-5"})
        assert (await model.send(other)).text == "text"
        await comes(lambda: len(api.sent) >= 2)
        await asyncio.sleep(0.05)
        assert len(api.sent) == 2
        waiting.cancel()
        await model.close()

    in_a_loop(work())


@pytest.mark.service
def test_two_processes_share_one_window() -> None:
    scope = fresh_scope()

    async def work() -> list[float]:
        apis = Api(), Api()
        models = [limited(api, (10, 0, 0, 0), SharedWindows(REDIS, scope, 0.4), 0.4) for api in apis]
        await asyncio.gather(*(burst(model, 15) for model in models))
        for model in models:
            await model.close()
        assert [len(api.sent) for api in apis] == [15, 15]
        return sorted(apis[0].times + apis[1].times)

    started = time.monotonic()
    times = in_a_loop(work())
    assert most_in(times, 0.2) <= 10
    assert times[-1] - started >= 0.79


@pytest.mark.service
def test_other_keys_and_addresses_have_windows_of_their_own() -> None:
    async def work() -> None:
        models = [limited(Api(), (1, 0, 0, 0), SharedWindows(REDIS, fresh_scope(), 60), 60) for _ in range(2)]
        for model in models:
            assert (await model.send(request())).text == "text"
            await model.close()

    in_a_loop(work())


def test_tokens_are_limited_by_what_calls_cost() -> None:
    async def work() -> int:
        api = Api()
        model = limited(api, (0, 0, 1000, 0), window=30)
        # Each may write 800 tokens and is taken to write half of that.
        waiting = asyncio.create_task(burst(model, 5, max_tokens=800))
        await comes(lambda: len(api.sent) >= 2)
        await asyncio.sleep(0.1)
        waiting.cancel()
        await model.close()
        return len(api.sent)

    assert in_a_loop(work()) == 2


def test_a_call_that_costs_more_than_the_limit_goes_when_nothing_else_does() -> None:
    async def work() -> list[float]:
        api = Api()
        model = limited(api, (0, 0, 1000, 0), window=0.3)
        assert [one.text for one in await burst(model, 3, max_tokens=9000)] == ["text"] * 3
        await model.close()
        return api.times

    assert most_in(in_a_loop(work()), 0.15) == 1


# --- what the API tells ------------------------------------------------------------------------

NAME = "anthropic-ratelimit"


@pytest.mark.parametrize(
    ("configured", "headers", "room"),
    [
        (NOTHING, {f"{NAME}-requests-limit": "3"}, 3),
        ((2, 0, 0, 0), {f"{NAME}-requests-limit": "3"}, 2),
        ((4, 0, 0, 0), {f"{NAME}-requests-limit": "3"}, 3),
        ((0, 0, 100, 0), {f"{NAME}-requests-limit": "3"}, 2),
        (NOTHING, {f"{NAME}-output-tokens-limit": "150"}, 3),
        (NOTHING, {f"{NAME}-input-tokens-limit": "80"}, 3),
        (NOTHING, {f"{NAME}-tokens-limit": "180"}, 2),
        (NOTHING, {f"{NAME}-requests-limit": "many", f"{NAME}-tokens-limit": "0"}, 9),
        (NOTHING, {}, 9),
    ],
)
def test_limits_are_learned_from_headers_and_the_smaller_counts(
    configured: Amounts, headers: dict[str, str], room: int
) -> None:
    async def work() -> int:
        api = Api()
        limits = ModelLimits(configured, OwnWindows(60), 20, 60)
        model = LimitedModel(api, limits)
        limits.heard(MODEL, headers)
        limits.heard(MODEL, {})
        # About 24 tokens in, 50 out.
        waiting = asyncio.create_task(burst(model, 9))
        await comes(lambda: len(api.sent) >= room)
        await asyncio.sleep(0.05)
        waiting.cancel()
        await model.close()
        return len(api.sent)

    assert in_a_loop(work()) == room


def test_nothing_left_until_a_reset_is_a_pause_but_no_longer_one_than_a_window() -> None:
    async def work() -> list[float]:
        api = Api()
        limits = ModelLimits(NOTHING, OwnWindows(1.0), 20, 1.0)
        model = LimitedModel(api, limits)
        limits.heard(MODEL, {f"{NAME}-tokens-remaining": "0", f"{NAME}-tokens-reset": "2999-01-01T00:00:00Z"})
        await model.send(request())
        await model.send(request())
        for headers in (
            {f"{NAME}-tokens-remaining": "0", f"{NAME}-tokens-reset": "2001-01-01T00:00:00Z"},
            {f"{NAME}-tokens-remaining": "0", f"{NAME}-tokens-reset": "soon"},
            {f"{NAME}-tokens-remaining": "0"},
            {f"{NAME}-tokens-remaining": "1", f"{NAME}-tokens-reset": "2999-01-01T00:00:00Z"},
        ):
            limits.heard(MODEL, headers)
            await model.send(request())
        await model.close()
        return api.times

    times = in_a_loop(work())
    assert 1 <= times[1] - times[0] < 10
    # Shorter than one pause more.
    assert times[-1] - times[1] < 0.99


def test_the_client_tells_the_headers_of_answers_and_of_errors(server: ModelServer) -> None:
    heard: list[tuple[str, str | None]] = []

    async def work() -> None:
        client = ModelClient(KEY, server.url, 20, 10)
        limit = f"{NAME}-requests-limit"
        client.on_headers = lambda model, headers: heard.append((model, headers.get(limit)))
        await client.send(request())
        for fault, error in ((Fault("status", 429), ModelBusy), (Fault("status", 400), ModelRefused)):
            server.fail_next(1, fault)
            with pytest.raises(error):
                await client.send(request())
        server.fail_next(1, Fault("drop"))
        with pytest.raises(ModelBusy):
            await client.send(request())
        await client.close()

    in_a_loop(work())
    assert heard == [(MODEL, "1000000")] * 3


# --- what the API refuses ----------------------------------------------------------------------


def busy(status: int, retry_after: float | None = None) -> ModelBusy:
    return ModelBusy(f"the model's API answered {status}", retry_after, status)


@pytest.mark.parametrize("refusal", [busy(429, 0.3), busy(529, 0.3)], ids=["429", "529"])
def test_a_refused_call_is_sent_again_after_the_pause_and_before_those_behind_it(
    refusal: ModelBusy, make_windows: MakeWindows
) -> None:
    async def work() -> Api:
        api = Api(refusal)
        model = limited(api, (1, 0, 0, 0), make_windows(0.1), 0.1)
        assert [one.text for one in await burst(model, 3)] == ["text"] * 3
        await model.close()
        return api

    api = in_a_loop(work())
    assert api.texts == ["0", "0", "1", "2"]
    assert api.times[1] - api.times[0] >= 0.29


def test_a_refusal_without_a_time_pauses_longer_each_time() -> None:
    async def work() -> list[float]:
        api = Api(busy(429), busy(429), busy(429))
        model = limited(api, window=3.0)
        await model.send(request())
        await model.close()
        return api.times

    times = in_a_loop(work())
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert [pause >= least for pause, least in zip(pauses, (0.05, 0.1, 0.2), strict=True)] == [True] * 3


@pytest.mark.parametrize("error", [busy(500), busy(529), ModelBusy("no answer"), ModelRefused("no")])
def test_what_is_no_limit_is_the_run_s_to_handle(error: Exception) -> None:
    async def work() -> None:
        api = Api(error)
        model = limited(api)
        with pytest.raises(type(error), match=str(error)):
            await model.send(request())
        assert len(api.sent) == 1
        await model.close()

    in_a_loop(work())


@pytest.mark.service
def test_nothing_is_sent_by_any_process_during_a_pause(server: ModelServer) -> None:
    scope = fresh_scope()

    async def work() -> None:
        models = [served(server, SharedWindows(REDIS, scope, 12.0), 12.0) for _ in range(2)]
        await asyncio.gather(*(burst(model, 3) for model in models))
        server.fail_next(1, Fault("status", 429, retry_after=0.7))
        refused = asyncio.create_task(models[0].send(request("refused")))
        while not await is_paused(scope):
            await asyncio.sleep(0.005)
        await asyncio.gather(refused, *(burst(model, 20) for model in models))
        for model in models:
            await model.close()

    in_a_loop(work())
    [refusal] = [call for call in server.calls if call.outcome == "http_429"]
    before, after = split(server.calls, refusal)
    assert (len(before), len(after)) == (6, 41)
    assert min(call.started for call in after) - refusal.started >= 0.7
    # Nor do all of them wake at one moment.
    assert most_in([call.started for call in after], 0.003) < 30


def split(calls: Sequence[Call], middle: Call) -> tuple[list[Call], list[Call]]:
    at = list(calls).index(middle)
    return list(calls[:at]), list(calls[at + 1 :])


async def is_paused(scope: str) -> bool:
    windows = SharedWindows(REDIS, scope, 12.0)
    room = await windows.take(MODEL, NOTHING, [])
    await windows.close()
    return room.is_paused


def test_after_a_pause_the_first_goes_alone() -> None:
    async def work() -> list[float]:
        api = Api(busy(429, 0.3))
        model = limited(api, window=120.0)
        refused = asyncio.create_task(model.send(request()))
        while not api.sent:
            await asyncio.sleep(0)
        await asyncio.gather(refused, burst(model, 40))
        await model.close()
        return api.times

    _, first, second, *_ = in_a_loop(work())
    assert second - first >= 0.1


def served(server: ModelServer, windows: Windows, window: float, limits: Amounts = NOTHING) -> LimitedModel:
    """A client of the server under limits, as a worker process has it."""
    client = ModelClient(KEY, server.url, 20, 500)
    shared = ModelLimits(limits, windows, 30, window)
    client.on_headers = shared.heard
    return LimitedModel(client, shared)


@pytest.mark.parametrize("count", [1, 3])
def test_a_burst_that_a_server_would_refuse_is_answered_in_full(
    server: ModelServer, make_windows: MakeWindows, count: int
) -> None:
    server.allow(requests=20, per=0.3)

    async def work() -> list[Any]:
        models = [served(server, make_windows(0.3), 0.3) for _ in range(count)]
        answers = await asyncio.gather(*(burst(model, 60 // count) for model in models))
        for model in models:
            await model.close()
        return [one for each in answers for one in each]

    answers = in_a_loop(work())
    assert [one for one in answers if isinstance(one, Exception)] == []
    assert (len(answers), server.count(outcome="ok")) == (60, 60)
    well = [call.started for call in server.calls if call.outcome == "ok"]
    # A call's start is noted a moment before it is counted.
    assert most_in(well, 0.15) <= 20


def test_a_limit_that_is_known_from_the_start_is_not_run_into(
    server: ModelServer, make_windows: MakeWindows
) -> None:
    # A little room, for what is granted later may arrive earlier.
    server.allow(requests=24, per=0.7)

    async def work() -> None:
        model = served(server, make_windows(1.0), 1.0, (20, 0, 0, 0))
        # A process's first call takes its time: those after it would arrive with the next window's.
        await model.send(ModelRequest("write", {**request().body, "model": "claude-sonnet-5-5"}))
        assert [one for one in await burst(model, 30) if isinstance(one, Exception)] == []
        await model.close()

    in_a_loop(work())
    assert server.count() == server.count(outcome="ok") == 31
    assert most_in([call.started for call in server.calls[1:]], 0.7) <= 24


# --- the ends of waiting -----------------------------------------------------------------------


def test_patience_runs_out() -> None:
    async def work() -> tuple[list[Any], float]:
        model = limited(Api(), (3, 0, 0, 0), window=0.8, patience=1.2)
        started = time.monotonic()
        found = await burst(model, 20)
        await model.close()
        return found, time.monotonic() - started

    found, took = in_a_loop(work())
    answers = [one for one in found if isinstance(one, ModelAnswer)]
    failures = [one for one in found if isinstance(one, ModelBusy)]
    assert (len(answers), len(failures)) == (6, 14)
    # For all of them it would take six windows.
    assert took < 4
    assert "leave no room" in str(failures[0])
    # So much that the run doesn't stand in line again.
    assert min(one.retry_after or 0 for one in failures) >= 60


def test_a_pause_longer_than_the_patience_is_not_waited_for() -> None:
    async def work() -> None:
        api = Api(busy(429, 3600.0))
        model = limited(api, patience=600)
        with pytest.raises(ModelBusy, match="answered 429") as first:
            await model.send(request())
        assert first.value.retry_after == 3600.0
        with pytest.raises(ModelBusy, match="no room") as second:
            await model.send(request())
        assert 3500 < (second.value.retry_after or 0) <= 3600
        assert len(api.sent) == 1
        await model.close()

    in_a_loop(work())


def test_a_cancelled_call_leaves_its_place_to_the_next() -> None:
    async def work() -> Api:
        api = Api()
        model = limited(api, (1, 0, 0, 0), window=0.6)
        await model.send(request("first"))
        gone = asyncio.create_task(model.send(request("gone")))
        kept = asyncio.create_task(model.send(request("kept")))
        await asyncio.sleep(0.02)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        await kept
        await model.close()
        return api

    assert in_a_loop(work()).texts == ["first", "kept"]


def test_a_call_that_is_wanted_no_more_ends_soon_and_is_not_sent() -> None:
    wanted = [True]

    def check() -> None:
        if not wanted[0]:
            raise Stopping

    async def work() -> Api:
        api = Api()
        model = limited(api, (1, 0, 0, 0), window=60, patience=600)
        await model.send(request())
        waiting = asyncio.create_task(burst(model, 5, check=check))
        await asyncio.sleep(0.05)
        wanted[0] = False
        found = await asyncio.wait_for(waiting, 20)
        assert [type(one) for one in found] == [Stopping] * 5
        await model.close()
        return api

    assert len(in_a_loop(work()).sent) == 1


def test_closing_ends_the_wait() -> None:
    async def work() -> None:
        api = Api()
        model = limited(api, (1, 0, 0, 0), window=60, patience=600)
        waiting = asyncio.create_task(burst(model, 3))
        await comes(lambda: len(api.sent) == 1)
        await asyncio.sleep(0.05)
        await model.close()
        found = await asyncio.wait_for(waiting, 20)
        assert [type(one) for one in found[1:]] == [asyncio.CancelledError] * 2

    in_a_loop(work())


def test_a_fault_of_the_windows_is_told_to_those_who_wait() -> None:
    class Broken(OwnWindows):
        async def take(self, *_: Any) -> Room:
            raise ZeroDivisionError

    async def work() -> None:
        model = limited(Api(), windows=Broken(1.0))
        assert [type(one) for one in await burst(model, 3)] == [ZeroDivisionError] * 3
        await model.close()

    in_a_loop(work())


# --- Redis away --------------------------------------------------------------------------------


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_without_redis_each_process_keeps_the_limits_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> Api:
        api = Api(busy(429, 0.2))
        away = SharedWindows(f"redis://:hush@127.0.0.1:{free_port()}/0", "scope", 0.3)
        model = limited(api, (10, 0, 0, 0), away, 0.3)
        assert [one.text for one in await burst(model, 25)] == ["text"] * 25
        await model.close()
        return api

    with caplog.at_level(logging.DEBUG):
        api = in_a_loop(work())
    assert most_in(api.times, 0.15) <= 10
    [warning] = warnings_in(caplog)
    assert "each process goes by its own count" in warning
    assert "hush" not in caplog.text


@pytest.mark.service
def test_redis_is_used_again_when_it_is_back(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_windows, "AWAY", 0.0)
    scope = fresh_scope()

    async def work() -> None:
        windows, neighbour = SharedWindows(REDIS, scope, 60), SharedWindows(REDIS, scope, 60)
        pool = windows._client.connection_pool
        port = pool.connection_kwargs.get("port", 6379)
        pool.connection_kwargs["port"] = free_port()
        assert (await windows.take(MODEL, (5, 0, 0, 0), [ONE] * 3)).granted == 3
        assert (await windows.take(MODEL, (5, 0, 0, 0), [ONE])).granted == 1
        pool.connection_kwargs["port"] = port
        pool.reset()
        assert (await windows.take(MODEL, (5, 0, 0, 0), [ONE] * 4)).granted == 4
        assert (await neighbour.take(MODEL, (5, 0, 0, 0), [ONE] * 4)).granted == 1
        await windows.close()
        await neighbour.close()

    in_a_loop(work())
    assert len(warnings_in(caplog)) == 1


@pytest.mark.service
def test_nothing_of_a_key_or_a_prompt_is_logged_or_stored(caplog: pytest.LogCaptureFixture) -> None:
    secret = token_hex(8)

    async def work() -> None:
        windows = SharedWindows(REDIS, f"http://x {secret}", 1.0)
        model = limited(Api(busy(429, 0.01)), windows=windows)
        await model.send(request(secret))
        with Redis.from_url(REDIS, decode_responses=True) as client:
            found: list[str] = list(client.scan_iter("assessgen:limits:*"))
            assert found
            assert [key for key in found if secret in key] == []
        await model.close()

    with caplog.at_level(logging.DEBUG, "workers"):
        in_a_loop(work())
    assert "429" in caplog.text
    assert secret not in caplog.text


# --- in a worker process -----------------------------------------------------------------------


@pytest.fixture(params=["memory://localhost/", needs_redis])
def broker(request: pytest.FixtureRequest) -> str:
    return REDIS if request.param == "redis" else str(request.param)


@pytest.fixture
def minute(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Makes the limits' minute shorter for the workers that are made after it."""
    return lambda seconds: monkeypatch.setattr(model_limits, "MINUTE", seconds)


def test_a_burst_of_jobs_queues_and_every_question_is_the_model_s(
    database: Database, claude: Claude, server: ModelServer, minute: Callable[[float], None], broker: str
) -> None:
    minute(0.5)
    server.allow(requests=30, per=0.5)
    workers = [claude(name, broker_url=broker) for name in ("w1", "w2")]
    ids = accepted(database, 12)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda worker, mine: worker.run(mine), workers, (ids[::2], ids[1::2])))
    for one in ids:
        done = job(database, one)
        assert (done.status, done.attempt) == (COMPLETED, 1), done.error
        assert done.result is not None
        assert [line for line in done.result["warnings"] if "answered 429" in line or "no room" in line] == []
    with database.read() as session:
        journalled = len(session.scalars(select(ModelCall)).all())
    assert journalled == server.count(outcome="ok") > 30
    well: dict[str, list[float]] = {}
    for call in server.calls:
        if call.outcome == "ok":
            well.setdefault(call.request["model"], []).append(call.started)
    # A call's start is noted a moment before it is counted.
    assert max(most_in(times, 0.3) for times in well.values()) <= 30


def test_a_job_that_waits_for_room_is_given_back_when_the_worker_drains(
    database: Database, claude: Claude, server: ModelServer
) -> None:
    server.fail_next(1, Fault("status", 429, retry_after=500))
    worker = claude()
    [job_id] = accepted(database)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(worker.run, [job_id])
        server.wait_for(lambda server: server.count(outcome="http_429") == 1, 30)
        worker.drain()
        running.result(timeout=30)
    waiting = job(database, job_id)
    assert (waiting.status, waiting.lease_expires_at) == (PROCESSING, None)
    assert server.count() == 1


def test_a_call_of_a_cancelled_job_is_not_sent_when_there_is_room_again(
    database: Database, claude: Claude, server: ModelServer
) -> None:
    server.fail_next(1, Fault("status", 429, retry_after=500))
    worker = claude(lease=2.0, heartbeat=0.05)
    [job_id] = accepted(database)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(worker.run, [job_id])
        server.wait_for(lambda server: server.count(outcome="http_429") == 1, 30)
        for run in worker._runs.values():
            run.lose()
        until(running.done, "the run has ended")
    assert server.count() == 1


def test_the_settings_limits_reach_the_calls(
    database: Database, claude: Claude, server: ModelServer, minute: Callable[[float], None]
) -> None:
    minute(0.3)
    worker = claude(model_requests_per_minute=2)
    worker.run(accepted(database))
    times: dict[str, list[float]] = {}
    for call in server.calls:
        times.setdefault(call.request["model"], []).append(call.started)
    assert max(map(len, times.values())) > 2
    assert [model for model, each in times.items() if most_in(each, 0.15) > 2] == []
