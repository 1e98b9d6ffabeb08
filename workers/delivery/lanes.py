"""Which channel is sent when: of one host a few at a time, the others wait in line without a thread."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from urllib.parse import urlsplit

from models.events import MAILTO
from workers.delivery.breaker import Breaker

log = logging.getLogger(__name__)

Drain = Callable[[str], object]
PutOff = Callable[[Sequence[str], float], None]


def host_of(url: str) -> str:
    """The host and port of a delivery's URL; all mails go to one, the installation's mail server."""
    return MAILTO if url.startswith(MAILTO) else urlsplit(url).netloc.lower()


class _Lane:
    """One host: the channels in line, and how many are being sent."""

    def __init__(self) -> None:
        self.waiting: deque[str] = deque()
        self.busy = 0
        self.breaker = Breaker()

    @property
    def is_idle(self) -> bool:
        return not self.waiting and not self.busy and self.breaker.is_idle


class Lanes:
    """The lines of all hosts before one pool of threads.

    `drain` sends what is due on a channel and tells `report` of each try. A host that rests gets nothing:
    its channels are handed to `put_off` with the seconds to wait. The first channel after a rest is a
    probe: the others wait for its end.
    """

    def __init__(
        self,
        pool: Executor,
        drain: Drain,
        put_off: PutOff,
        most: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self._drain = drain
        self._put_off = put_off
        self._most = most
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}
        # Each channel in line or under way, and whether it is to be looked at (again).
        self._channels: dict[str, bool] = {}
        self._lock = threading.Lock()
        self._closed = False

    @property
    def channels(self) -> dict[str, bool]:
        """The channels in line or under way, and whether they are to be looked at (again)."""
        with self._lock:
            return dict(self._channels)

    def add(self, hosts: Mapping[str, str]) -> None:
        """Put channels in line, each at its host; one that is there already is looked at once more."""
        with self._lock:
            for channel, host in hosts.items():
                if channel not in self._channels:
                    self._lanes.setdefault(host, _Lane()).waiting.append(channel)
                self._channels[channel] = True
        for host in dict.fromkeys(hosts.values()):
            self._move(host)

    def report(self, url: str, answered: bool) -> None:
        """A try has ended, with an answer of any kind or without one."""
        host = host_of(url)
        with self._lock:
            breaker = self._lanes.setdefault(host, _Lane()).breaker
            if answered:
                breaker.answered()
                return
            breaker.unanswered(now := self._clock())
            rest = breaker.resting(now)
        if rest:
            log.warning("%s does not answer; it is left in peace for %.0f s.", host, rest)

    def close(self) -> None:
        """Begin nothing more; what waits in line is left to the sweep."""
        with self._lock:
            self._closed = True

    def _move(self, host: str) -> None:
        """Begin what may begin at the host; put off what is in line at one that rests."""
        with self._lock:
            lane = self._lanes.get(host)
            if lane is None or self._closed:
                return
            rest = lane.breaker.resting(self._clock())
            late = self._leave(lane) if rest else []
            self._begin(host, lane)
            if lane.is_idle:
                del self._lanes[host]
        if late:
            self._put_off(late, rest)

    def _leave(self, lane: _Lane) -> list[str]:
        late = list(lane.waiting)
        lane.waiting.clear()
        for channel in late:
            del self._channels[channel]
        return late

    def _begin(self, host: str, lane: _Lane) -> None:
        most = self._most if lane.breaker.is_closed else 1
        while lane.waiting and lane.busy < most:
            channel = lane.waiting.popleft()
            lane.busy += 1
            self._pool.submit(self._run, host, channel).add_done_callback(_log_failure)

    def _run(self, host: str, channel: str) -> None:
        try:
            while self._is_wanted(channel):
                self._drain(channel)
        except BaseException:
            with self._lock:
                self._channels.pop(channel, None)
            raise
        finally:
            with self._lock:
                self._lanes[host].busy -= 1
            self._move(host)

    def _is_wanted(self, channel: str) -> bool:
        """Whether the channel is to be looked at; if not, the next message for it begins it anew."""
        with self._lock:
            wanted = self._channels.pop(channel)
            if wanted:
                self._channels[channel] = False
            return wanted


def _log_failure(done: "Future[None]") -> None:
    if not done.cancelled() and (error := done.exception()):
        log.error("A delivery broke off: %r; the sweep will take it up.", error, exc_info=error)
