"""Many callers, one statement: order, failures and ends of `Batcher` and `Combiner`."""

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from threading import Event, Lock
from typing import Any

import pytest

from models.batching import Batcher, Combiner
from tests.stack import until


class Table:
    """A handler that doubles numbers and notes its batches; it can be held up, and 13 is a bad number."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open = Event()
        self.open.set()
        self.entered = Event()

    def __call__(self, numbers: Sequence[int]) -> list[int | BaseException]:
        self.batches.append(list(numbers))
        self.entered.set()
        assert self.open.wait(timeout=60)
        if 13 in numbers:
            raise ValueError("13 can't be stored")
        return [LookupError(f"no {number}") if number < 0 else 2 * number for number in numbers]


class Callers:
    """Threads that wait for a `Combiner`'s answer."""

    def __init__(self, combiner: Combiner[int, int], pool: ThreadPoolExecutor) -> None:
        self.combiner = combiner
        self.pool = pool

    def ask(self, number: int) -> "Future[int]":
        """Ask, and return once the caller stands in the queue."""
        before = len(self.combiner._waiting)
        asked = self.pool.submit(self.combiner.do, number)
        until(lambda: len(self.combiner._waiting) > before, f"{number} stands in the queue")
        return asked


def outcome(future: "Future[int]") -> Any:
    """The result, or the error's text."""
    error = future.exception(timeout=60)
    return future.result() if error is None else str(error)


# --- Batcher -----------------------------------------------------------------------------------


def test_what_gathers_while_the_last_batch_is_stored_makes_the_next_in_order() -> None:
    table = Table()
    batcher: Batcher[int, int] = Batcher(table, "test", largest=3)
    table.open.clear()
    first = batcher.submit(1)
    assert table.entered.wait(timeout=60)
    others = [batcher.submit(number) for number in (5, 4, 3, 2)]
    table.open.set()
    assert [future.result(timeout=60) for future in (first, *others)] == [2, 10, 8, 6, 4]
    assert table.batches == [[1], [5, 4, 3], [2]]
    batcher.close()


@pytest.mark.parametrize(
    ("numbers", "answers"),
    [
        pytest.param([1, 13, 3], [2, "13 can't be stored", 6], id="the handler raises for the batch"),
        pytest.param([1, -2, 3], [2, "no -2", 6], id="the handler gives one an error"),
        pytest.param([13], ["13 can't be stored"], id="alone"),
    ],
)
def test_one_bad_item_spoils_nobody_elses(numbers: list[int], answers: list[Any]) -> None:
    table = Table()
    batcher: Batcher[int, int] = Batcher(table, "test")
    table.open.clear()
    batcher.submit(0)
    assert table.entered.wait(timeout=60)
    futures = [batcher.submit(number) for number in numbers]
    table.open.set()
    assert [outcome(future) for future in futures] == answers
    assert outcome(batcher.submit(7)) == 14
    batcher.close()


def test_a_closed_batcher_has_done_what_was_queued_and_takes_no_more() -> None:
    table = Table()
    batcher: Batcher[int, int] = Batcher(table, "test")
    table.open.clear()
    futures = [batcher.submit(number) for number in range(10)]
    with ThreadPoolExecutor(1) as pool:
        closing = pool.submit(batcher.close)
        until(lambda: batcher._closed, "the batcher is closing")
        table.open.set()
        closing.result(timeout=60)
    assert [future.result(timeout=0) for future in futures] == [2 * number for number in range(10)]
    with pytest.raises(RuntimeError, match="test is closed"):
        batcher.submit(1)
    batcher.close()


def test_a_batcher_that_was_never_used_can_be_closed() -> None:
    Batcher(Table(), "test").close()


def test_a_caller_that_gives_up_stops_nobody_else() -> None:
    table = Table()
    batcher: Batcher[int, int] = Batcher(table, "test")
    table.open.clear()
    running = batcher.submit(1)
    assert table.entered.wait(timeout=60)
    given_up, kept = batcher.submit(2), batcher.submit(3)
    assert given_up.cancel()
    # What is at the database already can't be called back.
    assert not running.cancel()
    table.open.set()
    assert (running.result(timeout=60), kept.result(timeout=60)) == (2, 6)
    with pytest.raises(CancelledError):
        given_up.result(timeout=0)
    assert table.batches == [[1], [3]]
    batcher.close()


@pytest.mark.parametrize("answers", [[], [1, 2, 3, 4, 5]])
def test_a_handler_that_miscounts_is_told_to_its_callers_and_stops_nothing(answers: list[int]) -> None:
    batcher: Batcher[int, int] = Batcher(lambda _: answers, "test")
    for _ in range(2):
        with pytest.raises(ValueError, match="zip"):
            batcher.submit(1).result(timeout=60)
    batcher.close()


def test_many_threads_each_get_the_answer_to_their_own_item() -> None:
    table = Table()
    batcher: Batcher[int, int] = Batcher(table, "test", largest=7)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: batcher.submit(number).result(timeout=60), range(100, 1100)))
    assert answers == [2 * number for number in range(100, 1100)]
    assert sorted(number for batch in table.batches for number in batch) == list(range(100, 1100))
    assert max(map(len, table.batches)) <= 7
    batcher.close()


# --- Combiner ----------------------------------------------------------------------------------


def test_a_lone_caller_does_its_own_work_in_its_own_thread() -> None:
    table = Table()
    combiner: Combiner[int, int] = Combiner(table)
    assert [combiner.do(1), combiner.do(2)] == [2, 4]
    assert table.batches == [[1], [2]]


def test_those_who_come_while_one_works_are_done_together_in_their_order() -> None:
    table = Table()
    combiner: Combiner[int, int] = Combiner(table, largest=3)
    table.open.clear()
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(combiner.do, 1)
        assert table.entered.wait(timeout=60)
        callers = Callers(combiner, pool)
        others = [callers.ask(number) for number in (5, 4, 3, 2)]
        table.open.set()
        assert [outcome(future) for future in (first, *others)] == [2, 10, 8, 6, 4]
    assert table.batches == [[1], [5, 4, 3], [2]]


def test_one_bad_item_of_those_done_together_spoils_nobody_elses() -> None:
    table = Table()
    combiner: Combiner[int, int] = Combiner(table)
    table.open.clear()
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(combiner.do, 13)
        assert table.entered.wait(timeout=60)
        callers = Callers(combiner, pool)
        others = [callers.ask(number) for number in (1, 13, -2, 3)]
        table.open.set()
        answers = [outcome(future) for future in (first, *others)]
    assert answers == ["13 can't be stored", 2, "13 can't be stored", "no -2", 6]
    assert combiner.do(7) == 14


def test_a_combiner_whose_handler_miscounts_tells_each_caller_and_goes_on() -> None:
    table = Table()

    def combine(numbers: Sequence[int]) -> Sequence[int | BaseException]:
        return table(numbers)[:1]

    combiner: Combiner[int, int] = Combiner(combine)
    table.open.clear()
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(combiner.do, 1)
        assert table.entered.wait(timeout=60)
        callers = Callers(combiner, pool)
        others = [callers.ask(number) for number in (2, 3)]
        table.open.set()
        assert [outcome(future) for future in (first, *others)] == [2, 4, 6]
    assert combiner.do(7) == 14


def test_many_waiting_threads_each_get_the_answer_to_their_own_item() -> None:
    table, most, lock = Table(), [0, 0], Lock()

    def handle(numbers: Sequence[int]) -> list[int | BaseException]:
        with lock:
            most[0] += 1
            most[1] = max(most)
        try:
            return table(numbers)
        finally:
            with lock:
                most[0] -= 1

    combiner: Combiner[int, int] = Combiner(handle, largest=7, pause=0.0001)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(combiner.do, range(100, 2100)))
    assert answers == [2 * number for number in range(100, 2100)]
    assert sorted(number for batch in table.batches for number in batch) == list(range(100, 2100))
    assert max(map(len, table.batches)) <= 7
    assert most[1] == 1, "two callers worked at the same moment"
