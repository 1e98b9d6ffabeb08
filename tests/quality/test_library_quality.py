"""The shipped library: how much there is, what rules find in it, and what people answered who saw no key."""

from collections import Counter
from functools import cache
from typing import Any

import pytest

from tests.quality.blind import AUDITS
from workers.generation import item_models, library, taxonomy
from workers.generation.lint import flaws

pytestmark = pytest.mark.quality
LEAST_SKILLS, LEAST_ITEMS, LEAST_OF_SKILL, LEAST_MODELS = 90, 1_100, 12, 30
# The audit that was made last, of items drawn at random, by somebody who had not seen them before.
FINAL = "final"


@cache
def figures() -> dict[str, Any]:
    """What there is, and how sound it is."""
    items = library.load()
    skills = Counter(item.skill for item in items)
    found = [len({flaw.code for flaw in flaws(item)}) for item in items]
    return {
        "items": len(items),
        "skills with 12 items or more": sum(count >= LEAST_OF_SKILL for count in skills.values()),
        "item models": len(item_models.load()),
        "items without a lint finding": sum(not count for count in found) / len(items),
        "items with two lint findings": sum(count > 1 for count in found),
        "solved blind": len(answers()),
        "solved blind and agreed": _agreed(answers()),
        "final audit": len(answers(FINAL)),
        "final audit agreed": _agreed(answers(FINAL)),
        "final audit without a flaw": sum(not is_flawed(row) for row in answers(FINAL).values())
        / max(1, len(answers(FINAL))),
    }


@cache
def answers(name: str = "*") -> dict[str, dict[str, Any]]:
    """The answers that still count, by item: those to the version that is shipped now."""
    versions = {item.library_id: item.version for item in library.load()}
    return {
        row["id"]: row
        for path in sorted(AUDITS.glob(f"{name}.yaml"))
        for row in taxonomy.load_yaml(path)
        if versions.get(row["id"]) == row["version"]
    }


def _agreed(rows: dict[str, dict[str, Any]]) -> float:
    keys = {item.library_id: item.options[0] for item in library.load() if item.options}
    return sum(row["chosen"] == keys[name] for name, row in rows.items()) / max(1, len(rows))


def is_flawed(row: dict[str, Any]) -> bool:
    """Whether the solver called the item flawed; notes are no flaws."""
    return str(row.get("remark", "")).startswith(("KEY", "FLAW"))


def test_there_is_enough_of_it() -> None:
    assert figures()["items"] > LEAST_ITEMS
    assert figures()["skills with 12 items or more"] >= LEAST_SKILLS
    assert figures()["item models"] >= LEAST_MODELS


def test_rules_find_little_in_it() -> None:
    assert figures()["items without a lint finding"] >= 0.95
    assert figures()["items with two lint findings"] == 0


def test_who_sees_no_key_finds_the_same_one() -> None:
    assert figures()["final audit"] >= 200
    assert figures()["final audit agreed"] >= 0.99
    assert figures()["final audit without a flaw"] >= 0.95
    assert figures()["solved blind and agreed"] >= 0.99
