"""The fake model's real rate limits: so many requests of a model in so many seconds, then 429.

The window slides: what it counts is what was allowed in the last seconds, so a client that keeps
to the headers and to `retry-after` is never refused for long.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """Where a model's client stands: whether the request is allowed, and what the headers tell of it."""

    is_allowed: bool
    limit: int
    remaining: int
    reset: float
    retry_after: float | None = None

    def headers(self) -> str:
        """The headers of the API for it; its clock gives thousandths, for the tests' short windows."""
        name = "anthropic-ratelimit-requests"
        return (
            f"{name}-limit: {self.limit}\r\n"
            f"{name}-remaining: {self.remaining}\r\n"
            f"{name}-reset: {_timestamp(time.time() + self.reset)}\r\n"
        )


class Allowance:
    """`requests` of each model per `per` seconds."""

    def __init__(self, requests: int, per: float) -> None:
        self._requests = requests
        self._per = per
        self._allowed: dict[str, deque[float]] = defaultdict(deque)

    def ask(self, model: str) -> Standing:
        """Count a request that arrives now, if it is allowed."""
        now, allowed = time.monotonic(), self._allowed[model]
        while allowed and allowed[0] <= now - self._per:
            allowed.popleft()
        if len(allowed) >= self._requests:
            wait = math.ceil((allowed[0] + self._per - now) * 1000) / 1000
            return Standing(False, self._requests, 0, wait, retry_after=wait)
        allowed.append(now)
        # The API's reset is when all is there again.
        return Standing(True, self._requests, self._requests - len(allowed), self._per)


def _timestamp(seconds: float) -> str:
    whole, thousandths = divmod(math.ceil(seconds * 1000), 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{thousandths:03d}Z"
