"""The one place that talks to the model: the anthropic SDK on one event loop a process.

The SDK's aiohttp transport is used: with hundreds of calls in flight the default one takes six
times the processor time a call (docs/decisions/0002).
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import anthropic
import httpx2

import traces
from workers.generation.engines.prices import cost
from workers.generation.tools import ModelAnswer, ModelBusy, ModelRefused, ModelRequest

# The SDK's own spans could be told to hold prompts, and its headers would show our traces to others.
NO_SPANS: Literal[False] = False
# https://opentelemetry.io/docs/specs/semconv/gen-ai/
CHAT = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic"}


class ModelClient:
    """Sends requests. Made on the loop that uses it, after any fork.

    `on_headers` is told the model and the headers of every answer, those of errors too.
    """

    def __init__(self, api_key: str, base_url: str | None, timeout: float, in_flight: int) -> None:
        self._http = anthropic.DefaultAioHttpClient(
            limits=httpx2.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
        )
        # No retries in the SDK: it would sleep as long as `retry-after` says, without a cap. Waiting
        # is the run's, which knows the lease and may let another worker go on.
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key,
            base_url=base_url,
            timeout=timeout,
            max_retries=0,
            http_client=self._http,
            open_telemetry=NO_SPANS,
        )
        self.on_headers: Callable[[str, Mapping[str, str]], None] = lambda _model, _headers: None

    async def send(self, request: ModelRequest) -> ModelAnswer:
        """One call. Raises ModelBusy where later may help, ModelRefused where it will not."""
        model = str(request.body["model"])
        told = {**CHAT, "gen_ai.request.model": model, "assessgen.stage": request.stage}
        with traces.span(f"chat {model}", traces.CLIENT, told) as span:
            answer = await self._send(request)
            span.set(_taken(answer))
            return answer

    async def _send(self, request: ModelRequest) -> ModelAnswer:
        started = time.monotonic()
        try:
            # The raw answer: what is stored is validated by the stages, so the SDK need not build it.
            response = await self._client.messages.with_raw_response.create(**request.body)
            self.on_headers(request.body["model"], response.headers)
            message = json.loads(await response.read())
            answer = answer_of(message, response.headers.get("request-id"))
        except anthropic.APIError as error:
            if isinstance(error, anthropic.APIStatusError):
                self.on_headers(request.body["model"], error.response.headers)
            raise problem_of(error) from error
        except (httpx2.HTTPError, ValueError, LookupError, TypeError) as error:
            # A body that is cut off, is no JSON or no message is not wrapped by the SDK.
            raise ModelBusy(f"the model's answer was unreadable ({type(error).__name__})") from error
        return replace(answer, duration_ms=round((time.monotonic() - started) * 1000))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def problem_of(error: anthropic.APIError) -> Exception:
    """What an SDK error means for the job. The messages never hold the key or the prompt."""
    if isinstance(error, anthropic.APITimeoutError):
        return ModelBusy("the model did not answer in time")
    if isinstance(error, anthropic.APIConnectionError):
        return ModelBusy("the model's API could not be reached")
    if not isinstance(error, anthropic.APIStatusError):
        return ModelBusy(f"the model's answer was unreadable ({type(error).__name__})")
    status = error.status_code
    if status in (408, 409, 429) or status >= 500 or status < 400:
        return ModelBusy(f"the model's API answered {status}", _retry_after(error), status)
    hint = {
        401: "check ANTHROPIC_API_KEY",
        403: "check what ANTHROPIC_API_KEY may do",
        404: "check the names of the models in the settings",
    }.get(status, "this is a fault of this product, please report it")
    return ModelRefused(f"The model's API refused the request ({status}); {hint}.")


def _retry_after(error: anthropic.APIStatusError) -> float | None:
    value = error.response.headers.get("retry-after", "")
    return float(value) if value.replace(".", "", 1).isdigit() else None


def answer_of(message: dict[str, Any], request_id: str | None, is_batch: bool = False) -> ModelAnswer:
    """The answer in our terms. Raises LookupError or TypeError where it is no message."""
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
        request_id=request_id,
        usage=counts,
        micro_dollars=cost(message["model"], counts, is_batch),
    )


def _taken(answer: ModelAnswer) -> dict[str, str | int]:
    """What a span tells of an answer: what it took, and nothing it says. Input counts what was cached."""
    used = answer.usage
    read, written = used["cache_read_tokens"], used["cache_write_tokens"]
    return {
        "gen_ai.response.model": answer.model,
        "gen_ai.usage.input_tokens": used["input_tokens"] + read + written,
        "gen_ai.usage.cache_read.input_tokens": read,
        "gen_ai.usage.output_tokens": used["output_tokens"],
    }
