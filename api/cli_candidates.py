"""`assessgen keys import`: keys for the candidates of a CSV file."""

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import click
from marshmallow import ValidationError, validate

from api.cli_admin import keys, opened, organization_named
from api.cli_settings import Problem, Unusable, home_option, org_option, read_settings
from models import Assessment, audit, invitations, reviews
from models.base import iso_time
from models.errors import NotFound
from models.invitations import LONGEST_EMAIL, LONGEST_NAME, MOST_EXTRA_PERCENT, Candidate, Issued
from models.organizations import MODES
from models.session import Database
from settings import Settings

COLUMNS = ("email", "name", "extra_time_percent")
OUT_COLUMNS = (*COLUMNS, "key", "expires_at", "key_id")
# More candidates than one examination has; the whole import is one transaction.
MOST_ROWS = 10_000
MOST_SHOWN = 20
BY = "command line"

is_email = validate.Email()


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
        click.echo(_csv(issued), nl=False)
        return
    with _new_file(out) as written, opened(settings) as database:
        _issue(database, settings, org, assessment, mode, candidates, written)
    click.echo(f"{len(candidates)} keys are in {out}.", err=True)


def _issue(
    database: Database,
    settings: Settings,
    org: str,
    text: str,
    mode: str,
    candidates: Sequence[Candidate],
    written: IO[str] | None,
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
        if written is not None:
            # On the disk before they count: what is not written nobody could ever know.
            written.write(_csv(issued))
            written.flush()
            os.fsync(written.fileno())
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


def _csv(issued: Sequence[Issued]) -> str:
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(OUT_COLUMNS)
    for one in issued:
        key = one.key
        told = (key.candidate_email, key.candidate_name, key.extra_percent, one.text)
        rows.writerow((*told, iso_time(key.expires_at), key.id))
    return text.getvalue()


def _read(file: Path) -> list[Candidate]:
    """The file's candidates; raises Unusable that names every line that is no good."""
    try:
        # With or without the mark that spreadsheets put before UTF-8.
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable(f"{file} is no UTF-8 text; save it as CSV in UTF-8.") from error
    complaints: list[str] = []
    try:
        candidates = list(_candidates(text, complaints))
    except csv.Error as error:
        raise Unusable(f"{file} is no CSV: {error}.") from error
    if complaints:
        more = len(complaints) - MOST_SHOWN
        shown = complaints[:MOST_SHOWN] + ([f"And {more} more."] if more > 0 else [])
        raise Unusable(f"{file} can't be used, and no key was made.\n" + "\n".join(shown))
    if not candidates:
        raise Unusable(f"{file} has no candidates below its header.")
    if len(candidates) > MOST_ROWS:
        raise Unusable(f"{file} has {len(candidates)} candidates; {MOST_ROWS} at most are imported at once.")
    return candidates


def _candidates(text: str, complaints: list[str]) -> Iterator[Candidate]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [name.strip().lower() for name in next(rows, [])]
    if problem := _header_problem(header):
        complaints.append(f"line 1: {problem}")
        return
    seen: dict[str, int] = {}
    # A quoted cell may go over several lines, so that a row begins after the last one's end.
    line = rows.line_num + 1
    for row in rows:
        at, line = line, rows.line_num + 1
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) != len(header):
            complaints.append(f"line {at}: it has {len(cells)} cells and the header {len(header)}.")
            continue
        found = dict(zip(header, cells, strict=True))
        problem = _row_problem(found) or _seen_before(found, seen, at)
        if problem:
            complaints.append(f"line {at}: {problem}")
            continue
        extra = int(found.get("extra_time_percent") or 0)
        yield Candidate(found.get("email") or None, found.get("name") or None, extra)


def _header_problem(header: list[str]) -> str | None:
    unknown = [name for name in header if name not in COLUMNS]
    if unknown or not {"email", "name"} & set(header):
        what = f"{unknown[0]!r} is no column that is known" if unknown else "email and name are missing"
        return f"the header must name the columns {', '.join(COLUMNS)}, with commas between; {what}."
    return "a column is named twice." if len(set(header)) != len(header) else None


def _row_problem(row: dict[str, str]) -> str | None:
    email, name, extra = (row.get(column, "") for column in COLUMNS)
    if not email and not name:
        return "it has neither an email nor a name."
    if "\0" in email + name:
        return "it holds a NUL character."
    if email and not _is_email(email):
        return f"{email!r} is no email address."
    if len(name) > LONGEST_NAME:
        return f"the name is longer than {LONGEST_NAME} characters."
    if extra and not (re.fullmatch(r"[0-9]{1,3}", extra) and int(extra) <= MOST_EXTRA_PERCENT):
        return f"extra_time_percent is {extra!r}; it must be a whole number from 0 to {MOST_EXTRA_PERCENT}."
    return None


def _is_email(text: str) -> bool:
    try:
        is_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_EMAIL


def _seen_before(row: dict[str, str], seen: dict[str, int], line: int) -> str | None:
    email = row.get("email", "").casefold()
    if email and email in seen:
        return f"its email stands in line {seen[email]} already."
    if email:
        seen[email] = line
    return None
