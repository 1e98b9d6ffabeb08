"""The order of a draw's wrong answers: the key shall not be found by counting what the options share."""

import random
import re
from collections import Counter
from collections.abc import Hashable, Sequence

from workers.generation.item_models import DISTRACTORS, Wrong

TRIES = 12
PART = re.compile(r"[^\s,\[\]]+")


def mixed(rng: random.Random, right: str, wrong: Sequence[Wrong]) -> tuple[Wrong, ...]:
    """The wrong answers in a drawn order in which the first few do not all lead to the key.

    Each mistake changes the key a little, so that its parts are the commonest in many an order; where
    every order is so, the last one drawn stays.
    """
    order = tuple(rng.sample(list(wrong), len(wrong)))
    for _ in range(TRIES):
        texts = list(dict.fromkeys(one.text for one in order if one.text != right))[:DISTRACTORS]
        if not _leads([set(_parts(text)) for text in (right, *texts)]) and not _leads(
            [set(enumerate(_parts(text))) for text in (right, *texts)]
        ):
            break
        order = tuple(rng.sample(list(wrong), len(wrong)))
    return order


def _parts(text: str) -> list[str]:
    return PART.findall(text)


def _leads(options: Sequence[set[Hashable] | set[str] | set[tuple[int, str]]]) -> bool:
    """Whether the parts of the first option come back in the others more than those of any other."""
    counts: Counter[Hashable] = Counter(part for option in options for part in option)
    scores = [sum(counts[part] - 1 for part in option) for option in options]
    return all(counts[part] > 1 for part in options[0]) and scores[0] > max(scores[1:], default=0)
