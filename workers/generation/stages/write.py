"""Fill the cells: every skill at once, each from its sources in the engine's order.

What stays empty is filled from the skill's neighbours, then from the form's other skills, then
from general aptitude; what is still missing is told.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
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
    reasons = {order.skill.id: " ".join(why) for order, (_, why) in zip(orders, done, strict=True)}
    filled, empty, warnings = _stand_in(state, filled, tools)
    if not filled:
        raise GenerationFailed(
            "GENERATION_FAILED",
            "No question could be made for this role; name the skills it needs in the description.",
        )
    shortfall = _shortfall(state.cells, empty, reasons)
    if shortfall and state.brief.on_shortfall == "fail":
        raise GenerationFailed(
            "SHORTFALL",
            f"Only {len(filled)} of {len(state.cells)} questions could be made, and on_shortfall is fail. "
            + " ".join(short.reason for short in shortfall),
        )
    tools.say(f"AI Progress: Prepared {len(filled)} questions", 0.85)
    # Where a later source made good what the first could not give, the customer is told.
    fallbacks = [why[0] for _, why in done if why and len(state.engine.sources) > 1]
    return replace(
        state,
        items=tuple(filled),
        shortfall=tuple(shortfall),
        warnings=(*state.warnings, *fallbacks, *warnings),
    )


def _orders(state: State) -> list[Order]:
    by_skill: dict[str, list[Cell]] = {}
    for cell in state.cells:
        by_skill.setdefault(cell.skill.id, []).append(cell)
    return [
        Order(number, state.brief, cells[0].skill, tuple(cells), tuple(state.hits[skill]), frozenset())
        for number, (skill, cells) in enumerate(by_skill.items(), start=1)
    ]


async def _fill(state: State, order: Order, tools: Tools) -> tuple[Filled, list[str]]:
    """Ask the sources in turn, each for what the ones before could not give; and why they could not."""
    filled: Filled = []
    reasons: list[str] = []
    for name in state.engine.sources:
        offer = await named(name)(order, tools)
        filled += offer.filled
        if offer.reason:
            reasons.append(offer.reason)
        order = _rest(order, offer.filled)
        if not order.cells:
            break
    return filled, reasons


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


def _stand_in(state: State, filled: Filled, tools: Tools) -> tuple[Filled, list[Cell], list[str]]:
    """Fill empty cells with the bank's items of the nearest skills that have some.

    Gives what is filled now, the cells that are empty still, and what stands in for what. First no
    skill gives more than half of what it has: a form that empties one skill is narrow, and the
    next seed's form would be the same.
    """
    rng = random.Random(f"{tools.seed}:stand-in")
    filled = list(filled)
    left: list[Cell] = []
    warnings: list[str] = []
    taken = {identity(item) for _, item in filled}
    used = Counter(item.skill for _, item in filled)
    by_skill: dict[str, list[Cell]] = {}
    for cell in _empty(state.cells, filled):
        by_skill.setdefault(cell.skill.id, []).append(cell)
    for cells in by_skill.values():
        skill = cells[0].skill
        counts: Counter[str] = Counter()
        for near, part in _candidates(state, skill):
            stock = tools.bank.search([near])[near]
            free = [item for item in stock if identity(item) not in taken]
            chosen = choose(cells[: max(0, len(stock) // part - used[near])], free, rng)
            filled += [(_moved(cell, item), item) for cell, item in chosen]
            taken |= {identity(item) for _, item in chosen}
            used[near] += len(chosen)
            cells = cells[len(chosen) :]
            counts.update(item.skill_name for _, item in chosen if near != skill.id)
            if not cells:
                break
        left += cells
        warnings += [
            f"{name} stands in for {skill.name} in {count} {'question' if count == 1 else 'questions'}."
            for name, count in counts.items()
        ]
    return filled, left, warnings


def _candidates(state: State, skill: SkillNeed) -> list[tuple[str, int]]:
    """Whose items may stand in, in turn, and what part of them: 2 is a half, 1 the whole.

    The skill's own, its neighbours', the form's other skills', at last general aptitude's.
    """
    assert state.analysis is not None
    near = [skill.id, *taxonomy.shipped().nearest(skill.id)]
    near += [other.id for other in state.analysis.skills]
    near = list(dict.fromkeys(near))
    general = [name for name, _ in GENERAL]
    return [
        (skill.id, 1),
        *((name, 2) for name in near),
        *((name, 1) for name in near),
        *((name, 2) for name in general),
        *((name, 1) for name in general),
    ]


def _moved(cell: Cell, item: Item) -> Cell:
    """The cell of the skill that the item is really about."""
    if item.skill == cell.skill.id:
        return cell
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


def _shortfall(cells: Sequence[Cell], empty: Iterable[Cell], reasons: dict[str, str]) -> list[Shortfall]:
    """What could not be had, by skill; the numbers that are missing add up to the form's."""
    requested = Counter(cell.skill.id for cell in cells)
    missing = Counter(cell.skill.id for cell in empty)
    names = {cell.skill.id: cell.skill.name for cell in cells}
    return [
        Shortfall(
            names[skill],
            requested[skill],
            requested[skill] - count,
            reasons.get(skill) or "No source had more questions.",
        )
        for skill, count in missing.items()
    ]
