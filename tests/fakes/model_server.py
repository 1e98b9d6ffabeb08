"""A loopback fake of Anthropic's API, for tests (in a thread) and benchmarks (as a process).

    with ModelServer(latency=0.2) as server:
        client = anthropic.Anthropic(base_url=server.url, api_key="test-key", max_retries=0)
        server.fail_next(1, Fault("status", 429, retry_after=3))
        server.allow(requests=20, per=1.0)

    python -m tests.fakes.model_server --port 0 --latency 1.0

The process says `listening on http://127.0.0.1:PORT` first. It is steered with `GET /__calls__`,
`POST /__reset__`, `POST /__latency__ {"latency": 1.0}` and `POST /__faults__ {"kind": "status",
"status": 429, "times": 2, "match": "part of the body", "retry_after": 3, "seconds": 30}`.

A key is right when it starts with `test-`. Faults of status come at once, all else after the
latency. The prompt cache knows `cache_control` in the system only, and forgets nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import hashlib
import itertools
import json
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.model_allowance import Allowance, Standing
from tests.fakes.model_answers import DEFAULT_SKILLS, Answers, stage_of
from tests.fakes.model_api import MESSAGES, Api, ResponderBroke
from tests.fakes.model_examiner import Examiner
from tests.fakes.model_wire import Connection, Fault, Json, Prompt, canonical, encode_json

__all__ = ["Call", "Fault", "ModelServer"]

# A fan-out opens hundreds of connections at once; asyncio's default of 100 would make some wait.
BACKLOG = 2048


@dataclass(eq=False, slots=True)
class Call:
    """One call; the times are seconds of `time.monotonic()`, which on Linux all processes share.

    `outcome` is "in_flight", then "ok", "http_STATUS", the kind of the fault that spoilt it, or
    "abandoned" when the client (or the server) went before the answer did. `paid` calls are
    those that would be on the bill: messages, and the requests of a batch.
    """

    path: str
    stage: str
    body: bytes
    paid: bool
    started: float
    finished: float | None = None
    outcome: str = "in_flight"
    _hash: str = ""

    @property
    def request(self) -> Any:
        """The request's JSON."""
        return json.loads(self.body)

    @property
    def request_hash(self) -> str:
        """The SHA-256 of the canonical request; worked out when asked for, off the hot path."""
        if not self._hash:
            self._hash = hashlib.sha256(canonical(json.loads(self.body or b"null"))).hexdigest()
        return self._hash

    def as_json(self) -> Json:
        """The record as `GET /__calls__` tells it."""
        told = {name: getattr(self, name) for name in ("path", "stage", "started", "finished", "outcome")}
        return told | {"request_hash": self.request_hash}


@dataclass(slots=True)
class _Rule:
    """A fault and the requests that it meets; `left` is None when it does not wear off."""

    matches: Callable[[Json, bytes], bool]
    fault: Fault
    left: int | None


class ModelServer:
    """The fake, in a background thread from `start` (or `with`) to `stop`.

    `latency` (seconds), `skills` (of the default analysis) and `responder` may be set at any
    time. A responder gets the request's JSON and gives the answer, an object or a text; it runs
    when the request arrives, on the server's only thread, so it must not block. The default is
    `answers(request, skills)`. What solves and reviews is `examiner`, whoever wrote the items.
    """

    def __init__(self, latency: float = 0.0, port: int = 0, skills: Sequence[str] = DEFAULT_SKILLS) -> None:
        self.latency = latency
        self.skills = list(skills)
        self.responder: Callable[[Json], Json | str] | None = None
        self.answers = Answers()
        self.examiner = Examiner(self.answers.key_of)
        self.url = ""
        self.in_flight = 0
        self.peak_in_flight = 0
        self._port = port
        self._changed = threading.Condition()
        self._calls: list[Call] = []
        self._rules: list[_Rule] = []
        self._allowance: Allowance | None = None
        self._warm: set[int] = set()
        self._ids = itertools.count(1)
        self._api = Api(self)
        self._open: set[Connection] = set()

    def __enter__(self) -> ModelServer:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, and serve in the background."""
        self._loop = asyncio.new_event_loop()
        listening = self._loop.create_server(
            lambda: Connection(self._api.serve, self._open), "127.0.0.1", self._port, backlog=BACKLOG
        )
        self._listener = self._loop.run_until_complete(listening)
        self._port = self._listener.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-model", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Cut every connection and end the thread; calls still in flight are abandoned."""
        self._loop.call_soon_threadsafe(self._shut_down)
        self._thread.join()
        self._loop.close()

    def _shut_down(self) -> None:
        self._listener.close()
        for connection in list(self._open):
            connection.transport.abort()
        # Behind the losses that `abort` has put in the loop's queue.
        self._loop.call_soon(self._loop.stop)

    # What goes wrong

    def fail_next(self, times: int, fault: Fault) -> None:
        """Let the next `times` calls that `fault` can touch meet it."""
        self.add_rule(lambda _request, _body: True, fault, times)

    def fail_when(self, predicate: Callable[[Json], bool], fault: Fault, times: int | None = None) -> None:
        """Let calls whose request satisfies `predicate` meet `fault`, always or `times` times."""
        self.add_rule(lambda request, _body: predicate(request), fault, times)

    def add_rule(self, matches: Callable[[Json, bytes], bool], fault: Fault, times: int | None) -> None:
        """As `fail_when`, with a predicate of the request and of its bytes."""
        with self._changed:
            self._rules.append(_Rule(matches, fault, times))

    def allow(self, requests: int, per: float) -> None:
        """Refuse messages of a model, with 429, beyond so many in any `per` seconds."""
        self._allowance = Allowance(requests, per)

    def standing_of(self, request: Json) -> Standing | None:
        """Count a request for a message; None where there is no limit."""
        return self._allowance.ask(request["model"]) if self._allowance else None

    def take_fault(self, request: Json, body: bytes, kinds: frozenset[str]) -> Fault | None:
        """The fault, of one of `kinds`, that `request` meets; the oldest rule goes first."""
        if not self._rules:
            return None
        with self._changed:
            for rule in self._rules:
                if rule.left != 0 and rule.fault.kind in kinds and rule.matches(request, body):
                    if rule.left is not None:
                        rule.left -= 1
                    return rule.fault
        return None

    # What was called

    @property
    def calls(self) -> list[Call]:
        """The calls so far, in the order of their arrival."""
        with self._changed:
            return list(self._calls)

    def count(self, stage: str | None = None, outcome: str | None = None) -> int:
        """How many calls have arrived, of one stage and with one outcome if those are given."""
        return sum(stage in (None, call.stage) and outcome in (None, call.outcome) for call in self.calls)

    def repeated(self) -> list[str]:
        """The hashes of the requests that were paid for, and answered well, more than once."""
        paid = Counter(call.request_hash for call in self.calls if call.paid and call.outcome == "ok")
        return sorted(each for each, times in paid.items() if times > 1)

    def wait_for(self, predicate: Callable[[ModelServer], bool], timeout: float = 10.0) -> None:
        """Block until `predicate(server)` holds, which is looked at whenever a call comes or ends.

        Raises TimeoutError after `timeout` seconds, so that a wait cannot fail unseen.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: predicate(self), timeout):
                outcomes = dict(Counter(call.outcome for call in self._calls))
                raise TimeoutError(f"not within {timeout} s; the calls so far: {outcomes}")

    def reset(self) -> None:
        """Forget calls, faults, limits, batches, the prompt cache; settings and the items' counter stay."""
        with self._changed:
            self._calls.clear()
            self._rules.clear()
            self._allowance = None
            self._warm.clear()
            self._api.forget()
            self.peak_in_flight = self.in_flight
            self._changed.notify_all()

    def as_json(self) -> Json:
        """The counters and the calls, as `GET /__calls__` tells them."""
        calls = self.calls
        return {
            "total": len(calls),
            "in_flight": self.in_flight,
            "peak_in_flight": self.peak_in_flight,
            "stages": Counter(call.stage for call in calls),
            "outcomes": Counter(call.outcome for call in calls),
            "repeated": self.repeated(),
            "calls": [call.as_json() for call in calls],
        }

    # What the routes use, on the loop's thread

    def after(self, delay: float, step: Callable[..., None], *args: Any) -> asyncio.Handle:
        """Run `step` on the loop after `delay` seconds, and before any later request when that is 0."""
        return self._loop.call_later(delay, step, *args) if delay > 0 else self._loop.call_soon(step, *args)

    def arrived(self, path: str, request: Any, body: bytes, paid: bool = False) -> Call:
        """Record a call that has arrived."""
        paid = paid or path == MESSAGES
        stage = stage_of(request) if paid and isinstance(request, dict) else "other"
        call = Call(path, stage, body, paid, time.monotonic())
        with self._changed:
            self._calls.append(call)
            self.in_flight += 1
            self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
            self._changed.notify_all()
        return call

    def finished(self, call: Call, outcome: str) -> None:
        """Record the end of a call."""
        with self._changed:
            call.finished = time.monotonic()
            call.outcome = outcome
            self.in_flight -= 1
            self._changed.notify_all()

    def is_warm(self, prompt: Prompt) -> bool:
        """Whether the prefix of `prompt` is in the prompt cache now."""
        return prompt.cached in self._warm

    def began(self, prompt: Prompt) -> None:
        """Put the prefix of `prompt` in the prompt cache: a response to it has begun."""
        if prompt.cached is not None:
            self._warm.add(prompt.cached)

    def text_for(self, request: Json) -> str:
        """The text that answers `request`; raises ResponderBroke when there is none."""
        try:
            answer = self._answer(request)
        except Exception as broken:  # a test's code: whatever it raises, its client must not wait for ever
            raise ResponderBroke(f"the responder raised {broken!r}") from broken
        return answer if isinstance(answer, str) else encode_json(answer)

    def _answer(self, request: Json) -> Json | str:
        """What the stage's part answers: the examiner solves and reviews, the responder does the rest."""
        stage = stage_of(request)
        if stage == "solve":
            return self.examiner.solve(request)
        if stage == "review":
            return self.examiner.review(request)
        answer = self.responder(request) if self.responder else self.answers(request, self.skills)
        self.examiner.learn(answer)
        return answer

    def next_id(self, prefix: str) -> str:
        """An id in the API's form, unique among the servers that live at one time."""
        return f"{prefix}_01{self._port:05d}{next(self._ids):017d}"


def main() -> None:
    """Serve as a process of its own until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description="A loopback fake of Anthropic's API.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds from a request to its answer")
    options = parser.parse_args()
    # Hundreds of calls in flight look like garbage to come: full collections took a third of the CPU.
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    # Blocked before the thread starts, so that it inherits the mask and only `sigwait` sees them.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    with ModelServer(options.latency, options.port) as server:
        print(f"listening on {server.url}", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
