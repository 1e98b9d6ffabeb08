"""The command line's look at organisations: their budgets, owners and quotas, and what model calls took."""

from datetime import date, datetime

import click
from marshmallow import ValidationError, validate

from api.cli_admin import group, opened, organization_named
from api.cli_output import console, table
from api.cli_settings import Unusable, home_option, read_settings
from models import audit, budgets, model_calls, quotas
from models.base import utcnow
from models.invitations import LONGEST_EMAIL
from models.model_calls import BY_DAY, GROUPS, Figures
from models.organizations import Quota
from settings import micro_dollars

NO_BUDGET = NO_OWNER = "none"
DEFAULT = "default"
MOST_JOBS = 1_000_000_000
DAY = click.DateTime(formats=["%Y-%m-%d"])


@group("orgs", "Look after organisations.")
def orgs() -> None: ...


@orgs.command("budget")
@click.argument("name")
@click.argument("dollars", metavar="DOLLARS|none")
@home_option
def budget(name: str, dollars: str, home: str | None) -> None:
    """Set what the model calls of the organisation NAME may cost in a calendar month (UTC).

    Beyond it the library fills its assessments, or its jobs fail, as ASSESSGEN_ON_BUDGET says.
    """
    amount = _amount(dollars)
    with opened(read_settings(home)) as database, database.write() as session:
        organization = organization_named(session, name)
        organization.monthly_budget_micro_dollars = amount
        audit.record(session, organization.id, audit.COMMAND_LINE, "orgs.budget", micro_dollars=amount)
    told = "no monthly budget" if amount is None else f"a monthly budget of {_dollars(amount)}"
    click.echo(f"{name} has {told} now.")


@orgs.command("owner")
@click.argument("name")
@click.argument("email", metavar="EMAIL|none")
@home_option
def owner(name: str, email: str, home: str | None) -> None:
    """Set to whom a mail goes when a webhook endpoint of the organisation NAME is disabled."""
    address = None if email.lower() == NO_OWNER else email
    try:
        if address is not None:
            _is_address(address)
    except ValidationError as error:
        raise Unusable(f"{email!r} is no address: write one such as ops@example.com, or none.") from error
    with opened(read_settings(home)) as database, database.write() as session:
        organization = organization_named(session, name)
        organization.owner_email = address
        audit.record(session, organization.id, audit.COMMAND_LINE, "orgs.owner")
    click.echo(f"Mails to the owner of {name} go to {address or 'nobody'} now.")


@orgs.command("quota")
@click.argument("name")
@click.option("--jobs-per-day", metavar="N|default", help="Jobs begun in a day (UTC).")
@click.option("--open-jobs", metavar="N|default", help="Jobs pending or processing at once.")
@home_option
def quota(name: str, jobs_per_day: str | None, open_jobs: str | None, home: str | None) -> None:
    """Set how many jobs the organisation NAME may begin in a day and have open at once; then show it.

    0 is no limit, and default what ASSESSGEN_JOBS_PER_DAY and ASSESSGEN_OPEN_JOBS say. Requests for more are
    answered 429. A change counts within a second.
    """
    told = {"jobs_per_day": jobs_per_day, "open_jobs": open_jobs}
    changed = {one: _jobs(text) for one, text in told.items() if text is not None}
    settings = read_settings(home)
    with opened(settings) as database, database.write() as session:
        organization = organization_named(session, name)
        for one, number in changed.items():
            setattr(organization, one, number)
        if changed:
            audit.record(session, organization.id, audit.COMMAND_LINE, "orgs.quota", **changed)
        session.flush()
        defaults = Quota(settings.jobs_per_day, settings.open_jobs)
        now = quotas.of(session.connection(), organization.id, defaults)
        used = quotas.used(session.connection(), organization.id)
    click.echo(f"{name} may begin {_number(now.jobs_per_day)} jobs a day; {used.today:,} were begun today.")
    click.echo(f"{name} may have {_number(now.open_jobs)} jobs open at once; {used.open:,} are.")


def _jobs(text: str) -> int | None:
    if text.lower() == DEFAULT:
        return None
    if not text.isascii() or not text.isdigit() or int(text) > MOST_JOBS:
        raise Unusable(
            f"{text!r} is no number of jobs: write 0 (no limit) to {MOST_JOBS:,}, or {DEFAULT} for what the "
            "settings say."
        )
    return int(text)


def _number(limit: int) -> str:
    return f"{limit:,}" if limit else "any number of"


def _is_address(text: str) -> None:
    validate.And(validate.Length(max=LONGEST_EMAIL), validate.Email())(text)


def _amount(dollars: str) -> int | None:
    if dollars.lower() == NO_BUDGET:
        return None
    amount = micro_dollars(dollars)
    if amount is None:
        raise Unusable(f"{dollars!r} is no amount: write dollars, such as 20 or 0.25, or {NO_BUDGET}.")
    return amount


@click.command("usage")
@click.option("--org", metavar="NAME", help="Only this organisation's.")
@click.option("--from", "first", type=DAY, help="The first day (UTC); this month's first by default.")
@click.option("--to", "last", type=DAY, help="The last day; today by default.")
@click.option("--group", "by", type=click.Choice(GROUPS), default=BY_DAY, show_default=True)
@home_option
def usage(org: str | None, first: datetime | None, last: datetime | None, by: str, home: str | None) -> None:
    """Show what model calls took, in tokens and dollars."""
    until = last.date() if last else utcnow().date()
    since = first.date() if first else until.replace(day=1)
    if since > until:
        raise Unusable(f"There is no day from {since} to {until}.")
    _show_usage(org, since, until, by, home)


def _show_usage(org: str | None, since: date, until: date, by: str, home: str | None) -> None:
    headings = ("calls", "input", "output", "cache read", "cache write", "dollars")
    made = table(by, *headings, numbers=headings)
    with opened(read_settings(home)) as database, database.read() as session:
        organization_id = organization_named(session, org).id if org else None
        by_name = model_calls.summed(session.connection(), organization_id, since, until, by)
        month = budgets.monthly(session.connection(), [organization_id] if organization_id else [])
    for name, figures in by_name.items():
        made.add_row(name, *_cells(figures))
    made.add_row("total", *_cells(sum(by_name.values(), Figures())), style="bold")
    console().print(made)
    for limit in month.values():
        click.echo(
            f"\nOf this month's budget of {_dollars(limit.micro_dollars)}, {_dollars(limit.spent)} is spent "
            "or set aside for batches."
        )


def _cells(figures: Figures) -> list[str]:
    *counts, money = figures.to_json().values()
    return [*(f"{count:,}" for count in counts), _dollars(money)]


def _dollars(amount: int) -> str:
    return f"${amount / 1_000_000:,.4f}"
