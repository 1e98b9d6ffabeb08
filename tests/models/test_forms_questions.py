"""Questions with their keys apart, forms with their order, and the shipped library."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models import forms, questions
from models.base import Json, new_id, utcnow
from models.bulk import insert_rows
from models.forms import Form, Placement, ShownQuestion, questions_of
from models.questions import NewQuestion, Question, QuestionKey, fingerprint, load_library, option_ids
from models.session import Database
from tests.jobs import everything, organization


def question(number: int = 1, **changes: Any) -> NewQuestion:
    """A question whose first option is the key."""
    values: dict[str, Any] = {
        "skill": "python",
        "skill_name": "Python",
        "type": questions.MULTIPLE_CHOICE,
        "difficulty": "entry",
        "cognitive_level": "apply",
        "stem": f"What does expression {number} give?",
        "code": f"print({number})",
        "code_language": "python",
        "options": (f"right {number}", f"wrong {number}a", f"wrong {number}b", f"wrong {number}c"),
        "misconceptions": ("a mix-up", "a slip", "a guess"),
        "explanation": "Because it does.",
        "seconds": 60,
        "source": "library",
    }
    return NewQuestion(**{**values, **changes})


def stored_form(database: Database, new: list[NewQuestion], orders: list[tuple[str, ...]]) -> Form:
    """A form of the questions, in this order, each with its options in the order given."""
    ids = [new_id() for _ in new]
    form: Json = {
        "id": new_id(),
        "organization_id": organization(database),
        "seed": 2**40,
        "language": "en",
        "sections": [{"name": "First"}, {"name": "Second"}],
        "skills": [],
        "blueprint": [],
        "created_at": utcnow(),
    }
    places = [
        Placement(question_id, number % 2, order)
        for number, (question_id, order) in enumerate(zip(ids, orders, strict=True))
    ]
    with database.transaction() as connection:
        insert_rows(
            connection,
            [*questions.rows_of(list(zip(ids, new, strict=True))), *forms.rows_of(form, places)],
        )
    with database.read() as session:
        return session.get_one(Form, form["id"])


def shown(database: Database, form: Form, with_keys: bool) -> list[ShownQuestion]:
    with database.read() as session:
        return questions_of(session, form, with_keys)


def test_a_form_shows_its_questions_and_their_options_in_its_own_order(shared: Database) -> None:
    new = [question(number) for number in range(1, 13)]
    orders = [tuple(one.options[turn % 4 :] + one.options[: turn % 4]) for turn, one in enumerate(new)]
    found = shown(shared, stored_form(shared, new, orders), with_keys=False)
    assert [one.position for one in found] == list(range(1, 13))
    assert [one.question.stem for one in found] == [one.stem for one in new]
    assert [tuple(option["text"] for option in one.options) for one in found] == orders
    assert [one.section for one in found] == ["First", "Second"] * 6


def test_keys_are_shown_only_when_asked_for(shared: Database) -> None:
    form = stored_form(shared, [question()], [question().options])
    assert [one.key for one in shown(shared, form, with_keys=False)] == [None]
    [with_key] = shown(shared, form, with_keys=True)
    assert with_key.key is not None
    texts = {option["id"]: option["text"] for option in with_key.options}
    assert [texts[one] for one in with_key.key.correct] == ["right 1"]
    assert {texts[one]: why for one, why in with_key.key.misconceptions.items()} == {
        "wrong 1a": "a mix-up",
        "wrong 1b": "a slip",
        "wrong 1c": "a guess",
    }
    assert with_key.key.explanation == "Because it does."


def test_the_row_of_a_question_says_nothing_of_its_key() -> None:
    right = question(explanation="TELLTALE", misconceptions=("TELLTALE",) * 3)
    row, key = right.rows(new_id(), utcnow())
    assert "TELLTALE" not in repr(row)
    # Whichever option is the key, the row is the same.
    turned = replace(right, options=right.options[1:] + right.options[:1])
    other, other_key = turned.rows(row["id"], row["created_at"])
    assert other == row
    assert other_key["correct"] != key["correct"]


def test_the_key_is_at_every_place_equally_often_in_the_long_run() -> None:
    places = [option_ids(question(number).options)[question(number).options[0]] for number in range(2000)]
    assert {place: 400 < places.count(place) < 600 for place in "abcd"} == dict.fromkeys("abcd", True)


def test_two_wordings_of_one_question_have_one_fingerprint() -> None:
    same = fingerprint("What is  2 + 2?", None)
    assert same == fingerprint("what is 2+2", None)
    assert same == fingerprint("WHAT IS", "2 2")
    assert same != fingerprint("What is 2 + 3?", None)


def test_a_form_with_an_unknown_question_is_not_stored_at_all(shared: Database) -> None:
    before = everything(shared)
    place = Placement(new_id(), 0, ("a", "b"))
    form = {
        "id": new_id(),
        "organization_id": organization(shared),
        "seed": 1,
        "language": "en",
        "sections": [],
        "skills": [],
        "blueprint": [],
        "created_at": utcnow(),
    }
    with pytest.raises(IntegrityError), shared.transaction() as connection:
        insert_rows(connection, forms.rows_of(form, [place]))
    assert {**everything(shared), "organizations": []} == {**before, "organizations": []}


# --- the shipped library -----------------------------------------------------------------------


def shipped(*numbers: int, **changes: Any) -> list[NewQuestion]:
    return [question(number, library_id=f"python-{number}", **changes) for number in numbers]


def load(database: Database, items: list[NewQuestion]) -> int:
    with database.transaction() as connection:
        return load_library(connection, items)


def counts(database: Database) -> tuple[int, int]:
    with database.read() as session:
        stored, keys = (
            session.scalar(select(func.count()).select_from(one)) for one in (Question, QuestionKey)
        )
    return stored or 0, keys or 0


def test_the_library_is_added_once(database: Database) -> None:
    assert load(database, shipped(1, 2, 3)) == 3
    assert load(database, shipped(1, 2, 3)) == 0
    assert counts(database) == (3, 3)


def test_a_new_item_and_a_changed_version_are_added_and_the_old_one_stays(database: Database) -> None:
    load(database, shipped(1, 2))
    with database.connection() as connection:
        before = questions.library_ids(connection)
    assert load(database, [*shipped(1), *shipped(2, version=2, stem="Reworded?"), *shipped(3)]) == 2
    with database.connection() as connection:
        after = questions.library_ids(connection)
    assert set(after) == {("python-1", 1), ("python-2", 1), ("python-2", 2), ("python-3", 1)}
    assert {place: after[place] for place in before} == before
    assert counts(database) == (4, 4)


def test_an_organisation_s_own_questions_are_no_part_of_the_library(database: Database) -> None:
    own = question(organization_id=organization(database))
    with database.transaction() as connection:
        insert_rows(connection, questions.rows_of([(new_id(), own), (new_id(), question(2))]))
        assert questions.library_ids(connection) == {}
    assert load(database, shipped(1)) == 1


def test_processes_that_load_the_library_at_the_same_moment_add_it_once(database: Database) -> None:
    barrier = Barrier(8)

    def start(_: int) -> int:
        barrier.wait(timeout=60)
        return load(database, shipped(*range(100)))

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(start, range(8))) == [0] * 7 + [100]
    assert counts(database) == (100, 100)
