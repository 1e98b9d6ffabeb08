"""Erasing a verification: nothing of the person is left in any table, and the counts are."""

import base64
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal
from typing import Any

import pytest
from flask import Flask

from models import events
from models.base import new_id, utcnow
from models.errors import StaleRun
from models.events import Attempted
from models.session import Database
from settings import Settings
from tests.contract.checked import CheckedClient
from tests.contract.jobs import claim, fail, status_of
from tests.contract.persons import Person, left
from tests.contract.verifications import (
    GENERATE,
    RETAKE,
    SESSION_CALLS,
    VERIFICATIONS,
    VERIFY,
    Begin,
    Json,
    StudentSession,
    begin_session,
    code_of,
    refused,
    session_client,
)
from tests.fakes.model_server import ModelServer
from tests.jobs import everything
from tests.stack import until
from workers.process import WorkerProcess


def test_the_search_finds_a_word_however_it_is_stored(begin: Begin) -> None:
    person = Person()
    student = begin(**person.body)
    for stored in ("plain {}", "{}", "x{}", "xx{}"):
        word = f"q{stored[:2].strip('{ ')}{new_id().replace('-', '')}"
        text = stored.format(word)
        student.change(name=text if stored.startswith("plain") else base64.b64encode(text.encode()).decode())
        assert left(student.database, {"it": word}) == {"it": {"verifications"}}
    student.change(token_digest=person.marks["skill"].encode().ljust(32, b"\0")[:32])
    assert left(student.database, {"it": person.marks["skill"][:30]}) == {"it": {"verifications"}}


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def walked(begin: Begin, person: Person) -> StudentSession:
    """A session that went all ways: two failed attempts, a third form that waits for answers."""
    student = begin(**person.body).steps(person.skills, chosen=person.chosen)
    student.questions()
    student.submit(student.with_right(3), **{"Idempotency-Key": "try-1"})
    student.retake()
    student.score(4)
    student.retake()
    return student


def erase(client: CheckedClient, student: StudentSession) -> Json:
    answer = client.delete(f"{VERIFICATIONS}/{student.record_id}")
    assert answer.status_code == 200, answer.text
    data: Json = answer.get_json()["data"]
    return data


def kept_answers(app: Flask, student: StudentSession) -> list[str]:
    """The answers that are kept for the session's own Idempotency-Keys, unsealed."""
    seal = app.extensions["assessgen"].seal
    rows = everything(student.database, "idempotent_requests")["idempotent_requests"]
    return [
        seal.decrypt(row["body"]).decode()
        for row in rows
        if row["key"].startswith(student.id) and row["body"]
    ]


def test_nothing_of_the_person_is_left_and_the_counts_are(
    app: Flask, client: CheckedClient, walked: StudentSession, person: Person
) -> None:
    database = walked.database
    assert set(left(database, person.marks)) == set(person.marks)
    assert person.marks["skill"] in kept_answers(app, walked)[0]
    with database.read() as session:
        before = walked.stored().attempts(session)
    assert erase(client, walked) == {
        "recordVerificationId": walked.record_id,
        "erased": True,
        "studentErased": True,
    }
    assert left(database, person.marks) == {}
    assert kept_answers(app, walked) == []
    with database.read() as session:
        after = walked.stored().attempts(session)
        skills = walked.stored().skills(session)
    assert [(one.number, one.score, one.correct, one.total, one.passed) for one in after] == [
        (one.number, one.score, one.correct, one.total, one.passed) for one in before
    ]
    counts = ("correct", "total", "stand_ins")
    assert [[[skill[name] for name in counts] for skill in one.skills] for one in after] == [
        [[skill[name] for name in counts] for skill in one.skills] for one in before
    ]
    # Of a skill that only the caller knows neither its name nor its id is left.
    assert [(one["skillId"], one["name"]) for one in after[0].skills] == [("react", "React"), ("Erased", "")]
    assert [(one.skill_id, one.name, one.status) for one in skills] == [
        ("react", "React", "rejected"),
        ("Erased 1", "", "rejected"),
    ]


def test_the_session_is_dead_and_the_id_is_nobody_s(client: CheckedClient, walked: StudentSession) -> None:
    erase(client, walked)
    for path in SESSION_CALLS:
        refused(walked.post(path, {}), 401, "INVALID_SESSION")
    refused(walked.submit([], **{"Idempotency-Key": "try-1"}), 401, "INVALID_SESSION")
    refused(walked.client.get("/api/v1/skills"), 401, "INVALID_SESSION")
    refused(client.get(f"{VERIFICATIONS}/{walked.record_id}"), 404, "NOT_FOUND")
    refused(client.delete(f"{VERIFICATIONS}/{walked.record_id}"), 404, "NOT_FOUND")
    assert client.get(VERIFICATIONS).get_json()["data"]["verifications"] == []


def test_no_other_organisation_and_no_session_erases_it(
    rival: CheckedClient, stranger: CheckedClient, walked: StudentSession
) -> None:
    before = everything(walked.database)
    address = f"{VERIFICATIONS}/{walked.record_id}"
    refused(rival.delete(address), 404, "NOT_FOUND")
    refused(stranger.delete(address), 401, "INVALID_API_KEY")
    refused(walked.client.delete(address), 401, "INVALID_API_KEY")
    assert everything(walked.database) == before


def test_the_student_s_other_verification_is_untouched(
    client: CheckedClient, begin: Begin, person: Person
) -> None:
    one, other = (begin(**person.body).steps(person.skills, chosen=person.chosen) for _ in range(2))
    for student in (one, other):
        student.questions()
    before = rows_of(other)
    assert erase(client, one)["studentErased"] is False
    assert rows_of(other) == before
    other.score(2)
    assert len(other.retake()["questions"]) == 10
    assert erase(client, other)["studentErased"] is True
    assert left(one.database, person.marks) == {}
    # The same student may come again, and is a new one.
    assert begin(**person.body).data["recordUserId"] != one.data["recordUserId"]


def rows_of(student: StudentSession) -> list[Any]:
    """All rows that are the session's, its student's, its form's and its jobs'."""
    row = student.stored()
    mine = {student.id, row.form_id, row.mail_channel, *student.places()}
    return [
        found
        for table, rows in everything(student.database).items()
        for found in rows
        if (mine | ({row.student_id} if table == "students" else set()))
        & {value for value in found.values() if isinstance(value, str)}
    ]


@pytest.mark.parametrize("known_as", ["own_1", "react"])
def test_names_that_only_the_caller_knows_go_from_earlier_attempts_too(
    client: CheckedClient, begin: Begin, person: Person, known_as: str
) -> None:
    skills = [{"skillId": known_as, "name": person.marks["skill"]}, {"skillId": "git"}]
    student = begin(**person.body).steps(skills, chosen=person.chosen)
    student.questions()
    student.score(1)
    if known_as == "own_1":
        student.steps([{"skillId": "python"}], chosen=person.chosen)
    erase(client, student)
    assert left(student.database, person.marks) == {}


def test_a_job_that_failed_says_nothing_of_the_person_afterwards(
    client: CheckedClient, begin: Begin, person: Person
) -> None:
    student = begin(**person.body).steps(person.skills[1:], chosen=person.chosen)
    job_id = student.begin_job()
    mine = claim(student.database, job_id)
    fail(student.database, mine)
    other = student.begin_job()
    student.work(other)
    erase(client, student)
    assert left(student.database, person.marks) == {}
    assert {status_of(client, one)["current_step"] for one in (job_id, other)} == {"Erased"}


# --- while somebody is at work -------------------------------------------------------------------


@pytest.mark.parametrize("path", [GENERATE, RETAKE])
@pytest.mark.parametrize("place", ["generate_on", "ends"])
def test_a_job_that_is_at_work_ends_and_stores_nothing(
    app: Flask,
    client: CheckedClient,
    begin: Begin,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    place: str,
) -> None:
    student = begin(**person.body).steps(person.skills, chosen=person.chosen)
    if path == RETAKE:
        student.questions()
        student.score(0)
    entered, go_on = Signal(), Signal()
    from workers.generation import pipeline

    whole = pipeline.generate_on

    async def held(*arguments: Any) -> Any:
        draft = await whole(*arguments) if place == "ends" else None
        entered.set()
        assert go_on.wait(20)
        return draft or await whole(*arguments)

    monkeypatch.setattr(pipeline, "generate_on", held)
    with ThreadPoolExecutor(2) as pool:
        call = pool.submit(session_client(app, student.token).post, path)
        address = f"{VERIFICATIONS}/{student.record_id}"
        job_id = until(
            lambda: (
                client.get(address).get_json()["data"]["state"] == "generating"
                and client.get(address).get_json()["data"]["jobId"]
            ),
            "a job is accepted",
        )
        working = pool.submit(student.work, job_id)
        try:
            assert entered.wait(20)
            erase(client, student)
        finally:
            go_on.set()
        working.result(60)
        answer = call.result(60)
    assert code_of(answer) in ("GENERATION_FAILED", "INVALID_SESSION")
    assert status_of(client, job_id)["status"] == "failed"
    assert student.stored().form_id is None
    assert left(student.database, person.marks) == {}


def test_a_delivery_that_is_under_way_leaves_no_trace_of_its_receiver(
    client: CheckedClient, walked: StudentSession, person: Person
) -> None:
    channels = (walked.id, walked.stored().mail_channel)
    with walked.database.transaction() as connection:
        taken = [events.claim_next(connection, channel, timedelta(minutes=1)) for channel in channels]
    erase(client, walked)
    for delivery in taken:
        assert delivery is not None
        said = Attempted(False, 550, f"550 <{person.marks['email']}> is unknown", utcnow())
        with pytest.raises(StaleRun), walked.database.transaction() as connection:
            events.record_attempt(connection, delivery, said)
    assert left(walked.database, person.marks) == {}
    with walked.database.transaction() as connection:
        assert [events.claim_next(connection, channel, timedelta(minutes=1)) for channel in channels] == [
            None
        ] * 2


Claude = Callable[[str], None]


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


def calls_of(database: Database, job_id: str) -> list[Json]:
    """What the job asked the model."""
    rows = everything(database, "model_calls")["model_calls"]
    return [row for row in rows if row["task_execution_id"] == job_id]


def test_what_the_model_was_told_and_said_goes_too_and_its_price_stays(
    client: CheckedClient, database: Database, claude: Claude, person: Person
) -> None:
    student = begin_session(client, database, claude, **person.body)
    student.steps(person.skills, chosen=person.chosen).questions()
    student.score(2)
    student.retake()
    job_id = client.get(f"{VERIFICATIONS}/{student.record_id}").get_json()["data"]["jobId"]
    calls = calls_of(database, job_id)
    erase(client, student)
    assert left(database, person.marks) == {}
    after = calls_of(database, job_id)
    assert [row["micro_dollars"] for row in after] == [row["micro_dollars"] for row in calls]
    assert len(calls) > 0
    assert {json.dumps(row["answer"]) for row in after} == {"{}"}


@pytest.mark.parametrize("first", [0, 1])
def test_erasing_while_the_model_answers_stores_none_of_it(
    client: CheckedClient, database: Database, claude: Claude, model: ModelServer, person: Person, first: int
) -> None:
    student = begin_session(client, database, claude, **person.body)
    job_id = student.steps([person.skills[first]], chosen=person.chosen).begin_job()
    model.latency = 0.3
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(claude, job_id)
        model.wait_for(lambda server: server.count("write") >= 1, timeout=60)
        erase(client, student)
        working.result(60)
    assert left(database, person.marks) == {}
    assert status_of(client, job_id)["status"] == "failed"


def test_the_replay_of_a_beginning_names_nobody_who_was_erased(
    client: CheckedClient, begin: Begin, person: Person
) -> None:
    headers = {"Idempotency-Key": f"begin-{new_id()}"}
    begun = client.post(VERIFY, json=person.body, headers=headers).get_json()["data"]
    client.delete(f"{VERIFICATIONS}/{begun['recordVerificationId']}")
    assert person.marks["student"] not in client.post(VERIFY, json=person.body, headers=headers).text
