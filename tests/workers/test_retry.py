"""What becomes of a job whose run ended badly, as a table."""

from datetime import timedelta

import pytest

from workers.generation.tools import GenerationFailed, ModelBusy, ModelRefused
from workers.retry import LONGEST_PAUSE, Again, Fail, decide

MOST = 5


def again(seconds: float) -> Again:
    return Again(timedelta(seconds=seconds))


# the error, the attempts without progress -> the pause in seconds, or the code of the failure
DECISIONS: list[tuple[Exception, int, float | str]] = [
    (ValueError("x"), 0, 1),
    (ValueError("x"), 1, 2),
    (ValueError("x"), 2, 4),
    (ValueError("x"), 3, 8),
    (ValueError("x"), 4, 16),
    (ValueError("x"), 5, "INTERNAL_ERROR"),
    (ValueError("x"), 6, "INTERNAL_ERROR"),
    (OSError("x"), 1, 2),
    (ModelBusy("x"), 1, 2),
    (ModelBusy("x", 0.0), 1, 2),
    (ModelBusy("x", 1.5), 1, 2),
    (ModelBusy("x", 30.0), 1, 30),
    (ModelBusy("x", 300.0), 1, 300),
    (ModelBusy("x", 301.0), 1, 300),
    (ModelBusy("x", 1e12), 1, 300),
    (ModelBusy("x", 30.0), 5, "INTERNAL_ERROR"),
    (GenerationFailed("SHORTFALL", "x"), 1, "SHORTFALL"),
    (GenerationFailed("SHORTFALL", "x"), 5, "SHORTFALL"),
    (ModelRefused("x"), 1, "MODEL_REFUSED"),
    (ModelRefused("x"), 5, "MODEL_REFUSED"),
]


@pytest.mark.parametrize(("error", "attempts", "expected"), DECISIONS)
def test_an_error_and_the_attempts_decide(error: Exception, attempts: int, expected: float | str) -> None:
    decision = decide(error, attempts, MOST)
    if isinstance(expected, str):
        assert isinstance(decision, Fail)
        assert decision.code == expected
    else:
        assert decision == again(expected)


def test_no_pause_is_longer_than_the_longest_however_often_it_failed() -> None:
    assert decide(ValueError("x"), 60, 1000) == Again(LONGEST_PAUSE)


def test_a_wait_that_no_calendar_holds_is_the_longest_pause() -> None:
    assert decide(ModelBusy("x", 1e300), 1, MOST) == Again(LONGEST_PAUSE)
    assert decide(ValueError("x"), 100, 1000) == Again(LONGEST_PAUSE)


@pytest.mark.parametrize(
    "error", [GenerationFailed("NO_SKILLS", "No skill was found."), ModelRefused("The key is bad.")]
)
def test_a_permanent_fault_is_told_in_its_own_words(error: Exception) -> None:
    assert decide(error, 1, MOST).message == str(error)  # type: ignore[union-attr]


def test_an_internal_fault_names_its_kind_and_not_its_words() -> None:
    decision = decide(RuntimeError("password=hush"), MOST, MOST)
    assert isinstance(decision, Fail)
    assert "RuntimeError" in decision.message
    assert "hush" not in decision.message
