"""`assessgen sign-in`: a link that opens the console once."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import cli_server
from api.cli_admin import home_key, opened, organization_named
from api.cli_settings import Problem, home_option, read_settings
from models import Organization, audit, sign_in_links
from models.organizations import ApiKey, authenticate
from settings import Settings


@click.command("sign-in", help="Print a link that opens the console, once and within 15 minutes.")
@click.option("--org", metavar="NAME", help="The organisation; else that of whoever uses this home by hand.")
@click.option("--server", metavar="URL", help="Where the service is; else where this home's own is.")
@home_option
def sign_in(org: str | None, server: str | None, home: str | None) -> None:
    """Print a link."""
    settings = read_settings(home)
    server = server or cli_server.running(settings.home)
    if server is None:
        raise Problem("No service of this home runs here; name the one to sign in to with --server URL.")
    click.echo(link_for(settings, org, server) if org else home_link(settings, server))


def home_link(settings: Settings, url: str) -> str:
    """A link for the organisation of whoever uses the home by hand."""
    key = home_key(settings)
    with opened(settings) as database, database.write() as session:
        caller = authenticate(session, key, settings.secret_key)
        assert caller is not None, "a home's key is made anew where it does not work"
        return _link(url, sign_in_links.create(session, caller.key_id))


def link_for(settings: Settings, org: str, url: str) -> str:
    """A link for that organisation, with what its newest key may do; raises Problem."""
    with opened(settings) as database, database.write() as session:
        organization = organization_named(session, org)
        key = _newest_key(session, organization)
        audit.record(session, organization.id, audit.COMMAND_LINE, "sign_in_link", key=key.prefix)
        return _link(url, sign_in_links.create(session, key.id))


def _newest_key(session: Session, organization: Organization) -> ApiKey:
    keys = session.scalars(
        select(ApiKey).where(ApiKey.organization_id == organization.id).order_by(ApiKey.created_at.desc())
    )
    found = next((key for key in keys if key.is_in_force), None)
    if found is None:
        raise Problem(
            f"{organization.name} has no key in force; `assessgen keys create --org {organization.name!r}` "
            "makes one."
        )
    return found


def _link(url: str, text: str) -> str:
    return f"{url.rstrip('/')}/console/link/{text}"
