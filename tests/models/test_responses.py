"""Answers and events as they are saved: each version once, the last one counts, none is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models import responses, sittings, taking
from models.base import Json, new_id
from models.candidates import SCORED
from models.errors import InvalidInput, NotFound, Refused
from models.responses import SessionEvent
from models.session import Database
from models.sittings import Saved, Wanted
from tests.jobs import Clock, everything
from tests.sittings import Exam, at_once, begun, exam, key, save, session_of, start, submit, versions_of


@pytest.fixture(scope="module")
def made(shared: Database) -> Exam:
    """An assessment with a question of each type."""
    return exam(shared)


@pytest.fixture
def key_id(shared: Database, made: Exam) -> str:
    """A candidate who has begun."""
    return begun(shared, made.assessment_id)


# --- one candidate -----------------------------------------------------------------------------


def test_each_other_answer_is_a_new_version_and_the_same_again_is_none(
    shared: Database, clock: Clock, made: Exam, key_id: str
) -> None:
    question = made.questions["choice"]
    first = save(shared, key_id, question, "a").version
    clock.forward(seconds=5)
    again = save(shared, key_id, question, "a").version
    assert (again, again.number) == (first, 1)
    assert save(shared, key_id, question, "b").version.number == 2
    assert save(shared, key_id, question, None).version.number == 3
    assert save(shared, key_id, question, None).version.number == 3
    assert save(shared, key_id, question, "a").version.number == 4
    assert versions_of(shared, key_id) == {question: [(1, "a"), (2, "b"), (3, None), (4, "a")]}


def test_the_answer_that_counts_is_the_last_of_each_question_in_each_session(
    shared: Database, made: Exam, key_id: str
) -> None:
    other = begun(shared, made.assessment_id)
    choice, word = made.questions["choice"], made.questions["word"]
    for who, question, value in (
        (key_id, choice, "a"),
        (other, choice, "b"),
        (key_id, word, "x"),
        (key_id, choice, "c"),
        (other, choice, None),
    ):
        save(shared, who, question, value)
    mine, theirs = session_of(shared, key_id).id, session_of(shared, other).id
    with shared.read() as session:
        found = responses.latest(session, [mine, theirs])
    assert {place: (row.version, row.answer["value"]) for place, row in found.items()} == {
        (mine, choice): (2, "c"),
        (mine, word): (1, "x"),
        (theirs, choice): (2, None),
    }


# Of each type an answer of its shape, and values that have another.
CHOICE = [["a"], "e", "A", "", 1, True, {}, "right", " a"]
SHAPES: dict[str, tuple[Any, list[Any]]] = {
    "choice": ("d", CHOICE),
    "code": ("a", CHOICE),
    "truth": ("b", ["c", True, ["a"], "True"]),
    "select": (["d", "a"], ["a", ["a", "a"], ["z"], [1], [["a"]], [None], {"a": 1}, True]),
    "order": (["d", "c", "b", "a"], ["abcd", ["a", "b", "c", "c"], ["z"], 4]),
    "number": (
        "1 234,5",
        ["twelve", "", [1], {}, True, "1.2.3", "NaN", "Infinity", 10**60, "1e99", 1e99, "9" * 501],
    ),
    "word": ("x" * 500, [1, True, ["x"], {}, "x" * 501]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_an_answer_of_another_shape_is_refused_by_its_question_and_changes_nothing(
    shared: Database, made: Exam, key_id: str, name: str
) -> None:
    good, bad = SHAPES[name]
    question = made.questions[name]
    assert save(shared, key_id, question, good).version.value == good
    before = everything(shared)
    for value in bad:
        with pytest.raises(InvalidInput) as refused:
            save(shared, key_id, question, value)
        assert list(refused.value.errors) == ["answer"]
    assert everything(shared) == before


@pytest.mark.parametrize(("first", "second"), [(1, 1.0), (1, "1"), ("1", "1.0"), ("12,5", "12.5")])
def test_a_number_that_is_written_otherwise_is_another_answer(
    shared: Database, made: Exam, key_id: str, first: Any, second: Any
) -> None:
    question = made.questions["number"]
    save(shared, key_id, question, first)
    assert save(shared, key_id, question, second).version.number == 2


def test_an_id_in_capitals_is_the_same_question(shared: Database, made: Exam, key_id: str) -> None:
    question = made.questions["choice"]
    save(shared, key_id, question.upper(), "a")
    assert save(shared, key_id, question, "b").version.number == 2
    assert list(versions_of(shared, key_id)) == [question]


# --- many answers together ---------------------------------------------------------------------


def test_answers_of_many_candidates_are_saved_together_and_each_hears_of_its_own(
    shared: Database, clock: Clock, made: Exam
) -> None:
    late = begun(shared, made.assessment_id)
    clock.forward(minutes=30)
    first, second, done = (begun(shared, made.assessment_id) for _ in range(3))
    fresh, _ = key(shared, made.assessment_id)
    submit(shared, done)
    choice, number = made.questions["choice"], made.questions["number"]
    wanted = [
        Wanted(first, choice, "a"),
        Wanted(late, choice, "a"),
        Wanted(first, choice, "b"),
        Wanted(second, number, "none"),
        Wanted(second, number, 7),
        Wanted(done, choice, "a"),
        Wanted(fresh, choice, "a"),
        Wanted(second, new_id(), 7),
        Wanted(first, choice, "b"),
    ]
    with shared.write() as session:
        found = sittings.save(session, wanted)
    assert [
        one.version.number if isinstance(one, Saved) else getattr(one, "code", type(one).__name__)
        for one in found
    ] == [
        1,
        "TIME_IS_UP",
        2,
        "INVALID_DATA_FORMAT",
        1,
        "ALREADY_SUBMITTED",
        "SESSION_NOT_STARTED",
        "NotFound",
        2,
    ]
    assert versions_of(shared, first) == {choice: [(1, "a"), (2, "b")]}
    assert versions_of(shared, second) == {number: [(1, 7)]}
    assert versions_of(shared, late) == versions_of(shared, done) == {}


def test_of_many_saves_at_once_none_is_lost_and_the_versions_have_no_gaps(
    shared: Database, made: Exam, key_id: str
) -> None:
    question = made.questions["number"]
    found = at_once([lambda value=value: save(shared, key_id, question, value) for value in range(40)])
    assert sorted(one.version.number for one in found) == list(range(1, 41))  # type: ignore[union-attr]
    versions = versions_of(shared, key_id)[question]
    assert [version for version, _ in versions] == list(range(1, 41))
    assert sorted(value for _, value in versions) == list(range(40))
    with shared.read() as session:
        last = responses.latest(session, [session_of(shared, key_id).id])
    [counts] = last.values()
    assert counts.answer["value"] == versions[-1][1]


def test_batches_that_hold_many_sessions_in_any_order_never_wait_for_each_other(
    shared: Database, made: Exam
) -> None:
    keys = [begun(shared, made.assessment_id) for _ in range(6)]
    question = made.questions["number"]

    def batch(number: int) -> list[Saved | Exception]:
        order = keys if number % 2 else keys[::-1]
        with shared.write() as session:
            return list(sittings.save(session, [Wanted(one, question, number) for one in order]))

    found = at_once([lambda number=number: batch(number) for number in range(12)])
    assert all(isinstance(one, Saved) for batch in found for one in batch)  # type: ignore[union-attr]
    for one in keys:
        assert [version for version, _ in versions_of(shared, one)[question]] == list(range(1, 13))


@pytest.mark.parametrize("attempt", range(5))
def test_what_was_saved_while_the_session_was_submitted_is_scored_or_was_refused(
    shared: Database, made: Exam, key_id: str, attempt: int
) -> None:
    calls: list[Callable[[], Any]] = [
        lambda question=question, value=value: save(shared, key_id, question, value)
        for question, value in made.right.items()
    ]
    calls.insert(attempt, lambda: submit(shared, key_id))
    outcomes = at_once(calls)
    saved = [one for one in outcomes if isinstance(one, Saved)]
    refused = [one.code for one in outcomes if isinstance(one, Refused)]
    assert refused == ["ALREADY_SUBMITTED"] * (7 - len(saved))
    taken = session_of(shared, key_id)
    assert taken.status == SCORED
    assert taken.result is not None
    assert taken.result["correct"] == taken.result["answered"] == len(saved)
    assert len(versions_of(shared, key_id)) == len(saved)


# --- events ------------------------------------------------------------------------------------


def event(event_id: str, kind: str = "tab_switch", **data: Any) -> Json:
    return {"event_id": event_id, "type": kind, "happened_at": HAPPENED, "data": data}


HAPPENED = Clock().now - timedelta(seconds=3)


def record(database: Database, key_id: str, *events: Json) -> int:
    with database.write() as session:
        return taking.record_events(session, key_id, events)


def test_an_event_is_recorded_once_however_often_it_is_sent(shared: Database, key_id: str) -> None:
    assert record(shared, key_id, event("1"), event("2", "paste", length=9), event("1", "copy")) == 2
    assert record(shared, key_id, event("2"), event("3", "copy")) == 1
    assert record(shared, key_id, event("3")) == 0
    taken = session_of(shared, key_id)
    with shared.read() as session:
        rows = SessionEvent.after(session, taken.id, 0, 10)
        assert responses.counts_of(session, taken.id) == {
            "tab_switch": 1,
            "copy": 1,
            "paste": 1,
            "full_screen_exit": 0,
        }
        assert SessionEvent.after(session, taken.id, rows[0].id, 1) == [rows[1]]
    assert [(row.event_id, row.type, row.data) for row in rows] == [
        ("1", "tab_switch", {}),
        ("2", "paste", {"length": 9}),
        ("3", "copy", {}),
    ]
    assert {row.happened_at for row in rows} == {HAPPENED}


def test_two_candidates_may_use_the_same_event_ids(shared: Database, made: Exam, key_id: str) -> None:
    other = begun(shared, made.assessment_id)
    assert record(shared, key_id, event("1")) == record(shared, other, event("1")) == 1


def test_the_same_events_at_once_are_recorded_once(shared: Database, key_id: str) -> None:
    batch = [event(str(number)) for number in range(50)]
    found = at_once([lambda: record(shared, key_id, *batch)] * 8)
    assert sorted(found) == [0] * 7 + [50]  # type: ignore[type-var]


def test_no_event_is_recorded_after_the_end_or_before_the_start(
    shared: Database, clock: Clock, made: Exam, key_id: str
) -> None:
    done = begun(shared, made.assessment_id)
    submit(shared, done)
    fresh, _ = key(shared, made.assessment_id)
    clock.forward(minutes=30)
    before = everything(shared)
    for one, code in (
        (key_id, "TIME_IS_UP"),
        (done, "ALREADY_SUBMITTED"),
        (fresh, "SESSION_NOT_STARTED"),
    ):
        with pytest.raises(Refused) as refused:
            record(shared, one, event("9"))
        assert refused.value.code == code
    assert everything(shared) == before
    start(shared, fresh)
    assert record(shared, fresh, event("9")) == 1


def test_a_question_that_is_not_there_is_told_from_a_bad_answer(
    shared: Database, made: Exam, key_id: str
) -> None:
    with pytest.raises(NotFound):
        save(shared, key_id, new_id(), {"no": "shape"})
