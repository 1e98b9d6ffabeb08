"""What the language model costs: the one table of prices, and what follows from it. Knows no SDK."""

import json
from datetime import date
from typing import Any

# Thousandths of a micro-dollar a token, in and out, read on PRICES_OF, so that sums are whole
# numbers; a cache read costs 5 % of the input's price, a five-minute cache write 125 %.
PRICES_OF = date(2026, 11, 1)
PRICES = {
    "claude-sonnet-5-5": (2_000, 10_000),
    "claude-haiku-5-5": (100, 500),
    "claude-opus-5-5": (4_000, 20_000),
}
# A request's bytes a token: four in English prose. With three, the estimate also covers other
# scripts, the markup that the API adds and the extra quarter of a cache write.
BYTES_A_TOKEN = 3


def is_priced(model: str) -> bool:
    """Whether the table has the model: of any other the costs are unknown and count as nothing."""
    return _prices(model) is not None


def cost(model: str, counts: dict[str, int], is_batch: bool = False) -> int:
    """What the tokens cost, in whole micro-dollars, rounded up; 0 for a model without a price.

    All tokens of a batch are half price.
    """
    price_in, price_out = _prices(model) or (0, 0)
    thousandths = (
        counts["input_tokens"] * price_in
        + counts["cache_read_tokens"] * price_in * 5 // 100
        + counts["cache_write_tokens"] * price_in * 125 // 100
        + counts["output_tokens"] * price_out
    )
    return -(-thousandths // (2000 if is_batch else 1000))


def worst_case(body: dict[str, Any], is_batch: bool = False) -> int:
    """What a request may cost at most, in micro-dollars: all of its text read, `max_tokens` written."""
    counts = {
        "input_tokens": -(-len(json.dumps(body, ensure_ascii=False).encode()) // BYTES_A_TOKEN),
        "output_tokens": body["max_tokens"],
        "cache_read_tokens": 0,
        "cache_write_tokens": 0,
    }
    return cost(body["model"], counts, is_batch)


def _prices(model: str) -> tuple[int, int] | None:
    # The API may answer with a model's dated name.
    found = (PRICES[known] for known in PRICES if model == known or model.startswith(known + "-"))
    return next(found, None)
