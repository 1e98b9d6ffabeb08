"""Examine what was written; put a spare where an item fails."""

from dataclasses import replace

from workers.generation.brief import Cell, Item, Rejected
from workers.generation.pipeline import State
from workers.generation.text import counted
from workers.generation.tools import Tools


async def examine(state: State, tools: Tools) -> State:
    """Leave in the state the items that passed every gate, and put the others aside with the reasons."""
    examiner = state.engine.examiner
    # A stored question has passed already.
    fresh = tuple(pair for pair in state.items if pair[1].stored_id is None)
    if examiner is None or not fresh:
        return state
    tools.say(f"AI Progress: Checking {counted(len(fresh), 'new question')}", 0.6)
    found = await examiner.examine((*fresh, *state.spares), tools)
    extra = {item.identity for _, item in state.spares}
    passed = [pair for pair in state.items if pair[1].stored_id is not None]
    passed += [pair for pair in found.passed if pair[1].identity not in extra]
    spares = [pair for pair in found.passed if pair[1].identity in extra]
    rejected = [one for one in found.rejected if one.item.identity not in extra]
    if found.rejected:
        checked = len(fresh) + len(state.spares)
        tools.say(f"AI Progress: {len(found.rejected)} of {counted(checked, 'new question')} failed a check")
    replaced, left = _with_spares(rejected, spares)
    return replace(state, items=(*passed, *replaced), rejected=tuple(left), spares=())


def _with_spares(
    rejected: list[Rejected], spares: list[tuple[Cell, Item]]
) -> tuple[list[tuple[Cell, Item]], list[Rejected]]:
    """Give the cells of failed items to spares of the same skill, those that can't be mended first."""
    free = list(spares)
    replaced: list[tuple[Cell, Item]] = []
    left: list[Rejected] = []
    for one in sorted(rejected, key=lambda one: one.is_mendable):
        spare = next((pair for pair in free if pair[0].skill.id == one.cell.skill.id), None)
        if spare is None:
            left.append(one)
        else:
            free.remove(spare)
            replaced.append((one.cell, spare[1]))
    return replaced, left
