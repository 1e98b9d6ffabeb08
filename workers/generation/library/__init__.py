"""The shipped items, read from `items/*.yaml`. FORMAT.md has their form and their rules."""

from pathlib import Path
from typing import Any

from workers.generation import taxonomy
from workers.generation.brief import Item

FOLDER = Path(__file__).parent / "items"


def load() -> list[Item]:
    """Every shipped item. Raises KeyError, naming the field, for an item that lacks one."""
    book = taxonomy.shipped()
    items: list[Item] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        content = taxonomy.load_yaml(path)
        skill = book.skills[content["skill"]]
        items += [_item(skill, entry) for entry in content["items"]]
    return items


def _item(skill: taxonomy.Skill, entry: dict[str, Any]) -> Item:
    distractors = entry["distractors"]
    return Item(
        skill=skill.id,
        skill_name=skill.name,
        difficulty=entry["difficulty"],
        cognitive_level=entry["cognitive_level"],
        stem=entry["stem"].strip(),
        options=(entry["correct"], *(distractor["text"] for distractor in distractors)),
        misconceptions=tuple(distractor["misconception"] for distractor in distractors),
        explanation=entry["explanation"].strip(),
        seconds=entry["seconds"],
        source="library",
        type=entry["type"],
        code=entry["code"].rstrip("\n") if entry.get("code") else None,
        code_language=entry.get("code_language"),
        library_id=entry["id"],
        version=entry["version"],
        provenance={"engine": "library", "source": entry["source"]},
    )
