"""Put the form together: sections, order, keys spread evenly, time, name, warnings."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace

from workers.generation import taxonomy
from workers.generation.brief import Cell, FormDraft, Item, Placed, Section, SkillNeed
from workers.generation.guessing import guessing_warning
from workers.generation.option_order import in_shown_order
from workers.generation.pipeline import State
from workers.generation.text import clean
from workers.generation.tools import Tools

# What the section of skills that the taxonomy does not know is called.
OTHER_GROUP = "Other Skills"
# What ships with the product is written in one language.
ENGLISH = ("library", "item_model", "statement")
DIFFICULTY_ORDER = {"entry": 0, "intermediate": 1, "senior": 2}

Filled = Sequence[tuple[Cell, Item]]


async def assemble(state: State, tools: Tools) -> State:
    """Put the finished form into the state."""
    assert state.analysis is not None
    tools.say("AI Progress: Assembling the assessment...", 0.9)
    rng = random.Random(f"{tools.seed}:assemble")
    groups = by_group(state.items)
    ordered = [(cell, item, number) for number, (_, pairs) in enumerate(groups) for cell, item in pairs]
    items = [item for _, item, _ in ordered]
    placed = tuple(
        Placed(item, section, options, cell.asked_for)
        for (cell, item, section), options in zip(ordered, in_shown_order(items, rng), strict=True)
    )
    seconds = sum(item.seconds for item in items)
    form = FormDraft(
        name=f"{' '.join(clean(state.brief.role).split())} Assessment",
        summary=state.analysis.summary,
        sections=tuple(_section(name, pairs) for name, pairs in groups),
        placed=placed,
        skills=_skills(state),
        blueprint=tuple(cell for cell, _, _ in ordered),
        duration_minutes=state.brief.duration_minutes or math.ceil(seconds / 60),
        shortfall=state.shortfall,
        warnings=state.warnings + _wishes_not_met(state) + guessing_warning(state.brief.cutoff, items),
        engine=state.engine.name,
    )
    return replace(state, form=form)


def by_group(filled: Filled) -> list[tuple[str, Filled]]:
    """The items by skill group, the heaviest group first; easy before hard inside a group."""
    names = taxonomy.shipped().groups
    groups: dict[str, list[tuple[Cell, Item]]] = {}
    for cell, item in filled:
        groups.setdefault(cell.skill.group, []).append((cell, item))
    ordered = sorted(groups.items(), key=lambda pair: -len(pair[1]))
    return [
        (
            names.get(group, OTHER_GROUP),
            sorted(pairs, key=lambda pair: (pair[0].skill.name, DIFFICULTY_ORDER[pair[1].difficulty])),
        )
        for group, pairs in ordered
    ]


def _section(name: str, pairs: Filled) -> Section:
    skills = tuple(dict.fromkeys(cell.skill.name for cell, _ in pairs))
    return Section(name, skills, sum(item.seconds for _, item in pairs), len(pairs))


def _skills(state: State) -> tuple[SkillNeed, ...]:
    """The skills that were asked for, then those that stand in for them."""
    assert state.analysis is not None
    skills = {skill.id: skill for skill in state.analysis.skills}
    for cell, _ in state.items:
        skills.setdefault(cell.skill.id, cell.skill)
    return tuple(skills.values())


def _wishes_not_met(state: State) -> tuple[str, ...]:
    """What was asked for and this version does not do, told rather than passed over."""
    told = []
    shipped = sum(item.source in ENGLISH for _, item in state.items)
    if shipped and not state.brief.language.startswith("en"):
        told.append(f"The library is in English, and so are {shipped} of the {len(state.items)} questions.")
    return tuple(told)
