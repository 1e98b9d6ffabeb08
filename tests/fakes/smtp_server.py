"""A mail server on the loopback: a real one (aiosmtpd), with a certificate, a login and answers at will.

with SmtpServer() as server:
    server.answer("RCPT", "451 4.3.0 Come back later", times=1)
    ...
    [mail] = server.wait_for(1)
"""

import asyncio
import ssl
import tempfile
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path
from socket import create_connection
from types import TracebackType
from typing import Any, Final, Self

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

# What can be answered instead of a line: hang up, or say nothing until the server is closed.
DROP: Final = "drop"
HANG: Final = "hang"


@dataclass(frozen=True)
class Taken:
    """One mail as it was handed in; `username` is None where nobody logged in."""

    sender: str
    recipients: list[str]
    content: bytes
    username: str | None
    encrypted: bool
    options: list[str] = field(default_factory=list)

    def message(self) -> EmailMessage:
        """Return the mail, parsed."""
        return message_from_bytes(self.content, policy=modern)


class SmtpServer:
    """A mail server on a free port of 127.0.0.1, with a certificate of a new authority (`ca_file`).

    `security` is what it offers: `starttls`, `tls` or `none`. `login` is a name and a password, which
    it wants before it takes a mail; None takes mails of anybody. `names` are the certificate's.
    """

    def __init__(
        self,
        *,
        security: str = "starttls",
        login: tuple[str, str] | None = ("mailer", "hush-hush"),
        names: tuple[str, ...] = ("127.0.0.1", "localhost"),
        utf8: bool = True,
    ) -> None:
        self.security, self.login, self.utf8 = security, login, utf8
        self.mails: list[Taken] = []
        self.commands: list[str] = []
        self._names = names
        self._changed = threading.Condition()
        self._usual: dict[str, str] = {}
        self._queued: defaultdict[str, deque[str]] = defaultdict(deque)

    def __enter__(self) -> Self:
        self._directory = tempfile.TemporaryDirectory(prefix="smtp-server-")
        context = self._context()
        self._controller = _Controller(
            self,
            hostname="127.0.0.1",
            port=0,
            ssl_context=context if self.security == "tls" else None,
            tls_context=context if self.security == "starttls" else None,
            authenticator=self._authenticate,
            # handle_MAIL wants the login: aiosmtpd warns of one without STARTTLS, even within TLS.
            auth_require_tls=self.security == "starttls",
            enable_SMTPUTF8=self.utf8,
        )
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._controller.stop()
        self._directory.cleanup()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._controller.port)

    def answer(self, command: str, reply: str, *, times: int | None = None) -> None:
        """Answer a command (EHLO, MAIL, RCPT, DATA or QUIT) so from now on, or the next `times`.

        A reply is a line such as "451 4.3.0 Come back later", `DROP` or `HANG`. DATA's is the one
        after the mail.
        """
        with self._changed:
            if times is None:
                self._usual[command] = reply
            else:
                self._queued[command].extend([reply] * times)

    def wait_for(self, wanted: int | Callable[[list[str]], bool], timeout: float = 5.0) -> list[Taken]:
        """Wait until so many mails were taken, or until the predicate holds of the commands.

        Returns the mails; raises AssertionError at the timeout (in seconds).
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._satisfies(wanted), timeout):
                raise AssertionError(f"after {timeout:g} s the mail server had only got {self.commands}")
            return list(self.mails)

    def _satisfies(self, wanted: int | Callable[[list[str]], bool]) -> bool:
        return len(self.mails) >= wanted if isinstance(wanted, int) else wanted(self.commands)

    def _context(self) -> ssl.SSLContext:
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*self._names).configure_cert(context)
        self.ca_file = str(Path(self._directory.name) / "ca.pem")
        authority.cert_pem.write_to_path(self.ca_file)
        return context

    def _authenticate(self, _: SMTP, __: Any, ___: Any, mechanism: str, given: Any) -> AuthResult:
        self._note(f"AUTH {mechanism}")
        assert isinstance(given, LoginPassword)
        right = self.login == (given.login.decode(), given.password.decode())
        return AuthResult(success=right, handled=False, auth_data=given.login.decode())

    def _note(self, command: str) -> None:
        with self._changed:
            self.commands.append(command)
            self._changed.notify_all()

    async def _reply(self, server: SMTP, command: str) -> str | None:
        """Note a command and give the answer that a test wants; None is the usual one."""
        self._note(command)
        with self._changed:
            queued = self._queued[command]
            reply = queued.popleft() if queued else self._usual.get(command)
        if reply == HANG:
            await asyncio.get_running_loop().create_future()
        if reply == DROP:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            # The end of the connection ends this task.
            await asyncio.get_running_loop().create_future()
        return reply

    # --- aiosmtpd's hooks ----------------------------------------------------------------------

    async def handle_EHLO(
        self, server: SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        reply = await self._reply(server, "EHLO")
        return [reply] if reply else responses

    async def handle_MAIL(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        reply = await self._reply(server, "MAIL")
        if self.login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if reply is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        reply = await self._reply(server, "RCPT")
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        reply = await self._reply(server, "DATA")
        if reply is None:
            self._take(session, envelope)
        return reply or "250 2.0.0 Taken"

    async def handle_QUIT(self, server: SMTP, session: Any, envelope: Any) -> str:
        return await self._reply(server, "QUIT") or "221 Bye"

    def _take(self, session: Any, envelope: Any) -> None:
        taken = Taken(
            envelope.mail_from,
            list(envelope.rcpt_tos),
            envelope.content,
            session.auth_data if session.authenticated else None,
            session.ssl is not None or self.security == "tls",
            list(envelope.mail_options),
        )
        with self._changed:
            self.mails.append(taken)
            self._changed.notify_all()


class _Controller(Controller):
    def _trigger_server(self) -> None:
        """Learn the port, and make the first connection: aiosmtpd waits for one."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        create_connection((self.hostname, self.port), 5).close()
