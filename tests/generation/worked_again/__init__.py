"""The keys of item models worked out again, from nothing but what a candidate reads.

A solver takes an item and gives the answer in its own way: a number, the right texts, their order, or
whether a statement is true. It looks at `stem`, `code` and the texts of `options`, never at the key.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from importlib import import_module
from pkgutil import iter_modules

from workers.generation.brief import Item

Answer = int | Fraction | bool | str | set[str] | tuple[str, ...]
Solver = Callable[[Item], Answer]
SOLVERS: dict[str, Solver] = {}
NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


def solves(name: str) -> Callable[[Solver], Solver]:
    """Register the solver of a model."""

    def register(solver: Solver) -> Solver:
        SOLVERS[name] = solver
        return solver

    return register


def load() -> dict[str, Solver]:
    """Every solver by the name of its model."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return SOLVERS


def number(text: str) -> Fraction:
    """A number as it is written: 1,234.50."""
    return Fraction(text.replace(",", ""))


def numbers(text: str) -> list[Fraction]:
    """All numbers of a text, in order."""
    return [number(found) for found in NUMBER.findall(text)]


def found(pattern: str, text: str) -> list[str]:
    """The groups of a pattern that must be in the text."""
    match = re.search(pattern, text)
    assert match is not None, (pattern, text)
    return list(match.groups())


def figures(pattern: str, text: str) -> list[Fraction]:
    """The groups of a pattern, in which # stands for a number, as numbers."""
    return [number(one) for one in found(pattern.replace("#", r"(\d[\d,]*(?:\.\d+)?)"), text)]


def rows(code: str | None) -> list[list[str]]:
    """The cells of a table; two spaces or more part them."""
    assert code is not None
    return [re.split(r"\s{2,}", line.strip()) for line in code.splitlines()]
