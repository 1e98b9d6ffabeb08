"""Who is erased is gone from everywhere: every column of every table, the mails, and never stood in a log.

Real processes, and receivers that answer every call with all they know of the person: what is kept of such an
answer is about the person too.
"""

from collections.abc import Iterator
from typing import Any, cast

import pytest
import requests

from models.base import new_id, utcnow
from models.session import Database
from tests.conftest import usual_stacks
from tests.contract.candidate_sessions import TAKING
from tests.contract.candidates import RUBRIC, TASK
from tests.contract.persons import Person, left
from tests.contract.verifications import (
    GENERATE,
    RETAKE,
    STEP_1,
    STEP_2,
    STEP_3,
    SUBMIT,
    VERIFICATIONS,
    VERIFY,
    StudentSession,
)
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.stack import Stack, until

Json = dict[str, Any]
# What a caller may name after a person, beside what the APIs are told of them.
CHOSEN = ("asked", "once")
# What is stored as a hash alone.
NEVER_STORED = {"token", "key"}


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


@pytest.fixture
def database(stack: Stack) -> Iterator[Database]:
    """What the processes store in."""
    database = Database(stack.settings.database_url)
    yield database
    database.dispose()


def mark(name: str) -> str:
    """A word that is nowhere else: letters alone, so that no way of writing it down changes it."""
    return f"q{name}" + "".join(chr(ord("a") + int(digit, 16)) for digit in new_id().replace("-", "")[:10])


def call(stack: Stack, method: str, path: str, body: Any = None, key: str = "", **headers: str) -> Json:
    """The JSON of an answer that is a success."""
    answer = requests.request(
        method, stack.url + path, json=body, headers={"x-api-key": key or stack.key, **headers}, timeout=100
    )
    assert answer.ok, f"{method} {path}: {answer.text}"
    found: Json = answer.json()
    return found


def listen(stack: Stack, receiver: WebhookReceiver, words: dict[str, str]) -> None:
    """Register an endpoint for everything; its receiver takes nothing, and says what it knows."""
    receiver.answer_with(500, body=" ".join(words.values())[:1000])
    call(stack, "POST", "/api/v2/webhook-endpoints", {"url": receiver.url("/all")})


def in_files(stack: Stack, words: dict[str, str], pattern: str) -> dict[str, set[str]]:
    """Of each word the files under the home that hold it."""
    found: dict[str, set[str]] = {}
    for path in stack.home.rglob(pattern):
        text = path.read_text(errors="replace").casefold() if path.is_file() else ""
        for name, word in words.items():
            if word in text:
                found.setdefault(name, set()).add(path.name)
    return found


def tables_of(database: Database, words: dict[str, str]) -> set[str]:
    return set().union(*left(database, words).values())


def check_gone(stack: Stack, database: Database, words: dict[str, str]) -> None:
    assert left(database, words) == {}
    assert in_files(stack, words, "*.eml") == {}
    told = {name: word for name, word in words.items() if name not in CHOSEN}
    assert in_files(stack, told, "*.log") == {}


@usual_stacks
def test_of_a_student_nothing_is_left_anywhere(
    stack: Stack, database: Database, receiver: WebhookReceiver
) -> None:
    stack.start()
    person = Person()
    words = {**person.marks, **{name: mark(name) for name in CHOSEN}}
    listen(stack, receiver, words)
    body = {**person.body, "callbackWebhookUrl": receiver.url(f"/{words['callback']}")}
    named = {"X-Request-ID": words["asked"], "Idempotency-Key": words["once"]}
    begun = call(stack, "POST", VERIFY, body, **named)["data"]
    words["token"] = begun["sessionToken"].lower()
    taken = StudentSession(cast(Any, None), database, cast(Any, None), begun)

    def session(path: str, body: Json) -> Json:
        key = {"Idempotency-Key": f"{words['once']}-{new_id()}"}
        return call(stack, "POST", path, body, begun["sessionToken"], **{**named, **key})

    ids = {"recordVerificationId": begun["recordVerificationId"], "recordUserId": begun["recordUserId"]}
    session(STEP_1, {**ids, "skills": person.skills})
    session(STEP_2, {**ids, "verificationMethod": "assessment"})
    chosen = {"sessionToken": begun["sessionToken"], **person.chosen}
    session(STEP_3, chosen)
    for path in (GENERATE, RETAKE):
        session(path, {})
        session(SUBMIT, {"answers": taken.with_right(0)})

    until(lambda: in_files(stack, words, "*.eml"), "the mails are written")
    until(lambda: "delivery_attempts" in tables_of(database, words), "a receiver was called")
    assert tables_of(database, words) >= TABLES_OF_A_STUDENT
    assert set(left(database, words)) == set(words) - NEVER_STORED
    assert stack.settings.mail_directory.is_dir()
    call(stack, "DELETE", f"{VERIFICATIONS}/{begun['recordVerificationId']}")
    check_gone(stack, database, words)


TABLES_OF_A_STUDENT = {
    "attempts",
    "deliveries",
    "delivery_attempts",
    "events",
    "questions",
    "students",
    "task_executions",
    "verification_skills",
    "verifications",
}


@usual_stacks
def test_of_a_candidate_nothing_is_left_anywhere(
    stack: Stack, database: Database, receiver: WebhookReceiver
) -> None:
    stack.start()
    names = ("email", "name", "repo", "patch", "notes", "comment", "overall", "pasted", *CHOSEN)
    words = {name: mark(name) for name in names}
    listen(stack, receiver, words)
    named = {"X-Request-ID": words["asked"], "Idempotency-Key": words["once"]}
    rubric = call(stack, "POST", "/v1/rubrics", RUBRIC)
    made = call(stack, "POST", "/v1/assessments", {**TASK, "rubricId": rubric["id"]})
    person = {
        "count": 1,
        "candidateEmails": [f"{words['email']}@mail.example"],
        "candidateNames": [f"Dr. {words['name']}"],
    }
    [key] = call(stack, "POST", f"/v1/assessments/{made['id']}/keys", person, **named)["keys"]
    words["key"] = key["key"].lower()
    started = call(stack, "POST", TAKING, key=key["key"], **named)
    seen = {
        "eventId": new_id(),
        "type": "paste",
        "at": utcnow().isoformat(),
        "data": {"text": words["pasted"]},
    }
    call(stack, "POST", f"{TAKING}/events", {"events": [seen]}, key["key"], **named)
    handed = {
        "repoUrl": f"https://git.example.com/{words['repo']}",
        "patch": f"+ print('{words['patch']}')",
        "notes": f"I am {words['notes']}.",
    }
    call(stack, "POST", f"{TAKING}/submit", handed, key["key"], **named)
    session = f"/v1/sessions/{started['sessionId']}"
    until(lambda: call(stack, "GET", session)["status"] == "in_review", "the task waits for a person")
    score = {"criterionId": rubric["criteria"][0]["id"], "level": 2, "comment": words["overall"]}
    said = {"comment": words["comment"], "scores": [score]}
    call(stack, "PATCH", session, said)
    until(lambda: "delivery_attempts" in tables_of(database, words), "a receiver was called")
    assert tables_of(database, words) >= TABLES_OF_A_CANDIDATE
    assert set(left(database, words)) == set(words) - NEVER_STORED
    call(stack, "DELETE", session)
    check_gone(stack, database, words)


TABLES_OF_A_CANDIDATE = {
    "candidate_keys",
    "candidate_sessions",
    "criterion_scores",
    "delivery_attempts",
    "session_comments",
    "session_events",
    "task_executions",
}
