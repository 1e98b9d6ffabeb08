"""The service as the command line starts it: what is checked before, and what is said when it runs.

granian gets its application by name, so that this process never loads the worker's side.
"""

import errno
import fcntl
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from api.cli_settings import Problem, Unusable
from settings import VERSION, Settings

EMBEDDED, WEB_ONLY = "embedded:create_app", "api:create_app"
# One that was just stopped or killed may hold its port and its home for a moment longer.
PATIENCE = 3.0
START_LIMIT = 60.0
# A request's headers have so many bytes at most, its address with them, and so many ms to arrive in.
HEADERS = HTTP1Settings(max_buffer_size=65_536, header_read_timeout=10_000)
# Requests and runs that have not ended by then are cut off; their jobs go on at the next start.
STOP_LIMIT = 8
# The server's processes are forked in this time after its start: no thread may disturb that.
FORKED_AFTER = 0.3
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def serve(settings: Settings, host: str, port: int, until_parent_ends: bool) -> None:
    """Serve until a signal; raises Problem where the address or the home is not to be had."""
    address, port = claim_address(host, port)
    if settings.is_embedded:
        check_home(settings.home)
    server = Granian(
        EMBEDDED if settings.is_embedded else WEB_ONLY,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1 if settings.is_embedded else 2,
        blocking_threads=settings.web_threads,
        websockets=False,
        http1_settings=HEADERS,
        log_level=LogLevels.error,
        workers_kill_timeout=STOP_LIMIT,
    )
    beside = threading.Timer(FORKED_AFTER, _beside, (settings, _url(address, port), until_parent_ends))
    beside.daemon = True
    server.on_startup(beside.start)
    try:
        server.serve(target_loader=_load)
    finally:
        _forget(settings.home)


def _load(target: str) -> Callable[..., Any]:
    """The application; granian's own loader would look in the working directory first."""
    module, name = target.split(":")
    application: Callable[..., Any] = getattr(importlib.import_module(module), name)()
    return application


def _beside(settings: Settings, url: str, until_parent_ends: bool) -> None:
    """Say that the service is ready as soon as it is; then watch over the parent, if asked to."""
    parent = os.getppid()
    deadline = time.monotonic() + START_LIMIT
    while not answers(url) and time.monotonic() < deadline:
        time.sleep(0.02)
    if answers(url):
        _record(settings.home, url)
        click.echo("\n".join(announcement(settings, url)))
        if settings.is_embedded and not until_parent_ends:
            # Whoever starts a home of their own may look into it.
            from api.cli_sign_in import home_link

            click.echo(f"  console   {home_link(settings, url)} (signs in once, within 15 minutes)")
    while until_parent_ends:
        if os.getppid() != parent:
            _end_main_thread()
            return
        time.sleep(0.5)


def _end_main_thread() -> None:
    main = threading.main_thread().ident
    if main is not None:
        signal.pthread_kill(main, signal.SIGTERM)


def announcement(settings: Settings, url: str) -> list[str]:
    """What a person wants to know at the start."""
    lines = [
        f"assessgen {VERSION} serves {url} (Ctrl-C stops it)",
        f"  docs      {url}/docs",
        f"  data      {public_url(settings.database_url)}",
        f"  engine    {engine_reason(settings)}",
    ]
    if settings.allow_private_webhooks:
        lines.append(f"  webhooks  {webhook_policy(settings)}")
    if not settings.smtp_host:
        lines.append(f"  mail      {mail_route(settings)}")
    if not settings.is_embedded:
        lines.append("  workers   run apart: `celery -A workers.app worker` and `celery -A workers.app beat`")
    return lines


def engine_reason(settings: Settings) -> str:
    """The engine, and why it is this one."""
    engine = settings.resolved_engine
    if settings.engine != "auto":
        return f"{engine} (ASSESSGEN_ENGINE says so)"
    has_key = "is set" if settings.anthropic_api_key else "is not set"
    return f"{engine} (ANTHROPIC_API_KEY {has_key})"


def webhook_policy(settings: Settings) -> str:
    """Which addresses webhooks may call, and what changes that."""
    if not settings.allow_private_webhooks:
        return "may call public addresses only (ASSESSGEN_ALLOW_PRIVATE_WEBHOOKS=true allows all)"
    default = "the embedded default; " if settings.is_embedded else ""
    return (
        f"may call loopback and private addresses ({default}"
        "ASSESSGEN_ALLOW_PRIVATE_WEBHOOKS=false forbids it)"
    )


def mail_route(settings: Settings) -> str:
    """Where mails go, and what changes that."""
    if not settings.smtp_host:
        return f"written to {settings.mail_directory} (ASSESSGEN_SMTP_HOST would send it)"
    login = f"logs in as {settings.smtp_username}" if settings.smtp_username else "no login"
    return f"SMTP {settings.smtp_host}:{settings.smtp_port} ({settings.smtp_security}, {login})"


def public_url(url: str) -> str:
    """A URL without the password in it."""
    head, at, tail = url.rpartition("@")
    scheme, colon, rest = head.partition("://")
    return f"{scheme}{colon}{rest.split(':')[0]}{at}{tail}" if at else url


def claim_address(host: str, port: int) -> tuple[str, int]:
    """The numeric address and the port, once they are free; port 0 stands for any free one."""
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise Unusable(f"The host {host!r} has no address here; try --host 127.0.0.1.") from error
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _retry(lambda: probe.bind(place), lambda error: _refusal(error, host, port))
        return str(place[0]), int(probe.getsockname()[1])


def _refusal(error: OSError, host: str, port: int) -> Problem:
    if isinstance(error, PermissionError):
        return Unusable(f"Only root may serve on port {port}; choose one above 1023 with --port.")
    if error.errno == errno.EADDRINUSE:
        return Problem(
            f"Port {port} on {host} is taken by another program; stop that, or choose another "
            "port (--port N, or `make run PORT=N`)."
        )
    return Unusable(f"{host} is no address of this machine ({error.strerror}).")


def check_home(home: Path) -> None:
    """Raise Problem where the home can't be written to or another service holds it."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        with (home / "serve.lock").open("a") as file:
            _retry(
                lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB),
                lambda _: Problem(
                    f"Another assessgen serves from {home}{_where(home)}; stop it, or give this one "
                    "a --home of its own."
                ),
            )
    except OSError as error:
        raise Problem(
            f"The home {home} can't be written to ({error.strerror}); choose another with "
            "--home or ASSESSGEN_HOME."
        ) from error


def is_held(home: Path) -> bool:
    """Whether a service holds the home."""
    try:
        with (home / "serve.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _where(home: Path) -> str:
    url = running(home)
    return f" at {url}" if url else ""


def _retry(attempt: Callable[[], None], refusal: Callable[[OSError], Problem]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return attempt()
        except OSError as error:
            if time.monotonic() > deadline:
                raise refusal(error) from error
        time.sleep(0.05)


def _url(address: str, port: int) -> str:
    """Where this machine reaches a service on that address."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104  # nosec
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def answers(url: str) -> bool:
    """Whether a service is ready there."""
    try:
        with _DIRECT.open(f"{url}/readyz", timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, ValueError):
        return False


def _record(home: Path, url: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    fresh = home / f"server.json.{os.getpid()}"
    fresh.write_text(json.dumps({"url": url, "pid": os.getpid()}))
    fresh.replace(home / "server.json")


def _recorded(home: Path) -> tuple[str, int] | None:
    try:
        record = json.loads((home / "server.json").read_text())
        return str(record["url"]), int(record["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _forget(home: Path) -> None:
    record = _recorded(home)
    if record is not None and record[1] == os.getpid():
        (home / "server.json").unlink(missing_ok=True)


def running(home: Path) -> str | None:
    """The URL of the service that serves this home, if one does."""
    record = _recorded(home)
    return record[0] if record and _lives(record[1]) and answers(record[0]) else None


def running_or_starting(home: Path, limit: float) -> str | None:
    """As `running`, but a service that has the home and is not ready yet is waited for."""
    deadline = time.monotonic() + limit
    while (url := running(home)) is None and is_held(home) and time.monotonic() < deadline:
        time.sleep(0.05)
    return url


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def child(settings: Settings, host: str = "127.0.0.1", port: int = 0) -> "Iterator[ChildServer]":
    """A service of our own, started and ended at the end. It ends by itself when this process is killed."""
    server = ChildServer(settings, host, port)
    try:
        yield server
    finally:
        server.stop()


class ChildServer:
    """`assessgen serve` as a child, in a session of its own: a Ctrl-C is ours to handle."""

    def __init__(self, settings: Settings, host: str, port: int) -> None:
        self.url = ""
        self._home = settings.home
        # -P: a directory `api` where the user happens to stand is not ours.
        command = [sys.executable, "-P", "-m", "api.cli", "serve", "--until-parent-ends"]
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [*command, "--host", host, "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait_until_ready(self) -> None:
        """Wait until it answers; raises Problem when it has ended instead."""
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            record = _recorded(self._home)
            if record and record[1] == self._process.pid:
                self.url = record[0]
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise Problem(
            "The service did not start; what it said stands above. `assessgen doctor` may say more."
        )

    def wait(self) -> int:
        """Wait until it has ended; its exit code."""
        return self._process.wait()

    def stop(self) -> None:
        """End it: gracefully if it can."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(STOP_LIMIT + 2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
