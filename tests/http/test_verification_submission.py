"""Answers handed in: all of them or none, scored once, and told by a webhook and a mail."""

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.base import new_id
from models.events import Delivery
from models.session import Database
from settings import Settings
from tests.conftest import new_account
from tests.contract.checked import CheckedClient, client_of
from tests.contract.stored import changeable
from tests.contract.verifications import (
    ASYNC,
    RETAKE,
    STUDENT,
    SUBMIT,
    VERIFICATIONS,
    Begin,
    Json,
    StudentSession,
    Work,
    begin_session,
    code_of,
    refused,
    session_client,
)
from tests.jobs import standing_clock

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TOTAL = 10


@pytest.fixture
def student(begin: Begin) -> StudentSession:
    """A session whose questions wait for answers."""
    return begin().ready()


# --- the score ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "right", "score"),
    [
        (10, 6, 60),
        (10, 5, 50),
        (10, 0, 0),
        (10, 10, 100),
        (8, 5, 63),
        (8, 4, 50),
        (5, 3, 60),
        (7, 4, 57),
        (6, 1, 17),
    ],
)
def test_a_score_is_rounded_half_up_and_60_passes(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, total: int, right: int, score: int
) -> None:
    monkeypatch.setattr("workers.verification_form.QUESTIONS", total)
    student = begin().steps()
    assert student.questions()["totalQuestions"] == total
    result = student.score(right)["result"]
    assert (result["score"], result["passed"]) == (score, score >= 60)
    assert (result["correctAnswers"], result["totalQuestions"], result["attemptNumber"]) == (right, total, 1)
    assert (student.stored().locked_at is not None) == (score >= 60)


def test_answers_count_in_any_order(student: StudentSession) -> None:
    data = student.submit(student.with_right(7)[::-1]).get_json()["data"]
    assert (data["result"]["correctAnswers"], data["result"]["score"]) == (7, 70)


def test_a_pass_verifies_every_skill_at_the_moment_it_is_scored_and_a_failure_rejects_them(
    begin: Begin,
) -> None:
    with standing_clock() as clock:
        student = begin().ready()
        data = student.score(5)
        assert {(one["status"], one["verifiedAt"], one["verifiedBy"]) for one in data["verifiedSkills"]} == {
            ("rejected", None, None)
        }
        student.retake()
        clock.forward(hours=1)
        data = student.score(6)
        assert {(one["status"], one["verifiedAt"], one["verifiedBy"]) for one in data["verifiedSkills"]} == {
            ("verified", "2026-01-02T04:04:05.678Z", "assessment")
        }
        assert data["skillsUpdated"] == 2


# --- what is no answer -------------------------------------------------------------------------

Change = Callable[[list[Json]], Any]


def first(**values: Any) -> Change:
    """The answers with other values in the first one."""
    return lambda answers: [{**answers[0], **values}, *answers[1:]]


MISSING: dict[str, Any] = {
    "null": None, "an empty list": [], "an empty text": "", "zero": 0, "false": False, "an empty object": {},
}  # fmt: skip
INCOMPLETE: dict[str, Change] = {
    "one too few": lambda answers: answers[:-1],
    "one alone": lambda answers: answers[:1],
    "one too many": lambda answers: [*answers, answers[0]],
    "an unknown one too many": lambda answers: [*answers, {"questionId": new_id(), "selectedAnswer": 0}],
}
INVALID: dict[str, Change] = {
    "an unknown question": first(questionId=new_id()),
    "a question twice": lambda answers: [answers[1], *answers[1:]],
    "an id in capitals": lambda answers: first(questionId=answers[0]["questionId"].upper())(answers),
    "an id that is none": first(questionId="uuid-q-1"),
    "a number for an id": first(questionId=1),
    "a list for an id": first(questionId=["x"]),
    "no id": first(questionId=None),
    "true": first(selectedAnswer=True),
    "false": first(selectedAnswer=False),
    "a string": first(selectedAnswer="1"),
    "an option's text": lambda answers: first(selectedAnswer="useState")(answers),
    "a fraction": first(selectedAnswer=1.0),
    "null": first(selectedAnswer=None),
    "a list": first(selectedAnswer=[1]),
    "negative": first(selectedAnswer=-1),
    "one past the last": first(selectedAnswer=4),
    "huge": first(selectedAnswer=2**70),
    "a field more": first(seconds=3),
    "a field less": lambda answers: [{"questionId": answers[0]["questionId"]}, *answers[1:]],
    "no object": lambda answers: [0, *answers[1:]],
    "nothing": lambda answers: [None, *answers[1:]],
    "a list of lists": lambda answers: [[one] for one in answers],
    "an object for the list": lambda answers: {one["questionId"]: one["selectedAnswer"] for one in answers},
    "a string for the list": lambda answers: "a" * len(answers),
    "a number for the list": lambda answers: len(answers),
    "true for the list": lambda answers: True,
}


def test_what_is_no_answer_to_these_questions_is_refused_and_nothing_is_scored(
    student: StudentSession,
) -> None:
    answers = student.with_right(TOTAL)
    before = changeable(student.database)
    refused(student.post(SUBMIT, {}), 400, "MISSING_ANSWERS")
    refused(student.post(SUBMIT), 400, "MISSING_ANSWERS")
    for what, value in MISSING.items():
        assert code_of(student.submit(value)) == "MISSING_ANSWERS", what
    for code, cases in (("INCOMPLETE_ANSWERS", INCOMPLETE), ("INVALID_ANSWERS", INVALID)):
        for what, change in cases.items():
            answer = student.submit(change(answers))
            assert (answer.status_code, code_of(answer)) == (400, code), what
    refused(student.post(SUBMIT, {"answers": answers, "score": 100}), 400, "INVALID_DATA_FORMAT")
    assert changeable(student.database) == before
    assert student.submit(answers).status_code == 200


# --- once --------------------------------------------------------------------------------------


def test_of_fifty_submissions_at_once_one_is_scored(app: Flask, student: StudentSession) -> None:
    together = Barrier(50)
    answers = [student.with_right(number % (TOTAL + 1)) for number in range(50)]

    def send(mine: list[Json]) -> tuple[int, Json]:
        client = session_client(app, student.token)
        together.wait(30)
        answer = client.post(SUBMIT, json={"answers": mine})
        return answer.status_code, answer.get_json()

    with ThreadPoolExecutor(50) as pool:
        found = [done.result() for done in [pool.submit(send, mine) for mine in answers]]
    [scored] = [body["data"] for status, body in found if status == 200]
    is_passed = scored["result"]["passed"]
    late = (403, "ASSESSMENT_LOCKED") if is_passed else (409, "ATTEMPT_ALREADY_SUBMITTED")
    assert Counter((status, body["error"]["code"]) for status, body in found if status != 200) == {late: 49}
    with student.database.read() as session:
        [attempt] = student.stored().attempts(session)
    assert (attempt.number, attempt.score) == (1, scored["result"]["score"])
    assert [body["type"] for body in told(student)] == ["verification.initiated", "verification.completed"]
    assert len(mails(student)) == 1


def test_a_form_is_answered_once_and_a_passed_one_locks_all_calls(student: StudentSession) -> None:
    answers = student.with_right(5)
    assert student.submit(answers).status_code == 200
    refused(student.submit(answers), 409, "ATTEMPT_ALREADY_SUBMITTED")
    refused(student.submit([]), 400, "MISSING_ANSWERS")
    job_id = student.begin_job(RETAKE)
    refused(student.submit(answers), 409, "ATTEMPT_ALREADY_SUBMITTED")
    student.work(job_id)
    refused(student.submit(answers), 400, "INVALID_ANSWERS")
    again = student.with_right(TOTAL)
    assert student.submit(again).status_code == 200
    for value in (again, [], None, "x"):
        refused(student.submit(value), 403, "ASSESSMENT_LOCKED")
    refused(student.client.post(RETAKE, headers=ASYNC), 403, "ASSESSMENT_LOCKED")
    with student.database.read() as session:
        assert [one.score for one in student.stored().attempts(session)] == [50, 100]


def test_the_same_idempotency_key_replays_the_result(student: StudentSession) -> None:
    answers, headers = student.with_right(5), {"Idempotency-Key": "try-1"}
    refused(student.submit(answers[1:], **headers), 400, "INCOMPLETE_ANSWERS")
    one = student.submit(answers, **headers)
    again = student.submit(answers, **headers)
    assert (again.status_code, again.data) == (200, one.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert student.stored().attempts_made == 1
    assert len(told(student)) == 2
    refused(student.submit(student.with_right(TOTAL), **headers), 422, "IDEMPOTENCY_MISMATCH")
    refused(student.submit(answers), 409, "ATTEMPT_ALREADY_SUBMITTED")
    refused(student.submit(answers, **{"Idempotency-Key": "k" * 256}), 400, "INVALID_DATA_FORMAT")


def test_two_students_keys_and_their_organisation_s_never_meet(client: CheckedClient, begin: Begin) -> None:
    headers = {"Idempotency-Key": "try-1"}
    assert client.post("/api/v1/verify", json=STUDENT, headers=headers).status_code == 200
    scores = {}
    for number in (2, 8):
        student = begin(studentId=f"s{number}").ready()
        answer = student.submit(student.with_right(number), **headers)
        assert "Idempotent-Replayed" not in answer.headers
        scores[number] = answer.get_json()["data"]["result"]["score"]
    assert scores == {2: 20, 8: 80}


def test_a_submission_that_broke_off_has_scored_nothing_and_leaves_its_key_free(
    app: Flask, student: StudentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the test breaks it off")

    answers = student.with_right(TOTAL)
    headers = {"Idempotency-Key": "try-1", "x-api-key": student.token}
    before = changeable(student.database)
    with monkeypatch.context() as patch:
        patch.setattr("models.submissions._mail", broken)
        assert app.test_client().post(SUBMIT, json={"answers": answers}, headers=headers).status_code == 500
    assert changeable(student.database) == before
    assert student.submit(answers, **headers).status_code == 200


# --- what is told ------------------------------------------------------------------------------


def deliveries(student: StudentSession, channel: str) -> list[Delivery]:
    with student.database.read() as session:
        query = select(Delivery).where(Delivery.channel == channel).order_by(Delivery.sequence)
        return list(session.scalars(query))


def told(student: StudentSession) -> list[Json]:
    """The bodies of its webhooks, whose numbers must rise by one, all to the callback address."""
    found = deliveries(student, student.id)
    assert [one.sequence for one in found] == list(range(1, len(found) + 1))
    assert {one.url for one in found} <= {student.stored().callback_url}
    return [one.body for one in found]


def mails(student: StudentSession) -> list[Delivery]:
    """Its mails."""
    return deliveries(student, student.stored().mail_channel)


def test_every_scored_attempt_is_told_with_its_whole_result(student: StudentSession) -> None:
    answered = [student.score(4)]
    student.retake()
    answered.append(student.score(9))
    bodies = told(student)
    assert [body["type"] for body in bodies] == ["verification.initiated", *["verification.completed"] * 2]
    ids = {
        "recordVerificationId": student.record_id,
        "recordUserId": student.data["recordUserId"],
        "externalStudentId": STUDENT["studentId"],
    }
    for body in bodies:
        assert set(body) == {"type", "timestamp", "data"}
        assert MOMENT.fullmatch(body["timestamp"])
        assert ids.items() <= body["data"].items()
    assert set(bodies[0]["data"]) == {*ids, "skills"}
    assert {one["status"] for one in bodies[0]["data"]["skills"]} == {"pending"}
    for body, data in zip(bodies[1:], answered, strict=True):
        assert set(body["data"]) == {*ids, "skills", "result", "verifiedSkills"}
        assert body["data"]["result"] == data["result"]
        assert body["data"]["verifiedSkills"] == body["data"]["skills"] == data["verifiedSkills"]


def test_each_scored_attempt_sends_one_mail_to_who_has_an_address(student: StudentSession) -> None:
    student.score(4)
    student.retake()
    student.score(9)
    found = mails(student)
    assert [(one.sequence, one.url, one.body["template"]) for one in found] == [
        (number, "mailto:maya@example.com", "verification_result") for number in (1, 2)
    ]
    values = [one.body["values"] for one in found]
    assert [(one["name"], one["score"], one["passed"], one["can_retake"]) for one in values] == [
        ("Maya Okafor", 40, False, True),
        ("Maya Okafor", 90, True, False),
    ]


def test_without_an_address_no_mail_is_sent_and_the_webhook_is(begin: Begin) -> None:
    student = begin(email=None, phoneNumber="+44 20 7946 0000").failed()
    assert mails(student) == []
    assert len(told(student)) == 2


def test_in_test_mode_no_mail_is_sent_and_the_webhook_is(
    app: Flask, database: Database, settings: Settings, work: Work
) -> None:
    client = client_of(app, new_account(database, settings, f"Acme {new_id()}", "test").key)
    student = begin_session(client, database, work).passed()
    assert mails(student) == []
    assert len(told(student)) == 2
    found = client.get(f"{VERIFICATIONS}/{student.record_id}").get_json()["data"]
    assert (found["state"], found["isLocked"]) == ("verified", True)
