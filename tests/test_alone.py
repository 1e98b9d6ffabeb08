"""The turns of tests: shared by all, or had alone."""

import uuid
from concurrent.futures import ThreadPoolExecutor, TimeoutError

import pytest

from tests.alone import Turns

SOON = 10.0
NOT_SOON = 0.2


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [(False, False, False), (False, True, True), (True, False, True), (True, True, True)],
)
def test_nothing_runs_beside_what_runs_alone(first: bool, second: bool, waits: bool) -> None:
    turns = Turns(uuid.uuid4().hex)

    def enter() -> None:
        with turns.turn(second):
            pass

    with ThreadPoolExecutor(1) as pool:
        with turns.turn(first):
            later = pool.submit(enter)
            if waits:
                with pytest.raises(TimeoutError):
                    later.result(NOT_SOON)
            else:
                later.result(SOON)
        later.result(SOON)
    turns.forget()


def test_who_waits_to_be_alone_is_not_passed_by_others() -> None:
    turns = Turns(uuid.uuid4().hex)
    entered: list[bool] = []

    def enter(alone: bool) -> None:
        with turns.turn(alone):
            entered.append(alone)

    with ThreadPoolExecutor(2) as pool:
        with turns.turn(alone=False):
            first = pool.submit(enter, True)
            with pytest.raises(TimeoutError):
                first.result(NOT_SOON)
            second = pool.submit(enter, False)
            with pytest.raises(TimeoutError):
                second.result(NOT_SOON)
        first.result(SOON)
        second.result(SOON)
    turns.forget()
    assert entered == [True, False]
