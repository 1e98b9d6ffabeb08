"""SQL queries on tables with NULL: aggregates, comparisons, NOT IN; the key is what SQLite returns."""

# Every name and number in a statement is our own, and the database is a fresh one in memory.
# ruff: noqa: S608

import random

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.mixing import mixed
from workers.generation.item_models.sql_tables import GROUPS, SKILLS, Table, answered, code_of, table_pair


@item_model(
    "sql-null-aggregates",
    skills=SKILLS,
    difficulty="entry",
    cognitive_level="apply",
    seconds=75,
)
def null_aggregates(rng: random.Random) -> Draw:
    """COUNT(*), COUNT of a column, COUNT DISTINCT, MIN and SUM of a column with NULL and with repeats."""
    name, group, number, pool = rng.choice(GROUPS)
    some = rng.sample(range(5, 60, 5), 3)
    cells: list[int | None] = [*some, *rng.choices(some, k=rng.randint(1, 2)), *[None] * rng.randint(1, 3)]
    rng.shuffle(cells)
    rows = [(at, rng.choice(pool), cell) for at, cell in enumerate(cells, 1)]
    table = Table(name, ("id", group, number), rows)
    known = [cell for cell in cells if cell is not None]
    mistakes = {
        "COUNT(*)": (len(known), "COUNT(*) is taken to pass over rows with NULL."),
        f"COUNT({number})": (len(cells), "COUNT of a column is taken to count NULL."),
        f"COUNT(DISTINCT {number})": rng.choice(
            [
                (len(some) + 1, "NULL is taken to count as a value of its own."),
                (len(known), "DISTINCT is passed over."),
            ]
        ),
        f"MIN({number})": (0, "NULL is taken for 0, and so for the least number."),
        f"SUM({number})": ("NULL", "One NULL is taken to make the whole sum NULL."),
    }
    asked = rng.sample(list(mistakes), 3)
    query = f"SELECT {', '.join(asked)}\nFROM {name}"
    right = answered([table], query)

    def mistaken(flips: tuple[int, ...]) -> Wrong:
        cells = [
            mistakes[column][0] if flip else cell
            for column, cell, flip in zip(asked, right.split(", "), flips, strict=True)
        ]
        why = [mistakes[column][1] for column, flip in zip(asked, flips, strict=True) if flip]
        return Wrong(", ".join(map(str, cells)), " ".join(why))

    every = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1) if a or b or c]
    return Draw(
        stem="The query runs on the table shown. Which three values does it return?",
        right=(right,),
        wrong=mixed(rng, right, [mistaken(flips) for flips in every]),
        explanation="COUNT(*) counts rows; every aggregate of a column passes over NULL, and DISTINCT counts "
        "each value once.",
        code=code_of([table], query),
        code_language="sql",
        accepted=(right, right.replace(",", ""), right.replace(", ", ",")),
    )


STATES = (
    ("tickets", "status", ("open", "closed", "on hold")),
    ("orders", "channel", ("web", "phone", "shop")),
    ("staff", "team", ("red", "blue", "green")),
    ("parcels", "route", ("north", "south", "coast")),
    ("devices", "owner", ("lab", "office", "field")),
    ("invoices", "terms", ("cash", "credit", "prepaid")),
    ("patients", "ward", ("east", "west", "day")),
)


@item_model(
    "sql-null-comparison",
    skills=SKILLS,
    difficulty="intermediate",
    cognitive_level="understand",
    seconds=75,
)
def null_comparison(rng: random.Random) -> Draw:
    """How many rows a condition keeps when some of them hold NULL."""
    name, column, pool = rng.choice(STATES)
    one, two, third = rng.sample(pool, 3)
    cells: list[str | None] = [
        *[one] * rng.randint(1, 3),
        *[two] * rng.randint(1, 3),
        *[third] * rng.randint(1, 3),
        *[None] * rng.randint(1, 3),
    ]
    rng.shuffle(cells)
    table = Table(name, ("id", column), list(enumerate(cells, 1)))
    condition = rng.choice(
        [
            f"{column} <> '{one}'",
            f"{column} <> '{one}' OR {column} IS NULL",
            f"NOT ({column} = '{one}')",
            f"{column} NOT IN ('{one}', '{two}')",
            f"{column} = NULL",
            f"{column} = '{one}' OR {column} <> '{one}'",
            f"COALESCE({column}, '{one}') <> '{one}'",
            f"COALESCE({column}, '{two}') = '{two}'",
            f"{column} = '{one}' OR {column} IS NULL",
            f"NOT ({column} = '{one}' OR {column} = '{two}')",
        ]
    )
    asked = f"SELECT COUNT(*)\nFROM {name}\nWHERE {condition}"
    right = answered([table], asked)
    kept, every, blank = int(right), len(cells), cells.count(None)
    known = Table(name, table.columns, [row for row in table.rows if row[1] is not None])
    if answered([known], asked) == right:
        judged = (kept + blank, "Rows with NULL are taken to meet the condition.")
    else:
        judged = (kept - blank, "Rows with NULL are taken to be left out.")
    others = [
        (every - kept, "The condition is taken the other way round."),
        (every, "Every row is taken to meet the condition."),
        (every - blank, "Rows with NULL are taken to be the only ones to be dropped."),
        (blank, "Only the rows with NULL are taken to meet the condition."),
        (0, "A column that holds NULL is taken to meet no condition."),
        (cells.count(one), f"The rows with '{one}' are counted."),
    ]
    mistakes = [judged, *rng.sample(others, len(others))]
    return Draw(
        stem="The query runs on the table shown. Which number does it return?",
        right=(right,),
        wrong=tuple(Wrong(str(many), why) for many, why in mistakes),
        explanation="A comparison with NULL is unknown, and so is its negation; WHERE keeps only "
        "rows for which the "
        "condition is true, and COALESCE puts a value in the place of NULL.",
        code=code_of([table], asked),
        code_language="sql",
        value=right,
    )


@item_model(
    "sql-not-in-subquery",
    skills=(*SKILLS, "query-optimisation"),
    difficulty="senior",
    cognitive_level="analyse",
    seconds=120,
)
def not_in_subquery(rng: random.Random) -> Draw:
    """IN, NOT IN and NOT EXISTS against a column that may hold NULL."""
    left, right, key, _ = table_pair(rng, blank=rng.random() < 0.6)
    a, b = left.name[0], right.name[0]
    inner = f"SELECT {key} FROM {right.name}"
    conditions = {
        f"id NOT IN ({inner})": "A NULL in the list is taken to make NOT IN true for no row.",
        f"id NOT IN ({inner} WHERE {key} IS NOT NULL)": "A NULL in the list is taken to be passed over.",
        f"NOT EXISTS (SELECT 1 FROM {right.name} {b} WHERE {b}.{key} = "
        f"{a}.id)": "NULL is taken to match no row.",
        f"id IN ({inner})": "The condition is taken the other way round.",
    }
    forms = {
        f"SELECT name\nFROM {left.name} {a}\nWHERE {one}\nORDER BY name": why
        for one, why in conditions.items()
    }
    asked = rng.choice([*forms, next(iter(forms))])
    names = sorted(name for _, name in left.rows)
    matched = {key_ for _, key_, _ in right.rows}
    once = [name for at, name in left.rows if [row[1] for row in right.rows].count(at) == 1]
    free = [name for at, name in left.rows if at not in matched]
    tables = [left, right]
    return Draw(
        stem="The query runs on the two tables shown. Which names does it return, from the first row "
        "to the last?",
        right=(answered(tables, asked),),
        wrong=(
            *[Wrong(answered(tables, other), why) for other, why in forms.items() if other != asked],
            Wrong("no row", "A comparison with the list is taken to be unknown for every row."),
            Wrong(", ".join(names), "The condition is taken to drop no row."),
            Wrong(", ".join(sorted({*free, *once})) or "no row", "One match is taken to be too few."),
        ),
        explanation="id NOT IN (…, NULL) is false or unknown, so no row passes; IN finds matches all "
        "the same, and "
        "NOT EXISTS asks for rows that match, of which NULL is none.",
        code=code_of(tables, asked),
        code_language="sql",
    )
