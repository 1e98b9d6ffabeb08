"""The one place that talks to the model: the anthropic SDK on one event loop a process.

The SDK's aiohttp transport is used: with hundreds of calls in flight the default one takes six
times the processor time a call (docs/decisions/0002).
"""

import contextlib
import json
import time
from dataclasses import replace
from datetime import date
from importlib import import_module
from typing import Any

import anthropic
import httpx2

from workers.generation.tools import ModelAnswer, ModelBusy, ModelRefused, ModelRequest

# Thousandths of a micro-dollar a token, in and out, read on PRICES_OF, so that sums are whole
# numbers; a cache read costs 5 % of the input's price, a five-minute cache write 125 %.
PRICES_OF = date(2026, 11, 1)
PRICES = {
    "claude-sonnet-5-5": (2_000, 10_000),
    "claude-haiku-5-5": (100, 500),
    "claude-opus-5-5": (4_000, 20_000),
}


class ModelClient:
    """Sends requests. Made on the loop that uses it, after any fork."""

    def __init__(self, api_key: str, base_url: str | None, timeout: float, in_flight: int) -> None:
        self._http = anthropic.DefaultAioHttpClient(
            limits=httpx2.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
        )
        # No retries in the SDK: it would sleep as long as `retry-after` says, without a cap. Waiting
        # is the run's, which knows the lease and may let another worker go on.
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0, http_client=self._http
        )
        # The SDK imports this at the first call, which takes as long as five calls do.
        with contextlib.suppress(ImportError):
            import_module("opentelemetry.propagate")

    async def send(self, request: ModelRequest) -> ModelAnswer:
        """One call. Raises ModelBusy where later may help, ModelRefused where it will not."""
        started = time.monotonic()
        try:
            # The raw answer: what is stored is validated by the stages, so the SDK need not build it.
            response = await self._client.messages.with_raw_response.create(**request.body)
            answer = _answer(json.loads(await response.read()), response.headers)
        except anthropic.APIError as error:
            raise _problem(error) from error
        except (httpx2.HTTPError, ValueError, LookupError, TypeError) as error:
            # A body that is cut off, is no JSON or no message is not wrapped by the SDK.
            raise ModelBusy(f"the model's answer was unreadable ({type(error).__name__})") from error
        return replace(answer, duration_ms=round((time.monotonic() - started) * 1000))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _problem(error: anthropic.APIError) -> Exception:
    """What an SDK error means for the job. The messages never hold the key or the prompt."""
    if isinstance(error, anthropic.APITimeoutError):
        return ModelBusy("the model did not answer in time")
    if isinstance(error, anthropic.APIConnectionError):
        return ModelBusy("the model's API could not be reached")
    if not isinstance(error, anthropic.APIStatusError):
        return ModelBusy(f"the model's answer was unreadable ({type(error).__name__})")
    status = error.status_code
    if status in (408, 409, 429) or status >= 500 or status < 400:
        return ModelBusy(f"the model's API answered {status}", _retry_after(error))
    hint = {
        401: "check ANTHROPIC_API_KEY",
        403: "check what ANTHROPIC_API_KEY may do",
        404: "check the names of the models in the settings",
    }.get(status, "this is a fault of this product, please report it")
    return ModelRefused(f"The model's API refused the request ({status}); {hint}.")


def _retry_after(error: anthropic.APIStatusError) -> float | None:
    value = error.response.headers.get("retry-after", "")
    return float(value) if value.replace(".", "", 1).isdigit() else None


def _answer(message: dict[str, Any], headers: httpx2.Headers) -> ModelAnswer:
    usage = message["usage"]
    counts = {
        "input_tokens": usage["input_tokens"],
        "output_tokens": usage["output_tokens"],
        "cache_read_tokens": usage.get("cache_read_input_tokens") or 0,
        "cache_write_tokens": usage.get("cache_creation_input_tokens") or 0,
    }
    return ModelAnswer(
        # A thinking block may come before the text, so blocks are picked by their type.
        text="".join(block["text"] for block in message["content"] if block["type"] == "text"),
        stop_reason=message["stop_reason"],
        model=message["model"],
        request_id=headers.get("request-id"),
        usage=counts,
        micro_dollars=cost(message["model"], counts),
    )


def cost(model: str, counts: dict[str, int]) -> int:
    """What the tokens cost, in whole micro-dollars, rounded up; 0 for a model without a price."""
    # The API may answer with a model's dated name.
    prices = (PRICES[known] for known in PRICES if model == known or model.startswith(known + "-"))
    price_in, price_out = next(prices, (0, 0))
    thousandths = (
        counts["input_tokens"] * price_in
        + counts["cache_read_tokens"] * price_in * 5 // 100
        + counts["cache_write_tokens"] * price_in * 125 // 100
        + counts["output_tokens"] * price_out
    )
    return -(-thousandths // 1000)
