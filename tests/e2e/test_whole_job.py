"""A whole job, on each database with each broker, over real HTTP."""

import pytest

from tests.conftest import usual_stacks
from tests.fakes.model_server import ModelServer
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.stack import Stack


def test_a_description_becomes_an_assessment(stack: Stack) -> None:
    stack.start()
    document = stack.ended(stack.generate())
    assert document["status"] == "completed", document["error"]
    assert document["result"]["delivered"] == 20
    info = stack.get(document["result"]["info_url"]).json()
    assert info["number_of_questions"] == sum(section["number_of_questions"] for section in info["sections"])
    assert info["total_duration"] == sum(section["duration"] for section in info["sections"])


def test_a_killed_worker_s_job_is_finished_after_the_restart_and_no_model_call_is_repeated(
    stack: Stack,
) -> None:
    with ModelServer(latency=0.6) as model:
        stack.use_model(model.url)
        stack.start()
        job_id = stack.generate()
        # In mid-job: the analysis is journalled, the writers' calls are in flight.
        model.wait_for(lambda server: server.count("write") >= 1, timeout=60)
        stack.kill(stack.worker_name)
        stack.restart_worker()
        document = stack.ended(job_id)
        assert document["status"] == "completed", document["error"]
        assert document["attempt"] == 2
        assert model.count("analyse", "ok") == 1
        assert model.repeated() == []


def test_a_job_that_was_accepted_while_no_worker_ran_is_finished_by_the_next(stack: Stack) -> None:
    stack.start()
    if not stack.broker:
        pytest.skip("the embedded default has no web process without a worker")
    stack.kill("worker")
    job_id = stack.generate()
    stack.start_worker()
    assert stack.ended(job_id)["status"] == "completed"


@usual_stacks
def test_webhooks_arrive_in_order_and_are_signed(stack: Stack) -> None:
    with WebhookReceiver() as receiver:
        stack.start()
        job_id = stack.generate(notification_url=receiver.url("/hook"))
        stack.ended(job_id)
        receiver.wait_for(
            lambda requests: any(request.json()["status"] == "completed" for request in requests), timeout=20
        )
        bodies = receiver.json_bodies()
        receiver.verify(stack.webhook_secret())
        assert [body["sequence"] for body in bodies] == list(range(1, len(bodies) + 1))
        assert {body["job_id"] for body in bodies} == {job_id}
        assert bodies[0]["status"] == "pending"
        assert bodies[-1]["type"] == "task_execution.completed"
        assert bodies[-1]["result"]["assessment_id"]
