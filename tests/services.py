"""Give the tests PostgreSQL and Redis: `python -m tests.services [--browser] -- COMMAND`.

The command runs with ASSESSGEN_TEST_POSTGRES_URL and ASSESSGEN_TEST_REDIS_URL set, and its exit
code is ours. For each service, in this order: the variable, if it is set; an own instance from
binaries on this machine, in a temporary directory on a free port; the same after apt has installed
it, where that is allowed; a server on the standard local port. What can't be had is said loudly,
and with ASSESSGEN_REQUIRE_SERVICES=1 it is a failure. --browser installs Chromium too, where it is
missing and apt may.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

from deploy.local_services import (
    Service,
    Unavailable,
    ping_postgres,
    ping_redis,
    postgres_binaries,
    redis_binary,
    start_postgres,
    start_redis,
)

REQUIRED = "ASSESSGEN_REQUIRE_SERVICES"
# So many tests run beside each other (`make test`), each with a Redis database of its own, from this on.
WORKERS = 2
# Tests may empty what they are given: a Redis database that holds anything is somebody's.
LOCAL_REDIS = "redis://127.0.0.1:6379/14"
LOCAL_POSTGRES = (
    "postgresql://127.0.0.1:5432/postgres",
    "postgresql:///postgres",
    "postgresql://postgres:postgres@127.0.0.1:5432/postgres",
)
INSTALL_LIMIT = 300
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Wanted:
    """A service that the tests use, and the ways to it."""

    name: str
    variable: str
    package: str
    ping: Callable[[str], None]
    is_installed: Callable[[], object]
    start: Callable[[Path], Service]
    borrow: Callable[[ExitStack], str]


def redis_of_worker(url: str, worker: int) -> str:
    """The address of that worker's database: as many after the given one as the worker's number."""
    if not url:
        return ""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{int(parts.path.strip('/') or 0) + worker}"))


def _borrow_redis(_stack: ExitStack) -> str:
    for url in (redis_of_worker(LOCAL_REDIS, worker) for worker in range(WORKERS)):
        try:
            with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
                if client.dbsize():
                    raise Unavailable(f"{url} answers, but is not empty")
        except redis.RedisError as error:
            raise Unavailable(f"nothing answers at {url}") from error
    return LOCAL_REDIS


def _borrow_postgres(stack: ExitStack) -> str:
    """A database of our own on a server that lets us in; dropped at the end."""
    for server in LOCAL_POSTGRES:
        try:
            with psycopg.connect(server, connect_timeout=2):
                return stack.enter_context(_own_database(server))
        except psycopg.Error:
            continue
    raise Unavailable("no PostgreSQL on the standard local port lets this user make a database")


@contextmanager
def _own_database(server: str) -> Iterator[str]:
    name = f"assessgen_test_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield server.rpartition("/")[0] + f"/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


SERVICES = (
    Wanted(
        "PostgreSQL",
        "ASSESSGEN_TEST_POSTGRES_URL",
        "postgresql",
        ping_postgres,
        postgres_binaries,
        lambda directory: start_postgres(directory, durable=False),
        _borrow_postgres,
    ),
    Wanted(
        "Redis",
        "ASSESSGEN_TEST_REDIS_URL",
        "redis-server",
        ping_redis,
        redis_binary,
        start_redis,
        _borrow_redis,
    ),
)


def main(arguments: list[str]) -> int:
    """Provide, run, stop; the command's exit code."""
    wants_browser = arguments[:1] == ["--browser"]
    rest = arguments[1:] if wants_browser else arguments
    command = rest[1:] if rest[:1] == ["--"] else rest
    if not command:
        print("usage: python -m tests.services [--browser] -- COMMAND", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    environment, missing = dict(os.environ), []
    with ExitStack() as stack:
        for wanted in SERVICES:
            try:
                environment[wanted.variable] = _provide(wanted, environment, stack)
            except Unavailable as error:
                missing.append(f"{wanted.name}: {error}")
        try:
            if wants_browser:
                _need_browser()
        except Unavailable as error:
            missing.append(f"Chromium: {error}")
        if missing:
            _complain(missing)
            if environment.get(REQUIRED, "") not in ("", "0"):
                return 1
        code = _run(command, environment)
        if missing:
            _complain(missing)
        return code


def browser_binary() -> str | None:
    """Where a Chromium for the tests of pages is; None where there is none."""
    named = os.environ.get("ASSESSGEN_TEST_CHROMIUM")
    return named or next((found for name in BROWSERS if (found := shutil.which(name))), None)


def _need_browser() -> None:
    """Install Chromium where there is none; raises Unavailable."""
    if not browser_binary():
        _apt_install("chromium")


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _provide(wanted: Wanted, environment: dict[str, str], stack: ExitStack) -> str:
    """The service's URL, by the first way that works; raises Unavailable with what each said."""
    url = environment.get(wanted.variable, "")
    if url:
        return _reachable(wanted, url)
    reasons = []
    for way in (_start_own, _install_and_start, _borrow):
        try:
            return way(wanted, stack)
        except Unavailable as error:
            reasons.append(str(error))
    raise Unavailable("; ".join(dict.fromkeys(reasons)))


def _reachable(wanted: Wanted, url: str) -> str:
    try:
        # SQLAlchemy's form of the URL names the driver; psycopg's own does not.
        wanted.ping(url.replace("+psycopg", "", 1))
    except (psycopg.Error, redis.RedisError, OSError, ValueError) as error:
        raise Unavailable(f"{wanted.variable} is set, but nothing answers there ({error})") from error
    return url


def _start_own(wanted: Wanted, stack: ExitStack) -> str:
    directory = Path(tempfile.mkdtemp(prefix="assessgen-test-"))
    stack.callback(shutil.rmtree, directory, ignore_errors=True)
    # Its server may run as another user, who must get in.
    directory.chmod(0o755)
    service = wanted.start(directory / wanted.name.lower())
    stack.callback(service.stop)
    return service.url


def _apt_install(package: str) -> None:
    """Install a Debian package; raises Unavailable."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Unavailable("it can't be installed here (that takes root and apt-get)")
    print(f"Installing {package} with apt-get, for the tests ...", file=sys.stderr)
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "PATH": os.defpath + ":/usr/sbin:/sbin"}
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", package]):
        try:
            done = subprocess.run(
                command, env=quiet, capture_output=True, text=True, timeout=INSTALL_LIMIT, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"`{' '.join(command)}` took too long") from error
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise Unavailable(f"`{' '.join(command)}` failed: {' '.join(said)}")


def _install_and_start(wanted: Wanted, stack: ExitStack) -> str:
    if wanted.is_installed():
        raise Unavailable("it is installed, and installing it again would not help")
    _apt_install(wanted.package)
    return _start_own(wanted, stack)


def _borrow(wanted: Wanted, stack: ExitStack) -> str:
    return wanted.borrow(stack)


def _run(command: list[str], environment: dict[str, str]) -> int:
    # A Ctrl-C reaches the child too: it is let end in its own way.
    with subprocess.Popen(command, env=environment) as child:
        try:
            return _code(child.wait())
        except KeyboardInterrupt:
            child.send_signal(signal.SIGINT)
            return _code(child.wait())


def _code(returned: int) -> int:
    """The shell's number for a child that a signal has ended."""
    return 128 - returned if returned < 0 else returned


def _complain(missing: list[str]) -> None:
    line = "!" * 78
    print(f"{line}\nTESTS THAT NEED THE FOLLOWING DO NOT RUN:", file=sys.stderr)
    for one in missing:
        print(f"  {one}", file=sys.stderr)
    print(f"Install them, or set {' and '.join(w.variable for w in SERVICES)}.\n{line}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
