"""What a candidate's calls are refused with: keys that are none, bad bodies, calls out of their time."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from models import invitations
from models.assessments import Assessment
from models.base import Json, new_id, table_of
from models.candidates import CandidateKey, CandidateSession
from models.responses import Response, SessionEvent
from models.session import Database
from models.taking_rules import INVALID
from models.task_executions import TaskExecution
from tests.conftest import Account, settings_for
from tests.contract.checked import CheckedClient, client_of
from tests.contract.verifications import Begin
from tests.http.test_c_candidate import EVENTS, SESSION, SUBMIT, event, ok, response_of
from tests.jobs import Clock
from tests.sittings import Exam, at_once, exam, key, key_row, session_of, task, versions_of

Call = Callable[[CheckedClient, Exam], TestResponse]
# Each call of a candidate, with a body that is good.
CALLS: dict[str, Call] = {
    "start": lambda client, made: client.post(SESSION),
    "read": lambda client, made: client.get(SESSION),
    "save": lambda client, made: client.put(response_of(made.questions["choice"]), json={"answer": "c"}),
    "tell": lambda client, made: client.post(EVENTS, json={"events": [event(77)]}),
    "submit": lambda client, made: client.post(SUBMIT, json={}),
}
CHANGING = ("save", "tell", "submit")


@pytest.fixture
def made(database: Database, account: Account) -> Exam:
    """The organisation's assessment with a question of each type."""
    return exam(database, account.organization_id)


@pytest.fixture
def issued(database: Database, made: Exam) -> tuple[str, str]:
    """A candidate key: its id and its text."""
    return key(database, made.assessment_id)


@pytest.fixture
def candidate(app: Flask, issued: tuple[str, str]) -> CheckedClient:
    """Calls the application as a candidate who has not begun."""
    return client_of(app, issued[1])


@pytest.fixture
def begun(candidate: CheckedClient, made: Exam) -> CheckedClient:
    """The candidate after the start, with one answer saved."""
    ok(candidate.post(SESSION))
    ok(candidate.put(response_of(made.questions["choice"]), json={"answer": "a"}))
    return candidate


@pytest.fixture(scope="module")
def taken(app: Flask, database: Database) -> tuple[CheckedClient, Exam]:
    """A candidate in a session with one answer, for all tests of calls that change nothing."""
    made = exam(database)
    client = client_of(app, key(database, made.assessment_id)[1])
    ok(client.post(SESSION))
    ok(client.put(response_of(made.questions["choice"]), json={"answer": "a"}))
    return client, made


@pytest.fixture(scope="module")
def at_work(app: Flask, database: Database) -> CheckedClient:
    """A candidate with a task, for all tests of calls that change nothing."""
    client = client_of(app, key(database, task(database, has_rubric=True))[1])
    ok(client.post(SESSION))
    return client


TABLES = (Assessment, CandidateKey, CandidateSession, Response, SessionEvent, TaskExecution)


def stored(database: Database) -> list[list[Any]]:
    """All rows that a candidate's call could change."""
    with database.connection() as connection:
        return [
            list(connection.execute(select(table_of(one)).order_by(table_of(one).c.id))) for one in TABLES
        ]


def refused(answer: TestResponse, status: int, code: str | None) -> Json:
    """The body of an error, which has this status and this code."""
    body: Json = answer.get_json()
    assert (answer.status_code, body.get("code")) == (status, code), answer.text
    assert body["error"]
    return body


# --- whose key it is ---------------------------------------------------------------------------


@pytest.mark.parametrize("call", CALLS)
def test_what_is_no_candidate_key_opens_nothing(
    app: Flask, made: Exam, account: Account, begin: Begin, database: Database, call: str
) -> None:
    texts = ["x", "ck_live_", "ck_live_" + "a" * 42, account.key, begin().token, new_id()]
    before = stored(database)
    for text in [None, *texts]:
        body = refused(CALLS[call](client_of(app, text), made), 401, "INVALID_KEY")
        assert body == {"error": INVALID.message, "code": "INVALID_KEY"}
    assert stored(database) == before


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("is_begun", [False, True])
@pytest.mark.parametrize("how", ["revoked", "deleted"])
def test_a_key_that_was_revoked_or_whose_assessment_was_deleted_opens_nothing_any_more(
    candidate: CheckedClient,
    issued: tuple[str, str],
    made: Exam,
    database: Database,
    call: str,
    is_begun: bool,
    how: str,
) -> None:
    if is_begun:
        ok(candidate.post(SESSION))
    with database.write() as session:
        if how == "revoked":
            invitations.revoke(session.get_one(CandidateKey, issued[0]))
        else:
            invitations.delete(session, session.get_one(Assessment, made.assessment_id))
    before = stored(database)
    refused(CALLS[call](candidate, made), 401, "INVALID_KEY")
    assert stored(database) == before


@pytest.mark.parametrize("call", CALLS)
def test_a_key_that_expired_before_its_start_says_so(
    clock: Clock, candidate: CheckedClient, made: Exam, database: Database, call: str
) -> None:
    clock.forward(days=7)
    before = stored(database)
    refused(CALLS[call](candidate, made), 401, "KEY_EXPIRED")
    assert stored(database) == before


# --- when it is called -------------------------------------------------------------------------


@pytest.mark.parametrize("call", [call for call in CALLS if call != "start"])
def test_before_the_start_there_is_no_session(
    candidate: CheckedClient, made: Exam, database: Database, call: str
) -> None:
    before = stored(database)
    refused(CALLS[call](candidate, made), 404, "SESSION_NOT_STARTED")
    assert stored(database) == before


@pytest.mark.parametrize("call", CHANGING)
def test_after_the_submit_nothing_can_be_changed(
    begun: CheckedClient, made: Exam, database: Database, call: str
) -> None:
    ok(begun.post(SUBMIT))
    before = stored(database)
    refused(CALLS[call](begun, made), 409, "ALREADY_SUBMITTED")
    assert stored(database) == before


@pytest.mark.parametrize("call", CALLS)
def test_the_first_call_after_the_deadline_submits_what_was_saved(
    clock: Clock, begun: CheckedClient, issued: tuple[str, str], made: Exam, database: Database, call: str
) -> None:
    clock.forward(minutes=30)
    answer = CALLS[call](begun, made)
    if call in CHANGING:
        refused(answer, 403, "TIME_IS_UP")
    else:
        assert ok(answer)["status"] == "scored"
    taken = session_of(database, issued[0])
    assert (taken.status, taken.submitted_by, taken.submitted_at) == ("scored", "deadline", taken.deadline)
    assert taken.result is not None
    assert taken.result["answered"] == 1
    assert key_row(database, issued[0]).completed_at == taken.deadline
    before = stored(database)
    for later in CHANGING:
        refused(CALLS[later](begun, made), 403, "TIME_IS_UP")
    assert stored(database) == before


def test_a_millisecond_before_the_deadline_all_is_still_taken(
    clock: Clock, begun: CheckedClient, made: Exam
) -> None:
    clock.forward(minutes=29, seconds=59, milliseconds=999)
    assert ok(CALLS["save"](begun, made))["secondsLeft"] == 0
    ok(CALLS["tell"](begun, made))
    ok(CALLS["submit"](begun, made))


def test_an_assessment_that_nobody_approved_is_not_started_where_that_is_asked_for(
    app: Flask, candidate: CheckedClient, made: Exam, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        session.get_one(Assessment, made.assessment_id).status = "draft"
    services = app.extensions["assessgen"]
    strict = settings_for(
        services.settings.home, services.settings.database_url, ASSESSGEN_REQUIRE_APPROVAL="true"
    )
    monkeypatch.setattr(services, "settings", strict)
    before = stored(database)
    refused(candidate.post(SESSION), 409, "NOT_APPROVED")
    assert stored(database) == before


# --- bad bodies --------------------------------------------------------------------------------


def bad_events() -> Iterator[tuple[str, Any]]:
    yield from {
        "none": {},
        "null": {"events": None},
        "no list": {"events": event(1)},
        "an empty list": {"events": []},
        "too many": {"events": [event(number) for number in range(201)]},
        "no id": {"events": [{"type": "copy", "at": "2026-01-02T03:04:06Z"}]},
        "a blank id": {"events": [event(1, eventId=" ")]},
        "a long id": {"events": [event(1, eventId="x" * 101)]},
        "a number for an id": {"events": [event(1, eventId=1)]},
        "an unknown type": {"events": [event(1, type="sneezed")]},
        "a type in capitals": {"events": [event(1, type="COPY")]},
        "no time": {"events": [{"eventId": "1", "type": "copy"}]},
        "a time without its zone": {"events": [event(1, at="2026-01-02T03:04:06")]},
        "a date": {"events": [event(1, at="2026-01-02")]},
        "no time at all": {"events": [event(1, at="now")]},
        "a number for a time": {"events": [event(1, at=1_700_000_000)]},
        "the first year": {"events": [event(1, at="0001-01-01T00:00:00+05:00")]},
        "the last year": {"events": [event(1, at="9999-12-31T23:59:59-05:00")]},
        "data that is a list": {"events": [event(1, data=[1])]},
        "data that is null": {"events": [event(1, data=None)]},
        "large data": {"events": [event(1, data={"x": "é" * 1024})]},
        "an unknown field": {"events": [event(1, who="me")]},
        "an unknown field beside": {"events": [event(1)], "sent": 1},
        "a good one and a bad one": {"events": [event(1), event(2, type="sneezed")]},
        "a NUL": {"events": [event(1, data={"x": "\0"})]},
    }.items()


BAD_EVENTS = dict(bad_events())


@pytest.mark.parametrize("case", BAD_EVENTS)
def test_bad_events_are_refused_and_none_of_their_batch_is_recorded(
    taken: tuple[CheckedClient, Exam], database: Database, case: str
) -> None:
    before = stored(database)
    refused(taken[0].post(EVENTS, json=BAD_EVENTS[case]), 400, None)
    assert stored(database) == before


BAD_ANSWERS: dict[str, Any] = {
    "no answer": {},
    "another shape": {"answer": ["a"]},
    "no such option": {"answer": "z"},
    "an object": {"answer": {"id": "a"}},
    "an unknown field": {"answer": "a", "final": True},
    "a text for the body": "a",
    "a list for the body": ["a"],
    "a NUL": {"answer": "a\0"},
    "half a character": {"answer": "\ud800"},
}


@pytest.mark.parametrize("case", BAD_ANSWERS)
def test_a_bad_answer_is_refused_and_not_saved(
    taken: tuple[CheckedClient, Exam], database: Database, case: str
) -> None:
    client, made = taken
    before = stored(database)
    refused(client.put(response_of(made.questions["code"]), json=BAD_ANSWERS[case]), 400, None)
    assert stored(database) == before


def test_what_is_wrong_is_said_once_and_a_misspelt_field_by_its_name(
    taken: tuple[CheckedClient, Exam],
) -> None:
    client, made = taken
    said = client.put(response_of(made.questions["code"]), json={"answr": "a"}).get_json()
    assert said["error"] == "answr: This field is not known here; is it misspelt?"
    assert set(said["errors"]) == {"answer", "answr"}
    said = client.post(SUBMIT, json=one_answer(made.questions["code"], "z")).get_json()
    assert said["error"].startswith("answers.0: The answer ")
    assert said["errors"] == {"answers.0": [said["error"].removeprefix("answers.0: ")]}


def test_an_answer_to_a_question_of_another_form_is_not_found(
    begun: CheckedClient, database: Database, account: Account
) -> None:
    other = exam(database, account.organization_id)
    before = stored(database)
    for question in (other.questions["choice"], new_id(), "q-1", "%00"):
        refused(begun.put(response_of(question), json={"answer": "a"}), 404, None)
    assert stored(database) == before


def one_answer(question: str, answer: Any) -> Json:
    return {"answers": [{"questionId": question, "answer": answer}]}


BAD_SUBMITS: dict[str, Callable[[Exam], Any]] = {
    "another shape": lambda made: one_answer(made.questions["choice"], 1),
    "an unknown question": lambda made: one_answer(new_id(), "a"),
    "a blank question": lambda made: one_answer(" ", "a"),
    "no question": lambda made: {"answers": [{"answer": "a"}]},
    "no answer": lambda made: {"answers": [{"questionId": made.questions["choice"]}]},
    "a question twice": lambda made: {"answers": one_answer(made.questions["choice"], "a")["answers"] * 2},
    "an object for the list": lambda made: {"answers": {made.questions["choice"]: "a"}},
    "null for the list": lambda made: {"answers": None},
    "a patch": lambda made: {"patch": "+1"},
    "notes beside the answers": lambda made: {**one_answer(made.questions["choice"], "a"), "notes": "x"},
    "an unknown field": lambda made: {"result": 100},
}


@pytest.mark.parametrize("case", BAD_SUBMITS)
def test_a_bad_submit_of_a_form_submits_nothing_and_saves_nothing(
    taken: tuple[CheckedClient, Exam], database: Database, case: str
) -> None:
    client, made = taken
    before = stored(database)
    refused(client.post(SUBMIT, json=BAD_SUBMITS[case](made)), 400, None)
    assert stored(database) == before


BAD_WORK: dict[str, Json] = {
    "nothing": {},
    "blank notes": {"notes": " \n"},
    "a blank patch": {"patch": ""},
    "no URL": {"repoUrl": "my repository"},
    "a file": {"repoUrl": "file:///etc/passwd"},
    "a script": {"repoUrl": "javascript:alert(1)"},
    "ssh": {"repoUrl": "ssh://git@git.example.com/a"},
    "a long URL": {"repoUrl": "https://a.example/" + "x" * 2048},
    "a patch that is too large": {"patch": "x" * (512 * 1024 - 1) + "é"},
    "notes that are too long": {"notes": "x" * 20_001},
    "answers": {"answers": [{"questionId": "q", "answer": "a"}], "notes": "x"},
    "a null": {"notes": None},
    "a number": {"patch": 1},
}


@pytest.mark.parametrize("case", BAD_WORK)
def test_a_bad_submit_of_a_task_submits_nothing(
    at_work: CheckedClient, database: Database, case: str
) -> None:
    before = stored(database)
    refused(at_work.post(SUBMIT, json=BAD_WORK[case]), 400, None)
    assert stored(database) == before


def test_a_body_must_be_json_and_no_larger_than_a_mebibyte(begun: CheckedClient, made: Exam) -> None:
    where = response_of(made.questions["choice"])
    assert begun.put(where, data="{", content_type="application/json").status_code == 400
    assert begun.put(where, data="answer=a", content_type="text/plain").status_code == 415
    assert begun.put(where).status_code == 415
    assert begun.post(SESSION, data="x", content_type="text/plain").status_code == 415
    assert begun.post(SUBMIT, json={"notes": "x" * 2**20}).status_code == 413
    assert begun.post(SESSION, json={"name": "me"}).status_code == 400


def test_a_problem_document_is_given_where_it_is_asked_for(app: Flask) -> None:
    answer = client_of(app).get(SESSION, headers={"Accept": "application/problem+json"})
    assert answer.get_json()["code"] == "INVALID_KEY"


# --- at once, over the wire --------------------------------------------------------------------


def many(app: Flask, text: str, count: int) -> list[FlaskClient]:
    """Clients of one candidate, for a client is one thread's."""
    return [client_of(app, text) for _ in range(count)]


def test_fifty_submits_at_once_are_answered_by_one_success(
    app: Flask, begun: CheckedClient, issued: tuple[str, str], made: Exam
) -> None:
    clients = many(app, issued[1], 50)
    found = at_once([lambda client=client: client.post(SUBMIT).status_code for client in clients])
    assert sorted(found) == [200] + [409] * 49  # type: ignore[type-var]


def test_saves_at_once_over_the_wire_lose_nothing(
    app: Flask, begun: CheckedClient, issued: tuple[str, str], made: Exam, database: Database
) -> None:
    where = response_of(made.questions["number"])
    found = at_once(
        [
            lambda client=client, value=value: ok(client.put(where, json={"answer": value}))["version"]
            for value, client in enumerate(many(app, issued[1], 30))
        ]
    )
    assert sorted(found) == list(range(1, 31))  # type: ignore[type-var]
    stored = versions_of(database, issued[0])[made.questions["number"]]
    assert [version for version, _ in stored] == list(range(1, 31))


def test_starts_at_once_over_the_wire_give_one_session(app: Flask, issued: tuple[str, str]) -> None:
    clients = many(app, issued[1], 20)
    found = at_once([lambda client=client: ok(client.post(SESSION))["sessionId"] for client in clients])
    assert len(set(found)) == 1
