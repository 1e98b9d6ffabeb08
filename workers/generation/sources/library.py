"""The bank's questions: for each cell one that fits, chance and exposure deciding between the near ones."""

import random
from collections.abc import Mapping, Sequence
from typing import Protocol

from workers.generation.brief import COGNITIVE_LEVELS, DIFFICULTIES, Cell, Item
from workers.generation.duplicates import Known
from workers.generation.sources import Offer, Order, source
from workers.generation.tools import Tools

# What one use lately weighs against a poorer fit, and up to how many uses; a step of difficulty weighs 3.
EXPOSED = 2.0
MOST_EXPOSED = 4
# Chance outweighs a step of difficulty: forms of two seeds shall differ.
CHANCE = 5.0


@source("library")
async def library(order: Order, tools: Tools) -> Offer:
    """Offer stored items of the skill."""
    rng = random.Random(f"{tools.seed}:library:{order.skill.id}:{order.number}")
    free = unused(order.hits, order.taken)
    filled = choose(order.cells, free, rng, order.exposure)
    short = len(filled) < len(order.cells)
    reason = f"The library has {len(free)} unused items on {order.skill.name}." if short else ""
    return Offer(tuple(filled), reason)


def unused(items: Sequence[Item], taken: Sequence[Item]) -> list[Item]:
    """The items that neither are among the taken ones nor copies of one."""
    known = Known(taken)
    return [item for item in items if not known.has(item)]


def choose(
    cells: Sequence[Cell],
    items: Sequence[Item],
    rng: random.Random,
    exposure: Mapping[str, int] | None = None,
) -> list[tuple[Cell, Item]]:
    """Give each cell in turn an item of its type: near, seldom used, and no copy of one that is chosen."""
    uses = exposure or {}
    left = list(items)
    chosen: list[tuple[Cell, Item]] = []
    known = Known()
    for cell in cells:
        costs = [
            (distance(cell, item) + _worn(item, uses) + rng.uniform(0, CHANCE), place)
            for place, item in enumerate(left)
            if cell.takes(item)
        ]
        for _, place in sorted(costs):
            if not known.has(left[place]):
                known.add(left[place])
                chosen.append((cell, left.pop(place)))
                break
    return chosen


class Rated(Protocol):
    """What has a difficulty and a cognitive level: an item, or the model of one."""

    @property
    def difficulty(self) -> str: ...
    @property
    def cognitive_level(self) -> str: ...


def distance(cell: Cell, item: Rated) -> int:
    """How far an item is from what a cell asks for; difficulty counts more than cognitive level."""
    difficulty = abs(DIFFICULTIES.index(cell.difficulty) - DIFFICULTIES.index(item.difficulty))
    level = abs(COGNITIVE_LEVELS.index(cell.cognitive_level) - COGNITIVE_LEVELS.index(item.cognitive_level))
    return 3 * difficulty + level


def _worn(item: Item, exposure: Mapping[str, int]) -> float:
    return EXPOSED * min(exposure.get(item.stored_id or "", 0), MOST_EXPOSED)
