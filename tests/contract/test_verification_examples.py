"""The contract's own examples of API B (texts 000, 002, 003), and every code of its three tables."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from models import submissions, verification_forms
from models.session import Database
from settings import Settings
from tests.conftest import new_account
from tests.contract.checked import client_of, document
from tests.contract.jobs import claim, fail
from tests.contract.verifications import (
    CHOSEN,
    GENERATE,
    RETAKE,
    STEP_1,
    STEP_2,
    STEP_3,
    SUBMIT,
    WANTED,
    Begin,
    Json,
    StudentSession,
    Work,
    begin_session,
    refused,
    session_client,
)
from workers import queue

QUESTION: Json = {
    "questionId": "uuid-q-1",
    "question": "Which React hook is used to manage side effects?",
    "options": ["useState", "useEffect", "useContext", "useReducer"],
}
GENERATED: Json = {
    "success": True,
    "data": {"recordVerificationId": "ver_live_abc123", "totalQuestions": 10, "questions": [QUESTION]},
    "message": "Assessment generated successfully",
    "executionTime": "8200ms",
}
RETAKEN: Json = {
    "success": True,
    "data": {
        "recordVerificationId": "ver_live_abc123",
        "retakeAttemptNumber": 2,
        "totalQuestions": 10,
        "questions": [QUESTION],
    },
    "message": "Retake assessment generated successfully",
    "executionTime": "7900ms",
}
SUBMITTED: Json = {
    "success": True,
    "data": {
        "recordVerificationId": "ver_live_abc123",
        "result": {
            "score": 80,
            "passed": True,
            "attemptNumber": 1,
            "correctAnswers": 8,
            "totalQuestions": 10,
            "message": "You have successfully passed the assessment and earned the Verified skill.",
        },
        "verifiedSkills": [
            {
                "skillId": "skill_001",
                "name": "React",
                "verified": True,
                "status": "verified",
                "verifiedAt": "2025-04-09T10:05:00.000Z",
                "verifiedBy": "assessment",
            }
        ],
        "skillsUpdated": 1,
        "webhook": {"sent": True},
    },
    "message": "Assessment submitted successfully",
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TOOK = re.compile(r"\d+ms")
# What a client of the texts sends: no body, and yet the type of one.
AS_IN_CURL = {"content_type": "application/json"}


def shape(value: Any) -> Any:
    """The keys at every level, and the types of what stands there; a list's is that of all its members."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        [found] = {repr(shape(inner)): shape(inner) for inner in value}.values()
        return [found]
    return type(value).__name__


def is_like(answer: TestResponse, example: Json, **more: str) -> Json:
    """Assert that the answer has the example's keys and types, with `more` in its data; the answer's body."""
    assert answer.status_code == 200, answer.text
    body: Json = answer.get_json()
    assert shape(body) == {**shape(example), "data": {**shape(example["data"]), **more}}
    assert body["message"] == example["message"]
    assert body["success"] is True
    return body


def shown(body: Json, record_id: str) -> list[Json]:
    """Assert what every answer with questions tells; the questions."""
    data = body["data"]
    assert data["recordVerificationId"] == record_id
    assert TOOK.fullmatch(body["executionTime"])
    assert data["totalQuestions"] == len(data["questions"]) == 10
    for question in data["questions"]:
        assert list(question) == ["questionId", "question", "options"]
        assert len(set(question["options"])) == 4
    assert len({question["questionId"] for question in data["questions"]}) == 10
    found: list[Json] = data["questions"]
    return found


@pytest.fixture
def made_at_once(monkeypatch: pytest.MonkeyPatch, app: Flask, work: Work) -> None:
    """A worker that takes up each job as soon as it is published."""

    def published(task: str, one: str) -> None:
        if task == queue.GENERATE:
            work(one)

    monkeypatch.setattr(app.extensions["assessgen"].publisher, "publish", published)


@pytest.fixture
def prepared(begin: Begin) -> StudentSession:
    """A session that may have questions."""
    return begin().steps()


def test_the_questions_are_as_in_the_text_and_the_second_time_say_that_they_were_there(
    prepared: StudentSession, made_at_once: None
) -> None:
    first = prepared.client.post(GENERATE, **AS_IN_CURL)
    questions = shown(is_like(first, GENERATED), prepared.record_id)
    again = prepared.client.post(GENERATE, **AS_IN_CURL)
    body = is_like(again, GENERATED, alreadyGenerated="bool")
    assert body["data"]["alreadyGenerated"] is True
    assert shown(body, prepared.record_id) == questions


def test_a_retake_is_as_in_the_text(prepared: StudentSession, made_at_once: None) -> None:
    prepared.client.post(GENERATE)
    prepared.score(5)
    for number in (2, 3):
        first = prepared.client.post(RETAKE, **AS_IN_CURL)
        questions = shown(body := is_like(first, RETAKEN), prepared.record_id)
        assert body["data"]["retakeAttemptNumber"] == number
        again = is_like(prepared.client.post(RETAKE), RETAKEN, alreadyGenerated="bool")
        assert again["data"]["questions"] == questions
        prepared.score(0)


def test_a_passed_attempt_is_as_in_the_text(begin: Begin) -> None:
    student = begin().steps(skills=[{"skillId": "skill_001", "name": "React"}])
    student.questions()
    body = is_like(student.submit(student.with_right(8)), SUBMITTED)
    verified_at = body["data"]["verifiedSkills"][0].pop("verifiedAt")
    assert MOMENT.fullmatch(verified_at)
    expected = {**SUBMITTED["data"], "recordVerificationId": student.record_id}
    expected["verifiedSkills"] = [
        {
            name: value
            for name, value in SUBMITTED["data"]["verifiedSkills"][0].items()
            if name != "verifiedAt"
        }
    ]
    assert body["data"] == expected


def test_a_failed_attempt_has_the_text_s_keys_too(prepared: StudentSession) -> None:
    prepared.questions()
    data = prepared.score(5)
    kinds = shape(SUBMITTED["data"])
    kinds["verifiedSkills"] = [
        {**kinds["verifiedSkills"][0], "verifiedAt": "NoneType", "verifiedBy": "NoneType"}
    ]
    assert shape(data) == kinds
    assert (data["result"]["score"], data["result"]["passed"]) == (50, False)
    assert {(skill["verified"], skill["status"]) for skill in data["verifiedSkills"]} == {(False, "rejected")}
    assert data["skillsUpdated"] == len(WANTED)
    assert data["webhook"] == {"sent": True}


@pytest.mark.parametrize("mode", ["live", "test"])
def test_ids_carry_the_key_s_mode(
    app: Flask, database: Database, settings: Settings, work: Work, mode: str
) -> None:
    key = new_account(database, settings, f"Acme {mode} {id(app)}", mode).key
    student = begin_session(client_of(app, key), database, work)
    assert re.fullmatch(rf"ver_{mode}_[0-9a-f]{{32}}", student.record_id)
    assert student.token.startswith(f"st_{mode}_")
    assert student.data["expiresIn"] == 3_456_000
    assert student.data["externalStudentId"] == "student-4711"
    assert MOMENT.fullmatch(student.data["expiresAt"])
    assert student.steps().questions()["recordVerificationId"] == student.record_id


# --- the tables of error codes -----------------------------------------------------------------


def nobody(student: StudentSession) -> StudentSession:
    """A call without a session."""
    student.client = session_client(student.client.application)
    return student


def steps(*which: str, method: str = "assessment") -> Callable[[StudentSession], StudentSession]:
    """A session for which only these steps were taken."""
    bodies = {STEP_1: {"skills": WANTED}, STEP_2: {"verificationMethod": method}, STEP_3: CHOSEN}

    def walk(student: StudentSession) -> StudentSession:
        for path in which:
            assert student.post(path, bodies[path]).status_code == 200
        return student

    return walk


def unlocked(student: StudentSession) -> StudentSession:
    """A session whose last attempt was passed, and that is not locked: only by hand there is one."""
    student.passed().change(locked_at=None)
    return student


ALL = (STEP_1, STEP_2, STEP_3)
# (call, code, status, how to get there), row by row as in the texts.
CODES: list[tuple[str, str, int, Callable[[StudentSession], StudentSession]]] = [
    (GENERATE, "MISSING_VERIFICATION_ID", 400, nobody),
    (GENERATE, "ASSESSMENT_LOCKED", 403, StudentSession.passed),
    (GENERATE, "VERIFICATION_NOT_FOUND", 404, steps(STEP_1)),
    (GENERATE, "INVALID_VERIFICATION_TYPE", 400, steps(*ALL, method="human")),
    (GENERATE, "NO_DATA", 400, steps(STEP_1, STEP_2)),
    (GENERATE, "NO_SKILLS", 400, steps(STEP_2, STEP_3)),
    (SUBMIT, "MISSING_VERIFICATION_ID", 400, nobody),
    (SUBMIT, "MISSING_ANSWERS", 400, StudentSession.ready),
    (SUBMIT, "NO_QUESTIONS", 404, steps(*ALL)),
    (SUBMIT, "INCOMPLETE_ANSWERS", 400, StudentSession.ready),
    (SUBMIT, "ASSESSMENT_LOCKED", 403, StudentSession.passed),
    (RETAKE, "MISSING_VERIFICATION_ID", 400, nobody),
    (RETAKE, "ASSESSMENT_LOCKED", 403, StudentSession.passed),
    (RETAKE, "NO_PRIOR_ATTEMPT", 400, steps(*ALL)),
    (RETAKE, "NO_PRIOR_ATTEMPT", 400, StudentSession.ready),
    (RETAKE, "ASSESSMENT_PASSED", 403, unlocked),
    (RETAKE, "NO_DATA", 400, steps(STEP_1, STEP_2)),
    (RETAKE, "NO_SKILLS", 400, steps(STEP_2, STEP_3)),
]
ANSWERS: dict[str, Any] = {
    "MISSING_ANSWERS": [],
    "INCOMPLETE_ANSWERS": [{"questionId": "x", "selectedAnswer": 0}],
}


@pytest.mark.parametrize(
    ("path", "code", "status", "reach"),
    CODES,
    ids=[f"{path.rpartition('/')[2]}-{code}-{reach.__name__}" for path, code, _, reach in CODES],
)
def test_every_code_of_the_texts_comes_with_its_status(
    begin: Begin, path: str, code: str, status: int, reach: Callable[[StudentSession], StudentSession]
) -> None:
    student = reach(begin())
    body = (
        {"answers": ANSWERS.get(code, [{"questionId": "x", "selectedAnswer": 0}])} if path == SUBMIT else None
    )
    refused(student.post(path, body), status, code)


@pytest.mark.parametrize("path", [GENERATE, RETAKE])
def test_a_generation_that_makes_nothing_is_generation_failed(
    begin: Begin, path: str, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    student = begin().steps() if path == GENERATE else begin().failed()
    publisher = app.extensions["assessgen"].publisher

    def broken(task: str, job_id: str) -> None:
        fail(student.database, claim(student.database, job_id))

    monkeypatch.setattr(publisher, "publish", broken)
    refused(student.client.post(path), 500, "GENERATION_FAILED")


@pytest.mark.parametrize("path", [GENERATE, SUBMIT, RETAKE])
def test_what_nobody_expected_is_internal_error(
    app: Flask, begin: Begin, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the test breaks it off")

    student = begin().ready()
    monkeypatch.setattr(verification_forms, "begin", broken)
    monkeypatch.setattr(submissions, "submit", broken)
    headers = {"x-api-key": student.token}
    answer = app.test_client().post(path, json={} if path != SUBMIT else {"answers": []}, headers=headers)
    refused(answer, 500, "INTERNAL_ERROR")
    assert "the test breaks it off" not in answer.text


def test_every_status_of_the_tables_is_in_the_openapi_document(app: Flask) -> None:
    for path, code, status, _ in CODES:
        assert str(status) in document(app)["paths"][path]["post"]["responses"], code


def test_a_wrong_token_is_invalid_session_and_no_address_leaves_the_envelope(app: Flask) -> None:
    client = session_client(app, "st_live_wrong")
    for path in (GENERATE, SUBMIT, RETAKE, *ALL):
        refused(client.post(path, json={}), 401, "INVALID_SESSION")
    refused(client.get("/api/v1/nothing"), 404, "NOT_FOUND")
    refused(client.get(GENERATE), 405, "METHOD_NOT_ALLOWED")
