"""Engines: how a brief is read and which sources questions come from, first choice first."""

from dataclasses import dataclass
from typing import Protocol

from workers.generation.brief import Analysis, Brief
from workers.generation.tools import Tools


class Reader(Protocol):
    """Reads the role's skills out of a brief."""

    async def __call__(self, brief: Brief, tools: Tools) -> Analysis:
        """The analysis; it has at least one skill."""


@dataclass(frozen=True)
class Engine:
    """A name for the result, a reader, and the sources in the order in which they are asked."""

    name: str
    read: Reader
    sources: tuple[str, ...]
