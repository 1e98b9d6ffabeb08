"""Library files that are not ours: read with every problem told, and written in the same format."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from workers.generation import library, taxonomy
from workers.generation.brief import COGNITIVE_LEVELS, DIFFICULTIES, OPEN_TYPES, QUESTION_TYPES, Item

TEXTS = ("id", "stem", "explanation", "source")
FIELDS = {
    "id", "version", "type", "difficulty", "cognitive_level", "seconds", "stem", "code", "code_language",
    "correct", "distractors", "tolerance", "explanation", "source",
}  # fmt: skip
OPTIONAL = {"code", "code_language", "distractors", "tolerance"}
NUMBER = re.compile(r"-?\d+(\.\d+)?")
LEAST_SECONDS, MOST_SECONDS = 10, 3_600
# Of an ordering and a multiple select; the others have one right option and one to seven wrong ones.
SEVERAL = {"ordering": (3, 8), "multiple_select": (2, 6)}


class BadLibrary(Exception):
    """A file that is no library file; the message has a line for each problem."""


def read(path: Path) -> list[Item]:
    """The items of a file. Raises BadLibrary with all that is wrong in it."""
    try:
        content = taxonomy.load_yaml(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadLibrary(f"{path}: it can't be read as YAML: {error}") from error
    problems = list(_problems(content))
    if problems:
        raise BadLibrary("\n".join(f"{path}: {problem}" for problem in problems))
    skill = taxonomy.shipped().skills[content["skill"]]
    return [library.item_of(skill, entry) for entry in content["items"]]


def _problems(content: Any) -> Iterator[str]:
    if not isinstance(content, dict) or not isinstance(content.get("items"), list):
        yield "it must hold `skill`, `version` and a list of `items` (FORMAT.md has an example)."
        return
    if content.get("skill") not in taxonomy.shipped().skills:
        yield f"skill: {content.get('skill')!r} is no id of the taxonomy (library/taxonomy/skills.yaml)."
    seen: set[Any] = set()
    for number, entry in enumerate(content["items"], start=1):
        name = entry.get("id", f"item {number}") if isinstance(entry, dict) else f"item {number}"
        for problem in _problems_of(entry):
            yield f"{name}: {problem}"
        if name in seen:
            yield f"{name}: there is another item of this id."
        seen.add(name)


def _problems_of(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "it must be a mapping of fields."
        return
    missing, unknown = FIELDS - OPTIONAL - entry.keys(), entry.keys() - FIELDS
    if unknown:
        yield f"there is no field {', '.join(sorted(map(str, unknown)))}."
    if missing:
        yield f"it lacks {', '.join(sorted(missing))}."
        return
    for field in TEXTS:
        if not isinstance(entry[field], str) or not entry[field].strip():
            yield f"{field} must be a text; quote what YAML takes for a number."
    for field, words in (
        ("type", QUESTION_TYPES), ("difficulty", DIFFICULTIES), ("cognitive_level", COGNITIVE_LEVELS)
    ):  # fmt: skip
        if entry[field] not in words:
            yield f"{field} must be one of {', '.join(words)}."
    for field, least, most in (("seconds", LEAST_SECONDS, MOST_SECONDS), ("version", 1, 10**6)):
        if type(entry[field]) is not int or not least <= entry[field] <= most:
            yield f"{field} must be a whole number from {least} to {most}."
    if ("code" in entry) != ("code_language" in entry):
        yield "code and code_language go together."
    yield from _problems_of_key(entry)


def _problems_of_key(entry: dict[str, Any]) -> Iterator[str]:
    kind = entry["type"]
    right = entry["correct"] if isinstance(entry["correct"], list) else [entry["correct"]]
    distractors = entry.get("distractors", [])
    if not all(isinstance(text, str) and text.strip() for text in right):
        yield "correct must be a text, or a list of texts; quote what YAML takes for a number."
        return
    if not isinstance(distractors, list) or not all(_is_distractor(one) for one in distractors):
        yield "each distractor must have a text and a misconception."
        return
    texts = [" ".join(text.split()).casefold() for text in [*right, *(one["text"] for one in distractors)]]
    if len(set(texts)) != len(texts):
        yield "two options are the same."
    least, most = SEVERAL.get(kind, (1, 20) if kind == "short_answer" else (1, 1))
    if not least <= len(right) <= most:
        yield f"correct must hold {least} to {most} texts in a question of the type {kind}."
    if kind in (*OPEN_TYPES, "ordering"):
        if distractors:
            yield f"a question of the type {kind} has no distractors."
    elif not 1 <= len(distractors) <= 7:
        yield "there must be one to seven distractors."
    if kind == "numeric" and not NUMBER.fullmatch(right[0]):
        yield "correct must be a number such as '12.5' in a numeric question."


def _is_distractor(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"text", "misconception"}
        and all(isinstance(text, str) and text.strip() for text in value.values())
    )


def write(path: Path, skill: str, items: Iterable[Item]) -> None:
    """Store items of one skill as a library file."""
    entries = [_entry(f"{skill}-{number:03d}", item) for number, item in enumerate(items, start=1)]
    content = {"skill": skill, "version": 1, "items": entries}
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100), encoding="utf-8")


def _entry(name: str, item: Item) -> dict[str, Any]:
    right = list(item.accepted or item.options[: item.right])
    wrong = item.options[item.right :]
    entry: dict[str, Any] = {
        "id": item.library_id or name,
        "version": item.version,
        "type": "multiple_choice" if item.type == "code_reading" else item.type,
        "difficulty": item.difficulty,
        "cognitive_level": item.cognitive_level,
        "seconds": item.seconds,
        "stem": item.stem,
    }
    if item.code:
        entry |= {"code": item.code, "code_language": item.code_language or "text"}
    entry["correct"] = right if item.type in (*SEVERAL, "short_answer") else right[0]
    if wrong:
        entry["distractors"] = [
            {"text": text, "misconception": why or "Not recorded."}
            for text, why in zip(wrong, item.misconceptions, strict=True)
        ]
    if item.type == "numeric":
        entry["tolerance"] = item.tolerance
    return entry | {"explanation": item.explanation, "source": item.provenance.get("source") or item.source}
