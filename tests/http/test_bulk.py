"""`POST /api/v2/assessments/generate-ai/bulk`: up to 500 briefs, all of them or none."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from api.schemas.bulk_v2 import BULK_EXAMPLE
from models.session import Database
from models.task_executions import TaskExecution
from tests.contract.checked import CheckedClient
from tests.contract.fixtures import Counts
from tests.contract.jobs import EXECUTIONS, GENERATE, status_of
from tests.stack import BODY

BULK = f"{GENERATE}/bulk"
MIB = 1024 * 1024
REQUIRED = "Job role and job description are required"


def briefs(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{**BODY, "external_id": f"opening-{number}", **more} for number in range(count)]


def jobs_of(database: Database, answer: Any) -> list[TaskExecution]:
    """The stored jobs, in the answer's order."""
    with database.read() as session:
        found = {job.id: job for job in session.scalars(select(TaskExecution))}
    return [found[each["job_id"]] for each in answer["jobs"]]


@pytest.fixture
def refused(client: CheckedClient, rows: Callable[[], Counts]) -> Any:
    """Posts what must be refused: gives the answer's body and checks that no table has a row more."""

    def post(status: int, **request: Any) -> dict[str, Any]:
        before = rows()
        response = client.post(BULK, **request)
        assert response.status_code == status, response.text
        assert rows() == before
        body: dict[str, Any] = response.get_json()
        return body

    return post


def test_500_briefs_become_500_jobs_with_one_request(client: CheckedClient, database: Database) -> None:
    sent = briefs(500)
    started = time.monotonic()
    response = client.post(BULK, json={"briefs": sent})
    assert time.monotonic() - started < 10
    assert response.status_code == 202, response.text
    answer = response.get_json()
    assert answer["accepted"] == len(answer["jobs"]) == 500
    assert [each["index"] for each in answer["jobs"]] == list(range(500))
    assert [each["external_id"] for each in answer["jobs"]] == [brief["external_id"] for brief in sent]
    stored = jobs_of(database, answer)
    assert [job.external_id for job in stored] == [brief["external_id"] for brief in sent]
    assert {(job.status, job.brief["mode"], job.brief["role"]) for job in stored} == {
        ("pending", "economy", BODY["job_role"])
    }
    assert len({job.seed for job in stored}) == 500


def test_each_job_is_followed_as_any_other(client: CheckedClient, work: Callable[[str], None]) -> None:
    answer = client.post(BULK, json={**BULK_EXAMPLE, "mode": "live"}).get_json()
    for each in answer["jobs"]:
        work(each["job_id"])
        found = status_of(client, each["job_id"])
        assert (found["status"], found["external_id"]) == ("completed", each["external_id"])
    listed = client.get(EXECUTIONS).get_json()["task_executions"]
    assert {each["id"] for each in listed} == {each["job_id"] for each in answer["jobs"]}


@pytest.mark.parametrize(("given", "stored"), [({}, "economy"), ({"mode": "live"}, "live")])
def test_the_mode_is_the_bulk_s(
    client: CheckedClient, database: Database, given: dict[str, str], stored: str
) -> None:
    answer = client.post(BULK, json={"briefs": briefs(2), **given}).get_json()
    assert [job.brief["mode"] for job in jobs_of(database, answer)] == [stored] * 2


BAD: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("no briefs", {}, "briefs", None),
    ("an empty list", {"briefs": []}, "briefs", None),
    ("no list", {"briefs": BODY}, "briefs", None),
    ("a brief that is a text", {"briefs": [BODY, "text"]}, "briefs.1", None),
    ("501 briefs", {"briefs": briefs(501)}, "briefs", None),
    ("an unknown mode", {"briefs": [BODY], "mode": "cheap"}, "mode", None),
    ("an unknown field", {"briefs": [BODY], "modus": "live"}, "modus", None),
    ("a brief with a mode", {"briefs": [BODY, {**BODY, "mode": "live"}]}, "briefs.1.mode", None),
    ("a brief's unknown field", {"briefs": [BODY, {**BODY, "cutof": 1}]}, "briefs.1.cutof", None),
    (
        "a blank role",
        {"briefs": [BODY, BODY, BODY, {**BODY, "job_role": " "}]},
        "briefs.3.job_role",
        f"briefs.3: {REQUIRED}",
    ),
    ("an empty brief", {"briefs": [{}]}, "briefs.0.job_description", f"briefs.0: {REQUIRED}"),
    ("a bad cutoff", {"briefs": [BODY, {**BODY, "cutoff": 101}]}, "briefs.1.cutoff", None),
    (
        "too much metadata",
        {"briefs": [BODY, {**BODY, "metadata": {"a": "b" * 16 * 1024}}]},
        "briefs.1.metadata",
        None,
    ),
    ("a NUL", {"briefs": [BODY, {**BODY, "metadata": {"a": ["\0"]}}]}, "briefs.1.metadata", None),
    (
        "an address that can't be called",
        {"briefs": [BODY, {**BODY, "notification_url": "http://10.0.0.1/hook"}]},
        "briefs.1.notification_url",
        None,
    ),
]


@pytest.mark.parametrize(
    ("body", "field", "error"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_one_bad_brief_refuses_all_by_its_index(
    refused: Any, body: dict[str, Any], field: str, error: str | None
) -> None:
    answer = refused(400, json=body)
    assert field in answer["errors"]
    assert all(isinstance(message, str) and message for message in answer["errors"][field])
    assert answer["error"] == error if error else answer["error"].startswith(field.split(".")[0])


def test_all_bad_briefs_are_named_at_once(refused: Any) -> None:
    bad = briefs(5, notification_url="ftp://example.com/") + briefs(2)
    assert set(refused(400, json={"briefs": bad})["errors"]) == {
        f"briefs.{index}.notification_url" for index in range(5)
    }
    many = [{**BODY, "cutoff": -1}, BODY, {**BODY, "seed": -1}]
    assert set(refused(400, json={"briefs": many})["errors"]) == {"briefs.0.cutoff", "briefs.2.seed"}


def test_metadata_may_be_as_deep_as_a_single_brief_s(client: CheckedClient, refused: Any) -> None:
    def deep(levels: int) -> dict[str, Any]:
        return {"briefs": [{**BODY, "metadata": {"a": json.loads("[" * levels + "]" * levels)}}]}

    assert client.post(BULK, json=deep(60)).status_code == 202
    assert "briefs.0.metadata" in refused(400, json=deep(65))["errors"]


def sized(size: int) -> dict[str, Any]:
    """A good request of so many bytes."""
    return {
        "data": json.dumps({"briefs": briefs(1)}).encode().ljust(size),
        "content_type": "application/json",
    }


def test_a_bulk_may_have_16_mib_and_a_single_brief_one(client: CheckedClient, refused: Any) -> None:
    assert client.post(BULK, **sized(16 * MIB)).status_code == 202
    assert "16 MiB" in refused(413, **sized(16 * MIB + 1))["error"]
    single = {**sized(MIB + 1), "data": json.dumps(BODY).encode().ljust(MIB + 1)}
    answer = client.post(GENERATE, **single)
    assert answer.status_code == 413
    assert "larger than 1 MiB" in answer.get_json()["error"]


def test_the_same_key_and_body_make_the_jobs_once(client: CheckedClient, rows: Callable[[], Counts]) -> None:
    body, headers = {"briefs": briefs(3)}, {"Idempotency-Key": "night-run"}
    first = client.post(BULK, json=body, headers=headers)
    assert first.status_code == 202
    before = rows()
    again = client.post(BULK, json=body, headers=headers)
    assert (again.status_code, again.get_json()) == (202, first.get_json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert client.post(BULK, json={"briefs": briefs(2)}, headers=headers).status_code == 422
    assert rows() == before


def test_nobody_without_a_key_makes_jobs(stranger: CheckedClient) -> None:
    assert stranger.post(BULK, json={"briefs": briefs(1)}).status_code == 401
