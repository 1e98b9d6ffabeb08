"""Requests that are too large, too deep or too slow, as bytes on a socket of the real web server."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests

from api.cli_server import HEADERS
from tests.stack import BODY, Stack

GENERATE = "/api/v2/assessments/generate-ai"
# In seconds: what a body has here, and what a busy machine may add to it.
BODY_SECONDS, SLACK = 2.0, 8.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The embedded default as real processes, with little patience."""
    home: Path = tmp_path_factory.mktemp("slow")
    with Stack(home, "", "") as stack:
        stack.env["ASSESSGEN_BODY_TIMEOUT"] = str(BODY_SECONDS)
        stack.start()
        yield stack


def connect(server: Stack) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.settimeout(60)
    return connection


def head(server: Stack, *lines: str, method: str = "POST", path: str = GENERATE) -> bytes:
    """A request's first line and headers, complete."""
    usual = ("Host: localhost", f"x-api-key: {server.key}", "Content-Type: application/json")
    return "\r\n".join((f"{method} {path} HTTP/1.1", *usual, *lines, "", "")).encode()


def answer_of(connection: socket.socket) -> tuple[int | None, str]:
    """The status, None where the connection ended without one, and the body."""
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
            top, gap, body = received.partition(b"\r\n\r\n")
            length = [line.split(b":")[1] for line in top.lower().split(b"\r\n") if b"content-length" in line]
            if gap and length and len(body) >= int(length[0]):
                break
    except ConnectionResetError:
        # What it had not read of a request that it refused.
        assert received, "the connection was reset before the answer"
    top, _, body = received.partition(b"\r\n\r\n")
    return (int(top.split()[1]) if top else None), body.decode()


def asked(server: Stack, request: bytes) -> tuple[int | None, str]:
    with connect(server) as connection:
        # It may have answered already, and read no further.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request)
        return answer_of(connection)


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], 200),
        (["X-Long: " + "a" * 32 * 1024], 200),
        ([f"X-{number}: a" for number in range(80)], 200),
        (["X-Long: " + "a" * 100 * 1024], 431),
        ([f"X-{number}: {'a' * 1000}" for number in range(90)], 431),
        ([f"X-{number}: a" for number in range(2000)], 431),
    ],
    ids=["usual", "32 KiB", "80 headers", "100 KiB", "90 KiB in all", "2,000 headers"],
)
def test_headers_have_a_size_and_a_number(server: Stack, lines: list[str], status: int) -> None:
    assert asked(server, head(server, *lines, method="GET", path="/healthz"))[0] == status


def test_an_address_has_a_length(server: Stack) -> None:
    path = "/healthz?" + "a" * 100 * 1024
    assert asked(server, head(server, method="GET", path=path))[0] in (414, 431)


@pytest.mark.parametrize("depth", [66, 500, 10_000, 100_000])
@pytest.mark.parametrize("shape", ["list", "object"])
def test_a_deep_value_is_refused(server: Stack, depth: int, shape: str) -> None:
    begin, end = ("[", "]") if shape == "list" else ('{"a":', "}")
    inner = begin * depth + "1" + end * depth
    text = (
        json.dumps({**BODY, "metadata": 0}).replace('"metadata": 0', f'"metadata": {{"a": {inner}}}').encode()
    )
    status, body = asked(server, head(server, f"Content-Length: {len(text)}") + text)
    assert status == 400
    assert "nested more than 64 levels deep" in json.loads(body)["error"]


CHUNK = b"10000\r\n" + b"a" * 65536 + b"\r\n"
LARGE = {
    "its length told": (f"Content-Length: {2 * 2**20}", b"a" * 2 * 2**20),
    "its length told, and no body": (f"Content-Length: {2 * 2**20}", b""),
    "in chunks": ("Transfer-Encoding: chunked", CHUNK * 32 + b"0\r\n\r\n"),
    "in chunks without an end": ("Transfer-Encoding: chunked", CHUNK * 17),
}


@pytest.mark.parametrize("form", LARGE)
def test_a_large_body_is_refused(server: Stack, form: str) -> None:
    line, body = LARGE[form]
    status, text = asked(server, head(server, line) + body)
    assert (status, json.loads(text)["error"]) == (413, "The body is larger than 1 MiB.")


def test_a_slow_header_is_cut(server: Stack) -> None:
    with connect(server) as connection:
        connection.sendall(head(server)[:-2])
        began = time.monotonic()
        assert answer_of(connection)[0] is None
        seconds = HEADERS.header_read_timeout / 1000
        assert seconds * 0.9 < time.monotonic() - began < seconds + SLACK


SLOW = {
    "silent": ("Content-Length: 100", b"{", b""),
    "nothing at all": ("Content-Length: 100", b"", b""),
    "a byte at a time": ("Content-Length: 100000", b"{", b" "),
    "chunks at a time": ("Transfer-Encoding: chunked", b"1\r\n{\r\n", b"1\r\n \r\n"),
    "silent in mid-chunk": ("Transfer-Encoding: chunked", b"ff\r\n{", b""),
}


@pytest.mark.parametrize("form", SLOW)
def test_a_slow_body_is_cut_and_told_why(server: Stack, form: str) -> None:
    line, first, more = SLOW[form]
    with connect(server) as connection:
        connection.sendall(head(server, line) + first)
        began = time.monotonic()
        connection.settimeout(0.2)
        received = b""
        while b"\r\n\r\n" not in received and time.monotonic() - began < BODY_SECONDS + SLACK:
            try:
                received += connection.recv(65536)
            except TimeoutError:
                connection.sendall(more)
        assert received.startswith(b"HTTP/1.1 408 "), received
        assert time.monotonic() - began > BODY_SECONDS * 0.9


def test_a_body_that_takes_its_time_is_taken(server: Stack) -> None:
    text = json.dumps(BODY).encode()
    with connect(server) as connection:
        connection.sendall(head(server, f"Content-Length: {len(text)}"))
        for start in range(0, len(text), 100):
            connection.sendall(text[start : start + 100])
            time.sleep(0.05)  # a slow line, which is what this is about
        assert answer_of(connection)[0] == 202


def test_while_fifty_bodies_hang_others_are_served_and_the_fifty_are_cut(server: Stack) -> None:
    with ExitStack() as stack, requests.Session() as client:
        hanging = [stack.enter_context(connect(server)) for _ in range(50)]
        for connection in hanging:
            connection.sendall(head(server, "Content-Length: 100") + b"{")
        for _ in range(20):
            assert client.get(server.url + "/healthz", timeout=2).ok
        # A wait for a job is a pending request from the same address: it must not be cut with them.
        with ThreadPoolExecutor(1) as beside:
            waiting = beside.submit(server.post, GENERATE, BODY, Prefer="wait=30")
            statuses = [answer_of(connection)[0] for connection in hanging]
            assert statuses == [408] * 50
            assert waiting.result().status_code == 200
        assert client.get(server.url + "/healthz", timeout=2).ok


def test_more_slow_bodies_than_threads_hold_the_service_up_only_for_their_time(server: Stack) -> None:
    with ExitStack() as stack:
        hanging = [stack.enter_context(connect(server)) for _ in range(100)]
        for connection in hanging:
            connection.sendall(head(server, "Content-Length: 100") + b"{")
        assert requests.get(server.url + "/healthz", timeout=2 * BODY_SECONDS + SLACK).ok
        # Those that waited for a thread were cut as well, and had no body when it was their turn.
        assert {answer_of(connection)[0] for connection in hanging} <= {408, 400, None}
