"""A candidate's session over the wire: start, questions or brief, answers, events, submit; never a key."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.base import Json
from models.candidates import CandidateSession
from models.questions import TYPES
from models.responses import EVENT_TYPES, SessionEvent
from models.session import Database
from tests.conftest import Account
from tests.contract.checked import CheckedClient, client_of
from tests.http.test_no_key_leaks import told
from tests.jobs import Clock
from tests.sittings import QUESTIONS, SECTIONS, Exam, exam, key, secrets_of, session_of, task

SESSION = "/v1/candidate/session"
SUBMIT = f"{SESSION}/submit"
EVENTS = f"{SESSION}/events"


def response_of(question_id: str) -> str:
    """Where an answer to the question is saved."""
    return f"{SESSION}/responses/{question_id}"


@pytest.fixture
def made(database: Database, account: Account) -> Exam:
    """The organisation's assessment with a question of each type."""
    return exam(database, account.organization_id)


@pytest.fixture
def candidate(app: Flask, made: Exam, database: Database) -> CheckedClient:
    """Calls the application as a candidate who has not begun, with a quarter more time."""
    return client_of(app, key(database, made.assessment_id, extra_percent=25)[1])


@pytest.fixture
def worker(app: Flask, database: Database) -> CheckedClient:
    """Calls the application as a candidate whose task is scored by a rubric."""
    return client_of(app, key(database, task(database, has_rubric=True))[1])


def ok(answer: TestResponse) -> Json:
    """The body of a success."""
    assert answer.status_code == 200, answer.text
    found: Json = answer.get_json()
    return found


# --- the session -------------------------------------------------------------------------------


def test_a_start_shows_the_session_and_each_later_one_the_same(
    candidate: CheckedClient, made: Exam, clock: Clock
) -> None:
    first = ok(candidate.post(SESSION))
    questions = first.pop("questions")
    assert first == {
        "sessionId": first["sessionId"],
        "assessmentId": made.assessment_id,
        "name": "Frontend Engineer",
        "role": "Frontend Engineer",
        "status": "in_progress",
        "startedAt": "2026-01-02T03:04:05.678Z",
        "deadline": "2026-01-02T03:41:35.678Z",
        "secondsLeft": 2250,
        "timeLimitMinutes": 30,
        "extraTimePercent": 25,
        "submittedAt": None,
        "proctoring": {
            "enabled": True,
            "fullScreen": True,
            "tabSwitchLimit": 3,
            "webcam": False,
            "copyPasteBlocked": False,
        },
        "brief": None,
        "repoUrl": None,
    }
    clock.forward(seconds=10)
    for again in (candidate.post(SESSION, json={}), candidate.get(SESSION)):
        assert ok(again) == {**first, "questions": questions, "secondsLeft": 2240}


def test_the_questions_come_in_the_forms_order_with_what_was_saved(
    candidate: CheckedClient, made: Exam
) -> None:
    ok(candidate.post(SESSION))
    choice, number = made.questions["choice"], made.questions["number"]
    for question, answer in ((choice, "a"), (choice, "b"), (number, 12), (number, None)):
        ok(candidate.put(response_of(question), json={"answer": answer}))
    shown = ok(candidate.get(SESSION))["questions"]
    assert [one["id"] for one in shown] == list(made.questions.values())
    for one, (name, asked) in zip(shown, QUESTIONS.items(), strict=True):
        ids = made.options(name)
        texts = asked.get("options", tuple(ids))
        assert {option["text"]: option["id"] for option in one["options"]} == (ids if texts else {})
        assert (one["type"], one["section"]) == (
            asked["type"],
            f"Part {SECTIONS[asked.get('skill', 'react')]}",
        )
        assert (one["code"], one["codeLanguage"]) == (asked.get("code"), asked.get("code_language"))
        assert one["question"].startswith(f"{name} ")
        assert one["seconds"] == 30
    found = {one["id"]: (one["savedAnswer"], one["savedVersion"]) for one in shown}
    assert (found.pop(choice), found.pop(number)) == (("b", 2), (None, 2))
    assert set(found.values()) == {(None, 0)}
    assert {one["type"] for one in shown} == set(TYPES)


def test_a_task_shows_its_brief_and_its_repository_and_no_questions(worker: CheckedClient) -> None:
    found = ok(worker.post(SESSION))
    assert (found["brief"], found["repoUrl"]) == ("Make it stream.", "https://git.example.com/a")
    assert found["questions"] is None


def test_without_a_limit_the_session_ends_with_the_key(
    app: Flask, database: Database, account: Account, clock: Clock
) -> None:
    made = exam(database, account.organization_id, total_duration=0)
    found = ok(client_of(app, key(database, made.assessment_id)[1]).post(SESSION))
    assert (found["timeLimitMinutes"], found["secondsLeft"]) == (None, 7 * 24 * 3600)


def test_the_key_is_taken_from_each_of_the_three_headers(app: Flask, database: Database, made: Exam) -> None:
    _, text = key(database, made.assessment_id)
    stranger = client_of(app)
    found = [
        ok(stranger.post(SESSION, headers=headers))["sessionId"]
        for headers in ({"X-API-Key": text}, {"Authorization": f"Bearer {text}"}, {"apiKey": text})
    ]
    assert len(set(found)) == 1


# --- answers and events ------------------------------------------------------------------------


def test_a_saved_answer_tells_its_version_and_the_time_that_is_left(
    candidate: CheckedClient, made: Exam, clock: Clock
) -> None:
    ok(candidate.post(SESSION))
    question = made.questions["select"]
    clock.forward(minutes=1, milliseconds=200)
    expected = {
        "questionId": question,
        "version": 1,
        "savedAt": "2026-01-02T03:05:05.878Z",
        "secondsLeft": 2189,
    }
    assert ok(candidate.put(response_of(question), json={"answer": ["b", "a"]})) == expected
    clock.forward(seconds=1)
    assert ok(candidate.put(response_of(question), json={"answer": ["b", "a"]})) == {
        **expected,
        "secondsLeft": 2188,
    }
    assert ok(candidate.put(response_of(question), json={"answer": []}))["version"] == 2


def event(number: int, **more: Any) -> Json:
    return {"eventId": f"e-{number}", "type": "copy", "at": "2026-01-02T03:04:06+02:00", **more}


def test_events_are_recorded_once(candidate: CheckedClient, database: Database) -> None:
    ok(candidate.post(SESSION))
    batch = [event(number, type=kind, data={"n": number}) for number, kind in enumerate(EVENT_TYPES)]
    assert ok(candidate.post(EVENTS, json={"events": batch})) == {"recorded": len(batch), "skipped": 0}
    assert ok(candidate.post(EVENTS, json={"events": [*batch, event(99), event(99)]})) == {
        "recorded": 1,
        "skipped": len(batch) + 1,
    }
    full = [event(1000 + number) for number in range(200)]
    assert ok(candidate.post(EVENTS, json={"events": full})) == {"recorded": 200, "skipped": 0}
    session_id = ok(candidate.get(SESSION))["sessionId"]
    with database.read() as session:
        query = select(func.count()).where(SessionEvent.session_id == session_id)
        assert session.scalar(query) == len(batch) + 201


# --- submit ------------------------------------------------------------------------------------


def test_a_form_is_scored_at_once_and_tells_the_candidate_no_result(
    candidate: CheckedClient, made: Exam, database: Database, clock: Clock
) -> None:
    session_id = ok(candidate.post(SESSION))["sessionId"]
    for question, answer in made.wrong.items():
        ok(candidate.put(response_of(question), json={"answer": answer}))
    clock.forward(minutes=2)
    answers = [{"questionId": one, "answer": answer} for one, answer in list(made.right.items())[:5]]
    assert ok(candidate.post(SUBMIT, json={"answers": answers})) == {
        "sessionId": session_id,
        "status": "scored",
        "submittedAt": "2026-01-02T03:06:05.678Z",
    }
    with database.read() as session:
        taken = session.get_one(CandidateSession, session_id)
    assert (taken.score, taken.submitted_by) == (71, "candidate")
    for answer in (candidate.get(SESSION), candidate.post(SESSION)):
        found = ok(answer)
        assert (found["status"], found["submittedAt"], found["secondsLeft"], found["questions"]) == (
            "scored",
            "2026-01-02T03:06:05.678Z",
            0,
            None,
        )
        assert not {"score", "passed", "result", "cutoff"} & set(found)


def test_a_form_may_be_submitted_without_a_body(candidate: CheckedClient, made: Exam) -> None:
    ok(candidate.post(SESSION))
    assert ok(candidate.post(SUBMIT))["status"] == "scored"


def test_a_task_is_handed_in_and_waits_for_its_scores(
    worker: CheckedClient, app: Flask, database: Database
) -> None:
    ok(worker.post(SESSION))
    work = {"repoUrl": "https://git.example.com/mine", "patch": "+ a\n" * 1000, "notes": " Read the tests. "}
    assert ok(worker.post(SUBMIT, json=work))["status"] == "submitted"
    assert ok(worker.get(SESSION))["status"] == "submitted"
    key_id, text = key(database, task(database, has_rubric=False))
    other = client_of(app, text)
    ok(other.post(SESSION))
    assert ok(other.post(SUBMIT, json={"patch": "x" * 512 * 1024}))["status"] == "in_review"
    assert session_of(database, key_id).patch == "x" * 512 * 1024


@pytest.mark.parametrize("field", ["repoUrl", "patch", "notes"])
def test_one_of_the_three_is_enough_for_a_task(worker: CheckedClient, field: str) -> None:
    ok(worker.post(SESSION))
    assert ok(worker.post(SUBMIT, json={field: "https://a.example/b"}))["status"] == "submitted"


# --- what is never told ------------------------------------------------------------------------


def test_no_answer_to_a_candidate_tells_a_key_an_explanation_or_a_result(
    candidate: CheckedClient, made: Exam, database: Database
) -> None:
    secrets = secrets_of(database, made.form_id)
    assert len(secrets) > 10
    question = made.questions["choice"]
    answers = [
        candidate.get(SESSION),
        candidate.post(SESSION),
        candidate.get(SESSION),
        candidate.put(response_of(question), json={"answer": "a"}),
        candidate.put(response_of(question), json={"answer": "z"}),
        candidate.put(response_of(made.questions["number"]), json={"answer": "x"}),
        candidate.put(response_of(made.questions["word"]), json={"answer": 3}),
        candidate.post(EVENTS, json={"events": [event(1)]}),
        candidate.post(SUBMIT, json={"answers": [{"questionId": question, "answer": "z"}]}),
        candidate.post(SUBMIT, json={"answers": [{"questionId": question, "answer": "b"}]}),
        candidate.post(SUBMIT),
        candidate.post(SESSION),
        candidate.get(SESSION),
    ]
    assert [answer.status_code for answer in answers] == [
        *(404, 200, 200, 200, 400, 400, 400, 200, 400, 200, 409, 200, 200),
    ]
    bodies = [answer.get_json() for answer in answers]
    # What was wrong with an answer is told under the name of its field.
    for body in bodies:
        body.pop("errors", None)
    assert [told(body, secrets) for body in bodies] == [[]] * len(bodies)
    for name in ("rebase", "41.5"):
        assert all(name not in answer.text for answer in answers)
    assert all("score" not in body and "result" not in body for body in bodies)
