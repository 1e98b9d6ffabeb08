"""How far blind guessing gets."""

from collections.abc import Sequence
from math import factorial

from workers.generation.brief import Item

# A cutoff that guessing reaches more often than this is warned of.
GUESSING_LIMIT = 0.05


def guess_chance(item: Item) -> float:
    """How likely a blind guess is right: one option of all, one subset that isn't empty, one order."""
    count = len(item.options)
    if item.type == "multiple_select":
        return 1 / ((1 << count) - 1)
    if item.type == "ordering":
        return 1 / factorial(count)
    return 1 / count if count else 0.0


def guess_pass_chance(cutoff: int, chances: Sequence[float]) -> float:
    """How likely blind guessing reaches the cutoff (a sum of independent Bernoulli trials, exact).

    `chances` are the questions'; the percent score is rounded half up, as `models/scoring.py` does it.
    """
    total = len(chances)
    sums = [1.0]
    for hit in chances:
        longer = [*sums, 0.0]
        sums = [longer[n] * (1 - hit) + (longer[n - 1] * hit if n else 0.0) for n in range(len(longer))]
    return sum(chance for right, chance in enumerate(sums) if (200 * right + total) // (2 * total) >= cutoff)


def guessing_warning(cutoff: int, items: Sequence[Item]) -> tuple[str, ...]:
    """What to tell of a cutoff that guessing reaches too often."""
    chance = guess_pass_chance(cutoff, [guess_chance(item) for item in items])
    if chance <= GUESSING_LIMIT:
        return ()
    return (
        f"Blind guessing passes a cutoff of {cutoff}% with a chance of {chance:.1%}; "
        "raise the cutoff or the number of questions.",
    )
