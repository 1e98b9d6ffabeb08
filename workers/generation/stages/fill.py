"""Fill the cells that are empty still: from what needs no model, then from what is near, and tell the rest.

A cell's own skill comes first, then its neighbours, then the form's other skills, then general
aptitude where the brief allows it; what is still missing is told.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from workers.generation import taxonomy
from workers.generation.brief import Cell, Item, Rejected, Shortfall, SkillNeed
from workers.generation.engines.offline import GENERAL
from workers.generation.pipeline import State
from workers.generation.sources import Offer, Order, named
from workers.generation.sources.item_models import drawn
from workers.generation.sources.library import choose, unused
from workers.generation.stages.write import Filled, orders_of, rest
from workers.generation.text import counted
from workers.generation.tools import GenerationFailed, Tools

# How many places chance may move a skill that stands in.
JITTER = 5.0
NOTHING_LEFT = "No source had more questions."


async def fill(state: State, tools: Tools) -> State:
    """Put an item for each cell into the state, and what could not be had."""
    reasons = {skill: list(why) for skill, why in state.reasons.items()}
    for one in state.rejected:
        reasons.setdefault(one.cell.skill.id, []).append(_why(one))
    filled = list(state.items)
    for order in orders_of(state, _empty(state.cells, filled), ()):
        filled += await _from_fallbacks(state, order, filled, reasons, tools)
    filled += _from_nearby(state, filled, tools)
    unchecked = _unchecked(state, filled)
    filled += unchecked
    if not filled:
        raise GenerationFailed("GENERATION_FAILED", _nothing_made(state, tools))
    shortfall = _shortfall(state.cells, _empty(state.cells, filled), reasons)
    if shortfall and state.brief.on_shortfall == "fail":
        raise GenerationFailed(
            "SHORTFALL",
            f"Only {len(filled)} of {len(state.cells)} questions could be made, and on_shortfall is fail. "
            + " ".join(short.reason for short in shortfall),
        )
    tools.say(f"AI Progress: Prepared {counted(len(filled), 'question')}", 0.85)
    # Where something else made good what the model could not give, the customer is told.
    fallbacks = [why[0] for why in reasons.values() if state.engine.sources]
    told = (*fallbacks, *_stand_ins(filled), *_other_types(filled), *_not_checked(len(unchecked)))
    return replace(
        state,
        items=tuple((_as_filled(cell, item), item) for cell, item in filled),
        shortfall=tuple(shortfall),
        warnings=state.warnings + told,
    )


async def _from_fallbacks(
    state: State, order: Order, filled: Filled, reasons: dict[str, list[str]], tools: Tools
) -> Filled:
    """What the engine's fallbacks give for the order, each asked for what the ones before could not."""
    found: Filled = []
    why: list[str] = []
    order = replace(order, taken=_taken(tools, filled))
    for name in state.engine.fallbacks:
        if not order.cells:
            break
        offer = await named(name)(order, tools)
        found += offer.filled
        order = rest(order, offer)
        if offer.reason:
            why.append(offer.reason)
    if order.cells:
        reasons.setdefault(order.skill.id, []).extend(why)
    return found


def _from_nearby(state: State, filled: Filled, tools: Tools) -> Filled:
    """Questions on the nearest skills that have some, for the cells that are empty still.

    First of the type asked for, then of the other types that the brief allows. First no skill gives
    more than half of what it has: a form that empties one skill is narrow, and the next seed's form
    would be the same. Without general aptitude the skill itself counts most: its own questions of any
    type that the brief allows come before another skill's.
    """
    rng = random.Random(f"{tools.seed}:stand-in")
    found: Filled = []
    used = Counter(item.skill for _, item in filled)
    one_type = len(state.brief.question_types) == 1

    def is_last(kind: str | None) -> bool:
        """General aptitude is worse than another type of question on the skill."""
        return state.brief.general_stand_ins and (one_type or kind is not None)

    kinds = (None, *state.brief.question_types)
    own_first = () if state.brief.general_stand_ins else kinds
    for kind, own_only in (*((kind, True) for kind in own_first), *((kind, False) for kind in kinds)):
        empty = [cell for cell in _empty(state.cells, filled + found) if cell.type != kind]
        for order in orders_of(state, empty, ()):
            left = list(order.cells)
            own = [(order.skill.id, 1)]
            for near, part in own if own_only else _candidates(state, order.skill, rng, is_last(kind)):
                if not left:
                    break
                most = max(0, len(tools.bank.shipped(near)) // part - used[near])
                place = replace(order, cells=tuple(left), taken=_taken(tools, filled + found))
                chosen = _nearby(place, near, most, kind, tools, rng)
                for cell, _ in chosen:
                    left.remove(cell)
                found += chosen
                used[near] += len(chosen)
    return found


def _nearby(order: Order, near: str, most: int, kind: str | None, tools: Tools, rng: random.Random) -> Filled:
    """Up to `most` stored items of a near skill for the order's cells, then what its models can draw."""
    wanted = [replace(_moved(cell, near), type=kind or cell.type) for cell in order.cells]
    stock = unused(tools.bank.shipped(near), order.taken)
    chosen = choose(wanted[:most], stock, rng)
    later = rest(replace(order, cells=tuple(wanted)), Offer(tuple(chosen)))
    chosen += drawn(later.cells, later, rng)
    asked = list(zip(wanted, order.cells, strict=True))
    pairs: Filled = []
    for cell, item in chosen:
        match = next(one for one in asked if one[0] == cell)
        asked.remove(match)
        pairs.append((match[1], item))
    return pairs


def _candidates(
    state: State, skill: SkillNeed, rng: random.Random, with_general: bool
) -> list[tuple[str, int]]:
    """Whose items may stand in, in turn, and what part of them: 2 is a half, 1 the whole.

    The skill's own, its neighbours', the form's other skills', at last general aptitude's. Chance moves
    each a few places, so that the forms of two seeds draw on different skills.
    """
    assert state.analysis is not None
    others = [other.id for other in state.analysis.skills]
    barred = _barred(state, skill)
    near = [name for name in taxonomy.shipped().nearest(skill.id) if name not in barred] + others
    near = [skill.id, *_jittered(dict.fromkeys(near), rng)]
    near = list(dict.fromkeys(near))
    general = _jittered((name for name, _ in GENERAL), rng) if with_general else []
    return [
        (skill.id, 1),
        *((name, 2) for name in near),
        *((name, 1) for name in near),
        *((name, 2) for name in general),
        *((name, 1) for name in general),
    ]


def _barred(state: State, skill: SkillNeed) -> set[str]:
    """Neighbours that must not stand in: general aptitude, which many a skill has for one."""
    general = {name for name, _ in GENERAL}
    return set() if state.brief.general_stand_ins or skill.id in general else general


def _jittered(names: Iterable[str], rng: random.Random) -> list[str]:
    places = {name: place + rng.uniform(0, JITTER) for place, name in enumerate(names)}
    return sorted(places, key=lambda name: places[name])


def _moved(cell: Cell, skill_id: str) -> Cell:
    """The cell of another skill."""
    known = taxonomy.shipped().skills.get(skill_id)
    if skill_id == cell.skill.id or known is None:
        return cell
    skill = SkillNeed(known.id, known.name, known.group, cell.skill.weight, must_have=False)
    return replace(cell, skill=skill)


def _as_filled(cell: Cell, item: Item) -> Cell:
    """The cell of the skill and type that its item really has."""
    moved = replace(_moved(cell, item.skill), type=item.type)
    return replace(moved, asked_for=cell.skill.id) if moved.skill.id != cell.skill.id else moved


def _unchecked(state: State, filled: Filled) -> Filled:
    """Questions that no examiner could judge, where nothing else is to be had."""
    empty = _empty(state.cells, filled)
    found: Filled = []
    for one in state.rejected:
        if one.is_unchecked and one.cell in empty:
            empty.remove(one.cell)
            found.append((one.cell, one.item))
    return found


def _nothing_made(state: State, tools: Tools) -> str:
    names = ", ".join(dict.fromkeys(cell.skill.name for cell in state.cells))
    if tools.avoid:
        return f"No question on {names} is left that was not asked before."
    return f"No question could be made on {names}; name other skills, or these by their usual names."


def _stand_ins(filled: Filled) -> list[str]:
    """What stands in for what."""
    counts = Counter(
        (item.skill_name, cell.skill.name) for cell, item in filled if item.skill != cell.skill.id
    )
    return [
        f"{name} stands in for {asked} in {counted(count, 'question')}."
        for (name, asked), count in counts.items()
    ]


def _other_types(filled: Filled) -> list[str]:
    """Which types could not be had."""
    counts = Counter(cell.type for cell, item in filled if not cell.takes(item))
    return [
        f"{count} {'question is' if count == 1 else 'questions are'} of another type than {kind}: "
        "there were no more of it."
        for kind, count in counts.items()
    ]


def _not_checked(count: int) -> list[str]:
    if not count:
        return []
    return [f"{count} of the questions could not be checked by a second model; look them over before use."]


def _why(one: Rejected) -> str:
    return f"A question on {one.cell.skill.name} failed its checks: {'; '.join(one.problems)}."


def _taken(tools: Tools, filled: Filled) -> tuple[Item, ...]:
    return (*tools.avoid, *(item for _, item in filled))


def _empty(cells: Iterable[Cell], filled: Filled) -> list[Cell]:
    left = list(cells)
    for cell, _ in filled:
        left.remove(cell)
    return left


def _shortfall(
    cells: Sequence[Cell], empty: Iterable[Cell], reasons: Mapping[str, Sequence[str]]
) -> list[Shortfall]:
    """What could not be had, by skill; the numbers that are missing add up to the form's."""
    requested = Counter(cell.skill.id for cell in cells)
    missing = Counter(cell.skill.id for cell in empty)
    names = {cell.skill.id: cell.skill.name for cell in cells}
    return [
        Shortfall(
            names[skill],
            requested[skill],
            requested[skill] - count,
            " ".join(dict.fromkeys(reasons.get(skill, ()))) or NOTHING_LEFT,
        )
        for skill, count in missing.items()
    ]
