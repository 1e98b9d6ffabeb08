"""What an organisation's jobs have made is found by its next ones, spread, and nobody else's."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from models.assessments import Assessment
from models.base import new_id
from models.forms import FormQuestion
from models.questions import Question
from models.session import Database
from models.task_executions import TaskExecution, TaskExecutionLog, accept
from tests.fakes.model_server import ModelServer
from tests.generation.tools import shipped_items
from tests.jobs import organization, submission
from tests.workers.conftest import Claude, Workers

BRIEF: dict[str, Any] = {
    "role": "Developer",
    "description": "Python and Django.",
    "question_types": ["multiple_choice"],
    "number_of_questions": 20,
}


def made(database: Database, worker: Any, org: str, seed: int = 1, **brief: Any) -> list[Question]:
    """The questions of a job's form, in order."""
    with database.statement() as connection:
        [job_id] = accept(connection, [submission(org, brief={**BRIEF, **brief}, seed=seed, mode="live")])
    worker.run([job_id])
    with database.read() as session:
        job = session.get_one(TaskExecution, job_id)
        assert job.status == "completed", job.error
        assert job.result is not None
        form_id = session.get_one(Assessment, job.result["assessment_id"]).form_id
        query = select(Question).join(FormQuestion, FormQuestion.question_id == Question.id)
        query = query.where(FormQuestion.form_id == form_id).order_by(FormQuestion.position)
        return list(session.scalars(query))


def lines_of_last_job(database: Database) -> list[str]:
    with database.read() as session:
        job = session.scalars(select(TaskExecution).order_by(TaskExecution.created_at.desc())).first()
        assert job is not None
        query = select(TaskExecutionLog.message).where(TaskExecutionLog.task_execution_id == job.id)
        return list(session.scalars(query.order_by(TaskExecutionLog.id)))


def test_what_passed_every_gate_is_found_and_used_again(database: Database, claude: Claude) -> None:
    worker, org = claude(), organization(database)
    first = made(database, worker, org)
    assert all(question.is_kept and question.organization_id == org for question in first)
    second = made(database, worker, org, seed=2)
    again = {question.id for question in first} & {question.id for question in second}
    assert 0.4 * len(second) <= len(again) <= 0.8 * len(second)
    python = sum(question.skill == "python" for question in first)
    found = [line for line in lines_of_last_job(database) if "Completed search for skill: Python" in line]
    assert f"(found {len(shipped_items()['python']) + python} results)" in found[0]


def test_reuse_can_be_turned_off(database: Database, claude: Claude) -> None:
    worker, org = claude(), organization(database)
    first = made(database, worker, org)
    second = made(database, worker, org, seed=2, reuse=False)
    assert not {question.id for question in first} & {question.id for question in second}


def test_nobody_finds_what_another_organisation_has_made(database: Database, claude: Claude) -> None:
    worker = claude()
    first = made(database, worker, organization(database))
    second = made(database, worker, organization(database, f"Rival {new_id()}"), seed=2)
    assert not {question.id for question in first} & {question.id for question in second}


def test_what_a_solver_disputed_is_not_kept(database: Database, claude: Claude, server: ModelServer) -> None:
    server.examiner.wrong = lambda _: server.examiner.solved % 2 == 1
    questions = made(database, claude(), organization(database))
    written = [question for question in questions if question.source == "language_model"]
    assert written
    assert not any(question.is_kept for question in written)


def test_exposure_spreads_offline_forms_of_one_organisation(
    database: Database, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.bank.EXPOSURE_FOR", 0.0)
    worker, org = workers(), organization(database)
    forms = [made(database, worker, org, seed=seed, number_of_questions=10) for seed in range(3)]
    uses = Counter(question.id for form in forms for question in form)
    assert max(uses.values()) == 1
