"""Series of numbers and letters: what comes next."""

import random
from collections.abc import Callable
from itertools import pairwise

from workers.generation.item_models import Draw, item_model
from workers.generation.item_models.figures import Mistake, asked, beside

# Each rule gives seven terms, of which six are shown, and says how they arise.
Rule = Callable[[random.Random], tuple[list[int], str]]


def _growing_steps(rng: random.Random) -> tuple[list[int], str]:
    terms, step, growth = [rng.randrange(2, 40)], rng.randrange(2, 12), rng.choice([1, 2, 3, 4, 5])
    for _ in range(6):
        terms.append(terms[-1] + step)
        step += growth
    return terms, f"each step is {growth} larger than the one before"


def _falling_steps(rng: random.Random) -> tuple[list[int], str]:
    growth = rng.choice([2, 3, 4, 5])
    terms, step = [rng.randrange(1, 30)], rng.randrange(6 * growth + 1, 50)
    for _ in range(6):
        terms.append(terms[-1] + step)
        step -= growth
    return terms, f"each step is {growth} smaller than the one before"


def _times_and_plus(rng: random.Random) -> tuple[list[int], str]:
    factor, plus = rng.choice([2, 3]), rng.choice([-3, -2, -1, 1, 2, 3, 4, 5])
    terms = [rng.randrange(4, 15)]
    for _ in range(6):
        terms.append(terms[-1] * factor + plus)
    sign = "plus" if plus > 0 else "minus"
    return terms, f"each term is {factor} times the one before, {sign} {abs(plus)}"


def _alternating(rng: random.Random) -> tuple[list[int], str]:
    terms, up, down = [rng.randrange(20, 80)], rng.randrange(8, 25), rng.randrange(2, 8)
    for at in range(6):
        terms.append(terms[-1] + (-down if at % 2 else up))
    return terms, f"{up} is added and {down} is subtracted in turn"


def _double_and_add(rng: random.Random) -> tuple[list[int], str]:
    terms, plus = [rng.randrange(3, 20)], rng.randrange(3, 12)
    for at in range(6):
        terms.append(terms[-1] + plus if at % 2 else terms[-1] * 2)
    return terms, f"the terms are doubled and raised by {plus} in turn"


def _two_in_one(rng: random.Random) -> tuple[list[int], str]:
    first, second = rng.randrange(2, 30), rng.randrange(50, 99)
    up, down = rng.randrange(3, 10), rng.randrange(3, 10)
    terms = [first + up * (at // 2) if at % 2 == 0 else second - down * (at // 2) for at in range(7)]
    return terms, f"every other term rises by {up}, and those between fall by {down}"


def _sum_of_two(rng: random.Random) -> tuple[list[int], str]:
    terms = [rng.randrange(1, 20), rng.randrange(3, 25)]
    while len(terms) < 7:
        terms.append(terms[-1] + terms[-2])
    return terms, "each term is the sum of the two before it"


def _squares(rng: random.Random) -> tuple[list[int], str]:
    start, plus = rng.randrange(2, 9), rng.choice([-3, -2, -1, 1, 2, 3, 5, 7])
    terms = [number**2 + plus for number in range(start, start + 7)]
    return terms, f"the terms are the squares from {start} on, {'plus' if plus > 0 else 'minus'} {abs(plus)}"


RULES: tuple[Rule, ...] = (
    _growing_steps,
    _falling_steps,
    _times_and_plus,
    _alternating,
    _double_and_add,
    _two_in_one,
    _sum_of_two,
    _squares,
)


@item_model(
    "number-series",
    skills=("logical-reasoning", "numerical-reasoning", "problem-solving", "attention-to-detail"),
    difficulty="intermediate",
    cognitive_level="analyse",
    seconds=75,
)
def number_series(rng: random.Random) -> Draw:
    """The next number of a series with one simple rule."""
    terms, rule = rng.choice(RULES)(rng)
    *shown, key = terms
    steps = [after - before for before, after in pairwise(shown)]
    mistakes: list[Mistake] = [
        (shown[-1] + steps[-1], "The last step is taken once more."),
        (shown[-1] + steps[-2], "The last step but one is taken once more."),
        (shown[-1] + 3 * steps[-1] - 2 * steps[-2], "The growth of the steps is counted twice."),
        (shown[-1] + steps[0], "The first step is taken again."),
        (2 * shown[-1] - shown[-3], "The step over two terms is taken for the step over one."),
    ]
    slips: list[Mistake] = [
        (key + 1, "The rule is right, and the sum is one too large."),
        (key - 1, "The rule is right, and the sum is one too small."),
        (key + 10, "The rule is right, and a ten too many is carried."),
        (key - 10, "The rule is right, and a ten is not carried."),
    ]
    return asked(
        rng,
        f"A series follows one simple rule: {', '.join(map(str, shown))}. Which number comes next?",
        key,
        rng.sample(mistakes, len(mistakes)) + rng.sample(slips, len(slips)),
        f"In this series {rule}, so the next number is {key}.",
    )


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@item_model(
    "letter-series",
    skills=("logical-reasoning", "attention-to-detail", "problem-solving", "critical-thinking"),
    difficulty="entry",
    cognitive_level="analyse",
    seconds=60,
)
def letter_series(rng: random.Random) -> Draw:
    """The next pair of a series of pairs, whose letters move in two ways."""
    first, second = rng.randrange(0, 8), rng.randrange(16, 26)
    up, down = rng.randrange(1, 4), rng.randrange(1, 4)
    places = [(first + up * at, second - down * at) for at in range(5)]
    *shown, (key_up, key_down) = places
    last_up, last_down = shown[-1]
    # Two forms of either letter, each twice among the options, so that none shares most with the others.
    slipped_up, why_up = rng.choice(
        [(key_up + 1, "The first letter goes one too far."), (last_up, "The first letter is taken to stay.")]
    )
    slipped_down, why_down = rng.choice(
        [
            (key_down - 1, "The second letter goes one too far."),
            (last_down, "The second letter is taken to stay."),
            (last_down + down, "The second letter is taken to go forward."),
        ]
    )
    options: list[Mistake] = [
        (key_up * 26 + slipped_down, why_down),
        (slipped_up * 26 + key_down, why_up),
        (slipped_up * 26 + slipped_down, f"{why_up[:-1]}; besides, {why_down[0].lower()}{why_down[1:]}"),
    ]
    key = key_up * 26 + key_down
    return Draw(
        stem="The letters of the alphabet are paired by a rule: "
        f"{', '.join(_pair(*pair) for pair in shown)}. Which pair comes next?",
        right=(_coded(key),),
        wrong=beside(rng, key, options, _coded, most_apart=None),
        explanation=f"The first letter moves {up} forward each time and the second {down} back, so the next "
        f"pair is {_coded(key)}.",
        accepted=(_coded(key),),
    )


def _pair(first: int, second: int) -> str:
    return LETTERS[first] + LETTERS[second]


def _coded(code: object) -> str:
    assert isinstance(code, int)
    return _pair(*divmod(code, 26))
