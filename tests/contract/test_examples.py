"""The contract's own examples (text 001), as schemas that real answers are checked against."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, ValidationError
from sqlalchemy import select

from models.events import Delivery
from models.session import Database
from tests.contract.checked import CheckedClient, document, validator
from tests.contract.jobs import EXECUTIONS, GENERATE, claim, complete, job_in, say, status_of, submit

REQUEST = {
    "job_role": "Senior Python Developer",
    "job_description": "We are looking for a Senior Python Developer with 5+ years of experience in Django, "
    "Flask, and FastAPI. The candidate should have strong knowledge of databases, REST APIs, and cloud "
    "technologies. Experience with Docker, Kubernetes, and CI/CD pipelines is preferred.",
    "cutoff": 60,
    "notification_url": "https://your-webhook-url.com/assessment-status",
}
ACCEPTED = {
    "job_id": "550e8400-e29b-41d4-a716-446655440000",
    "status": "pending",
    "message": "Assessment creation job has been queued successfully",
}
MISSING = {"error": "Job role and job description are required"}
BAD_KEY = {"error": "Invalid API key"}
WEBHOOK = {
    "job_id": "550e8400-e29b-41d4-a716-446655440000",
    "status": "processing",
    "message": "AI Progress: Analyzing job requirements...",
    "timestamp": "2024-01-15T10:30:00Z",
}
LINE = {
    "created_at": "2025-10-09T16:51:20",
    "id": 704,
    "message": "AI Progress: Completed search for skill: Data Security and Backup (found 3 results)",
    "task_execution_id": "6efe0833-332a-4b78-b022-e2275f8204aa",
}
STATUS = {
    "created_at": "2025-10-09T16:51:14",
    "current_step": "Starting task execution",
    "id": "6efe0833-332a-4b78-b022-e2275f8204aa",
    "notification_url": None,
    "recent_logs": [LINE],
    "result": None,
    "status": "processing",
    "type": "assessment_creation",
    "updated_at": "2025-10-09T16:51:14",
}
ADDED_TO_STATUS = ("progress", "error", "external_id", "metadata", "attempt")
ADDED_TO_WEBHOOK = ("type", "sequence", "result", "error", "external_id", "metadata")

PLAIN_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"
ZULU_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"
UUID = r"^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"
STATES = ["pending", "processing", "completed", "failed"]
# What a member's name says of its value, beyond the JSON type.
FORMATS: dict[str, dict[str, Any]] = {
    "created_at": {"pattern": PLAIN_TIME},
    "updated_at": {"pattern": PLAIN_TIME},
    "timestamp": {"pattern": ZULU_TIME},
    "job_id": {"pattern": UUID},
    "id": {"pattern": UUID},
    "task_execution_id": {"pattern": UUID},
    "status": {"enum": STATES},
    "type": {"const": "assessment_creation"},
}


def schema_of(example: Any, also: tuple[str, ...] = (), name: str = "") -> dict[str, Any]:
    """The JSON schema of values like the example: its keys and no others, its JSON types.

    Null in the example says that there may be a value at another time; `also` are keys that this
    product adds.
    """
    if isinstance(example, dict):
        return {
            "type": "object",
            "properties": {
                **{key: schema_of(value, name=key) for key, value in example.items()},
                **{key: {} for key in also},
            },
            "required": [*example, *also],
            "additionalProperties": False,
        }
    if isinstance(example, list):
        return {"type": "array", "items": schema_of(example[0])}
    if example is None:
        return {"type": ["null", "string", "object"]}
    kind = {str: "string", int: "integer", bool: "boolean", float: "number"}[type(example)]
    return {"type": kind, **(FORMATS.get(name, {}) if kind == "string" else {})}


def matches(value: Any, example: Any, also: tuple[str, ...] = ()) -> None:
    """Raise ValidationError where the value is not like the example."""
    schema = schema_of(example, also)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(value)


@pytest.mark.parametrize(
    "example", [ACCEPTED, MISSING, BAD_KEY, WEBHOOK, STATUS], ids=lambda one: "-".join(one)[:30]
)
def test_an_example_is_valid_by_the_schema_made_from_it_and_a_key_more_or_less_is_not(example: Any) -> None:
    matches(example, example)
    with pytest.raises(ValidationError):
        matches({**example, "surplus": 1}, example)
    for key in example:
        with pytest.raises(ValidationError):
            matches({name: value for name, value in example.items() if name != key}, example)


def test_the_contract_s_own_request_is_accepted_though_its_address_resolves_nowhere(
    client: CheckedClient,
) -> None:
    response = client.post(GENERATE, json=REQUEST)
    assert response.status_code == 202
    body = response.get_json()
    matches(body, ACCEPTED)
    assert body["status"] == ACCEPTED["status"]
    assert body["message"] == ACCEPTED["message"]
    assert response.headers["Location"] == f"{EXECUTIONS}/status/{body['job_id']}"
    assert int(response.headers["Retry-After"]) >= 1


def test_the_location_of_an_accepted_job_is_its_status_document(client: CheckedClient) -> None:
    accepted = client.post(GENERATE, json=REQUEST)
    found = client.get(accepted.headers["Location"]).get_json()
    assert found["id"] == accepted.get_json()["job_id"]
    assert found["notification_url"] == REQUEST["notification_url"]


@pytest.mark.parametrize("missing", ["job_role", "job_description"])
def test_a_missing_role_or_description_gets_the_contract_s_words(client: CheckedClient, missing: str) -> None:
    response = client.post(GENERATE, json={name: value for name, value in REQUEST.items() if name != missing})
    assert response.status_code == 400
    matches(response.get_json(), MISSING, also=("errors",))
    assert response.get_json()["error"] == MISSING["error"]


def test_a_request_without_a_key_gets_the_contract_s_words_and_nothing_else(stranger: CheckedClient) -> None:
    response = stranger.post(GENERATE, json=REQUEST)
    assert response.status_code == 401
    assert response.get_json() == BAD_KEY


@pytest.mark.parametrize("state", STATES)
def test_the_status_document_has_the_example_s_keys_in_every_state(
    client: CheckedClient, database: Database, state: str
) -> None:
    found = status_of(client, job_in(state, client, database))
    matches(found, STATUS, also=ADDED_TO_STATUS)
    assert found["status"] == state
    assert (found["result"] is not None) == (state == "completed")
    assert (found["error"] is not None) == (state == "failed")
    assert 0 <= found["progress"] <= 1


def test_a_job_that_was_just_claimed_says_what_the_example_says(
    client: CheckedClient, database: Database
) -> None:
    found = status_of(client, job_in("processing", client, database))
    assert {
        name: found[name] for name in ("status", "type", "current_step", "notification_url", "result")
    } == {name: STATUS[name] for name in ("status", "type", "current_step", "notification_url", "result")}


def test_recent_logs_are_the_last_ten_lines_oldest_first_with_rising_ids(
    client: CheckedClient, database: Database
) -> None:
    job_id = submit(client)
    messages = [f"AI Progress: Searching for skill: Data Security ({place}/12)" for place in range(1, 13)]
    say(database, claim(database, job_id), *messages)
    found = status_of(client, job_id)
    lines = found["recent_logs"]
    for line in lines:
        matches(line, {**LINE, "id": 704})
    assert [line["message"] for line in lines] == messages[-10:]
    assert [line["id"] for line in lines] == sorted({line["id"] for line in lines})
    assert {line["task_execution_id"] for line in lines} == {job_id}
    assert found["current_step"] == messages[-1]


def test_every_webhook_s_body_has_the_example_s_keys(client: CheckedClient, database: Database) -> None:
    job_id = submit(
        client, notification_url=REQUEST["notification_url"], external_id="ats-7", metadata={"a": [1]}
    )
    mine = claim(database, job_id)
    say(database, mine, WEBHOOK["message"])
    complete(database, mine)
    with database.read() as session:
        query = select(Delivery).where(Delivery.channel == job_id).order_by(Delivery.sequence)
        deliveries = list(session.scalars(query))
    bodies = [delivery.body for delivery in deliveries]
    for body in bodies:
        matches({**body, "type": "assessment_creation"}, WEBHOOK, also=ADDED_TO_WEBHOOK)
    assert {delivery.url for delivery in deliveries} == {REQUEST["notification_url"]}
    assert [body["type"].partition(".")[2] for body in bodies] == [
        "pending",
        "progress",
        "progress",
        "completed",
    ]
    assert [body["status"] for body in bodies] == ["pending", "processing", "processing", "completed"]
    assert [body["sequence"] for body in bodies] == [1, 2, 3, 4]
    assert bodies[2]["message"] == WEBHOOK["message"]
    assert {(body["job_id"], body["external_id"], json.dumps(body["metadata"])) for body in bodies} == {
        (job_id, "ats-7", '{"a": [1]}')
    }


def test_a_whole_job_s_lines_read_as_the_contract_s(
    client: CheckedClient, work: Callable[[str], None]
) -> None:
    job_id = submit(client)
    work(job_id)
    lines = [line["message"] for line in client.get(f"{EXECUTIONS}/{job_id}/logs").get_json()["logs"]]
    for told in (
        r"Searching for skill: .+ \(\d+/\d+\)",
        r"Completed search for skill: .+ \(found \d+ results?\)",
    ):
        pattern = {"pattern": f"^AI Progress: {told}$"}
        assert any(Draft202012Validator(pattern).is_valid(line) for line in lines), lines


def test_the_openapi_document_is_valid_by_its_specification_s_own_schema(app: Flask) -> None:
    # The specification's schema, as schemathesis brings it.
    from schemathesis.specs.openapi.definitions import OPENAPI_31

    found = document(app)
    assert found["openapi"].startswith("3.1.")
    Draft202012Validator(OPENAPI_31).validate(found)
    for name, schema in found["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert schema["additionalProperties"] is False, f"{name} is open"


def test_every_documented_example_is_valid_by_its_schema(app: Flask) -> None:
    checked = 0
    for path in document(app)["paths"].values():
        for operation in (value for name, value in path.items() if name in ("get", "post")):
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in (media for body in bodies for media in body.get("content", {}).values()):
                if "example" in content:
                    validator(app, content["schema"]).validate(content["example"])
                    checked += 1
    assert checked >= 4


def test_the_documented_examples_are_the_contract_s_own(app: Flask) -> None:
    generate = document(app)["paths"][GENERATE]["post"]
    status = document(app)["paths"][f"{EXECUTIONS}/status/{{job_id}}"]["get"]["responses"]["200"]
    assert generate["requestBody"]["content"]["application/json"]["example"] == REQUEST
    assert generate["responses"]["202"]["content"]["application/json"]["example"] == ACCEPTED
    example = status["content"]["application/json"]["example"]
    assert {name: value for name, value in example.items() if name in STATUS} == {
        **STATUS,
        "recent_logs": [
            LINE,
            {
                **LINE,
                "id": 705,
                "message": "AI Progress: Searching for skill: Disaster Recovery Planning (7/8)",
            },
        ],
    }


# Where codes of sessions, or an id in the query, are 404s though no id stands in the address.
SESSIONS = ("/api/v1/assessment/", "/v1/candidate/session/")
OTHER_404 = {("get", "/v1/candidate/session"), ("get", "/v1/sessions"), ("get", "/v1/sessions.csv")}


def test_every_operation_is_documented_with_its_errors(app: Flask) -> None:
    for template, path in document(app)["paths"].items():
        for method, operation in path.items():
            if method not in ("get", "post"):
                continue
            assert operation["operationId"]
            assert "401" in operation["responses"], template
            has_404 = "{" in template or template.startswith(SESSIONS) or (method, template) in OTHER_404
            assert ("404" in operation["responses"]) == has_404, template
