"""Filling the cells: from the engine's sources in turn, then from what is near, and telling what is short."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.generation.tools import FakeBank, FakeTools, brief, cell, item, made, skill
from workers.generation import sources
from workers.generation.brief import Analysis, Item, SkillNeed
from workers.generation.engines import Engine, offline
from workers.generation.pipeline import State
from workers.generation.sources import Offer, Order
from workers.generation.stages.fill import fill
from workers.generation.stages.write import write
from workers.generation.tools import GenerationFailed, Tools

pytestmark = pytest.mark.usefixtures("no_item_models")
PYTHON = skill("python", 5, True, name="Python")
SQL = skill("sql", 3, name="SQL", group="databases")


def items_of(skill_id: str, count: int, start: int = 0) -> list[Item]:
    return [item(f"{skill_id} {start + n}", skill=skill_id, skill_name=skill_id) for n in range(count)]


def state_of(
    counts: dict[SkillNeed, int], tools: FakeTools, engine: Engine = offline.ENGINE, **more: str
) -> State:
    cells = tuple(cell(need) for need, count in counts.items() for _ in range(count))
    return State(
        brief(**more),  # type: ignore[arg-type]
        engine,
        Analysis("intermediate", "", tuple(counts)),
        cells,
        {need.id: tools.bank.shipped(need.id) for need in counts},
    )


def filled(state: State, tools: FakeTools) -> State:
    """The state after writing and filling, without the gates between them."""

    async def run() -> State:
        return await fill(await write(state, tools), tools)

    return asyncio.run(run())


def written(counts: dict[SkillNeed, int], bank: dict[str, list[Item]], **more: str) -> State:
    tools = FakeTools(bank=FakeBank(bank))
    return filled(state_of(counts, tools, **more), tools)


def skills_in(state: State) -> Counter[str]:
    return Counter(one.skill for _, one in state.items)


def test_cells_are_filled_with_items_of_their_own_skill() -> None:
    state = written({PYTHON: 3, SQL: 2}, {"python": items_of("python", 5), "sql": items_of("sql", 5)})
    assert skills_in(state) == {"python": 3, "sql": 2}
    assert all(place.skill.id == one.skill for place, one in state.items)
    assert (state.shortfall, state.warnings) == ((), ())


def test_an_item_that_fits_its_cell_is_taken_before_one_that_does_not() -> None:
    bank = [
        item(1, difficulty="entry"),
        item(2, difficulty="senior"),
        item(3, difficulty="intermediate", cognitive_level="remember"),
        item(4, difficulty="intermediate"),
    ]
    state = written({PYTHON: 1}, {"python": bank})
    assert state.items[0][1] == bank[3]


def test_the_nearest_neighbour_stands_in_first_and_is_told() -> None:
    bank = {name: items_of(name, 9) for name in ("django", "flask", "sql", "problem-solving")}
    state = written({PYTHON: 2, SQL: 2}, bank)
    assert skills_in(state) == {"django": 2, "sql": 2}
    assert state.warnings == ("django stands in for Python in 2 questions.",)
    assert state.shortfall == ()


def test_a_stand_in_s_cell_names_the_skill_that_the_item_is_about() -> None:
    state = written({PYTHON: 1}, {"django": items_of("django", 1)})
    place, one = state.items[0]
    assert (place.skill.id, place.skill.group, place.skill.must_have) == ("django", "backend", False)
    assert one.skill == "django"


def test_after_neighbours_the_form_s_other_skills_stand_in() -> None:
    unknown = skill("basket-weaving", name="Basket Weaving", group="other")
    state = written({unknown: 2, SQL: 1}, {"sql": items_of("sql", 9), "problem-solving": items_of("p", 9)})
    assert skills_in(state) == {"sql": 3}
    assert "SQL" not in [short.skill for short in state.shortfall]


def test_no_skill_that_stands_in_is_emptied_while_another_near_one_has_items() -> None:
    bank = {"django": items_of("django", 6), "flask": items_of("flask", 6)}
    assert skills_in(written({PYTHON: 5}, bank)) == {"django": 3, "flask": 2}
    assert skills_in(written({PYTHON: 9}, bank)) == {"django": 6, "flask": 3}


def test_near_skills_are_emptied_before_general_aptitude_is_tested() -> None:
    bank = {"django": items_of("django", 6), "problem-solving": items_of("problem-solving", 6)}
    unlike_python = skill("django", name="Django", group="backend")
    assert skills_in(written({unlike_python: 7}, bank)) == {"django": 6, "problem-solving": 1}


def test_at_last_general_aptitude_stands_in() -> None:
    unknown = skill("basket-weaving", name="Basket Weaving", group="other")
    state = written(
        {unknown: 3}, {"problem-solving": items_of("problem-solving", 2), "teamwork": items_of("teamwork", 2)}
    )
    assert skills_in(state) == {"problem-solving": 2, "teamwork": 1}
    assert len(state.warnings) == 2
    assert state.warnings[1] == "teamwork stands in for Basket Weaving in 1 question."


def test_what_is_short_is_told_by_skill_and_adds_up() -> None:
    state = written({PYTHON: 5, SQL: 4}, {"python": items_of("python", 2), "sql": items_of("sql", 1)})
    assert len(state.items) == 3
    assert sum(short.requested - short.delivered for short in state.shortfall) == 9 - 3
    told = {short.skill: (short.requested, short.delivered, short.reason) for short in state.shortfall}
    assert told == {
        "Python": (5, 2, "The library has 2 unused items on Python."),
        "SQL": (4, 1, "The library has 1 unused items on SQL."),
    }


def test_a_shortfall_fails_the_job_where_that_was_asked_for() -> None:
    with pytest.raises(GenerationFailed, match="Only 2 of 5 questions") as caught:
        written({PYTHON: 5}, {"python": items_of("python", 2)}, on_shortfall="fail")
    assert caught.value.code == "SHORTFALL"


def test_a_whole_form_does_not_fail_where_a_shortfall_would() -> None:
    state = written({PYTHON: 2}, {"django": items_of("django", 2)}, on_shortfall="fail")
    assert len(state.items) == 2


@pytest.mark.parametrize("on_shortfall", ["partial", "fail"])
def test_a_form_without_any_question_is_never_made(on_shortfall: str) -> None:
    with pytest.raises(GenerationFailed) as caught:
        written({PYTHON: 5}, {}, on_shortfall=on_shortfall)
    assert caught.value.code == "GENERATION_FAILED"


def test_one_question_in_other_letters_is_not_asked_twice() -> None:
    first = item(1, stem="Which one is it, then?")
    again = replace(first, stem="WHICH one - is it then", skill="sql", skill_name="SQL")
    state = written({PYTHON: 1, SQL: 1}, {"python": [first], "sql": [again]})
    assert len(state.items) == 1
    assert state.shortfall[0].delivered == 0


def test_where_a_repeat_is_dropped_another_item_of_that_skill_takes_its_place() -> None:
    first = item(1)
    twin = replace(first, skill="sql", skill_name="SQL")
    for seed in range(8):
        tools = FakeTools(seed=seed, bank=FakeBank({"python": [first], "sql": [twin, *items_of("sql", 1)]}))
        state = filled(state_of({PYTHON: 1, SQL: 1}, tools), tools)
        assert skills_in(state) == {"python": 1, "sql": 1}
        assert state.warnings == ()


@pytest.mark.parametrize("questions", [5, 20, 60, 100])
def test_no_question_stands_twice_in_a_form(questions: int) -> None:
    form = made(brief(number_of_questions=questions))
    assert len({placed.item.identity for placed in form.placed}) == len(form.placed) == questions


def test_progress_is_said_and_never_runs_back() -> None:
    tools = FakeTools()
    made(brief(), tools)
    progress = [value for _, value in tools.lines if value is not None]
    assert progress == sorted(progress)
    assert progress[-1] < 1
    assert "AI Progress: Searching for skill: Python (1/" in tools.log
    assert "AI Progress: Completed search for skill: Python (found " in tools.log


@pytest.fixture
def three_sources() -> Iterator[Engine]:
    """An engine whose sources give one item each, or none and a reason."""
    sources.load()
    names = ("test-one", "test-two", "test-three")

    def add(name: str) -> None:
        @sources.source(name)
        async def give(order: Order, tools: Tools) -> Offer:
            return Offer(((order.cells[0], item(name)),), f"{name} has but one.")

    for name in names:
        add(name)
    yield Engine("three", offline.read, names, ())
    for name in names:
        sources._SOURCES.pop(name)


def test_each_source_is_asked_for_what_those_before_it_could_not_give(three_sources: Engine) -> None:
    tools = FakeTools(bank=FakeBank({}))
    state = filled(state_of({PYTHON: 3}, tools, three_sources), tools)
    assert len({one.stem for _, one in state.items}) == 3
    assert state.shortfall == ()


def test_that_the_first_source_failed_is_told_even_where_a_later_one_made_it_good(
    three_sources: Engine,
) -> None:
    tools = FakeTools(bank=FakeBank({}))
    state = filled(state_of({PYTHON: 2}, tools, three_sources), tools)
    assert state.warnings == ("test-one has but one.",)
