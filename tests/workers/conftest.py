"""Fixtures of the worker runtime's tests."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models.session import Database
from settings import Settings
from tests.fakes.model_server import ModelServer
from workers.process import WorkerProcess


class Workers:
    """Makes worker processes (in this one) and closes them at the end."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.made: list[WorkerProcess] = []

    def __call__(self, name: str = "w1", **changes: Any) -> WorkerProcess:
        values = {**vars(self.settings), **changes}
        values.pop("secret_key", None)
        self.made.append(WorkerProcess(Settings(**values), name))
        return self.made[-1]


@pytest.fixture
def workers(database: Database, settings: Settings) -> Iterator[Workers]:
    """Worker processes on the test's database; nothing is migrated by them."""
    workers = Workers(settings)
    yield workers
    for worker in workers.made:
        worker.close()


Claude = Callable[..., WorkerProcess]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """The model's API."""
    with ModelServer() as running:
        yield running


@pytest.fixture
def claude(workers: Workers, server: ModelServer) -> Claude:
    """Makes workers with the claude engine, which gather and poll without pauses."""

    def make(name: str = "w1", **changes: Any) -> WorkerProcess:
        values = {"batch_gather": 0.0, "batch_poll": 0.0, "anthropic_base_url": server.url, **changes}
        return workers(name, anthropic_api_key="test-key", **values)

    return make
