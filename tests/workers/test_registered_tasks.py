"""Celery is set up for what is published: names, queues, JSON, no results."""

import subprocess
import sys
from typing import Any

import pytest

from tests.stack import ROOT
from workers import queue
from workers.app import app

PUBLISHED = (queue.GENERATE, queue.DELIVER, queue.SWEEP)


def own_tasks() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_every_published_name_is_a_task_and_every_task_is_published() -> None:
    assert own_tasks() == set(PUBLISHED)


def test_what_the_scheduler_sends_is_a_task() -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= own_tasks()


@pytest.mark.parametrize(
    ("task", "name"),
    [(queue.GENERATE, "generation"), (queue.DELIVER, "delivery"), (queue.SWEEP, "maintenance")],
)
def test_every_task_has_a_declared_queue_of_its_own(task: str, name: str) -> None:
    declared = {one.name for one in app.conf.task_queues}
    assert app.amqp.router.route({}, task)["queue"].name == name
    assert name in declared
    assert set(app.amqp.queues) == declared


def test_a_misspelt_queue_is_an_error_and_not_a_place_to_wait_in() -> None:
    with pytest.raises(Exception, match="nowhere"):
        app.amqp.router.route({"queue": "nowhere"}, queue.GENERATE)


CONF: dict[str, Any] = {
    "result_backend": None,
    "task_ignore_result": True,
    "accept_content": ["json"],
    "task_serializer": "json",
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "task_publish_retry": False,
    "broker_connection_max_retries": None,
    "worker_pool": "threads",
}


@pytest.mark.parametrize("name", CONF)
def test_celery_is_set_as_the_design_says(name: str) -> None:
    assert app.conf[name] == CONF[name]


def test_no_task_keeps_a_result() -> None:
    assert app.backend.as_uri() == "disabled://"
    own_tasks()
    assert [name for name in PUBLISHED if not app.tasks[name].ignore_result] == []


WITH_A_BROKER = """
from workers.app import app
options = app.conf.broker_transport_options
print(app.conf.broker_url, options["visibility_timeout"], options["socket_timeout"])
print(app.conf.worker_concurrency)
"""


def test_with_a_broker_a_message_is_given_back_only_after_the_longest_job() -> None:
    environment = {"CELERY_BROKER_URL": "redis://127.0.0.1:1/3", "ASSESSGEN_WORKER_THREADS": "7"}
    answer = subprocess.run(
        [sys.executable, "-c", WITH_A_BROKER],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert answer.stdout.split() == ["redis://127.0.0.1:1/3", "1800", "5", "7"]
