"""What answers tell of questions, forms and scores: each formula against figures that come from elsewhere."""

import math
import random
import statistics
from collections.abc import Sequence
from fractions import Fraction

import pytest

from models.item_statistics import (
    Answered,
    FormStatistics,
    Item,
    correlation,
    deviation,
    form_statistics,
    kr20,
    percentile_rank,
    score_statistics,
)

Rows = list[list[bool]]


def rows_of(text: str) -> Rows:
    """A candidate for each word, a question for each digit."""
    return [[digit == "1" for digit in word] for word in text.split()]


def figures(rows: Rows) -> FormStatistics:
    """The figures of a form whose questions are q0, q1, …"""
    items = [Item(f"q{place}") for place in range(len(rows[0]))]
    return form_statistics(
        items, [{f"q{place}": Answered(hit) for place, hit in enumerate(row)} for row in rows]
    )


def at_random(seed: int, candidates: int, questions: int) -> Rows:
    """Answers in which ability and difficulty both count."""
    dice = random.Random(seed)
    rows = []
    for _ in range(candidates):
        ability = dice.gauss(0, 1)
        rows.append(
            [dice.random() < 1 / (1 + math.exp(place / 3 - 1 - ability)) for place in range(questions)]
        )
    return rows


def cronbach(rows: Sequence[Sequence[bool]]) -> float:
    """Cronbach's alpha, of which KR-20 is the case of right or wrong, by the variances of the library."""
    length = len(rows[0])
    inside = sum(statistics.pvariance([int(row[place]) for row in rows]) for place in range(length))
    return length / (length - 1) * (1 - inside / statistics.pvariance([sum(row) for row in rows]))


def by_means(hits: Sequence[bool], scores: Sequence[int]) -> float:
    """The point-biserial by its textbook form: (M₁ - M₀)/σ · √(pq)."""
    right = [score for hit, score in zip(hits, scores, strict=True) if hit]
    wrong = [score for hit, score in zip(hits, scores, strict=True) if not hit]
    p = len(right) / len(hits)
    apart = statistics.fmean(right) - statistics.fmean(wrong)
    return apart / statistics.pstdev(scores) * math.sqrt(p * (1 - p))


# A perfect scale of 4 questions and 5 steps, 4 candidates on each: by hand p = .8 .6 .4 .2, Σpq = .8,
# σ² = 2, so that KR-20 = 4/3 · (1 - .4) = .8.
SCALE = rows_of("0000 1000 1100 1110 1111 " * 4)


@pytest.mark.parametrize(("rows", "expected"), [
    (SCALE, 0.8),
    # All questions say the same.
    (rows_of("0000 1111 " * 10), 1.0),
    # Every pattern of two coins once: nothing is measured.
    (rows_of("00 01 10 11 " * 5), 0.0),
    # Questions that contradict each other: p = .5 .5 .5, Σpq = .75, σ² = .25.
    (rows_of("110 001 " * 10), -3.0),
])  # fmt: skip
def test_kr20_is_what_it_comes_to_by_hand(rows: Rows, expected: float) -> None:
    assert kr20(rows) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_kr20_is_cronbach_s_alpha_of_right_and_wrong(seed: int) -> None:
    rows = at_random(seed, candidates=20 + 7 * seed, questions=2 + seed)
    found = kr20(rows)
    assert found == pytest.approx(cronbach(rows), abs=1e-9)
    assert found is not None
    assert found <= 1


@pytest.mark.parametrize("rows", [
    [],
    SCALE[:19],
    rows_of("1 0 " * 10),
    rows_of("111 " * 25),
    rows_of("000 " * 25),
    rows_of("10 01 " * 10),
], ids=["nobody", "too few", "one question", "all right", "all wrong", "all scores equal"])  # fmt: skip
def test_there_is_no_kr20_without_enough_candidates_questions_and_variance(rows: Rows) -> None:
    assert kr20(rows) is None


def test_difficulty_and_discrimination_are_what_they_come_to_by_hand() -> None:
    found = figures(SCALE)
    assert [item.difficulty for item in found.items] == [0.8, 0.6, 0.4, 0.2]
    assert (found.n, found.mean, found.deviation) == (20, 2.0, pytest.approx(math.sqrt(2)))
    # The first with the three others: 4 · (0, 0, 1, 2, 3) of them; (1.5 - 0)/√1.36 · √.16.
    assert found.items[0].discrimination == pytest.approx(1.5 / math.sqrt(1.36) * 0.4)
    assert found.items[3].discrimination == pytest.approx(found.items[0].discrimination)


@pytest.mark.parametrize("seed", range(20))
def test_discrimination_is_the_correlation_with_the_rest_of_the_form(seed: int) -> None:
    rows = at_random(seed, candidates=20 + 5 * seed, questions=3 + seed)
    for place, item in enumerate(figures(rows).items):
        hits = [row[place] for row in rows]
        rest = [sum(row) - row[place] for row in rows]
        if len(set(hits)) == 1 or len(set(rest)) == 1:
            assert item.discrimination is None
            continue
        assert item.discrimination == pytest.approx(statistics.correlation(hits, rest), abs=1e-9)
        assert item.discrimination == pytest.approx(by_means(hits, rest), abs=1e-9)
        assert -1 <= item.discrimination <= 1
        assert item.is_suspect == (item.discrimination < 0)


def test_a_question_that_the_better_get_wrong_is_suspect() -> None:
    turned = [[*row[:3], not row[3]] for row in rows_of("0000 1000 1100 1111 1111 " * 4)]
    found = figures(turned)
    assert [item.is_suspect for item in found.items] == [False, False, False, True]
    assert found.items[3].discrimination is not None
    assert found.items[3].discrimination < 0
    assert [item.is_suspect for item in figures(turned[:19]).items] == [False] * 4


def test_a_question_that_has_nothing_to_do_with_the_others_is_not_suspect_for_a_rounding() -> None:
    rows = rows_of("000 001 110 111 100 101 010 011 " * 3)
    assert figures(rows).items[2].discrimination == 0
    assert not figures(rows).items[2].is_suspect


@pytest.mark.parametrize("hits", ["1" * 20, "0" * 20])
def test_a_question_that_all_got_right_or_wrong_discriminates_nothing(hits: str) -> None:
    rows = [[*row, hit == "1"] for row, hit in zip(SCALE, hits, strict=True)]
    found = figures(rows).items[4]
    assert (found.difficulty, found.discrimination, found.is_suspect) == (int(hits[0]), None, False)


def test_a_form_of_one_question_has_a_difficulty_and_nothing_to_correlate_it_with() -> None:
    found = figures(rows_of("1 0 " * 10))
    assert found.kr20 is None
    assert (found.items[0].difficulty, found.items[0].discrimination) == (0.5, None)


@pytest.mark.parametrize(("count", "has_shares", "has_correlations"), [
    (0, False, False), (4, False, False), (5, True, False), (19, True, False), (20, True, True),
])  # fmt: skip
def test_figures_of_too_few_candidates_are_none(count: int, has_shares: bool, has_correlations: bool) -> None:
    items = [Item(f"q{place}", ("a",)) for place in range(4)]
    candidates = [{f"q{at}": Answered(hit, ("a",)) for at, hit in enumerate(row)} for row in SCALE[:count]]
    found = form_statistics(items, candidates)
    assert found.n == count
    for figure in (found.mean, found.deviation):
        assert (figure is not None) is has_shares
    assert (found.kr20 is not None) is has_correlations
    for item in found.items:
        assert item.n == count
        for figure in (item.difficulty, item.options, item.omitted):
            assert (figure is not None) is has_shares
        assert (item.discrimination is not None) is has_correlations


def test_what_was_not_answered_is_wrong_and_counted_as_omitted() -> None:
    items = [Item("one", ("a", "b", "c")), Item("many", ("a", "b", "c")), Item("typed")]
    candidates = [
        {"one": Answered(True, ("a",)), "many": Answered(True, ("a", "b")), "typed": Answered(True)},
        {"one": Answered(False, ("b",)), "many": Answered(False, ("b",))},
        {"one": Answered(True, ("a",)), "typed": Answered(False)},
        {"many": Answered(False, ())},
        {},
    ]
    one, many, typed = form_statistics(items, candidates).items
    assert (one.difficulty, one.omitted, one.options) == (0.4, 0.4, {"a": 0.4, "b": 0.2, "c": 0.0})
    assert (many.difficulty, many.omitted, many.options) == (0.2, 0.4, {"a": 0.2, "b": 0.4, "c": 0.0})
    assert (typed.difficulty, typed.omitted, typed.options) == (0.2, 0.6, None)


@pytest.mark.parametrize(("one", "other", "expected"), [
    ([1, 2, 3], [2, 4, 6], 1.0),
    ([1, 2, 3], [3, 2, 1], -1.0),
    ([1, 2, 3], [1, 0, 1], 0.0),
    ([1, 1, 1], [1, 2, 3], None),
    ([1, 2, 3], [5, 5, 5], None),
])  # fmt: skip
def test_a_correlation_is_exact_at_its_ends_and_in_the_middle(
    one: list[int], other: list[int], expected: float | None
) -> None:
    assert correlation(one, other) == expected


@pytest.mark.parametrize("seed", range(10))
def test_a_perfect_correlation_is_never_more_than_1(seed: int) -> None:
    dice = random.Random(seed)
    values = [dice.randrange(100) for _ in range(200)]
    assert correlation(values, [3 * value + 7 for value in values]) == 1
    assert correlation(values, [100 - value for value in values]) == -1


@pytest.mark.parametrize("seed", range(10))
def test_the_deviation_is_the_population_s(seed: int) -> None:
    values = [random.Random(seed).randrange(101) for _ in range(5 + seed)]
    assert deviation(values) == pytest.approx(statistics.pstdev(values))


def between(scores: Sequence[int], share: int) -> Fraction:
    """Definition 7 of Hyndman and Fan, as they write it: x_j + g·(x_j+1 - x_j) at h = (n - 1)p + 1."""
    ordered = sorted(scores)
    place = Fraction((len(ordered) - 1) * share, 100)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


@pytest.mark.parametrize("seed", range(20))
def test_percentiles_lie_between_the_scores_in_proportion(seed: int) -> None:
    dice = random.Random(seed)
    scores = [dice.randrange(101) for _ in range(5 + 3 * seed)]
    found = score_statistics(scores)
    assert found.percentiles == {
        f"p{share}": pytest.approx(float(between(scores, share))) for share in (10, 25, 50, 75, 90)
    }
    assert found.percentiles["p50"] == statistics.median(scores)
    assert found.mean == pytest.approx(statistics.fmean(scores))
    assert found.deviation == pytest.approx(statistics.pstdev(scores))
    assert found.distribution is not None
    assert sum(found.distribution) == found.n == len(scores)


def test_the_distribution_has_the_best_in_its_last_bin() -> None:
    assert score_statistics([0, 9, 10, 89, 90, 99, 100]).distribution == (2, 1, 0, 0, 0, 0, 0, 0, 1, 3)


def test_scores_that_are_all_equal_have_percentiles_and_no_deviation() -> None:
    found = score_statistics([70] * 5)
    assert (found.mean, found.deviation) == (70, 0)
    assert set((found.percentiles or {}).values()) == {70}


@pytest.mark.parametrize("scores", [[], [50], [0, 25, 50, 75]])
def test_fewer_than_5_scores_say_nothing_but_their_number(scores: list[int]) -> None:
    found = score_statistics(scores)
    assert (found.n, found.mean, found.deviation) == (len(scores), None, None)
    assert (found.percentiles, found.distribution) == (None, None)
    assert percentile_rank(50, scores) is None


@pytest.mark.parametrize(("score", "scores", "rank"), [
    (10, [10, 20, 30, 40, 50], 10),
    (30, [10, 20, 30, 40, 50], 50),
    (50, [10, 20, 30, 40, 50], 90),
    (70, [70, 70, 70, 70, 70], 50),
    (60, [50, 60, 60, 60, 70, 80, 90, 100], 31),
    # 12.5 of 100 is 13: half up.
    (20, [10, 20, 20, 30, 40, 50, 60, 70, 80, 90, 91, 92, 93, 94, 95, 96], 13),
    (100, [100] + [0] * 999, 100),
])  # fmt: skip
def test_a_percentile_rank_counts_those_below_and_half_of_the_equal(
    score: int, scores: list[int], rank: int
) -> None:
    assert percentile_rank(score, scores) == rank


@pytest.mark.parametrize("seed", range(10))
def test_ranks_rise_with_the_score_and_average_to_the_middle(seed: int) -> None:
    dice = random.Random(seed)
    scores = sorted(dice.randrange(101) for _ in range(50))
    ranks = [percentile_rank(score, scores) or 0 for score in scores]
    assert ranks == sorted(ranks)
    assert all(0 <= rank <= 100 for rank in ranks)
    # Each rank is rounded by half a percent at most.
    assert statistics.fmean(ranks) == pytest.approx(50, abs=0.5)
