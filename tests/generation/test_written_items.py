"""Items as a language model gives them: too few, too many, repeated, flawed, beside the question."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.fakes.model_server import ModelServer
from tests.generation.model import Json, analysis, form_from, stage_is, written_item
from tests.generation.tools import FakeBank, FakeTools, brief, cell, item
from workers.generation.brief import FormDraft
from workers.generation.engines import writing
from workers.generation.tools import ModelAnswer

pytestmark = pytest.mark.usefixtures("no_item_models")
JOB = brief("Developer", "Python.", number_of_questions=5)
ANSWER = ModelAnswer("", "end_turn", "claude-sonnet-5-5", "req_1")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


def form_of(
    server: ModelServer, items: list[Json], bank: FakeBank | None = None
) -> tuple[FormDraft, FakeTools]:
    """The form of a role with one skill and five cells, whose writer gives these items."""
    server.responder = lambda request: (
        analysis("Python", seniority="intermediate") if stage_is("analyse")(request) else {"items": items}
    )
    tools = FakeTools() if bank is None else FakeTools(bank=bank)
    return form_from(server, JOB, tools), tools


def sources(form: FormDraft) -> Counter[str]:
    return Counter(placed.item.source for placed in form.placed)


@pytest.mark.parametrize(
    ("items", "used"),
    [
        ([], 0),
        ([written_item(1), written_item(2)], 2),
        ([written_item(n) for n in range(5)], 5),
        ([written_item(n) for n in range(50)], 5),
        ([written_item(1)] * 5, 1),
        ([written_item(1, correct=""), *(written_item(n) for n in range(2, 6))], 4),
        ([written_item(1, stem=""), *(written_item(n) for n in range(2, 6))], 4),
        ([written_item(1, distractor_1="way 1"), *(written_item(n) for n in range(2, 6))], 4),
    ],
    ids=[
        "none",
        "few",
        "all",
        "many",
        "repeats",
        "no key",
        "no stem",
        "two keys",
    ],
)
def test_what_is_sound_is_used_and_the_library_gives_the_rest(
    server: ModelServer, items: list[Json], used: int
) -> None:
    form, tools = form_of(server, items)
    assert sources(form) == Counter({"language_model": used, "library": 5 - used})
    assert len({placed.item.identity for placed in form.placed}) == 5
    assert re.search(rf"Wrote {used} questions? for skill: Python", tools.log)
    if used < 5:
        assert f"The model wrote {used} of 5 usable items on Python" in form.warnings[0]


def test_a_spare_item_takes_the_place_of_a_flawed_one(server: ModelServer) -> None:
    items = [written_item(1, correct=""), *(written_item(n) for n in range(2, 7))]
    form, _ = form_of(server, items)
    assert sources(form) == {"language_model": 5}
    assert not [warning for warning in form.warnings if "usable" in warning]


def test_why_items_were_dropped_is_told_once_each(server: ModelServer) -> None:
    items = [written_item(1), written_item(1), written_item(2, correct=""), written_item(3, correct="")]
    form, _ = form_of(server, items)
    assert "(repeats another question; an option is missing)" in form.warnings[0]


def test_an_item_that_the_bank_has_already_is_not_used_again(server: ModelServer) -> None:
    known = written_item(1)
    bank = FakeBank({"python": [item(1, stem=known["stem"].upper()), *(item(n) for n in range(2, 12))]})
    form, _ = form_of(server, [known], bank)
    assert sources(form) == {"library": 5}


def test_an_item_goes_to_the_cell_that_it_fits(server: ModelServer) -> None:
    items = [written_item(n, difficulty=word) for n, word in enumerate(["senior", "entry", "intermediate"])]
    form, _ = form_of(server, items)
    for place, placed in zip(form.blueprint, form.placed, strict=True):
        if placed.item.source == "language_model":
            assert place.difficulty == placed.item.difficulty


@pytest.mark.parametrize(("said", "meant"), [("senior", "senior"), ("very hard", "entry"), ("", "entry")])
def test_a_difficulty_in_other_words_is_the_cell_s(said: str, meant: str) -> None:
    written = writing.WrittenItem.model_validate(written_item(1, difficulty=said, cognitive_level=said))
    made = writing.to_item(written, cell(difficulty="entry", cognitive_level="analyse"), ANSWER)
    assert (made.difficulty, made.cognitive_level) == (meant, "analyse")


@pytest.mark.parametrize(("said", "kept"), [(-5, 30), (0, 30), (30, 30), (95, 95), (180, 180), (10**12, 180)])
def test_the_time_of_an_item_is_held_within_what_is_asked_for(said: int, kept: int) -> None:
    written = writing.WrittenItem.model_validate(written_item(1, seconds=said))
    assert writing.to_item(written, cell(), ANSWER).seconds == kept


def test_every_text_of_an_item_is_cleaned() -> None:
    dirty = {
        name: f" {name}\u200b\u202e\x00 " for name, value in written_item(1).items() if isinstance(value, str)
    }
    dirty["code"] = "print(1)\u200b\x07\n"
    made = writing.to_item(writing.WrittenItem.model_validate(written_item(1, **dirty)), cell(), ANSWER)
    texts = [made.stem, *made.options, *made.misconceptions, made.explanation, made.code, made.code_language]
    assert texts == [
        "stem", "correct", "distractor_1", "distractor_2", "distractor_3",
        "misconception_1", "misconception_2", "misconception_3", "explanation", "print(1)", "code_language",
    ]  # fmt: skip


@pytest.mark.parametrize(("code", "language"), [("", "python"), ("  \n", "python"), ("\u200b", "python")])
def test_an_item_without_code_has_no_language_of_code(code: str, language: str) -> None:
    written = writing.WrittenItem.model_validate(written_item(1, code=code, code_language=language))
    made = writing.to_item(written, cell(), ANSWER)
    assert (made.code, made.code_language) == (None, None)


def test_the_key_comes_first_until_assembly_and_the_misconceptions_keep_their_order() -> None:
    made = writing.to_item(writing.WrittenItem.model_validate(written_item(7)), cell(), ANSWER)
    assert made.options == ("way 7", "first wrong way", "second wrong way", "third wrong way")
    assert made.misconceptions == ("one", "two", "three")
