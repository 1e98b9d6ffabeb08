"""Many callers, one statement: what threads ask for at the same moment is done together.

A lone caller waits for nobody. Under load, whatever has gathered while the last batch was
at the database makes the next batch, so that a commit (or a read) serves many callers and the
database's own pace sets the size of a batch. See docs/decisions/0003.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

Handle = Callable[[Sequence[Item]], Sequence[Result | BaseException]]


class Combiner(Generic[Item, Result]):
    """As `Batcher`, for callers that wait: one of those who wait does the work of all.

    There is no thread to hand over to: a lone caller does its own work at once. While one works,
    others gather; then the first of them is woken and works for all that have gathered. Where the
    last batch had several callers, the next waits `pause` seconds for more of them first, as
    PostgreSQL does with commit_delay: under load one statement then serves all.
    """

    def __init__(self, handle: Handle[Item, Result], largest: int = 200, pause: float = 0.001) -> None:
        self._handle = handle
        self._largest = largest
        self._pause = pause
        self._crowded = False
        self._waiting: deque[_Place[Item, Result]] = deque()
        self._lock = threading.Lock()
        self._working = False

    def do(self, item: Item) -> Result:
        """The item's result; raises what `handle` gave for it."""
        place: _Place[Item, Result] = _Place(item)
        with self._lock:
            self._waiting.append(place)
            mine = not self._working
            self._working = True
        if not mine:
            place.woken.acquire()
        if not place.settled:
            self._work()
        return place.result()

    def _work(self) -> None:
        if self._crowded:
            time.sleep(self._pause)
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._largest))]
        self._crowded = len(batch) > 1
        try:
            _settle(self._handle, batch)
        finally:
            with self._lock:
                self._working = bool(self._waiting)
                following = self._waiting[0] if self._waiting else None
            for place in batch:
                place.woken.release()
            if following is not None:
                following.woken.release()


class _Place(Generic[Item, Result]):
    """A caller's place in the queue. The lock is taken until it is woken."""

    __slots__ = ("error", "item", "settled", "value", "woken")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.settled = False
        self.error: BaseException | None = None
        self.woken = threading.Lock()
        self.woken.acquire()

    def set_result(self, value: Result) -> None:
        self.value = value
        self.settled = True

    def set_exception(self, error: BaseException) -> None:
        self.error = error
        self.settled = True

    def result(self) -> Result:
        if self.error is not None:
            raise self.error
        return self.value


class _Queued(Generic[Item, Result]):
    """An item in a `Batcher`'s queue with the future of its result."""

    __slots__ = ("future", "item", "set_exception", "set_result")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.future: Future[Result] = Future()
        self.set_result = self.future.set_result
        self.set_exception = self.future.set_exception


class Batcher(Generic[Item, Result]):
    """One thread that hands whatever has gathered to `handle`, in the order in which it came.

    `handle` takes items and gives for each, in order, a result or the exception that is its
    caller's. When it raises for several items, each is tried alone, so that one bad item
    spoils nobody else's. After a batch of several it waits `pause` seconds for more to come.
    """

    def __init__(
        self, handle: Handle[Item, Result], name: str, largest: int = 200, pause: float = 0.002
    ) -> None:
        self._handle = handle
        self._name = name
        self._largest = largest
        self._pause = pause
        self._crowded = False
        self._waiting: deque[_Queued[Item, Result]] = deque()
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, item: Item) -> "Future[Result]":
        """Queue the item; the future has its result once it is durable (or read)."""
        queued: _Queued[Item, Result] = _Queued(item)
        with self._condition:
            if self._closed:
                raise RuntimeError(f"{self._name} is closed; nothing can be handed to it any more.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._waiting.append(queued)
            self._condition.notify()
        return queued.future

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
            # What a caller has given up meanwhile is left out; the others can't be called back any more.
            wanted = [one for one in batch if one.future.set_running_or_notify_cancel()]
            if wanted:
                _settle(self._handle, wanted)

    def _take(self) -> list[_Queued[Item, Result]]:
        with self._condition:
            while not self._waiting and not self._closed:
                self._condition.wait()
        if self._crowded:
            time.sleep(self._pause)
        with self._condition:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._largest))]
        self._crowded = len(batch) > 1
        return batch


def _settle(
    handle: Handle[Item, Result], batch: Sequence[_Place[Item, Result] | _Queued[Item, Result]]
) -> None:
    try:
        settled = list(zip(batch, handle([one.item for one in batch]), strict=True))
    except BaseException as error:  # noqa: BLE001 - it is handed to the callers, each of whom must hear of it
        if len(batch) == 1:
            batch[0].set_exception(error)
            return
        for one in batch:
            _settle(handle, [one])
        return
    for one, result in settled:
        if isinstance(result, BaseException):
            one.set_exception(result)
        else:
            one.set_result(result)
