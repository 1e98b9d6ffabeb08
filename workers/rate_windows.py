"""What was sent to a model lately, and whether more may go now: in memory, or shared through Redis.

A window is a log of running sums, so it is exact: in no stretch of its length is more granted than
the limit, whatever the limit was when it was logged. All kinds of cost are taken together or not at
all. (The `limits` package has no such step: four round trips a call, 0.97 ms against 0.32.)
"""

import hashlib
import logging
import time
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

# What a call costs, or a limit allows, of each of KINDS; a limit of 0 is none.
Amounts = tuple[int, int, int, int]
# As the API's headers name them; `tokens` are those of input and output together.
KINDS = ("requests", "input-tokens", "output-tokens", "tokens")
NOTHING: Amounts = (0, 0, 0, 0)
# In seconds: a Redis on the same network answers in less than a thousandth of it.
REDIS_TIMEOUT = 0.5
# In seconds: so long each process goes by its own memory before it tries Redis again.
AWAY = 10.0
# In seconds: two pauses that end so close to each other are one.
SAME_PAUSE = 0.1


@dataclass(frozen=True)
class Room:
    """How many of the calls may go, and after how many seconds the next one is worth asking for."""

    granted: int
    wait: float = 0.0
    is_paused: bool = False


class Windows(Protocol):
    """The windows and the pauses of models."""

    async def take(self, model: str, limits: Amounts, asked: Sequence[Amounts]) -> Room:
        """Let as many of the calls go, in their order, as there is room for.

        None may cost more than a limit: there would never be room for it.
        """

    async def pause(self, model: str, seconds: float) -> None:
        """Let nobody send to the model for so long; a longer pause that is on stays."""

    async def close(self) -> None:
        """Close the connections."""


@dataclass
class _Log:
    """When calls went, and what all of them had cost by then. The first entry may be out of the window."""

    times: list[float] = field(default_factory=list)
    sums: list[Amounts] = field(default_factory=list)

    def forget(self, until: float) -> Amounts:
        """Drop what is older, but for the newest of it, whose sums are given."""
        out = bisect_right(self.times, until)
        del self.times[: max(0, out - 1)], self.sums[: max(0, out - 1)]
        return self.sums[0] if out else NOTHING


class OwnWindows:
    """Windows of `window` seconds in this process's memory."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._logs: dict[str, _Log] = {}
        self._pauses: dict[str, float] = {}

    async def take(self, model: str, limits: Amounts, asked: Sequence[Amounts]) -> Room:
        """Let go what there is room for."""
        return self.paused(model) or self._taken(self._logs.setdefault(model, _Log()), limits, asked)

    def paused(self, model: str) -> Room | None:
        """No room, while a pause is on."""
        left = self._pauses.get(model, 0.0) - time.monotonic()
        return Room(0, left, is_paused=True) if left > 0 else None

    def _taken(self, sent: _Log, limits: Amounts, asked: Sequence[Amounts]) -> Room:
        now = time.monotonic()
        before = sent.forget(now - self._window)
        total = sent.sums[-1] if sent.sums else NOTHING
        granted = 0
        while granted < len(asked) and _fits(_sum(total, asked[granted]), before, limits):
            total = _sum(total, asked[granted])
            granted += 1
        if granted:
            sent.times.append(now)
            sent.sums.append(total)
        if granted == len(asked):
            return Room(granted)
        wanted = _sum(total, asked[granted])
        # The first entry that makes enough room when it leaves the window; those after it do so too.
        first = bisect_left(sent.sums, True, key=lambda sums: _fits(wanted, sums, limits))
        return Room(granted, sent.times[first] + self._window - now)

    async def pause(self, model: str, seconds: float) -> None:
        """Let this process send nothing for so long."""
        self._pauses[model] = max(self._pauses.get(model, 0.0), time.monotonic() + seconds)

    async def close(self) -> None:
        """Nothing to close."""


def _sum(one: Amounts, other: Amounts) -> Amounts:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3])


def _fits(after: Amounts, before: Amounts, limits: Amounts) -> bool:
    return all(
        not limit or late - early <= limit for late, early, limit in zip(after, before, limits, strict=True)
    )


# The same on Redis, in one step. KEYS: the pause, the log. ARGV: the window in ms, the four limits,
# then four costs for each call. The log is a sorted set: when, and the running sums as 1:2:3:4.
_TAKE = """
local paused = redis.call('PTTL', KEYS[1])
if paused > 0 then return {0, paused, 1} end
local window, limits, kinds = tonumber(ARGV[1]), {}, 4
for kind = 1, kinds do limits[kind] = tonumber(ARGV[1 + kind]) end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000

local function sums_of(entry)
  local sums = {}
  for number in string.gmatch(entry or '0:0:0:0', '%d+') do sums[#sums + 1] = tonumber(number) end
  return sums
end
local function fits(after, before)
  for kind = 1, kinds do
    if limits[kind] > 0 and after[kind] - before[kind] > limits[kind] then return false end
  end
  return true
end

local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
if last[2] and tonumber(last[2]) >= now then
  if tonumber(last[2]) > now + 1000 then -- the clock was set back
    redis.call('DEL', KEYS[2])
    last = {}
  else -- entries of one moment would stand in the order of their letters
    now = tonumber(last[2]) + 0.001
  end
end
local out = redis.call('ZCOUNT', KEYS[2], '-inf', now - window)
if out > 1 then redis.call('ZREMRANGEBYRANK', KEYS[2], 0, out - 2) end
local before = sums_of(out > 0 and redis.call('ZRANGE', KEYS[2], 0, 0)[1])
local total, wanted, granted = sums_of(last[1]), nil, 0
for first = 2 + kinds, #ARGV, kinds do
  wanted = {}
  for kind = 1, kinds do wanted[kind] = total[kind] + tonumber(ARGV[first + kind - 1]) end
  if not fits(wanted, before) then break end
  total, wanted, granted = wanted, nil, granted + 1
end
if granted > 0 then
  redis.call('ZADD', KEYS[2], now, string.format('%.0f:%.0f:%.0f:%.0f', unpack(total)))
  redis.call('PEXPIRE', KEYS[2], math.ceil(window * 2))
end
if not wanted then return {granted, 0, 0} end
local low, high = 0, redis.call('ZCARD', KEYS[2]) - 1
while low < high do
  local middle = math.floor((low + high) / 2)
  local sums = sums_of(redis.call('ZRANGE', KEYS[2], middle, middle)[1])
  if fits(wanted, sums) then high = middle else low = middle + 1 end
end
local leaves = redis.call('ZRANGE', KEYS[2], low, low, 'WITHSCORES')[2] + window
return {granted, math.ceil(leaves - now), 0}
"""
_PAUSE = """
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], 1, 'PX', ARGV[1]) end
"""


class SharedWindows:
    """Windows in Redis, for all processes of a `scope`; while it is away, this process's own.

    The scope is what the limits belong to, the API's address and key: only its digest is stored.
    """

    def __init__(self, url: str, scope: str, window: float) -> None:
        self._client = Redis.from_url(
            url,
            socket_timeout=REDIS_TIMEOUT,
            socket_connect_timeout=REDIS_TIMEOUT,
            # For a connection that Redis has dropped; the client's own default goes on for seconds.
            retry=Retry(NoBackoff(), 1),
        )
        self._take = self._client.register_script(_TAKE)
        self._pause = self._client.register_script(_PAUSE)
        self._scope = hashlib.sha256(scope.encode()).hexdigest()[:16]
        self._milliseconds = round(window * 1000)
        self._own = OwnWindows(window)
        self._away_until = 0.0

    async def take(self, model: str, limits: Amounts, asked: Sequence[Amounts]) -> Room:
        """Let go what there is room for among all processes."""
        if paused := self._own.paused(model):
            return paused
        numbers = [self._milliseconds, *limits, *(cost for costs in asked for cost in costs)]
        found = await self._ask(self._take, self._keys(model), numbers)
        if found is None:
            return await self._own.take(model, limits, asked)
        granted, wait, is_paused = found
        return Room(granted, wait / 1000, bool(is_paused))

    async def pause(self, model: str, seconds: float) -> None:
        """Let no process send to the model for so long. This one stops before Redis has been told."""
        known = self._own.paused(model)
        await self._own.pause(model, seconds)
        # A burst that is refused tells the same a hundred times.
        if known is None or known.wait < seconds - SAME_PAUSE:
            await self._ask(self._pause, self._keys(model)[:1], [max(1, round(seconds * 1000))])

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _keys(self, model: str) -> list[str]:
        # In braces: what a cluster keeps in one place, which a script needs.
        return [f"assessgen:limits:{{{self._scope}:{model}}}:{what}" for what in ("pause", "sent")]

    async def _ask(self, script: Any, keys: list[str], numbers: list[int]) -> Any:
        """What the script answers; None while Redis is away."""
        if time.monotonic() < self._away_until:
            return None
        try:
            answer = await script(keys=keys, args=numbers)
        except (RedisError, OSError) as error:
            if not self._away_until:
                log.warning(
                    "Redis keeps no model limits now (%s): each process goes by its own count.",
                    type(error).__name__,
                )
            self._away_until = time.monotonic() + AWAY
            return None
        self._away_until = 0.0
        return answer or ()
