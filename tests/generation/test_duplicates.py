"""When two items are one question, and when they are not."""

from dataclasses import replace
from itertools import combinations

import pytest

from tests.generation.tools import item, shipped_items
from workers.generation.brief import Item
from workers.generation.duplicates import Known, are_copies

SHOP = item(
    1,
    stem="A shop sells 40 mugs at 5 euros each and pays 120 euros for them. What is its gross profit?",
    options=("80", "120", "200", "320"),
)
PRINTS = item(
    2,
    stem="What does this program print?",
    code="rows = [3, 1, 2]\nrows.sort()\nprint(rows[0], rows[-1])",
    options=("1 3", "3 2", "3 1", "2 3"),
)


@pytest.mark.parametrize(
    ("one", "change"),
    [
        (SHOP, {"stem": SHOP.stem.upper()}),
        (SHOP, {"stem": SHOP.stem.replace(",", "").replace("?", "")}),
        (SHOP, {"stem": SHOP.stem.replace("40", "30").replace("5", "6"), "options": ("60", "1", "2", "3")}),
        (SHOP, {"stem": SHOP.stem.replace("mugs", "cups")}),
        (SHOP, {"stem": "What is the gross profit of a shop that sells 40 mugs at 5 euros each and pays 120 "
                        "euros for them?"}),
        (SHOP, {"stem": SHOP.stem.replace("A shop", "A small shop").replace("for them", "for the mugs")}),
        (PRINTS, {"code": PRINTS.code.replace("rows", "values") if PRINTS.code else None}),
        (PRINTS, {"stem": "What is printed by this program?"}),
    ],
)  # fmt: skip
def test_other_words_and_figures_make_a_copy(one: Item, change: dict[str, object]) -> None:
    other = replace(one, library_id=None, **change)  # type: ignore[arg-type]
    assert are_copies(one, other)
    assert are_copies(other, one)
    assert Known([one]).has(other)


@pytest.mark.parametrize(
    ("one", "change"),
    [
        (SHOP, {"stem": "A shop pays 120 euros for 40 mugs. Which price brings a margin of 40 percent?"}),
        (SHOP, {"stem": "Which entry records the sale of goods on credit in the seller's books?"}),
        (PRINTS, {"code": "total = 0\nfor n in range(4):\n    total += n\nprint(total)",
                  "options": ("6", "4", "3", "10")}),
        (PRINTS, {"code": 'name = "ada"\nprint(name.title() + "!")',
                  "options": ("Ada!", "ADA!", "ada!", "Ada")}),
    ],
)  # fmt: skip
def test_another_question_is_no_copy(one: Item, change: dict[str, object]) -> None:
    other = replace(one, library_id=None, **change)  # type: ignore[arg-type]
    assert not are_copies(one, other)
    assert not Known([one]).has(other)


def test_two_items_of_one_family_are_copies_however_unlike() -> None:
    one, other = item(1, family="subnets"), item(2, family="subnets")
    assert are_copies(one, other)
    assert Known([one]).has(other)
    assert not are_copies(one, item(2, family="routes"))


def test_items_without_a_family_do_not_meet_in_it() -> None:
    assert not Known([item(1)]).has(item(2))


def test_hardly_any_two_shipped_items_are_copies() -> None:
    """The bounds were set so: a bank full of false copies would leave forms short."""
    pairs = 0
    for items in shipped_items().values():
        pairs += sum(are_copies(one, other) for one, other in combinations(items, 2))
    assert pairs <= 2
