"""Every item model: enough distinct items, four different options, sound texts, keys worked out again."""

import random

import pytest

from workers.generation import item_models, taxonomy
from workers.generation.item_models import Draw, ItemModel, NoDraw, Wrong, drawn, item_model

MODELS = item_models.load()
each_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
ENOUGH = 200


@each_model
def test_a_model_has_at_least_two_hundred_distinct_items(model: ItemModel) -> None:
    seen: set[object] = set()
    for item in drawn(model, 4 * ENOUGH):
        seen.add((item.stem, item.code, item.options))
        if len(seen) >= ENOUGH:
            return
    pytest.fail(f"{len(seen)} distinct items in {4 * ENOUGH} draws")


@each_model
def test_a_model_serves_skills_of_the_taxonomy(model: ItemModel) -> None:
    assert set(model.skills) <= set(taxonomy.shipped().skills)


@each_model
def test_its_items_have_whole_texts_and_different_options(model: ItemModel) -> None:
    for item in drawn(model, 60, seed=7):
        options = [" ".join(option.split()) for option in item.options]
        assert len(set(options)) == len(options)
        assert all(options)
        assert len(item.misconceptions) == len(item.options) - item.right
        assert item.stem.endswith(("?", ".", ":"))
        assert item.explanation.endswith(".")
        assert "  " not in item.stem
        assert 30 <= item.seconds <= 180


@each_model
def test_the_same_seed_draws_the_same_items(model: ItemModel) -> None:
    assert list(drawn(model, 5, seed=3)) == list(drawn(model, 5, seed=3))


@each_model
def test_it_gives_an_item_of_each_of_its_types(model: ItemModel) -> None:
    for kind in model.types():
        item = model.item(model.skills[0], "A skill", kind, random.Random(1))
        is_open = kind in ("numeric", "short_answer")
        assert bool(item.accepted) == is_open
        assert bool(item.options) != is_open


def test_a_second_model_of_one_name_is_refused() -> None:
    name = next(iter(MODELS))
    register = item_model(name, skills=("sql",), difficulty="entry", cognitive_level="apply", seconds=60)
    with pytest.raises(ValueError, match="already"):
        register(lambda _: Draw("", (), (), ""))


def test_a_model_whose_mistakes_coincide_says_so() -> None:
    def make(_: random.Random) -> Draw:
        return Draw("What is one and one?", ("2",), (Wrong("2", "none"), Wrong("3", "counts on")), "It is 2.")

    model = ItemModel("poor", ("sql",), "entry", "apply", 60, "multiple_choice", make)
    with pytest.raises(NoDraw, match="poor"):
        next(drawn(model, 1))
