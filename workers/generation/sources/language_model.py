"""The language model's questions: one call a skill, and one more where other types are asked for."""

import re
from collections.abc import Sequence

from workers.generation import item_models
from workers.generation.brief import CHOICE_TYPES, Cell, Item
from workers.generation.duplicates import Known
from workers.generation.engines import writing
from workers.generation.engines.asking import UnusableAnswer, parsed
from workers.generation.fanout import together
from workers.generation.lint import flaws
from workers.generation.sources import Offer, Order, source
from workers.generation.sources.library import distance
from workers.generation.text import counted
from workers.generation.tools import ModelBusy, Tools

# A skill without any other source gets a spare for every so many questions, for some fail a gate.
CELLS_A_SPARE = 3
NUMBER = re.compile(r"-?\d+(\.\d+)?")
# What no other words can cure: the item is of no use.
HOPELESS = ("missing_stem", "missing_option", "same_options")


@source("language_model")
async def language_model(order: Order, tools: Tools) -> Offer:
    """Offer items that the writer makes for the order's cells."""
    plain = [cell for cell in order.cells if cell.type in CHOICE_TYPES]
    others = [cell for cell in order.cells if cell.type not in CHOICE_TYPES]
    calls = [_plain_items(order, plain, tools)] if plain else []
    calls += [_other_items(order, others, tools)] if others else []
    done = await together(calls)
    items = [item for found, _ in done for item in found]
    reason = " ".join(why for _, why in done if why)
    filled, spares, dropped = _placed(order, items)
    name = order.skill.name
    tools.say(f"AI Progress: Wrote {counted(len(filled), 'question')} for skill: {name}")
    if not reason and len(filled) < len(order.cells):
        reason = f"The model wrote {len(filled)} of {len(order.cells)} usable items on {name}{dropped}."
    return Offer(tuple(filled), reason, tuple(spares))


async def _plain_items(order: Order, cells: list[Cell], tools: Tools) -> tuple[list[Item], str]:
    wanted = cells + cells[:1] * (_spares(order, len(cells)))
    request = writing.items_request(tools.writer_model, order, wanted, tools.seed)
    try:
        answer = await tools.ask(f"write:{order.skill.id}", request)
        written = parsed(answer, writing.WrittenItems)
    except (ModelBusy, UnusableAnswer) as problem:
        return [], _not_written(order, problem, tools)
    last = len(wanted) - 1
    return [writing.to_item(item, wanted[min(at, last)], answer) for at, item in enumerate(written.items)], ""


async def _other_items(order: Order, cells: list[Cell], tools: Tools) -> tuple[list[Item], str]:
    request = writing.others_request(tools.writer_model, order, cells, tools.seed)
    try:
        answer = await tools.ask(f"write-types:{order.skill.id}", request)
        written = parsed(answer, writing.OtherItems)
    except (ModelBusy, UnusableAnswer) as problem:
        return [], _not_written(order, problem, tools)
    return [
        writing.to_other_item(item, cell, answer) for item, cell in zip(written.items, cells, strict=False)
    ], ""


def _not_written(order: Order, problem: Exception, tools: Tools) -> str:
    tools.say(f"AI Progress: No questions were written for skill: {order.skill.name} ({problem})")
    return f"The model wrote nothing for {order.skill.name}: {problem}."


def _spares(order: Order, count: int) -> int:
    if order.hits or item_models.of_skill(order.skill.id):
        return 0
    return -(-count // CELLS_A_SPARE)


def _placed(
    order: Order, items: Sequence[Item]
) -> tuple[list[tuple[Cell, Item]], list[tuple[Cell, Item]], str]:
    """The items, each in the cell that it fits best; the spares; and what was wrong with the others."""
    left = list(order.cells)
    known = Known((*order.taken, *order.hits))
    filled: list[tuple[Cell, Item]] = []
    spares: list[tuple[Cell, Item]] = []
    found: list[str] = []
    for item in items:
        problems = [flaw.message for flaw in flaws(item) if flaw.code in HOPELESS]
        problems += ["its answer is no number"] if _is_no_number(item) else []
        problems += ["repeats another question"] if known.has(item) else []
        fitting = [cell for cell in left if cell.takes(item)]
        if problems:
            found += problems
            continue
        known.add(item)
        if fitting:
            cell = min(fitting, key=lambda cell: distance(cell, item))
            left.remove(cell)
            filled.append((cell, item))
        elif order.cells and order.cells[0].takes(item):
            spares.append((order.cells[0], item))
    return filled, spares, f" ({'; '.join(dict.fromkeys(found))})" if found else ""


def _is_no_number(item: Item) -> bool:
    """Whether a numeric item has an answer, or a tolerance, that is none."""
    if item.type != "numeric":
        return False
    return not all(NUMBER.fullmatch(text) for text in (*item.accepted[:1], item.tolerance))
