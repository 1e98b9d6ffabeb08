"""The job `task_scoring` and what its tests share: a model, a worker, and submissions to score."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from models import scoring_jobs
from models.base import Json
from models.candidates import IN_REVIEW, CandidateSession
from models.session import Database
from models.task_executions import COMPLETED
from models.task_scores import CriterionScore
from settings import Settings
from tests.candidates import criterion, stored, task_session
from tests.conftest import settings_for
from tests.fakes.model_scorer import Criterion, scored
from tests.fakes.model_server import ModelServer
from tests.jobs import job
from workers import run as run_module
from workers.process import WorkerProcess

BOTH = [criterion("Design"), criterion("Tests", weight=3)]


@dataclass
class Scored:
    """A session that was submitted, and the job that scores it."""

    database: Database
    taken: CandidateSession
    execution_id: str

    @property
    def session(self) -> CandidateSession:
        """The session as it is now."""
        return stored(self.database, self.taken)

    @property
    def result(self) -> Json:
        """The job's result."""
        row = job(self.database, self.execution_id)
        assert (row.status, row.error) == (COMPLETED, None)
        assert row.result is not None
        return row.result

    @property
    def criteria(self) -> list[Json]:
        """The session's result by criterion."""
        result = self.session.result
        assert result is not None
        found: list[Json] = result["criteria"]
        return found

    def rows(self) -> list[CriterionScore]:
        """All scores."""
        with self.database.read() as session:
            return CriterionScore.of_session(session, self.taken.id)

    def waits_for_a_person(self, *warnings: str) -> bool:
        """Whether the job ended well and left the session to a person, with exactly such warnings."""
        result, session = self.result, self.session
        assert [one for one, part in zip(result["warnings"], warnings, strict=True) if part not in one] == []
        assert session.result is not None
        assert session.result["warnings"] == result["warnings"]
        found = (result["status"], result["score"], session.status, session.score)
        return found == (IN_REVIEW, None, IN_REVIEW, None)


@pytest.fixture
def database(shared: Database) -> Database:
    """One database for all tests here: each looks at the rows of its own session."""
    return shared


@pytest.fixture
def settings(tmp_path: Path, shared: Database) -> Settings:
    """Settings of an installation without a model key, on that database."""
    return settings_for(tmp_path, shared.url.render_as_string(hide_password=False))


@pytest.fixture(scope="module")
def running() -> Iterator[ModelServer]:
    """The model's API."""
    with ModelServer() as running:
        yield running


@pytest.fixture
def server(running: ModelServer) -> ModelServer:
    """The model's API without what the last test made of it."""
    running.reset()
    running.responder = None
    running.latency = 0.0
    return running


@pytest.fixture(scope="module")
def worker(
    shared: Database, running: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkerProcess]:
    """One worker with the claude engine for all tests here: to start one takes longer than they do."""
    url = shared.url.render_as_string(hide_password=False)
    more = {"ANTHROPIC_API_KEY": "test-key", "ANTHROPIC_BASE_URL": running.url}
    worker = WorkerProcess(settings_for(tmp_path_factory.mktemp("worker"), url, **more), "w1")
    yield worker
    worker.close()


@pytest.fixture
def submit(database: Database) -> Callable[..., Scored]:
    """Makes a submission and accepts its job."""

    def make(criteria: list[Json] | None = BOTH, **values: Any) -> Scored:
        taken = task_session(database, criteria, **values)
        with database.write() as session:
            return Scored(database, taken, scoring_jobs.begin(session, session.merge(taken), "ck_live_abc"))

    return make


Submit = Callable[..., Scored]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that runs would have made for a busy model."""
    made: list[float] = []

    async def pause(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr(run_module.asyncio, "sleep", pause)
    return made


def answers(server: ModelServer, level_of: Callable[[Criterion], int], *quotes: str) -> None:
    """Let the model judge like this."""
    server.responder = lambda request: scored(request, level_of, *quotes)
