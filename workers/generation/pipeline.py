"""The recipe: which stages there are and their order.

A stage takes the state and gives a new one. To add one, write a file in `stages/` and put it
into `RECIPE`: order is the architecture.
"""

import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from workers.generation.brief import Analysis, Brief, Cell, FormDraft, Item, Placed, Rejected, Shortfall
from workers.generation.engines import Engine
from workers.generation.option_order import in_shown_order
from workers.generation.tools import GenerationFailed, Tools


@dataclass(frozen=True)
class State:
    """All that is known so far. A stage replaces what it is there to make."""

    brief: Brief
    engine: Engine
    analysis: Analysis | None = None
    cells: tuple[Cell, ...] = ()
    hits: Mapping[str, list[Item]] = field(default_factory=dict)
    exposure: Mapping[str, int] = field(default_factory=dict)
    items: tuple[tuple[Cell, Item], ...] = ()
    spares: tuple[tuple[Cell, Item], ...] = ()
    rejected: tuple[Rejected, ...] = ()
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shortfall: tuple[Shortfall, ...] = ()
    warnings: tuple[str, ...] = ()
    form: FormDraft | None = None


Stage = Callable[[State, Tools], Awaitable[State]]


def recipe() -> tuple[Stage, ...]:
    """The stages in their order."""
    from workers.generation.stages.analyse import analyse
    from workers.generation.stages.assemble import assemble
    from workers.generation.stages.blueprint import blueprint
    from workers.generation.stages.examine import examine
    from workers.generation.stages.fill import fill
    from workers.generation.stages.mend import mend
    from workers.generation.stages.search import search
    from workers.generation.stages.write import write

    return (analyse, search, blueprint, write, examine, mend, fill, assemble)


def known_skills_recipe() -> tuple[Stage, ...]:
    """The stages that make a person's form: the skills are known, and questions name the person's work."""
    from workers.generation.stages.contextualise import contextualise

    _, *making, assemble = recipe()
    return (*making, contextualise, assemble)


def replacement_recipe() -> tuple[Stage, ...]:
    """The stages that find one question for a known cell: nothing is read, laid out or assembled."""
    _, search, _, *making, _ = recipe()
    return (search, *making)


async def replacement(
    brief: Brief, analysis: Analysis, cell: Cell, engine: Engine, tools: Tools
) -> tuple[Placed, tuple[str, ...]]:
    """One question for the cell, no copy of what is to be avoided; and the warnings."""
    state = State(brief, engine, analysis, cells=(cell,))
    state = await _through(replacement_recipe(), state, tools)
    [(_, item)] = state.items
    [options] = in_shown_order([item], random.Random(f"{tools.seed}:replacement"))
    return Placed(item, 0, options), state.warnings


async def generate(brief: Brief, engine: Engine, tools: Tools) -> FormDraft:
    """Make a form from a brief. Raises GenerationFailed, ModelRefused."""
    return await _form(recipe(), State(brief, engine), tools)


async def generate_on(brief: Brief, analysis: Analysis, engine: Engine, tools: Tools) -> FormDraft:
    """Make a form on known skills. Raises GenerationFailed, ModelRefused."""
    if not analysis.skills:
        raise GenerationFailed("GENERATION_FAILED", "There is no skill to make questions on.")
    state = State(brief, engine, analysis, warnings=analysis.warnings)
    return await _form(known_skills_recipe(), state, tools)


async def _form(stages: Iterable[Stage], state: State, tools: Tools) -> FormDraft:
    state = await _through(stages, state, tools)
    assert state.form is not None
    return state.form


async def _through(stages: Iterable[Stage], state: State, tools: Tools) -> State:
    for stage in stages:
        with tools.stage(stage.__name__):
            state = await stage(state, tools)
    return state
