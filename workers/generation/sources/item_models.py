"""Items drawn from item models: new figures or code in each form, keys computed."""

import random

from workers.generation import item_models as models
from workers.generation.brief import Cell, Item
from workers.generation.duplicates import Known
from workers.generation.sources import Offer, Order, source
from workers.generation.sources.library import distance, unused
from workers.generation.tools import Tools

# What part of a skill's questions comes from models where the bank has enough for the others.
SHARE = 0.5


@source("item_models")
async def item_models(order: Order, tools: Tools) -> Offer:
    """Offer items of the skill's models, at most one of a family, for their share of the cells.

    They take over what the bank can't fill.
    """
    rng = random.Random(f"{tools.seed}:item_models:{order.skill.id}:{order.number}")
    stock = unused(order.hits, order.taken)
    cells = rng.sample(order.cells, len(order.cells))
    without = [cell for cell in cells if not any(cell.takes(item) for item in stock)]
    others = [cell for cell in cells if cell not in without]
    share = max(int(SHARE * len(others) + rng.random()), len(others) - len(stock))
    return Offer(tuple(drawn((*without, *others[:share]), order, rng)))


def drawn(cells: tuple[Cell, ...], order: Order, rng: random.Random) -> list[tuple[Cell, Item]]:
    """An item for each cell that a model of a family still unused can serve."""
    known = Known(order.taken)
    used = {item.family for item in order.taken}
    filled: list[tuple[Cell, Item]] = []
    for cell in cells:
        item = _draw(cell, used, known, rng)
        if item is not None:
            used.add(item.family)
            known.add(item)
            filled.append((cell, item))
    return filled


def _draw(cell: Cell, used: set[str | None], known: Known, rng: random.Random) -> Item | None:
    fitting = [
        model
        for model, types in models.of_skill(cell.skill.id)
        if cell.type in types and model.name not in used
    ]
    rng.shuffle(fitting)
    for model in sorted(fitting, key=lambda model: distance(cell, model)):
        item = model.item(cell.skill.id, cell.skill.name, cell.type, rng)
        if not known.has(item):
            return item
    return None
