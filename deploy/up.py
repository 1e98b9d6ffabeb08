"""`make up`: web, worker and beat on PostgreSQL and Redis, together, without containers.

It uses DATABASE_URL and CELERY_BROKER_URL where they are set, else servers that answer on the
standard local ports, else its own from the machine's binaries, with their data under the home.
"""

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import psycopg
import redis

import migrations
import settings as environment
from api.cli_admin import home_key
from api.cli_server import HEADERS, announcement, answers, claim_address, public_url
from api.cli_settings import Problem, read_settings
from deploy.local_services import Service, Unavailable, ping_postgres, ping_redis, start_postgres, start_redis
from models.session import Database
from settings import Settings

LOCAL_POSTGRES = "postgresql://127.0.0.1:5432/assessgen"
LOCAL_REDIS = "redis://127.0.0.1:6379/0"
STOP_LIMIT = 15.0


def main() -> int:
    """Run it all until a signal, or until a part ends by itself; the exit code."""
    options = _options()
    signal.signal(signal.SIGTERM, _interrupt)
    own: list[Service] = []
    try:
        claim_address(options.host, options.port)
        settings = _provide(read_settings(None), own)
        return _run(settings, options.host, options.port)
    except KeyboardInterrupt:
        return 0
    except (Problem, Unavailable) as error:
        click.echo(f"make up: {error}", err=True)
        return 1
    finally:
        for service in own:
            service.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make up", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default=8000, type=int)
    return parser.parse_args()


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _provide(settings: Settings, own: list[Service]) -> Settings:
    """Find or start PostgreSQL and Redis; the settings that name them."""
    if settings.database_url.startswith("sqlite:"):
        directory = _reachable(settings.home / "postgres")
        environment.export(
            DATABASE_URL=_found(ping_postgres, LOCAL_POSTGRES)
            or _started(own, lambda: start_postgres(directory, durable=True))
        )
    if settings.is_embedded:
        environment.export(
            CELERY_BROKER_URL=_found(ping_redis, LOCAL_REDIS)
            or _started(own, lambda: start_redis(settings.home / "redis"))
        )
    return read_settings(None)


def _found(ping: Callable[[str], None], url: str) -> str | None:
    try:
        ping(url)
    except (psycopg.OperationalError, redis.RedisError, OSError):
        return None
    click.echo(f"Using what answers at {url}")
    return url


def _started(own: list[Service], start: Callable[[], Service]) -> str:
    try:
        service = start()
    except Unavailable as error:
        raise Unavailable(
            f"{error}. Install it (Debian, Ubuntu: apt install postgresql redis-server), or set "
            "DATABASE_URL and CELERY_BROKER_URL."
        ) from error
    own.append(service)
    click.echo(f"Started {service.name} at {service.url}")
    return service.url


def _reachable(directory: Path) -> Path:
    """The directory, or one in its stead where root's home is closed to PostgreSQL's user."""
    if os.geteuid() != 0 or all(
        place.stat().st_mode & 0o001 for place in directory.parents if place.exists()
    ):
        return directory
    name = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    other = Path("/var/lib/assessgen") / name
    click.echo(f"PostgreSQL's user can't enter {directory.parent}: its data is in {other}")
    return other


def _run(settings: Settings, host: str, port: int) -> int:
    database = Database(settings.database_url)
    migrations.upgrade(database)
    database.dispose()
    address = ("--host", host, "--port", str(port))
    parts = [
        _part(
            "granian",
            "--interface",
            "wsgi",
            "--factory",
            "api:create_app",
            *address,
            "--workers",
            "2",
            "--blocking-threads",
            str(settings.web_threads),
            "--http1-buffer-size",
            str(HEADERS.max_buffer_size),
            "--http1-header-read-timeout",
            str(HEADERS.header_read_timeout),
            "--log-level",
            "error",
        ),
        _part(
            "celery",
            "-q",
            "-A",
            "workers.app",
            "worker",
            "--without-mingle",
            "--without-gossip",
            "--loglevel",
            "WARNING",
        ),
        # The schedule is a sweep every few seconds: nothing of it need outlast the process.
        _part(
            "celery",
            "-q",
            "-A",
            "workers.app",
            "beat",
            "--scheduler",
            "celery.beat:Scheduler",
            "--loglevel",
            "WARNING",
            "--pidfile",
            "",
        ),
    ]
    try:
        return _watch(parts, settings, f"http://{host}:{port}")
    finally:
        _stop(parts)


def _part(program: str, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [str(Path(sys.executable).parent / program), *arguments]
    return subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=subprocess.DEVNULL, start_new_session=True
    )


def _name(part: "subprocess.Popen[bytes]") -> str:
    command = part.args if isinstance(part.args, list) else []
    return " ".join(str(word) for word in command[:4])


def _watch(parts: list["subprocess.Popen[bytes]"], settings: Settings, url: str) -> int:
    """Tell when it is ready; end when one part has ended."""
    told = False
    while all(part.poll() is None for part in parts):
        if not told and answers(url):
            told = True
            home_key(settings)
            lines = announcement(settings, url)[:-1]
            lines.append(f"  broker    {public_url(settings.broker_url)}")
            lines.append(f"  key       in {settings.home / 'api_key'}")
            click.echo("\n".join(lines))
        time.sleep(0.2)
    ended = next(part for part in parts if part.poll() is not None)
    click.echo(f"make up: {_name(ended)} has ended with {ended.returncode}; ending the rest.", err=True)
    return 1


def _stop(parts: list["subprocess.Popen[bytes]"]) -> None:
    """End the parts together: each gives back what it holds."""
    for part in parts:
        if part.poll() is None:
            part.terminate()
    deadline = time.monotonic() + STOP_LIMIT
    for part in parts:
        try:
            part.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()


if __name__ == "__main__":
    sys.exit(main())
