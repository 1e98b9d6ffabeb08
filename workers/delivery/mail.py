"""Writes a mail from its template and its values, and sends it or puts it into a file.

Nothing here knows the database: the caller keeps the attempts.
"""

import functools
import logging
import os
import re
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Final

import jinja2

from models.base import utcnow
from settings import Settings
from workers.delivery import smtp
from workers.delivery.smtp import MailServer, NotSent
from workers.delivery.webhooks import Kind, Outcome

log = logging.getLogger(__name__)

TEMPLATES: Final = Path(__file__).parent / "templates"
# Seven bits pass through every server there is.
POLICY: Final = SMTP.clone(cte_type="7bit")
# A person's or a skill's name that is longer tells nobody more.
MAX_TEXT: Final = 200
MAX_SUBJECT: Final = 120
# EmailMessage loses the quotes of a longer one when it folds the line.
MAX_NAME: Final = 60
# Control characters, line ends, marks that turn the direction of what follows, and half characters.
NOT_IN_A_LINE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# Anything but what could end the address or begin another one.
ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\W_](?:[\w-]|\.(?=[^\W_]))*")
MAX_ADDRESS: Final = 320
COMPOSING: Final = (jinja2.TemplateError, LookupError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True)
class Mail:
    """A mail as it goes out: the envelope's two addresses and the bytes."""

    sender: str
    recipient: str
    content: bytes


class Mailer:
    """Sends the mails of one installation, as its settings say."""

    def __init__(self, settings: Settings) -> None:
        self._sender = settings.mail_sender
        self._directory = settings.mail_directory
        self._server = _server(settings) if settings.smtp_host else None
        # Taken by the first mail and never given back, so that one line tells where mails go.
        self._untold = threading.Lock()

    def send(self, message_id: str, address: str, body: Mapping[str, Any]) -> Outcome:
        """Send once and say what became of it; whatever the server does is no error.

        `body` has the `template`'s name and its `values`. Another try with the same `message_id`
        is the same mail to whoever gets both.
        """
        started_at = time.monotonic()
        recipient = _recipient(address)
        if recipient is None:
            return _outcome("gone", None, "The address is none that a mail can be sent to.", started_at)
        try:
            mail = compose(message_id, self._sender, recipient, body)
        except COMPOSING as error:
            # Not for good: a worker of a newer release may know the template.
            detail = f"The mail could not be written ({type(error).__name__}: {_template_error(error)})."
            log.error("Mail %s: %s", message_id, detail)
            return _outcome("failed", None, detail, started_at)
        return self._send(message_id, mail, started_at)

    def _send(self, message_id: str, mail: Mail, started_at: float) -> Outcome:
        if self._server is None:
            return self._put_away(message_id, mail, started_at)
        try:
            smtp.send(self._server, mail.sender, mail.recipient, mail.content)
        except NotSent as error:
            return _outcome("gone" if error.for_good else "failed", error.code, str(error), started_at)
        return _outcome("delivered", 250, f"{self._server.place} took the mail.", started_at)

    def _put_away(self, message_id: str, mail: Mail, started_at: float) -> Outcome:
        if self._untold.acquire(blocking=False):
            log.warning("Mails are written to %s; set ASSESSGEN_SMTP_HOST to send them.", self._directory)
        path = self._directory / f"{message_id}.eml"
        try:
            _write_whole(path, mail.content)
        except OSError as error:
            detail = f"The mail could not be written to {path}: {error.strerror}. Set ASSESSGEN_SMTP_HOST."
            return _outcome("failed", None, detail, started_at)
        return _outcome("delivered", None, f"The mail was written to {path}.", started_at)


def compose(message_id: str, sender: tuple[str, str], recipient: str, body: Mapping[str, Any]) -> Mail:
    """Render a mail of two parts, text and HTML. `sender` is a name, which may be empty, and an address.

    Raises one of `COMPOSING` when the template or one of its values is missing or of another kind.
    """
    values = {name: _clean(value) for name, value in body["values"].items()}
    subject = _header(_rendered(body["template"], "subject.txt", values), MAX_SUBJECT)
    name, address = sender
    policy = POLICY if recipient.isascii() else POLICY.clone(utf8=True)
    message = EmailMessage(policy)
    message["From"] = Address(_header(name, MAX_NAME), addr_spec=address)
    message["To"] = _address(recipient)
    message["Subject"] = subject
    message["Date"] = utcnow()
    message["Message-ID"] = f"<{message_id}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_rendered(body["template"], "txt", values))
    html = _rendered(body["template"], "html", {**values, "subject": subject})
    message.add_alternative(html, subtype="html")
    return Mail(address, recipient, message.as_bytes())


def _address(recipient: str) -> Address:
    username, _, domain = recipient.rpartition("@")
    return Address(username=username, domain=domain)


def _recipient(address: str) -> str | None:
    """The address with its domain as the name system has it; None where it is no address."""
    # EmailMessage would decode what looks encoded.
    hostile = "=?" in address or NOT_IN_A_LINE.search(address)
    if hostile or len(address) > MAX_ADDRESS or ADDRESS.fullmatch(address) is None:
        return None
    username, _, domain = address.rpartition("@")
    try:
        return f"{username}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return None


# --- rendering -------------------------------------------------------------------------------


@functools.cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(("html",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _rendered(template: str, part: str, values: Mapping[str, Any]) -> str:
    return _templates().get_template(f"{template}.{part}").render(values)


def _clean(value: Any) -> Any:
    """Text, also within a list, on one line and not too long; anything else as it is."""
    if isinstance(value, str):
        return _one_line(value, MAX_TEXT)
    return [_clean(one) for one in value] if isinstance(value, list) else value


def _one_line(text: str, limit: int) -> str:
    line = " ".join(NOT_IN_A_LINE.sub(" ", text).split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _header(text: str, limit: int) -> str:
    """Text for a header. What looks encoded is taken apart: EmailMessage would decode line ends out of it."""
    return _one_line(text.replace("=?", "= ?"), limit)


def _template_error(error: Exception) -> str:
    """Jinja's own words name templates and variables; other errors may quote a value."""
    return str(error) if isinstance(error, jinja2.TemplateError) else "see its values"


# --- sending ---------------------------------------------------------------------------------


def _server(settings: Settings) -> MailServer:
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=settings.smtp_password,
        ca_file=settings.smtp_ca_file,
    )


def _write_whole(path: Path, content: bytes) -> None:
    """Put the file in its place once it is whole, readable by its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, whole = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(whole, path)
    except BaseException:
        os.unlink(whole)
        raise


def _outcome(kind: Kind, status_code: int | None, detail: str, started_at: float) -> Outcome:
    return Outcome(kind, status_code, detail, None, int((time.monotonic() - started_at) * 1000), "")
