"""The shipped library keeps the rules of its FORMAT.md."""

import re
from collections import Counter
from typing import Any

import pytest

from workers.generation import library, taxonomy
from workers.generation.brief import COGNITIVE_LEVELS, DIFFICULTIES
from workers.generation.duplicates import identity

FILES = sorted(library.FOLDER.glob("*.yaml"))
CONTENT: dict[str, dict[str, Any]] = {path.stem: taxonomy.load_yaml(path) for path in FILES}
ENTRIES = [entry for content in CONTENT.values() for entry in content["items"]]
REQUIRED = {
    "id", "version", "type", "difficulty", "cognitive_level", "seconds", "stem", "correct", "distractors",
    "explanation", "source",
}  # fmt: skip
OPTIONAL = {"code", "code_language"}
REFERRING = re.compile(
    r"\b(all|none) of the above\b|\bboth [A-D] and [A-D]\b|\bneither [A-D] nor [A-D]\b", re.IGNORECASE
)
NEGATIVE = re.compile(r"(?:Which|What)(?: \w+){0,3} (?:is|are|does|do|would|should|can) (?:not|except)\b")

each_file = pytest.mark.parametrize("skill", CONTENT)


def options(entry: dict[str, Any]) -> list[str]:
    return [entry["correct"], *(distractor["text"] for distractor in entry["distractors"])]


def test_at_least_thirty_skills_have_ten_items() -> None:
    stocked = [skill for skill, content in CONTENT.items() if len(content["items"]) >= 10]
    assert len(stocked) >= 30


@each_file
def test_a_file_is_named_after_a_skill_of_the_taxonomy(skill: str) -> None:
    content = CONTENT[skill]
    assert set(content) == {"skill", "version", "items"}
    assert content["skill"] == skill
    assert skill in taxonomy.shipped().skills
    assert isinstance(content["version"], int)


@each_file
def test_every_item_has_the_fields_of_the_format_and_allowed_values(skill: str) -> None:
    for entry in CONTENT[skill]["items"]:
        name = entry.get("id")
        assert REQUIRED <= entry.keys() <= REQUIRED | OPTIONAL, name
        assert re.fullmatch(re.escape(skill) + r"-\d{3}", entry["id"]), name
        assert type(entry["version"]) is int, name
        assert entry["version"] >= 1, name
        assert entry["type"] == "multiple_choice", name
        assert entry["difficulty"] in DIFFICULTIES, name
        assert entry["cognitive_level"] in COGNITIVE_LEVELS, name
        assert type(entry["seconds"]) is int, name
        assert 30 <= entry["seconds"] <= 180, name
        assert ("code_language" in entry) == ("code" in entry), name


@each_file
def test_every_text_is_a_string_and_holds_something(skill: str) -> None:
    """YAML makes numbers, booleans and nulls of texts that were not quoted."""
    for entry in CONTENT[skill]["items"]:
        texts = [entry["stem"], entry["explanation"], entry["source"], *options(entry)]
        texts += [distractor["misconception"] for distractor in entry["distractors"]]
        texts += [entry[field] for field in OPTIONAL & entry.keys()]
        assert all(isinstance(text, str) and text.strip() for text in texts), entry["id"]


@each_file
def test_every_item_has_four_distinct_options(skill: str) -> None:
    for entry in CONTENT[skill]["items"]:
        assert len(entry["distractors"]) == 3, entry["id"]
        assert all(set(distractor) == {"text", "misconception"} for distractor in entry["distractors"])
        assert len({" ".join(option.casefold().split()) for option in options(entry)}) == 4, entry["id"]


@each_file
def test_no_option_refers_to_the_others_and_no_stem_has_a_blank(skill: str) -> None:
    for entry in CONTENT[skill]["items"]:
        assert not [option for option in options(entry) if REFERRING.search(option)], entry["id"]
        assert "___" not in entry["stem"], entry["id"]


@each_file
def test_a_negation_in_a_question_is_in_capitals(skill: str) -> None:
    for entry in CONTENT[skill]["items"]:
        question = re.split(r"[.:] ", " ".join(entry["stem"].split()))[-1]
        assert not NEGATIVE.match(question), entry["id"]


@each_file
def test_a_file_covers_every_difficulty_and_mostly_asks_for_more_than_memory(skill: str) -> None:
    items = CONTENT[skill]["items"]
    assert {entry["difficulty"] for entry in items} == set(DIFFICULTIES)
    remembered = sum(entry["cognitive_level"] == "remember" for entry in items)
    assert remembered <= len(items) / 3


def test_ids_are_used_once_and_so_are_questions() -> None:
    ids = Counter(entry["id"] for entry in ENTRIES)
    assert [name for name, count in ids.items() if count > 1] == []
    same = Counter(identity(item) for item in library.load())
    assert [name for name, count in same.items() if count > 1] == []


def test_the_key_is_not_given_away_by_its_length() -> None:
    longest = [
        entry["id"]
        for entry in ENTRIES
        if len(entry["correct"]) > max(len(distractor["text"]) for distractor in entry["distractors"])
    ]
    assert len(longest) / len(ENTRIES) <= 0.30


def test_the_key_is_not_given_away_by_being_the_shortest_either() -> None:
    shortest = [
        entry["id"]
        for entry in ENTRIES
        if len(entry["correct"]) < min(len(distractor["text"]) for distractor in entry["distractors"])
    ]
    assert len(shortest) / len(ENTRIES) <= 0.40


def test_loading_gives_every_item_with_its_key_first() -> None:
    items = library.load()
    assert len(items) == len(ENTRIES)
    by_id = {entry["id"]: entry for entry in ENTRIES}
    for item in items:
        entry = by_id[str(item.library_id)]
        assert item.options == tuple(options(entry))
        assert len(item.misconceptions) == 3
        assert item.skill_name == taxonomy.shipped().skills[item.skill].name
        assert item.stored_id is None
        assert (item.code is None) == ("code" not in entry)
