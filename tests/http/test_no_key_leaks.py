"""No answer, log line, event or webhook of API A tells a key; only `?include=keys` does, to the owner."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from api.idempotency import Owner
from models import Event, TaskExecutionLog
from models.events import Delivery
from models.forms import FormQuestion
from models.idempotency import IdempotentRequest
from models.questions import QuestionKey
from models.session import Database
from tests.contract.checked import CheckedClient
from tests.contract.jobs import ASSESSMENTS, EXECUTIONS, GENERATE, status_of
from tests.stack import BODY

# A member of one of these names would say which option is right.
REVEALING = {
    "correct",
    "key",
    "keys",
    "answer",
    "answers",
    "explanation",
    "misconceptions",
    "is_correct",
    "solution",
}
ORDER = "order-1"
HOOK = "https://your-webhook-url.com/assessment-status"


def members(value: Any) -> Iterator[str]:
    """The names of all members in a JSON value, however deep."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from members(inner)


def strings(value: Any) -> Iterator[str]:
    """All strings in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def secrets_of(database: Database, assessment_id: str, client: CheckedClient) -> set[str]:
    """What only scoring and the owner may read: the explanations and what each wrong option betrays."""
    with database.read() as session:
        ids = [
            question["question_id"]
            for question in client.get(f"{ASSESSMENTS}/{assessment_id}/questions").get_json()["questions"]
        ]
        keys = session.scalars(select(QuestionKey).where(QuestionKey.question_id.in_(ids))).all()
        assert session.scalars(select(FormQuestion).where(FormQuestion.question_id.in_(ids))).first()
    assert len(keys) == len(ids)
    return {text for key in keys for text in [key.explanation, *key.misconceptions.values()] if text}


def told(value: Any, secrets: set[str]) -> list[str]:
    """What a JSON value tells of the keys."""
    texts = list(strings(value))
    return sorted(REVEALING & set(members(value))) + [
        secret for secret in secrets if any(secret in text for text in texts)
    ]


def stream_of(client: CheckedClient, job_id: str) -> list[Any]:
    """The data of a job's stream."""
    response = client.get(f"{EXECUTIONS}/{job_id}/stream")
    text = response.text
    response.close()
    return [json.loads(line.removeprefix("data: ")) for line in text.split("\n") if line.startswith("data: ")]


@pytest.fixture
def finished(
    client: CheckedClient, work: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> tuple[str, str, list[Any]]:
    """A job that was run whole, its assessment, and what its first requests were answered."""
    caplog.set_level(logging.DEBUG)
    headers = {"Idempotency-Key": ORDER}
    body = {**BODY, "notification_url": HOOK, "external_id": "ats-7", "metadata": {"a": "b"}}
    accepted = client.post(GENERATE, json=body, headers=headers).get_json()
    work(accepted["job_id"])
    replayed = client.post(GENERATE, json=body, headers={**headers, "Prefer": "wait=60"}).get_json()
    result = status_of(client, accepted["job_id"])["result"]
    return accepted["job_id"], result["assessment_id"], [accepted, replayed]


def test_no_answer_of_the_api_tells_a_key(
    client: CheckedClient, rival: CheckedClient, database: Database, finished: tuple[str, str, list[Any]]
) -> None:
    job_id, assessment_id, answers = finished
    secrets = secrets_of(database, assessment_id, client)
    addresses = [
        EXECUTIONS,
        f"{EXECUTIONS}/status/{job_id}",
        f"{EXECUTIONS}/{job_id}/logs?limit=1000",
        ASSESSMENTS,
        f"{ASSESSMENTS}/{assessment_id}/info",
        f"{ASSESSMENTS}/{assessment_id}/questions",
    ]
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        answers.append(response.get_json())
    for action in ("cancel", "retry"):
        answers.append(client.post(f"{EXECUTIONS}/{job_id}/{action}").get_json())
    for misspelt in ("include=key", "include=KEYS", "keys=1"):
        answers.append(client.get(f"{ASSESSMENTS}/{assessment_id}/questions?{misspelt}").get_json()["error"])
    answers.append(rival.get(f"{ASSESSMENTS}/{assessment_id}/questions?include=keys").get_json())
    stream = stream_of(client, job_id)
    assert stream[-1]["status"] == "completed"
    assert [told(answer, secrets) for answer in [*answers, *stream]] == [[]] * (len(answers) + len(stream))


def test_no_row_that_goes_out_tells_a_key(
    app: Flask, client: CheckedClient, database: Database, finished: tuple[str, str, list[Any]]
) -> None:
    job_id, assessment_id, _ = finished
    secrets = secrets_of(database, assessment_id, client)
    with database.read() as session:
        events = session.scalars(select(Event).where(Event.task_execution_id == job_id)).all()
        deliveries = session.scalars(select(Delivery).where(Delivery.channel == job_id)).all()
        lines = session.scalars(
            select(TaskExecutionLog).where(TaskExecutionLog.task_execution_id == job_id)
        ).all()
        kept = session.scalars(
            select(IdempotentRequest).where(IdempotentRequest.key == Owner("").stored(ORDER))
        ).all()
    assert len(events) == len(deliveries) == len(lines) > 10
    values: list[Any] = [event.payload for event in events] + [delivery.body for delivery in deliveries]
    values += [{"message": line.message} for line in lines]
    opened = [app.extensions["assessgen"].seal.decrypt(answer.body) for answer in kept if answer.body]
    assert opened
    values += [[json.loads(body) for body in opened], [answer.headers for answer in kept]]
    assert [told(value, secrets) for value in values] == [[]] * len(values)


def test_no_log_of_the_process_tells_a_key(
    client: CheckedClient,
    database: Database,
    finished: tuple[str, str, list[Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    secrets = secrets_of(database, finished[1], client)
    assert [secret for secret in secrets if secret in caplog.text] == []


def test_the_search_finds_every_key_where_the_owner_asked_for_them(
    client: CheckedClient, database: Database, finished: tuple[str, str, list[Any]]
) -> None:
    assessment_id = finished[1]
    secrets = secrets_of(database, assessment_id, client)
    body = client.get(f"{ASSESSMENTS}/{assessment_id}/questions?include=keys").get_json()
    found = told(body, secrets)
    assert len(secrets) >= 20
    assert set(found) == secrets | {"correct", "explanation", "key", "misconceptions"}


def test_the_place_of_an_option_does_not_tell_the_key(
    client: CheckedClient, finished: tuple[str, str, list[Any]]
) -> None:
    body = client.get(f"{ASSESSMENTS}/{finished[1]}/questions?include=keys").get_json()
    places = [question["key"]["correct"][0] for question in body["questions"]]
    assert max(places.count(place) for place in set(places)) <= len(places) / 2
