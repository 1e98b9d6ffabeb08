"""The form: where its keys stand, its sections, its time, its name, and what guessing would give."""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generation.tools import FakeTools, brief, cell, item, skill
from workers.generation.brief import Analysis, Cell, FormDraft, Item, Shortfall
from workers.generation.engines import Engine, offline
from workers.generation.guessing import guess_pass_chance
from workers.generation.option_order import in_shown_order
from workers.generation.pipeline import State
from workers.generation.stages.assemble import assemble

PYTHON = skill("python", 5, True, name="Python")
SQL = skill("sql", 3, name="SQL", group="databases")
WELDING = skill("underwater-welding", 1, name="Underwater Welding", group="other")


def form_of(filled: list[tuple[Cell, Item]], seed: int = 1, **more: Any) -> FormDraft:
    analysis = Analysis("intermediate", "A role.", (PYTHON, SQL))
    state = State(brief(more.pop("role", "Developer"), **more), offline.ENGINE, analysis, items=tuple(filled))
    form = asyncio.run(assemble(state, FakeTools(seed=seed))).form
    assert form is not None
    return form


def some(count: int) -> list[tuple[Cell, Item]]:
    return [
        (cell(PYTHON if number % 3 else SQL), item(number, seconds=30 + number)) for number in range(count)
    ]


def key_positions(count: int, rng: random.Random) -> list[int]:
    """Where the keys of so many items stand."""
    items = [item(number) for number in range(count)]
    return [
        options.index(one.options[0]) for one, options in zip(items, in_shown_order(items, rng), strict=True)
    ]


@pytest.mark.parametrize("count", range(5, 101))
def test_each_position_holds_the_key_equally_often_to_within_one(count: int) -> None:
    counts = Counter(key_positions(count, random.Random(count)))
    assert set(counts) <= {0, 1, 2, 3}
    assert sum(counts.values()) == count
    assert max(counts.values()) - min(counts[place] for place in range(4)) <= 1


def test_no_position_is_favoured_over_many_short_forms() -> None:
    counts = Counter(place for seed in range(400) for place in key_positions(5, random.Random(seed)))
    assert max(counts.values()) - min(counts.values()) < 100


def test_the_order_of_positions_can_not_be_guessed() -> None:
    assert len({tuple(key_positions(8, random.Random(seed))) for seed in range(50)}) > 40


@pytest.mark.parametrize("count", [5, 20, 100])
def test_a_form_s_options_are_shuffled_and_none_is_lost(count: int) -> None:
    form = form_of(some(count))
    places = Counter(placed.options.index(placed.item.options[0]) for placed in form.placed)
    assert max(places.values()) - min(places[place] for place in range(4)) <= 1
    assert all(sorted(placed.options) == sorted(placed.item.options) for placed in form.placed)


@pytest.mark.parametrize("cutoff", [0, 1, 33, 40, 50, 60, 63, 100])
@pytest.mark.parametrize("option_counts", [[4] * 5, [4] * 8, [2, 4, 5], [4]])
def test_the_chance_of_guessing_is_that_of_trying_every_way(cutoff: int, option_counts: list[int]) -> None:
    total = len(option_counts)
    chance = 0.0
    for answers in product(*(range(options) for options in option_counts)):
        right = sum(answer == 0 for answer in answers)
        if int(100 * right / total + 0.5) >= cutoff:
            ways = 1
            for options in option_counts:
                ways *= options
            chance += 1 / ways
    assert guess_pass_chance(cutoff, [1 / options for options in option_counts]) == pytest.approx(chance)


@pytest.mark.parametrize(("questions", "cutoff", "warned"), [(20, 40, True), (20, 60, False), (5, 40, True)])
def test_a_cutoff_that_guessing_reaches_too_often_is_warned_of(
    questions: int, cutoff: int, warned: bool
) -> None:
    warnings = form_of(some(questions), cutoff=cutoff).warnings
    assert bool(warnings) is warned
    if warned:
        chance = guess_pass_chance(cutoff, [0.25] * questions)
        assert f"{chance:.1%}" in warnings[0]
        assert f"{cutoff}%" in warnings[0]


@given(st.integers(1, 60))
def test_sections_add_up_to_the_form(count: int) -> None:
    form = form_of(some(count))
    assert sum(section.number_of_questions for section in form.sections) == count == len(form.placed)
    assert sum(section.seconds for section in form.sections) == sum(one.item.seconds for one in form.placed)
    for number, section in enumerate(form.sections):
        inside = [placed for placed in form.placed if placed.section == number]
        assert len(inside) == section.number_of_questions
        assert sum(placed.item.seconds for placed in inside) == section.seconds
    assert len(form.blueprint) == count


def test_sections_are_named_by_their_group_the_largest_first_and_easy_comes_before_hard() -> None:
    filled = [
        (cell(WELDING), item(1)),
        (cell(PYTHON), item(2, difficulty="senior")),
        (cell(PYTHON), item(3, difficulty="entry")),
        (cell(PYTHON), item(4, difficulty="intermediate")),
        (cell(SQL), item(5)),
        (cell(SQL), item(6)),
    ]
    form = form_of(filled)
    assert [section.name for section in form.sections] == [
        "Programming Languages",
        "Databases",
        "Other Skills",
    ]
    assert [section.skills for section in form.sections] == [("Python",), ("SQL",), ("Underwater Welding",)]
    difficulties = [placed.item.difficulty for placed in form.placed if placed.section == 0]
    assert difficulties == ["entry", "intermediate", "senior"]


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("Developer", "Developer Assessment"),
        ("  Senior\n Developer ", "Senior Developer Assessment"),
        ("Deve\u200bloper\u202e", "Developer Assessment"),
    ],
)
def test_a_form_is_named_after_its_role(role: str, name: str) -> None:
    assert form_of(some(5), role=role).name == name


def test_the_time_is_that_of_the_items_in_whole_minutes_unless_it_is_given() -> None:
    filled = [(cell(PYTHON), item(1, seconds=61)), (cell(PYTHON), item(2, seconds=60))]
    assert form_of(filled).duration_minutes == 3
    assert form_of(filled, duration_minutes=45).duration_minutes == 45


def test_skills_that_stand_in_are_listed_after_those_that_were_asked_for() -> None:
    form = form_of([(cell(WELDING), item(1)), (cell(PYTHON), item(2))])
    assert [need.id for need in form.skills] == ["python", "sql", "underwater-welding"]


def test_what_was_told_on_the_way_is_told_in_the_form() -> None:
    analysis = Analysis("intermediate", "A role.", (PYTHON,))
    short = (Shortfall("Python", 3, 1, "none"),)
    state = State(
        brief(cutoff=100),
        offline.ENGINE,
        analysis,
        items=((cell(PYTHON), item(1)),) * 5,
        shortfall=short,
        warnings=("Beware.",),
    )
    form = asyncio.run(assemble(state, FakeTools())).form
    assert form is not None
    assert form.shortfall == short
    assert form.warnings == ("Beware.",)
    assert form.engine == "offline"


@pytest.mark.parametrize(
    ("engine", "wish", "told"),
    [
        ("offline", {"language": "de"}, ["English"]),
        ("offline", {"language": "en"}, []),
        ("claude", {"mode": "economy"}, []),
        ("claude", {"mode": "live"}, []),
    ],
)
def test_a_wish_that_is_not_met_is_told(engine: str, wish: dict[str, str], told: list[str]) -> None:
    filled = [(one, replace(it, source="library")) for one, it in some(40)]
    maker = Engine(engine, offline.ENGINE.read, (), ("library",))
    analysis = Analysis("intermediate", "A role.", (PYTHON, SQL))
    state = State(brief("Developer", cutoff=60, **wish), maker, analysis, items=tuple(filled))
    form = asyncio.run(assemble(state, FakeTools())).form
    assert form is not None
    assert len(form.warnings) == len(told)
    assert all(word in warning for word, warning in zip(told, form.warnings, strict=True))
