"""A student's call for questions outlives the worker that was making them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import requests

from tests.conftest import usual_stacks
from tests.fakes.model_server import ModelServer
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.stack import Stack, until

V1 = "/api/v1"
GENERATE = f"{V1}/assessment/generate"


def session_of(stack: Stack, callback: str) -> dict[str, str]:
    """The headers of a session that only lacks its questions."""
    student = {
        "studentId": "4711",
        "callbackWebhookUrl": callback,
        "name": "Maya Okafor",
        "phoneNumber": "+49 30 1234567",
        "projects": [
            {"projectId": "p", "name": "Checkout", "description": "A page in React", "startDate": "2024-01"}
        ],
    }
    begun = stack.post(f"{V1}/verify", student)
    assert begun.status_code == 200, begun.text
    session = {"x-api-key": begun.json()["data"]["sessionToken"]}
    for path, body in (
        ("step1/storeskills/store", {"skills": [{"skillId": "react"}, {"skillId": "git"}]}),
        ("step2/verification-method", {"verificationMethod": "assessment"}),
        ("step3/store-verification-items/store", {"projectIds": ["p"]}),
    ):
        stored = stack.post(f"{V1}/{path}", body, **session)
        assert stored.status_code == 200, stored.text
    return session


def questions_of(answer: requests.Response) -> list[dict[str, Any]]:
    """The questions that a call was given."""
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]["questions"]
    return found


@usual_stacks
def test_questions_come_though_the_worker_was_killed_while_it_made_them(stack: Stack) -> None:
    with ModelServer(latency=0.6) as model, WebhookReceiver() as receiver, ThreadPoolExecutor() as pool:
        stack.use_model(model.url)
        stack.start()
        session = session_of(stack, receiver.url("/verifications"))
        call = pool.submit(stack.post, GENERATE, **session)
        model.wait_for(lambda server: server.count("write") >= 1, timeout=60)
        stack.kill(stack.worker_name)
        stack.restart_worker()
        if stack.broker:
            questions = questions_of(call.result())
        else:
            # Web and worker are one process here: the call went down with it, and is made again.
            with suppress(requests.ConnectionError):
                call.result()
            questions = questions_of(stack.post(GENERATE, **session))
        assert len(questions) == 10
        assert all(set(one) == {"questionId", "question", "options"} for one in questions)
        again = stack.post(GENERATE, **session)
        assert questions_of(again) == questions
        assert again.json()["data"]["alreadyGenerated"] is True
        assert model.repeated() == []
        until(lambda: len(receiver.json_bodies()) >= 1, "the webhook comes")
        receiver.verify(stack.webhook_secret())
        assert [body["type"] for body in receiver.json_bodies()] == ["verification.initiated"]
