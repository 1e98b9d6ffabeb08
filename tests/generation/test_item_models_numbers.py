"""Each model of figures, tables and logic against a solver that reads the item and works it out anew."""

import random
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from importlib import import_module

import pytest

from tests.generation import worked_again
from tests.generation.worked_again import NUMBER, Answer, number
from workers.generation import item_models
from workers.generation.brief import Item
from workers.generation.item_models import ItemModel, drawn

SOLVERS = worked_again.load()
FILES = (
    "accounting",
    "dates",
    "ledger",
    "logic",
    "marketing_metrics",
    "measures",
    "money",
    "operations",
    "orders",
    "percentages",
    "planning",
    "series",
    "shop",
    "spreadsheets",
    "statistics",
)
MODELS = {
    name: model
    for name, model in item_models.load().items()
    if model.make.__module__ in {f"{item_models.__name__}.{file}" for file in FILES}
}
DRAWS = 40
each_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
TYPES = {name: model.types() for name, model in MODELS.items()}
each_number = pytest.mark.parametrize("name", [name for name in MODELS if "numeric" in TYPES[name]])
each_short = pytest.mark.parametrize("name", [name for name in MODELS if "short_answer" in TYPES[name]])


def right_options(item: Item, answer: Answer) -> tuple[str, ...]:
    """The options that say the answer, a number at as many decimals as they have."""
    if isinstance(answer, tuple):
        return answer
    if isinstance(answer, bool):
        return (str(answer),)
    if isinstance(answer, str | set):
        texts = {answer} if isinstance(answer, str) else answer
        return tuple(option for option in item.options if option in texts)
    return tuple(option for option in item.options if _says(option, Fraction(answer)))


def _says(option: str, answer: Fraction) -> bool:
    text = NUMBER.search(option)
    assert text is not None, option
    shown = Decimal(text[0].replace(",", ""))
    with localcontext(prec=60):
        exact = Decimal(answer.numerator) / Decimal(answer.denominator)
        return exact.quantize(shown, ROUND_HALF_UP) == shown


def test_every_model_has_a_solver_and_every_solver_a_model() -> None:
    assert set(SOLVERS) == set(MODELS)


def test_every_file_named_here_has_models() -> None:
    for file in FILES:
        module = import_module(f"{item_models.__name__}.{file}")
        assert any(model.make.__module__ == module.__name__ for model in MODELS.values()), file


@each_model
def test_the_solver_finds_the_key_and_nothing_but_the_key(model: ItemModel) -> None:
    for item in drawn(model, DRAWS, seed=23):
        assert right_options(item, SOLVERS[model.name](item)) == item.options[: item.right], item.stem


@each_model
def test_a_model_has_two_hundred_items_that_the_bank_tells_apart(model: ItemModel) -> None:
    assert len({item.identity for item in drawn(model, 300, seed=6)}) >= 200


@each_model
def test_the_solver_finds_a_wrong_key(model: ItemModel) -> None:
    for item in drawn(model, 3, seed=4):
        wronged = replace(item, options=item.options[::-1])
        assert right_options(wronged, SOLVERS[model.name](wronged)) != wronged.options[: item.right]


@each_number
def test_a_typed_number_counts_when_it_is_the_solver_s(name: str) -> None:
    model = MODELS[name]
    for seed in range(DRAWS):
        item = model.item(model.skills[0], "", "numeric", random.Random(seed))
        answer = SOLVERS[name](item)
        assert isinstance(answer, int | Fraction)
        assert abs(answer - Fraction(item.accepted[0])) <= Fraction(item.tolerance), item.stem


@each_number
def test_no_mistake_is_so_near_that_it_counts(name: str) -> None:
    model = MODELS[name]
    tolerance = Fraction(model.item(model.skills[0], "", "numeric", random.Random(1)).tolerance)
    for item in drawn(model, DRAWS, seed=2):
        key, *mistakes = (_number(option) for option in item.options)
        assert all(abs(mistake - key) > tolerance for mistake in mistakes), item.stem


@each_short
def test_a_short_answer_counts_when_it_is_the_solver_s(name: str) -> None:
    model = MODELS[name]
    for seed in range(DRAWS):
        item = model.item(model.skills[0], "", "short_answer", random.Random(seed))
        answer = SOLVERS[name](item)
        assert item.accepted[0] in (answer if isinstance(answer, set) else {answer}), item.stem


@each_number
def test_the_key_s_place_among_the_numbers_does_not_give_it_away(name: str) -> None:
    places = [_place(item) for item in drawn(MODELS[name], 100, seed=1)]
    assert max(places.count(place) for place in range(4)) <= 70


def _place(item: Item) -> int:
    values = [_number(option) for option in item.options]
    return sorted(values).index(values[0])


def _number(option: str) -> Fraction:
    text = NUMBER.search(option)
    assert text is not None, option
    return number(text[0])
