"""A session's questions: made once, waited for together, made anew after a failed attempt, never twice."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import combinations
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.base import new_id
from models.events import Delivery, Event
from models.forms import Form, FormQuestion
from models.questions import Question, QuestionKey
from models.session import Database
from models.task_executions import TaskExecution
from models.verifications import Verification
from settings import Settings
from tests.conftest import new_account
from tests.contract.checked import CheckedClient, client_of
from tests.contract.jobs import EXECUTIONS, claim, fail, status_of
from tests.contract.verifications import (
    ASYNC,
    GENERATE,
    RETAKE,
    Begin,
    Json,
    StudentSession,
    Work,
    begin_session,
    refused,
    session_client,
)
from tests.stack import until
from workers.generation.brief import Item
from workers.generation.duplicates import are_copies


def jobs_of(student: StudentSession) -> list[str]:
    """The session's jobs, in their order."""
    with student.database.read() as session:
        query = select(TaskExecution.id).where(TaskExecution.verification_id == student.id)
        return list(session.scalars(query.order_by(TaskExecution.created_at)))


def told(student: StudentSession) -> list[tuple[str, int]]:
    """The types of its events, with their numbers; the deliveries must be the same ones."""
    with student.database.read() as session:
        events = session.scalars(select(Event).where(Event.verification_id == student.id).order_by(Event.id))
        found = [(event.type, event.sequence) for event in events]
        query = select(Delivery).where(Delivery.channel == student.id).order_by(Delivery.sequence)
        assert [(one.body["type"], one.sequence) for one in session.scalars(query)] == found
    return found


INITIATED = [("verification.initiated", 1)]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no call wait for long where a test fails."""
    monkeypatch.setattr("api.verification_assessment_v1.LONGEST_WAIT", 60)


@contextmanager
def waiting(
    app: Flask, student: StudentSession, *paths: str, joining: str = ""
) -> Iterator[tuple[str, list["Future[TestResponse]"]]]:
    """Calls that wait, all at once, for one job; gives its id and their answers to come.

    `joining` is one more call, made once the job is there: before that it would get the old questions.
    """
    known = set(jobs_of(student))
    with ThreadPoolExecutor(len(paths) + 1) as pool:
        answers = [pool.submit(session_client(app, student.token).post, path) for path in paths]
        [job_id] = until(lambda: set(jobs_of(student)) - known, "a job is accepted")
        if joining:
            answers.append(pool.submit(session_client(app, student.token).post, joining))
        watched = app.extensions["assessgen"].watch._watched
        until(lambda: watched[job_id] == len(answers), "all calls wait for the job")
        yield job_id, answers


def data_of(answer: TestResponse) -> Json:
    assert answer.status_code == 200, answer.text
    data: Json = answer.get_json()["data"]
    return data


@pytest.fixture
def prepared(begin: Begin) -> StudentSession:
    """A session that may have questions."""
    return begin().steps()


# --- one job for all that call -----------------------------------------------------------------


def test_calls_at_once_make_one_job_and_one_event_and_get_the_same_questions(
    app: Flask, prepared: StudentSession
) -> None:
    with waiting(app, prepared, *[GENERATE] * 4) as (job_id, answers):
        prepared.work(job_id)
        found = [data_of(answer.result(70)) for answer in answers]
    assert sorted("alreadyGenerated" in one for one in found) == [False, True, True, True]
    assert [one["questions"] for one in found] == [found[0]["questions"]] * 4
    assert jobs_of(prepared) == [job_id]
    assert told(prepared) == INITIATED


def test_retakes_at_once_make_one_job_too_and_tell_of_nothing(app: Flask, begin: Begin) -> None:
    student = begin().failed()
    before = told(student)
    with waiting(app, student, RETAKE, RETAKE, joining=GENERATE) as (job_id, answers):
        student.work(job_id)
        found = [data_of(answer.result(70)) for answer in answers]
    assert [one["questions"] for one in found] == [found[0]["questions"]] * 3
    assert [one.get("retakeAttemptNumber") for one in found] == [2, 2, None]
    assert len(jobs_of(student)) == 2
    assert told(student) == before
    again = data_of(student.client.post(RETAKE))
    assert (again["questions"], again["alreadyGenerated"]) == (found[0]["questions"], True)
    assert len(jobs_of(student)) == 2


@pytest.mark.parametrize("path", [GENERATE, RETAKE])
def test_a_failed_job_fails_all_that_wait_and_the_next_call_makes_another(
    app: Flask, begin: Begin, path: str
) -> None:
    student = begin().steps() if path == GENERATE else begin().failed()
    with waiting(app, student, path, path) as (job_id, answers):
        fail(student.database, claim(student.database, job_id))
        for answer in answers:
            refused(answer.result(70), 500, "GENERATION_FAILED")
    student.questions(path)
    assert jobs_of(student)[-1] != job_id
    assert student.stored().has_open_form
    assert [kind for kind, _ in told(student)].count("verification.initiated") == 1


def test_a_job_that_its_owner_cancels_fails_the_call(
    app: Flask, client: CheckedClient, prepared: StudentSession
) -> None:
    with waiting(app, prepared, GENERATE) as (job_id, answers):
        assert client.post(f"{EXECUTIONS}/{job_id}/cancel").status_code == 200
        refused(answers[0].result(70), 500, "GENERATION_FAILED")
    assert len(prepared.questions()["questions"]) == 10


def test_a_failed_job_that_is_run_again_too_late_changes_nothing(
    client: CheckedClient, prepared: StudentSession
) -> None:
    old = prepared.begin_job()
    fail(prepared.database, claim(prepared.database, old))
    questions = prepared.questions()["questions"]
    assert client.post(f"{EXECUTIONS}/{old}/retry").status_code == 202
    prepared.work(old)
    assert status_of(client, old)["error"]["code"] == "VERIFICATION_GONE"
    assert data_of(prepared.client.post(GENERATE))["questions"] == questions
    assert told(prepared) == INITIATED


# --- how long a call waits ---------------------------------------------------------------------


@pytest.mark.parametrize("path", [GENERATE, RETAKE])
def test_a_call_that_waits_in_vain_is_told_the_job_which_goes_on(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    student = begin().steps() if path == GENERATE else begin().failed()
    monkeypatch.setattr("api.verification_assessment_v1.LONGEST_WAIT", 0.02)
    answers = [student.client.post(path) for _ in range(2)]
    for answer in answers:
        refused(answer, 504, "GENERATION_TIMEOUT")
    [job_id] = {answer.get_json()["error"]["jobId"] for answer in answers}
    assert jobs_of(student)[-1] == job_id
    student.work(job_id)
    assert data_of(student.client.post(path))["alreadyGenerated"] is True
    assert jobs_of(student)[-1] == job_id


def test_who_does_not_want_to_wait_is_told_the_job(prepared: StudentSession) -> None:
    answers = [prepared.client.post(GENERATE, headers=ASYNC) for _ in range(2)]
    for answer in answers:
        assert answer.status_code == 202
        assert answer.headers["Preference-Applied"] == "respond-async"
        assert set(answer.get_json()) == {"success", "data", "message"}
        assert answer.get_json()["data"]["recordVerificationId"] == prepared.record_id
    assert {answer.get_json()["data"]["jobId"] for answer in answers} == set(jobs_of(prepared))
    prepared.work(jobs_of(prepared)[0])
    # What is there need not be waited for.
    assert len(data_of(prepared.client.post(GENERATE, headers=ASYNC))["questions"]) == 10


@pytest.mark.parametrize(
    ("prefer", "status"),
    [
        ("wait=1", 504),
        ("respond-async, wait=1", 202),
        ("wait=1, respond-async", 202),
        ("respond-async; x=1", 202),
    ],
)
def test_a_preference_says_how_long_and_what_then(
    prepared: StudentSession, monkeypatch: pytest.MonkeyPatch, prefer: str, status: int
) -> None:
    monkeypatch.setattr("api.generation_v2.LONGEST_WAIT", 0.02)
    answer = prepared.client.post(GENERATE, headers={"Prefer": prefer})
    assert answer.status_code == status


def test_a_wait_that_is_long_enough_gets_the_questions(app: Flask, prepared: StudentSession) -> None:
    headers = {"Prefer": "respond-async, wait=60"}
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(session_client(app, prepared.token).post, GENERATE, headers=headers)
        [job_id] = until(lambda: jobs_of(prepared), "a job is accepted")
        prepared.work(job_id)
        assert len(data_of(answer.result(70))["questions"]) == 10


@pytest.mark.parametrize("path", [GENERATE, RETAKE])
def test_a_body_may_be_absent_empty_or_name_the_session_and_nothing_else(begin: Begin, path: str) -> None:
    student = begin().ready()
    if path == RETAKE:
        student.score(0)
        student.retake()
    for body in (None, {}, {"recordVerificationId": student.record_id}, {"recordVerificationId": None}):
        assert student.post(path, body).status_code == 200
    for body in ({"questions": 5}, [], "text", {"recordVerificationId": []}):
        refused(student.post(path, body), 400, "INVALID_DATA_FORMAT")
    refused(student.client.post(path, data=b"a=b", content_type="text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE")
    refused(student.client.post(path, data=b"{", content_type="application/json"), 400, "INVALID_DATA_FORMAT")


def test_questions_go_to_every_skill_and_name_what_the_person_has_done(prepared: StudentSession) -> None:
    texts = [one["question"] for one in prepared.questions()["questions"]]
    for name in ("Checkout Service", "Frontend Developer", "Cloud Practitioner"):
        assert any(name in text for text in texts), name
    prepared.score(0)
    with prepared.database.read() as session:
        [attempt] = prepared.stored().attempts(session)
    assert [one["total"] for one in attempt.skills] == [5, 5]


# --- never the same again ----------------------------------------------------------------------


def asked(student: StudentSession) -> list[Item]:
    """The questions of the current form, without the lead-ins that name the person's work."""
    with student.database.read() as session:
        rows = session.execute(
            select(Question, QuestionKey)
            .join(FormQuestion, FormQuestion.question_id == Question.id)
            .join(QuestionKey, QuestionKey.question_id == Question.id)
            .join(Verification, Verification.form_id == FormQuestion.form_id)
            .where(Verification.id == student.id)
            .order_by(FormQuestion.position)
        ).all()
    return [item(question, key) for question, key in rows]


def item(question: Question, key: QuestionKey) -> Item:
    texts = {option["id"]: option["text"] for option in question.options}
    provenance = question.provenance
    return Item(
        skill=question.skill,
        skill_name=question.skill_name,
        difficulty=question.difficulty,
        cognitive_level=question.cognitive_level,
        stem=provenance.get("base_stem", question.stem),
        options=tuple(texts[one] for one in key.correct),
        misconceptions=(),
        explanation="",
        seconds=0,
        source=question.source,
        code=question.code,
        library_id=question.library_id,
        right=len(key.correct),
        family=provenance.get("model"),
        provenance={"made_of": provenance.get("made_of")},
    )


def copies(forms: list[list[Item]]) -> list[tuple[str, str]]:
    """The questions of different forms of which one is a copy of the other."""
    return [
        (one.stem, other.stem)
        for mine, theirs in combinations(forms, 2)
        for one in mine
        for other in theirs
        if are_copies(one, other)
    ]


def stored(database: Database, ids: list[str]) -> tuple[list[Question], int]:
    """Those of the questions that are stored, and how many keys."""
    with database.read() as session:
        found = list(session.scalars(select(Question).where(Question.id.in_(ids))))
        keys = session.scalar(select(func.count()).where(QuestionKey.question_id.in_(ids)))
    return found, keys or 0


def test_over_four_retakes_nothing_comes_again_and_the_old_questions_go(begin: Begin) -> None:
    student = begin().ready()
    forms, attempts = [asked(student)], []
    for number in range(1, 5):
        old, form_id = list(student.places()), student.stored().form_id
        attempts.append(student.score(number)["result"])
        student.retake()
        forms.append(asked(student))
        left, keys = stored(student.database, old)
        assert [one for one in left if one.organization_id is not None] == []
        assert keys == len(left)
        with student.database.read() as session:
            assert session.get(Form, form_id) is None
            kept = student.stored().attempts(session)
        assert [(one.number, one.score, one.correct, one.total) for one in kept] == [
            (one["attemptNumber"], one["score"], one["correctAnswers"], one["totalQuestions"])
            for one in attempts
        ]
    assert [len(form) for form in forms] == [10] * 5
    assert copies(forms) == []


def test_the_counts_per_skill_add_up_even_where_a_neighbour_stands_in(begin: Begin) -> None:
    student = begin().ready()
    for _ in range(4):
        student.score(5)
        student.retake()
    with student.database.read() as session:
        kept = student.stored().attempts(session)
    assert [sum(skill["total"] for skill in one.skills) for one in kept] == [10] * 4
    assert [sum(skill["correct"] for skill in one.skills) for one in kept] == [5] * 4


def test_a_second_verification_of_the_student_repeats_nothing_of_the_first(begin: Begin) -> None:
    first = begin().ready()
    second = begin().ready()
    forms = [asked(first), asked(second)]
    first.score(0)
    first.retake()
    forms.append(asked(first))
    assert copies(forms) == []


def test_a_student_s_questions_are_nobody_else_s_to_find(begin: Begin) -> None:
    student = begin().ready()
    found, _ = stored(student.database, list(student.places()))
    assert {one.is_kept for one in found if one.organization_id is not None} == {False}


Testing = Callable[..., StudentSession]


@pytest.fixture
def testing(app: Flask, database: Database, settings: Settings, work: Work) -> Testing:
    """Begins sessions of an organisation's students in test mode."""
    client = client_of(app, new_account(database, settings, f"Acme {new_id()}", "test").key)
    return lambda **more: begin_session(client, database, work, **more)


def seen(data: Json) -> list[Any]:
    return [(one["question"], one["options"]) for one in data["questions"]]


def test_in_test_mode_the_same_brief_makes_the_same_questions_and_another_others(testing: Testing) -> None:
    one, other = testing(studentId="one").steps(), testing(studentId="other").steps()
    assert seen(one.questions()) == seen(other.questions())
    for student in (one, other):
        student.score(0)
    assert seen(one.retake()) == seen(other.retake())
    third = testing(studentId="third").steps(chosen={"projectIds": ["p1"]})
    assert seen(third.questions()) != seen(testing(studentId="fourth").steps().questions())
