"""Wrong candidate keys, counted by the address that they come from, so that nobody goes on guessing."""

import logging
import math
import time
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

# A person mistypes a key a few times; twenty in a minute are a program's.
WRONG_KEYS = RateLimitItemPerMinute(20)
# In seconds: a Redis on the same network answers in less than a thousandth of it.
REDIS_TIMEOUT = 0.5
# In seconds: so long nothing is counted before a Redis that was away is tried again.
AWAY = 10.0
# One customer of a provider has a whole network of this size to call from.
IPV6_NETWORK = 64


class TooManyGuesses(Exception):
    """So many wrong keys came from the address that none is looked at for `seconds`, not even a right one."""

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many wrong candidate keys came from this address; try again later.")
        self.seconds = seconds


class Guesses:
    """The counts: in this process's memory for the embedded broker, else in the broker's Redis for all.

    Only wrong keys are counted, so a right one costs no call of Redis. A process shuts an address out when it
    sees the last wrong key that is allowed, or one more: of several processes each sees it by itself. While
    Redis is away nothing is counted: candidates go on, and a key has far too many bits to guess.
    """

    def __init__(self, broker_url: str, allowed: RateLimitItem = WRONG_KEYS) -> None:
        self._allowed = allowed
        self._limiter = FixedWindowRateLimiter(_storage(broker_url))
        self._shut: dict[str, float] = {}
        self._away_until = 0.0

    def check(self, address: str) -> None:
        """Raise TooManyGuesses for an address that is shut out."""
        if not self._shut:
            return
        left = self._shut.get(network_of(address), 0.0) - time.monotonic()
        if left > 0:
            raise TooManyGuesses(math.ceil(left))

    def count(self, address: str) -> None:
        """Count a wrong key; raises TooManyGuesses where it is one too many."""
        if time.monotonic() < self._away_until:
            return
        network = network_of(address)
        try:
            is_allowed = self._limiter.hit(self._allowed, network)
            left = self._limiter.get_window_stats(self._allowed, network)
        except (RedisError, OSError) as error:
            if not self._away_until:
                log.warning("Redis counts no wrong candidate keys now (%s).", type(error).__name__)
            self._away_until = time.monotonic() + AWAY
            return
        self._away_until = 0.0
        if left.remaining == 0:
            self._shut_out(network, left.reset_time - time.time())
        if not is_allowed:
            self.check(address)

    def _shut_out(self, network: str, seconds: float) -> None:
        now = time.monotonic()
        # Made anew, so that nobody iterates over what another thread changes.
        self._shut = {one: until for one, until in self._shut.items() if until > now}
        self._shut[network] = now + seconds


def network_of(address: str) -> str:
    """What is counted as one caller: an address, of IPv6 its network; any other text as it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((int(parsed), IPV6_NETWORK), strict=False))


def _storage(broker_url: str) -> MemoryStorage | RedisStorage:
    if broker_url.startswith("memory:"):
        return MemoryStorage()
    pool = ConnectionPool.from_url(
        broker_url,
        socket_timeout=REDIS_TIMEOUT,
        socket_connect_timeout=REDIS_TIMEOUT,
        # For a connection that Redis has dropped; the client's own default goes on for seconds.
        retry=Retry(NoBackoff(), 1),
    )
    return RedisStorage(broker_url, connection_pool=pool, key_prefix="assessgen:wrong-keys")
