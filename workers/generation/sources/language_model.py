"""The language model's questions: one call a skill."""

from workers.generation.brief import Cell, Item
from workers.generation.duplicates import identity
from workers.generation.engines import claude
from workers.generation.lint import flaws
from workers.generation.sources import Offer, Order, source
from workers.generation.sources.library import distance
from workers.generation.tools import ModelBusy, Tools


@source("language_model")
async def language_model(order: Order, tools: Tools) -> Offer:
    """Offer items that the writer makes for the order's cells."""
    name = order.skill.name
    try:
        answer = await tools.ask(
            f"write:{order.skill.id}", claude.items_request(tools.writer_model, order, tools.seed)
        )
        written = claude.parsed(answer, claude.WrittenItems)
    except (ModelBusy, claude.UnusableAnswer) as problem:
        tools.say(f"AI Progress: No questions were written for skill: {name} ({problem})")
        return Offer((), f"The model wrote nothing for {name}: {problem}.")
    last = len(order.cells) - 1
    items = [
        claude.to_item(item, order.cells[min(at, last)], answer) for at, item in enumerate(written.items)
    ]
    filled, dropped = _sound(order, items)
    tools.say(f"AI Progress: Wrote {len(filled)} questions for skill: {name}")
    short = len(filled) < len(order.cells)
    reason = (
        f"The model wrote {len(filled)} of {len(order.cells)} usable items on {name}{dropped}."
        if short
        else ""
    )
    return Offer(tuple(filled), reason)


def _sound(order: Order, items: list[Item]) -> tuple[list[tuple[Cell, Item]], str]:
    """The items without a flaw, each in the cell that it fits best, and what was wrong with the others.

    A writer that gave more than was asked for has given spares.
    """
    left = list(order.cells)
    taken = set(order.taken) | {identity(item) for item in order.hits}
    filled: list[tuple[Cell, Item]] = []
    found: list[str] = []
    for item in items:
        problems = flaws(item) + (["repeats another question"] if identity(item) in taken else [])
        if problems:
            found += problems
        elif left:
            cell = min(left, key=lambda cell: distance(cell, item))
            left.remove(cell)
            taken.add(identity(item))
            filled.append((cell, item))
    return filled, f" ({'; '.join(dict.fromkeys(found))})" if found else ""
