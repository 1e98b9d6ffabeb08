"""The small tables that SQL items are about: made, shown as comments, and asked by SQLite."""

# Every name and number in a statement is our own, and the database is a fresh one in memory.
# ruff: noqa: S608

import random
from typing import Any, NamedTuple

from workers.generation.item_models.running import queried
from workers.generation.item_models.situations import PEOPLE

SKILLS = ("sql", "postgresql", "mysql", "sqlite", "sql-server", "oracle-database", "data-analysis")


class Table(NamedTuple):
    """A table: whole numbers, short words, NULL as None."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def statements(self) -> list[str]:
        """What makes and fills it."""
        rows = ", ".join(f"({', '.join(map(_literal, row))})" for row in self.rows)
        return [
            f"CREATE TABLE {self.name} ({', '.join(self.columns)})",
            f"INSERT INTO {self.name} VALUES {rows}",
        ]

    def shown(self) -> str:
        """The table as comments, in columns."""
        lines = [
            self.columns,
            *[tuple("NULL" if cell is None else str(cell) for cell in row) for row in self.rows],
        ]
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.columns))]
        texts = [
            " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
        ]
        return "\n".join([f"-- {self.name}", *[f"--   {text.rstrip()}" for text in texts]])


def _literal(cell: object) -> str:
    if cell is None:
        return "NULL"
    return f"'{cell}'" if isinstance(cell, str) else str(cell)


def code_of(tables: list[Table], query: str) -> str:
    """The tables and the query as an item shows them."""
    return "\n\n".join([*[table.shown() for table in tables], f"{query};"])


def answered(tables: list[Table], query: str) -> str:
    """The rows as text: the cells of one row, or of one column, parted by commas."""
    rows = queried([statement for table in tables for statement in table.statements()], query)
    return ", ".join("NULL" if cell is None else str(cell) for row in rows for cell in row) or "no row"


def counted(tables: list[Table], query: str) -> str:
    """How many rows the query returns."""
    return str(len(queried([statement for table in tables for statement in table.statements()], query)))


GROUPS = (
    ("sales", "region", "amount", ("north", "south", "east", "west")),
    ("tickets", "team", "hours", ("web", "mobile", "data", "billing")),
    ("visits", "clinic", "minutes", ("harbour", "centre", "park", "hill")),
    ("deliveries", "depot", "weight", ("lyon", "oslo", "turin", "ghent")),
    ("shifts", "ward", "hours", ("red", "blue", "green", "amber")),
    ("lessons", "course", "seats", ("maths", "music", "drama", "sport")),
    ("alerts", "host", "seconds", ("web1", "web2", "cache", "queue")),
)


# Two tables of which the second refers to the first: their names, the key that refers, a number of the
# second, and names for the first.
PAIRS = (
    ("customers", "orders", "customer_id", "total", PEOPLE),
    ("teams", "issues", "team_id", "hours", ("web", "mobile", "data", "billing", "search", "mail")),
    ("depots", "parcels", "depot_id", "weight", ("Bern", "Lyon", "Oslo", "Porto", "Turin", "Ghent")),
    ("rooms", "bookings", "room_id", "nights", ("Aspen", "Birch", "Cedar", "Maple", "Olive", "Rowan")),
    ("authors", "texts", "author_id", "words", PEOPLE),
    ("drivers", "trips", "driver_id", "km", PEOPLE),
    (
        "suppliers",
        "invoices",
        "supplier_id",
        "amount",
        ("Alder", "Brock", "Cobalt", "Delmar", "Ekman", "Fjord"),
    ),
)


def table_pair(rng: random.Random, blank: bool = True) -> tuple[Table, Table, str, str]:
    """Two tables, the key and the number: one has a row without a match, and the other one with NULL."""
    first, second, key, number, pool = rng.choice(PAIRS)
    ids = list(range(1, rng.choice([4, 5]) + 1))
    left = Table(first, ("id", "name"), list(zip(ids, rng.sample(pool, len(ids)), strict=True)))
    used = rng.sample(ids, rng.randint(2, len(ids) - 1))
    keys: list[int | None] = [*used, *rng.choices(used, k=rng.randint(1, 3))]
    keys += [None] * (rng.randint(1, 2) if blank else 0)
    rng.shuffle(keys)
    numbers = rng.sample(range(10, 95, 5), len(keys))
    rows = [(11 + at, key_, amount) for at, (key_, amount) in enumerate(zip(keys, numbers, strict=True))]
    return left, Table(second, ("id", key, number), rows), key, number
