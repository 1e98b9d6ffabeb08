"""One request over real loopback sockets: where it goes, what it carries, and when it ends."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

import address_guard
from address_guard import BlockedAddress
from tests.fakes.webhook_receiver import WebhookReceiver
from workers.delivery import guarded_http
from workers.delivery.guarded_http import (
    MAX_ANSWER_BYTES,
    Answer,
    Deadline,
    Guard,
    GuardedSession,
    SendFailed,
)

# Short, and still far from what a loaded machine needs for a loopback call that should succeed.
SHORT = 0.25


def send(url: str, **changes: Any) -> Answer:
    """Post `{}` to a URL, loopback allowed."""
    values = {"headers": {"x-test": "1"}, "body": b"{}", "allow_private": True, "timeout_seconds": 5.0}
    return guarded_http.send("POST", url, **(values | changes))


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


class RebindingResolver:
    """Answers each look-up of a name with the next list of addresses, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        self.asked.append(host)
        ips = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]


@pytest.fixture
def resolve_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., RebindingResolver]:
    def install(*answers: list[str]) -> RebindingResolver:
        resolver = RebindingResolver(*answers)
        monkeypatch.setattr(socket, "getaddrinfo", resolver)
        monkeypatch.setattr(address_guard, "_lookups", address_guard._Lookups())
        return resolver

    return install


@contextmanager
def raw_server(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """Serve one connection with `talk(socket, closing)` and yield the port."""
    closing = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError), listener.accept()[0] as connection:
            talk(connection, closing)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        closing.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def read_request(connection: socket.socket) -> None:
    """Read all of a request; closing a socket with unread bytes would reset the connection."""
    received = b""
    while not received.endswith(b"\r\n\r\n{}"):
        part = connection.recv(65536)
        if not part:
            raise OSError("the client went away before its request was whole")
        received += part


def trickle(beginning: bytes) -> Callable[[socket.socket, threading.Event], None]:
    """Answer with these bytes and then one more every 20 ms, for ever."""

    def talk(connection: socket.socket, closing: threading.Event) -> None:
        read_request(connection)
        connection.sendall(beginning)
        while not closing.wait(0.02):
            connection.sendall(b"a")

    return talk


# --- where it goes ---------------------------------------------------------------------------


def test_it_connects_to_the_checked_address_without_a_second_look_up(
    receiver: WebhookReceiver, resolve_to: Callable[..., RebindingResolver]
) -> None:
    resolver = resolve_to(["127.0.0.1"], ["169.254.169.254"])
    answer = send(receiver.url(host="rebinding.example"))
    assert answer.status_code == 200
    assert resolver.asked == ["rebinding.example"]
    assert len(receiver.requests) == 1


def test_a_name_that_has_moved_to_a_bad_address_is_refused_at_the_next_sending(
    receiver: WebhookReceiver, resolve_to: Callable[..., RebindingResolver]
) -> None:
    resolve_to(["127.0.0.1"], ["169.254.169.254"])
    send(receiver.url(host="rebinding.example"))
    with pytest.raises(BlockedAddress, match="link-local"):
        send(receiver.url(host="rebinding.example"))
    assert len(receiver.requests) == 1


def test_one_bad_address_refuses_the_name_before_any_connection(
    receiver: WebhookReceiver, resolve_to: Callable[..., RebindingResolver]
) -> None:
    resolve_to(["127.0.0.1", "169.254.169.254"])
    with pytest.raises(BlockedAddress):
        send(receiver.url(host="mixed.example"))
    assert receiver.requests == []


def test_a_refusal_inside_urllib3_surfaces_as_itself(
    receiver: WebhookReceiver, resolve_to: Callable[..., RebindingResolver]
) -> None:
    resolve_to(["127.0.0.1"])
    with pytest.raises(BlockedAddress, match=r"inside\.example is at a loopback address"):
        send(receiver.url(host="inside.example"), allow_private=False)
    assert receiver.requests == []


def test_a_session_refuses_by_itself_even_without_the_check_of_the_url(receiver: WebhookReceiver) -> None:
    with (
        GuardedSession(Guard(False, Deadline.after(5))) as session,
        pytest.raises(BlockedAddress),
    ):
        session.get(receiver.url())
    assert receiver.requests == []


def test_the_next_address_is_tried_when_the_first_refuses_the_connection(
    receiver: WebhookReceiver, resolve_to: Callable[..., RebindingResolver]
) -> None:
    # Nothing listens on 127.0.0.2: the receiver is bound to 127.0.0.1 alone.
    resolve_to(["127.0.0.2", "127.0.0.1"])
    assert send(receiver.url(host="two.example")).status_code == 200


def test_no_listener_is_told_with_host_and_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SendFailed, match=rf"127\.0\.0\.1 port {port}: Connection refused"):
        send(f"http://127.0.0.1:{port}/")


def test_a_name_that_does_not_resolve_is_told(resolve_to: Callable[..., RebindingResolver]) -> None:
    resolve_to([])
    with pytest.raises(SendFailed, match=r"nowhere\.example does not resolve"):
        send("http://nowhere.example/")


def test_credentials_in_the_url_are_refused(receiver: WebhookReceiver) -> None:
    with pytest.raises(BlockedAddress, match="user name or password"):
        send(f"http://user:secret@127.0.0.1:{receiver.port}/")
    assert receiver.requests == []


def test_a_scheme_other_than_http_is_refused() -> None:
    with pytest.raises(BlockedAddress, match="must begin with"):
        send("file:///etc/passwd")


def test_the_environments_proxies_and_netrc_are_ignored(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with WebhookReceiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert send(receiver.url()).status_code == 200
        assert proxy.requests == []
    assert "authorization" not in receiver.requests[0].headers


# --- what it carries -------------------------------------------------------------------------


def test_the_host_header_stays_the_urls(
    receiver: WebhookReceiver, resolve_to: Callable[..., RebindingResolver]
) -> None:
    resolve_to(["127.0.0.1"])
    send(receiver.url("/hook?token=1", host="hooks.example"))
    [request] = receiver.requests
    assert request.headers["host"] == f"hooks.example:{receiver.port}"
    assert (request.method, request.path, request.body) == ("POST", "/hook?token=1", b"{}")
    assert request.headers["x-test"] == "1"


def test_a_redirect_is_answered_as_it_is_and_not_followed(receiver: WebhookReceiver) -> None:
    receiver.answer_with(302, headers={"location": receiver.url("/elsewhere")})
    assert send(receiver.url()).status_code == 302
    assert [request.path for request in receiver.requests] == ["/hook"]


def test_the_body_of_a_redirect_is_capped_and_not_decompressed(receiver: WebhookReceiver) -> None:
    bomb = gzip.compress(b"\0" * 20_000_000)
    headers = {"location": "http://[broken", "content-encoding": "gzip"}
    receiver.answer_with(302, headers=headers, body=bomb * 10)
    answer = send(receiver.url())
    assert (answer.status_code, len(answer.body)) == (302, MAX_ANSWER_BYTES)
    assert answer.body[:2] == b"\x1f\x8b"


@pytest.mark.parametrize("size", [0, 1, MAX_ANSWER_BYTES - 1, MAX_ANSWER_BYTES, 5_000_000])
def test_a_body_is_read_up_to_the_cap(receiver: WebhookReceiver, size: int) -> None:
    receiver.answer_with(200, body=b"x" * size)
    assert len(send(receiver.url()).body) == min(size, MAX_ANSWER_BYTES)


def test_an_endless_body_is_read_up_to_the_cap() -> None:
    def talk(connection: socket.socket, closing: threading.Event) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while not closing.is_set():
            connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")

    with raw_server(talk) as port:
        assert len(send(f"http://127.0.0.1:{port}/").body) == MAX_ANSWER_BYTES


# --- when it ends ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("beginning", "status_code"),
    [
        (b"", None),
        (b"HTTP/1.1 200 OK\r\nx-slow: ", None),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nx-slow: ", None),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n", 200),
        (b"HTTP/1.1 200 OK\r\n\r\n", 200),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffff\r\n", 200),
    ],
    ids=["status line", "header", "after 100", "body with length", "body to the end", "chunked body"],
)
def test_a_receiver_that_trickles_is_cut_at_the_deadline(beginning: bytes, status_code: int | None) -> None:
    with raw_server(trickle(beginning)) as port:
        error, seconds = _failure(f"http://127.0.0.1:{port}/", timeout_seconds=SHORT)
    assert "did not finish its answer within 0.25 seconds" in str(error)
    assert error.status_code == status_code
    assert SHORT * 0.9 < seconds < 6


def test_a_silent_receiver_is_cut_at_the_deadline(receiver: WebhookReceiver) -> None:
    receiver.answer_with(200, delay=30)
    error, seconds = _failure(receiver.url(), timeout_seconds=SHORT)
    assert "did not finish its answer" in str(error)
    assert seconds < 6


def test_a_receiver_that_reads_nothing_is_cut_at_the_deadline() -> None:
    with raw_server(lambda connection, closing: closing.wait(10) and None) as port:
        url = f"http://127.0.0.1:{port}/"
        error, seconds = _failure(url, timeout_seconds=SHORT, body=b"x" * 50_000_000)
    assert "within 0.25 seconds" in str(error)
    assert seconds < 6


def test_a_silent_tls_handshake_is_cut_at_the_deadline() -> None:
    with raw_server(lambda connection, closing: closing.wait(10) and None) as port:
        error, seconds = _failure(f"https://127.0.0.1:{port}/", timeout_seconds=SHORT)
    assert "within 0.25 seconds" in str(error)
    assert seconds < 6


def test_a_look_up_counts_against_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    closing = threading.Event()
    monkeypatch.setattr(address_guard, "_lookups", address_guard._Lookups())
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: closing.wait(10) and [])
    error, seconds = _failure("http://slow.example/", timeout_seconds=SHORT)
    closing.set()
    assert "not resolved in time" in str(error)
    assert seconds < 6


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"", "closed the connection before its answer was whole"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "did not answer in HTTP"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc",
            "closed the connection before its answer was whole",
        ),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
            "closed the connection before its answer was whole",
        ),
    ],
    ids=["nothing", "no HTTP", "half a body", "half a chunk"],
)
def test_a_broken_answer_is_told_in_a_sentence_without_the_query(said: bytes, told: str) -> None:
    def talk(connection: socket.socket, closing: threading.Event) -> None:
        read_request(connection)
        connection.sendall(said)

    with raw_server(talk) as port:
        error, _ = _failure(f"http://127.0.0.1:{port}/hook?token=hush")
    assert told in str(error)
    assert "hush" not in str(error)


def _failure(url: str, **changes: Any) -> tuple[SendFailed, float]:
    """Send what must fail; return the error and how many seconds it took."""
    started_at = time.monotonic()
    with pytest.raises(SendFailed) as caught:
        send(url, **changes)
    return caught.value, time.monotonic() - started_at


# --- TLS -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tls_receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver(tls_names=("hooks.example",)) as running:
        yield running


def test_over_tls_the_name_is_the_urls_and_the_address_the_checked_one(
    tls_receiver: WebhookReceiver, resolve_to: Callable[..., RebindingResolver]
) -> None:
    resolver = resolve_to(["127.0.0.1"], ["169.254.169.254"])
    answer = send(tls_receiver.url(host="hooks.example"), ca_file=tls_receiver.ca_file)
    assert answer.status_code == 200
    assert tls_receiver.server_names[-1] == "hooks.example"
    assert tls_receiver.requests[-1].headers["host"] == f"hooks.example:{tls_receiver.port}"
    assert resolver.asked == ["hooks.example"]


def test_over_tls_a_silent_receiver_is_cut_at_the_deadline(
    tls_receiver: WebhookReceiver, resolve_to: Callable[..., RebindingResolver]
) -> None:
    resolve_to(["127.0.0.1"])
    tls_receiver.answer_with(200, delay=30, times=1)
    url = tls_receiver.url(host="hooks.example")
    error, seconds = _failure(url, ca_file=tls_receiver.ca_file, timeout_seconds=SHORT)
    assert "did not finish its answer" in str(error)
    assert seconds < 6


@pytest.mark.parametrize(
    ("host", "knows_authority", "told"),
    [
        ("other.example", True, "Hostname mismatch"),
        ("127.0.0.1", True, "IP address mismatch"),
        ("hooks.example", False, "unable to get local issuer certificate"),
    ],
    ids=["another name", "an address", "an unknown authority"],
)
def test_a_certificate_that_does_not_fit_is_refused(
    tls_receiver: WebhookReceiver,
    resolve_to: Callable[..., RebindingResolver],
    host: str,
    knows_authority: bool,
    told: str,
) -> None:
    resolve_to(["127.0.0.1"])
    before = len(tls_receiver.requests)
    ca_file = tls_receiver.ca_file if knows_authority else None
    error, _ = _failure(tls_receiver.url(host=host), ca_file=ca_file)
    assert f"No secure connection to {host}: {told}" in str(error)
    assert len(tls_receiver.requests) == before


def test_plain_http_where_tls_is_expected_is_told(receiver: WebhookReceiver) -> None:
    error, _ = _failure(receiver.url().replace("http:", "https:"))
    assert str(error).startswith("No secure connection to 127.0.0.1: ")
