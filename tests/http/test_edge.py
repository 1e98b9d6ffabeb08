"""What every answer has: a request's id and the security headers; and what none has: an error's inside."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError, ProgrammingError
from werkzeug.test import TestResponse

import logs
from api.docs import POLICY
from api.edge import DATA_POLICY
from models.session import Database
from settings import Settings
from tests.conftest import Account
from tests.contract.jobs import EXECUTIONS, GENERATE
from tests.jobs import job
from tests.stack import BODY
from tests.test_logs import logging_as_before  # noqa: F401 - a fixture
from tests.workers.conftest import Workers

INSIDE = "hush-1234 at /srv/app/secret.py"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Calls the application, also with what its document does not name."""
    return app.test_client()


def headers_of(response: TestResponse) -> list[str]:
    return [name.lower() for name, _ in response.headers]


@pytest.mark.parametrize("given", ["a", "req_2026-11:7/x+y=.", "0" * 128])
def test_a_caller_s_own_request_id_is_kept(client: FlaskClient, given: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["", "0" * 129, "a b", "a\tb", "<script>", "a;b", "ü", "a@b.example", "a\x7f"]
)
def test_another_one_is_replaced_by_a_new_one(client: FlaskClient, given: str) -> None:
    answers = [client.get("/healthz", headers={"X-Request-ID": given}) for _ in range(2)]
    made = [answer.headers["X-Request-ID"] for answer in answers]
    assert all(len(one) == 32 and one.isalnum() and one != given for one in made)
    assert made[0] != made[1]


PATHS = {
    "data": ("GET", "/healthz", 200),
    "an address that is not there": ("GET", "/nothing", 404),
    "a stranger's": ("GET", EXECUTIONS, 401),
    "a wrong method": ("DELETE", GENERATE, 405),
    "a page": ("GET", "/docs", 200),
    "a file": ("GET", "/docs/assets/swagger_style.css", 200),
    "of B": ("GET", "/api/v1/nothing", 404),
    "a question about methods": ("OPTIONS", "/healthz", 200),
}


@pytest.mark.parametrize("name", PATHS)
def test_every_answer_has_the_headers_once(client: FlaskClient, name: str) -> None:
    method, path, status = PATHS[name]
    response = client.open(path, method=method)
    assert response.status_code == status
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Content-Security-Policy"] == (POLICY if name == "a page" else DATA_POLICY)
    assert response.headers["Cache-Control"]
    assert response.headers["X-Request-ID"]
    assert len(headers_of(response)) == len(set(headers_of(response)))
    response.close()


def test_no_page_may_be_framed_or_given_another_base() -> None:
    assert {"frame-ancestors 'none'", "base-uri 'none'", "default-src 'none'"} <= set(POLICY.split("; "))


@pytest.mark.parametrize(
    ("url", "headers", "told"),
    [
        ("http://localhost", {}, False),
        ("https://localhost", {}, True),
        ("http://localhost", {"X-Forwarded-Proto": "https"}, True),
        ("http://localhost", {"X-Forwarded-Proto": "http"}, False),
    ],
)
def test_only_over_https_a_browser_is_told_to_stay_there(
    client: FlaskClient, url: str, headers: dict[str, str], told: bool
) -> None:
    response = client.get("/healthz", base_url=url, headers=headers)
    assert ("Strict-Transport-Security" in response.headers) == told


# --- the id goes with the job -------------------------------------------------------------------


@pytest.fixture
def lines() -> Iterator[list[logging.LogRecord]]:
    """What is logged from here on, as a worker's log has it."""
    found: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = found.append  # type: ignore[method-assign]
    logging.setLogRecordFactory(logs.SafeRecord)
    product = logging.getLogger("workers")
    level = product.level
    product.addHandler(handler)
    product.setLevel(logging.INFO)
    yield found
    product.removeHandler(handler)
    product.setLevel(level)


@pytest.mark.usefixtures("logging_as_before")
def test_a_worker_s_lines_about_a_job_name_it_and_the_request_that_asked_for_it(
    client: FlaskClient,
    account: Account,
    database: Database,
    settings: Settings,
    lines: list[logging.LogRecord],
) -> None:
    headers = {**account.headers, "X-Request-ID": "mine-7"}
    job_id = client.post(GENERATE, json=BODY, headers=headers).get_json()["job_id"]
    assert job(database, job_id).request_id == "mine-7"
    workers = Workers(settings)
    workers("w1").run([job_id])
    workers.made[0].close()
    told = {(one.job_id, one.request_id) for one in lines if "begun" in one.getMessage()}
    assert told == {(job_id, "mine-7")}


def test_two_jobs_of_two_requests_keep_their_ids_apart(
    client: FlaskClient, account: Account, database: Database
) -> None:
    made = {}
    for name in ("first", "second"):
        headers = {**account.headers, "X-Request-ID": name}
        made[name] = client.post(GENERATE, json=BODY, headers=headers).get_json()["job_id"]
    assert [job(database, one).request_id for one in made.values()] == list(made)


def test_the_status_document_keeps_the_id_to_itself(client: FlaskClient, account: Account) -> None:
    headers = {**account.headers, "X-Request-ID": "mine-7"}
    job_id = client.post(GENERATE, json=BODY, headers=headers).get_json()["job_id"]
    assert "mine-7" not in client.get(f"{EXECUTIONS}/status/{job_id}", headers=account.headers).text


# --- an error's inside stays inside -----------------------------------------------------------------


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


ERRORS = {
    "a mistake of ours": ValueError(INSIDE),
    "an error that holds a key": KeyError(f"ak_live_{INSIDE}"),
    "the database's": ProgrammingError(f"SELECT {INSIDE}", {"key": INSIDE}, Exception(INSIDE)),
    "the database's, away": OperationalError(f"SELECT {INSIDE}", {"key": INSIDE}, Exception(INSIDE)),
    "too deep": RecursionError(INSIDE),
    "out of memory": MemoryError(INSIDE),
}
PLACES = ("caller", "document", "view", "before", "after", "presenting")
JOB = f"{EXECUTIONS}/status/7ff6a3de-0000-4000-8000-000000000000"


@contextmanager
def broken(app: Flask, place: str, error: Exception) -> Iterator[None]:
    """The application with something that raises the error there."""
    here = app.extensions["assessgen"]
    hooks = {"before": app.before_request_funcs, "after": app.after_request_funcs}
    with pytest.MonkeyPatch.context() as patch:
        if place in hooks:
            hook = raising(error) if place == "before" else _once(error)
            patch.setitem(hooks[place], None, [hook, *hooks[place].get(None, [])])
        elif place == "view":
            patch.setitem(app.view_functions, "task_executions.status", raising(error))
        elif place == "presenting":
            patch.setattr("api.task_executions_v2.Response", raising(error))
            patch.setattr(here, "document", lambda *_: SimpleNamespace(body=b"{}"))
        else:
            patch.setattr(here, place, raising(error))
        yield


def _once(error: Exception) -> Callable[[Any], Any]:
    """Fail for a request's first answer; the error's own must get through."""

    def fail(response: Any) -> Any:
        if g.pop("has_failed", False):
            return response
        g.has_failed = True
        raise error

    return fail


@pytest.mark.parametrize("place", PLACES)
def test_no_answer_tells_what_went_wrong_inside(app: Flask, account: Account, place: str) -> None:
    for name, error in ERRORS.items():
        for accept in ("application/json", "application/problem+json"):
            with broken(app, place, error):
                headers = {**account.headers, "Accept": accept}
                response = app.test_client().get(JOB, headers=headers)
            # What breaks behind the answer has no handler of its own.
            is_busy = name == "the database's, away" and place != "after"
            assert response.status_code == (503 if is_busy else 500), name
            whole = response.text + json.dumps(dict(response.headers))
            for inside in ("hush", "secret.py", "Traceback", "SELECT", type(error).__name__, account.key):
                assert inside not in whole, name
            assert response.get_json()["error"]
            assert response.headers["X-Frame-Options"] == "DENY"
            assert response.headers["X-Request-ID"]
