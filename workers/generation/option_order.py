"""The order in which a form shows options: keys spread evenly, numbers by size, nothing given away."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from workers.generation.brief import CHOICE_TYPES, Item

# A number with the same words or signs around it in every option: "12.5 kg", "$1,200", "-3%".
NUMBER = re.compile(r"(?P<before>[^\d\s-]*\s?)(?P<number>-?\d[\d,]*(?:\.\d+)?)(?P<after>\D*)")


def in_shown_order(items: Sequence[Item], rng: random.Random) -> list[tuple[str, ...]]:
    """Each item's options as the form shows them.

    The keys of items with one key stand at each position equally often, to within one. Options
    that are numbers stand by size as long as that leaves the keys even.
    """
    sizes = {len(item.options) for item in items if item.type in CHOICE_TYPES}
    shown: dict[int, tuple[str, ...]] = {}
    for size in sorted(sizes):
        places = [
            at for at, item in enumerate(items) if item.type in CHOICE_TYPES and len(item.options) == size
        ]
        shown |= _evenly(items, places, size, rng)
    return [shown[at] if at in shown else _any_order(item, rng) for at, item in enumerate(items)]


def _evenly(
    items: Sequence[Item], places: Sequence[int], size: int, rng: random.Random
) -> dict[int, tuple[str, ...]]:
    """The options of the items at `places`, which have `size` options each and one key."""
    ranks = {at: rank for at in places if (rank := _rank_of_key(items[at])) is not None}
    free = _room(len(places), size, Counter(ranks.values()), rng)
    shown: dict[int, tuple[str, ...]] = {}
    for at in rng.sample(sorted(ranks), len(ranks)):
        if free[ranks[at]]:
            free[ranks[at]] -= 1
            shown[at] = tuple(sorted(items[at].options, key=_number))
    positions = list(free.elements())
    rng.shuffle(positions)
    for at in places:
        if at not in shown:
            shown[at] = _with_key_at(items[at], positions.pop(), rng)
    return shown


def _room(count: int, size: int, wanted: Counter[int], rng: random.Random) -> Counter[int]:
    """How many keys each position takes; where they don't come out even, wanted ones take one more."""
    room = Counter(dict.fromkeys(range(size), count // size))
    order = rng.sample(range(size), size)
    for position in sorted(order, key=lambda position: -wanted[position])[: count % size]:
        room[position] += 1
    return room


def _rank_of_key(item: Item) -> int | None:
    """Where the key stands when the options are sorted as numbers; None where they aren't numbers alike."""
    found = [NUMBER.fullmatch(option) for option in item.options]
    frames = {(match["before"], match["after"]) for match in found if match}
    if None in found or len(frames) != 1:
        return None
    numbers = [_number(option) for option in item.options]
    return sorted(numbers).index(numbers[0]) if len(set(numbers)) == len(numbers) else None


def _number(option: str) -> Decimal:
    match = NUMBER.fullmatch(option)
    assert match is not None
    return Decimal(match["number"].replace(",", ""))


def _with_key_at(item: Item, position: int, rng: random.Random) -> tuple[str, ...]:
    key, *distractors = item.options
    rng.shuffle(distractors)
    return (*distractors[:position], key, *distractors[position:])


def _any_order(item: Item, rng: random.Random) -> tuple[str, ...]:
    """True before false, as everybody writes it; anything else shuffled, an ordering out of its order."""
    if item.type == "true_false":
        return tuple(sorted(item.options, reverse=True))
    options = list(item.options)
    rng.shuffle(options)
    if item.type == "ordering" and tuple(options) == item.options:
        options = [*options[1:], options[0]]
    return tuple(options)
