"""SQL queries on small tables: joins, groups, order; the key is what SQLite returns.

Only what every common database answers alike is asked.
"""

import random

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.mixing import mixed
from workers.generation.item_models.situations import PEOPLE
from workers.generation.item_models.sql_tables import (
    GROUPS,
    SKILLS,
    Table,
    answered,
    code_of,
    counted,
    table_pair,
)

# Those that have LIMIT.
LIMITED = ("sql", "postgresql", "mysql", "sqlite")


@item_model(
    "sql-join-rows",
    skills=SKILLS,
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=90,
)
def join_rows(rng: random.Random) -> Draw:
    """How many rows an inner or a left join gives, with a condition in ON or in WHERE."""
    left, right, key, number = table_pair(rng)
    limit = sorted(row[2] for row in right.rows)[rng.randint(1, 2)]
    a, b = left.name[0], right.name[0]
    more = f"{b}.{number} > {limit}"
    select = f"SELECT {a}.name, {b}.id\nFROM {left.name} {a}\n"
    on = f"JOIN {right.name} {b} ON {b}.{key} = {a}.id"
    forms = {
        f"{select}{on}": "Only rows with a match are taken to be kept.",
        f"{select}LEFT {on}": "Rows without a match are taken to be kept.",
        f"{select}LEFT {on}\n  AND {more}": "The condition is taken to stand in ON, so that no row "
        "of the first table is lost.",
        f"{select}LEFT {on}\nWHERE {more}": "The condition is taken to be tested after the join.",
        f"{select}LEFT {on}\nWHERE {b}.id IS NULL": "Only rows without a match are taken to be kept.",
        f"{select}{on}\nWHERE {more}": "The left join is taken to be an inner one.",
    }
    asked, *others = rng.sample(list(forms)[:5], 5)
    answer = counted([left, right], asked)
    return Draw(
        stem="The query runs on the two tables shown. How many rows does it return?",
        right=(answer,),
        wrong=(
            *[Wrong(counted([left, right], other), forms[other]) for other in others],
            Wrong(str(len(right.rows)), "Each row of the second table is taken to give one row."),
            Wrong(str(len(left.rows)), "Each row of the first table is taken to give one row."),
            Wrong(str(len(left.rows) * len(right.rows)), "Every pair of rows is taken to be in the result."),
        ),
        explanation="A join gives a row for each pair that meets ON; LEFT JOIN adds the rows of the "
        "first table "
        "that have none, and WHERE then drops every row for which it is not true.",
        code=code_of([left, right], asked),
        code_language="sql",
        value=answer,
    )


@item_model(
    "sql-group-having",
    skills=SKILLS,
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=120,
)
def group_having(rng: random.Random) -> Draw:
    """Which groups are left after WHERE and HAVING."""
    name, group, number, pool = rng.choice(GROUPS)
    groups = rng.sample(pool, 3)
    held = [*groups, *groups, *rng.choices(groups, k=2)]
    rng.shuffle(held)
    rows = [(at, which, rng.randrange(5, 60, 5)) for at, which in enumerate(held, 1)]
    table = Table(name, ("id", group, number), rows)

    def query(filtered: str, having: str) -> str:
        lines = [
            f"SELECT {group}",
            f"FROM {name}",
            filtered and f"WHERE {filtered}",
            f"GROUP BY {group}",
            having and f"HAVING {having}",
            f"ORDER BY {group}",
        ]
        return "\n".join(line for line in lines if line)

    def tells(choice: tuple[int, str]) -> bool:
        """Whether it matters that WHERE comes first."""
        asked = query(f"{number} > {choice[0]}", choice[1])
        return answered([table], asked) != answered([table], query("", choice[1]))

    conditions = [f"COUNT(*) >= {rng.choice([2, 3])}", f"SUM({number}) > {rng.randrange(40, 120, 10)}"]
    conditions.append(f"MIN({number}) > 30")
    choices = [(where, having) for where in (10, 15, 20, 25) for having in conditions]
    rng.shuffle(choices)
    where, first = next(filter(tells, choices), choices[0])
    second = rng.choice([having for having in conditions if having != first])
    asked = query(f"{number} > {where}", first)
    inverse = f"NOT ({first})"
    return Draw(
        stem="The query runs on the table shown. What does it return, from the first row to the last?",
        right=(answered([table], asked),),
        wrong=(
            Wrong(answered([table], query("", first)), "WHERE is taken not to change what HAVING counts."),
            Wrong(
                answered([table], query(f"{number} > {where}", "")),
                "HAVING is taken to test single rows only.",
            ),
            Wrong(
                answered([table], query(f"{number} > {where}", inverse)),
                "HAVING is taken to name the groups that go.",
            ),
            Wrong(
                answered([table], query(f"{number} <= {where}", first)),
                "WHERE is taken to name the rows that go.",
            ),
            Wrong(
                answered([table], query(f"{number} > {where}", second)),
                "One aggregate is taken for another.",
            ),
        ),
        explanation="WHERE drops rows before they are grouped; HAVING then keeps the groups whose "
        "aggregate, over "
        "the rows that are left, meets the condition.",
        code=code_of([table], asked),
        code_language="sql",
    )


RANKED = (
    ("sellers", "sales"),
    ("players", "goals"),
    ("members", "years"),
    ("students", "marks"),
    ("drivers", "trips"),
    ("testers", "reports"),
    ("editors", "articles"),
    ("pickers", "orders"),
)


@item_model("sql-order-limit", skills=LIMITED, difficulty="entry", cognitive_level="apply", seconds=75)
def order_limit(rng: random.Random) -> Draw:
    """ORDER BY two columns, then LIMIT, with and without OFFSET."""
    name, number = rng.choice(RANKED)
    people = rng.sample(PEOPLE, 5)
    low, middle, high = sorted(rng.sample(range(10, 95, 5), 3))
    numbers = rng.choice(
        [[low, middle, middle, high, high], [low, low, middle, middle, high], [low, low, low, middle, high]]
    )
    rng.shuffle(numbers)
    table = Table(name, ("name", number), list(zip(people, numbers, strict=True)))
    limit, offset = rng.choice([(2, 0), (3, 0), (2, 1), (2, 2), (1, 2)])
    orders = {
        f"{number} DESC, name": "Equal rows are taken to be ordered by name the other way.",
        f"{number} DESC, name DESC": "The direction is taken for that of the other column too.",
        f"{number}, name DESC": "Ascending and descending order are mixed up.",
        f"{number}, name": "Ascending and descending order are mixed up for both columns.",
        f"name, {number} DESC": "The second column is taken to come first.",
    }

    def query(order: str, skipped: int) -> str:
        tail = f" OFFSET {skipped}" if skipped else ""
        return f"SELECT name\nFROM {name}\nORDER BY {order}\nLIMIT {limit}{tail}"

    asked, *others = rng.sample(list(orders)[:4], 4)
    shifted = offset - 1 if offset else 1
    wrong = [
        Wrong(answered([table], query(other, offset)), orders[other]) for other in [*others, list(orders)[4]]
    ]
    wrong.insert(
        1, Wrong(answered([table], query(asked, shifted)), "The rows are counted from the wrong place.")
    )
    right = answered([table], query(asked, offset))
    return Draw(
        stem="The query runs on the table shown. Which names does it return, from the first row to the last?",
        right=(right,),
        wrong=mixed(rng, right, wrong),
        explanation="Rows are sorted by the first column and, where that is equal, by the second; "
        "DESC belongs to "
        "the column that it follows. OFFSET leaves rows out, and then LIMIT counts.",
        code=code_of([table], query(asked, offset)),
        code_language="sql",
        accepted=(right, right.replace(",", "")),
    )
