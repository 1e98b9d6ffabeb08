"""Many callers, one statement: what threads ask for at the same moment is done together.

A lone caller waits for nobody. Under load, whatever has gathered while the last batch was
at the database makes the next batch, so that a commit (or a read) serves many callers and the
database's own pace sets the size of a batch. See docs/decisions/0003.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

Handle = Callable[[Sequence[Item]], Sequence[Result | BaseException]]


class Batcher(Generic[Item, Result]):
    """One thread that hands whatever has gathered to `handle`, in the order in which it came.

    `handle` takes items and gives for each, in order, a result or the exception that is its
    caller's. When it raises for several items, each is tried alone, so that one bad item
    spoils nobody else's.
    """

    def __init__(self, handle: Handle[Item, Result], name: str, largest: int = 200) -> None:
        self._handle = handle
        self._name = name
        self._largest = largest
        self._waiting: deque[tuple[Item, Future[Result]]] = deque()
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, item: Item) -> "Future[Result]":
        """Queue the item; the future has its result once it is durable (or read)."""
        future: Future[Result] = Future()
        with self._condition:
            if self._closed:
                raise RuntimeError(f"{self._name} is closed; nothing can be handed to it any more.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._waiting.append((item, future))
            self._condition.notify()
        return future

    def close(self) -> None:
        """Do what is queued, then end the thread."""
        with self._condition:
            self._closed = True
            self._condition.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while batch := self._take():
            self._do(batch)

    def _take(self) -> list[tuple[Item, "Future[Result]"]]:
        with self._condition:
            while not self._waiting and not self._closed:
                self._condition.wait()
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), self._largest))]

    def _do(self, batch: list[tuple[Item, "Future[Result]"]]) -> None:
        try:
            results = self._handle([item for item, _ in batch])
        except BaseException as error:  # noqa: BLE001 - it is handed to the callers, each of whom must hear of it
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            for one in batch:
                self._do([one])
            return
        for (_, future), result in zip(batch, results, strict=True):
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
