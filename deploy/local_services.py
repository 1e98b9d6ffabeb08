"""PostgreSQL and Redis of our own, from the machine's binaries: no container, no service manager.

`make up` keeps their data under the home; `make test` puts them into a temporary directory.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psycopg
import redis

START_LIMIT = 30.0
STOP_LIMIT = 10.0
DEBIAN = Path("/usr/lib/postgresql")
DATABASE_NAME = "assessgen"
# PostgreSQL refuses to run as root; one of these does it then.
LESSER_USERS = ("postgres", "nobody")


class Unavailable(RuntimeError):
    """The service can't be had here; the message says why."""


class Service:
    """A server process of ours, and the URL at which it is reached."""

    def __init__(self, name: str, url: str, process: "subprocess.Popen[bytes]", stop_with: int) -> None:
        self.name = name
        self.url = url
        self._process = process
        self._stop_with = stop_with

    @property
    def pid(self) -> int:
        """The server's main process."""
        return self._process.pid

    def stop(self) -> None:
        """End it, in a hurry if need be."""
        if self._process.poll() is None:
            self._process.send_signal(self._stop_with)
        try:
            self._process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_binaries() -> Path | None:
    """The directory of `initdb` and `postgres`: the PATH's, or the newest of Debian's."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).resolve().parent
    versions = sorted(
        (place for place in DEBIAN.glob("*/bin") if (place / "initdb").exists()),
        key=lambda place: int(place.parent.name) if place.parent.name.isdigit() else 0,
    )
    return versions[-1] if versions else None


def redis_binary() -> str | None:
    """`redis-server`, or the fork that speaks the same."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


def start_postgres(directory: Path, durable: bool, port: int | None = None) -> Service:
    """A PostgreSQL whose data is in the directory, on that port or a free one; raises Unavailable.

    Without `durable` nothing is flushed to the disk, which is what tests want.
    """
    binaries = postgres_binaries()
    if binaries is None:
        raise Unavailable("no PostgreSQL binaries were found on the PATH or under /usr/lib/postgresql")
    user = _lesser_user()
    data, port = directory / "data", port or free_port()
    _prepare(directory, user)
    if not (data / "PG_VERSION").exists():
        _initialise(binaries, data, user)
    # A server that was killed leaves this file; PostgreSQL itself checks whether its owner lives.
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "300",
        **({} if durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    process = _spawn(
        [str(binaries / "postgres"), "-D", str(data), "-p", str(port), *settings], directory / "log", user
    )
    server = f"postgresql://postgres@127.0.0.1:{port}"
    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
    service = Service("PostgreSQL", f"{server}/{DATABASE_NAME}", process, signal.SIGINT)
    _wait(service, process, directory / "log", lambda: _make_database(f"{server}/postgres", DATABASE_NAME))
    return service


def start_redis(directory: Path, port: int | None = None) -> Service:
    """A Redis that keeps nothing, on that port or a free one; raises Unavailable."""
    binary = redis_binary()
    if binary is None:
        raise Unavailable("no redis-server (or valkey-server) was found on the PATH")
    directory.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    command = [binary, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(directory)]
    process = _spawn([*command, "--save", "", "--appendonly", "no"], directory / "log", None)
    service = Service("Redis", f"redis://127.0.0.1:{port}/0", process, signal.SIGTERM)
    _wait(service, process, directory / "log", lambda: ping_redis(service.url))
    return service


def ping_redis(url: str) -> None:
    """Raise one of redis's errors where it does not answer."""
    with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
        client.ping()


def ping_postgres(url: str) -> None:
    """Raise psycopg's OperationalError where it does not answer."""
    psycopg.connect(url, connect_timeout=3).close()


def _make_database(server_url: str, name: str) -> None:
    with (
        psycopg.connect(server_url, connect_timeout=2, autocommit=True) as connection,
        suppress(psycopg.errors.DuplicateDatabase),
    ):
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type, unused-ignore]


def _lesser_user() -> str | None:
    """Whom PostgreSQL runs as: nobody else where we are not root."""
    if os.geteuid() != 0:
        return None
    for name in LESSER_USERS:
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise Unavailable(f"PostgreSQL refuses to run as root, and there is no user {' or '.join(LESSER_USERS)}")


def _prepare(directory: Path, user: str | None) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    if user is not None:
        shutil.chown(directory, user)


def _initialise(binaries: Path, data: Path, user: str | None) -> None:
    command = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, "--locale=C", "--no-sync"], user=user, cwd="/", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unavailable(f"PostgreSQL's initdb failed: {done.stderr.strip().splitlines()[-1:]}")


def _spawn(command: Sequence[str], log: Path, user: str | None) -> "subprocess.Popen[bytes]":
    """Start a server in a session of its own: a Ctrl-C is the caller's, who ends it in its turn."""
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own command
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            user=user,
            start_new_session=True,
        )


def _wait(
    service: Service, process: "subprocess.Popen[bytes]", log: Path, attempt: Callable[[], None]
) -> None:
    deadline = time.monotonic() + START_LIMIT
    while True:
        try:
            return attempt()
        except (psycopg.OperationalError, redis.RedisError, OSError) as error:
            if process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            service.stop()
            said = log.read_text(errors="replace").strip().splitlines()[-1:]
            raise Unavailable(f"{service.name} did not start: {' '.join(said) or error}") from error
