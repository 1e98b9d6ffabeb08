"""`assessgen doctor`: what it would run on, and what is wrong, each with its remedy."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

import migrations
from api.cli_admin import first_line
from api.cli_output import console, table
from api.cli_server import engine_reason, is_held, mail_route, public_url, running, webhook_policy
from api.cli_settings import FAILED, home_option, read_settings
from models.session import Database
from settings import VERSION, Settings

BROKER_TIMEOUT = 3.0
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; a remedy makes it a problem."""

    name: str
    found: str
    remedy: str = ""


@click.command()
@home_option
def doctor(home: str | None) -> None:
    """Say what it would run on, and what is wrong. Exits 1 when something is."""
    findings = list(_findings(read_settings(home)))
    made = table("", "what", "found")
    for one in findings:
        mark = Text("wrong", style="bold red") if one.remedy else Text("ok", style="green")
        made.add_row(mark, one.name, one.found)
    console().print(made)
    problems = [one for one in findings if one.remedy]
    for one in problems:
        click.echo(f"\n{one.name}: {one.remedy}")
    if problems:
        sys.exit(FAILED)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield Finding("assessgen", VERSION)
    yield _python()
    yield _home(settings.home)
    yield _database(settings)
    yield _broker(settings)
    yield Finding("engine", engine_reason(settings))
    yield _model_key(settings)
    yield _secret(settings)
    yield Finding("webhooks", webhook_policy(settings))
    yield _mail(settings)
    yield _service(settings)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    old = sys.version_info < OLDEST_PYTHON
    return Finding("Python", version, "Install Python 3.11 or later and make the .venv anew." if old else "")


def _home(home: Path) -> Finding:
    place = home
    while not place.exists() and place != place.parent:
        place = place.parent
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        return Finding("home", str(home) if home == place else f"{home} (made at the first start)")
    return Finding(
        "home",
        f"{home} can't be written to",
        f"Give this user the right to write to {place}, or name another home with --home or ASSESSGEN_HOME.",
    )


def _database(settings: Settings) -> Finding:
    shown = public_url(settings.database_url)
    if _is_missing(settings):
        return Finding("database", f"{shown} (made at the first start)")
    database = Database(settings.database_url)
    try:
        with database.connection() as connection:
            current = migrations.is_current(connection)
    except (SQLAlchemyError, OSError) as error:
        remedy = f"It can't be opened ({first_line(error)}); start the database or correct DATABASE_URL."
        return Finding("database", f"{shown} can't be reached", remedy)
    finally:
        database.dispose()
    if current:
        return Finding("database", f"{shown}, schema current")
    return Finding("database", f"{shown}, schema not current", "Run `assessgen db upgrade`.")


def _is_missing(settings: Settings) -> bool:
    """Whether it is a SQLite file that nobody has made yet; looking at it would make it."""
    scheme, _, path = settings.database_url.partition(":///")
    return scheme == "sqlite" and not Path(path).exists()


def _broker(settings: Settings) -> Finding:
    if settings.is_embedded:
        return Finding("broker", "embedded: in the service's own memory")
    import redis

    shown = public_url(settings.broker_url)
    client = redis.Redis.from_url(
        settings.broker_url, socket_connect_timeout=BROKER_TIMEOUT, socket_timeout=BROKER_TIMEOUT
    )
    try:
        client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        return Finding(
            "broker",
            f"{shown} can't be reached",
            f"It can't be called ({first_line(error)}); start Redis or correct CELERY_BROKER_URL. Without "
            "that variable the embedded broker is used.",
        )
    finally:
        client.close()
    return Finding("broker", f"{shown} answers")


def _model_key(settings: Settings) -> Finding:
    if settings.anthropic_api_key:
        return Finding("model key", "ANTHROPIC_API_KEY is set (not shown)")
    return Finding("model key", "none; the offline engine needs none")


def _secret(settings: Settings) -> Finding:
    path = settings.home / "secret.key"
    if settings.configured_secret:
        return Finding("secret key", "from ASSESSGEN_SECRET_KEY (not shown)")
    if not path.exists():
        return Finding("secret key", f"{path} (made at the first start)")
    if not os.access(path, os.R_OK):
        return Finding("secret key", f"{path} can't be read", f"Give this user the right to read {path}.")
    if path.stat().st_mode & 0o077:
        return Finding("secret key", f"{path} is readable by others", f"Run `chmod 600 {path}`.")
    return Finding("secret key", f"in {path} (not shown)")


def _mail(settings: Settings) -> Finding:
    ca_file = settings.smtp_ca_file
    if settings.smtp_host and ca_file and not os.access(ca_file, os.R_OK):
        return Finding("mail", f"{ca_file} can't be read", "Correct ASSESSGEN_SMTP_CA_FILE.")
    return Finding("mail", mail_route(settings))


def _service(settings: Settings) -> Finding:
    url = running(settings.home)
    if url:
        return Finding("service", f"serves this home at {url}")
    if is_held(settings.home):
        return Finding(
            "service",
            "holds this home and does not answer",
            "It is starting or hangs; look again in a few seconds, then stop it and run `assessgen serve`.",
        )
    return Finding("service", "none serves this home now (`assessgen serve` does)")
