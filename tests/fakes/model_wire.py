"""The bytes of the fake model: HTTP/1.1 by hand, and the shapes of the Messages API.

By hand because a benchmark sends 900 calls through the fake in two seconds on a machine that
it shares with what is measured: the fake may cost well under 0.3 ms of CPU a call. The shapes
follow `anthropic/types/` of SDK 2.11.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

Json = dict[str, Any]

MODELS = frozenset({"claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5"})
# The models that think as they like: they refuse a forced tool and `thinking: disabled`.
SELF_WILLED = frozenset({"claude-sonnet-5-5"})
SAMPLING = ("temperature", "top_p", "top_k")

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}
REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    413: "Content Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    529: "Overloaded",
}

# What a fault may touch: any POST; the text of any message; only `POST /v1/messages`.
WIRE_FAULTS = frozenset({"status", "drop", "half", "stall"})
ANSWER_FAULTS = frozenset({"refusal", "truncated", "garbage", "wrong_schema"})
STREAM_FAULTS = frozenset({"half_stream", "stream_error"})
ALL_FAULTS = WIRE_FAULTS | ANSWER_FAULTS | STREAM_FAULTS

# More than any test or benchmark sends, so that nobody waits who was not told to (`ModelServer.allow`).
REQUEST_LIMIT = 1_000_000
TOKEN_LIMIT = 1_000_000_000
DELTAS = 8  # enough that a stream can stop "midway"; few enough to stay cheap

CONTROLS = bytes(range(32))  # what JSON escapes besides quotes and backslashes

GARBAGE = 'Certainly! Here is what you asked for: {"items": [ and so on'
THOUGHT = "The request is clear, so the answer can be written at once."
SIGNATURE = "ZmFrZS1zaWduYXR1cmU="

# Built once: `json.dumps` with any option makes a new encoder on every call.
encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def to_bytes(value: object) -> bytes:
    """`value` as compact JSON in UTF-8."""
    return encode_json(value).encode()


def canonical(request: Json) -> bytes:
    """`request` as bytes that do not depend on the order of its keys."""
    return _encode_sorted(request).encode()


@dataclass(frozen=True)
class Fault:
    """What is to go wrong with a call.

    `status` is used by kind "status", `seconds` by "stall"; `retry_after` (seconds) becomes a
    header of "status". On a plain call "half_stream" is "half" and "stream_error" is a 529; on
    a stream "half" is "half_stream". A "stall" that the client outlasts is answered as usual.
    """

    kind: str
    status: int = 529
    retry_after: float | None = None
    seconds: float = 30.0

    def __post_init__(self) -> None:
        if self.kind not in ALL_FAULTS:
            raise ValueError(f"unknown fault {self.kind!r}; one of {sorted(ALL_FAULTS)}")
        if self.status not in ERROR_TYPES:
            raise ValueError(f"unknown status {self.status!r}; one of {sorted(ERROR_TYPES)}")


class Request(NamedTuple):
    """One HTTP request; `key` is what it authenticates with, "" when it has nothing."""

    method: str
    target: str
    key: str
    body: bytes


class Connection(asyncio.Protocol):
    """One keep-alive connection, which hands over its requests one at a time."""

    transport: asyncio.Transport

    def __init__(self, serve: Callable[[Connection, Request], None], open_ones: set[Connection]) -> None:
        self._serve = serve
        self._open_ones = open_ones
        self._buffer = bytearray()
        self._busy = False
        self.on_lost: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._open_ones.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open_ones.discard(self)
        if self.on_lost is not None:
            self.on_lost()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._advance()

    def send(self, data: bytes, last: bool = True) -> None:
        """Write `data`; after the `last` of an answer the next request may come."""
        self.transport.write(data)
        if last:
            self._busy = False
            self._advance()

    def _advance(self) -> None:
        while self._buffer and not self._busy and not self.transport.is_closing():
            request = self._take()
            if request is None:
                return
            self._busy = True
            self._serve(self, request)

    def _take(self) -> Request | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self._buffer[:end].decode("latin-1")
        lowered = head.lower()
        size = int(_header(head, lowered, "content-length") or 0)
        if len(self._buffer) < end + 4 + size:
            return None
        body = bytes(self._buffer[end + 4 : end + 4 + size])
        del self._buffer[: end + 4 + size]
        method, target, _version = head.split("\r\n", 1)[0].split(" ")
        return Request(method, target, _key(head, lowered), body)


def _key(head: str, lowered: str) -> str:
    # SDK 2.11 sends an API key as a bearer token, older ones and plain HTTP clients as `x-api-key`.
    return _header(head, lowered, "x-api-key") or _header(head, lowered, "authorization").removeprefix(
        "Bearer "
    )


def _header(head: str, lowered: str, name: str) -> str:
    at = lowered.find(f"\r\n{name}:")
    if at < 0:
        return ""
    return head[at + len(name) + 3 :].split("\r\n", 1)[0].strip()


def response_head(
    status: int,
    kind: str,
    length: int | None,
    request_id: str,
    in_flight: int,
    extra: str = "",
    requests: str = "",
) -> bytes:
    """The head of a response; a body of unknown `length` goes in chunks.

    `requests` are the headers on the limit of requests, where there is one.
    """
    reset = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
    left = 0 if status == 429 else 1
    requests = requests or (
        f"anthropic-ratelimit-requests-limit: {REQUEST_LIMIT}\r\n"
        f"anthropic-ratelimit-requests-remaining: {left * max(0, REQUEST_LIMIT - in_flight)}\r\n"
        f"anthropic-ratelimit-requests-reset: {reset}\r\n"
    )
    framing = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    return (
        f"HTTP/1.1 {status} {REASONS[status]}\r\ncontent-type: {kind}\r\n{framing}\r\n"
        f"request-id: {request_id}\r\n{requests}"
        f"anthropic-ratelimit-tokens-limit: {TOKEN_LIMIT}\r\n"
        f"anthropic-ratelimit-tokens-remaining: {left * TOKEN_LIMIT}\r\n"
        f"anthropic-ratelimit-tokens-reset: {reset}\r\n{extra}\r\n"
    ).encode("latin-1")


def chunk(data: bytes) -> bytes:
    """`data` as one chunk of a chunked body; of nothing, the chunk that ends the body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def error_object(status: int, message: str, request_id: str | None = None) -> Json:
    """An error in the API's shape."""
    return {
        "type": "error",
        "error": {"type": ERROR_TYPES[status], "message": message},
        "request_id": request_id,
    }


def problem_with(request: object, counting: bool = False) -> tuple[int, str] | None:
    """The (status, message) with which the API would turn `request` down, if it would."""
    if not isinstance(request, dict):
        return 400, "The request body is not a JSON object."
    return _missing(request, counting) or _forbidden(request)


def _missing(request: Json, counting: bool) -> tuple[int, str] | None:
    for name, kind in (("model", str), ("messages", list), ("max_tokens", int)):
        if name == "max_tokens" and counting:
            continue
        if name not in request:
            return 400, f"{name}: Field required"
        if not isinstance(request[name], kind) or not request[name]:
            return 400, f"{name}: Input should be a non-empty {kind.__name__}"
    return None


def _forbidden(request: Json) -> tuple[int, str] | None:
    for name in SAMPLING:
        if name in request:
            return 400, f"{name}: Extra inputs are not permitted"
    model = request["model"]
    if model not in MODELS:
        return 404, f"model: {model}"
    if model in SELF_WILLED and _type_of(request, "tool_choice") in ("any", "tool"):
        return 400, f"tool_choice: {model} does not support forcing a tool"
    if model in SELF_WILLED and _type_of(request, "thinking") == "disabled":
        return 400, f"thinking.type: 'disabled' is not supported by {model}"
    return None


def _type_of(request: Json, name: str) -> str | None:
    return (request.get(name) or {}).get("type")


def texts(content: object) -> Iterator[str]:
    """The texts of a `content` or a `system`, which may be a string or a list of blocks."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        yield from (block.get("text", "") for block in content)


def user_text(request: Json) -> str:
    """All that the user's turns say."""
    turns = (turn["content"] for turn in request["messages"] if turn.get("role") == "user")
    return "\n".join(text for content in turns for text in texts(content))


class Prompt(NamedTuple):
    """What a request has to be read: `cached` is the hash of its cached prefix, None without one."""

    cached: int | None
    cached_tokens: int
    other_tokens: int


def prompt_of(request: Json) -> Prompt:
    """Measure `request`; its prefix ends with the last system block marked with `cache_control`."""
    prefix = _cached_prefix(request.get("system"))
    cached = tokens(sum(map(len, prefix)))
    return Prompt(
        hash((request["model"], *prefix)) if prefix else None, cached, max(1, input_tokens(request) - cached)
    )


def _cached_prefix(system: object) -> list[str]:
    if not isinstance(system, list):
        return []
    marked = [at for at, block in enumerate(system) if block.get("cache_control")]
    return list(texts(system[: marked[-1] + 1])) if marked else []


def tokens(chars: int) -> int:
    """About as many tokens as `chars` characters are."""
    return (chars + 3) // 4


def input_tokens(request: Json) -> int:
    """The tokens of all that `request` says, cached or not."""
    chars = sum(map(len, texts(request.get("system"))))
    chars += sum(len(text) for turn in request["messages"] for text in texts(turn.get("content")))
    return max(1, tokens(chars))


def usage_of(prompt: Prompt, warm: bool, written: int, tier: str) -> Json:
    """The usage of a call that wrote `written` characters; `warm`: its prefix was in the cache."""
    made = 0 if warm else prompt.cached_tokens
    return {
        "input_tokens": prompt.other_tokens,
        "cache_creation_input_tokens": made,
        "cache_read_input_tokens": prompt.cached_tokens - made,
        "cache_creation": {"ephemeral_5m_input_tokens": made, "ephemeral_1h_input_tokens": 0},
        "output_tokens": max(1, tokens(written)),
        "service_tier": tier,
    }


def spoil(kind: str, text: str, stream: bool) -> tuple[str, str]:
    """The (text, stop reason) that a fault makes of an answer.

    A refusal says nothing on a plain call, and breaks off on a stream, as classifiers do.
    """
    if kind == "refusal":
        return (text[: len(text) // 4] if stream else ""), "refusal"
    if kind == "truncated":
        return text[: len(text) // 2], "max_tokens"
    if kind == "garbage":
        return GARBAGE, "end_turn"
    if kind == "wrong_schema":
        return encode_json(_lacking(_parsed(text))), "end_turn"
    return text, "end_turn"


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return {}


def _lacking(value: Any) -> Any:
    """`value` without every second field of its innermost objects."""
    if isinstance(value, list):
        return [_lacking(each) for each in value]
    if not isinstance(value, dict):
        return value
    if any(isinstance(each, dict | list) for each in value.values()):
        return {name: _lacking(each) for name, each in value.items()}
    return {name: value[name] for name in list(value)[1::2]}


def message(request: Json, message_id: str, text: str, stop_reason: str, usage: Json) -> Json:
    """A message in the API's shape, with a thinking block first when the request thinks."""
    content: list[Json] = []
    if _type_of(request, "thinking") not in (None, "disabled"):
        content.append({"type": "thinking", "thinking": THOUGHT, "signature": SIGNATURE})
    if text:
        content.append({"type": "text", "text": text, "citations": None})
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "stop_details": _stop_details(stop_reason),
        "usage": usage,
    }


def message_bytes(message: Json) -> bytes:
    """`message` as JSON, its long text being quoted apart from the rest, which is cheaper."""
    *before, last = message["content"] or [{}]
    if last.get("type") != "text":
        return to_bytes(message)
    rest = to_bytes(message | {"content": [*before, last | {"text": None}]})
    return rest.replace(b'"text":null', b'"text":' + _quoted(last["text"]), 1)


def _quoted(text: str) -> bytes:
    raw = text.encode()
    if len(raw.translate(None, CONTROLS)) < len(raw):
        return to_bytes(text)
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _stop_details(stop_reason: str) -> Json | None:
    if stop_reason != "refusal":
        return None
    return {"type": "refusal", "category": "general_harms", "explanation": "The fake was told to refuse."}


def event(data: Json) -> bytes:
    """One server-sent event, named by the type of its data."""
    return f"event: {data['type']}\ndata: {encode_json(data)}\n\n".encode()


def stream_of(message: Json) -> tuple[bytes, bytes]:
    """`message` as server-sent events: those before the middle of it, and the rest."""
    start = message | {"content": [], "stop_reason": None, "stop_details": None}
    start["usage"] = message["usage"] | {"output_tokens": 1}
    events = [event({"type": "message_start", "message": start})]
    for index, block in enumerate(message["content"]):
        events += _block_events(index, block)
    stop = {name: message[name] for name in ("stop_reason", "stop_sequence", "stop_details")}
    end = [
        event(
            {
                "type": "message_delta",
                "delta": stop,
                "usage": {"output_tokens": message["usage"]["output_tokens"]},
            }
        )
    ]
    end.append(event({"type": "message_stop"}))
    middle = (len(events) + 1) // 2
    return b"".join(events[:middle]), b"".join(events[middle:] + end)


def _block_events(index: int, block: Json) -> Iterator[bytes]:
    if block["type"] == "thinking":
        empty: Json = {"type": "thinking", "thinking": "", "signature": ""}
        deltas = [{"type": "thinking_delta", "thinking": block["thinking"]}]
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    else:
        empty = {"type": "text", "text": "", "citations": None}
        deltas = [{"type": "text_delta", "text": piece} for piece in _pieces(block["text"])]
    yield event({"type": "content_block_start", "index": index, "content_block": empty})
    yield event({"type": "ping"})
    for delta in deltas:
        yield event({"type": "content_block_delta", "index": index, "delta": delta})
    yield event({"type": "content_block_stop", "index": index})


def _pieces(text: str) -> Iterator[str]:
    size = -(-len(text) // DELTAS)
    return (text[at : at + size] for at in range(0, len(text), size))
