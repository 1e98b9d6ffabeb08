"""What an answer is worth."""

from decimal import Decimal
from typing import Any

import pytest

from models.errors import InvalidInput
from models.scoring import is_right, normalised, number_of, percent

NUMBER = [{"value": "12.5", "tolerance": "0.05"}]


@pytest.mark.parametrize(
    ("kind", "correct", "answer", "right"),
    [
        ("multiple_choice", ["b"], "b", True),
        ("multiple_choice", ["b"], "a", False),
        ("multiple_choice", ["b"], None, False),
        ("code_reading", ["c"], "c", True),
        ("true_false", ["a"], "b", False),
        ("multiple_select", ["a", "c"], ["c", "a"], True),
        ("multiple_select", ["a", "c"], ["a"], False),
        ("multiple_select", ["a", "c"], ["a", "b", "c"], False),
        ("multiple_select", ["a", "c"], [], False),
        ("ordering", ["c", "a", "b"], ["c", "a", "b"], True),
        ("ordering", ["c", "a", "b"], ["a", "c", "b"], False),
        ("ordering", ["c", "a", "b"], ["c", "a"], False),
        ("numeric", NUMBER, 12.5, True),
        ("numeric", NUMBER, "12,5", True),
        ("numeric", NUMBER, "12.55", True),
        ("numeric", NUMBER, "12.56", False),
        ("numeric", NUMBER, "-12.5", False),
        ("numeric", [{"value": "1200", "tolerance": "0"}], "1,200", True),
        ("numeric", [{"value": "0.1", "tolerance": "0"}], 0.1, True),
        ("short_answer", ["git stash", "git stash push"], "  Git  STASH.", True),
        ("short_answer", ["git stash"], "git stash pop", False),
        ("short_answer", ["café"], "cafe\u0301", True),
        ("short_answer", ["café"], "cafe", False),
    ],
)
def test_an_answer_is_right_or_wrong(kind: str, correct: list[Any], answer: Any, right: bool) -> None:
    assert is_right(kind, correct, answer, ["a", "b", "c", "d"]) is right


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("multiple_choice", "z"),
        ("multiple_choice", 1),
        ("multiple_choice", ["a"]),
        ("multiple_select", "a"),
        ("multiple_select", ["a", "a"]),
        ("multiple_select", [["a"]]),
        ("ordering", ["a", "z"]),
        ("numeric", "twelve"),
        ("numeric", "NaN"),
        ("numeric", "1.2.3"),
        ("numeric", True),
        ("numeric", float("inf")),
        ("numeric", "9" * 600),
        ("numeric", "1e9999999"),
        ("numeric", "1,2,3"),
        ("short_answer", 5),
        ("short_answer", "x" * 501),
    ],
)
def test_an_answer_of_another_shape_is_refused(kind: str, answer: Any) -> None:
    with pytest.raises(InvalidInput):
        is_right(kind, NUMBER if kind == "numeric" else ["a"], answer, ["a", "b", "c", "d"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1,234", "1234"),
        ("1,234,567", "1234567"),
        ("1 234,5", "1234.5"),
        ("1'234.50", "1234.50"),
        ("12,5", "12.5"),
        ("-.5", "-0.5"),
        ("\u22123", "-3"),
        ("1e3", "1000"),
        ("0,125", "0.125"),
        (" 7 ", "7"),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: str) -> None:
    assert number_of(text) == Decimal(value)


@pytest.mark.parametrize(
    ("right", "total", "score"), [(5, 8, 63), (1, 8, 13), (0, 3, 0), (3, 3, 100), (0, 0, 0)]
)
def test_percents_are_rounded_half_up(right: int, total: int, score: int) -> None:
    assert percent(right, total) == score


def test_what_does_not_matter_in_a_short_answer_is_left_out() -> None:
    assert normalised("  “HTTP  404”. ") == "http 404"
