"""Scoring: what an answer is worth, and a form's percent score.

Every question is worth one point or none: a multiple select and an ordering count only when they
are wholly right. Item statistics (difficulty, point-biserial, KR-20) ask for right or wrong, and a part of a
point for a guess would reward ticking everything.
"""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from models.errors import InvalidInput
from models.questions import MULTIPLE_SELECT, NUMERIC, ORDERING, SHORT_ANSWER

LONGEST_ANSWER = 500
# Thousands in groups of three after one kind of mark, then at most a decimal part after another.
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:,\d{3})+(?:\.\d+)?|(?:[ '\u2019]\d{3})+(?:[.,]\d+)?)")
# A number beyond any question's, which would only make arithmetic overflow.
MOST_DIGITS = 40
FRAME = " \t\n.,;:!?\"'`\u2018\u2019\u201c\u201d"


def is_right(kind: str, correct: Sequence[Any], answer: Any, option_ids: Sequence[str] = ()) -> bool:
    """Whether the answer to a question of that type is the right one.

    `correct` is as `QuestionKey` keeps it. The answer is an option's id; of a multiple select a list of
    ids in any order, of an ordering all ids in order; of a numeric answer a number or its text, of a
    short answer a text. None is no answer. Raises InvalidInput for an answer of another shape.
    """
    if answer is None:
        return False
    if kind == NUMERIC:
        return _is_near(number_of(answer), correct[0])
    if kind == SHORT_ANSWER:
        return normalised(_text(answer)) in {normalised(text) for text in correct}
    if kind == MULTIPLE_SELECT:
        return set(_ids(answer, option_ids)) == set(correct)
    if kind == ORDERING:
        return _ids(answer, option_ids) == list(correct)
    return bool(_one_id(answer, option_ids) == correct[0])


def check(kind: str, answer: Any, option_ids: Sequence[str]) -> None:
    """Raise InvalidInput for an answer of another shape than a question of that type wants."""
    if answer is None:
        return
    if kind == NUMERIC:
        number_of(answer)
    elif kind == SHORT_ANSWER:
        _text(answer)
    elif kind in (MULTIPLE_SELECT, ORDERING):
        _ids(answer, option_ids)
    else:
        _one_id(answer, option_ids)


def percent(right: int, total: int) -> int:
    """The score in whole percent, half up: 5 of 8 is 63. 0 where nothing was asked."""
    return (200 * right + total) // (2 * total) if total else 0


def normalised(text: str) -> str:
    """A short answer without what doesn't matter: case, outer marks, runs of spaces, form of characters.

    Accents count: in many languages they part words.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split()).strip(FRAME)


def number_of(answer: Any) -> Decimal:
    """The number that an answer gives: 1234.5, "1,234.5", "1 234,5", "12,5". Raises InvalidInput.

    A comma before exactly three digits parts thousands; any other single comma is a decimal point.
    """
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        answer = repr(answer) if isinstance(answer, float) else str(answer)
    text = " ".join(_text(answer).replace("\u2212", "-").split())
    try:
        value = Decimal(_ungrouped(text) if GROUPED.fullmatch(text) else text.replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value.adjusted()) > MOST_DIGITS:
        raise InvalidInput("The answer must be a number, such as 12.5.")
    return value


def _ungrouped(text: str) -> str:
    bare = re.sub(r"[ '\u2019]", "", text)
    return bare.replace(",", ".") if bare != text else text.replace(",", "")


def _is_near(value: Decimal, key: Any) -> bool:
    return abs(value - Decimal(key["value"])) <= Decimal(key["tolerance"])


def _text(answer: Any) -> str:
    if not isinstance(answer, str) or len(answer) > LONGEST_ANSWER:
        raise InvalidInput(f"The answer must be a text of at most {LONGEST_ANSWER} characters.")
    return answer


def _one_id(answer: Any, option_ids: Sequence[str]) -> str:
    if not isinstance(answer, str) or (option_ids and answer not in option_ids):
        raise InvalidInput("The answer must be the id of one of the question's options.")
    return answer


def _ids(answer: Any, option_ids: Sequence[str]) -> list[str]:
    if not isinstance(answer, list) or len({str(one) for one in answer}) != len(answer):
        raise InvalidInput("The answer must be a list of option ids, each once.")
    return [_one_id(one, option_ids) for one in answer]
