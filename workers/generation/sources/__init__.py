"""Where questions come from: one file a source, found by its registration.

A source gets an order (cells of one skill, and what must not be repeated) and offers items for
as many of the cells as it can, with a reason for the others.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from workers.generation.brief import Brief, Cell, Item, SkillNeed
from workers.generation.tools import Tools


@dataclass(frozen=True)
class Order:
    """Cells of one skill to be filled.

    `hits` are the bank's items of that skill, `taken` the items that must not come again, nor a copy of
    one; `exposure` says how often a stored question was used lately.
    """

    number: int
    brief: Brief
    skill: SkillNeed
    cells: tuple[Cell, ...]
    hits: tuple[Item, ...]
    taken: tuple[Item, ...] = ()
    exposure: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Offer:
    """Items for cells, spares for those that fail a gate; `reason` says why some cells have none."""

    filled: tuple[tuple[Cell, Item], ...]
    reason: str = ""
    spares: tuple[tuple[Cell, Item], ...] = ()


Source = Callable[[Order, Tools], Awaitable[Offer]]
_SOURCES: dict[str, Source] = {}


def source(name: str) -> Callable[[Source], Source]:
    """Register a source; a second one under the same name is an error at import."""

    def register(function: Source) -> Source:
        if name in _SOURCES:
            raise ValueError(f"There is a question source named {name!r} already.")
        _SOURCES[name] = function
        return function

    return register


@cache
def load() -> None:
    """Import every source, so that each registers itself."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")


def named(name: str) -> Source:
    """The source of that name."""
    load()
    return _SOURCES[name]
