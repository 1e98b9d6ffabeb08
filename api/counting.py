"""Counting by the minute who calls how often: in this process, or in the broker's Redis for all processes."""

import logging
import time
from dataclasses import dataclass

from limits import RateLimitItem
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

# In seconds: a Redis on the same network answers in less than a thousandth of it.
REDIS_TIMEOUT = 0.5
# In seconds: so long nothing is counted before a Redis that was away is tried again.
AWAY = 10.0


@dataclass(frozen=True)
class Count:
    """What counting came to: `remaining` are left in this window, which ends in `seconds`."""

    is_allowed: bool
    remaining: int
    seconds: float


class Counter:
    """Counts by name, in windows of a fixed length.

    For the embedded broker the counts are in this process's memory, else in Redis. While Redis is away
    nothing is counted: who may call is not the broker's to decide.
    """

    def __init__(self, broker_url: str, purpose: str) -> None:
        self._purpose = purpose
        self._limiter = FixedWindowRateLimiter(_storage(broker_url, purpose))
        self._away_until = 0.0

    def count(self, allowed: RateLimitItem, name: str, cost: int = 1) -> Count | None:
        """Count so many calls of that name; None where nothing is counted now."""
        if time.monotonic() < self._away_until:
            return None
        try:
            is_allowed = self._limiter.hit(allowed, name, cost=cost)
            left = self._limiter.get_window_stats(allowed, name)
        except (RedisError, OSError) as error:
            if not self._away_until:
                log.warning("Redis counts no %s now (%s).", self._purpose, type(error).__name__)
            self._away_until = time.monotonic() + AWAY
            return None
        self._away_until = 0.0
        return Count(is_allowed, left.remaining, left.reset_time - time.time())


def _storage(broker_url: str, purpose: str) -> MemoryStorage | RedisStorage:
    if broker_url.startswith("memory:"):
        return MemoryStorage()
    pool = ConnectionPool.from_url(
        broker_url,
        socket_timeout=REDIS_TIMEOUT,
        socket_connect_timeout=REDIS_TIMEOUT,
        # For a connection that Redis has dropped; the client's own default goes on for seconds.
        retry=Retry(NoBackoff(), 1),
    )
    return RedisStorage(broker_url, connection_pool=pool, key_prefix=f"assessgen:{purpose.replace(' ', '-')}")
