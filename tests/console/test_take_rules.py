"""The candidates' pages without a browser: keys, foreign forms, versions, and what is told to whom."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.guessing import WRONG_KEYS
from models.assessments import Assessment
from models.base import Json
from models.session import Database
from models.sittings import Wanted
from models.sittings import save as save_each
from tests import sittings
from tests.conftest import Account
from tests.console.taking import UNWATCHED
from tests.jobs import Clock
from tests.sittings import Exam


@pytest.fixture
def made(database: Database, account: Account) -> Exam:
    """The organisation's assessment with a question of each type."""
    return sittings.exam(database, account.organization_id, proctoring=UNWATCHED)


class Candidate:
    """Somebody at the pages: the cookie, and the token of the last page."""

    def __init__(self, app: Flask, text: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.text = text
        self.session = ""
        self.token = ""

    def get(self, path: str) -> TestResponse:
        """Look at a page, after all redirects."""
        answer = self.client.get(path, follow_redirects=True)
        if found := re.search(r'name="csrf-token" content="([^"]+)"', answer.text):
            self.token = found[1]
        if found := re.search(r'data-session="([^"]+)"', answer.text):
            self.session = found[1]
        return answer

    def post(self, path: str, **form: str) -> TestResponse:
        """Send a form of the last page."""
        return self.client.post(path, data={"csrf_token": self.token, "session": self.session, **form})

    def begin(self) -> TestResponse:
        """Open the key and start."""
        self.get(f"/take/{self.text}")
        self.post("/take/start")
        return self.get("/take/questions")

    def save(self, question_id: str, answer: Any, **more: Any) -> TestResponse:
        """Save as the script does."""
        body = {"session": self.session, "answer": answer, **more}
        headers = {"X-CSRFToken": self.token}
        return self.client.post(f"/take/answers/{question_id}", json=body, headers=headers)


@pytest.fixture
def candidate(app: Flask, database: Database, made: Exam) -> Candidate:
    """A candidate who has a key and has not looked yet."""
    return Candidate(app, sittings.key(database, made.assessment_id)[1])


def test_a_link_leads_away_from_the_address_that_holds_the_key(candidate: Candidate) -> None:
    answer = candidate.client.get(f"/take/{candidate.text}")
    assert (answer.status_code, answer.location) == (303, "/take/start")
    [cookie] = answer.headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert candidate.text not in cookie
    assert answer.headers["Cache-Control"] == "no-store"


def test_wrong_keys_are_counted_by_address_in_links_and_in_the_form(candidate: Candidate) -> None:
    candidate.get("/take")
    for place in range(WRONG_KEYS.amount):
        path = "/take" if place % 2 else f"/take/ck_live_{place}"
        answer = candidate.post(path, key="ck_live_x") if place % 2 else candidate.get(path)
        assert answer.status_code == 401
    answer = candidate.get(f"/take/{candidate.text}")
    assert answer.status_code == 429
    assert "Please wait a moment" in answer.text
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_looking_at_the_link_does_not_start_the_time(
    candidate: Candidate, database: Database, made: Exam
) -> None:
    assert "What to expect" in candidate.get(f"/take/{candidate.text}").text
    assert "What to expect" in candidate.get("/take/questions").text
    assert "What to expect" in candidate.get("/take/done").text


def test_a_form_that_is_not_ours_starts_nothing(candidate: Candidate) -> None:
    candidate.get(f"/take/{candidate.text}")
    assert candidate.client.post("/take/start").status_code == 400
    assert "What to expect" in candidate.get("/take/start").text


def test_the_page_tells_nothing_that_only_the_owner_may_read(
    candidate: Candidate, database: Database, made: Exam
) -> None:
    page = candidate.begin().text
    assert "Question 7 of 7" in page
    assert not [one for one in sittings.secrets_of(database, made.form_id) if one in page]


def test_an_answer_is_saved_and_one_that_knew_of_less_is_not(candidate: Candidate, made: Exam) -> None:
    candidate.begin()
    word = made.questions["word"]
    first = candidate.save(word, "one", after=0).get_json()
    assert (first["version"], first["answer"]) == (1, "one")
    assert 29 * 60_000 < first["left"] <= 30 * 60_000
    # The same call again, whose answer was lost on the way.
    assert candidate.save(word, "one", after=0).get_json()["version"] == 1
    assert candidate.save(word, "two", after=1).get_json()["version"] == 2
    late = candidate.save(word, "one", after=0).get_json()
    assert (late["version"], late["answer"]) == (2, "two")


def test_without_a_version_the_last_save_wins(database: Database, made: Exam) -> None:
    key_id = sittings.begun(database, made.assessment_id)
    word = made.questions["word"]
    with database.write() as session:
        for value, after in (("one", None), ("two", None), ("three", 1), ("four", 2)):
            save_each(session, [Wanted(key_id, word, value, after)])
    assert sittings.versions_of(database, key_id)[word] == [(1, "one"), (2, "two"), (3, "four")]


@pytest.mark.parametrize(
    ("name", "answer", "told"),
    [("number", "many", "no number"), ("word", "x" * 501, "too long"), ("choice", "z", "can’t be taken")],
)
def test_an_answer_that_can_t_be_taken_is_explained(
    candidate: Candidate, made: Exam, name: str, answer: str, told: str
) -> None:
    candidate.begin()
    found = candidate.save(made.questions[name], answer)
    assert (found.status_code, found.get_json()["code"]) == (422, "INVALID_ANSWER")
    assert told in found.get_json()["message"]


def test_scripts_are_told_by_code_why_nothing_is_saved(
    app: Flask, candidate: Candidate, database: Database, made: Exam
) -> None:
    candidate.begin()
    word = made.questions["word"]
    mine = candidate.session
    candidate.session = "another"
    assert candidate.save(word, "x").get_json()["code"] == "OTHER_SITTING"
    candidate.session = mine
    assert candidate.save(made.assessment_id, "x").get_json()["code"] == "NO_SUCH_QUESTION"
    assert candidate.save(word, "x", after="many").status_code == 200
    assert candidate.post("/take/submit").location == "/take/done"
    assert candidate.save(word, "y").get_json()["code"] == "ALREADY_SUBMITTED"
    candidate.post("/take/leave")
    answer = candidate.save(word, "y")
    assert (answer.status_code, answer.get_json()["code"]) == (401, "NO_KEY")


def test_after_the_deadline_the_page_says_so_and_what_was_saved_counts(
    candidate: Candidate, made: Exam, clock: Clock
) -> None:
    candidate.begin()
    truth = made.questions["truth"]
    assert candidate.save(truth, made.right[truth], after=0).status_code == 200
    clock.forward(minutes=30)
    late = candidate.save(truth, None, after=1)
    assert (late.status_code, late.get_json()["code"]) == (403, "TIME_IS_UP")
    assert candidate.post("/take/submit").location == "/take/start"
    page = candidate.get("/take/questions").text
    assert "The time was up" in page
    assert "1 of 7 questions" in page


def test_a_plain_form_saves_what_differs_and_keeps_what_is_newer(
    candidate: Candidate, database: Database, made: Exam
) -> None:
    candidate.begin()
    word, number = made.questions["word"], made.questions["number"]
    candidate.save(word, "newer", after=0)
    form = {"answer-7": "older", "version-7": "0", "answer-6": "12", "version-6": "0"}
    assert candidate.post("/take/questions", then="review", **form).location == "/take/questions"
    page = candidate.get("/take/questions").text
    assert "One answer was saved on another page" in page
    assert 'value="newer"' in page
    assert candidate.save(number, "12", after=1).get_json()["version"] == 1
    # What was not answered and is not, is no answer.
    assert candidate.save(made.questions["choice"], None, after=0).get_json()["version"] == 1


def test_a_plain_order_needs_each_place_once(candidate: Candidate, made: Exam) -> None:
    candidate.begin()
    ids = list(made.options("order").values())
    form = {f"place-5-{one}": "1" for one in ids}
    answer = candidate.post("/take/questions", **form)
    assert answer.status_code == 422
    assert "a place of its own" in answer.text
    form = {f"place-5-{one}": str(place) for place, one in enumerate(ids, start=1)}
    assert candidate.post("/take/questions", then="review", **form).location == "/take/review"


def test_events_are_stored_once_and_only_as_the_api_takes_them(candidate: Candidate) -> None:
    candidate.begin()
    headers = {"X-CSRFToken": candidate.token}
    event = {"eventId": "e1", "type": "tab_switch", "at": "2026-01-02T03:04:05Z", "data": {"seconds": 4}}

    def send(*events: Json) -> TestResponse:
        body = {"session": candidate.session, "events": list(events)}
        return candidate.client.post("/take/events", json=body, headers=headers)

    assert send(event).get_json() == {"recorded": 1}
    assert send(event, {**event, "eventId": "e2"}).get_json() == {"recorded": 1}
    assert send({**event, "type": "keystrokes"}).status_code == 400
    assert send().status_code == 400


def test_the_result_is_shown_where_the_owner_says_so_alone(
    client: FlaskClient, account: Account, candidate: Candidate, database: Database, made: Exam
) -> None:
    candidate.begin()
    candidate.post("/take/submit")
    assert "Your result" not in candidate.get("/take/done").text
    path = f"/api/v2/assessments/{made.assessment_id}"
    changed = client.patch(path, json={"show_result": True}, headers=account.headers)
    assert changed.get_json()["show_result"] is True
    page = candidate.get("/take/done").text
    assert "Your result" in page
    assert "0 %" in page
    assert "Not passed: 50 %" in page


def test_a_task_shows_its_result_if_it_was_made_so(
    client: FlaskClient, account: Account, database: Database
) -> None:
    task = {"name": "Take-home", "role": "Developer", "taskBrief": "Make it stream."}
    for more, expected in (({}, False), ({"showResult": True}, True)):
        made = client.post("/v1/assessments", json={**task, **more}, headers=account.headers).get_json()
        with database.read() as session:
            assert session.get_one(Assessment, made["id"]).show_result is expected


def test_an_assessment_that_is_not_approved_is_told_kindly(
    app: Flask, database: Database, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = sittings.exam(database, account.organization_id, status="draft")
    services = app.extensions["assessgen"]
    monkeypatch.setattr(services, "settings", replace(services.settings, require_approval=True))
    candidate = Candidate(app, sittings.key(database, draft.assessment_id)[1])
    answer = candidate.get(f"/take/{candidate.text}")
    assert answer.status_code == 409
    assert "not open yet" in answer.text
    assert candidate.post("/take/start").status_code == 409


def test_at_the_end_of_the_time_what_can_be_taken_of_a_task_is(app: Flask, database: Database) -> None:
    key_id, text = sittings.key(database, sittings.task(database, has_rubric=False))
    candidate = Candidate(app, text)
    candidate.begin()
    work = {"repo_url": "no address", "notes": "It streams."}
    assert candidate.post("/take/task", confirmed="on", **work).status_code == 422
    assert candidate.post("/take/task", **{**work, "repo_url": ""}).status_code == 422
    assert candidate.post("/take/task", time_up="1", **work).location == "/take/done"
    taken = sittings.session_of(database, key_id)
    assert (taken.repo_url, taken.notes) == (None, "It streams.")
