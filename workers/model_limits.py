"""The model's rate limits, kept by all workers together: calls wait for their turn and don't fail.

Every call takes a place in its model's windows (`rate_windows`) before it is sent; where there is
none it waits, first come first served within the process, and holds no thread. The limits are the
settings' and those that the API's headers tell, whichever is smaller. What the API refuses all the
same (429) pauses the model for every process and is sent again.
"""

import asyncio
import contextlib
import itertools
import json
import logging
import random
import time
from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models.base import utcnow
from settings import Settings
from workers.generation.tools import ModelAnswer, ModelBusy, ModelRequest
from workers.rate_windows import KINDS, NOTHING, Amounts, OwnWindows, Room, SharedWindows, Windows
from workers.run import Model

if TYPE_CHECKING:
    from workers.generation.engines.model_client import ModelClient

log = logging.getLogger(__name__)

MINUTE = 60.0
# What a call of a stage costs until one of its answers has told: four bytes of JSON a token, and
# half of what the answer may be.
BYTES_A_TOKEN = 4
OF_MAX_TOKENS = 0.5
# How far an answer moves its stage's estimate towards what it took.
TRUST = 0.2
# So many calls are let go in one step.
MOST_AT_ONCE = 100
# In seconds: so often it is asked whether those who wait still want their answers.
CHECK_EVERY = 0.5
# In seconds: an API that asks for more is asked again after it.
LONGEST_PAUSE = 3600.0
# In seconds: who has waited in vain is not to stand in line again in the same run.
IN_VAIN = 60.0


class Estimates:
    """What calls will cost in tokens, from what the answers of their stage have cost so far."""

    def __init__(self) -> None:
        self._ratios: dict[tuple[str, str], tuple[float, float]] = {}

    def of(self, request: ModelRequest, guess: tuple[float, float]) -> Amounts:
        """One request, input tokens, output tokens, and the two together."""
        spent = [max(1, round(base * ratio)) for base, ratio in zip(guess, self._ratio(request), strict=True)]
        return (1, spent[0], spent[1], sum(spent))

    def learn(self, request: ModelRequest, guess: tuple[float, float], usage: Mapping[str, int]) -> None:
        """Take in what a call cost. What was read from the prompt cache doesn't count for the limits."""
        read = usage.get("input_tokens", 0) + usage.get("cache_write_tokens", 0)
        spent, old = (read, usage.get("output_tokens", 0)), self._ratio(request)
        new = [was + TRUST * (took / base - was) for took, base, was in zip(spent, guess, old, strict=True)]
        self._ratios[_kind_of(request)] = (new[0], new[1])

    def _ratio(self, request: ModelRequest) -> tuple[float, float]:
        return self._ratios.get(_kind_of(request), (1.0, 1.0))


def _kind_of(request: ModelRequest) -> tuple[str, str]:
    return str(request.body["model"]), request.stage


def first_guess(request: ModelRequest) -> tuple[float, float]:
    """The tokens in and out of a request of which nothing else is known."""
    most = max(1, request.body.get("max_tokens", 1))
    return len(json.dumps(request.body)) / BYTES_A_TOKEN, most * OF_MAX_TOKENS


@dataclass(eq=False)
class Call:
    """A call that wants to be sent: its number in the line, its cost, and until when it may wait."""

    number: int
    request: ModelRequest
    guess: tuple[float, float]
    costs: Amounts
    deadline: float
    refusals: int = 0
    turn: "asyncio.Future[None]" = field(init=False)


class Line:
    """The calls of this process to one model, in the order of their coming.

    One task, there while anybody waits, takes places for all of them: so a burst costs few round
    trips, and nobody is overtaken.
    """

    def __init__(self, model: str, configured: Amounts, windows: Windows, window: float) -> None:
        self.model = model
        self.learned: Amounts = NOTHING
        # In seconds: how long the API has nothing left, by the headers of the last answer.
        self._empty_for = 0.0
        self._configured = configured
        self._windows = windows
        self._window = window
        self._waiting: list[Call] = []
        self._at_once = MOST_AT_ONCE
        self._clerk: asyncio.Task[None] | None = None

    async def turn(self, call: Call) -> None:
        """Return when the call may be sent. Raises ModelBusy where it would have to wait too long."""
        call.turn = asyncio.get_running_loop().create_future()
        insort(self._waiting, call, key=lambda one: one.number)
        if self._clerk is None:
            self._clerk = asyncio.create_task(self._serve())
        await call.turn

    def heard(self, headers: Mapping[str, str]) -> None:
        """Take in what an answer's headers tell of the limits."""
        told = [_number(headers.get(f"anthropic-ratelimit-{kind}-limit")) for kind in KINDS]
        self.learned = _amounts([new or old for new, old in zip(told, self.learned, strict=True)])
        resets = [
            headers.get(f"anthropic-ratelimit-{kind}-reset", "")
            for kind in KINDS
            if headers.get(f"anthropic-ratelimit-{kind}-remaining") == "0"
        ]
        # Where our clock and the API's differ, no more than a window is lost.
        self._empty_for = min(max(map(_seconds_until, resets), default=0.0), self._window)

    async def answered(self) -> None:
        """Pause if the API has nothing left."""
        if self._empty_for > 0:
            await self._pause(self._empty_for)

    async def refused(self, call: Call, busy: ModelBusy) -> None:
        """Pause as the API asks, so that the call can be sent again. Raises ModelBusy if that is too long."""
        call.refusals += 1
        growing = self._window / 60 * 2 ** min(call.refusals - 1, 5)
        wished = (self._empty_for or growing) if busy.retry_after is None else busy.retry_after
        pause = min(max(wished, self._window / 1000), LONGEST_PAUSE)
        await self._pause(pause)
        if time.monotonic() + pause > call.deadline:
            raise ModelBusy(str(busy), max(wished, IN_VAIN), busy.status) from busy
        log.info("%s: %s; nobody asks it for %.1f s", self.model, busy, pause)

    async def close(self) -> None:
        """Serve nobody any more."""
        if self._clerk is not None:
            self._clerk.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._clerk

    async def _pause(self, seconds: float) -> None:
        self._empty_for = 0.0
        self._at_once = 1
        await self._windows.pause(self.model, seconds)

    def _limits(self) -> Amounts:
        both = zip(self._configured, self.learned, strict=True)
        return _amounts([min(one or other, other or one) for one, other in both])

    async def _serve(self) -> None:
        try:
            while self._waiting:
                await self._step()
        except Exception as error:
            # Nobody else would ever wake those who wait.
            for call in self._waiting:
                _end(call, error)
            self._waiting = []
            log.exception("%s: the line of calls broke off", self.model)
        finally:
            self._clerk = None
            for call in self._waiting:
                call.turn.cancel()

    async def _step(self) -> None:
        self._waiting = [call for call in self._waiting if _is_wanted(call)]
        first = self._waiting[: self._at_once]
        if not first:
            return
        limits = self._limits()
        # What costs more than a whole window goes when the window is empty.
        asked = [
            _amounts([min(cost, limit or cost) for cost, limit in zip(call.costs, limits, strict=True)])
            for call in first
        ]
        room = await self._windows.take(self.model, limits, asked)
        self._let_go(first[: room.granted])
        await self._wait(room)

    def _let_go(self, calls: Sequence[Call]) -> None:
        for call in calls:
            self._waiting.remove(call)
            if not call.turn.done():
                call.turn.set_result(None)

    async def _wait(self, room: Room) -> None:
        """Wait for room. After a pause calls go one, two, four … at a time: the API may still be short."""
        until, wait = time.monotonic() + room.wait, room.wait
        if room.is_paused:
            self._at_once = 1
            wait += random.uniform(0, self._window / 120)
        elif room.granted and self._at_once < MOST_AT_ONCE:
            self._at_once = min(self._at_once * 2, MOST_AT_ONCE)
            wait = max(wait, random.uniform(0.5, 1.5) * self._window / 240)
        # Behind the first in line nobody goes earlier, and nobody may wait longer than those behind.
        while self._waiting and self._waiting[0].deadline < until:
            message = f"the rate limits of {self.model} leave no room for the call"
            _end(self._waiting.pop(0), ModelBusy(message, max(room.wait, IN_VAIN)))
        if wait > 0 and self._waiting:
            await asyncio.sleep(min(wait, CHECK_EVERY))


class ModelLimits:
    """What the calls of a process to one API share. Used on one event loop."""

    def __init__(
        self, configured: Amounts, windows: Windows, patience: float = 600.0, window: float = MINUTE
    ) -> None:
        self._configured = configured
        self._windows = windows
        self._patience = patience
        self._window = window
        self._numbers = itertools.count()
        self._estimates = Estimates()
        self._lines: dict[str, Line] = {}

    def line(self, model: str) -> Line:
        """The line of a model."""
        if model not in self._lines:
            self._lines[model] = Line(model, self._configured, self._windows, self._window)
        return self._lines[model]

    def heard(self, model: str, headers: Mapping[str, str]) -> None:
        """Take in the headers of an answer."""
        self.line(model).heard(headers)

    def call(self, request: ModelRequest) -> Call:
        """A call that begins to wait now."""
        guess = first_guess(request)
        costs = self._estimates.of(request, guess)
        return Call(next(self._numbers), request, guess, costs, time.monotonic() + self._patience)

    def learn(self, call: Call, answer: ModelAnswer) -> None:
        """Take in what a call took."""
        self._estimates.learn(call.request, call.guess, answer.usage)

    async def close(self) -> None:
        """End the lines and close the connections."""
        for line in self._lines.values():
            await line.close()
        await self._windows.close()


class LimitedModel:
    """A model whose calls wait for their turn."""

    def __init__(self, model: Model, limits: ModelLimits) -> None:
        self._model = model
        self._limits = limits

    async def send(self, request: ModelRequest) -> ModelAnswer:
        """The answer, after as long a wait as the limits ask for and the patience allows."""
        line = self._limits.line(str(request.body["model"]))
        call = self._limits.call(request)
        while True:
            await line.turn(call)
            try:
                answer = await self._model.send(request)
            except ModelBusy as busy:
                if not _is_limit(busy):
                    raise
                await line.refused(call, busy)
            else:
                self._limits.learn(call, answer)
                await line.answered()
                return answer

    async def close(self) -> None:
        """Close the connections."""
        await self._limits.close()
        await self._model.close()


def limited(client: "ModelClient", settings: Settings) -> LimitedModel:
    """The client under the limits of the settings, shared by whoever shares the broker."""
    per_minute = (
        settings.model_requests_per_minute,
        settings.model_input_tokens_per_minute,
        settings.model_output_tokens_per_minute,
    )
    configured = _amounts([*(amount or 0 for amount in per_minute), 0])
    limits = ModelLimits(configured, _windows(settings), settings.model_queue, MINUTE)
    client.on_headers = limits.heard
    return LimitedModel(client, limits)


def _windows(settings: Settings) -> Windows:
    if settings.is_embedded:
        return OwnWindows(MINUTE)
    scope = f"{settings.anthropic_base_url} {settings.anthropic_api_key}"
    try:
        return SharedWindows(settings.broker_url, scope, MINUTE)
    except ValueError:
        log.warning("The broker's URL can't be read by redis-py: each process counts model calls alone.")
        return OwnWindows(MINUTE)


def _is_limit(busy: ModelBusy) -> bool:
    return busy.status == 429 or (busy.status == 529 and busy.retry_after is not None)


def _is_wanted(call: Call) -> bool:
    if call.turn.done():
        return False
    try:
        call.request.check()
    except Exception as error:  # noqa: BLE001 - whatever says so, it is the waiting call's to raise
        _end(call, error)
        return False
    return True


def _end(call: Call, error: Exception) -> None:
    if not call.turn.done():
        call.turn.set_exception(error)


def _amounts(values: Sequence[int]) -> Amounts:
    one, two, three, four = values
    return (one, two, three, four)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _seconds_until(moment: str) -> float:
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return 0.0
    return (parsed.replace(tzinfo=parsed.tzinfo or UTC) - utcnow()).total_seconds()
