"""The Message Batches API: many calls at half the price, answered within 24 hours.

A batch is named by the API, its calls by us (`custom_id`); results come in no particular order. A
batch takes 100,000 calls or 256 MB at most, and its results can be read for 29 days. Shapes and
errors are those of anthropic 2.11.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import anthropic
import httpx2
from anthropic.types.messages import MessageBatch

from workers.generation.engines.model_client import NO_SPANS, answer_of, problem_of
from workers.generation.tools import ModelAnswer, ModelBusy

log = logging.getLogger(__name__)

# In seconds, for the whole of an upload: after it nobody sends the batch any more, so that whoever
# finds it in doubt later can ask the API whether it is there.
SUBMIT_LIMIT = 120.0
PAGE = 100
# What the API says of a call that it gave no answer.
PROBLEMS = {
    "expired": "the batch expired before the model came to the call",
    "canceled": "the batch was cancelled",
}


class NotTaken(ModelBusy):
    """The API has not taken the batch, and surely so: it may be sent again."""


class UnknownBatch(Exception):
    """The API has no batch of that name (any more)."""


@dataclass(frozen=True)
class Batch:
    """A batch as the API tells of it."""

    id: str
    has_ended: bool
    requests: int
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Result:
    """What a batch has for a call: an answer, or the problem why there is none."""

    custom_id: str
    answer: ModelAnswer | None
    problem: str = ""


class BatchClient:
    """Creates, follows and reads batches. Used on one event loop."""

    def __init__(self, api_key: str, base_url: str | None, timeout: float) -> None:
        # No retries in the SDK: a batch whose creation is in doubt must not be created again.
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0, open_telemetry=NO_SPANS
        )

    async def create(self, calls: Sequence[tuple[str, dict[str, Any]]]) -> Batch:
        """Send calls, each with its name. Raises NotTaken or ModelRefused where the API has no such
        batch now, ModelBusy where that is in doubt."""
        requests: Any = [{"custom_id": name, "params": body} for name, body in calls]
        try:
            async with asyncio.timeout(SUBMIT_LIMIT):
                created = await self._client.messages.batches.create(requests=requests, timeout=SUBMIT_LIMIT)
            return _batch(created)
        except anthropic.APIStatusError as error:
            problem = problem_of(error)
            if isinstance(problem, ModelBusy) and 400 <= error.status_code < 500:
                raise NotTaken(str(problem), problem.retry_after) from error
            raise problem from error
        except anthropic.APIError as error:
            raise problem_of(error) from error
        except (httpx2.HTTPError, TimeoutError, ValueError, AttributeError, TypeError) as error:
            raise _unreadable(error) from error

    async def retrieve(self, batch_id: str) -> Batch:
        """The batch now. Raises UnknownBatch, ModelBusy or ModelRefused."""
        try:
            return _batch(await self._client.messages.batches.retrieve(batch_id))
        except anthropic.NotFoundError as error:
            raise UnknownBatch(batch_id) from error
        except anthropic.APIError as error:
            raise problem_of(error) from error
        except (httpx2.HTTPError, ValueError, AttributeError, TypeError) as error:
            raise _unreadable(error) from error

    async def created_since(self, moment: datetime) -> list[Batch]:
        """The batches of this key's workspace from then on, the newest first."""
        found: list[Batch] = []
        try:
            async for one in self._client.messages.batches.list(limit=PAGE):
                batch = _batch(one)
                if batch.created_at < moment:
                    break
                found.append(batch)
        except anthropic.APIError as error:
            raise problem_of(error) from error
        except (httpx2.HTTPError, ValueError, AttributeError, TypeError) as error:
            raise _unreadable(error) from error
        return found

    async def results(self, batch_id: str) -> AsyncGenerator[Result, None]:
        """The results of a batch that has ended, as they come."""
        try:
            opened = self._client.messages.batches.with_streaming_response.results(batch_id)
            async with opened as response:
                # The raw lines: what is stored is validated by the stages, so the SDK need not build it.
                async for line in _lines(response.iter_bytes()):
                    if (result := _result(line, batch_id)) is not None:
                        yield result
        except anthropic.NotFoundError as error:
            raise UnknownBatch(batch_id) from error
        except anthropic.APIError as error:
            raise problem_of(error) from error
        except (anthropic.AnthropicError, httpx2.HTTPError) as error:
            raise _unreadable(error) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _unreadable(error: Exception) -> ModelBusy:
    return ModelBusy(f"the model's answer was unreadable ({type(error).__name__})")


def _batch(batch: MessageBatch) -> Batch:
    counts = batch.request_counts
    return Batch(
        id=batch.id,
        has_ended=batch.processing_status == "ended",
        requests=counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired,
        created_at=batch.created_at,
        expires_at=batch.expires_at,
    )


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    # Not the transport's lines: those also end at characters that JSON may have in a string.
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
    yield rest


def _result(line: bytes, batch_id: str) -> Result | None:
    """A line of the results; None for one that tells nothing."""
    try:
        told = json.loads(line)
        name, result = str(told["custom_id"]), told["result"]
        if result["type"] == "succeeded":
            return Result(name, answer_of(result["message"], batch_id, is_batch=True))
        if result["type"] == "errored":
            return Result(name, None, f"its call in the batch failed ({_kind(result)})")
        return Result(name, None, PROBLEMS.get(result["type"], "the batch has no answer to the call"))
    except (ValueError, LookupError, TypeError):
        if line.strip():
            log.warning("A line of batch %s is unreadable.", batch_id)
        return None


def _kind(result: dict[str, Any]) -> str:
    """The kind of an error, without its message, which may quote the prompt."""
    error = result.get("error") or {}
    return str((error.get("error") or error).get("type", "error"))
