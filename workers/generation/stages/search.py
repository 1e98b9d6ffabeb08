"""Search the bank for questions that exist already, skill by skill."""

from dataclasses import replace

from workers.generation.pipeline import State
from workers.generation.tools import Tools


async def search(state: State, tools: Tools) -> State:
    """Put the bank's items of each skill into the state."""
    assert state.analysis is not None
    skills = state.analysis.skills
    hits = tools.bank.search([skill.id for skill in skills])
    for number, skill in enumerate(skills, start=1):
        progress = 0.15 + 0.15 * number / len(skills)
        tools.say(f"AI Progress: Searching for skill: {skill.name} ({number}/{len(skills)})")
        found = len(hits[skill.id])
        tools.say(f"AI Progress: Completed search for skill: {skill.name} (found {found} results)", progress)
    return replace(state, hits=hits)
