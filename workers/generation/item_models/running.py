"""Running the code of item models: what a program prints, what a query returns, how an answer is spelled.

Only code that our own templates made is run, with names and numbers of our own: no user's text gets here.
"""

import re
import sqlite3
from collections.abc import Sequence
from typing import Any


def printed(code: str) -> str:
    """What a Python program prints, lines parted by line breaks, or "KeyError" if it ends in that exception.

    It gets a `print` of its own: standard output belongs to the whole process, and workers have threads.
    """
    out: list[str] = []

    def write(*values: object, sep: str = " ", end: str = "\n") -> None:
        out.append(sep.join(str(value) for value in values) + end)

    try:
        exec(code, {"print": write})  # noqa: S102 - the template is ours, see above  # nosec
    except Exception as error:  # noqa: BLE001 - whatever it raises is the answer
        return type(error).__name__
    return "".join(out).removesuffix("\n")


def printed_each(setup: str, expressions: Sequence[str]) -> list[str]:
    """What the program prints when each of the expressions stands in its last line's place."""
    return [printed(f"{setup}\nprint({expression})") for expression in expressions]


Rows = list[tuple[Any, ...]]


def queried(tables: Sequence[str], query: str) -> Rows:
    """The rows that the query gives on a fresh SQLite in memory after the statements in `tables`."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for statement in tables:
            connection.execute(statement)
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def spellings(text: str) -> tuple[str, ...]:
    """The line itself and what a hurried candidate types: other spaces at the commas, no outer brackets."""
    tight = re.sub(r"\s*([,:])\s*", r"\1", text)
    bare = text[1:-1] if re.fullmatch(r"\[[^\[\]]+\]", text) else text
    return tuple(
        dict.fromkeys([text, tight, bare, re.sub(r"\s*([,:])\s*", r"\1", bare), text.replace("'", '"')])
    )
