"""Forms of each question type, and of several, without a model."""

import asyncio
import random
from collections import Counter
from dataclasses import replace

import pytest

from tests.generation.tools import FakeTools, brief, cell, item, made, skill
from workers.generation.brief import QUESTION_TYPES, Item
from workers.generation.duplicates import are_copies
from workers.generation.guessing import guess_chance
from workers.generation.lint import flaws
from workers.generation.sources import Order, named
from workers.generation.sources.statements import statement_of

DATA = ("Data Analyst", "SQL, Excel, statistics and Python every day; basics of networking.")


@pytest.mark.parametrize("kind", ["multiple_choice", "code_reading", "true_false", "numeric", "short_answer"])
def test_a_whole_form_of_one_type_is_made(kind: str) -> None:
    form = made(brief(*DATA, question_types=(kind,)))
    assert len(form.placed) == 20
    own = {"multiple_choice", "code_reading"} if kind == "multiple_choice" else {kind}
    assert {placed.item.type for placed in form.placed} <= own


@pytest.mark.parametrize("kind", QUESTION_TYPES)
def test_what_is_made_has_the_shape_of_its_type(kind: str) -> None:
    for placed in made(brief(*DATA, question_types=(kind,))).placed:
        one = placed.item
        assert sorted(placed.options) == sorted(one.options)
        assert bool(one.accepted) == (one.type in ("numeric", "short_answer"))
        assert bool(one.options) != bool(one.accepted)
        assert len(one.misconceptions) == len(one.options) - one.right
        assert 0 <= guess_chance(one) <= 0.5


def test_several_types_are_all_there_and_none_that_was_not_asked_for() -> None:
    asked = ("multiple_choice", "numeric", "true_false")
    form = made(brief(*DATA, question_types=asked, number_of_questions=24))
    counts = Counter(placed.item.type for placed in form.placed)
    assert set(counts) <= {*asked, "code_reading"}
    assert counts["numeric"] >= 4
    assert counts["true_false"] >= 4
    assert counts["multiple_choice"] + counts["code_reading"] >= 10


def test_the_blueprint_tells_the_types_that_were_delivered() -> None:
    form = made(brief(*DATA, question_types=("numeric", "code_reading")))
    assert [place.type for place in form.blueprint] == [placed.item.type for placed in form.placed]


def test_true_or_false_is_asked_only_where_it_was_asked_for() -> None:
    for seed in range(5):
        form = made(brief(*DATA), FakeTools(seed=seed))
        assert "true_false" not in {placed.item.type for placed in form.placed}


def test_an_ordering_is_never_shown_in_its_order() -> None:
    for seed in range(10):
        form = made(brief(*DATA, question_types=("ordering",)), FakeTools(seed=seed))
        assert all(placed.options != placed.item.options for placed in form.placed)


def test_what_another_type_had_to_stand_in_for_is_told() -> None:
    asked = ("ordering", "multiple_choice")
    form = made(brief(*DATA, question_types=asked, number_of_questions=100))
    assert len(form.placed) == 100
    few = sum(placed.item.type == "ordering" for placed in form.placed)
    assert few < 33
    assert any("another type than ordering" in warning for warning in form.warnings)


def test_a_statement_puts_an_answer_forward_and_is_right_half_the_time() -> None:
    rng = random.Random(1)
    made_of = item(1)
    statements = [statement_of(made_of, rng) for _ in range(400)]
    true = [one for one in statements if one.options[0] == "True"]
    assert 160 < len(true) < 240
    for one in statements:
        forward = one.stem.split("Proposed answer: ")[1].split("\n")[0]
        assert (forward == made_of.options[0]) == (one.options[0] == "True")
        assert flaws(one) == []
        assert are_copies(one, made_of)


def test_a_form_does_not_hold_a_question_and_its_statement() -> None:
    bank: list[Item] = [item(number) for number in range(3)]
    need = skill(name="Python")
    places = (replace(cell(need), type="true_false"),) * 3
    order = Order(1, brief(), need, places, tuple(bank), (bank[0], bank[1]))
    offer = asyncio.run(named("statements")(order, FakeTools()))
    [(_, one)] = offer.filled
    assert are_copies(one, bank[2])
