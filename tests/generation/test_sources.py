"""Question sources: found by registration, one to a name."""

import asyncio
import random
from collections.abc import Iterator
from pkgutil import iter_modules

import pytest

from settings import Models
from tests.generation.tools import FakeTools, brief, cell, item, skill
from workers.generation import sources
from workers.generation.brief import Item
from workers.generation.engines import Engine, claude, offline
from workers.generation.sources import Offer, Order
from workers.generation.sources.library import choose, distance
from workers.generation.tools import Tools


@pytest.fixture
def registered() -> Iterator[None]:
    """Take away what a test registers."""
    sources.load()
    before = dict(sources._SOURCES)
    yield
    sources._SOURCES.clear()
    sources._SOURCES.update(before)


async def nothing(order: Order, tools: Tools) -> Offer:
    return Offer(())


def test_a_second_source_under_one_name_is_an_error(registered: None) -> None:
    sources.source("test-only")(nothing)
    with pytest.raises(ValueError, match="'test-only'"):
        sources.source("test-only")(nothing)


def test_a_shipped_name_can_not_be_taken_and_the_shipped_source_stays(registered: None) -> None:
    shipped = sources.named("library")
    with pytest.raises(ValueError, match="'library'"):
        sources.source("library")(nothing)
    assert sources.named("library") is shipped


def test_a_registered_source_is_found_by_its_name(registered: None) -> None:
    assert sources.source("test-only")(nothing) is nothing
    assert sources.named("test-only") is nothing


def test_every_file_registers_a_source_under_its_own_name() -> None:
    sources.load()
    assert set(sources._SOURCES) == {module.name for module in iter_modules(sources.__path__)}


def test_an_unknown_source_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        sources.named("no such source")


@pytest.mark.parametrize("engine", [offline.ENGINE, claude.engine(Models())], ids=lambda engine: engine.name)
def test_every_engine_s_sources_exist(engine: Engine) -> None:
    for name in engine.sources + engine.fallbacks:
        assert callable(sources.named(name))


def order(cells: int, hits: int, taken: tuple[Item, ...] = ()) -> Order:
    need = skill(name="Python")
    return Order(
        1, brief(), need, tuple(cell(need) for _ in range(cells)), tuple(item(n) for n in range(hits)), taken
    )


def offered(an_order: Order, seed: int = 1) -> Offer:
    return asyncio.run(sources.named("library")(an_order, FakeTools(seed=seed)))


def test_the_library_says_why_it_is_short_and_nothing_when_it_is_not() -> None:
    assert offered(order(2, 5)).reason == ""
    assert offered(order(5, 2)).reason == "The library has 2 unused items on Python."


def test_the_library_offers_nothing_that_is_taken() -> None:
    taken = (item(0), item(1))
    offer = offered(order(5, 3, taken))
    assert [one for _, one in offer.filled] == [item(2)]


def test_chance_decides_between_items_that_fit_alike_and_the_seed_decides_chance() -> None:
    choices = {tuple(one.stem for _, one in offered(order(3, 12), seed).filled) for seed in range(20)}
    assert len(choices) > 15
    assert offered(order(3, 12), 5) == offered(order(3, 12), 5)


@pytest.mark.parametrize(
    ("difficulty", "level", "far"),
    [
        ("intermediate", "apply", 0),
        ("intermediate", "analyse", 1),
        ("intermediate", "remember", 2),
        ("senior", "apply", 3),
        ("entry", "remember", 5),
    ],
)
def test_a_wrong_difficulty_is_farther_than_any_wrong_level(difficulty: str, level: str, far: int) -> None:
    assert distance(cell(), item(difficulty=difficulty, cognitive_level=level)) == far


def test_choosing_gives_each_cell_at_most_one_item_and_leaves_the_list_alone() -> None:
    items = [item(n) for n in range(3)]
    chosen = choose([cell()] * 5, items, random.Random(1))
    assert sorted(one.stem for _, one in chosen) == [one.stem for one in items]
    assert len(items) == 3
