"""The shipped library keeps the rules of its FORMAT.md."""

import re
from collections import Counter
from typing import Any

import pytest

from workers.generation import library, taxonomy
from workers.generation.brief import COGNITIVE_LEVELS, DIFFICULTIES
from workers.generation.library.files import NUMBER, OPEN_TYPES

FILES = sorted(library.FOLDER.glob("*.yaml"))
CONTENT: dict[str, dict[str, Any]] = {path.stem: taxonomy.load_yaml(path) for path in FILES}
ENTRIES = [entry for content in CONTENT.values() for entry in content["items"]]
REQUIRED = {
    "id", "version", "type", "difficulty", "cognitive_level", "seconds", "stem", "correct", "explanation",
    "source",
}  # fmt: skip
OPTIONAL = {"code", "code_language"}
# What an entry of a type holds besides.
OWN_FIELDS: dict[str, set[str]] = {
    "multiple_choice": {"distractors"},
    "multiple_select": {"distractors"},
    "true_false": {"distractors"},
    "ordering": set(),
    "numeric": {"tolerance"},
    "short_answer": set(),
}
HOW_MANY = {2: "Choose two.", 3: "Choose three."}
REFERRING = re.compile(
    r"\b(all|none) of the above\b|\bboth [A-D] and [A-D]\b|\bneither [A-D] nor [A-D]\b", re.IGNORECASE
)
# What gives a statement away, or makes it hard to deny.
TELLING = re.compile(r"\b(?:always|never|only|cannot|not|no|none|\w+n't)\b", re.IGNORECASE)
NEGATIVE = re.compile(r"(?:Which|What)(?: \w+){0,3} (?:is|are|does|do|would|should|can) (?:not|except)\b")

each_file = pytest.mark.parametrize("skill", CONTENT)


def of_type(kind: str, entries: list[dict[str, Any]] = ENTRIES) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["type"] == kind]


def right(entry: dict[str, Any]) -> list[str]:
    correct = entry["correct"]
    return correct if isinstance(correct, list) else [correct]


def wrong(entry: dict[str, Any]) -> list[str]:
    return [distractor["text"] for distractor in entry.get("distractors", ())]


def options(entry: dict[str, Any]) -> list[str]:
    return [*right(entry), *wrong(entry)]


def distinct(texts: list[str]) -> int:
    return len({" ".join(text.casefold().split()) for text in texts})


def test_at_least_thirty_skills_have_ten_items() -> None:
    stocked = [
        skill for skill, content in CONTENT.items() if len(of_type("multiple_choice", content["items"])) >= 10
    ]
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
        assert entry["type"] in OWN_FIELDS, name
        required = REQUIRED | OWN_FIELDS[entry["type"]]
        assert required <= entry.keys() <= required | OPTIONAL, name
        assert re.fullmatch(re.escape(skill) + r"-\d{3}", entry["id"]), name
        assert type(entry["version"]) is int, name
        assert entry["version"] >= 1, name
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
        texts += [distractor["misconception"] for distractor in entry.get("distractors", ())]
        texts += [entry[field] for field in (OPTIONAL | {"tolerance"}) & entry.keys()]
        assert all(isinstance(text, str) and text.strip() for text in texts), entry["id"]


@each_file
def test_every_distractor_names_its_misconception(skill: str) -> None:
    for entry in CONTENT[skill]["items"]:
        for distractor in entry.get("distractors", ()):
            assert set(distractor) == {"text", "misconception"}, entry["id"]


@each_file
def test_a_multiple_choice_has_four_distinct_options(skill: str) -> None:
    for entry in of_type("multiple_choice", CONTENT[skill]["items"]):
        assert isinstance(entry["correct"], str), entry["id"]
        assert len(entry["distractors"]) == 3, entry["id"]
        assert distinct(options(entry)) == 4, entry["id"]


@each_file
def test_a_multiple_select_says_how_many_to_choose(skill: str) -> None:
    for entry in of_type("multiple_select", CONTENT[skill]["items"]):
        name = entry["id"]
        assert isinstance(entry["correct"], list), name
        assert len(right(entry)) in HOW_MANY, name
        assert 2 <= len(wrong(entry)) <= 3, name
        assert distinct(options(entry)) == len(options(entry)), name
        assert entry["stem"].rstrip().endswith(HOW_MANY[len(right(entry))]), name


@each_file
def test_a_true_or_false_is_a_statement_without_a_telling_word(skill: str) -> None:
    for entry in of_type("true_false", CONTENT[skill]["items"]):
        stem = entry["stem"].rstrip()
        assert entry["correct"] in ("True", "False"), entry["id"]
        assert set(options(entry)) == {"True", "False"}, entry["id"]
        assert len(options(entry)) == 2, entry["id"]
        assert stem.endswith("."), entry["id"]
        assert "?" not in stem, entry["id"]
        assert not TELLING.search(stem), entry["id"]


@each_file
def test_an_ordering_has_four_or_five_distinct_texts(skill: str) -> None:
    for entry in of_type("ordering", CONTENT[skill]["items"]):
        assert isinstance(entry["correct"], list), entry["id"]
        assert 4 <= len(entry["correct"]) <= 5, entry["id"]
        assert distinct(entry["correct"]) == len(entry["correct"]), entry["id"]


@each_file
def test_a_typed_answer_is_a_number_or_a_list_of_spellings(skill: str) -> None:
    for entry in of_type("numeric", CONTENT[skill]["items"]):
        assert NUMBER.fullmatch(entry["correct"]), entry["id"]
        assert NUMBER.fullmatch(entry["tolerance"]), entry["id"]
    for entry in of_type("short_answer", CONTENT[skill]["items"]):
        assert isinstance(entry["correct"], list), entry["id"]
        assert distinct(entry["correct"]) == len(entry["correct"]) >= 1, entry["id"]


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
    items = of_type("multiple_choice", CONTENT[skill]["items"])
    assert {entry["difficulty"] for entry in items} == set(DIFFICULTIES)
    for entries in (items, CONTENT[skill]["items"]):
        remembered = sum(entry["cognitive_level"] == "remember" for entry in entries)
        assert remembered <= len(entries) / 3


def test_ids_are_used_once_and_so_are_questions() -> None:
    ids = Counter(entry["id"] for entry in ENTRIES)
    assert [name for name, count in ids.items() if count > 1] == []
    same = Counter(item.identity for item in library.load())
    assert [name for name, count in same.items() if count > 1] == []


def test_the_key_is_not_given_away_by_its_length() -> None:
    entries = of_type("multiple_choice")
    longest = [
        entry["id"] for entry in entries if len(entry["correct"]) > max(len(text) for text in wrong(entry))
    ]
    assert len(longest) / len(entries) <= 0.30


def test_the_key_is_not_given_away_by_being_the_shortest_either() -> None:
    entries = of_type("multiple_choice")
    shortest = [
        entry["id"] for entry in entries if len(entry["correct"]) < min(len(text) for text in wrong(entry))
    ]
    assert len(shortest) / len(entries) <= 0.40


def test_what_to_choose_is_not_given_away_by_length() -> None:
    apart = []
    for entry in of_type("multiple_select"):
        lengths = [len(text) for text in right(entry)], [len(text) for text in wrong(entry)]
        if min(lengths[0]) > max(lengths[1]) or max(lengths[0]) < min(lengths[1]):
            apart.append(entry["id"])
    assert apart == []


def test_about_half_of_the_statements_are_true() -> None:
    entries = of_type("true_false")
    true = sum(entry["correct"] == "True" for entry in entries)
    assert 0.4 <= true / len(entries) <= 0.6


def test_loading_gives_every_item_with_its_key_first() -> None:
    items = library.load()
    assert len(items) == len(ENTRIES)
    by_id = {entry["id"]: entry for entry in ENTRIES}
    for item in items:
        entry = by_id[str(item.library_id)]
        is_open = entry["type"] in OPEN_TYPES
        assert item.options == (() if is_open else tuple(options(entry)))
        assert item.right == (0 if is_open else len(right(entry)))
        assert item.accepted == (tuple(right(entry)) if is_open else ())
        assert len(item.misconceptions) == len(wrong(entry))
        assert item.skill_name == taxonomy.shipped().skills[item.skill].name
        assert item.stored_id is None
        assert (item.code is None) == ("code" not in entry)
