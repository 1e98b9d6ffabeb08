"""Put the form together: sections, order, keys spread evenly, time, name, warnings."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace

from workers.generation import taxonomy
from workers.generation.brief import Cell, FormDraft, Item, Placed, Section, SkillNeed
from workers.generation.pipeline import State
from workers.generation.text import clean
from workers.generation.tools import Tools

# A cutoff that guessing reaches more often than this is warned of.
GUESSING_LIMIT = 0.05
# What the section of skills that the taxonomy does not know is called.
OTHER_GROUP = "Other Skills"
DIFFICULTY_ORDER = {"entry": 0, "intermediate": 1, "senior": 2}

Filled = Sequence[tuple[Cell, Item]]


async def assemble(state: State, tools: Tools) -> State:
    """Put the finished form into the state."""
    assert state.analysis is not None
    tools.say("AI Progress: Assembling the assessment...", 0.9)
    rng = random.Random(f"{tools.seed}:assemble")
    groups = _by_group(state.items)
    ordered = [(cell, item, number) for number, (_, pairs) in enumerate(groups) for cell, item in pairs]
    positions = key_positions(len(ordered), rng)
    placed = tuple(
        Placed(item, section, _shuffled(item, position, rng))
        for (_, item, section), position in zip(ordered, positions, strict=True)
    )
    seconds = sum(item.seconds for _, item, _ in ordered)
    form = FormDraft(
        name=f"{' '.join(clean(state.brief.role).split())} Assessment",
        summary=state.analysis.summary,
        sections=tuple(_section(name, pairs) for name, pairs in groups),
        placed=placed,
        skills=_skills(state),
        blueprint=tuple(cell for cell, _, _ in ordered),
        duration_minutes=state.brief.duration_minutes or math.ceil(seconds / 60),
        shortfall=state.shortfall,
        warnings=state.warnings + _wishes_not_met(state) + _guessing_warning(state.brief.cutoff, placed),
        engine=state.engine.name,
    )
    return replace(state, form=form)


def _by_group(filled: Filled) -> list[tuple[str, Filled]]:
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


def key_positions(count: int, rng: random.Random, options: int = 4) -> list[int]:
    """A position for each key, in random order, each position used equally often to within one."""
    places = list(range(options))
    rng.shuffle(places)
    positions = [places[number % options] for number in range(count)]
    rng.shuffle(positions)
    return positions


def _shuffled(item: Item, key_position: int, rng: random.Random) -> tuple[str, ...]:
    key, *distractors = item.options
    rng.shuffle(distractors)
    place = key_position % len(item.options)
    return (*distractors[:place], key, *distractors[place:])


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


def guess_pass_chance(cutoff: int, option_counts: Sequence[int]) -> float:
    """How likely blind guessing reaches the cutoff (a sum of independent Bernoulli trials, exact).

    The percent score is rounded half up, as `models/scoring.py` does it.
    """
    total = len(option_counts)
    chances = [1.0]
    for options in option_counts:
        hit = 1 / options
        longer = [*chances, 0.0]
        chances = [longer[n] * (1 - hit) + (longer[n - 1] * hit if n else 0.0) for n in range(len(longer))]
    return sum(
        chance for right, chance in enumerate(chances) if (200 * right + total) // (2 * total) >= cutoff
    )


def _wishes_not_met(state: State) -> tuple[str, ...]:
    """What was asked for and this version does not do, told rather than passed over."""
    told = []
    shipped = sum(item.source == "library" for _, item in state.items)
    if shipped and not state.brief.language.startswith("en"):
        told.append(f"The library is in English, and so are {shipped} of the {len(state.items)} questions.")
    if state.brief.mode == "economy" and state.engine.name == "claude":
        told.append("Economy mode is not there yet: the job ran live, at the usual price.")
    return tuple(told)


def _guessing_warning(cutoff: int, placed: Sequence[Placed]) -> tuple[str, ...]:
    chance = guess_pass_chance(cutoff, [len(one.options) for one in placed])
    if chance <= GUESSING_LIMIT:
        return ()
    return (
        f"Blind guessing passes a cutoff of {cutoff}% with a chance of {chance:.1%}; "
        "raise the cutoff or the number of questions.",
    )
