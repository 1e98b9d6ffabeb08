"""The recipe: which stages there are and their order.

A stage takes the state and gives a new one. To add one, write a file in `stages/` and put it
into `RECIPE`: order is the architecture.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from workers.generation.brief import Analysis, Brief, Cell, FormDraft, Item, Shortfall
from workers.generation.engines import Engine
from workers.generation.tools import Tools


@dataclass(frozen=True)
class State:
    """All that is known so far. A stage replaces what it is there to make."""

    brief: Brief
    engine: Engine
    analysis: Analysis | None = None
    cells: tuple[Cell, ...] = ()
    hits: dict[str, list[Item]] = field(default_factory=dict)
    items: tuple[tuple[Cell, Item], ...] = ()
    shortfall: tuple[Shortfall, ...] = ()
    warnings: tuple[str, ...] = ()
    form: FormDraft | None = None


Stage = Callable[[State, Tools], Awaitable[State]]


def recipe() -> tuple[Stage, ...]:
    """The stages in their order."""
    from workers.generation.stages.analyse import analyse
    from workers.generation.stages.assemble import assemble
    from workers.generation.stages.blueprint import blueprint
    from workers.generation.stages.search import search
    from workers.generation.stages.write import write

    return (analyse, search, blueprint, write, assemble)


async def generate(brief: Brief, engine: Engine, tools: Tools) -> FormDraft:
    """Make a form from a brief. Raises GenerationFailed, ModelRefused."""
    state = State(brief, engine)
    for stage in recipe():
        state = await stage(state, tools)
    assert state.form is not None
    return state.form
