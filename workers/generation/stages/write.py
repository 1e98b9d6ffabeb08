"""Fill the cells: every skill at once, each from its sources in the engine's order.

What stays empty is filled from the skill's neighbours, then from the form's other skills, then
from general aptitude; what is still missing is told.
"""

import random
from collections.abc import Iterable
from dataclasses import replace

from workers.generation import taxonomy
from workers.generation.brief import Cell, Item, Shortfall, SkillNeed
from workers.generation.duplicates import identity
from workers.generation.engines.offline import GENERAL
from workers.generation.fanout import together
from workers.generation.pipeline import State
from workers.generation.sources import Order, named
from workers.generation.sources.library import choose
from workers.generation.tools import GenerationFailed, Tools

Filled = list[tuple[Cell, Item]]


async def write(state: State, tools: Tools) -> State:
    """Put an item for each cell into the state, and what could not be had."""
    orders = _orders(state)
    tools.say(f"AI Progress: Preparing questions for {len(orders)} skills", 0.4)
    done = await together(_fill(state, order, tools) for order in orders)
    filled = _without_repeats([pair for pairs, _ in done for pair in pairs])
    reasons = {order.skill.id: reason for order, (_, reason) in zip(orders, done, strict=True)}
    filled, warnings = _stand_in(state, filled, reasons, tools)
    if not filled:
        raise GenerationFailed(
            "GENERATION_FAILED",
            "No question could be made for this role; name the skills it needs in the description.",
        )
    shortfall = _shortfall(state, filled, reasons)
    if shortfall and state.brief.on_shortfall == "fail":
        raise GenerationFailed(
            "SHORTFALL",
            f"Only {len(filled)} of {len(state.cells)} questions could be made, and on_shortfall is fail. "
            + " ".join(short.reason for short in shortfall),
        )
    tools.say(f"AI Progress: Prepared {len(filled)} questions", 0.85)
    return replace(
        state, items=tuple(filled), shortfall=tuple(shortfall), warnings=state.warnings + tuple(warnings)
    )


def _orders(state: State) -> list[Order]:
    by_skill: dict[str, list[Cell]] = {}
    for cell in state.cells:
        by_skill.setdefault(cell.skill.id, []).append(cell)
    return [
        Order(number, state.brief, cells[0].skill, tuple(cells), tuple(state.hits[skill]), frozenset())
        for number, (skill, cells) in enumerate(by_skill.items(), start=1)
    ]


async def _fill(state: State, order: Order, tools: Tools) -> tuple[Filled, str]:
    """Ask the sources in turn, each for what the ones before could not give."""
    filled: Filled = []
    reasons: list[str] = []
    for name in state.engine.sources:
        offer = await named(name)(order, tools)
        filled += offer.filled
        if offer.reason:
            reasons.append(offer.reason)
        if len(filled) >= len(order.cells) or not order.cells:
            break
        order = _rest(order, offer.filled)
        if not order.cells:
            break
    return filled, " ".join(reasons)


def _rest(order: Order, filled: Iterable[tuple[Cell, Item]]) -> Order:
    left = list(order.cells)
    for cell, _ in filled:
        left.remove(cell)
    taken = order.taken | {identity(item) for _, item in filled}
    return replace(order, cells=tuple(left), taken=taken)


def _without_repeats(filled: Filled) -> Filled:
    seen: set[str] = set()
    kept: Filled = []
    for cell, item in filled:
        if identity(item) not in seen:
            seen.add(identity(item))
            kept.append((cell, item))
    return kept


def _stand_in(
    state: State, filled: Filled, reasons: dict[str, str], tools: Tools
) -> tuple[Filled, list[str]]:
    """Fill empty cells with the bank's items of the nearest skills that have some."""
    empty = _empty(state.cells, filled)
    if not empty:
        return filled, []
    rng = random.Random(f"{tools.seed}:stand-in")
    warnings: list[str] = []
    taken = {identity(item) for _, item in filled}
    for skill in {cell.skill.id: cell.skill for cell in empty}.values():
        cells = [cell for cell in empty if cell.skill.id == skill.id]
        for near in _candidates(state, skill):
            free = [item for item in tools.bank.search([near])[near] if identity(item) not in taken]
            chosen = choose(cells, free, rng)
            filled = filled + [(_moved(cell, item), item) for cell, item in chosen]
            taken |= {identity(item) for _, item in chosen}
            cells = cells[len(chosen) :]
            if chosen:
                warnings.append(
                    f"{chosen[0][1].skill_name} stands in for {skill.name} "
                    f"in {len(chosen)} {'question' if len(chosen) == 1 else 'questions'}."
                )
            if not cells:
                break
    return filled, warnings


def _candidates(state: State, skill: SkillNeed) -> list[str]:
    """Whose items may stand in: neighbours, then the form's other skills, then general aptitude."""
    assert state.analysis is not None
    near = list(taxonomy.shipped().nearest(skill.id))
    near += [other.id for other in state.analysis.skills if other.id != skill.id]
    near += [general for general, _ in GENERAL]
    return list(dict.fromkeys(near))


def _moved(cell: Cell, item: Item) -> Cell:
    """The cell of the skill that the item is really about."""
    book = taxonomy.shipped()
    known = book.skills.get(item.skill)
    group = known.group if known else cell.skill.group
    skill = SkillNeed(item.skill, item.skill_name, group, cell.skill.weight, must_have=False)
    return replace(cell, skill=skill)


def _empty(cells: Iterable[Cell], filled: Filled) -> list[Cell]:
    left = list(cells)
    for cell, _ in filled:
        left.remove(cell)
    return left


def _shortfall(state: State, filled: Filled, reasons: dict[str, str]) -> list[Shortfall]:
    missing = len(state.cells) - len(filled)
    if missing <= 0:
        return []
    delivered: dict[str, int] = {}
    for cell, _ in filled:
        delivered[cell.skill.id] = delivered.get(cell.skill.id, 0) + 1
    requested: dict[str, tuple[str, int]] = {}
    for cell in state.cells:
        requested[cell.skill.id] = (cell.skill.name, requested.get(cell.skill.id, ("", 0))[1] + 1)
    return [
        Shortfall(name, count, delivered.get(skill, 0), reasons.get(skill) or "No source had more questions.")
        for skill, (name, count) in requested.items()
        if delivered.get(skill, 0) < count
    ]
