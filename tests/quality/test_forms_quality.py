"""Forms of the offline engine for every labelled role: even keys, no copies, few shared questions."""

import time
from collections import Counter
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.generation.tools import FakeTools, brief, made
from workers.generation import taxonomy
from workers.generation.brief import FormDraft, Item

FOLDER = Path(__file__).parent
ONE_KEY = ("multiple_choice", "code_reading")
NEAR_COPY = 0.92
SEEDS = (1, 2)

pytestmark = [pytest.mark.quality, pytest.mark.timeout(600)]


@cache
def cases() -> list[dict[str, Any]]:
    """Every labelled role."""
    return [
        case
        for name in ("roles_dev.yaml", "roles_heldout.yaml")
        for case in taxonomy.load_yaml(FOLDER / name)
    ]


def form_of(case: dict[str, Any], seed: int, avoid: tuple[Item, ...] = ()) -> FormDraft:
    tools = FakeTools(seed=seed, avoid=avoid)
    return made(brief(case["role"], case["description"], cutoff=60), tools)


@cache
def forms() -> dict[tuple[str, int], FormDraft]:
    """A form for each case and seed."""
    return {(case["id"], seed): form_of(case, seed) for case in cases() for seed in SEEDS}


def identities(form: FormDraft) -> set[str]:
    return {placed.item.identity for placed in form.placed}


@cache
def figures() -> dict[str, Any]:
    """What a report tells of forms; shares are from 0 to 1."""
    every = list(forms().values())
    keyed = [placed for form in every for placed in form.placed if placed.item.type in ONE_KEY]
    pairs = [(forms()[case["id"], 1], forms()[case["id"], 2]) for case in cases()]
    shared = [len(identities(a) & identities(b)) / len(a.placed) for a, b in pairs]
    return {
        "forms": len(every),
        "whole": sum(len(form.placed) == 20 for form in every) / len(every),
        "whole without stand-ins": sum(not has_stand_in(form) for form in every) / len(every),
        "keys more than one from even": sum(not is_even(form) for form in every),
        "longest option is the key": sum(longest_is_key(placed.item) for placed in keyed) / len(keyed),
        "near copies": sum(len(near_copies(form)) for form in every),
        "families twice": sum(families_twice(form) for form in every),
        "shared between two seeds, mean": sum(shared) / len(shared),
        "shared between two seeds, worst": max(shared),
        "seconds, 95th percentile": percentile(times(), 95),
        "sources": dict(Counter(placed.item.source for form in every for placed in form.placed)),
    }


@cache
def times() -> tuple[float, ...]:
    """How long each case's form takes in the pipeline, in seconds, ascending."""
    form_of(cases()[0], 9)
    found = []
    for case in cases():
        started = time.perf_counter()
        form_of(case, 3)
        found.append(time.perf_counter() - started)
    return tuple(sorted(found))


def percentile(values: tuple[float, ...], percent: int) -> float:
    return values[percent * len(values) // 100]


def has_stand_in(form: FormDraft) -> bool:
    return any("stands in" in warning for warning in form.warnings)


def is_even(form: FormDraft) -> bool:
    counts = Counter(
        placed.options.index(placed.item.options[0])
        for placed in form.placed
        if placed.item.type in ONE_KEY and len(placed.options) == 4
    )
    return max(counts[place] for place in range(4)) - min(counts[place] for place in range(4)) <= 1


def longest_is_key(item: Item) -> bool:
    return len(item.options[0]) > max(len(option) for option in item.options[1:])


def near_copies(form: FormDraft) -> list[tuple[str, str]]:
    """Pairs that a reader would take for one question, by another measure than the pipeline's."""
    texts = [f"{placed.item.stem} {placed.item.code or ''}" for placed in form.placed]
    return [
        (one, other)
        for one, other in combinations(texts, 2)
        if SequenceMatcher(None, one, other, autojunk=False).quick_ratio() > NEAR_COPY
        and SequenceMatcher(None, one, other, autojunk=False).ratio() > NEAR_COPY
    ]


def families_twice(form: FormDraft) -> int:
    counts = Counter(placed.item.family for placed in form.placed if placed.item.family)
    return sum(count > 1 for count in counts.values())


def test_keys_stand_evenly_in_every_form() -> None:
    assert figures()["keys more than one from even"] == 0


def test_the_longest_option_is_seldom_the_key() -> None:
    assert figures()["longest option is the key"] <= 0.30


def test_no_form_has_a_near_copy_or_two_items_of_a_family() -> None:
    assert figures()["near copies"] == 0
    assert figures()["families twice"] == 0


def test_two_forms_of_one_brief_share_few_questions() -> None:
    assert figures()["shared between two seeds, mean"] <= 0.25


def test_a_whole_form_is_made_for_the_labelled_roles() -> None:
    assert figures()["whole"] >= 0.90


@pytest.mark.parametrize("place", range(0, 128, 16))
def test_a_retake_shares_no_question_nor_a_near_copy(place: int) -> None:
    case = cases()[place]
    first = forms()[case["id"], 1]
    items = tuple(placed.item for placed in first.placed)
    second = form_of(case, 2, items)
    assert not identities(first) & identities(second)
    assert not {item.family for item in items if item.family} & {
        placed.item.family for placed in second.placed if placed.item.family
    }
    both = replace(first, placed=first.placed + second.placed)
    assert near_copies(both) == []


def test_the_pipeline_is_quick() -> None:
    assert percentile(times(), 95) < 1.0
