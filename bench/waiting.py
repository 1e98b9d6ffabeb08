"""Calls that wait: 300 students' questions at once, while others go on polling.

No worker runs until all wait, so that every call holds its thread of the web server for as long as the
measuring takes; then one worker starts, and every call gets its questions.
"""

import json
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg

from bench import load

WAITING = 300
POLLS = 1_000
POLLING_CLIENTS = 8
LONGEST = 85
V1 = "/api/v1"
STUDENT = {
    "callbackWebhookUrl": "https://example.com/verifications",
    "name": "A Student",
    "phoneNumber": "+49 30 1234567",
    "projects": [{"projectId": "p", "name": "Checkout", "description": "React", "startDate": "2024-01"}],
}
STEPS = (
    ("/step1/storeskills/store", {"skills": [{"skillId": "react", "name": "React"}]}),
    ("/step2/verification-method", {"verificationMethod": "assessment"}),
    ("/step3/store-verification-items/store", {"projectIds": ["p"]}),
)
STARTED = "SELECT count(*) FROM task_executions WHERE type = 'verification_form'"


def measure(
    url: str, port: int, key: str, poll: bytes, worker: Callable[[], AbstractContextManager[object]]
) -> dict[str, float]:
    """How fast polls are while all wait, how many calls got questions, and the longest wait for them."""
    tokens = _sessions(port, key)
    calls = [_post("/assessment/generate", token, None, Prefer=f"wait={LONGEST}") for token in tokens]
    answered: list[load.Load] = []
    waiting = threading.Thread(
        target=lambda: answered.append(load.run(port, calls, clients=WAITING, keep=True))
    )
    waiting.start()
    _until(url, WAITING)
    polls = load.run(port, [poll] * POLLS, clients=POLLING_CLIENTS)
    assert set(polls.statuses) == {200}, polls.statuses
    still_waiting = waiting.is_alive()
    started = time.monotonic()
    with worker():
        waiting.join()
    [calls_answered] = answered
    whole = [json.loads(body) for body in calls_answered.bodies]
    return {
        "waiting_calls": float(WAITING if still_waiting else 0),
        "waiting_polls_p50_ms": polls.percentile(50),
        "waiting_polls_p99_ms": polls.percentile(99),
        "waiting_with_questions": float(
            sum(answer["success"] and answer["data"]["totalQuestions"] == 10 for answer in whole)
        ),
        "waiting_served_s": time.monotonic() - started,
    }


def _sessions(port: int, key: str) -> list[str]:
    """Sessions with all their steps done; their tokens."""
    begin = [_post("/verify", key, {**STUDENT, "studentId": str(number)}) for number in range(WAITING)]
    begun = load.run(port, begin, keep=True)
    tokens = [json.loads(body)["data"]["sessionToken"] for body in begun.bodies]
    for path, body in STEPS:
        done = load.run(port, [_post(path, token, body) for token in tokens])
        assert set(done.statuses) == {200}, (path, done.statuses)
    return tokens


def _post(path: str, key: str, body: object, **headers: str) -> bytes:
    sent = {"x-api-key": key, "Content-Type": "application/json", **headers}
    return load.request_bytes("POST", V1 + path, sent, json.dumps(body).encode() if body else b"")


def _until(url: str, count: int) -> None:
    deadline = time.monotonic() + 30
    with psycopg.connect(url, autocommit=True) as connection:
        while (there := connection.execute(STARTED).fetchone()[0]) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"only {there} of {count} calls have begun to wait")
            time.sleep(0.01)
