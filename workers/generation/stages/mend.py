"""Have flawed items mended, once."""

from dataclasses import replace

from workers.generation.duplicates import Known
from workers.generation.pipeline import State
from workers.generation.text import counted
from workers.generation.tools import Tools


async def mend(state: State, tools: Tools) -> State:
    """Put mended items into the state; what stays rejected is left to the next stage."""
    mendable = [one for one in state.rejected if one.is_mendable]
    if state.engine.examiner is None or not mendable:
        return state
    tools.say(f"AI Progress: Mending {counted(len(mendable), 'question')}", 0.75)
    mended = await state.engine.examiner.mend(mendable, state.brief.language, tools)
    known = Known((*tools.avoid, *(item for _, item in state.items)))
    items = list(state.items)
    cells = [one.cell for one in mendable]
    for cell, item in mended:
        if cell in cells and not known.has(item):
            cells.remove(cell)
            known.add(item)
            items.append((cell, item))
    # One of each cell that was filled is no longer missing.
    left = [one for one in state.rejected if not one.is_mendable]
    for one in mendable:
        if one.cell in cells:
            cells.remove(one.cell)
            left.append(one)
    return replace(state, items=tuple(items), rejected=tuple(left))
