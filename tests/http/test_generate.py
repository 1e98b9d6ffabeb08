"""`POST /api/v2/assessments/generate-ai`: what is taken and what is refused, without a trace."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from api import create_app
from models.session import Database
from models.task_executions import TaskExecution
from settings import Settings
from tests.conftest import Account, new_account
from tests.contract.checked import CheckedClient, client_of
from tests.contract.fixtures import Counts
from tests.contract.jobs import EXECUTIONS, GENERATE, submit
from tests.stack import BODY

REQUIRED = "Job role and job description are required"
UNREADABLE = "The request could not be read: it must be HTTP with a JSON object as its body."


def nested(depth: int) -> bytes:
    """A request whose metadata is nested so deep."""
    return json.dumps(BODY)[:-1].encode() + b', "metadata": {"a": ' + b"[" * depth + b"]" * depth + b"}}"


# What is changed in a good request -> the field that `errors` names, and `error` where the contract has it.
BAD_VALUES: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("no role", {"job_role": ...}, "job_role", REQUIRED),
    ("an empty role", {"job_role": ""}, "job_role", REQUIRED),
    ("a blank role", {"job_role": " \t\n"}, "job_role", REQUIRED),
    ("a null role", {"job_role": None}, "job_role", REQUIRED),
    ("no description", {"job_description": ...}, "job_description", REQUIRED),
    ("an empty description", {"job_description": ""}, "job_description", REQUIRED),
    ("a blank description", {"job_description": "\u00a0\u2003"}, "job_description", REQUIRED),
    ("a null description", {"job_description": None}, "job_description", REQUIRED),
    ("neither", {"job_role": ..., "job_description": ...}, "job_role", REQUIRED),
    ("no role and a bad cutoff", {"job_role": ..., "cutoff": 101}, "cutoff", REQUIRED),
    ("a role of 201 letters", {"job_role": "r" * 201}, "job_role", None),
    ("a description of 50,001", {"job_description": "d" * 50_001}, "job_description", None),
    ("a role that is a number", {"job_role": 5}, "job_role", None),
    ("a role that is a list", {"job_role": ["Developer"]}, "job_role", None),
    ("a description that is an object", {"job_description": {}}, "job_description", None),
    ("a cutoff of 101", {"cutoff": 101}, "cutoff", None),
    ("a cutoff of -1", {"cutoff": -1}, "cutoff", None),
    ("a cutoff in a string", {"cutoff": "60"}, "cutoff", None),
    ("a cutoff with a fraction", {"cutoff": 60.5}, "cutoff", None),
    ("a cutoff that is true", {"cutoff": True}, "cutoff", None),
    ("a null cutoff", {"cutoff": None}, "cutoff", None),
    ("an unknown field", {"cutof": 60}, "cutof", None),
    ("4 questions", {"number_of_questions": 4}, "number_of_questions", None),
    ("101 questions", {"number_of_questions": 101}, "number_of_questions", None),
    ("a seed below 0", {"seed": -1}, "seed", None),
    ("a seed that no double holds", {"seed": 2**53}, "seed", None),
    ("a seed of 400 digits", {"seed": 10**400}, "seed", None),
    ("no minutes", {"duration_minutes": 0}, "duration_minutes", None),
    ("601 minutes", {"duration_minutes": 601}, "duration_minutes", None),
    ("an unknown difficulty", {"difficulty": "hard"}, "difficulty", None),
    ("a language that is none", {"language": "english"}, "language", None),
    ("a language and a line end", {"language": "en\n"}, "language", None),
    ("no question type", {"question_types": []}, "question_types", None),
    ("an unknown question type", {"question_types": ["riddle"]}, "question_types.0", None),
    ("an unknown on_shortfall", {"on_shortfall": "cry"}, "on_shortfall", None),
    ("an unknown mode", {"mode": "cheap"}, "mode", None),
    ("an external id of 201 letters", {"external_id": "e" * 201}, "external_id", None),
    ("metadata that is a list", {"metadata": [1]}, "metadata", None),
    ("metadata of more than 16 KiB", {"metadata": {"a": "b" * 16 * 1024}}, "metadata", None),
    ("metadata of more than 16 KiB in UTF-8", {"metadata": {"a": "é" * 9 * 1024}}, "metadata", None),
    ("a NUL in the role", {"job_role": "a\0b"}, "job_role", None),
    ("half a surrogate pair", {"job_description": "a\ud800b"}, "job_description", None),
    ("a NUL deep in metadata", {"metadata": {"a": [{"b": "\0"}]}}, "metadata", None),
    ("a NUL in a name in metadata", {"metadata": {"a\0": 1}}, "metadata", None),
    ("an address that is a number", {"notification_url": 5}, "notification_url", None),
]
BAD_ADDRESSES = [
    "",
    "example.com/hook",
    "ftp://example.com/hook",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://",
    "https:///hook",
    "https://user:secret@example.com/hook",
    "https://user@example.com/hook",
    "https://exa mple.com/hook",
    " https://example.com/hook",
    "https://example.com/ho ok",
    "https://example.com/hook\n",
    "https://example.com\\@evil.example/hook",
    "https://example.com:0/hook",
    "https://example.com:99999/hook",
    "https://bücher.example/hook",
    "http://localhost/hook",
    "http://127.0.0.1/hook",
    "http://127.1/hook",
    "http://2130706433/hook",
    "http://10.0.0.8/hook",
    "http://192.168.1.1:8080/hook",
    "http://169.254.169.254/latest/meta-data",
    "http://0.0.0.0/hook",
    "http://[::1]/hook",
    "http://[::ffff:127.0.0.1]/hook",
    "https://intranet.example/hook",
    "https://example.com/" + "x" * 2048,
]
BAD_BODIES: list[tuple[str, bytes]] = [
    ("nothing", b""),
    ("no JSON", b"job_role=Developer"),
    ("half a JSON text", b'{"job_role": "Deve'),
    ("a comma too many", b'{"job_role": "Developer",}'),
    ("bytes that are no UTF-8", b'{"job_role": "\xff"}'),
    ("NaN", b'{"cutoff": NaN}'),
    ("Infinity", b'{"metadata": {"a": Infinity}}'),
    ("-Infinity", b'{"metadata": {"a": -Infinity}}'),
    ("a number past all doubles", b'{"metadata": {"a": 1e999}}'),
    ("a number of 5,000 digits", b'{"seed": 1' + b"0" * 5000 + b"}"),
    ("a bare NUL in a string", b'{"job_role": "a\x00b"}'),
]


@pytest.fixture
def refused(client: CheckedClient, rows: Callable[[], Counts]) -> Any:
    """Posts what must be refused: gives the answer's body and checks that no table has a row more."""

    def post(status: int, **request: Any) -> dict[str, Any]:
        before = rows()
        response = client.post(GENERATE, **request)
        assert response.status_code == status, response.text
        assert rows() == before
        body: dict[str, Any] = response.get_json()
        return body

    return post


@pytest.mark.parametrize(
    ("changes", "field", "error"), [case[1:] for case in BAD_VALUES], ids=[c[0] for c in BAD_VALUES]
)
def test_a_bad_value_is_refused_by_its_name(
    refused: Any, changes: dict[str, Any], field: str, error: str | None
) -> None:
    body = refused(400, json={name: value for name, value in {**BODY, **changes}.items() if value is not ...})
    assert field in body["errors"]
    assert all(isinstance(message, str) and message for message in body["errors"][field])
    assert body["error"] == error if error else body["error"].startswith(f"{field}: ")


@pytest.mark.parametrize("url", BAD_ADDRESSES)
def test_an_address_that_can_never_be_called_is_refused(
    refused: Any, names: dict[str, str], url: str
) -> None:
    names["intranet.example"] = "10.0.0.8"
    body = refused(400, json={**BODY, "notification_url": url})
    assert list(body["errors"]) == ["notification_url"]
    assert body["error"].startswith("notification_url: ")
    assert "10.0.0.8" not in body["error"] or "10.0.0.8" in url


@pytest.mark.parametrize("body", [case[1] for case in BAD_BODIES], ids=[case[0] for case in BAD_BODIES])
def test_a_body_that_is_no_json_is_refused(refused: Any, body: bytes) -> None:
    assert refused(400, data=body, content_type="application/json") == {"error": UNREADABLE}


@pytest.mark.parametrize("body", ["[]", "null", "5", '"text"', "true", '[{"job_role": "Developer"}]'])
def test_json_that_is_no_object_is_refused(refused: Any, body: str) -> None:
    assert "body" in refused(400, data=body, content_type="application/json")["errors"]


@pytest.mark.parametrize("depth", [65, 500, 800])
def test_a_deep_body_that_could_still_be_read_is_refused(refused: Any, depth: int) -> None:
    assert "metadata" in refused(400, data=nested(depth), content_type="application/json")["errors"]


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_wrong_content_type_is_refused(refused: Any, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    body = refused(415, data=json.dumps(BODY).encode(), headers=headers)
    assert "application/json" in body["error"]


def sent(size: int, chunked: bool) -> dict[str, Any]:
    """A good request of so many bytes, sent with its length or in chunks without."""
    # White space is JSON too: what is cut off at the limit would still be a good request.
    data = json.dumps(BODY).encode().ljust(size)
    if not chunked:
        return {"data": data, "content_type": "application/json"}
    as_chunks = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    return {
        "input_stream": io.BytesIO(data),
        "content_type": "application/json",
        "environ_overrides": as_chunks,
    }


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
@pytest.mark.parametrize("more", [1, 2, 1024 * 1024])
def test_a_body_over_1_mib_is_refused(refused: Any, chunked: bool, more: int) -> None:
    assert "1 MiB" in refused(413, **sent(1024 * 1024 + more, chunked))["error"]


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
def test_a_body_of_1_mib_is_taken(client: CheckedClient, chunked: bool) -> None:
    assert client.post(GENERATE, **sent(1024 * 1024, chunked)).status_code == 202


@pytest.mark.parametrize(
    "path", ["/api/v2/assessment/generate", "/api/v2", "/api/v9/x", "/api//v2/assessments", "/x\0"]
)
def test_an_unknown_url_is_told_in_the_envelope(client: CheckedClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert set(response.get_json()) == {"error"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", GENERATE, "POST"),
        ("PUT", GENERATE, "POST"),
        ("DELETE", f"{EXECUTIONS}/status/x", "GET"),
        ("GET", f"{EXECUTIONS}/x/cancel", "POST"),
    ],
)
def test_a_wrong_method_is_told_in_the_envelope_with_the_right_ones(
    client: CheckedClient, method: str, path: str, allowed: str
) -> None:
    response = client.open(path, method=method)
    assert response.status_code == 405
    assert allowed in response.headers["Allow"]
    assert set(response.get_json()) == {"error"}


@pytest.mark.parametrize(
    ("status", "path", "body"),
    [
        (400, GENERATE, {"job_role": "x"}),
        (404, "/api/v2/nothing", None),
        (405, f"{EXECUTIONS}/x/logs", {}),
        (401, GENERATE, {}),
    ],
)
def test_who_asks_for_a_problem_document_gets_one(
    client: CheckedClient, stranger: CheckedClient, status: int, path: str, body: Any
) -> None:
    caller = stranger if status == 401 else client
    plain = caller.post(path, json=body)
    problem = caller.post(path, json=body, headers={"Accept": "application/problem+json"})
    assert problem.status_code == plain.status_code == status
    assert problem.content_type == "application/problem+json"
    found = problem.get_json()
    # RFC 9457: with about:blank the title is the status's own phrase; the sentence is the detail.
    assert (found["status"], found["detail"]) == (status, plain.get_json()["error"])
    assert found["title"] in ("Bad Request", "Not Found", "Method Not Allowed", "Unauthorized")
    assert plain.get_json().items() <= found.items()


def stored(database: Database, job_id: str) -> TaskExecution:
    """The job's row."""
    with database.read() as session:
        return session.scalars(select(TaskExecution).where(TaskExecution.id == job_id)).one()


def test_what_is_not_said_has_its_default(
    client: CheckedClient, database: Database, account: Account
) -> None:
    body = {"job_role": " Developer ", "job_description": "\nPython and SQL.\n"}
    job = stored(database, client.post(GENERATE, json=body).get_json()["job_id"])
    assert job.brief == {
        "role": "Developer",
        "description": "Python and SQL.",
        "cutoff": 40,
        "number_of_questions": 20,
        "duration_minutes": None,
        "difficulty": None,
        "language": "en",
        "question_types": ["multiple_choice"],
        "on_shortfall": "partial",
        "mode": "live",
        "reuse": True,
    }
    assert (job.notification_url, job.external_id, job.meta, job.mode) == (None, None, None, "live")
    assert job.organization_id == account.organization_id
    assert 0 <= job.seed < 2**53


GOOD_VALUES: list[dict[str, Any]] = [
    {"job_role": "r" * 200},
    {"job_role": " " * 50 + "r" * 200 + " " * 50},
    {"job_description": "d" * 50_000},
    {"job_description": "Strings end in \\u0000, a surrogate is \\ud800 and this is 😀."},
    {"cutoff": 0},
    {"cutoff": 100},
    {"number_of_questions": 5},
    {"number_of_questions": 100},
    {"seed": 0},
    {"seed": 2**53 - 1},
    {"notification_url": None},
    {"notification_url": "https://hooks.example:8443/a?b=c"},
    {"notification_url": "http://8.8.8.8/hook"},
    {"metadata": {}},
    {"metadata": {"a": "b" * (16 * 1024 - 10)}},
    {"metadata": {"a": "é" * 8000}},
    {"metadata": json.loads("[" * 60 + "]" * 60) and {"a": json.loads("[" * 60 + "]" * 60)}},
    {"external_id": "ats-7 é"},
    {
        "difficulty": "senior",
        "language": "pt-BR",
        "mode": "economy",
        "on_shortfall": "fail",
        "duration_minutes": 600,
    },
]


@pytest.mark.parametrize("changes", GOOD_VALUES, ids=lambda one: "-".join(one)[:40])
def test_a_value_at_the_edge_of_what_is_allowed_is_taken(
    client: CheckedClient, changes: dict[str, Any]
) -> None:
    submit(client, **changes)


def test_what_the_caller_adds_is_echoed_in_the_status(client: CheckedClient) -> None:
    metadata = {"name": "Zoë 😀", "list": [1, 2.5, None, {"deep": True}]}
    job_id = submit(client, external_id="ats-7", metadata=metadata)
    found = client.get(f"{EXECUTIONS}/status/{job_id}").get_json()
    assert (found["external_id"], found["metadata"]) == ("ats-7", metadata)


def test_a_json_dialect_s_content_type_is_taken(client: CheckedClient) -> None:
    for content_type in ("application/json; charset=utf-8", "application/merge-patch+json"):
        assert client.post(GENERATE, data=json.dumps(BODY), content_type=content_type).status_code == 202


def test_a_test_key_s_seed_follows_from_the_brief(app: Flask, database: Database, settings: Settings) -> None:
    client = client_of(app, new_account(database, settings, f"Tester of {id(app)}", mode="test").key)
    first, second = stored(database, submit(client)), stored(database, submit(client))
    other = stored(database, submit(client, cutoff=61))
    assert first.mode == "test"
    assert first.seed == second.seed != other.seed


def test_a_private_address_is_taken_where_the_setting_allows_it(
    database: Database, settings: Settings, account: Account
) -> None:
    from dataclasses import replace

    app = create_app(replace(settings, allow_private_webhooks=True))
    try:
        submit(client_of(app, account.key), notification_url="http://127.0.0.1:9/hook")
    finally:
        app.extensions["assessgen"].close()
