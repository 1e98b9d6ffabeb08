"""Rows of words that are looked for in a text: terms of one word or more, written shortly.

In a phrase `all/every case/cases` stands for four rows, `-` for no word (`without any/- doubt`), `*`
for any word and `#` for a number.
"""

from collections.abc import Iterator, Sequence
from itertools import product

Row = tuple[str, ...]
# By its longest word, as the rarest one: where in the row that word stands, and the row.
Phrases = dict[str, list[tuple[int, Row]]]


def phrases(text: str) -> Phrases:
    """The rows that the phrases of a text stand for; a comma or the end of a line parts phrases."""
    found: Phrases = {}
    for phrase in text.replace("\n", ",").split(","):
        slots = [slot.split("/") for slot in phrase.split()]
        for words in product(*slots) if slots else ():
            row = tuple(word for word in words if word != "-")
            longest = max(row, key=len)
            found.setdefault(longest, []).append((row.index(longest), row))
    return found


def met(known: Phrases, words: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """The places at which a phrase begins, and the words of the phrase there."""
    if known.keys().isdisjoint(words):
        return
    for at, word in enumerate(words):
        for before, row in known.get(word, ()):
            here = tuple(words[max(at - before, 0) : at - before + len(row)])
            if here == row or (len(here) == len(row) and all(map(_fits, row, here))):
                yield at - before, here


def _fits(wanted: str, word: str) -> bool:
    return wanted == word or wanted == "*" or (wanted == "#" and word.isdecimal())
