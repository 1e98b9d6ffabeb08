"""Search the bank for questions that exist already, skill by skill."""

from dataclasses import replace
from typing import Any

from workers.generation.pipeline import State
from workers.generation.tools import Stock, Tools


async def search(state: State, tools: Tools) -> State:
    """Put the bank's items of each skill into the state. What was found is a durable step."""
    assert state.analysis is not None
    skills = state.analysis.skills

    async def look() -> Any:
        return await tools.bank.look([skill.id for skill in skills], state.brief.language)

    stock = await tools.bank.open(await tools.step("search", look)) if state.brief.reuse else Stock()
    hits = {}
    for number, skill in enumerate(skills, start=1):
        progress = 0.15 + 0.15 * number / len(skills)
        tools.say(f"AI Progress: Searching for skill: {skill.name} ({number}/{len(skills)})")
        hits[skill.id] = [*stock.kept.get(skill.id, ()), *tools.bank.shipped(skill.id)]
        found = len(hits[skill.id])
        tools.say(f"AI Progress: Completed search for skill: {skill.name} (found {found} results)", progress)
    return replace(state, hits=hits, exposure=stock.exposure)
