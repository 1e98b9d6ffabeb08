"""Engines: how a brief is read, which sources questions come from, and who examines them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from workers.generation.brief import Analysis, Brief, Cell, Item, Rejected
from workers.generation.tools import Tools

Pairs = tuple[tuple[Cell, Item], ...]


class Reader(Protocol):
    """Reads the role's skills out of a brief."""

    async def __call__(self, brief: Brief, tools: Tools) -> Analysis:
        """The analysis; it has at least one skill."""


@dataclass(frozen=True)
class Examined:
    """What an examiner found: the items that passed, with their verdicts, and the others."""

    passed: Pairs
    rejected: tuple[Rejected, ...]


class Examiner(Protocol):
    """Looks over items that nobody has vouched for yet."""

    async def examine(self, pairs: Pairs, tools: Tools) -> Examined:
        """Pass the items or say what is wrong with them."""

    async def mend(self, rejected: Sequence[Rejected], language: str, tools: Tools) -> Pairs:
        """New versions of items that can be mended, those that keep the rules; the others are left out."""


@dataclass(frozen=True)
class Engine:
    """A name for the result, a reader, and where questions come from, in the order of asking.

    `sources` are asked for every skill at once, and what they make is examined; `fallbacks`, which
    need no model and no examiner, fill what is empty then. `scorer` is the model that scores tasks, None
    where a person does.
    """

    name: str
    read: Reader
    sources: tuple[str, ...]
    fallbacks: tuple[str, ...]
    examiner: Examiner | None = None
    scorer: str | None = None
