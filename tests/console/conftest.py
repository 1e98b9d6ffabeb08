"""Fixtures of the pages: a running service, and visitors of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from models import sign_in_links
from models.organizations import authenticate
from models.session import Database
from tests.console.browser import Visit, chromium, visit
from tests.services import browser_binary
from tests.stack import Stack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what needs a browser that is not there."""
    if browser_binary():
        return
    skip = pytest.mark.skip(reason="there is no Chromium; `make test` installs one where it may")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module: while it runs, no other test of the process has an event loop of its own."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The embedded default, once for the tests of a module."""
    with Stack(tmp_path_factory.mktemp("home"), "", "") as stack:
        stack.start()
        yield stack


@pytest.fixture(scope="module")
def of_service(service: Stack) -> Iterator[Database]:
    """The service's database."""
    database = Database(service.settings.database_url)
    yield database
    database.dispose()


@pytest.fixture
def visitor(browser: Browser, service: Stack) -> Iterator[Visit]:
    """Somebody who has not signed in."""
    with visit(browser, service.url) as visitor:
        yield visitor


@pytest.fixture
def member(visitor: Visit, service: Stack) -> Visit:
    """Somebody who has signed in for the organisation, by a link."""
    visitor.open(sign_in_path(service))
    return visitor


@pytest.fixture
def visitors(browser: Browser, service: Stack) -> Iterator[Callable[[], Visit]]:
    """Makes more visitors."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(visit(browser, service.url))


def sign_in_path(service: Stack) -> str:
    """Where a visitor is signed in with the service's key."""
    settings = service.settings
    database = Database(settings.database_url)
    with database.write() as session:
        caller = authenticate(session, service.key, settings.secret_key)
        assert caller is not None
        text = sign_in_links.create(session, caller.key_id)
    database.dispose()
    return f"/console/link/{text}"
