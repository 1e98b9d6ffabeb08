"""What the stages are given from outside. Each is a protocol, so that generation knows no database."""

from collections.abc import Awaitable, Callable, Iterable
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

    `retry_after` is in seconds, None where the model didn't say.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelRefused(Exception):
    """The model's API will not take this request or this key; trying again will not help."""


@dataclass(frozen=True)
class ModelRequest:
    """One call: `body` is what `messages.create` takes; `stage` names it in the ledger."""

    stage: str
    body: dict[str, Any]


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
    """Questions that exist already."""

    def search(self, skill_ids: Iterable[str]) -> dict[str, list[Item]]:
        """The items of each skill; a skill without any has an empty list."""


class Tools(Protocol):
    """What a stage may use besides its input."""

    seed: int
    writer_model: str
    bank: Bank

    async def step(self, key: str, make: Callable[[], Awaitable[Any]]) -> Any:
        """The JSON value of a durable step: made once, read by every later run."""

    async def ask(self, step: str, request: ModelRequest) -> ModelAnswer:
        """The model's answer, paid for once per job. Raises ModelBusy or ModelRefused."""

    def say(self, message: str, progress: float | None = None) -> None:
        """A line for the job's log and its webhooks; `progress` runs from 0 to 1."""
