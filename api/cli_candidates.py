"""`assessgen keys import`: keys for the candidates of a CSV file."""

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import click

from api.candidate_lists import Complaint, of_csv, row_of, written
from api.cli_admin import keys, opened, organization_named
from api.cli_settings import Problem, Unusable, home_option, org_option, read_settings
from models import Assessment, audit, invitations, reviews
from models.errors import NotFound
from models.invitations import Candidate, Issued
from models.organizations import MODES
from models.session import Database
from settings import Settings

# More candidates than one examination has; the whole import is one transaction.
MOST_ROWS = 10_000
MOST_SHOWN = 20
BY = "command line"


@keys.command("import")
@click.argument("file", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--assessment", required=True, metavar="ID", help="The assessment that they take.")
@org_option
@click.option("--mode", type=click.Choice(MODES), default="live", show_default=True)
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="A new file for the keys.")
@home_option
def import_keys(file: Path, assessment: str, org: str, mode: str, out: Path | None, home: str | None) -> None:
    """Make a key for each candidate of a CSV file, and write them as CSV. They can't be shown again.

    The file's first line names its columns: email, name, extra_time_percent, in any order; of the first
    two at least one. All of it is checked before any key is made.
    """
    candidates = _read(file)
    settings = read_settings(home)
    if out is None:
        with opened(settings) as database:
            issued = _issue(database, settings, org, assessment, mode, candidates, None)
        click.echo(written([row_of(one) for one in issued]), nl=False)
        return
    with _new_file(out) as keys_file, opened(settings) as database:
        _issue(database, settings, org, assessment, mode, candidates, keys_file)
    click.echo(f"{len(candidates)} keys are in {out}.", err=True)


def _issue(
    database: Database,
    settings: Settings,
    org: str,
    text: str,
    mode: str,
    candidates: Sequence[Candidate],
    file: IO[str] | None,
) -> list[Issued]:
    with database.write() as session:
        organization = organization_named(session, org)
        try:
            assessment = Assessment.held(session, organization.id, text)
        except NotFound as error:
            raise Problem(f"{org} has no assessment {text!r}; GET /v1/assessments lists them.") from error
        reviews.check_usable(assessment, settings.require_approval)
        issued = invitations.issue(session, assessment, candidates, mode, BY, settings.secret_key)
        subject = {"assessment_id": assessment.id, "count": len(issued)}
        audit.record(session, organization.id, audit.COMMAND_LINE, "keys.import", **subject)
        if file is not None:
            # On the disk before they count: what is not written nobody could ever know.
            file.write(written([row_of(one) for one in issued]))
            file.flush()
            os.fsync(file.fileno())
    return issued


@contextmanager
def _new_file(path: Path) -> Iterator[IO[str]]:
    """A file that was not there, for its owner alone; gone again where something fails."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Unusable(f"{path} can't be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
    except BaseException:
        with suppress(FileNotFoundError):
            path.unlink()
        raise


def _read(file: Path) -> list[Candidate]:
    """The file's candidates; raises Unusable that names every line that is no good."""
    try:
        # With or without the mark that spreadsheets put before UTF-8.
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable(f"{file} is no UTF-8 text; save it as CSV in UTF-8.") from error
    complaints: list[Complaint] = []
    try:
        candidates = list(of_csv(text, complaints))
    except csv.Error as error:
        raise Unusable(f"{file} is no CSV: {error}.") from error
    if complaints:
        more = len(complaints) - MOST_SHOWN
        shown = [f"line {one.line}: {one.text}" for one in complaints[:MOST_SHOWN]]
        shown += [f"And {more} more."] if more > 0 else []
        raise Unusable(f"{file} can't be used, and no key was made.\n" + "\n".join(shown))
    if not candidates:
        raise Unusable(f"{file} has no candidates below its header.")
    if len(candidates) > MOST_ROWS:
        raise Unusable(f"{file} has {len(candidates)} candidates; {MOST_ROWS} at most are imported at once.")
    return candidates
