"""What a form costs by the ledger: the real SDK against the model server, at the table's prices."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import migrations
from models.base import new_id
from models.session import Database
from models.task_executions import TaskExecution, accept
from tests.conftest import settings_for
from tests.fakes.model_answers import stage_of
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Json, encode_json
from tests.jobs import organization, submission
from workers.process import WorkerProcess

pytestmark = [pytest.mark.quality, pytest.mark.timeout(300)]
TOKENS_AN_ITEM = 480
CHARACTERS_A_TOKEN = 4
ROLE = "Senior Backend Engineer"
TEXT = "Python, Django, Flask, FastAPI, SQL, REST APIs, Docker and Kubernetes, all of them every day. "
MOST = {(10, False): 120_000, (30, False): 330_000, (10, True): 60_000, (30, True): 150_000}


def padded(server: ModelServer) -> None:
    """Let each written item be as long as the goal's."""

    def respond(request: Json) -> Json | str:
        answer = server.answers(request, server.skills)
        return grown(json.loads(answer)) if stage_of(request) == "write" else answer

    server.responder = respond


def grown(answer: Json) -> Json:
    for item in answer["items"]:
        missing = TOKENS_AN_ITEM * CHARACTERS_A_TOKEN - len(encode_json(item))
        item["explanation"] += (" because" * missing)[:missing]
    return answer


@cache
def figures() -> dict[str, int]:
    """Micro-dollars of a form by its number of questions, without and with reuse; and the share reused."""
    found: dict[str, int] = {}
    with TemporaryDirectory() as home, ModelServer() as server:
        padded(server)
        for worker, database in _worker(Path(home), server):
            for questions in (10, 30):
                found[f"{questions} questions"] = _cost(worker, database, server, questions, grows=0)
                found[f"{questions} questions, 60 % reused"] = _cost(
                    worker, database, server, questions, grows=4
                )
    return found


def _worker(home: Path, server: ModelServer) -> Iterator[tuple[WorkerProcess, Database]]:
    settings = settings_for(
        home,
        f"sqlite:///{home / 'cost.db'}",
        ANTHROPIC_API_KEY="test-key",
        ANTHROPIC_BASE_URL=server.url,
    )
    database = Database(settings.database_url)
    migrations.upgrade(database)
    worker = WorkerProcess(settings, "cost")
    yield worker, database
    worker.close()
    database.dispose()


def _cost(worker: WorkerProcess, database: Database, server: ModelServer, questions: int, grows: int) -> int:
    """What the last of `grows` + 1 jobs of a new organisation cost."""
    org = organization(database, f"Acme {new_id()}")
    for seed in range(grows + 1):
        brief = {
            "role": ROLE,
            "description": TEXT,
            "question_types": ["multiple_choice"],
            "number_of_questions": questions,
            "reuse": grows > 0,
        }
        with database.statement() as connection:
            [job_id] = accept(connection, [submission(org, brief=brief, seed=seed)])
        # Each job as if it were alone in its five minutes: it pays for its own prompt cache.
        server.reset()
        worker.run([job_id])
    with database.read() as session:
        job = session.get_one(TaskExecution, job_id)
    assert job.status == "completed", job.error
    result: dict[str, Any] = job.result or {}
    assert result["delivered"] == questions
    cost: int = result["usage"]["micro_dollars"]
    return cost


@pytest.mark.parametrize(("questions", "reused"), MOST)
def test_a_form_costs_no_more_than_its_goal(questions: int, reused: bool) -> None:
    name = f"{questions} questions" + (", 60 % reused" if reused else "")
    assert figures()[name] <= MOST[questions, reused]
