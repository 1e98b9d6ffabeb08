"""Lay out the blueprint: how many questions of which skill, difficulty and cognitive level."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from workers.generation import item_models
from workers.generation.brief import CHOICE_TYPES, Cell, SkillNeed
from workers.generation.pipeline import State
from workers.generation.text import counted
from workers.generation.tools import Tools

# Percent of entry, intermediate and senior questions, by the seniority of the role.
MIX = {"entry": (50, 40, 10), "intermediate": (25, 50, 25), "senior": (10, 50, 40)}
DIFFICULTIES = ("entry", "intermediate", "senior")
# The cognitive levels that questions of a difficulty go through in turn.
LEVELS = {
    "entry": ("understand", "apply", "remember"),
    "intermediate": ("apply", "understand", "apply"),
    "senior": ("analyse", "apply", "analyse"),
}
# Of several types, the choices get more of the questions.
CHOICE_WEIGHT = 2


async def blueprint(state: State, tools: Tools) -> State:
    """Put the cells into the state, those of one skill together."""
    assert state.analysis is not None
    rng = random.Random(f"{tools.seed}:blueprint")
    skills = state.analysis.skills
    counts = allocate(state.brief.number_of_questions, skills)
    difficulties = list(_difficulties(state.brief.number_of_questions, state.analysis.seniority))
    rng.shuffle(difficulties)
    cells: list[Cell] = []
    for skill, count in zip(skills, counts, strict=True):
        mine, difficulties = difficulties[:count], difficulties[count:]
        cells += [
            Cell(skill, difficulty, LEVELS[difficulty][turn % len(LEVELS[difficulty])])
            for turn, difficulty in enumerate(sorted(mine, key=DIFFICULTIES.index))
        ]
    cells = _typed(cells, state, rng)
    tools.say(
        f"AI Progress: Planned {counted(len(cells), 'question')} over {counted(len(skills), 'skill')}", 0.35
    )
    return replace(state, cells=tuple(cells))


def _typed(cells: list[Cell], state: State, rng: random.Random) -> list[Cell]:
    """Share the types that were asked for over the cells, each where there is something to have."""
    types = state.brief.question_types
    weights = [CHOICE_WEIGHT if kind in CHOICE_TYPES else 1 for kind in types]
    quotas = dict(zip(types, largest_remainders(len(cells), weights), strict=True))
    supply = {skill: _supply(skill, state) for skill in {cell.skill.id for cell in cells}}
    typed = list(cells)
    open_places = list(range(len(cells)))
    rng.shuffle(open_places)
    # The rarest first: what few skills have must find its place there.
    for kind in sorted(types, key=lambda kind: sum(kind in kinds for kinds in supply.values())):
        open_places.sort(key=lambda place: -supply[cells[place].skill.id][kind])
        for place in open_places[: quotas[kind]]:
            typed[place] = replace(cells[place], type=kind)
            supply[cells[place].skill.id][kind] -= 1
        del open_places[: quotas[kind]]
    return typed


def _supply(skill: str, state: State) -> Counter[str]:
    """How many questions of each type there are to be had on a skill, items and families of models."""
    supply = Counter(item.type for item in state.hits.get(skill, ()))
    supply["multiple_choice"] += supply["code_reading"]
    for _, kinds in item_models.of_skill(skill):
        supply.update(kinds)
    return supply


def allocate(total: int, skills: Sequence[SkillNeed]) -> list[int]:
    """Share `total` questions by weight, largest remainders first; a must-have gets one at least.

    Where there are fewer questions than skills, must-haves are served first, the heavier before the others.
    """
    weights = [skill.weight * (2 if skill.must_have else 1) for skill in skills]
    by_need = sorted(range(len(skills)), key=lambda place: (not skills[place].must_have, -weights[place]))
    first = set(by_need[:total])
    counts = [1 if place in first else 0 for place in range(len(skills))]
    rest = largest_remainders(total - sum(counts), weights)
    return [one + more for one, more in zip(counts, rest, strict=True)]


def largest_remainders(total: int, weights: Sequence[int]) -> list[int]:
    """Share a whole number in proportion (Hamilton's method); ties go to the earlier."""
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(total * weights[place] % whole))
    for place in by_remainder[: total - sum(shares)]:
        shares[place] += 1
    return shares


def _difficulties(total: int, seniority: str) -> Iterator[str]:
    for difficulty, count in zip(DIFFICULTIES, largest_remainders(total, MIX[seniority]), strict=True):
        yield from [difficulty] * count
