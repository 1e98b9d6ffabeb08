"""What the stages are given from outside. Each is a protocol, so that generation knows no database."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from workers.generation.brief import Item


class GenerationFailed(Exception):
    """No form can be made; `code` is the job's error code, the message says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ModelBusy(Exception):
    """The model can't answer now (limits, overload, connection); trying later may help.

    `retry_after` is in seconds, None where the model didn't say; `status` is its API's, None where
    it gave no answer.
    """

    def __init__(self, message: str, retry_after: float | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status


class ModelRefused(Exception):
    """The model's API will not take this request or this key; trying again will not help."""


def _is_wanted() -> None:
    """A request that nobody has another word on is wanted."""


@dataclass(frozen=True)
class ModelRequest:
    """One call: `body` is what `messages.create` takes; `stage` names it in the ledger.

    While the call waits for its turn, `check` is called now and then: what it raises ends the wait.
    """

    stage: str
    body: dict[str, Any]
    check: Callable[[], None] = field(default=_is_wanted, compare=False, repr=False)


@dataclass(frozen=True)
class ModelAnswer:
    """What came back: the text, why it ended, and what it took (tokens, micro-dollars, ms)."""

    text: str
    stop_reason: str | None
    model: str
    request_id: str | None
    usage: dict[str, int] = field(default_factory=dict)
    micro_dollars: int = 0
    duration_ms: int = 0


class Bank(Protocol):
    """Questions that exist already: the shipped ones, and those that the organisation has kept."""

    def shipped(self, skill_id: str) -> list[Item]:
        """The shipped items of a skill; empty for a skill without any."""

    async def look(self, skill_ids: Sequence[str], language: str) -> Any:
        """What the organisation has at this moment, as JSON for a durable step; `open` reads it."""

    async def open(self, found: Any) -> "Stock":
        """The questions that `look` found, in an earlier run perhaps."""


@dataclass(frozen=True)
class Stock:
    """An organisation's own questions by skill, and how often each question stood in a form lately."""

    kept: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    exposure: Mapping[str, int] = field(default_factory=dict)


class Tools(Protocol):
    """What a stage may use besides its input. `avoid` are questions that the form must not repeat."""

    seed: int
    writer_model: str
    bank: Bank
    avoid: Sequence[Item]

    async def step(self, key: str, make: Callable[[], Awaitable[Any]]) -> Any:
        """The JSON value of a durable step: made once, read by every later run."""

    async def ask(self, step: str, request: ModelRequest) -> ModelAnswer:
        """The model's answer, paid for once per job. Raises ModelBusy or ModelRefused."""

    def stage(self, name: str) -> AbstractContextManager[object]:
        """What is done within is the stage of that name, and is timed as such."""

    def say(self, message: str, progress: float | None = None) -> None:
        """A line for the job's log and its webhooks; `progress` runs from 0 to 1."""
