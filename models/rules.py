"""A table of rules: what refuses a call, by where its subject stands."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Standing = TypeVar("Standing")


@dataclass(frozen=True)
class Rule(Generic[Standing]):
    """A reason to refuse: its code, the sentence that goes with it, and when it holds."""

    code: str
    message: str
    holds: Callable[[Standing], bool]


def first_refusal(rules: Iterable[Rule[Standing]], standing: Standing) -> Rule[Standing] | None:
    """The first rule that refuses; None where none does."""
    return next((rule for rule in rules if rule.holds(standing)), None)
