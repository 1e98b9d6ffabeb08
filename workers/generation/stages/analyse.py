"""Read the role: which skills, how heavy, how senior."""

from dataclasses import replace
from typing import Any

from workers.generation.brief import Analysis
from workers.generation.pipeline import State
from workers.generation.text import counted
from workers.generation.tools import GenerationFailed, Tools


async def analyse(state: State, tools: Tools) -> State:
    """Put the engine's analysis into the state. It is a durable step."""
    tools.say("AI Progress: Analyzing job requirements...", 0.05)

    async def make() -> Any:
        return (await state.engine.read(state.brief, tools)).to_json()

    analysis = Analysis.from_json(await tools.step("analyse", make))
    if not analysis.skills:
        raise GenerationFailed("NO_SKILLS", "No skill could be read from the job role and description.")
    count = len(analysis.skills)
    tools.say(f"AI Progress: Identified {counted(count, 'skill')} for the role", 0.15)
    return replace(state, analysis=analysis, warnings=state.warnings + analysis.warnings)
