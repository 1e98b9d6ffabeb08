"""The command line's look at what is stored: keys, webhook secrets, jobs and the schema."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import click
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import migrations
from api.cli_output import console, table
from api.cli_server import is_held, public_url
from api.cli_settings import Problem, home_option, org_option, read_settings
from models import Organization, TaskExecution, TaskExecutionLog, audit, owner_actions, runs, task_executions
from models.base import utcnow
from models.errors import DomainError
from models.organizations import MODES, SCOPES, ApiKey, WebhookSecret, authenticate, prefix_of
from models.session import Database
from models.task_executions import STATUSES
from settings import Settings

# The organisation of whoever uses a home by hand.
LOCAL = "local"
LINES_SHOWN = 1000


@contextmanager
def opened(settings: Settings, check_schema: bool = True) -> Iterator[Database]:
    """The database with a current schema; what goes wrong in it becomes a Problem."""
    database = Database(settings.database_url)
    try:
        if check_schema:
            _need_schema(database, settings)
        yield database
    except DomainError as error:
        raise Problem(str(error)) from error
    except (SQLAlchemyError, OSError) as error:
        raise Problem(
            f"The database {public_url(settings.database_url)} can't be used: {first_line(error)}"
        ) from error
    finally:
        database.dispose()


def first_line(error: Exception) -> str:
    """What the driver says, without SQLAlchemy's additions."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def _need_schema(database: Database, settings: Settings) -> None:
    """Make the schema of a fresh embedded home; raise Problem for any other that is not current."""
    with database.connection() as connection:
        if migrations.is_current(connection):
            return
        is_fresh = not MigrationContext.configure(connection).get_current_heads()
    if not (is_fresh and database.is_sqlite and settings.is_embedded):
        raise Problem("The database's schema is not this version's; run `assessgen db upgrade`.")
    migrations.upgrade(database)


def home_key(settings: Settings) -> str:
    """The key kept in the home for whoever uses it by hand; made if there is none that works."""
    path = settings.home / "api_key"
    with opened(settings) as database, database.write() as session:
        key = path.read_text().strip() if path.exists() else ""
        if key and authenticate(session, key, settings.secret_key):
            return key
        key = ApiKey.create(session, Organization.named(session, LOCAL), "live", settings.secret_key)
    fresh = path.with_name(f"api_key.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(key)
    fresh.replace(path)
    return key


def organization_named(session: Session, name: str) -> Organization:
    """The organisation of that name; raises Problem."""
    found = session.scalar(select(Organization).where(Organization.name == name.strip()))
    if found is None:
        raise Problem(f"There is no organisation {name!r}; `assessgen keys create --org NAME` makes one.")
    return found


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def group(name: str, about: str) -> Callable[..., click.Group]:
    """A group of commands, with what it is for."""
    return click.group(name, help=about)


@group("keys", "Make, list and revoke API keys.")
def keys() -> None: ...


@keys.command("create")
@org_option
@click.option("--mode", type=click.Choice(MODES), default="live", show_default=True)
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, help="May be given again; all.")
@click.option("--expires-in-days", "days", type=click.IntRange(1, 3650), help="Never, unless given.")
@home_option
def create_key(org: str, mode: str, scopes: tuple[str, ...], days: int | None, home: str | None) -> None:
    """Make a key, and the organisation if it is new; print the key alone. It can't be shown again.

    The scope read lets it look, generate make assessments and invite candidates, admin erase, delete, approve
    and say who is told of what happens.
    """
    settings = read_settings(home)
    expires_at = utcnow() + timedelta(days=days) if days else None
    with opened(settings) as database, database.write() as session:
        organization = Organization.named(session, org)
        key = ApiKey.create(session, organization, mode, settings.secret_key, scopes or SCOPES, expires_at)
        _kept(session, organization, "keys.create", key=prefix_of(key))
    click.echo(key)


def _kept(session: Session, organization: Organization, action: str, **subject: Any) -> None:
    audit.record(session, organization.id, audit.COMMAND_LINE, action, **subject)


@keys.command("rotate")
@org_option
@click.argument("prefix")
@click.option("--overlap-hours", type=click.IntRange(0, 24 * 90), default=24, show_default=True)
@home_option
def rotate_key(org: str, prefix: str, overlap_hours: int, home: str | None) -> None:
    """Make a key that may do the same as that of PREFIX, which then expires; print the new one."""
    settings, overlap = read_settings(home), timedelta(hours=overlap_hours)
    with opened(settings) as database, database.write() as session:
        organization = organization_named(session, org)
        key = ApiKey.rotate(session, organization, prefix, overlap, settings.secret_key)
        _kept(session, organization, "keys.rotate", key=prefix, new_key=prefix_of(key))
    click.echo(key)


@keys.command("list")
@click.option("--org", metavar="NAME", help="Only this organisation's.")
@home_option
def list_keys(org: str | None, home: str | None) -> None:
    """List keys by their prefixes; the keys themselves are not stored."""
    query = select(ApiKey, Organization.name).join(Organization, ApiKey.organization_id == Organization.id)
    made = table("prefix", "mode", "scopes", "organisation", "created", "last used", "expires", "revoked")
    with opened(read_settings(home)) as database, database.read() as session:
        if org is not None:
            query = query.where(ApiKey.organization_id == organization_named(session, org).id)
        for key, name in session.execute(query.order_by(Organization.name, ApiKey.created_at)):
            times = (key.created_at, key.last_used_at, key.expires_at, key.revoked_at)
            made.add_row(key.prefix, key.mode, " ".join(key.scopes), name, *map(_time, times))
    console().print(made)


@keys.command("revoke")
@org_option
@click.argument("prefix")
@home_option
def revoke_key(org: str, prefix: str, home: str | None) -> None:
    """Make the key with this PREFIX (of `keys list`) useless."""
    with opened(read_settings(home)) as database, database.write() as session:
        organization = organization_named(session, org)
        key = ApiKey.revoke(session, organization, prefix)
        _kept(session, organization, "keys.revoke", key=prefix)
        click.echo(f"Revoked {key.prefix} of {org}.")


@group("webhooks", "What receivers of webhooks need.")
def webhooks() -> None: ...


@webhooks.command("secret")
@org_option
@home_option
def webhook_secret(org: str, home: str | None) -> None:
    """Print the secret that signs the organisation's webhooks (Standard Webhooks, whsec_…)."""
    with opened(read_settings(home)) as database, database.read() as session:
        secrets = WebhookSecret.valid(session, organization_named(session, org).id)
    if not secrets:
        raise Problem(f"{org} has no webhook secret.")
    click.echo(secrets[0])


@group("jobs", "Look at jobs and retry them.")
def jobs() -> None: ...


@jobs.command("list")
@click.option("--org", metavar="NAME", help="Only this organisation's.")
@click.option("--status", type=click.Choice(STATUSES))
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@home_option
def list_jobs(org: str | None, status: str | None, limit: int, home: str | None) -> None:
    """List jobs, newest first."""
    query = select(TaskExecution, Organization.name).join(
        Organization, TaskExecution.organization_id == Organization.id
    )
    made = table("id", "status", "progress", "organisation", "created", "role", numbers=("progress",))
    made.columns[0].no_wrap = True
    with opened(read_settings(home)) as database, database.read() as session:
        if org is not None:
            query = query.where(TaskExecution.organization_id == organization_named(session, org).id)
        if status is not None:
            query = query.where(TaskExecution.status == status)
        newest = query.order_by(TaskExecution.created_at.desc(), TaskExecution.id.desc()).limit(limit)
        for job, name in session.execute(newest):
            role = str(job.brief.get("role", ""))
            made.add_row(job.id, job.status, f"{job.progress:.0%}", name, _time(job.created_at), role)
    console().print(made)


def _job(session: Session, text: str) -> TaskExecution:
    job = session.get(TaskExecution, task_executions.known_id(text))
    if job is None:
        raise Problem(f"There is no job {text}; `assessgen jobs list` shows the latest.")
    return job


@jobs.command("show")
@click.argument("job_id")
@home_option
def show_job(job_id: str, home: str | None) -> None:
    """Show a job and its log."""
    with opened(read_settings(home)) as database, database.read() as session:
        job = _job(session, job_id)
        lines = TaskExecutionLog.after(session, job.id, 0, LINES_SHOWN)
    for name, value in _told(job):
        click.echo(f"{name:12} {value}")
    for line in lines:
        click.echo(f"{_time(line.created_at)}  {line.message}")


def _told(job: TaskExecution) -> list[tuple[str, Any]]:
    told: list[tuple[str, Any]] = [
        ("id", job.id),
        ("type", job.type),
        ("status", job.status),
        ("progress", f"{job.progress:.0%}, {job.current_step}"),
        ("attempts", job.attempt),
        ("created", f"{_time(job.created_at)} UTC by {job.created_by}"),
        ("updated", f"{_time(job.updated_at)} UTC"),
        ("role", job.brief.get("role", "")),
    ]
    if job.error:
        told.append(("error", f"{job.error['code']}: {job.error['message']}"))
    if job.result:
        told.append(("assessment", f"{job.result['assessment_name']}, {job.result['info_url']}"))
    return told


@jobs.command("retry")
@click.argument("job_id")
@home_option
def retry_job(job_id: str, home: str | None) -> None:
    """Queue a failed job again; what it has paid for is kept."""
    settings = read_settings(home)
    with opened(settings) as database:
        with database.write() as session:
            job = _job(session, job_id)
            owner_actions.retry(session, job)
        _publish(database, settings, job)
    click.echo(f"{job.id} is queued again{_who_works(settings)}")


def _publish(database: Database, settings: Settings, job: TaskExecution) -> None:
    if settings.is_embedded:
        # That broker is in the service's own memory: its next sweep takes the job up.
        with database.transaction() as connection:
            runs.mark_unpublished(connection, [job.id])
        return
    from workers import queue

    deliveries = [(queue.DELIVER, job.id)] if job.notification_url else []
    queue.publish_all(database, [(queue.GENERATE, job.id), *deliveries])


def _who_works(settings: Settings) -> str:
    if not settings.is_embedded or is_held(settings.home):
        return "; a worker takes it up within seconds."
    return f"; it runs when `assessgen serve --home {settings.home}` does."


@group("db", "Look after the schema.")
def db() -> None: ...


@db.command("upgrade")
@home_option
def upgrade(home: str | None) -> None:
    """Bring the database's schema to this version's."""
    settings = read_settings(home)
    with opened(settings, check_schema=False) as database:
        migrations.upgrade(database)
    click.echo(f"The schema of {public_url(settings.database_url)} is current.")
