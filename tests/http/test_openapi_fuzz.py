"""schemathesis on the OpenAPI document: whatever it makes up, the answer is a documented one.

On PostgreSQL alone, which is the stricter of the two about what it is given.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.conftest import Account, needs_postgres
from tests.contract.candidates import keys, rubric
from tests.contract.checked import client_of, document
from tests.contract.jobs import ASSESSMENTS, status_of, submit
from tests.contract.verifications import Begin, StudentSession
from tests.fakes.forge import issue

pytestmark = pytest.mark.parametrize("settings", [needs_postgres], indirect=True)

# Of each operation, in each of the two ways; `make fuzz` asks for more.
EXAMPLES = int(os.environ.get("ASSESSGEN_TEST_EXAMPLES", "20"))
# Its fields rule each other out, which a schema can't say: little of what is made up is a good change.
HARD = {
    "changeWebhookEndpoint": 60,
    "changeAssessment": 120,
    "changeQuestion": 120,
    "changeRubric": 120,
    "replaceQuestion": 60,
    "importIssue": 60,
}
TRIED = [
    "generateAssessment",
    "generateAssessments",
    "getTaskExecution",
    "listTaskExecutions",
    "listTaskExecutionLogs",
    "cancelTaskExecution",
    "retryTaskExecution",
    "listAssessments",
    "getAssessmentInfo",
    "listAssessmentQuestions",
    "getUsage",
    "listAuditEntries",
    "changeAssessment",
    "changeQuestion",
    "replaceQuestion",
    "approveAssessment",
    "listAssessmentVersions",
    "beginVerification",
    "listVerifications",
    "getVerification",
    "eraseVerification",
    "listSkills",
    "createAssessment",
    "listOrganizationAssessments",
    "getOrganizationAssessment",
    "deleteAssessment",
    "createCandidateKeys",
    "listCandidateKeys",
    "revokeCandidateKey",
    "eraseCandidate",
    "createRubric",
    "listRubrics",
    "getRubric",
    "changeRubric",
    "deleteRubric",
    "listIssues",
    "createIssue",
    "importIssue",
    "listSessions",
    "exportSessions",
    "getSession",
    "scoreSession",
    "eraseSession",
    "getSessionTimeline",
    "getCohortStatistics",
    "getItemStatistics",
    "createWebhookEndpoint",
    "listWebhookEndpoints",
    "getWebhookEndpoint",
    "changeWebhookEndpoint",
    "deleteWebhookEndpoint",
    "rotateWebhookSecret",
    "pingWebhookEndpoint",
    "listWebhookDeliveries",
    "getWebhookDelivery",
    "replayWebhookDelivery",
    "replayWebhookDeliveries",
    "listEvents",
]
# These carry a session's token in place of an organisation's key.
OF_A_SESSION = [
    "storeSkills",
    "setVerificationMethod",
    "storeVerificationItems",
    "generateVerificationAssessment",
    "submitVerificationAssessment",
    "retakeVerificationAssessment",
]
# These carry a candidate's key.
OF_A_CANDIDATE = [
    "startCandidateSession",
    "getCandidateSession",
    "saveCandidateResponse",
    "recordCandidateEvents",
    "submitCandidateSession",
]
# What is made up names no source, no question and no failed attempt that is there.
REFUSED_AT_BEST = {
    "storeVerificationItems": {400},
    "submitVerificationAssessment": {400},
    "retakeVerificationAssessment": {400},
}
# It takes nothing that could be wrong.
UNREFUSED = {"getCandidateSession": {200}}
OWN = ("recordVerificationId", "recordUserId", "sessionToken")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def student(begin: Begin) -> StudentSession:
    """A session whose questions wait for answers."""
    return begin().ready()


@pytest.fixture
def schema(
    app: Flask,
    account: Account,
    work: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    student: StudentSession,
) -> OpenApiSchema:
    """The document without its `default` answers, which would excuse every status."""
    # An example that asks for a wait would wait: no worker runs here.
    monkeypatch.setattr("api.generation_v2.LONGEST_WAIT", 0)
    monkeypatch.setattr("api.verification_assessment_v1.LONGEST_WAIT", 0)
    # A forge that has whatever is asked for.
    monkeypatch.setattr("api.forge.Forge._read", lambda *_: issue("acme", "orders", 42))
    client = client_of(app, account.key)
    job_id = submit(client, number_of_questions=5)
    work(job_id)
    made = status_of(client, job_id)["result"]["assessment_id"]
    [question, *_] = client.get(f"{ASSESSMENTS}/{made}/questions").get_json()["questions"]
    taken, spare = keys(client, made, 2)
    told = client.post("/api/v2/webhook-endpoints", json={"url": "https://hooks.example/"}).get_json()
    ping = client.post(f"/api/v2/webhook-endpoints/{told['id']}/ping").get_json()
    known = {
        "job_id": job_id,
        "assessment_id": made,
        "question_id": question["question_id"],
        "record_id": student.record_id,
        "key_id": spare["id"],
        "rubric_id": rubric(client)["id"],
        "endpoint_id": told["id"],
        "delivery_id": ping["id"],
        "session_id": client_of(app, taken["key"]).post("/v1/candidate/session").get_json()["sessionId"],
    }
    loaded = schemathesis.openapi.from_wsgi("/openapi.json", app)
    for path in loaded.raw_schema["paths"].values():
        for operation in path.values():
            if "responses" in operation:
                operation["responses"].pop("default", None)

    @loaded.hook
    def map_path_parameters(context: Any, path_parameters: dict[str, Any]) -> dict[str, Any]:
        # Half of the ids that are made up are ones that are there.
        return {
            name: known[name] if len(str(value)) % 2 else value
            for name, value in (path_parameters or {}).items()
        }

    @loaded.hook
    def map_body(context: Any, body: Any) -> Any:
        # So is what names the session in a body.
        own = {name: student.data[name] for name in OWN}
        return (
            {
                name: own[name] if name in own and len(str(value)) % 2 else value
                for name, value in body.items()
            }
            if isinstance(body, dict)
            else body
        )

    return loaded


def operations(app: Flask) -> set[str]:
    """The document's operations, by their ids."""
    paths = document(app)["paths"].values()
    return {
        operation["operationId"]
        for path in paths
        for operation in path.values()
        if "operationId" in operation
    }


def test_all_operations_but_the_stream_are_tried(app: Flask) -> None:
    assert operations(app) == {*TRIED, *OF_A_SESSION, *OF_A_CANDIDATE, "streamTaskExecution"}


@pytest.fixture
def candidate(app: Flask, account: Account, schema: OpenApiSchema) -> str:
    """The key of a candidate who has begun the assessment that is there."""
    client = client_of(app, account.key)
    [made, *_] = client.get(ASSESSMENTS).get_json()["assessments"]
    text: str = keys(client, made["assessment_id"])[0]["key"]
    assert client_of(app, text).post("/v1/candidate/session").status_code == 200
    return text


@pytest.mark.parametrize("mode", list(GenerationMode), ids=["as documented", "not as documented"])
@pytest.mark.parametrize("operation_id", TRIED + OF_A_SESSION + OF_A_CANDIDATE)
def test_whatever_is_sent_gets_a_documented_answer(
    schema: OpenApiSchema,
    account: Account,
    student: StudentSession,
    candidate: str,
    operation_id: str,
    mode: GenerationMode,
) -> None:
    operation = schema.find_operation_by_id(operation_id)
    # schemathesis makes keys up as well; this header goes before the others.
    key = student.token if operation_id in OF_A_SESSION else account.key
    key = candidate if operation_id in OF_A_CANDIDATE else key
    headers = {"Authorization": f"Bearer {key}"}
    seen = set()

    @settings(
        max_examples=max(EXAMPLES, HARD.get(operation_id, 0)),
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        seen.add(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

    send()
    # 409: the job that is there has been completed, so it can't be cancelled or retried.
    good = REFUSED_AT_BEST.get(operation_id, {200, 201, 202, 409})
    bad = UNREFUSED.get(operation_id, {400, 404})
    assert seen & (good if mode is GenerationMode.POSITIVE else bad)
