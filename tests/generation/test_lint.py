"""Flaws that plain rules can see."""

from typing import Any

import pytest

from tests.generation.tools import item, shipped_items
from workers.generation.lint import flaws


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"options": ("a", "b", "c")}, "an option is missing"),
        ({"options": ("a", "b", "c", "  ")}, "an option is missing"),
        ({"options": ("a", "b", "c", "")}, "an option is missing"),
        ({"options": ("a", "b", "c", "b")}, "two options are the same"),
        ({"options": ("a", "b", "c", " B ")}, "two options are the same"),
        ({"options": ("a", "b", "c", "All of the above")}, "an option refers to the others"),
        ({"options": ("a", "b", "c", "none of these.")}, "an option refers to the others"),
        ({"options": ("a", "b", "c", "Neither of the above")}, "an option refers to the others"),
        ({"options": ("a", "b", "c", "All the above")}, "an option refers to the others"),
        ({"options": ("a", "b", "c", "Both A and B")}, "an option refers to the others"),
        ({"options": ("a", "b", "c", "Options A and C")}, "an option refers to the others"),
        ({"stem": "The capital of Peru is ____."}, "the stem has a blank"),
        ({"stem": ""}, "the stem is missing"),
        ({"stem": "Why?"}, "the stem is missing"),
        ({"stem": "x" * 2_001}, "it is too long to read"),
        ({"options": ("a", "b", "c", "x" * 501)}, "it is too long to read"),
    ],
)
def test_a_flaw_is_seen_and_named(change: dict[str, Any], flaw: str) -> None:
    assert flaws(item(**change)) == [flaw]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"stem": "What does __init__ do in this class?"},
        {"options": ("All of the rows are locked", "None of the rows is", "One row is", "Two rows are")},
        {"options": ("Neither of the requests is retried", "Both of them", "The first", "The last")},
        {"options": ("Any of these requests", "All options that expire", "None of the answers given", "One")},
        {"options": ("None", "True", "False", "0")},
        {"options": ("-1", "1", "+1.0", "0")},
        {"options": ("a", "b", "c", "d", "e")},
    ],
)
def test_a_sound_item_has_no_flaw(change: dict[str, Any]) -> None:
    assert flaws(item(**change)) == []


def test_an_item_s_flaws_are_all_named() -> None:
    assert len(flaws(item(stem="___", options=("a", "a", "")))) == 4


def test_no_shipped_item_has_a_flaw() -> None:
    found = {one.library_id: flaws(one) for items in shipped_items().values() for one in items}
    assert {name: problems for name, problems in found.items() if problems} == {}
