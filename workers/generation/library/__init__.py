"""The shipped items, read from `items/*.yaml`. FORMAT.md has their form and their rules."""

from pathlib import Path
from typing import Any

from workers.generation import taxonomy
from workers.generation.brief import OPEN_TYPES, Item

FOLDER = Path(__file__).parent / "items"


def load() -> list[Item]:
    """Every shipped item. Raises KeyError, naming the field, for an item that lacks one."""
    book = taxonomy.shipped()
    items: list[Item] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        content = taxonomy.load_yaml(path)
        skill = book.skills[content["skill"]]
        items += [item_of(skill, entry) for entry in content["items"]]
    return items


def item_of(skill: taxonomy.Skill, entry: dict[str, Any]) -> Item:
    """A file's entry as an item."""
    kind = entry["type"]
    code = entry["code"].rstrip("\n") if entry.get("code") else None
    if kind == "multiple_choice" and code and entry["code_language"] != "text":
        kind = "code_reading"
    is_open = kind in OPEN_TYPES
    right = _texts(entry["correct"])
    distractors = entry.get("distractors", ())
    return Item(
        skill=skill.id,
        skill_name=skill.name,
        difficulty=entry["difficulty"],
        cognitive_level=entry["cognitive_level"],
        stem=entry["stem"].strip(),
        options=() if is_open else (*right, *(distractor["text"] for distractor in distractors)),
        misconceptions=tuple(distractor["misconception"] for distractor in distractors),
        explanation=entry["explanation"].strip(),
        seconds=entry["seconds"],
        source="library",
        type=kind,
        code=code,
        code_language=entry.get("code_language"),
        library_id=entry["id"],
        version=entry["version"],
        right=0 if is_open else len(right),
        accepted=right if is_open else (),
        tolerance=entry.get("tolerance", "0"),
        provenance={"engine": "library", "source": entry["source"]},
    )


def _texts(correct: str | list[str]) -> tuple[str, ...]:
    return (correct,) if isinstance(correct, str) else tuple(correct)
