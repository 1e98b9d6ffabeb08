"""Decides which addresses this server may call on somebody else's behalf.

A webhook's URL is chosen by a customer: without a guard anybody could make this server call its
own loopback, its private network or its cloud's metadata service. The web process asks when a
request is accepted, for an early and clear answer; the worker asks again when it sends, and
connects to exactly the addresses that were judged.
"""

import contextlib
import ipaddress
import re
import socket
import threading
import time
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Final, NoReturn
from urllib.parse import SplitResult, urlsplit

from address_networks import IPAddress, blocked_kind

SocketAddress = tuple[str, int] | tuple[str, int, int, int]

MAX_URL_LENGTH: Final = 2048
# The longest name that DNS can carry (RFC 1035, without the final dot).
MAX_HOST_LENGTH: Final = 253
# At acceptance a person's client is waiting; the look-up is done again when sending.
ACCEPTANCE_SECONDS: Final = 1.0
ACCEPTANCE_CACHE_SECONDS: Final = 5.0
# More than a worker has threads (64), so that only look-ups that hang can use the slots up.
MAX_LOOKUPS: Final = 128
MAX_REMEMBERED: Final = 1024

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# A host whose last label is a number is read as an IPv4 address by every browser and by
# inet_aton, in whatever base (https://url.spec.whatwg.org/#ends-in-a-number-checker).
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_BRACKETED: Final = re.compile(r"\[[0-9A-Fa-f:.]+\](:[0-9]*)?")

# The setting's name is told only where the setting would help.
_SETTING: Final = "ASSESSGEN_ALLOW_PRIVATE_WEBHOOKS"


class BlockedAddress(ValueError):
    """The URL names an address that this server does not call; its text says what would be right.

    Not an OSError: urllib3 would report one as a failed connection, and it would be tried again.
    """


class UnresolvedName(OSError):
    """The name has no address now; it may have one later."""


@dataclass(frozen=True)
class ParsedUrl:
    """A URL that passed `check_url`; `address` is None when its host is a name."""

    url: str
    scheme: str
    host: str
    port: int
    address: IPAddress | None


# --- addresses -------------------------------------------------------------------------------


def is_allowed(ip: str | IPAddress, *, allow_private: bool) -> bool:
    """Tell whether this server may connect to `ip`: global unicast only.

    `allow_private` adds loopback and the private ranges (RFC 1918, fc00::/7), and nothing else.
    """
    return blocked_kind(ipaddress.ip_address(ip), allow_private=allow_private) is None


def _refuse(host: str, kind: str) -> NoReturn:
    """Raise for a host of a blocked kind.

    The address that a name resolved to is left out: an answer to a stranger must not tell what
    the names of the internal network stand for.
    """
    remedy = ""
    if kind in {"loopback", "private"}:
        remedy = f", or set {_SETTING} if this server is meant to call its own network"
    raise BlockedAddress(
        f"The host {host} is at a {kind} address, which this server does not call. "
        f"Use one that is reachable from the public Internet{remedy}."
    )


# --- URLs ------------------------------------------------------------------------------------


def check_url(url: str, *, allow_private: bool) -> ParsedUrl:
    """Parse a URL and refuse, by its text alone, what this server never calls.

    Raises BlockedAddress for anything but a plain http or https URL of at most 2048 characters,
    without credentials, whose host is a name or an allowed address. Looks no name up.
    """
    _check_characters(url)
    parts = _split(url)
    _check_authority(parts)
    host = _host(parts)
    port = _port(parts)
    address = _literal(parts, host)
    if address is None:
        _check_name(host, allow_private=allow_private)
    elif kind := blocked_kind(address, allow_private=allow_private):
        _refuse(host, kind)
    return ParsedUrl(url=url, scheme=parts.scheme, host=host, port=port, address=address)


def _check_characters(url: str) -> None:
    if len(url) > MAX_URL_LENGTH:
        raise BlockedAddress(f"The URL has {len(url)} characters; write one of at most {MAX_URL_LENGTH}.")
    # Parsers disagree on these: some drop them, some take a backslash for a slash.
    if any(not c.isprintable() or c.isspace() or c == "\\" for c in url):
        raise BlockedAddress(
            "The URL contains a space, a control character or a backslash; percent-encode it or leave it out."
        )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BlockedAddress(
            f"The URL cannot be read ({error}); write it like https://example.com/hook."
        ) from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise BlockedAddress("The URL must begin with https:// or http://, like https://example.com/hook.")
    return parts


def _check_authority(parts: SplitResult) -> None:
    if "@" in parts.netloc:
        raise BlockedAddress(
            "The URL contains a user name or password (or an @ before its path); leave them out: "
            "deliveries are authenticated by their signature."
        )
    # urlsplit before Python 3.11.14 drops what stands around the brackets.
    if "[" in parts.netloc and not _BRACKETED.fullmatch(parts.netloc):
        raise BlockedAddress(
            "The URL's brackets do not hold an IPv6 address; write one like "
            "http://[2606:4700::1111]:8080/hook."
        )


def _host(parts: SplitResult) -> str:
    host = parts.hostname
    if not host:
        raise BlockedAddress("The URL has no host; write one like https://example.com/hook.")
    if len(host.removesuffix(".")) > MAX_HOST_LENGTH:
        raise BlockedAddress(
            f"The URL's host has {len(host)} characters; a host has at most {MAX_HOST_LENGTH}."
        )
    return host


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError as error:
        raise BlockedAddress("The URL's port must be a number from 1 to 65535.") from error
    if port == 0:
        raise BlockedAddress("The URL's port must be a number from 1 to 65535; 0 is none.")
    return port or _DEFAULT_PORTS[parts.scheme]


def _literal(parts: SplitResult, host: str) -> IPAddress | None:
    """Return the address when the host is one, None when it is a name."""
    try:
        if "[" in parts.netloc:
            return ipaddress.IPv6Address(host)
        if _NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]):
            return ipaddress.IPv4Address(host)
    except ipaddress.AddressValueError as error:
        raise BlockedAddress(
            f"The URL's host {host!a} is not a whole address; write the address in dotted form "
            "like 8.8.8.8, or for IPv6 in brackets like [2606:4700::1111], or use a name."
        ) from error
    return None


def _check_name(host: str, *, allow_private: bool) -> None:
    labels = host.removesuffix(".").split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        # Names beyond ASCII are refused rather than converted: the libraries that convert them
        # disagree, and some of them fold wide digits and dots into addresses.
        raise BlockedAddress(
            f"The URL's host {host!a} is not a host name; use letters, digits, hyphens and dots, "
            "and write an international name in its xn-- form."
        )
    if labels[-1] == "localhost" and not allow_private:
        _refuse(host, "loopback")


# --- names -----------------------------------------------------------------------------------


def resolve(
    host: str, port: int, *, allow_private: bool, timeout_seconds: float = 5.0
) -> list[SocketAddress]:
    """Look a name up and return its socket addresses, every one of them allowed.

    Raises BlockedAddress when any address is not allowed: a name with a good and a bad address is
    an attack or a mistake, and the next look-up may order them otherwise. Raises UnresolvedName
    when there is no answer, or none in time. Connect to what is returned, never to the name.
    """
    lookup = _lookups.get(host, port, max_age=0)
    addresses = lookup.addresses(until=time.monotonic() + timeout_seconds)
    return _all_allowed(host, addresses, allow_private=allow_private)


def check_at_acceptance(url: str, *, allow_private: bool) -> None:
    """Refuse a URL that could never be delivered to; takes at most one second.

    Raises BlockedAddress as `check_url` and `resolve` do. A name that does not resolve, or not
    in time, is accepted.
    """
    parsed = check_url(url, allow_private=allow_private)
    if parsed.address is not None:
        return
    # It may resolve by the time it is sent, and it is judged again then.
    with contextlib.suppress(UnresolvedName):
        lookup = _lookups.get(parsed.host, parsed.port, max_age=ACCEPTANCE_CACHE_SECONDS)
        # Counted from the look-up's start: of a burst with one slow name, only the first waits.
        addresses = lookup.addresses(until=lookup.started_at + ACCEPTANCE_SECONDS)
        _all_allowed(parsed.host, addresses, allow_private=allow_private)


def _all_allowed(host: str, addresses: list[SocketAddress], *, allow_private: bool) -> list[SocketAddress]:
    for address in addresses:
        kind = blocked_kind(ipaddress.ip_address(address[0]), allow_private=allow_private)
        if kind is not None:
            _refuse(host, kind)
    return addresses


class _Lookup:
    """One look-up on a thread of its own, because getaddrinfo takes no deadline."""

    def __init__(self, host: str, port: int, slots: threading.BoundedSemaphore) -> None:
        self.started_at = time.monotonic()
        self._finished_at: float | None = None
        self._host = host
        self._port = port
        self._slots = slots
        self._answer: Future[list[SocketAddress]] = Future()

    def start(self) -> None:
        """Begin, if one of the slots is free."""
        if not self._slots.acquire(blocking=False):
            raise UnresolvedName(
                f"The name {self._host} was not looked up: {MAX_LOOKUPS} look-ups are still "
                "waiting for an answer. Check this server's name servers."
            )
        try:
            # A daemon: a hanging look-up must not hold up the end of the process.
            threading.Thread(target=self._run, name="name-lookup", daemon=True).start()
        except RuntimeError:
            self._slots.release()
            raise

    def _run(self) -> None:
        try:
            answer = _query(self._host, self._port)
        except BaseException as error:  # noqa: BLE001 - it is raised again, in the waiting threads
            self._finished_at = time.monotonic()
            self._answer.set_exception(error)
        else:
            self._finished_at = time.monotonic()
            self._answer.set_result(answer)
        finally:
            self._slots.release()

    def is_usable(self, max_age: float) -> bool:
        """Tell whether it is still under way, or finished less than `max_age` seconds ago."""
        finished_at = self._finished_at
        return finished_at is None or time.monotonic() - finished_at < max_age

    def addresses(self, *, until: float) -> list[SocketAddress]:
        """Wait for the answer until this monotonic time, or raise UnresolvedName."""
        wait([self._answer], timeout=max(0.0, until - time.monotonic()))
        if not self._answer.done():
            raise UnresolvedName(
                f"The name {self._host} was not resolved in time. Check that its name servers answer."
            )
        try:
            return self._answer.result()
        except (OSError, UnicodeError) as error:
            raise UnresolvedName(
                f"The name {self._host} does not resolve "
                f"({getattr(error, 'strerror', None) or error}). "
                "Check its spelling and its DNS records."
            ) from error


def _query(host: str, port: int) -> list[SocketAddress]:
    """Ask the system's resolver for the IPv4 and IPv6 addresses of a host, in its order."""
    found: list[SocketAddress] = []
    for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if family == socket.AF_INET:
            found.append((str(address[0]), int(address[1])))
        elif family == socket.AF_INET6 and len(address) == 4:
            found.append((str(address[0]), int(address[1]), address[2], address[3]))
    if not found:
        raise OSError("it has no IPv4 or IPv6 address")
    return found


class _Lookups:
    """The look-ups under way and just finished, one per host and port."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(MAX_LOOKUPS)
        self._by_name: dict[tuple[str, int], _Lookup] = {}

    def get(self, host: str, port: int, *, max_age: float) -> _Lookup:
        """Join the look-up under way, reuse one younger than `max_age` seconds, or start one."""
        with self._lock:
            lookup = self._by_name.pop((host, port), None)
            if lookup is None or not lookup.is_usable(max_age):
                lookup = _Lookup(host, port, self._slots)
                lookup.start()
            # Put last, so that the first of the dict is always the one unused for longest.
            self._by_name[host, port] = lookup
            if len(self._by_name) > MAX_REMEMBERED:
                del self._by_name[next(iter(self._by_name))]
            return lookup


_lookups = _Lookups()
