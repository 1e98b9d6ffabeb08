"""Percentages: changes, points against percent, one change after another."""

import random
from fractions import Fraction

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.figures import Mistake, Number, asked, beside, figure, percent, plain

MEASURES = (
    "the number of visitors to a website",
    "the number of orders that a shop ships in a month",
    "the monthly output of a workshop",
    "the number of calls that a help desk takes in a week",
    "the yearly electricity use of an office, in kWh,",
    "the number of members of a sports club",
    "the average price of a hotel night",
    "the number of passengers on a bus line",
    "the weekly revenue of a café",
    "the number of open support tickets",
    "the number of returned parcels",
    "the quarterly cost of cloud servers",
)


@item_model(
    "percentage-change",
    skills=("numerical-reasoning", "data-literacy", "reporting", "data-analysis", "financial-analysis"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def percentage_change(rng: random.Random) -> Draw:
    """A rise or a fall in percent of the old value."""
    old = rng.randrange(120, 2400, 4)
    rate = rng.choice([*range(-45, -9), *range(10, 80)])
    new = old * (100 + rate) // 100
    change = abs(new - old)
    verb, past = ("rise", "rose") if new > old else ("fall", "fell")
    mistakes: list[Mistake] = [
        (percent(change, new), "The change is divided by the new value."),
        (percent(change, old + new), "The change is divided by the sum of both values."),
        (percent(new, old), "The new value is given as a percentage of the old one."),
        (percent(old, new), "The old value is given as a percentage of the new one."),
        (percent(2 * change, old + new), "The change is divided by the mean of both values."),
        (change, "The change itself is taken for the percentage."),
    ]
    measure = rng.choice(MEASURES)
    key = percent(change, old)
    return asked(
        rng,
        f"{measure[0].upper()}{measure[1:]} {past} from {figure(old)} to {figure(new)}. By what percentage "
        f"did it {verb}? Round to a whole percent.",
        key,
        mistakes,
        f"The change is {figure(change)}; {figure(change)} / {figure(old)} = {figure(key / 100, 3)}, "
        f"about {figure(key)}%.",
        form="{}%",
        tolerance="0.5",
    )


RATES = (
    "the error rate of a process",
    "a firm's market share",
    "the conversion rate of a shop",
    "the share of staff who work part-time",
    "the unemployment rate of a town",
    "the interest rate on a loan",
    "the share of parcels that arrive late",
    "the vacancy rate of a hotel",
    "the absence rate of a department",
    "the return rate of an online shop",
)


@item_model(
    "points-or-percent",
    skills=("numerical-reasoning", "data-literacy", "reporting", "statistics", "critical-thinking"),
    difficulty="intermediate",
    cognitive_level="understand",
    seconds=45,
    type="true_false",
)
def points_or_percent(rng: random.Random) -> Draw:
    """Whether a change of a rate is stated rightly, in percent or in percentage points."""
    pairs = [
        (old, new)
        for old in range(2, 51)
        for new in range(2, 61)
        if new != old and 100 * (new - old) % old == 0 and old <= 2 * new and new <= 2 * old
    ]
    old, new = rng.choice(pairs)
    points = abs(new - old)
    relative = 100 * points // old
    in_points, is_true = rng.random() < 0.5, rng.random() < 0.5
    stated = points if in_points == is_true else relative
    unit = ("percentage points" if stated != 1 else "percentage point") if in_points else "percent"
    verb, noun = ("rises", "a rise") if new > old else ("falls", "a fall")
    right, other = ("True", "False") if is_true else ("False", "True")
    rate = rng.choice(RATES)
    return Draw(
        stem=f"If {rate} {verb} from {old}% to {new}%, that is {noun} of {stated} {unit}.",
        right=(right,),
        wrong=(Wrong(other, "Percent and percentage points are confused."),),
        explanation=f"The difference of the two rates is {points} percentage point{'s' * (points != 1)}; "
        f"in proportion to the old rate it is {points} / {old} = {relative} percent.",
    )


GOODS = (
    "a machine part",
    "a train ticket",
    "a software licence",
    "a hotel room",
    "a box of printer paper",
    "a litre of heating oil",
    "an insurance policy",
    "a gym membership",
    "an office chair",
    "a bag of cement",
    "a kilogram of coffee",
    "a share",
)
TIMES = ("a month later", "in the next year", "half a year later", "after the holidays")


@item_model(
    "successive-changes",
    skills=("numerical-reasoning", "pricing-strategy", "critical-thinking", "financial-analysis"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def successive_changes(rng: random.Random) -> Draw:
    """Two changes of a price one after the other; the second is of the changed price."""
    first, second = (rng.choice([-1, 1]) * rng.randrange(10, 70, 10) for _ in range(2))
    both = Fraction(first * second, 100)
    key = first + second + both
    mistakes: list[Mistake] = [
        (first + second, "The two percentages are added."),
        (first + second - both, "The percentage of the percentage is taken off where it has to be added."),
        (Fraction(first + second, 2), "The mean of the two percentages is taken."),
        (-key, "The right size of the change is taken in the wrong direction."),
        (100 + key if key > 0 else -100 - key, "What the price then is, is taken for the change."),
        (both, "The two percentages are multiplied with each other only."),
        (first, "The second change is left out."),
    ]
    return Draw(
        stem=f"The price of {rng.choice(GOODS)} is {_moved(first)} and, {rng.choice(TIMES)}, "
        f"{_moved(second)}. How does the price after both changes compare with the first price?",
        right=(_compared(key),),
        wrong=beside(rng, key, [one for one in mistakes if one[0] > -100], _compared, most_apart=None),
        explanation=f"{plain(1 + Fraction(first, 100))} x {plain(1 + Fraction(second, 100))} = "
        f"{plain(1 + key / 100)}, so the price is {_compared(key)}.",
    )


def _moved(rate: int) -> str:
    return f"{'raised' if rate > 0 else 'lowered'} by {abs(rate)}%"


def _compared(rate: Number) -> str:
    if not rate:
        return "unchanged"
    return f"{plain(abs(Fraction(rate)))}% {'higher' if rate > 0 else 'lower'}"
