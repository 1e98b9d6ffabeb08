"""What the fake model does with a request: the routes of the API, its batches, and its controls.

Everything here runs on the server's event loop; what it keeps for tests it keeps through
`ModelServer`, under that one's lock.
"""

from __future__ import annotations

import json
import time
from asyncio import Handle
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.fakes import model_wire as wire
from tests.fakes.model_allowance import Standing
from tests.fakes.model_wire import Connection, Fault, Json, Prompt, Request

if TYPE_CHECKING:
    from tests.fakes.model_server import Call, ModelServer

MESSAGES = "/v1/messages"
COUNT = "/v1/messages/count_tokens"
BATCHES = "/v1/messages/batches"

# A stream begins after this share of the latency, so that a fan-out that waits for the prompt
# cache can see the first response begin well before it ends.
FIRST_TOKEN = 0.25

BATCH_LIFE = 24 * 3600


class ResponderBroke(Exception):
    """A test's responder raised something; the client is told, and not left hanging."""


class Asked(NamedTuple):
    """A message to write, with its measure, and the `kind` of fault that spoils it, "" for none.

    `warm` tells whether the prefix was in the prompt cache when the request arrived.
    """

    request: Json
    prompt: Prompt
    warm: bool
    kind: str


class Exchange:
    """One API call, from its arrival to its answer or to the loss of its client."""

    def __init__(self, server: ModelServer, connection: Connection, call: Call) -> None:
        self.server = server
        self.call = call
        self.request_id = server.next_id("req")
        self._connection = connection
        self._timer: Handle | None = None
        self._limits = ""
        connection.on_lost = self._abandon

    def after(self, delay: float, step: Callable[..., None], *args: Any) -> None:
        """Run `step` after `delay` seconds, unless the client is gone by then."""
        self._timer = self.server.after(delay, step, *args)

    def succeed(self, body: bytes, outcome: str = "ok", kind: str = "application/json") -> None:
        """Answer with `body` and the status 200."""
        head = self._head(200, kind, len(body))
        self._finish(outcome)
        self._connection.send(head + body)

    def admit(self, standing: Standing) -> bool:
        """Tell the limits in the answer's head; where the request is beyond them, that is the answer."""
        self._limits = standing.headers()
        if not standing.is_allowed:
            self.fail(429, "This request would exceed your rate limit.", standing.retry_after)
        return standing.is_allowed

    def fail(self, status: int, message: str, retry_after: float | None = None) -> None:
        """Answer with an error."""
        body = wire.to_bytes(wire.error_object(status, message, self.request_id))
        extra = "" if retry_after is None else f"retry-after: {retry_after:g}\r\n"
        head = self._head(status, "application/json", len(body), extra)
        self._finish(f"http_{status}")
        self._connection.send(head + body)

    def begin_stream(self, first: bytes) -> None:
        """Send the head and the `first` events of a stream."""
        head = self._head(200, "text/event-stream; charset=utf-8", None)
        self._connection.send(head + wire.chunk(first), last=False)

    def end_stream(self, rest: bytes, outcome: str) -> None:
        """Send the `rest` of a stream's events and its end."""
        self._finish(outcome)
        self._connection.send(wire.chunk(rest) + wire.chunk(b""))

    def hang_up(self, outcome: str, half_of: bytes = b"") -> None:
        """Close the connection, after a head and the first half of a body if one is given."""
        if half_of:
            head = self._head(200, "application/json", len(half_of))
            self._connection.send(head + half_of[: len(half_of) // 2], last=False)
        self._finish(outcome)
        self._connection.transport.close()

    def _head(self, status: int, kind: str, length: int | None, extra: str = "") -> bytes:
        in_flight = self.server.in_flight
        return wire.response_head(status, kind, length, self.request_id, in_flight, extra, self._limits)

    def _finish(self, outcome: str) -> None:
        # Before the bytes leave: a test that has its answer must find the call counted.
        self._connection.on_lost = None
        self.server.finished(self.call, outcome)

    def _abandon(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._finish("abandoned")


class Api:
    """The routes under `/v1` and the controls under `/__…__`."""

    def __init__(self, server: ModelServer) -> None:
        self._server = server
        self._batches: dict[str, Batch] = {}

    def forget(self) -> None:
        """Forget the batches."""
        self._batches.clear()

    def serve(self, connection: Connection, request: Request) -> None:
        """Answer `request`, now or later."""
        if request.target.startswith("/__"):
            _control(self._server, connection, request)
            return
        parts = urlsplit(request.target)
        parsed = _parsed(request.body)
        exchange = Exchange(self._server, connection, self._server.arrived(parts.path, parsed, request.body))
        if not request.key.startswith("test-"):
            exchange.fail(401, "invalid x-api-key")
        elif request.method == "POST":
            self._post(exchange, parts.path, parsed, request.body)
        elif request.method == "GET" and parts.path.startswith(BATCHES):
            self._get_batches(
                exchange, parts.path[len(BATCHES) :].strip("/").split("/"), parse_qs(parts.query)
            )
        else:
            exchange.fail(404, f"no route {request.method} {parts.path}")

    def _post(self, exchange: Exchange, path: str, request: Any, body: bytes) -> None:
        if path == MESSAGES:
            self._message(exchange, request, body)
        elif path == COUNT:
            self._checked(exchange, request, body, self._count)
        elif path == BATCHES:
            self._checked(exchange, request, body, self._create_batch)
        elif path.startswith(BATCHES) and path.endswith("/cancel"):
            self._cancel(exchange, path.split("/")[-2])
        else:
            exchange.fail(404, f"no route POST {path}")

    def _message(self, exchange: Exchange, request: Any, body: bytes) -> None:
        problem = wire.problem_with(request)
        if problem:
            exchange.fail(*problem)
            return
        standing = self._server.standing_of(request)
        if standing and not exchange.admit(standing):
            return
        fault = self._server.take_fault(request, body, wire.ALL_FAULTS)
        if fault and fault.kind == "status":
            exchange.fail(fault.status, "The fake was told to fail.", fault.retry_after)
            return
        stall = fault.seconds if fault and fault.kind == "stall" else 0
        asked = self._asked(request, fault.kind if fault and not stall else "")
        answer = self._stream if request.get("stream") else self._plain
        answer(exchange, asked, self._server.latency + stall)

    def _asked(self, request: Json, kind: str) -> Asked:
        prompt = wire.prompt_of(request)
        return Asked(request, prompt, self._server.is_warm(prompt), kind)

    # The answer is made when the request arrives, and only its bytes are kept for the time of the
    # latency: with hundreds of calls in flight, their requests would fill the processor's caches.

    def _plain(self, exchange: Exchange, asked: Asked, wait: float) -> None:
        if asked.kind == "drop":
            exchange.after(wait, exchange.hang_up, "drop")
        elif asked.kind == "stream_error":
            exchange.after(wait, exchange.fail, 529, "Overloaded")
        elif message := self._written_or_failed(exchange, asked):
            body = wire.message_bytes(message)
            exchange.after(wait, self._reply, exchange, asked.prompt, asked.kind, body)

    def _reply(self, exchange: Exchange, prompt: Prompt, kind: str, body: bytes) -> None:
        self._server.began(prompt)
        if kind in ("half", "half_stream"):
            exchange.hang_up(kind, half_of=body)
        else:
            exchange.succeed(body, kind or "ok")

    def _stream(self, exchange: Exchange, asked: Asked, wait: float) -> None:
        if asked.kind == "drop":
            exchange.after(wait, exchange.hang_up, "drop")
        elif message := self._written_or_failed(exchange, asked):
            first, rest = wire.stream_of(message)
            step = self._begin, exchange, asked.prompt, asked.kind, first, rest, wait * (1 - FIRST_TOKEN)
            exchange.after(wait * FIRST_TOKEN, *step)

    def _begin(
        self, exchange: Exchange, prompt: Prompt, kind: str, first: bytes, rest: bytes, wait: float
    ) -> None:
        self._server.began(prompt)
        exchange.begin_stream(first)
        if kind in ("half", "half_stream"):
            exchange.after(wait, exchange.hang_up, kind)
        elif kind == "stream_error":
            error = wire.event(wire.error_object(529, "Overloaded", exchange.request_id))
            exchange.after(wait, exchange.end_stream, error, kind)
        else:
            exchange.after(wait, exchange.end_stream, rest, kind or "ok")

    def _written_or_failed(self, exchange: Exchange, asked: Asked) -> Json | None:
        """The message, or None when there is none and the client has been told so."""
        try:
            return self._written(asked)
        except ResponderBroke as broken:
            exchange.fail(500, str(broken))
            return None

    def _written(self, asked: Asked, tier: str = "standard") -> Json:
        """The message that answers."""
        text = self._server.text_for(asked.request)
        text, stop_reason = wire.spoil(asked.kind, text, bool(asked.request.get("stream")))
        usage = wire.usage_of(asked.prompt, asked.warm, len(text), tier)
        return wire.message(asked.request, self._server.next_id("msg"), text, stop_reason, usage)

    def _checked(
        self, exchange: Exchange, request: Any, body: bytes, then: Callable[[Exchange, Json], None]
    ) -> None:
        """Go on to `then`, unless a fault on the wire says otherwise."""
        if not isinstance(request, dict):
            exchange.fail(400, "The request body is not a JSON object.")
            return
        fault = self._server.take_fault(request, body, wire.WIRE_FAULTS)
        if fault is None:
            then(exchange, request)
        elif fault.kind == "status":
            exchange.fail(fault.status, "The fake was told to fail.", fault.retry_after)
        elif fault.kind == "stall":
            exchange.after(fault.seconds, then, exchange, request)
        else:
            exchange.hang_up(fault.kind, half_of=b'{"cut": true}' if fault.kind == "half" else b"")

    def _count(self, exchange: Exchange, request: Json) -> None:
        problem = wire.problem_with(request, counting=True)
        if problem:
            exchange.fail(*problem)
        else:
            exchange.succeed(wire.to_bytes({"input_tokens": wire.input_tokens(request)}))

    def _create_batch(self, exchange: Exchange, request: Json) -> None:
        wanted = request.get("requests") or []
        names = {each.get("custom_id") for each in wanted}
        if not wanted or len(names) < len(wanted) or None in names:
            exchange.fail(400, "requests: each needs a custom_id of its own, and there must be one at least")
            return
        batch = Batch(self._server.next_id("msgbatch"), self._server.url, wanted)
        self._batches[batch.id] = batch
        exchange.succeed(wire.to_bytes(batch.as_json()))
        self._server.after(self._server.latency, self._process, batch)

    def _process(self, batch: Batch) -> None:
        if batch.status == "in_progress":
            batch.end((each["custom_id"], self._batch_result(batch, each)) for each in batch.requests)

    def _batch_result(self, batch: Batch, wanted: Json) -> Json:
        params = wanted["params"]
        problem = wire.problem_with(params)
        if problem:
            return {"type": "errored", "error": wire.error_object(*problem)}
        body = wire.canonical(params)
        fault = self._server.take_fault(params, body, wire.ANSWER_FAULTS)
        asked = self._asked(params, fault.kind if fault else "")
        call = self._server.arrived(f"{BATCHES}/{batch.id}/{wanted['custom_id']}", params, body, paid=True)
        try:
            message = self._written(asked, tier="batch")
        except ResponderBroke as broken:
            self._server.finished(call, "http_500")
            return {"type": "errored", "error": wire.error_object(500, str(broken))}
        self._server.began(asked.prompt)
        self._server.finished(call, asked.kind or "ok")
        return {"type": "succeeded", "message": message}

    def _cancel(self, exchange: Exchange, batch_id: str) -> None:
        batch = self._batches.get(batch_id)
        if batch is None:
            exchange.fail(404, f"no batch {batch_id}")
        elif batch.status == "ended":
            exchange.fail(400, "The batch has ended and cannot be canceled.")
        else:
            batch.cancel()
            exchange.succeed(wire.to_bytes(batch.as_json()))
            batch.end((each["custom_id"], {"type": "canceled"}) for each in batch.requests)

    def _get_batches(self, exchange: Exchange, path: list[str], query: dict[str, list[str]]) -> None:
        batch = self._batches.get(path[0])
        if path == [""]:
            exchange.succeed(wire.to_bytes(self._page(query)))
        elif batch is None or path[1:] not in ([], ["results"]):
            exchange.fail(404, f"no batch {'/'.join(path)}")
        elif len(path) == 1:
            exchange.succeed(wire.to_bytes(batch.as_json()))
        elif batch.status != "ended":
            exchange.fail(404, "The batch has no results yet.")
        else:
            exchange.succeed(batch.results_as_lines(), kind="application/x-jsonl")

    def _page(self, query: dict[str, list[str]]) -> Json:
        """One page of the batches, the newest first."""
        found = [batch.as_json() for batch in reversed(self._batches.values())]
        places = {batch["id"]: at for at, batch in enumerate(found)}
        limit = int(query.get("limit", ["20"])[0])
        if "before_id" in query:
            found = found[: places.get(query["before_id"][0], 0)]
            page = found[-limit:]
        else:
            found = found[places.get(query.get("after_id", [""])[0], -1) + 1 :]
            page = found[:limit]
        ends = (page[0]["id"], page[-1]["id"]) if page else (None, None)
        return {"data": page, "has_more": len(found) > len(page), "first_id": ends[0], "last_id": ends[1]}


class Batch:
    """A batch: in progress for the server's latency, then ended."""

    def __init__(self, batch_id: str, url: str, requests: list[Json]) -> None:
        self.id = batch_id
        self.requests = requests
        self.status = "in_progress"
        self._url = url
        self._created = time.time()
        self._canceled: str | None = None
        self._ended: str | None = None
        self._results: dict[str, Json] = {}

    def cancel(self) -> None:
        """Start to cancel."""
        self.status = "canceling"
        self._canceled = _timestamp(time.time())

    def end(self, results: Iterable[tuple[str, Json]]) -> None:
        """Take the results, by custom_id, and end."""
        self._results = dict(results)
        self._ended = _timestamp(time.time())
        self.status = "ended"

    def as_json(self) -> Json:
        """The batch in the API's shape."""
        return {
            "id": self.id,
            "type": "message_batch",
            "processing_status": self.status,
            "request_counts": self._counts(),
            "created_at": _timestamp(self._created),
            "expires_at": _timestamp(self._created + BATCH_LIFE),
            "ended_at": self._ended,
            "archived_at": None,
            "cancel_initiated_at": self._canceled,
            "results_url": f"{self._url}{BATCHES}/{self.id}/results" if self._ended else None,
        }

    def results_as_lines(self) -> bytes:
        """The results as JSON lines, the last request's first: the API promises no order."""
        lines = [{"custom_id": name, "result": self._results[name]} for name in reversed(self._results)]
        return b"".join(wire.to_bytes(line) + b"\n" for line in lines)

    def _counts(self) -> Json:
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        counts["processing"] = len(self.requests) - len(self._results)
        for result in self._results.values():
            counts[result["type"]] += 1
        return counts


def _control(server: ModelServer, connection: Connection, request: Request) -> None:
    """Answer a request of the test's own, which needs no key and is not counted."""
    try:
        status, answer = (
            200,
            _controlled(server, f"{request.method} {request.target}", _parsed(request.body) or {}),
        )
    except (KeyError, TypeError, ValueError) as wrong:
        status, answer = 400, wire.error_object(400, repr(wrong))
    body = wire.to_bytes(answer)
    connection.send(
        wire.response_head(status, "application/json", len(body), "control", server.in_flight) + body
    )


def _controlled(server: ModelServer, what: str, given: Json) -> Json:
    if what == "GET /__calls__":
        return server.as_json()
    if what == "POST /__reset__":
        server.reset()
    elif what == "POST /__latency__":
        server.latency = float(given["latency"])
    elif what == "POST /__faults__":
        _add_fault(server, **given)
    else:
        raise ValueError(f"no control {what}")
    return {"ok": True}


def _add_fault(
    server: ModelServer, kind: str, times: int | None = None, match: str | None = None, **fields: Any
) -> None:
    """Add a fault for requests whose body has `match` in it, `times` times (else always), or for the next."""
    fault = Fault(kind, **fields)
    if match is None:
        server.fail_next(1 if times is None else times, fault)
    else:
        needle = match.encode()
        server.add_rule(lambda _request, body: needle in body, fault, times)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


def _timestamp(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
