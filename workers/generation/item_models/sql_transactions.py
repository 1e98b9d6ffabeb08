"""SQL transactions: what a row holds after changes that are partly undone, as SQLite answers."""

# Every name and number in a statement is our own, and the database is a fresh one in memory.
# ruff: noqa: S608

import random

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.running import queried

ACCOUNTS = (
    ("accounts", "balance"),
    ("stocks", "pieces"),
    ("budgets", "euros"),
    ("tanks", "litres"),
    ("wallets", "points"),
    ("rosters", "hours"),
    ("quotas", "calls"),
)


@item_model(
    "sql-transaction",
    skills=("sql", "postgresql", "mysql", "sqlite", "database-administration"),
    difficulty="intermediate",
    cognitive_level="analyse",
    seconds=90,
)
def transaction(rng: random.Random) -> Draw:
    """Changes before, in and after a savepoint, then COMMIT or ROLLBACK."""
    table, column = rng.choice(ACCOUNTS)
    start, one = rng.randrange(200, 500, 10), rng.randint(1, 9)
    first, second, third, fourth = (
        sign * size
        for sign, size in zip(rng.choices([1, -1], k=4), rng.sample(range(10, 90, 5), 4), strict=True)
    )
    undo, end = (
        rng.choice(["ROLLBACK TO SAVEPOINT halfway", ""]),
        rng.choice(["COMMIT", "COMMIT", "ROLLBACK"]),
    )
    steps = [
        _update(table, column, one, first),
        "BEGIN",
        _update(table, column, one, second),
        "SAVEPOINT halfway",
        _update(table, column, one, third),
        undo,
        _update(table, column, one, fourth),
        end,
    ]
    steps = [step for step in steps if step]
    made = [
        f"CREATE TABLE {table} (id INTEGER, {column} INTEGER)",
        f"INSERT INTO {table} VALUES ({one}, {start})",
    ]
    query = f"SELECT {column} FROM {table} WHERE id = {one}"
    right = str(queried([*made, *steps], query)[0][0])
    sums = {
        "Nothing is taken to be undone.": first + second + third + fourth,
        "The whole transaction is taken to be undone.": first,
        "The changes from the savepoint on are taken to be undone.": first + second,
        "Only what was changed after the savepoint is taken to be kept.": first + third + fourth,
        "The change between the savepoint and the rollback is taken to be undone alone.": first
        + second
        + fourth,
        "Going back to the savepoint is taken to undo what came before it.": first + fourth,
        "What came before BEGIN is taken to be undone as well.": 0,
    }
    mistakes = rng.sample(list(sums), len(sums))
    return Draw(
        stem=f"In the table {table}, the row with the id {one} holds {start} in {column}, and "
        "autocommit is on. "
        "Which number does the last line return?",
        right=(right,),
        wrong=tuple(Wrong(str(start + sums[why]), why) for why in mistakes),
        explanation="ROLLBACK undoes everything since BEGIN, ROLLBACK TO only what came after the "
        "savepoint, and the "
        "transaction goes on; what was changed before BEGIN was committed by itself.",
        code="\n".join(f"{step};" for step in [*steps, query]),
        code_language="sql",
        value=right,
    )


def _update(table: str, column: str, one: int, change: int) -> str:
    return (
        f"UPDATE {table} SET {column} = {column} {'+' if change > 0 else '-'} {abs(change)} WHERE id = {one}"
    )
