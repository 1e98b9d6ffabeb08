"""The bank's questions: for each cell the one that fits it best, chance deciding between equals."""

import random
from collections.abc import Sequence

from workers.generation.brief import COGNITIVE_LEVELS, DIFFICULTIES, Cell, Item
from workers.generation.duplicates import identity
from workers.generation.sources import Offer, Order, source
from workers.generation.tools import Tools


@source("library")
async def library(order: Order, tools: Tools) -> Offer:
    """Offer stored items of the skill."""
    rng = random.Random(f"{tools.seed}:library:{order.skill.id}:{order.number}")
    free = [item for item in order.hits if identity(item) not in order.taken]
    filled = choose(order.cells, free, rng)
    short = len(filled) < len(order.cells)
    reason = f"The library has {len(free)} unused items on {order.skill.name}." if short else ""
    return Offer(tuple(filled), reason)


def choose(cells: Sequence[Cell], items: Sequence[Item], rng: random.Random) -> list[tuple[Cell, Item]]:
    """Give each cell the nearest item that is left, in turn."""
    left = list(items)
    rng.shuffle(left)
    chosen: list[tuple[Cell, Item]] = []
    for cell in cells:
        if not left:
            break
        best = min(left, key=lambda item: distance(cell, item))
        left.remove(best)
        chosen.append((cell, best))
    return chosen


def distance(cell: Cell, item: Item) -> int:
    """How far an item is from what a cell asks for; difficulty counts more than cognitive level."""
    difficulty = abs(DIFFICULTIES.index(cell.difficulty) - DIFFICULTIES.index(item.difficulty))
    level = abs(COGNITIVE_LEVELS.index(cell.cognitive_level) - COGNITIVE_LEVELS.index(item.cognitive_level))
    return 3 * difficulty + level
