"""Fixtures of the worker runtime's tests."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models.session import Database
from settings import Settings
from tests.conftest import POSTGRES, migrated, settings_for
from tests.fakes.model_server import ModelServer
from tests.templates import Templates
from workers.bank import ShippedLibrary
from workers.generation import library
from workers.process import WorkerProcess


@pytest.fixture(scope="package", autouse=True)
def library_read_once() -> Iterator[None]:
    """The shipped items are read from their files once, not by each worker: that takes half a second."""
    read = library.load()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(library, "load", lambda: list(read))
        yield


@pytest.fixture(scope="package")
def templates(tmp_path_factory: pytest.TempPathFactory, library_read_once: None) -> Iterator[Templates]:
    """Databases with the schema and the shipped items, as a worker that was there before leaves them."""
    home = tmp_path_factory.mktemp("templates")

    def make_ready(url: str) -> None:
        with migrated(settings_for(home, url).database_url) as database:
            ShippedLibrary(database)

    with Templates(home, POSTGRES, make_ready) as templates:
        yield templates


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
