"""Bodies that trickle in or never come: cut after a time, so that they hold no thread for ever.

granian gives the headers ten seconds, and the body as long as the connection lives: reading it blocks the
thread that answers, and takes no deadline. So a thread of our own looks once a second for bodies that are
overdue, and ends the receiving half of their connections. The read then ends short, and the answer is 408.

Which connection is whose, granian does not say. It is one from the same address on which more has come in
since the last answer, and not one of those from there whose requests are whole and being worked on: on these
nothing came in after their requests were read. Where that leaves a doubt, nothing is cut until those are
answered. Of a request that waits for a thread nothing is known here: while slow bodies hold all of them, one
from the same address may be cut with them. What the kernel knows of a connection is read as Linux tells it;
elsewhere a slow body lasts as long as its client.
"""

import contextlib
import logging
import os
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import RequestTimeout

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

# In seconds: so often it is looked whether a body is overdue.
TICK = 1.0
# In seconds: so long before its thread began a request may have come in, and so long after it was read its
# last byte may seem to have done so.
BEFORE, AFTER = 2.0, 0.5
OPEN_FILES = Path("/proc/self/fd")
# Of struct tcp_info (linux/tcp.h): tcpi_last_data_sent, tcpi_last_data_recv (ms ago) and tcpi_bytes_acked.
TCP_INFO = struct.Struct("=44xI4xI64xQ")


@dataclass(eq=False)
class _Request:
    """A request under way. Times are monotonic; `body_since` is set when its body is first asked for."""

    address: str
    port: int
    began: float
    body_since: float = 0.0
    last_read: float = 0.0
    is_reading: bool = False
    is_cut: bool = False


class SlowBodies:
    """The application; reading a body that took longer than `seconds` raises RequestTimeout."""

    def __init__(self, application: "WSGIApplication", seconds: float) -> None:
        self._application = application
        self._seconds = seconds
        self._requests: set[_Request] = set()
        self._lock = threading.Lock()
        self._is_watching = False

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer."""
        now = time.monotonic()
        request = _Request(environ.get("REMOTE_ADDR", ""), int(environ.get("SERVER_PORT") or 0), now)
        if environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = _Body(environ["wsgi.input"], request, self._watch)
        with self._lock:
            self._requests.add(request)
        try:
            return self._application(environ, start_response)
        finally:
            with self._lock:
                self._requests.discard(request)

    def _watch(self) -> None:
        """See to it that somebody watches the reads."""
        if self._is_watching:
            return
        with self._lock:
            if self._is_watching:
                return
            self._is_watching = True
        threading.Thread(target=self._run, name="slow-bodies", daemon=True).start()

    def _run(self) -> None:
        while under_way := self._after_a_tick():
            limit = time.monotonic() - self._seconds
            overdue = [one for one in under_way if one.is_reading and one.body_since < limit]
            if overdue:
                self._try_to_cut(overdue, [one for one in under_way if not one.is_reading])

    def _try_to_cut(self, overdue: list[_Request], working: list[_Request]) -> None:
        try:
            _cut(overdue, working)
        except Exception:  # the watch must outlive what it did not foresee, or no body has a limit any more
            log.exception("%d bodies are overdue, and could not be cut; it is tried again.", len(overdue))

    def _after_a_tick(self) -> list[_Request]:
        """The requests under way, after a while; none where nobody reads any more, and the watch ends."""
        time.sleep(TICK)
        with self._lock:
            self._is_watching = any(one.is_reading for one in self._requests)
            return list(self._requests) if self._is_watching else []


class _Body:
    """`wsgi.input`, as far as werkzeug uses it."""

    def __init__(self, body: Any, request: _Request, watch: Any) -> None:
        self._body = body
        self._request = request
        self._watch = watch

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all there are; raises RequestTimeout where they were cut off."""
        return self._timed(lambda: self._body.read(size) if size >= 0 else self._body.read())

    def readline(self, size: int = -1) -> bytes:
        """A line; raises RequestTimeout."""
        return self._timed(lambda: self._body.readline(size) if size >= 0 else self._body.readline())

    def __iter__(self) -> Iterator[bytes]:
        """The lines."""
        return iter(self.readline, b"")

    def _timed(self, read: Any) -> bytes:
        request = self._request
        request.body_since = request.body_since or time.monotonic()
        request.is_reading = True
        self._watch()
        try:
            data: bytes = read()
        finally:
            request.last_read = time.monotonic()
            request.is_reading = False
        if request.is_cut:
            raise RequestTimeout
        return data


def _cut(overdue: list[_Request], working: list[_Request]) -> None:
    """End the receiving half of the overdue requests' connections."""
    for address, port in {(one.address, one.port) for one in overdue}:
        mine = [one for one in overdue if (one.address, one.port) == (address, port)]
        spared = [one for one in working if one.address == address]
        for one in mine:
            one.is_cut = True
        since = min(one.began for one in mine) - BEFORE
        count = 0
        for connection, received in _unanswered(address, port):
            if received > since and not any(_may_be(received, one) for one in spared):
                with contextlib.suppress(OSError):  # its client has just gone
                    connection.shutdown(socket.SHUT_RD)
                    count += 1
        if count:
            log.warning("Cut %d connections from %s whose bodies did not arrive in time.", count, address)


def _may_be(received: float, request: _Request) -> bool:
    """Whether the last that came on a connection may have been the end of this request."""
    return request.began - BEFORE < received < (request.last_read or request.began) + AFTER


def _unanswered(address: str, port: int) -> Iterator[tuple[socket.socket, float]]:
    """This process's connections from there on which more came in since the last answer, and when it did."""
    try:
        files = [int(one.name) for one in OPEN_FILES.iterdir()]
    except OSError:
        return
    for file in files:
        with contextlib.suppress(OSError), _socket_of(file) as connection:
            if connection.family not in (socket.AF_INET, socket.AF_INET6):
                continue
            if connection.getsockname()[1] != port or _plain(connection.getpeername()[0]) != _plain(address):
                continue
            sent, received, acknowledged = _told_by_kernel(connection)
            # A connection's opening counts for one byte.
            if received < sent or acknowledged <= 1:
                yield connection, time.monotonic() - received / 1000


def _socket_of(file: int) -> socket.socket:
    """A second handle for an open socket: the first may be closed meanwhile. OSError where it is none."""
    copy = os.dup(file)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise


def _told_by_kernel(connection: socket.socket) -> tuple[int, int, int]:
    """How many ms ago it sent and received, and how many bytes of ours have arrived; else OSError."""
    found = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO.size)
    if len(found) < TCP_INFO.size:
        raise OSError("the kernel tells too little of a connection")
    sent, received, acknowledged = TCP_INFO.unpack(found)
    return sent, received, acknowledged


def _plain(address: str) -> str:
    """The address in its one form; that of IPv4 where it is one inside IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or parsed)
