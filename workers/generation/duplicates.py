"""When two items are one question in other words.

Three looks, the cheap one first: a hash of the letters and digits; the share of common words
(Jaccard's index); the cosine of character trigrams for what lies between. Numbers count as one word,
so that a question asked again with other figures is a copy.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from workers.generation.brief import Item

# From so many common words on, two items are copies; below the lower bound they are not. Both were set on
# the shipped library, which has no copies, and on rewordings of its items.
SAME_WORDS = 0.65
OTHER_WORDS = 0.4
SAME_LETTERS = 0.85
WORD = re.compile(r"[^\W_]+|[-+*/%<>=!&|^~]+")
LITTLE_WORDS = """
    a an and are as at be by do does for from has have how in into is it its of on or should that the
    their then this to was what when which who will with would you your
"""
STOP_WORDS = frozenset(LITTLE_WORDS.split())


class _Marks(NamedTuple):
    words: frozenset[str]
    grams: Counter[str]
    length: float


def are_copies(one: Item, other: Item) -> bool:
    """Whether a candidate who has answered one has answered the other."""
    if one.identity == other.identity:
        return True
    if one.family is not None and one.family == other.family:
        return True
    if _origin(one) is not None and _origin(one) == _origin(other):
        return True
    mine, theirs = _marks(_text(one)), _marks(_text(other))
    common = len(mine.words & theirs.words)
    whole = len(mine.words | theirs.words)
    share = common / whole if whole else 0.0
    if share < OTHER_WORDS:
        return False
    return share >= SAME_WORDS or _cosine(mine, theirs) >= SAME_LETTERS


class Known:
    """Questions that must not come again, asked item by item."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._items: list[Item] = []
        self._identities: set[str] = set()
        self._families: set[str] = set()
        for item in items:
            self.add(item)

    def add(self, item: Item) -> None:
        """Let no copy of this item pass from now on."""
        self._items.append(item)
        self._identities.add(item.identity)
        if item.family is not None:
            self._families.add(item.family)

    def has(self, item: Item) -> bool:
        """Whether the item, or one that it is a copy of, is known."""
        if item.identity in self._identities or item.family in self._families:
            return True
        return any(are_copies(item, known) for known in self._items)


def _origin(item: Item) -> str | None:
    """The stored question that the item is, or is made of."""
    made_of: str | None = item.provenance.get("made_of")
    return made_of or item.library_id or item.stored_id


def _text(item: Item) -> str:
    """What makes a question the one it is: stem, code and the right answer; distractors come and go."""
    return "\n".join([item.stem, item.code or "", *item.options[: item.right], *item.accepted[:1]])


@lru_cache(maxsize=8192)
def _marks(text: str) -> _Marks:
    words = [_word(word) for word in WORD.findall(text.casefold())]
    joined = " ".join(words)
    grams = Counter(joined[at : at + 3] for at in range(len(joined) - 2))
    length = math.sqrt(sum(count * count for count in grams.values()))
    return _Marks(frozenset(word for word in words if word not in STOP_WORDS), grams, length)


def _word(word: str) -> str:
    return "#" if word.isdigit() else word


def _cosine(one: _Marks, other: _Marks) -> float:
    if not one.length or not other.length:
        return 0.0
    less, more = sorted((one.grams, other.grams), key=len)
    return sum(count * more[gram] for gram, count in less.items()) / (one.length * other.length)
