"""How often a key may call: so many requests a minute, told in the headers of each answer.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy: "default";q=600;w=60` and
`RateLimit: "default";r=599;t=60`.
"""

import math
import threading
import time
from dataclasses import dataclass

from flask import Response, g
from limits import RateLimitItemPerMinute

from api.counting import Counter

WINDOW = 60
# A process takes a hundredth of the limit at a time: at 6,000 a minute sixty requests cost one call of Redis.
# What it has taken and not used when the minute ends is lost.
SHARE = 100
# So many keys are remembered by a process before it forgets them all, which costs each a call of Redis.
MOST_KEYS = 10_000


class TooManyRequests(Exception):
    """The key has used up its requests of this minute, which ends in `left.seconds`."""

    def __init__(self, left: "Left") -> None:
        super().__init__(
            f"This key has made its {left.limit:,} requests of this minute; "
            f"go on in {left.seconds} {'second' if left.seconds == 1 else 'seconds'}."
        )
        self.left = left


@dataclass(frozen=True)
class Left:
    """What a key may still do in this minute."""

    limit: int
    remaining: int
    seconds: int


@dataclass
class _Handful:
    """Requests that this process may let pass, of a window that ends at `until`; `rest` are nobody's yet."""

    mine: int
    rest: int
    until: float


class RequestLimits:
    """The limit of one kind of key."""

    def __init__(self, counter: Counter, per_minute: int) -> None:
        self._counter = counter
        self._limit = per_minute
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._take = max(1, per_minute // SHARE)
        self._handfuls: dict[str, _Handful] = {}
        self._lock = threading.Lock()

    def spend(self, who: str) -> Left | None:
        """Let one request pass; None where there is no limit or nothing counts. Raises TooManyRequests."""
        if self._item is None:
            return None
        while True:
            with self._lock:
                held = self._handfuls.get(who)
                if held is not None and held.until > time.monotonic() and (held.mine or not held.rest):
                    return self._spent(held)
            # Beside the lock: one key's call of Redis must not stop the others.
            if not self._has_taken_more(who):
                return None

    def _has_taken_more(self, who: str) -> bool:
        """Whether the key's requests are counted now, and then how many more there are for this process."""
        assert self._item is not None
        found = self._counter.count(self._item, who, self._take)
        if found is None:
            return False
        mine = self._take if found.is_allowed else 0
        taken = _Handful(mine, found.remaining, time.monotonic() + found.seconds)
        with self._lock:
            old = self._handfuls.get(who)
            if old is not None and old.until > time.monotonic():
                # Two threads that came at once have each taken some.
                taken.mine += old.mine
            if len(self._handfuls) >= MOST_KEYS:
                self._handfuls.clear()
            self._handfuls[who] = taken
        return True

    def _spent(self, held: _Handful) -> Left:
        seconds = max(1, math.ceil(held.until - time.monotonic()))
        if not held.mine:
            raise TooManyRequests(Left(self._limit, 0, seconds))
        held.mine -= 1
        return Left(self._limit, held.mine + held.rest, seconds)


def tell(response: Response) -> Response:
    """Put what the key may still do into the answer's headers."""
    left: Left | None = g.get("left")
    if left is not None:
        response.headers["RateLimit-Policy"] = f'"default";q={left.limit};w={WINDOW}'
        response.headers["RateLimit"] = f'"default";r={left.remaining};t={left.seconds}'
    return response
