"""Running times and numbers of steps of drawn loops; a test counts the steps at growing n."""

import random
from typing import NamedTuple

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.running import printed

# A class of growth: n to the first times log n to the second.
Growth = tuple[int, int]

CLASSES: dict[Growth, str] = {
    (0, 0): "O(1)",
    (0, 1): "O(log n)",
    (1, 0): "O(n)",
    (1, 1): "O(n log n)",
    (2, 0): "O(n^2)",
    (2, 1): "O(n^2 log n)",
    (3, 0): "O(n^3)",
    (3, 1): "O(n^3 log n)",
    (4, 0): "O(n^4)",
}


class Loop(NamedTuple):
    """One loop, or two that depend on each other: its lines, its growth, and the growth that is misread."""

    lines: tuple[str, ...]
    growth: Growth
    misread: Growth
    why: str


LOOPS = (
    Loop(("for {i} in range(n):",), (1, 0), (0, 1), "A loop over n is taken to be halved in each round."),
    Loop(
        ("for {i} in range(0, n, {k}):",),
        (1, 0),
        (0, 1),
        "A fixed step is taken to make the loop logarithmic.",
    ),
    Loop(
        ("for {i} in range(n // {k}):",),
        (1, 0),
        (0, 1),
        "A division of n by a constant is taken to make it a logarithm.",
    ),
    Loop(("for {i} in range({c}):",), (0, 0), (1, 0), "A loop of constant length is taken to be one over n."),
    Loop(
        ("{i} = 1", "while {i} < n:", "    {i} *= {k}"),
        (0, 1),
        (1, 0),
        "A variable that is multiplied is taken to be counted up.",
    ),
    Loop(
        ("{i} = n", "while {i} > 1:", "    {i} //= {k}"),
        (0, 1),
        (1, 0),
        "A variable that is divided is taken to be counted down.",
    ),
    Loop(
        ("for {i} in range(n):", "    for {j} in range({i}):"),
        (2, 0),
        (1, 1),
        "An inner loop up to the outer variable is taken to be a logarithm.",
    ),
    Loop(
        ("for {i} in range(n):", "    for {j} in range({i}, n):"),
        (2, 0),
        (1, 0),
        "The two loops are taken to share n rounds between them.",
    ),
    Loop(
        ("for {i} in range(n):", "    for {j} in range({c}):"),
        (1, 0),
        (2, 0),
        "An inner loop of constant length is taken to be one over n.",
    ),
    Loop(
        ("for {i} in range(1, n):", "    for {j} in range(0, n, {i}):"),
        (1, 1),
        (2, 0),
        "A step that grows is taken to make no difference.",
    ),
    Loop(
        ("{i} = 1", "while {i} < n:", "    {i} *= 2", "    for {j} in range({i}):"),
        (1, 0),
        (1, 1),
        "Rounds that double are taken to be n each.",
    ),
    Loop(
        ("for {i} in range(n):", "    for {j} in range({i}, min({i} + {c}, n)):"),
        (1, 0),
        (2, 0),
        "An inner loop of bounded length is taken to run up to n.",
    ),
)

FUNCTIONS = (
    ("compare_orders", "orders", "compare"),
    ("check_readings", "readings", "check"),
    ("plan_routes", "stops", "score"),
    ("notify_users", "users", "notify"),
    ("index_pages", "pages", "index"),
    ("blend_layers", "pixels", "blend"),
    ("match_bids", "bids", "match"),
    ("pack_parcels", "parcels", "pack"),
    ("rank_players", "players", "rank"),
)


def _lines(loops: tuple[Loop, ...], work: str, rng: random.Random) -> list[str]:
    """The lines of the loops one inside the other, with the work in the innermost."""
    names, lines, depth = iter("ijkm"), [], 4
    for loop in loops:
        marks = {
            "i": next(names),
            "j": next(names),
            "k": rng.choice([2, 3, 4]),
            "c": rng.choice([2, 3, 4, 5]),
        }
        lines += [" " * depth + line.format(**marks) for line in loop.lines]
        inner = [line for line in loop.lines if line.endswith(":")][-1]
        depth += len(inner) - len(inner.lstrip()) + 4
    return [*lines, " " * depth + f"{work}()"]


def _inside(one: Growth, two: Growth) -> Growth:
    return one[0] + two[0], one[1] + two[1]


@item_model(
    "big-o-of-loops",
    skills=("algorithms", "python", "software-development"),
    difficulty="senior",
    cognitive_level="analyse",
    seconds=90,
)
def big_o(rng: random.Random) -> Draw:
    """The growth of two loops, one in the other or one after the other."""
    function, things, work = rng.choice(FUNCTIONS)
    one, two = rng.sample(LOOPS, 2)
    nested = rng.random() < 0.6
    together, other = (_inside, max) if nested else (max, _inside)
    right = together(one.growth, two.growth)
    if right not in CLASSES:
        return big_o(rng)
    parts = [(one, two)] if nested else [(one,), (two,)]
    body = [line for part in parts for line in _lines(part, work, rng)]
    mixed = (
        "A loop in a loop is taken for loops one after the other."
        if nested
        else "Loops one after the other are taken for a loop in a loop."
    )
    misread = [
        (together(one.misread, two.growth), one.why),
        (together(one.growth, two.misread), two.why),
        (other(one.growth, two.growth), mixed),
        (together(one.misread, two.misread), f"{one.why} {two.why}"),
        (other(one.misread, two.growth), f"{one.why} {mixed}"),
        (other(one.growth, two.misread), f"{two.why} {mixed}"),
    ]
    rng.shuffle(misread)
    return Draw(
        stem=f"{work}() takes constant time. How does the running time of {function}() grow with n, "
        f"the number of {things}?",
        right=(CLASSES[right],),
        wrong=tuple(Wrong(CLASSES[growth], why) for growth, why in misread if growth in CLASSES),
        explanation=f"The {'outer' if nested else 'first'} part takes {CLASSES[one.growth]} rounds and the "
        f"{'inner' if nested else 'second'} one {CLASSES[two.growth]}; "
        f"{'nested' if nested else 'successive'} parts "
        f"{'multiply' if nested else 'add up, and the larger one counts'}, which gives {CLASSES[right]}.",
        code="\n".join([f"def {function}({things}):", f"    n = len({things})", *body]),
        code_language="python",
    )


# Inner loops, each with what it is misread for and why.
INNER = {
    "for j in range(i):": (
        "for j in range({n}):",
        "The inner loop is taken to run the same number of rounds each time.",
    ),
    "for j in range(i, {n}):": (
        "for j in range({n}):",
        "The inner loop is taken to run the same number of rounds each time.",
    ),
    "for j in range(i + 1):": ("for j in range(i):", "range is taken to leave out one number more."),
    "for j in range(0, {n}, 2):": ("for j in range({n}):", "The step is passed over."),
    "for j in range({few}):": (
        "for j in range({n}):",
        "The bound of the inner loop is taken for that of the outer one.",
    ),
}


@item_model(
    "loop-step-count",
    skills=("python", "algorithms"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=75,
)
def step_count(rng: random.Random) -> Draw:
    """How many times the innermost line of two loops runs."""
    what = rng.choice(["pairs", "cells", "checks", "calls", "tests", "matches", "steps", "moves"])
    n, first, step, few = rng.randint(5, 9), rng.choice([0, 1, 2]), rng.choice([1, 1, 2]), rng.randint(2, 4)
    inner = rng.choice(list(INNER))
    skip = rng.choice(["", "", "if j == 2:\n            continue", "if j == 3:\n            break"])

    def program(end: int, loop: str, by: int = step, jump: str = skip, start: int = first) -> str:
        bounds = f"{start}, {end}, {by}" if by > 1 else f"{start}, {end}"
        head = f"for i in range({bounds if start or by > 1 else end}):"
        lines = [
            f"{what} = 0",
            head,
            f"    {loop.format(n=n, few=few)}",
            f"        {jump}" if jump else "",
            f"        {what} += 1",
            f"print({what})",
        ]
        return "\n".join(line for line in lines if line)

    misread, why = INNER[inner]
    right = printed(program(n, inner))
    other_jump = skip.replace("continue", "pass") if "continue" in skip else skip.replace("break", "continue")
    likely = Wrong(printed(program(n, misread)), why)
    mistakes = [
        Wrong(printed(program(n + 1, inner)), "The end of the outer range is taken to be included."),
        Wrong(printed(program(n - 1, inner)), "The outer range is taken to end one number earlier."),
        Wrong(
            printed(program(n, inner, start=first + 1)), "The outer range is taken to start one number later."
        ),
        Wrong(printed(program(n, inner, jump=other_jump)), "What continue or break leaves out is misjudged."),
        Wrong(printed(program(n, inner, jump="")), "The condition in the loop is passed over."),
        Wrong(printed(program(n, inner, by=3 - step)), "The step of the outer loop is misjudged."),
    ]
    return Draw(
        stem=f"A script counts {what}. What does it print?",
        right=(right,),
        wrong=(likely, *rng.sample(mistakes, len(mistakes))),
        explanation="range leaves out its end, so the rounds of the inner loop add up over the outer "
        "one's; continue "
        "leaves out the rest of one round, and break all rounds of the inner loop that are left.",
        code=program(n, inner),
        code_language="python",
        value=right,
    )
