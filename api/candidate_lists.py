"""Lists of candidates as people keep them, in a CSV file or a name a line, and the CSV with their keys."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError, validate

from models.base import iso_time
from models.invitations import LONGEST_EMAIL, LONGEST_NAME, MOST_EXTRA_PERCENT, Candidate, Issued

COLUMNS = ("email", "name", "extra_time_percent")
OUT_COLUMNS = (*COLUMNS, "key", "expires_at", "key_id")
BRACKETED = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]*)>")

is_email = validate.Email()


def N_(text: str) -> str:
    """The text itself; the name marks it for translation, which is made where it is shown."""
    return text


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a line: a template of a sentence, and what stands in its places."""

    line: int
    template: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence, in English, without the line."""
        return self.template % self.values


def written(rows: Sequence[tuple[Any, ...]], columns: Sequence[str] = OUT_COLUMNS) -> str:
    """The rows as CSV, below a header."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(columns)
    lines.writerows(rows)
    return text.getvalue()


def row_of(one: Issued) -> tuple[Any, ...]:
    """The cells of `OUT_COLUMNS` of a new key."""
    key = one.key
    told = (key.candidate_email, key.candidate_name, key.extra_percent, one.text)
    return (*told, iso_time(key.expires_at), key.id)


def of_csv(text: str, complaints: list[Complaint]) -> Iterator[Candidate]:
    """The candidates of a CSV; what is wrong with a line is added to `complaints`. Raises csv.Error."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [name.strip().lower() for name in next(rows, [])]
    if problem := _header_problem(header):
        complaints.append(problem)
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
            uneven = N_("it has %(cells)s cells and the header %(columns)s.")
            complaints.append(Complaint(at, uneven, {"cells": len(cells), "columns": len(header)}))
            continue
        found = dict(zip(header, cells, strict=True))
        if problem := _row_problem(found, at) or _seen_before(found, seen, at):
            complaints.append(problem)
            continue
        yield _candidate(found)


def of_lines(text: str, extra_percent: int, complaints: list[Complaint]) -> Iterator[Candidate]:
    """The candidates of a text: on each line a name, an address, or both in any usual way."""
    seen: dict[str, int] = {}
    for at, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = _named(line)
        if problem := _row_problem(found, at) or _seen_before(found, seen, at):
            complaints.append(problem)
            continue
        yield Candidate(found["email"] or None, found["name"] or None, extra_percent)


def _named(line: str) -> dict[str, str]:
    """The name and the address of `Maya <maya@…>`, `Maya, maya@…`, `maya@…, Maya` or one of them alone."""
    bracketed = BRACKETED.fullmatch(line.strip())
    if bracketed:
        return {name: text.strip().strip('"') for name, text in bracketed.groupdict().items()}
    parts = [part.strip() for part in re.split(r"[,;\t]", line) if part.strip()]
    emails = [part for part in parts if "@" in part]
    names = [part for part in parts if "@" not in part]
    return {"email": ", ".join(emails), "name": ", ".join(names)}


def _candidate(row: dict[str, str]) -> Candidate:
    extra = int(row.get("extra_time_percent") or 0)
    return Candidate(row.get("email") or None, row.get("name") or None, extra)


def _header_problem(header: list[str]) -> Complaint | None:
    unknown = [name for name in header if name not in COLUMNS]
    values = {"columns": ", ".join(COLUMNS)}
    if unknown:
        template = N_(
            "the header must name the columns %(columns)s, with commas between; "
            "%(name)r is no column that is known."
        )
        return Complaint(1, template, {**values, "name": unknown[0]})
    if not {"email", "name"} & set(header):
        template = N_(
            "the header must name the columns %(columns)s, with commas between; email and name are missing."
        )
        return Complaint(1, template, values)
    return Complaint(1, N_("a column is named twice.")) if len(set(header)) != len(header) else None


def _row_problem(row: dict[str, str], line: int) -> Complaint | None:
    email, name, extra = (row.get(column, "") for column in COLUMNS)
    if not email and not name:
        return Complaint(line, N_("it has neither an email nor a name."))
    if "\0" in email + name:
        return Complaint(line, N_("it holds a NUL character."))
    if email and not _is_email(email):
        return Complaint(line, N_("%(email)r is no email address."), {"email": email})
    if len(name) > LONGEST_NAME:
        return Complaint(line, N_("the name is longer than %(most)s characters."), {"most": LONGEST_NAME})
    if extra and not (re.fullmatch(r"[0-9]{1,3}", extra) and int(extra) <= MOST_EXTRA_PERCENT):
        template = N_("extra_time_percent is %(extra)r; it must be a whole number from 0 to %(most)s.")
        return Complaint(line, template, {"extra": extra, "most": MOST_EXTRA_PERCENT})
    return None


def _is_email(text: str) -> bool:
    try:
        is_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_EMAIL


def _seen_before(row: dict[str, str], seen: dict[str, int], line: int) -> Complaint | None:
    email = row.get("email", "").casefold()
    if email and email in seen:
        return Complaint(line, N_("its email stands in line %(first)s already."), {"first": seen[email]})
    if email:
        seen[email] = line
    return None
