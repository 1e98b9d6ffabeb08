"""A webhook receiver on the loopback: a real HTTP server that records what it is sent.

with WebhookReceiver() as receiver:
    receiver.answer_with(503, headers={"retry-after": "7"}, times=1)
    ...
    receiver.wait_for(2)
    receiver.verify(secret)
"""

import json
import ssl
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Received:
    """One request as it came; header names are in lower case, `arrived_at` is monotonic."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    arrived_at: float

    def json(self) -> Any:
        """Return the body, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What to answer, after how many seconds."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0


class WebhookReceiver:
    """A threaded HTTP server on a free port of 127.0.0.1; over TLS when `tls_names` are given.

    With TLS its certificate, for those names, is signed by a new authority, whose file is
    `ca_file`; `server_names` are the names that clients asked for.
    """

    def __init__(self, *, tls_names: tuple[str, ...] = ()) -> None:
        self.requests: list[Received] = []
        self.server_names: list[str | None] = []
        self.ca_file: str | None = None
        self._tls_names = tls_names
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._usual = Reply()
        self._queued: deque[Reply] = deque()

    def __enter__(self) -> Self:
        self._directory = tempfile.TemporaryDirectory(prefix="webhook-receiver-")
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.receiver = self
        self._server.closing = self._closing
        if self._tls_names:
            self._wrap_in_tls()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="receiver")
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._directory.cleanup()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def url(self, path: str = "/hook", *, host: str = "127.0.0.1") -> str:
        """Return the URL of a path here."""
        return f"{'https' if self._tls_names else 'http'}://{host}:{self.port}{path}"

    def answer_with(
        self,
        status: int,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | str = b"",
        delay: float = 0.0,
        times: int | None = None,
    ) -> None:
        """Answer so from now on, or only the next `times` requests (after those already queued)."""
        raw = body.encode() if isinstance(body, str) else body
        reply = Reply(status, dict(headers or {}), raw, delay)
        with self._changed:
            if times is None:
                self._usual = reply
            else:
                self._queued.extend([reply] * times)

    def wait_for(
        self, wanted: int | Callable[[list[Received]], bool], timeout: float = 5.0
    ) -> list[Received]:
        """Wait until so many requests have come, or until the predicate holds of them all.

        Returns them; raises AssertionError at the timeout (in seconds), naming what did come.
        """
        with self._changed:
            came = self._changed.wait_for(lambda: self._satisfies(wanted), timeout)
            if not came:
                paths = [request.path for request in self.requests]
                raise AssertionError(f"after {timeout:g} s the receiver had only got {paths}")
            return list(self.requests)

    def _satisfies(self, wanted: int | Callable[[list[Received]], bool]) -> bool:
        return len(self.requests) >= wanted if isinstance(wanted, int) else wanted(self.requests)

    def json_bodies(self) -> list[Any]:
        """Return the bodies so far, parsed, in the order of arrival."""
        with self._changed:
            return [request.json() for request in self.requests]

    def verify(self, secret: str) -> list[Any]:
        """Verify every request so far as a customer would, and return their bodies, parsed.

        Raises AssertionError when there is none, WebhookVerificationError when one is not genuine.
        """
        with self._changed:
            requests = list(self.requests)
        assert requests, "nothing has been received, so nothing can be verified"
        return [Webhook(secret).verify(request.body, dict(request.headers)) for request in requests]

    def record(self, request: Received) -> Reply:
        """Note a request and choose its reply; called by the server's threads."""
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
            return self._queued.popleft() if self._queued else self._usual

    def _wrap_in_tls(self) -> None:
        # Here, so that tests without TLS need no trustme.
        import trustme

        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*self._tls_names).configure_cert(context)
        context.sni_callback = self._note_server_name
        ca_file = Path(self._directory.name) / "ca.pem"
        authority.cert_pem.write_to_path(str(ca_file))
        self.ca_file = str(ca_file)
        # The handshake is left to the handler's thread: one slow client must not stop the others.
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )

    def _note_server_name(self, _: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> None:
        self.server_names.append(name)


class _Server(ThreadingHTTPServer):
    # Threads are joined at the end, so that no test leaves an open socket to the next one.
    daemon_threads = False
    # The default backlog of 5 resets connections when many deliveries arrive at once.
    request_queue_size = 256
    receiver: WebhookReceiver
    closing: threading.Event

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent on clients that hang up or refuse the certificate: tests make them do so."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # So that a client that never hangs up cannot hold up the end of a test for long.
    timeout = 2.0

    def handle_one_request(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            super().handle_one_request()
        if self.server.closing.is_set():
            self.close_connection = True

    def _handle(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length)
        if len(body) < length:
            # The sender was killed in the middle: nothing came that a receiver could act on.
            self.close_connection = True
            return
        reply = self.server.receiver.record(
            Received(self.command, self.path, headers, body, time.monotonic())
        )
        # Ends at once when the receiver is closed.
        self.server.closing.wait(reply.delay)
        self._answer(reply)

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status not in (204, 304):
            self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _handle

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: pytest shows what matters."""
