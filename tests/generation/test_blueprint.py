"""The blueprint: how questions are shared among skills, difficulties and cognitive levels."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generation.tools import FakeTools, brief, skill
from workers.generation.brief import COGNITIVE_LEVELS, Analysis, Cell, SkillNeed
from workers.generation.engines import offline
from workers.generation.pipeline import State
from workers.generation.stages.blueprint import MIX, allocate, blueprint, largest_remainders

needs = st.lists(
    st.builds(lambda weight, must: skill("s", weight, must), st.integers(1, 5), st.booleans()),
    min_size=1,
    max_size=8,
)


def cells_of(
    total: int, skills: list[SkillNeed], seniority: str = "intermediate", seed: int = 1
) -> tuple[Cell, ...]:
    analysis = Analysis(seniority, "", tuple(skills))
    state = State(brief(number_of_questions=total), offline.ENGINE, analysis)
    return asyncio.run(blueprint(state, FakeTools(seed=seed))).cells


@given(st.integers(5, 100), needs)
def test_shares_add_up_and_a_heavier_skill_never_has_fewer(total: int, skills: list[SkillNeed]) -> None:
    counts = allocate(total, skills)
    assert sum(counts) == total
    assert min(counts) >= 0
    for one, mine in zip(skills, counts, strict=True):
        for other, theirs in zip(skills, counts, strict=True):
            if one.must_have == other.must_have and one.weight > other.weight:
                assert mine >= theirs


@given(st.integers(1, 100), needs)
def test_no_must_have_goes_without_while_another_skill_has_one(total: int, skills: list[SkillNeed]) -> None:
    counts = allocate(total, skills)
    without = [need for need, count in zip(skills, counts, strict=True) if need.must_have and not count]
    if without:
        assert all(need.must_have for need, count in zip(skills, counts, strict=True) if count)
        assert total < len(skills)
    if total >= len(skills):
        assert min(counts) >= 1


@pytest.mark.parametrize(
    ("total", "skills", "counts"),
    [
        (20, [(5, True), (3, False), (2, False)], [12, 5, 3]),
        (10, [(3, False)] * 3, [4, 3, 3]),
        (2, [(1, True), (5, False), (1, True)], [1, 0, 1]),
        (3, [(5, False), (1, True), (4, False), (3, False)], [1, 1, 1, 0]),
        (5, [(1, False)], [5]),
    ],
)
def test_shares_follow_weight_and_must_haves_count_double(
    total: int, skills: list[tuple[int, bool]], counts: list[int]
) -> None:
    assert allocate(total, [skill("s", weight, must) for weight, must in skills]) == counts


@given(st.integers(0, 200), st.lists(st.integers(1, 50), min_size=1, max_size=10))
def test_largest_remainders_is_never_off_by_a_whole_question(total: int, weights: list[int]) -> None:
    shares = largest_remainders(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * weight / sum(weights)) < 1


@pytest.mark.parametrize("seniority", MIX)
@pytest.mark.parametrize("total", [5, 20, 37, 100])
def test_difficulties_follow_the_level_of_the_role(seniority: str, total: int) -> None:
    cells = cells_of(total, [skill("a", 5, True), skill("b", 2)], seniority)
    counts = Counter(cell.difficulty for cell in cells)
    for difficulty, percent in zip(("entry", "intermediate", "senior"), MIX[seniority], strict=True):
        assert abs(counts[difficulty] - total * percent / 100) < 1


def test_a_senior_s_form_is_harder_than_a_beginner_s() -> None:
    hard = Counter(cell.difficulty for cell in cells_of(20, [skill()], "senior"))
    easy = Counter(cell.difficulty for cell in cells_of(20, [skill()], "entry"))
    assert hard["senior"] > easy["senior"]
    assert hard["entry"] < easy["entry"]


def test_most_cells_ask_for_more_than_memory() -> None:
    levels = Counter(cell.cognitive_level for cell in cells_of(40, [skill("a"), skill("b")]))
    assert set(levels) <= set(COGNITIVE_LEVELS)
    assert levels["remember"] <= 10


def test_the_cells_of_a_skill_stand_together_and_one_seed_gives_one_blueprint() -> None:
    skills = [skill("a", 5), skill("b", 3), skill("c", 1)]
    cells = cells_of(20, skills)
    order = [cell.skill.id for cell in cells]
    assert order == sorted(order)
    assert cells == cells_of(20, skills)
    assert any(cells != cells_of(20, skills, seed=seed) for seed in range(2, 8))


@pytest.mark.parametrize("count", range(1, 11))
def test_skills_of_equal_weight_get_an_even_share(count: int) -> None:
    shares = allocate(10, [skill(f"s{number}", 3, True) for number in range(count)])
    assert sum(shares) == 10
    assert max(shares) - min(shares) <= 1
