"""Erasing a candidate: nothing of the person is left in any table, and what counts still counts."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from models import CandidateSession, ExecutionStep, scoring_jobs
from models.base import new_id, table_of
from models.session import Database
from settings import Settings
from tests.conftest import Account
from tests.contract.candidate_sessions import (
    SESSIONS,
    TAKING,
    Json,
    Known,
    Taker,
    known_assessment,
    shown,
    taker,
)
from tests.contract.candidates import ASSESSMENTS_C, rubric, task
from tests.contract.checked import CheckedClient, client_of
from tests.contract.jobs import status_of
from tests.contract.persons import left
from tests.contract.stored import changeable
from tests.fakes.model_server import ModelServer
from tests.jobs import everything
from workers.process import WorkerProcess

Claude = Callable[[str], None]
FIELDS = "email name typed earlier event repo patch notes comment overall criterion"


@pytest.fixture
def marks() -> dict[str, str]:
    """An unmistakable word for each field: letters alone, so that no way of writing it down changes it."""
    tail = "".join(chr(ord("a") + int(digit, 16)) for digit in new_id().replace("-", "")[:10])
    return {name: f"q{name}{tail}" for name in FIELDS.split()}


@pytest.fixture
def number() -> str:
    """A number that nobody else types, as a phone's might be."""
    return str(int(new_id().replace("-", "")[:12], 16))[:12]


@pytest.fixture
def known(database: Database, account: Account) -> Known:
    return known_assessment(database, account.organization_id)


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """The model's API."""
    with ModelServer() as running:
        yield running


@pytest.fixture
def claude(database: Database, settings: Settings, model: ModelServer) -> Iterator[Claude]:
    """Runs jobs with the claude engine."""
    more = {"anthropic_api_key": "test-key", "anthropic_base_url": model.url}
    values = {name: value for name, value in vars(settings).items() if name != "secret_key"}
    process = WorkerProcess(Settings(**{**values, **more}), "claude")
    yield lambda job_id: process.run([job_id])
    process.close()


def named(marks: dict[str, str]) -> Json:
    """Whom a key is for."""
    return {
        "candidateEmails": [f"{marks['email']}@mail.example"],
        "candidateNames": [f"Dr. {marks['name']}"],
    }


def form_session(
    app: Flask, client: CheckedClient, known: Known, marks: dict[str, str], number: str
) -> Taker:
    """A session that answered in every way, and was watched."""
    one = taker(app, client, known.id, **named(marks))
    one.tell("other", "paste", data={"text": marks["event"]})
    one.save(known.answers("010100"))
    one.save({known.items[4][0]: int(number), known.items[5][0]: f"my {marks['earlier']}"})
    one.save({known.items[5][0]: f"call {marks['typed']}", known.items[4][0]: number})
    one.save(known.answers("111-"))
    return one


def task_session(app: Flask, client: CheckedClient, marks: dict[str, str], with_rubric: bool) -> Taker:
    """A task that was handed in."""
    more = {"rubricId": rubric(client)["id"]} if with_rubric else {}
    one = taker(app, client, task(client, **more)["id"], **named(marks))
    one.submit(
        repoUrl=f"https://git.example.com/{marks['repo']}",
        patch=f"+ print('{marks['patch']}')",
        notes=f"I am {marks['notes']}.\nIt streams.",
    )
    return one


def job_of(database: Database, session_id: str) -> str:
    """The job that scores the session."""
    with database.read() as session:
        [job_id] = scoring_jobs.jobs_of(session, session.get_one(CandidateSession, session_id))
    return job_id


def erase(client: CheckedClient, one: Taker) -> None:
    answer = client.delete(f"{SESSIONS}/{one.session_id}")
    assert answer.status_code == 200, answer.text
    assert answer.get_json() == {"ok": True, "id": one.session_id}


def row_of(database: Database, one: Taker) -> Json:
    """The session's row."""
    [found] = [
        row
        for row in everything(database, "candidate_sessions")["candidate_sessions"]
        if row["id"] == one.session_id
    ]
    return found


def of_session(database: Database, table: str, one: Taker) -> list[Json]:
    """The session's rows in another table."""
    return [row for row in everything(database, table)[table] if row["session_id"] == one.session_id]


# --- a form --------------------------------------------------------------------------------------


def test_nothing_of_a_candidate_is_left_and_the_result_is(
    app: Flask, client: CheckedClient, database: Database, known: Known, marks: dict[str, str], number: str
) -> None:
    one = form_session(app, client, known, marks, number)
    one.submit()
    client.patch(f"{SESSIONS}/{one.session_id}", json={"comment": f"He said {marks['comment']}."})
    words = {name: marks[name] for name in "email name typed earlier event comment".split()}
    assert set(left(database, words)) == set(words)
    assert left(database, {"number": number}) == {"number": {"responses"}}
    before = row_of(database, one)
    erase(client, one)
    assert left(database, {**marks, "number": number}) == {}
    after = row_of(database, one)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"erased_at", "updated_at"}
    assert (after["status"], after["score"]) == ("scored", 67)
    assert of_session(database, "session_events", one) == []
    assert of_session(database, "session_comments", one) == []


def test_of_the_answers_the_last_choices_stay_and_whether_what_was_typed_was_right(
    app: Flask, client: CheckedClient, database: Database, known: Known, marks: dict[str, str], number: str
) -> None:
    one = form_session(app, client, known, marks, number)
    one.save({known.items[4][0]: "12,5"})
    one.submit()
    erase(client, one)
    rows = {row["question_id"]: row["answer"] for row in of_session(database, "responses", one)}
    chosen = known.answers("1111--")
    typed = {known.items[4][0]: True, known.items[5][0]: False}
    assert rows == {
        **{question_id: {"value": value} for question_id, value in chosen.items()},
        **{question_id: {"value": None, "was_right": right} for question_id, right in typed.items()},
    }
    assert len(of_session(database, "responses", one)) == 6


def test_of_a_session_in_progress_no_answer_stays_and_nobody_submits_it(
    app: Flask, client: CheckedClient, database: Database, known: Known, marks: dict[str, str], number: str
) -> None:
    one = form_session(app, client, known, marks, number)
    erase(client, one)
    assert left(database, {**marks, "number": number}) == {}
    assert of_session(database, "responses", one) == []
    table = table_of(CandidateSession)
    with database.transaction() as connection:
        connection.execute(
            update(table).where(table.c.id == one.session_id).values(deadline=table.c.started_at)
        )
    assert one.client.post(TAKING).status_code == 401
    assert (row_of(database, one)["status"], row_of(database, one)["score"]) == ("in_progress", None)


def test_the_session_is_nobody_s_and_its_key_opens_nothing(
    app: Flask, client: CheckedClient, database: Database, known: Known, marks: dict[str, str], number: str
) -> None:
    one = form_session(app, client, known, marks, number)
    erase(client, one)
    before = changeable(database)
    path = f"{SESSIONS}/{one.session_id}"
    for answer in (
        client.get(path),
        client.get(f"{path}/timeline"),
        client.patch(path, json={"comment": "x"}),
        client.delete(path),
    ):
        assert answer.status_code == 404
    for answer in (
        one.client.post(TAKING),
        one.client.get(TAKING),
        one.client.put(f"{TAKING}/responses/{known.items[0][0]}", json={"answer": None}),
        one.client.post(f"{TAKING}/submit"),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (401, "INVALID_KEY")
    assert client.get(SESSIONS).get_json()["sessions"] == []
    assert one.session_id not in client.get(f"{SESSIONS}.csv").text
    assert client.get(f"{ASSESSMENTS_C}/{known.id}/keys").get_json()["keys"] == []
    assert changeable(database) == before


def test_the_replay_of_an_answer_names_nobody_who_was_erased(
    app: Flask, client: CheckedClient, known: Known, marks: dict[str, str]
) -> None:
    headers = {"Idempotency-Key": f"keys-{new_id()}"}
    path, body = f"{ASSESSMENTS_C}/{known.id}/keys", {"count": 2, **named(marks)}
    [key, _] = client.post(path, json=body, headers=headers).get_json()["keys"]
    candidate = taker(app, client, known.id).client.with_key(key["key"])
    session_id = candidate.post(TAKING).get_json()["sessionId"]
    assert marks["name"] in client.post(path, json=body, headers=headers).text
    assert client.delete(f"{SESSIONS}/{session_id}").status_code == 200
    again = client.post(path, json=body, headers=headers)
    assert again.status_code == 409
    assert marks["name"] not in again.text


def test_everybody_else_s_rows_are_untouched(
    app: Flask,
    client: CheckedClient,
    rival: CheckedClient,
    stranger: CheckedClient,
    database: Database,
    known: Known,
    marks: dict[str, str],
    number: str,
) -> None:
    one, other = (form_session(app, client, known, marks, number) for _ in range(2))
    for taken in (one, other):
        taken.submit()
    mine = shown(client, other.session_id)
    before = changeable(database)
    assert rival.delete(f"{SESSIONS}/{one.session_id}").status_code == 404
    assert stranger.delete(f"{SESSIONS}/{one.session_id}").status_code == 401
    assert one.client.delete(f"{SESSIONS}/{one.session_id}").status_code == 401
    assert changeable(database) == before
    erase(client, one)
    assert shown(client, other.session_id) == mine
    after = changeable(database)
    ids = (one.session_id, one.key_id)
    # SQLite keeps an id without its dashes.
    ours = {*ids, *(one.replace("-", "") for one in ids)}
    for table, rows in before.items():
        kept = {row for row in rows if not ours & set(row)}
        assert kept - set(after[table]) == set(), table


# --- a task --------------------------------------------------------------------------------------


def test_what_the_model_was_told_and_said_of_a_task_goes_and_its_levels_and_price_stay(
    app: Flask,
    client: CheckedClient,
    database: Database,
    claude: Claude,
    marks: dict[str, str],
) -> None:
    one = task_session(app, client, marks, with_rubric=True)
    job_id = job_of(database, one.session_id)
    claude(job_id)
    found = shown(client, one.session_id)
    assert (found["status"], found["score"]) == ("scored", 100)
    [criterion, _] = found["result"]["criteria"]
    assert marks["notes"] in str(criterion["model"])
    body = {"criterionId": criterion["id"], "level": 2, "comment": f"As {marks['criterion']} says."}
    client.patch(f"{SESSIONS}/{one.session_id}", json={"scores": [body], "comment": marks["comment"]})
    words = {name: marks[name] for name in "email name repo patch notes comment criterion".split()}
    assert set(left(database, words)) == set(words)
    with database.write() as session:
        # A step may quote what was handed in.
        session.add(ExecutionStep(task_execution_id=job_id, key="kept", result={"value": marks["patch"]}))
    before = row_of(database, one), calls_of(database, job_id)
    erase(client, one)
    assert left(database, marks) == {}
    after = row_of(database, one), calls_of(database, job_id)
    assert after[0]["score"] == before[0]["score"] == 63
    assert [one["level"] for one in after[0]["result"]["criteria"]] == [2, 4]
    assert [row["micro_dollars"] for row in after[1]] == [row["micro_dollars"] for row in before[1]]
    assert len(after[1]) == 2
    assert {json.dumps(row["answer"]) for row in after[1]} == {"{}"}
    scores = of_session(database, "criterion_scores", one)
    assert [(row["level"], row["rationale"], row["evidence"]) for row in scores] == [
        (level, "", []) for level in (4, 4, 4, 4, 2)
    ]
    for table in ("execution_steps", "task_execution_logs", "events"):
        assert [row for row in everything(database, table)[table] if row["task_execution_id"] == job_id] == []
    assert status_of(client, job_id)["current_step"] == "Erased"
    assert client.post(f"/api/v2/task-executions/{job_id}/retry").status_code == 409


def calls_of(database: Database, job_id: str) -> list[Json]:
    """What the job asked the model."""
    return [
        row
        for row in everything(database, "model_calls")["model_calls"]
        if row["task_execution_id"] == job_id
    ]


def test_a_person_s_word_on_a_task_without_a_rubric_goes_and_the_score_stays(
    app: Flask, client: CheckedClient, database: Database, marks: dict[str, str]
) -> None:
    one = task_session(app, client, marks, with_rubric=False)
    overall = {"score": 71, "comment": f"Like {marks['overall']}."}
    client.patch(f"{SESSIONS}/{one.session_id}", json={"overall": overall})
    assert left(database, {"overall": marks["overall"]}) == {
        "overall": {"candidate_sessions", "criterion_scores"}
    }
    erase(client, one)
    assert left(database, marks) == {}
    row = row_of(database, one)
    assert (row["score"], row["status"], row["result"]["overall"]["level"]) == (71, "scored", 71)


def test_a_job_that_waits_is_ended_and_scores_nobody(
    app: Flask, client: CheckedClient, database: Database, claude: Claude, marks: dict[str, str]
) -> None:
    one = task_session(app, client, marks, with_rubric=True)
    job_id = job_of(database, one.session_id)
    erase(client, one)
    assert status_of(client, job_id)["status"] == "failed"
    claude(job_id)
    assert left(database, marks) == {}
    assert of_session(database, "criterion_scores", one) == []


def test_erasing_while_the_model_answers_stores_none_of_it(
    app: Flask,
    client: CheckedClient,
    database: Database,
    claude: Claude,
    model: ModelServer,
    marks: dict[str, str],
) -> None:
    one = task_session(app, client, marks, with_rubric=True)
    job_id = job_of(database, one.session_id)
    model.latency = 0.3
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(claude, job_id)
        model.wait_for(lambda server: server.count("score") >= 1, timeout=60)
        erase(client, one)
        working.result(60)
    assert left(database, marks) == {}
    assert status_of(client, job_id)["status"] == "failed"
    assert row_of(database, one)["score"] is None


def test_of_many_who_erase_and_score_at_once_nobody_waits_for_ever_and_nothing_is_left(
    app: Flask, client: CheckedClient, database: Database, work: Callable[[str], None], marks: dict[str, str]
) -> None:
    taken = [task_session(app, client, marks, with_rubric=True) for _ in range(4)]
    jobs = [job_of(database, one.session_id) for one in taken]

    def erased(one: Taker) -> int:
        mine = client_of(app, client.key)
        return mine.delete(f"{SESSIONS}/{one.session_id}").status_code

    with ThreadPoolExecutor(12) as pool:
        working = [pool.submit(work, job_id) for job_id in jobs]
        erasing = [pool.submit(erased, one) for one in taken * 2]
        answers = [one.result(30) for one in erasing]
        for one in working:
            one.result(30)
    assert sorted(answers) == [200] * 4 + [404] * 4
    assert left(database, marks) == {}


def test_where_scoring_begins_at_this_moment_the_caller_is_asked_to_try_again(
    app: Flask,
    client: CheckedClient,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    marks: dict[str, str],
) -> None:
    one = taker(app, client, task(client, rubricId=rubric(client)["id"])["id"], **named(marks))
    found = scoring_jobs.jobs_of
    seen: list[list[str]] = []

    def late(session: Any, taken: CandidateSession) -> list[str]:
        seen.append(found(session, taken))
        # As if the job had been accepted after the jobs were held.
        return seen[-1] if len(seen) == 1 else [*seen[-1], new_id()]

    monkeypatch.setattr(scoring_jobs, "jobs_of", late)
    before = changeable(database)
    answer = client.delete(f"{SESSIONS}/{one.session_id}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert changeable(database) == before
    monkeypatch.undo()
    one.submit(notes=marks["notes"])
    erase(client, one)
    assert left(database, marks) == {}
