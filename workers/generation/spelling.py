"""The last look for skills in a text: long words that are nearly, or begin with, a name.

Only words that no name and no phrase has taken are looked at, and only those of some length, for a
short word is near too many others. One slip is forgiven: a letter too many, too few, another, or two
that have changed places.
"""

# ruff: noqa: E501, SIM905 - a list of words is read as one string
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from workers.generation.fulltext import Found
from workers.generation.text import Token

LEAST_LETTERS = 8
# Share of trigrams in common. One slip in a word of eight letters leaves half of them, in a longer one more.
LEAST_LIKENESS = 0.45
LEAST_BEFORE_TAIL = 5
# What German puts behind a name to say that it is to be known.
TAILS = tuple(
    "kenntnisse kenntnissen kenntnis erfahrung erfahrungen wissen fachwissen prozesse prozessen system systeme "
    "systemen software entwicklung entwickler entwicklerin administration administrator umgebung umgebungen "
    "programmierung projekte projekten technik techniken verfahren praxis arbeiten aufgaben tätigkeiten "
    "bereich werkzeuge abfragen datenbank datenbanken".split()
)
# Words of every day that one slip parts from a name.
EVERYDAY = frozenset(
    "contained statistic prevents generics compiles copyrights photograph photographs photographic photographe "
    "logistic topography pedantic expresses retiring littering sticking spanners expensed orthography ontology "
    "meditation subtitle centrality cafeteria recruiter sentinels shorthands kellnern patented autonome "
    "standardise spanning curation locations locating rotation portions strategies".split()
)


class Spelling:
    """Names of one word, found in spite of a slip or inside a compound."""

    def __init__(self, names: Iterable[tuple[str, Sequence[str]]]) -> None:
        self._known: set[str] = set()
        self._single: dict[str, str] = {}
        self._ends: dict[tuple[str, int, bool], list[str]] = defaultdict(list)
        for skill, words in names:
            folded = [word.casefold() for word in words]
            self._known.update(folded)
            if len(folded) == 1:
                self._add(skill, folded[0])
        self.skill_of = lru_cache(maxsize=20_000)(self._skill_of)

    def _add(self, skill: str, name: str) -> None:
        if name in self._single or not name.isalpha():
            return
        self._single[name] = skill
        if len(name) >= LEAST_LETTERS:
            self._ends[name[:3], len(name), True].append(name)
            self._ends[name[-3:], len(name), False].append(name)

    def find(self, words: Sequence[Token], is_free: Sequence[bool]) -> Iterator[Found]:
        """The words, and the pairs of words, that are a name all the same."""
        before = ""
        for at, token in enumerate(words):
            word = token.text.casefold() if is_free[at] else ""
            if before and word and token.joined:
                whole = before + word
                if len(whole) >= LEAST_LETTERS and whole in self._single:
                    yield Found(self._single[whole], at - 1, at)
            if len(word) >= LEAST_LETTERS and word not in self._known:
                skill = self.skill_of(word)
                if skill is not None:
                    yield Found(skill, at, at)
            before = word

    def _skill_of(self, word: str) -> str | None:
        """The skill that a long word which is no name means."""
        if word in EVERYDAY:
            return None
        for tail in TAILS:
            if word.endswith(tail):
                return self._single.get(_before(word, tail))
        return next((self._single[name] for name in self._near(word)), None)

    def _near(self, word: str) -> Iterator[str]:
        """The names one slip away. A slip spoils a word's first three letters or its last, never both."""
        for length in (len(word), len(word) - 1, len(word) + 1):
            for end, is_first in ((word[:3], True), (word[-3:], False)):
                for name in self._ends.get((end, length, is_first), ()):
                    if (
                        name[0] == word[0]
                        and _is_one_slip(word, name)
                        and _likeness(word, name) >= LEAST_LIKENESS
                    ):
                        yield name


def _before(word: str, tail: str) -> str:
    name = word.removesuffix(tail)
    return name.removesuffix("s") if len(name) > LEAST_BEFORE_TAIL and name.endswith("ungs") else name


def _is_one_slip(word: str, name: str) -> bool:
    """Whether one letter is too many, too few or another, or two neighbours have changed places."""
    start = 0
    while start < min(len(word), len(name)) and word[start] == name[start]:
        start += 1
    rest, wanted = word[start:], name[start:]
    if len(rest) == len(wanted):
        swapped = rest[1:2] + rest[:1] == wanted[:2] and rest[2:] == wanted[2:]
        return rest[1:] == wanted[1:] or swapped
    return rest[1:] == wanted or rest == wanted[1:]


def _likeness(word: str, name: str) -> float:
    """The share of trigrams that two words have in common (Dice's coefficient)."""
    one, other = _trigrams(word), _trigrams(name)
    return 2 * len(one & other) / (len(one) + len(other))


def _trigrams(word: str) -> set[str]:
    padded = f" {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}
