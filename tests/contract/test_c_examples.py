"""The contract's own words of API C (text 004), as schemas that real answers are checked against."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.contract.candidates import ASSESSMENTS_C, TASK, Json, issue, keys, made_assessment, rubric, task
from tests.contract.checked import CheckedClient, document

UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
# In the text's order.
FIELDS = (
    "id orgId name role taskBrief repoUrl timeLimitMinutes expiresInDays issueId rubricId createdAt updatedAt"
).split()
OF_A_KEY = (
    "id key assessmentId orgId candidateEmail candidateName status expiresAt redeemedAt completedAt"
).split()
ADDED_TO_A_KEY = {"extraTimePercent"}
OF_AN_ISSUE = "id orgId url repoUrl title body labels language difficulty createdAt updatedAt".split()


def check_ids_and_times(found: Json) -> None:
    """Assert that ids are UUIDs and times ISO 8601."""
    for name, value in found.items():
        if value is not None and (name == "id" or name.endswith("Id")):
            assert UUID.fullmatch(value), name
        if value is not None and name.endswith("At"):
            assert MOMENT.fullmatch(value), name


def test_a_created_assessment_has_the_text_s_fields_and_no_others(client: CheckedClient) -> None:
    for more in ({}, {"issueId": issue(client)["id"]}, {"rubricId": rubric(client)["id"]}):
        made = task(client, **more)
        assert list(made) == FIELDS
        check_ids_and_times(made)
    plain = client.post(ASSESSMENTS_C, json={"name": "A", "role": "B", "taskBrief": "C"}).get_json()
    assert {name: plain[name] for name in FIELDS[2:10]} == {
        "name": "A",
        "role": "B",
        "taskBrief": "C",
        "repoUrl": None,
        "timeLimitMinutes": None,
        "expiresInDays": 7,
        "issueId": None,
        "rubricId": None,
    }


def test_a_listed_and_a_shown_one_have_their_issue_or_null_too(
    client: CheckedClient, work: Callable[[str], None]
) -> None:
    found = issue(client)
    made_assessment(client, work)
    task(client, issueId=found["id"])
    page = client.get(ASSESSMENTS_C).get_json()
    assert set(page) == {"assessments", "nextCursor"}
    assert [one["issue"] for one in page["assessments"]] == [None, found]
    for one in page["assessments"]:
        assert set(one) == {*FIELDS, "issue"}
        check_ids_and_times(one)
        assert client.get(f"{ASSESSMENTS_C}/{one['id']}").get_json() == one
    assert set(found) == set(OF_AN_ISSUE)
    check_ids_and_times(found)


def test_a_deletion_says_what_the_text_says(client: CheckedClient) -> None:
    made = task(client)
    answer = client.delete(f"{ASSESSMENTS_C}/{made['id']}")
    assert (answer.status_code, answer.get_json()) == (200, {"ok": True, "id": made["id"]})
    assert client.get(ASSESSMENTS_C).get_json() == {"assessments": [], "nextCursor": None}


def test_keys_have_the_fields_that_were_decided_and_show_their_text_once(client: CheckedClient) -> None:
    made = task(client)
    [key] = keys(client, made["id"], candidateEmails=["maya@example.com"], candidateNames=["Maya Okafor"])
    assert set(key) == {*OF_A_KEY, *ADDED_TO_A_KEY}
    check_ids_and_times(key)
    [listed] = client.get(f"{ASSESSMENTS_C}/{made['id']}/keys").get_json()["keys"]
    assert set(listed) == {*OF_A_KEY, *ADDED_TO_A_KEY} - {"key"}
    # At least 60 bits after the prefix, of letters that can't be taken for each other.
    body = key["key"].removeprefix("ck_live_")
    assert len(body) >= 20
    assert not set(body) & set("0O1lI")


def test_errors_are_a_sentence(client: CheckedClient, stranger: CheckedClient) -> None:
    answers: list[Any] = [
        stranger.get(ASSESSMENTS_C),
        client.get(f"{ASSESSMENTS_C}/none"),
        client.post(ASSESSMENTS_C, json={**TASK, "role": None}),
        client.get("/v1/nothing"),
        client.put(ASSESSMENTS_C),
    ]
    assert [answer.status_code for answer in answers] == [401, 404, 400, 404, 405]
    for answer in answers:
        assert set(answer.get_json()) <= {"error", "errors"}
        assert isinstance(answer.get_json()["error"], str)


def test_the_wire_has_camel_case_only(app: Flask) -> None:
    paths = {path: found for path, found in document(app)["paths"].items() if path.startswith("/v1/")}
    assert len(paths) >= 8
    schemas = document(app)["components"]["schemas"]
    wanted = ("NewAssessment", "AssessmentC", "AssessmentWithIssue", "NewKeys", "Candidate", "IssuedKey")
    for name in (*wanted, "NewRubric", "Rubric", "RubricChange", "Criterion", "NewIssue", "OssIssue"):
        assert not [field for field in schemas[name]["properties"] if "_" in field], name
