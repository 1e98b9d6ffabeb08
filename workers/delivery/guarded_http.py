"""One HTTP request to an address that somebody else chose, under the address guard.

The guard sits where urllib3 opens its socket, so that nothing above it (requests, TLS, the Host
header) knows anything but the name, and nothing below it looks the name up again.
"""

import functools
import http.client
import io
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import certifi
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

import address_guard
from address_guard import ParsedUrl, SocketAddress, UnresolvedName

TIMEOUT_SECONDS: Final = 15.0
# What a receiver answers is only shown to a person; 64 KiB is more than anybody reads.
MAX_ANSWER_BYTES: Final = 64 * 1024
# A resolver's usual first retry comes at 5 s; past it the name is as good as dead.
LOOKUP_SECONDS: Final = 5.0


class SendFailed(Exception):
    """No whole answer came. Its text is a sentence that names the host, never the path or query.

    Not an OSError, so that it passes urllib3 unwrapped. `status_code` is the answer's if one had
    begun, else None.
    """

    def __init__(self, detail: str, status_code: int | None = None) -> None:
        super().__init__(detail)
        self.status_code = status_code


@dataclass(frozen=True)
class Answer:
    """What came back; `body` holds the first bytes only, at most `MAX_ANSWER_BYTES`, not decoded."""

    status_code: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Deadline:
    """The monotonic time at which the whole exchange must be over."""

    at: float
    seconds: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        """Start counting now."""
        return cls(at=time.monotonic() + seconds, seconds=seconds)

    def remaining(self) -> float:
        """Return the seconds left, more than 0; raise TimeoutError when there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left


@dataclass(frozen=True)
class Guard:
    """What one request may do: which addresses it may reach, and until when."""

    allow_private: bool
    deadline: Deadline


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    allow_private: bool,
    timeout_seconds: float = TIMEOUT_SECONDS,
    ca_file: str | None = None,
) -> Answer:
    """Make one request and return its answer, whatever its status; redirects are not followed.

    `timeout_seconds` covers everything from the look-up to the last byte. `ca_file` replaces the
    public authorities. Raises BlockedAddress when the guard refuses, SendFailed otherwise.
    """
    guard = Guard(allow_private, Deadline.after(timeout_seconds))
    parsed = address_guard.check_url(url, allow_private=allow_private)
    with GuardedSession(guard, ca_file) as session:
        response = _request(session, guard, parsed, method, headers, body)
        with response:
            return _read(response, guard, parsed)


def _request(
    session: requests.Session,
    guard: Guard,
    parsed: ParsedUrl,
    method: str,
    headers: Mapping[str, str],
    body: bytes | None,
) -> requests.Response:
    try:
        return session.request(
            method,
            parsed.url,
            # The session ends with this request; without the header the receiver keeps waiting.
            headers={**headers, "connection": "close"},
            data=body,
            timeout=guard.deadline.seconds,
            allow_redirects=False,
            stream=True,
        )
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise SendFailed(_explain(error, guard, parsed)) from error


def _read(response: requests.Response, guard: Guard, parsed: ParsedUrl) -> Answer:
    """Read the body up to the cap, without undoing its compression: a bomb stays small."""
    body = b""
    try:
        while len(body) < MAX_ANSWER_BYTES:
            chunk = response.raw.read(MAX_ANSWER_BYTES - len(body), decode_content=False)
            if not chunk:
                break
            body += chunk
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        detail = f"It had begun to answer {response.status_code}. {_explain(error, guard, parsed)}"
        raise SendFailed(detail, response.status_code) from error
    return Answer(response.status_code, response.headers, body)


# --- requests and urllib3, guarded -----------------------------------------------------------


class GuardedSession(requests.Session):
    """A session for one request: no proxies, no environment, no redirects, no defaults."""

    def __init__(self, guard: Guard, ca_file: str | None = None) -> None:
        super().__init__()
        # Proxies would connect for us to what we did not judge; .netrc would add credentials.
        self.trust_env = False
        self.headers.clear()
        self.adapters.clear()
        adapter = GuardedAdapter(guard, ca_file)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def get_redirect_target(self, resp: Any) -> None:  # noqa: ARG002 - the signature is requests'
        """See no redirect.

        Even with `allow_redirects=False` requests prepares the next request, and for that reads
        and decompresses the whole body, past the cap.
        """
        return


class GuardedAdapter(HTTPAdapter):
    """An adapter whose every connection carries the guard."""

    def __init__(self, guard: Guard, ca_file: str | None = None) -> None:
        self._guard = guard
        self._ca_file = ca_file
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pool manager build guarded pools."""
        super().init_poolmanager(*args, ssl_context=_tls_context(self._ca_file), **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Hand the guard to the pool, which hands it to each connection it opens."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.conn_kw["guard"] = self._guard
        return pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ARG002
        """Require a certificate, by the shared context.

        requests would load the authorities' file into the context again at each request, for
        tens of milliseconds.
        """
        conn.cert_reqs = "CERT_REQUIRED"


@functools.cache
def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    context = create_urllib3_context()
    context.load_verify_locations(ca_file or certifi.where())
    return context


class _Connection(HTTPConnection):
    """A connection to an address that the guard has judged, with one deadline for all it does."""

    # Without a default, so that a connection made past the adapter fails instead of being free.
    def __init__(self, *args: Any, guard: Guard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._guard = guard
        timed_response: Any = functools.partial(_timed_response, guard.deadline)
        # http.client calls it for each response, with the socket to read.
        self.response_class = timed_response

    def _new_conn(self) -> socket.socket:
        try:
            addresses = self._resolve()
        except UnresolvedName as error:
            raise SendFailed(str(error)) from error
        return self._connect(addresses)

    def _resolve(self) -> list[SocketAddress]:
        return address_guard.resolve(
            self._dns_host.strip("[]"),
            self.port,
            allow_private=self._guard.allow_private,
            timeout_seconds=min(LOOKUP_SECONDS, self._guard.deadline.remaining()),
        )

    def _connect(self, addresses: list[SocketAddress]) -> socket.socket:
        """Connect to the first address that takes the call, each with its share of the time."""
        failure: OSError | None = None
        for position, address in enumerate(addresses):
            share = self._guard.deadline.remaining() / (len(addresses) - position)
            try:
                return self._open(address, share)
            except OSError as error:
                failure = error
        reason = _reason(failure) if failure else "it has no address"
        raise SendFailed(
            f"No connection to {self.host} port {self.port}: {reason}. "
            "Check that the receiver is running and reachable from this server."
        ) from failure

    def _open(self, address: SocketAddress, timeout: float) -> socket.socket:
        family = socket.AF_INET6 if len(address) == 4 else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(timeout)
            sock.connect(address)
            # What follows on this socket is the TLS handshake, which takes one timeout as a whole.
            sock.settimeout(self._guard.deadline.remaining())
        except BaseException:
            sock.close()
            raise
        return sock

    def send(self, data: Any) -> None:
        """Send within the time that is left."""
        if self.sock is None:
            self.connect()
        self.sock.settimeout(self._guard.deadline.remaining())
        super().send(data)


class _TLSConnection(_Connection, HTTPSConnection):
    """The same over TLS; the server's name stays the URL's."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


def _timed_response(
    deadline: Deadline, sock: socket.socket, *args: Any, **kwargs: Any
) -> http.client.HTTPResponse:
    timed: Any = _TimedSocket(sock, deadline)
    return http.client.HTTPResponse(timed, *args, **kwargs)


@dataclass(frozen=True)
class _TimedSocket:
    """The part of a socket that http.client reads responses through."""

    sock: socket.socket
    deadline: Deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return a buffered reader; `mode` is always "rb"."""
        assert mode == "rb"
        return io.BufferedReader(_TimedReader(self.sock, self.deadline))


class _TimedReader(io.RawIOBase):
    """A socket's bytes, each read given only the time that is left of the whole.

    A socket's own timeout begins anew at every byte: one byte a second would never end.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        """Say yes, as BufferedReader asks."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what has come, or raise TimeoutError at the deadline."""
        self._sock.settimeout(self._deadline.remaining())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Give up the socket, which closes with its last reader."""
        self._raw.close()
        super().close()


# --- failures --------------------------------------------------------------------------------


_CUT_OFF: Final = (
    http.client.RemoteDisconnected,
    http.client.IncompleteRead,
    urllib3.exceptions.IncompleteRead,
)


def _explain(error: BaseException, guard: Guard, parsed: ParsedUrl) -> str:
    """Say what went wrong in a sentence.

    Never by the text of requests' errors, which quotes the URL with its query.
    """
    chain = list(_chain(error))
    if any(isinstance(link, (TimeoutError, requests.Timeout)) for link in chain):
        return f"{parsed.host} did not finish its answer within {guard.deadline.seconds:g} seconds."
    for link in chain:
        if isinstance(link, ssl.SSLError):
            return f"No secure connection to {parsed.host}: {_reason(link)}. Check its TLS certificate."
    for link in reversed(chain):
        if isinstance(link, _CUT_OFF):
            return f"{parsed.host} closed the connection before its answer was whole."
        if isinstance(link, http.client.HTTPException):
            return f"{parsed.host} did not answer in HTTP/1.1. Check the URL's scheme and port."
        if isinstance(link, OSError) and link.strerror:
            return f"{parsed.host} broke the connection off: {_reason(link)}."
    return f"The request to {parsed.host} failed ({type(chain[-1]).__name__})."


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason(error: OSError) -> str:
    """Put an OSError in a few words, without its number or its place in OpenSSL's source."""
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message.rstrip(".")
    if isinstance(error, ssl.SSLError):
        return (error.reason or "the handshake failed").replace("_", " ").lower()
    return (error.strerror or type(error).__name__).rstrip(".")
