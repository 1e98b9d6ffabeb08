"""Which SQL may be run, on SQLite in memory, and how the rows it gives may be written in an option."""

import re
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

LONGEST = 4_000
MOST_STATEMENTS = 40
FIRST_WORDS = {"create", "insert", "update", "delete", "alter", "drop", "select", "with", "values"}
QUERIES = {"select", "with", "values"}
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)

# Where SQLite and other databases part: what it gives does not speak against another result.
DIALECTAL = re.compile(
    r"\b(i?like|glob|avg|cast|convert|round|now|current_\w+|date\w*|interval|true|false|collate|top|concat|"
    r"substr\w*|group_concat|string_agg|instr|having|distinct on|returning|on conflict|replace|serial|"
    r"auto_?increment|identity|check|unique|primary|references|not null)\b|[/%\"`]|\|\||::",
    re.IGNORECASE,
)
# Databases whose rules are their own; without one of them an item is about SQL as such.
OTHER_SKILLS = {
    "mysql", "sql-server", "tsql", "oracle-database", "plsql", "db2", "snowflake", "bigquery", "databricks"
}  # fmt: skip


def admitted(code: str) -> list[str] | None:
    """The statements, the last of them a query on tables that the code makes itself; else None."""
    if len(code) > LONGEST:
        return None
    statements = _statements(COMMENT.sub(" ", code))
    first_words = [statement.split(None, 1)[0].lower() for statement in statements]
    makes_tables = "create" in first_words or not re.search(r"\bfrom\b", statements[-1], re.IGNORECASE)
    is_sound = 0 < len(statements) <= MOST_STATEMENTS and set(first_words) <= FIRST_WORDS
    return statements if is_sound and first_words[-1] in QUERIES and makes_tables else None


def _statements(code: str) -> list[str]:
    found = []
    rest = ""
    for part in code.split(";"):
        rest += part + ";"
        if sqlite3.complete_statement(rest):
            found.append(rest.strip())
            rest = ""
    return [statement for statement in (*found, rest.strip()) if statement.strip("; \n\t")] or ["-"]


def is_telling(skill: str, code: str) -> bool:
    """Whether another result than SQLite's would be wrong in any database."""
    sorts_nulls = re.search(r"\bnull\b", code, re.IGNORECASE) and re.search(r"order by", code, re.IGNORECASE)
    return skill not in OTHER_SKILLS and not sorts_nulls and not DIALECTAL.search(code)


def renderings(rows: Sequence[Sequence[Any]]) -> list[str]:
    """The rows as people write them, a line each."""
    spellings: list[Callable[[Any], str]] = [_plain, _quoted, _whole]
    return [
        "\n".join(template.format(separator.join(map(spell, row))) for row in rows)
        for spell in spellings
        for separator in (", ", " | ", "|", " ", ": ", " - ", "\t")
        for template in ("{}", "({})")
    ]


def _plain(value: Any) -> str:
    return "NULL" if value is None else str(value)


def _quoted(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else _plain(value)


def _whole(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else _plain(value)
