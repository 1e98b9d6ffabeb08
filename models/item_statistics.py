"""What answers tell: of questions their difficulty, discrimination and options' shares, of a form its
reliability, of scores their distribution.

Classical test theory (Crocker and Algina, Introduction to Classical and Modern Test Theory, 1986). Sums are
whole numbers, so that a correlation of nothing is exactly 0 and no key is suspected for a rounding. Figures
of small samples say nothing and are None: see the constants.
"""

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Below so many candidates a share or a percentile is chance.
LEAST_FOR_SHARES = 5
# With 20 a correlation of nothing still strays by 0.23 (1/√(n-1)); below, it says nothing at all.
LEAST_FOR_CORRELATION = 20
BINS = 10


@dataclass(frozen=True)
class Item:
    """A question: the ids of its options where those are chosen from, none for what is typed or ordered."""

    id: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answered:
    """What one candidate did with a question: whether it was right, and which options were chosen."""

    is_right: bool
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemStatistics:
    """A question's figures; `n` is how many candidates had it.

    `difficulty` is the share that was right (p); `discrimination` the point-biserial correlation of the
    question with the score of the others (corrected); `options` the share of candidates that chose each, by
    id; `omitted` the share that gave no answer. `is_suspect` says that the better candidates were wrong more
    often: the key may be.
    """

    id: str
    n: int
    difficulty: float | None
    discrimination: float | None
    options: Mapping[str, float] | None
    omitted: float | None
    is_suspect: bool


@dataclass(frozen=True)
class FormStatistics:
    """A form's figures: mean and deviation of the number right, and its reliability."""

    n: int
    mean: float | None
    deviation: float | None
    kr20: float | None
    items: tuple[ItemStatistics, ...]


@dataclass(frozen=True)
class ScoreStatistics:
    """How percent scores are spread; `distribution` counts those from 0, 10, …, 90 to the next."""

    n: int
    mean: float | None
    deviation: float | None
    percentiles: Mapping[str, float] | None
    distribution: tuple[int, ...] | None


def form_statistics(items: Sequence[Item], candidates: Sequence[Mapping[str, Answered]]) -> FormStatistics:
    """The figures of a form with these questions.

    Each candidate is question id -> what was done with it; what is not there was not answered, and is wrong.
    """
    rows = [[item.id in one and one[item.id].is_right for item in items] for one in candidates]
    totals = [sum(row) for row in rows]
    has_enough = len(rows) >= LEAST_FOR_SHARES
    return FormStatistics(
        n=len(rows),
        mean=sum(totals) / len(totals) if has_enough else None,
        deviation=deviation(totals) if has_enough else None,
        kr20=kr20(rows),
        items=tuple(
            _item(item, [row[place] for row in rows], totals, [one.get(item.id) for one in candidates])
            for place, item in enumerate(items)
        ),
    )


def _item(
    item: Item, right: Sequence[bool], totals: Sequence[int], answers: Sequence[Answered | None]
) -> ItemStatistics:
    count = len(right)
    has_enough = count >= LEAST_FOR_SHARES
    rest = [total - hit for total, hit in zip(totals, right, strict=True)]
    discrimination = correlation(right, rest) if count >= LEAST_FOR_CORRELATION else None
    return ItemStatistics(
        id=item.id,
        n=count,
        difficulty=sum(right) / count if has_enough else None,
        discrimination=discrimination,
        options=_shares(item, answers) if has_enough and item.options else None,
        omitted=answers.count(None) / count if has_enough else None,
        is_suspect=discrimination is not None and discrimination < 0,
    )


def _shares(item: Item, answers: Sequence[Answered | None]) -> dict[str, float]:
    """Of a multiple select they sum to more than 1, of others to 1 with what was omitted."""
    counts = Counter(option for answer in answers if answer is not None for option in answer.chosen)
    return {option: counts[option] / len(answers) for option in item.options}


def kr20(rows: Sequence[Sequence[bool]]) -> float | None:
    """The reliability, k/(k-1) · (1 - Σpq/σ²), with the population's variance; None where that is 0.

    Kuder and Richardson, The theory of the estimation of test reliability, Psychometrika 2 (1937), formula
    20. `rows` are the candidates, each with its questions. 1 at most; below 0 where questions contradict
    each other.
    """
    count = len(rows)
    length = len(rows[0]) if rows else 0
    if count < LEAST_FOR_CORRELATION or length < 2:
        return None
    variance = _variance_sum([sum(row) for row in rows])
    if variance == 0:
        return None
    hits = [sum(column) for column in zip(*rows, strict=True)]
    products: int = sum(hit * (count - hit) for hit in hits)
    return length * (variance - products) / ((length - 1) * variance)


def deviation(values: Sequence[int]) -> float:
    """The standard deviation of these values themselves (the population's)."""
    return math.sqrt(_variance_sum(values)) / len(values)


def correlation(one: Sequence[int], other: Sequence[int]) -> float | None:
    """Pearson's r, which of a question and a score is the point-biserial; None where one does not vary."""
    spread = _variance_sum(one) * _variance_sum(other)
    if spread == 0:
        return None
    products = sum(a * b for a, b in zip(one, other, strict=True))
    return (len(one) * products - sum(one) * sum(other)) / math.sqrt(spread)


def _variance_sum(values: Sequence[int]) -> int:
    """The population's variance, times the square of the number of values: n·Σx² - (Σx)²."""
    total = sum(values)
    return len(values) * sum(value * value for value in values) - total * total


def score_statistics(scores: Sequence[int]) -> ScoreStatistics:
    """How percent scores are spread.

    Percentiles lie between the scores in proportion: definition 7 of Hyndman and Fan, Sample Quantiles in
    Statistical Packages, The American Statistician 50 (1996), which spreadsheets have too.
    """
    count = len(scores)
    if count < LEAST_FOR_SHARES:
        return ScoreStatistics(count, None, None, None, None)
    twentieths = statistics.quantiles(scores, n=20, method="inclusive")
    bins = Counter(min(score * BINS // 100, BINS - 1) for score in scores)
    return ScoreStatistics(
        n=count,
        mean=sum(scores) / count,
        deviation=deviation(scores),
        percentiles={f"p{share}": twentieths[share // 5 - 1] for share in (10, 25, 50, 75, 90)},
        distribution=tuple(bins[place] for place in range(BINS)),
    )


def percentile_rank(score: int, scores: Sequence[int]) -> int | None:
    """The share of scores below, and half of the equal ones, in whole percent, half up.

    The score is one of them. So Crocker and Algina define it.
    """
    count = len(scores)
    if count < LEAST_FOR_SHARES:
        return None
    below = sum(one < score for one in scores)
    equal = sum(one == score for one in scores)
    return (200 * below + 100 * equal + count) // (2 * count)
