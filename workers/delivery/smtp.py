"""One mail to the installation's own mail server: encrypted as the settings say, or not at all."""

import functools
import io
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import certifi

# Each step, such as connecting or one command and its answer, and all of them: a server may think
# for a while about each, but the delivery's lease must outlive the whole.
STEP_SECONDS: Final = 15.0
WHOLE_SECONDS: Final = 45.0
# These refuse the login, or the want of one, and not the mail (RFC 4954, 6): settings can mend that.
LOGIN_CODES: Final = frozenset({530, 534, 535, 538})
MAX_SAID: Final = 200


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed in. `security` is `starttls`, `tls` or `none`."""

    host: str
    port: int
    security: str
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: str | None = None
    step_seconds: float = STEP_SECONDS
    whole_seconds: float = WHOLE_SECONDS

    @property
    def place(self) -> str:
        """The server in words."""
        return f"The mail server {self.host} port {self.port}"


class NotSent(Exception):
    """The mail was not taken. Its text is a sentence without secrets.

    `code` is the server's answer where there was one; `for_good` says that it refused this mail,
    so that the same again would be refused again.
    """

    def __init__(self, detail: str, code: int | None = None, for_good: bool = False) -> None:
        super().__init__(detail)
        self.code = code
        self.for_good = for_good


def send(server: MailServer, sender: str, recipient: str, message: bytes) -> None:
    """Hand a mail in; raises NotSent when the server did not take it.

    A mail whose acceptance got lost on the way counts as not sent: twice is better than never.
    """
    try:
        context = None if server.security == "none" else _tls_context(server.ca_file)
    except OSError as error:
        reason = _reason(error)
        raise NotSent(f"The file of ASSESSGEN_SMTP_CA_FILE can't be used: {reason}.") from error
    connection = _Connection(server, sender.rpartition("@")[2], context)
    try:
        connection.open()
        connection.submit(sender, recipient, message)
    except OSError as error:
        raise _explained(error, server) from error
    except ValueError as error:
        # Such as a challenge that is no base64. Its text may quote what was to be sent.
        raise NotSent(f"{server.place} answered what is not SMTP.") from error
    finally:
        connection.end()


@functools.cache
def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file or certifi.where())


class _Connection(smtplib.SMTP):
    """smtplib's client with a time for each step and one for the whole."""

    sock: Any
    file: Any

    def __init__(self, server: MailServer, own_name: str, context: ssl.SSLContext | None) -> None:
        # Without a host it does not connect yet; without a name it would look its own up, for seconds.
        super().__init__(local_hostname=own_name)
        self._server = server
        self._context = context
        self._over_at = time.monotonic() + server.whole_seconds
        self._step_over_at = self._over_at

    def open(self) -> None:
        """Connect, encrypt and log in."""
        server = self._server
        # smtplib checks the certificate against this name, which only its constructor would set.
        self._host = server.host
        code, said = self.connect(server.host, server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        self._greet()
        if server.security == "starttls":
            self._encrypt()
        if server.username:
            self._log_in()

    def submit(self, sender: str, recipient: str, message: bytes) -> None:
        """Hand the mail in; an address with letters beyond ASCII needs a server that knows them."""
        options: tuple[str, ...] = ()
        if not recipient.isascii():
            if not self.has_extn("smtputf8"):
                detail = f"{self._server.place} takes no address with letters beyond ASCII (SMTPUTF8)."
                raise NotSent(detail, for_good=True)
            options = ("SMTPUTF8", "BODY=8BITMIME")
        self.sendmail(sender, [recipient], message, mail_options=options)

    def end(self) -> None:
        """Say goodbye and hang up. What goes wrong now is no matter: the mail was taken, or was not."""
        with suppress(OSError):
            if self.sock:
                self.quit()
        self.close()

    def _greet(self) -> None:
        code, said = self.ehlo()
        if not 200 <= code < 300:
            raise smtplib.SMTPHeloError(code, said)

    def _encrypt(self) -> None:
        if not self.has_extn("starttls"):
            raise NotSent(
                f"{self._server.place} does not offer STARTTLS, so nothing was sent. "
                "Check ASSESSGEN_SMTP_SECURITY and ASSESSGEN_SMTP_PORT."
            )
        self.starttls(context=self._context)
        self._greet()

    def _log_in(self) -> None:
        if not self.has_extn("auth"):
            raise NotSent(
                f"{self._server.place} offers no login. Check ASSESSGEN_SMTP_PORT, or leave "
                "ASSESSGEN_SMTP_USERNAME and ASSESSGEN_SMTP_PASSWORD empty."
            )
        self.login(self._server.username, self._server.password)

    # --- what smtplib calls, with the time that is left ----------------------------------------

    def _get_socket(self, host: str, port: int, _: object) -> socket.socket:
        """Connect to the first address that takes the call, each with its share of the step's time."""
        self._begin_step()
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        failure = OSError("the host has no address")
        for place, (*_, address) in enumerate(found):
            share = self.remaining() / (len(found) - place)
            try:
                sock = socket.create_connection((str(address[0]), port), share)
            except OSError as error:
                failure = error
            else:
                return self._wrapped(sock)
        raise failure

    def _wrapped(self, sock: socket.socket) -> socket.socket:
        if self._server.security != "tls" or self._context is None:
            return sock
        sock.settimeout(self.remaining())
        try:
            return self._context.wrap_socket(sock, server_hostname=self._server.host)
        except OSError:
            sock.close()
            raise

    def send(self, data: Any) -> None:
        """Send within a step."""
        self._begin_step()
        if self.sock:
            self.sock.settimeout(self.remaining())
        super().send(data)

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply within a step."""
        self._begin_step()
        if self.file is None and self.sock:
            self.file = io.BufferedReader(_Replies(self))
        return super().getreply()

    def _begin_step(self) -> None:
        self._step_over_at = min(time.monotonic() + self._server.step_seconds, self._over_at)

    def remaining(self) -> float:
        """The seconds left of the step, more than 0; raises TimeoutError when there are none."""
        left = self._step_over_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is over")
        return left


class _Replies(io.RawIOBase):
    """What the server says, each read given only the time that is left.

    A socket's own timeout begins anew at every byte: one byte a second would never end.
    """

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._sock = connection.sock

    def readable(self) -> bool:
        """Say yes, as BufferedReader asks."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what has come."""
        self._sock.settimeout(self._connection.remaining())
        return int(self._sock.recv_into(buffer))


# --- failures --------------------------------------------------------------------------------


def _explained(error: OSError, server: MailServer) -> NotSent:
    """Say what went wrong in a sentence. What a server says about a login is never repeated."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return NotSent(
                f"{server.place} refused the login ({error.smtp_code}). Check ASSESSGEN_SMTP_USERNAME "
                "and ASSESSGEN_SMTP_PASSWORD.",
                error.smtp_code,
            )
        case smtplib.SMTPRecipientsRefused():
            [(code, said)] = error.recipients.values()
            return _refused(server, "the address", code, said)
        case smtplib.SMTPSenderRefused():
            return _refused(server, "the sender (ASSESSGEN_MAIL_FROM)", error.smtp_code, error.smtp_error)
        case smtplib.SMTPDataError():
            return _refused(server, "the mail", error.smtp_code, error.smtp_error)
        case smtplib.SMTPResponseException():
            return NotSent(f"{server.place} answered {error.smtp_code} before the mail.", error.smtp_code)
    return NotSent(_broken_off(error, server))


def _refused(server: MailServer, what: str, code: int, said: bytes | str) -> NotSent:
    if code in LOGIN_CODES:
        detail = f"{server.place} wants a login or encryption first ({code}). Check ASSESSGEN_SMTP_USERNAME."
        return NotSent(detail, code)
    for_good = 500 <= code < 600
    how = "refused" if for_good else "did not take"
    return NotSent(f"{server.place} {how} {what}: {code} {_printable(said, server)}", code, for_good)


def _printable(said: bytes | str, server: MailServer) -> str:
    """What a server said, in one short line; a password that it repeats is left out."""
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    if server.password:
        text = text.replace(server.password, "…")
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())[:MAX_SAID]


def _broken_off(error: OSError, server: MailServer) -> str:
    for link in _chain(error):
        if isinstance(link, ssl.SSLCertVerificationError):
            return (
                f"{server.place} has no certificate that can be trusted: {_reason(link)}. "
                "A private authority's file goes into ASSESSGEN_SMTP_CA_FILE."
            )
        if isinstance(link, ssl.SSLError):
            return (
                f"{server.place} let no encryption begin: {_reason(link)}. "
                "Check ASSESSGEN_SMTP_SECURITY and ASSESSGEN_SMTP_PORT."
            )
        if isinstance(link, TimeoutError):
            return f"{server.place} did not answer in time."
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return f"{server.place} closed the connection."
    if isinstance(error, smtplib.SMTPException):
        return f"{server.place} offers no login, or none that is known here."
    return f"{server.place} can't be reached: {_reason(error)}. Check ASSESSGEN_SMTP_HOST."


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason(error: OSError) -> str:
    """Put an OSError in a few words, without its number or its place in OpenSSL's source."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message.rstrip(".")
    if isinstance(error, ssl.SSLError):
        return (error.reason or "the handshake failed").replace("_", " ").lower()
    return (error.strerror or str(error) or type(error).__name__).rstrip(".")
