"""Have new questions written: every skill at once, each by the engine's sources in their order."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from workers.generation.brief import Cell, Item
from workers.generation.duplicates import Known
from workers.generation.fanout import together
from workers.generation.pipeline import State
from workers.generation.sources import Offer, Order, named
from workers.generation.text import counted
from workers.generation.tools import Tools

Filled = list[tuple[Cell, Item]]


async def write(state: State, tools: Tools) -> State:
    """Put what the sources offer into the state, and why they could not give more."""
    orders = orders_of(state, state.cells, tools.avoid)
    tools.say(f"AI Progress: Preparing questions for {counted(len(orders), 'skill')}", 0.4)
    done = await together(_written(state, order, tools) for order in orders)
    offers = [offer for offer, _ in done]
    known = Known()
    items = _without_copies([pair for offer in offers for pair in offer.filled], known)
    spares = _without_copies([pair for offer in offers for pair in offer.spares], known)
    reasons = {order.skill.id: why for order, (_, why) in zip(orders, done, strict=True) if why}
    return replace(state, items=tuple(items), spares=tuple(spares), reasons=reasons)


def orders_of(state: State, cells: Sequence[Cell], taken: Iterable[Item]) -> list[Order]:
    """The cells by skill, each with what the bank has on it."""
    by_skill: dict[str, list[Cell]] = {}
    for cell in cells:
        by_skill.setdefault(cell.skill.id, []).append(cell)
    return [
        Order(
            number,
            state.brief,
            mine[0].skill,
            tuple(mine),
            tuple(state.hits.get(skill, ())),
            tuple(taken),
            state.exposure,
        )
        for number, (skill, mine) in enumerate(by_skill.items(), start=1)
    ]


async def _written(state: State, order: Order, tools: Tools) -> tuple[Offer, tuple[str, ...]]:
    """Ask the sources in turn, each for what the ones before could not give; and why they could not."""
    filled: Filled = []
    spares: Filled = []
    reasons: list[str] = []
    for name in state.engine.sources:
        if not order.cells:
            break
        offer = await named(name)(order, tools)
        filled += offer.filled
        spares += offer.spares
        if offer.reason:
            reasons.append(offer.reason)
        order = rest(order, offer)
    return Offer(tuple(filled), spares=tuple(spares)), tuple(reasons)


def rest(order: Order, offer: Offer) -> Order:
    """What is left of the order when the offer is taken."""
    left = list(order.cells)
    for cell, _ in offer.filled:
        left.remove(cell)
    taken = (*order.taken, *(item for _, item in offer.filled))
    return replace(order, cells=tuple(left), taken=taken)


def _without_copies(pairs: Filled, known: Known) -> Filled:
    """The pairs in order, but for items that repeat one before: each skill was written for alone."""
    kept: Filled = []
    for cell, item in pairs:
        if not known.has(item):
            known.add(item)
            kept.append((cell, item))
    return kept
