"""Library files that are not ours: read with every problem told, by line, item and field."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from workers.generation import library, taxonomy
from workers.generation.brief import COGNITIVE_LEVELS, DIFFICULTIES, OPEN_TYPES, QUESTION_TYPES, Item

Loader = yaml.CSafeLoader
TEXTS = ("id", "stem", "explanation", "source")
FIELDS = {
    "id", "version", "type", "difficulty", "cognitive_level", "seconds", "stem", "code", "code_language",
    "correct", "distractors", "tolerance", "explanation", "source",
}  # fmt: skip
OPTIONAL = {"code", "code_language", "distractors", "tolerance"}
NUMBER = re.compile(r"-?\d+(\.\d+)?")
LEAST_SECONDS, MOST_SECONDS = 10, 3_600
LONGEST_LANGUAGE = 40
# A few aliases in each other make a small text a large value.
MOST_NODES = 500_000
# What no database holds.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# Of an ordering and a multiple select; the others have one right option and one to seven wrong ones.
SEVERAL = {"ordering": (3, 8), "multiple_select": (2, 6)}


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: the line counts from 1, an item's name is its id or its place."""

    message: str
    line: int | None = None
    item: str | None = None
    field: str | None = None

    def __str__(self) -> str:
        """As the command line tells it."""
        return f"{self.item}: {self.message}" if self.item else self.message


class BadLibrary(Exception):
    """A text that is no library; `problems` has all that is wrong in it, the message a line for each."""

    def __init__(self, problems: Sequence[Problem], path: Path | None = None) -> None:
        place = f"{path}: " if path else ""
        super().__init__("\n".join(f"{place}{problem}" for problem in problems))
        self.problems = list(problems)


def read(path: Path) -> list[Item]:
    """The items of a file. Raises BadLibrary with all that is wrong in it."""
    try:
        return [item for item, _ in parsed(path.read_text(encoding="utf-8"))]
    except (OSError, UnicodeDecodeError) as error:
        raise BadLibrary([Problem(f"it can't be read as YAML: {error}")], path) from error
    except BadLibrary as error:
        raise BadLibrary(error.problems, path) from error


def parsed(text: str) -> list[tuple[Item, int]]:
    """The items of a text, each with the line that it begins on. Raises BadLibrary with all that is wrong.

    The text has a document a skill, apart by `---`, or as a list; JSON is YAML too.
    """
    try:
        documents = list(_documents(text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise BadLibrary([Problem(f"it can't be read as YAML: {error}", line)]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise BadLibrary([Problem(f"it can't be read as YAML: {error}")]) from error
    problems = [one for content, node in documents for one in _problems(content, node)]
    problems += [] if documents else [Problem(SHAPE)]
    if problems:
        raise BadLibrary(problems)
    return [
        (library.item_of(taxonomy.shipped().skills[content["skill"]], entry), place.start_mark.line + 1)
        for content, node in documents
        for entry, place in zip(content["items"], _places(content, node), strict=True)
    ]


def _documents(text: str) -> Iterator[tuple[Any, Any]]:
    """Each document as a value and as a node, which knows its lines."""
    nodes = list(yaml.compose_all(text, Loader=Loader))
    sizes: dict[int, int] = {}
    for node in nodes:
        if node is not None and _size(node, sizes, set()) > MOST_NODES:
            raise BadLibrary([Problem("its aliases (*) make it too large.", _line_of(node, None))])
    for content, node in zip(yaml.load_all(text, Loader=Loader), nodes, strict=True):
        if isinstance(content, list) and content:
            yield from zip(content, node.value, strict=True)
        else:
            yield content, node


def _size(node: Any, sizes: dict[int, int], above: set[int]) -> int:
    """Of how many nodes the value is, where each alias is what it stands for."""
    if id(node) in above:
        raise BadLibrary([Problem("an alias (*) stands within what it stands for.", _line_of(node, None))])
    if id(node) not in sizes:
        above.add(id(node))
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        inner = node.value if isinstance(node, yaml.SequenceNode) else [one for pair in pairs for one in pair]
        sizes[id(node)] = 1 + sum(_size(one, sizes, above) for one in inner)
        above.discard(id(node))
    return sizes[id(node)]


def _places(content: dict[str, Any], node: Any) -> list[Any]:
    """The items as nodes; the document itself for each where YAML has put them together (`<<`)."""
    found = [value.value for key, value in node.value if key.value == "items"]
    is_plain = found and len(found[-1]) == len(content["items"])
    return list(found[-1]) if is_plain else [node] * len(content["items"])


def _line_of(node: Any, field: str | None) -> int:
    """Where the field stands in an item; where it does not, the item."""
    if field is not None and isinstance(node, yaml.MappingNode):
        for key, _ in node.value:
            if key.value == field:
                node = key
                break
    line: int = node.start_mark.line + 1
    return line


SHAPE = "it must hold `skill`, `version` and a list of `items` (FORMAT.md has an example)."


def _problems(content: Any, node: Any) -> Iterator[Problem]:
    if not isinstance(content, dict) or not isinstance(content.get("items"), list):
        yield Problem(SHAPE, _line_of(node, None) if node is not None else None)
        return
    skill = content.get("skill")
    if not isinstance(skill, str) or skill not in taxonomy.shipped().skills:
        told = repr(skill[:80]) if isinstance(skill, str) else "it"
        message = f"skill: {told} is no id of the taxonomy (library/taxonomy/skills.yaml)."
        yield Problem(message, _line_of(node, "skill"), field="skill")
    seen: set[str] = set()
    pairs = zip(content["items"], _places(content, node), strict=True)
    for number, (entry, place) in enumerate(pairs, start=1):
        name = _name(entry, number)
        for field, message in _problems_of(entry):
            yield Problem(message, _line_of(place, field), name, field)
        if name in seen:
            yield Problem("there is another item of this id.", _line_of(place, "id"), name, "id")
        seen.add(name)


def _name(entry: Any, number: int) -> str:
    name = entry.get("id") if isinstance(entry, dict) else None
    return name[:80] if isinstance(name, str) and name.strip() else f"item {number}"


def _problems_of(entry: Any) -> Iterator[tuple[str | None, str]]:
    """Each problem of an item, with the field that it is about."""
    if not isinstance(entry, dict):
        yield None, "it must be a mapping of fields."
        return
    missing, unknown = FIELDS - OPTIONAL - entry.keys(), entry.keys() - FIELDS
    if unknown:
        names = sorted(map(str, unknown))
        yield names[0], f"there is no field {', '.join(names)[:200]}."
    if missing:
        yield None, f"it lacks {', '.join(sorted(missing))}."
        return
    if any(UNSTORABLE.search(text) for text in _texts(entry)):
        yield None, "it holds a NUL character or half of a surrogate pair."
    for field in TEXTS:
        if not _is_text(entry[field]):
            yield field, f"{field} must be a text; quote what YAML takes for a number."
    for field, words in (
        ("type", QUESTION_TYPES), ("difficulty", DIFFICULTIES), ("cognitive_level", COGNITIVE_LEVELS)
    ):  # fmt: skip
        if entry[field] not in words:
            yield field, f"{field} must be one of {', '.join(words)}."
    for field, least, most in (("seconds", LEAST_SECONDS, MOST_SECONDS), ("version", 1, 10**6)):
        if type(entry[field]) is not int or not least <= entry[field] <= most:
            yield field, f"{field} must be a whole number from {least} to {most}."
    yield from _problems_of_code(entry)
    if isinstance(entry["type"], str):
        yield from _problems_of_key(entry)


def _problems_of_code(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if ("code" in entry) != ("code_language" in entry):
        yield "code", "code and code_language go together."
    for field in ("code", "code_language"):
        if field in entry and not _is_text(entry[field]):
            yield field, f"{field} must be a text; quote what YAML takes for a number."
    if len(str(entry.get("code_language", ""))) > LONGEST_LANGUAGE:
        yield "code_language", f"code_language must have at most {LONGEST_LANGUAGE} characters."


def _problems_of_key(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    kind = entry["type"]
    right = entry["correct"] if isinstance(entry["correct"], list) else [entry["correct"]]
    distractors = entry.get("distractors", [])
    if not all(_is_text(text) for text in right):
        yield "correct", "correct must be a text, or a list of texts; quote what YAML takes for a number."
        return
    if not isinstance(distractors, list) or not all(_is_distractor(one) for one in distractors):
        yield "distractors", "each distractor must have a text and a misconception."
        return
    texts = [" ".join(text.split()).casefold() for text in [*right, *(one["text"] for one in distractors)]]
    if len(set(texts)) != len(texts):
        yield "distractors", "two options are the same."
    least, most = SEVERAL.get(kind, (1, 20) if kind == "short_answer" else (1, 1))
    if not least <= len(right) <= most:
        yield "correct", f"correct must hold {least} to {most} texts in a question of the type {kind[:80]}."
    if kind in (*OPEN_TYPES, "ordering"):
        if distractors:
            yield "distractors", f"a question of the type {kind} has no distractors."
    elif not 1 <= len(distractors) <= 7:
        yield "distractors", "there must be one to seven distractors."
    if kind == "numeric":
        yield from _problems_of_number(right, entry.get("tolerance", "0"))


def _problems_of_number(right: list[str], tolerance: Any) -> Iterator[tuple[str, str]]:
    if not right or not NUMBER.fullmatch(right[0]):
        yield "correct", "correct must be a number such as '12.5' in a numeric question."
    if not isinstance(tolerance, str) or not NUMBER.fullmatch(tolerance):
        yield "tolerance", "tolerance must be a number such as '0.05', in quotes."


def _texts(value: Any) -> Iterator[str]:
    """All texts in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_distractor(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"text", "misconception"}
        and all(_is_text(text) for text in value.values())
    )
