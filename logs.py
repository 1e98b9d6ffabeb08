"""Log lines: each with its time, its request and its job, as JSON or as text, and never with a secret.

A leaf that web, workers and domain share. `configure` is called once by each server process; what it
puts in place holds for every handler, whoever made it: a record is made without secrets in it.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime
from logging import LogRecord
from types import TracebackType
from typing import Any, TextIO

TEXT, JSON = "text", "json"
HIDDEN = "[hidden]"
# Shorter values of the settings are as likely to be words of a log line as secrets.
SHORTEST_SECRET = 8

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_job_id: ContextVar[str | None] = ContextVar("job_id", default=None)

# Each keeps what tells the kind of secret in group 1. All run in linear time: the text may be anybody's.
_PATTERNS = (
    # Our keys, candidates' keys and session tokens; secrets of webhooks; keys of Anthropic and GitHub.
    re.compile(r"((?<![A-Za-z])(?:ak|ck|st)_(?:live|test)_)\w+"),
    re.compile(r"(whsec_)[A-Za-z0-9+/=_-]+"),
    re.compile(r"(sk-ant-)[\w-]+"),
    re.compile(r"(gh[pousr]_|github_pat_)\w{16,}"),
    # Headers, as a dump of them has them; a scheme's name may stand before the secret.
    re.compile(
        r"((?:authorization|x-api-key|apikey|password|passwd)[\"']?\s{0,3}[:=,]\s{0,3}(?:b(?=[\"']))?[\"']?)"
        r"(?:(?:bearer|basic|token|digest|negotiate|apikey)\s)?[^\s\"',;})\]]+",
        re.IGNORECASE,
    ),
    re.compile(r"(\bbearer\s)[\w.~+/=-]{6,}", re.IGNORECASE),
    re.compile(r"([?&](?:token|key|secret|signature|api_key|access_token)=)[^&\s\"']+", re.IGNORECASE),
)
# scheme://name:password@host; a password may hold an @.
_IN_URL = re.compile(r"(://[^\s/:@]*:)[^\s/]+@")
# What ends a line or moves the cursor, for some reader of it.
_CONTROL = {code: repr(chr(code))[1:-1] for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}

_known: list[str] = []


def of_request(request_id: str | None) -> None:
    """What this thread logs from here on belongs to that request."""
    _request_id.set(request_id)


def of_job(job_id: str, request_id: str | None) -> None:
    """What this task logs from here on belongs to that job, and to the request that asked for it."""
    _job_id.set(job_id)
    _request_id.set(request_id)


def request_id_now() -> str | None:
    """The id of the request that is being worked on; None outside of any."""
    return _request_id.get()


def without_secrets(text: str) -> str:
    """The text with everything hidden that looks like a secret, or that is one of the settings'."""
    for value in _known:
        text = text.replace(value, HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\1{HIDDEN}", text)
    return _IN_URL.sub(rf"\1{HIDDEN}@", text)


class SafeRecord(LogRecord):
    """A record that no formatter gets a secret out of: its message, its traceback, its stack."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # It is the caller's text: somebody may put a key there.
        self.request_id = without_secrets(_request_id.get() or "")
        self.job_id = _job_id.get()
        if self.exc_info and self.exc_info[0] is not None:
            # A formatter makes this text itself only where there is none.
            self.exc_text = without_secrets(_traceback(self.exc_info))
        if self.stack_info:
            self.stack_info = without_secrets(self.stack_info)

    def getMessage(self) -> str:
        """The message with its arguments, without secrets."""
        return without_secrets(super().getMessage())


def _traceback(error: tuple[type[BaseException], BaseException, TracebackType | None] | Any) -> str:
    return logging.Formatter().formatException(error)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: LogRecord) -> str:
        """The record; `exception` is its traceback."""
        line = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_where(record),
        }
        if record.exc_text:
            line["exception"] = record.exc_text
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line)


class TextLines(logging.Formatter):
    """One line a record for people; a traceback follows it, indented."""

    def format(self, record: LogRecord) -> str:
        """The record. A line break in it, which a caller may have sent, begins no line."""
        where = "".join(f" {name}={value}" for name, value in _where(record).items())
        message = record.getMessage().translate(_CONTROL)
        lines = [f"{_time(record)} {record.levelname} {record.name}: {message}{where}"]
        for more in filter(None, (record.exc_text, record.stack_info)):
            lines.extend("  " + line for line in more.splitlines())
        return "\n".join(lines)


def _time(record: LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _where(record: LogRecord) -> dict[str, str]:
    found = {name: getattr(record, name, None) for name in ("request_id", "job_id")}
    return {name: value for name, value in found.items() if value}


def configure(
    style: str,
    level: int = logging.WARNING,
    hidden: Iterable[str] = (),
    stream: TextIO | None = None,
    path: str | None = None,
) -> None:
    """Log to the stream (stderr), or to the file, in that style; never any of the `hidden` values."""
    _known[:] = sorted({one for one in hidden if len(one) >= SHORTEST_SECRET}, key=len, reverse=True)
    logging.setLogRecordFactory(SafeRecord)
    formatter = JsonLines() if style == JSON else TextLines()
    handler = logging.FileHandler(path) if path else logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # The servers' own loggers keep their handlers and take the format.
    for name in ("_granian", "granian.access", "gunicorn.error", "gunicorn.access"):
        for theirs in logging.getLogger(name).handlers:
            theirs.setFormatter(formatter)
