"""A form's result: what counts as right, how it is added up, and that it stays as it was."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from models import reviews, session_results
from models.assessments import Assessment
from models.base import Json
from models.session import Database
from models.session_results import result_of
from tests.jobs import organization
from tests.sittings import FOUR, QUESTIONS, Exam, begun, exam, save, session_of, submit


@pytest.fixture
def made(shared: Database) -> Exam:
    """An assessment with a question of each type: four on React in Part 0, three on Git in Part 1."""
    return exam(shared)


def taken(database: Database, made: Exam, right: tuple[str, ...], wrong: tuple[str, ...] = ()) -> Json:
    """The result of a candidate who has answered those rightly and these wrongly."""
    key_id = begun(database, made.assessment_id)
    answers = {made.questions[one]: made.right[made.questions[one]] for one in right}
    answers |= {made.questions[one]: made.wrong[made.questions[one]] for one in wrong}
    submit(database, key_id, answers)
    result = session_of(database, key_id).result
    assert result is not None
    return result


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_of_each_type_is_right_by_its_key_alone(shared: Database, made: Exam, name: str) -> None:
    assert taken(shared, made, right=(name,))["correct"] == 1
    result = taken(shared, made, right=(), wrong=(name,))
    assert (result["correct"], result["answered"]) == (0, 1)


def test_the_result_is_overall_and_by_section_and_by_skill(shared: Database, made: Exam) -> None:
    result = taken(shared, made, right=("choice", "truth", "select", "word"), wrong=("code", "order"))
    assert result == {
        "score": 57,
        "passed": True,
        "cutoff": 50,
        "correct": 4,
        "answered": 6,
        "total": 7,
        "sections": [
            {"name": "Part 0", "correct": 3, "total": 4, "score": 75},
            {"name": "Part 1", "correct": 1, "total": 3, "score": 33},
        ],
        "skills": [
            {"id": "react", "name": "React", "correct": 3, "total": 4, "score": 75},
            {"id": "git", "name": "Git", "correct": 1, "total": 3, "score": 33},
        ],
    }


def test_an_answer_that_was_taken_back_is_none(shared: Database, made: Exam) -> None:
    key_id = begun(shared, made.assessment_id)
    for question, value in made.right.items():
        save(shared, key_id, question, value)
    save(shared, key_id, made.questions["choice"], None)
    submit(shared, key_id, {made.questions["word"]: None})
    result = session_of(shared, key_id).result
    assert result is not None
    assert (result["correct"], result["answered"], result["score"]) == (5, 5, 71)


def test_without_any_answer_the_score_is_0_and_failed(shared: Database, made: Exam) -> None:
    result = taken(shared, made, right=())
    assert (result["score"], result["passed"], result["answered"]) == (0, False, 0)


@pytest.mark.parametrize(
    ("right", "total", "cutoff", "score", "passed"),
    [
        (5, 8, 63, 63, True),
        (5, 8, 64, 63, False),
        (1, 200, 1, 1, True),
        (0, 5, 0, 0, True),
        (5, 5, 100, 100, True),
        (199, 200, 100, 100, True),
        (1, 3, 33, 33, True),
        (2, 3, 67, 67, True),
    ],
)
def test_a_score_is_rounded_half_up_and_passes_at_the_cutoff(
    right: int, total: int, cutoff: int, score: int, passed: bool
) -> None:
    question = SimpleNamespace(skill="react", skill_name="React")
    shown: Any = SimpleNamespace(section="All", question=question)
    judgements = [session_results.Judged(shown, "a", at < right) for at in range(total)]
    result = result_of(judgements, cutoff)
    assert (result["score"], result["passed"]) == (score, passed)
    assert result["skills"][0]["score"] == result["sections"][0]["score"] == score


def changed(database: Database, made: Exam) -> None:
    """What an owner may do meanwhile: another cutoff, other times, another key and stem."""
    with database.write() as session:
        assessment = reviews.locked(session, organization(database), made.assessment_id)
        edit = {"options": list(FOUR), "correct": [1], "stem": "Another question altogether?"}
        reviews.change(session, assessment, {"cutoff": 90, "total_duration": 5, "name": "Renamed"}, "owner")
        reviews.edit_question(session, assessment, made.questions["choice"], edit, "owner")


@pytest.mark.parametrize("when", ["before the submit", "after it"])
def test_a_session_keeps_the_form_the_cutoff_and_the_time_that_it_began_with(
    shared: Database, made: Exam, when: str
) -> None:
    key_id = begun(shared, made.assessment_id)
    if when == "before the submit":
        changed(shared, made)
    submit(shared, key_id, made.right)
    before = session_of(shared, key_id)
    if when == "after it":
        changed(shared, made)
    after = session_of(shared, key_id)
    assert after.result == before.result
    assert after.result is not None
    assert (after.result["score"], after.result["cutoff"], after.form_id) == (100, 50, made.form_id)
    assert after.deadline - after.started_at == timedelta(minutes=30)
    with shared.read() as session:
        assert session.get_one(Assessment, made.assessment_id).form_id != made.form_id
