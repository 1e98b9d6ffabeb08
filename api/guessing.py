"""Wrong keys, counted by the address that they come from, so that nobody goes on guessing."""

import math
import time
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, RateLimitItemPerMinute

from api.counting import Counter

# A person mistypes a key a few times; twenty in a minute are a program's.
WRONG_KEYS = RateLimitItemPerMinute(20)
# One customer of a provider has a whole network of this size to call from.
IPV6_NETWORK = 64


class TooManyGuesses(Exception):
    """So many wrong keys came from the address that none is looked at for `seconds`, not even a right one."""

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many wrong keys came from this address; try again later.")
        self.seconds = seconds


class Guesses:
    """The counts: in this process's memory for the embedded broker, else in the broker's Redis for all.

    Only wrong keys are counted, so a right one costs no call of Redis. A process shuts an address out when it
    sees the last wrong key that is allowed, or one more: of several processes each sees it by itself. While
    Redis is away nothing is counted: candidates go on, and a key has far too many bits to guess.
    """

    def __init__(self, broker_url: str, allowed: RateLimitItem = WRONG_KEYS) -> None:
        self._allowed = allowed
        self._counter = Counter(broker_url, "wrong keys")
        self._shut: dict[str, float] = {}

    def check(self, address: str) -> None:
        """Raise TooManyGuesses for an address that is shut out."""
        if not self._shut:
            return
        left = self._shut.get(network_of(address), 0.0) - time.monotonic()
        if left > 0:
            raise TooManyGuesses(math.ceil(left))

    def count(self, address: str) -> None:
        """Count a wrong key; raises TooManyGuesses where it is one too many."""
        network = network_of(address)
        found = self._counter.count(self._allowed, network)
        if found is None:
            return
        if found.remaining == 0:
            self._shut_out(network, found.seconds)
        if not found.is_allowed:
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
