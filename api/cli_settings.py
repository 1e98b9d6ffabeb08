"""What every command shares: the settings it runs on, and how it says no."""

from typing import IO, Any

import click

import settings as environment
from settings import Settings, SettingsError

FAILED, UNUSABLE = 1, 2

home_option = click.option(
    "--home", metavar="DIRECTORY", envvar="ASSESSGEN_HOME", help="Where the data is; ./var by default."
)
org_option = click.option("--org", required=True, metavar="NAME", help="The organisation.")


class Problem(click.ClickException):
    """What went wrong and what to do about it, in sentences; the command exits with the code."""

    exit_code = FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the message to stderr."""
        click.echo(f"assessgen: {self.format_message()}", file=file, err=file is None)


class Unusable(Problem):
    """What was asked for can't be tried: it is wrong, or the service can't be reached."""

    exit_code = UNUSABLE


def read_settings(home: str | None) -> Settings:
    """The settings, on that home where one is given; children of this process will have the same."""
    if home is not None:
        environment.export(ASSESSGEN_HOME=home)
    try:
        environment.export(ASSESSGEN_HOME=str(Settings.from_env().home.absolute()))
        return Settings.from_env()
    except SettingsError as error:
        raise Unusable(str(error)) from error
