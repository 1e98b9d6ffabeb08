"""schemathesis on the OpenAPI document: whatever it makes up, the answer is a documented one."""

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

from tests.conftest import Account
from tests.contract.checked import client_of, document
from tests.contract.jobs import status_of, submit

EXAMPLES = 20
TRIED = [
    "generateAssessment",
    "getTaskExecution",
    "listTaskExecutions",
    "listTaskExecutionLogs",
    "cancelTaskExecution",
    "retryTaskExecution",
    "listAssessments",
    "getAssessmentInfo",
    "listAssessmentQuestions",
]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def schema(
    app: Flask, account: Account, work: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> OpenApiSchema:
    """The document without its `default` answers, which would excuse every status."""
    # An example that asks for a wait would wait: no worker runs here.
    monkeypatch.setattr("api.generation_v2.LONGEST_WAIT", 0)
    client = client_of(app, account.key)
    job_id = submit(client, number_of_questions=5)
    work(job_id)
    known = {"job_id": job_id, "assessment_id": status_of(client, job_id)["result"]["assessment_id"]}
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
    assert operations(app) == {*TRIED, "streamTaskExecution"}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=["as documented", "not as documented"])
@pytest.mark.parametrize("operation_id", TRIED)
def test_whatever_is_sent_gets_a_documented_answer(
    schema: OpenApiSchema, account: Account, operation_id: str, mode: GenerationMode
) -> None:
    operation = schema.find_operation_by_id(operation_id)
    # schemathesis makes keys up as well; this header goes before the others.
    headers = {"Authorization": f"Bearer {account.key}"}
    seen = set()

    @settings(
        max_examples=EXAMPLES,
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
    assert seen & ({200, 202, 409} if mode is GenerationMode.POSITIVE else {400, 404})
