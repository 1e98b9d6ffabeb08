"""`/v1/assessments`: what is accepted, what is refused, what is listed, and what a deletion takes along."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from models import Assessment, CandidateKey
from models.base import iso_time, new_id
from models.session import Database
from tests.contract.candidates import (
    ASSESSMENTS_C,
    ISSUE,
    TASK,
    Json,
    issue,
    keys,
    made_assessment,
    rubric,
    task,
)
from tests.contract.checked import CheckedClient
from tests.contract.fixtures import Counts
from tests.contract.jobs import ASSESSMENTS
from tests.jobs import standing_clock

Rows = Callable[[], Counts]
Work = Callable[[str], None]
ABSENT = object()
NO_SUCH_ID = "6efe0833-332a-4b78-b022-e2275f8204aa"


def body_with(**more: Any) -> Json:
    """The task's body with other values; ABSENT leaves one out."""
    return {name: value for name, value in {**TASK, **more}.items() if value is not ABSENT}


def listed(client: CheckedClient, query: str = "") -> Json:
    answer = client.get(f"{ASSESSMENTS_C}{query}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.get_json()
    return found


# what is sent -> what is answered in these fields
ACCEPTED: dict[str, tuple[Json, Json]] = {
    "all of it": ({}, TASK),
    "a title for the name": ({"name": ABSENT, "title": "By title"}, {"name": "By title"}),
    "both, the same": ({"title": f" {TASK['name']} "}, {"name": TASK["name"]}),
    "no address": ({"repoUrl": ABSENT}, {"repoUrl": None}),
    "an address of the network": ({"repoUrl": "http://git/acme/x"}, {"repoUrl": "http://git/acme/x"}),
    "null for what may be absent": (
        {"repoUrl": None, "timeLimitMinutes": None, "issueId": None, "rubricId": None},
        {"repoUrl": None, "timeLimitMinutes": None, "issueId": None, "rubricId": None},
    ),
    "no limit": ({"timeLimitMinutes": ABSENT}, {"timeLimitMinutes": None}),
    "a minute": ({"timeLimitMinutes": 1}, {"timeLimitMinutes": 1}),
    "a week": ({"timeLimitMinutes": 10_080}, {"timeLimitMinutes": 10_080}),
    "no days": ({}, {"expiresInDays": 7}),
    "a day": ({"expiresInDays": 1}, {"expiresInDays": 1}),
    "a year": ({"expiresInDays": 365}, {"expiresInDays": 365}),
    "trimmed": ({"role": " Dev ", "taskBrief": " Do.\n "}, {"role": "Dev", "taskBrief": "Do."}),
    "the longest brief": ({"taskBrief": "x" * 50_000}, {"taskBrief": "x" * 50_000}),
}
# what is sent -> the field that the refusal names
REFUSED: dict[str, tuple[Json, str]] = {
    "no name": ({"name": ABSENT}, "name"),
    "a name that is null": ({"name": None}, "name"),
    "a blank name": ({"name": " "}, "name"),
    "a blank title": ({"name": ABSENT, "title": ""}, "title"),
    "two names": ({"title": "Another"}, "title"),
    "a long name": ({"name": "x" * 301}, "name"),
    "no role": ({"role": ABSENT}, "role"),
    "a long role": ({"role": "x" * 201}, "role"),
    "no brief and no issue": ({"taskBrief": ABSENT}, "taskBrief"),
    "a brief that is null": ({"taskBrief": None}, "taskBrief"),
    "a blank brief": ({"taskBrief": " \n"}, "taskBrief"),
    "a brief too long": ({"taskBrief": "x" * 50_001}, "taskBrief"),
    "a script's address": ({"repoUrl": "javascript:alert(1)"}, "repoUrl"),
    "a file's address": ({"repoUrl": "file:///etc/passwd"}, "repoUrl"),
    "no address at all": ({"repoUrl": "git"}, "repoUrl"),
    "an address too long": ({"repoUrl": f"https://a.example/{'x' * 2048}"}, "repoUrl"),
    "no minute": ({"timeLimitMinutes": 0}, "timeLimitMinutes"),
    "over a week": ({"timeLimitMinutes": 10_081}, "timeLimitMinutes"),
    "minutes as a text": ({"timeLimitMinutes": "60"}, "timeLimitMinutes"),
    "half a minute": ({"timeLimitMinutes": 0.5}, "timeLimitMinutes"),
    "minutes that are true": ({"timeLimitMinutes": True}, "timeLimitMinutes"),
    "no day": ({"expiresInDays": 0}, "expiresInDays"),
    "over a year": ({"expiresInDays": 366}, "expiresInDays"),
    "an unknown issue": ({"issueId": NO_SUCH_ID}, "issueId"),
    "a malformed issue": ({"issueId": "42"}, "issueId"),
    "an empty issue": ({"issueId": ""}, "issueId"),
    "an unknown rubric": ({"rubricId": NO_SUCH_ID}, "rubricId"),
    "a malformed rubric": ({"rubricId": "none"}, "rubricId"),
    "an id that is a number": ({"rubricId": 7}, "rubricId"),
    "a field that is not known": ({"taskbrief": "x"}, "taskbrief"),
    "the name as stored": ({"expires_in_days": 3}, "expires_in_days"),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_task_is_made_as_it_is_asked_for(client: CheckedClient, case: str) -> None:
    sent, expected = ACCEPTED[case]
    answer = client.post(ASSESSMENTS_C, json=body_with(**sent))
    assert answer.status_code == 201, answer.text
    found = answer.get_json()
    assert {name: found[name] for name in expected} == expected
    assert answer.headers["Location"] == f"{ASSESSMENTS_C}/{found['id']}"
    assert client.get(answer.headers["Location"]).get_json() == {**found, "issue": None}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_task_is_refused_by_its_field_and_makes_nothing(
    client: CheckedClient, rows: Rows, case: str
) -> None:
    sent, field = REFUSED[case]
    before = rows()
    answer = client.post(ASSESSMENTS_C, json=body_with(**sent))
    assert answer.status_code == 400
    assert field in answer.get_json()["errors"]
    assert answer.get_json()["error"].startswith(f"{field}: ")
    assert rows() == before


def test_an_issue_goes_before_a_brief_and_is_shown_with_the_task(client: CheckedClient) -> None:
    found = issue(client)
    text = f"{ISSUE['title']}\n\n{ISSUE['body']}"
    for brief in (None, "Something else.", ""):
        made = task(client, taskBrief=brief, issueId=found["id"])
        assert (made["taskBrief"], made["issueId"]) == (text, found["id"])
        assert client.get(f"{ASSESSMENTS_C}/{made['id']}").get_json() == {**made, "issue": found}
    assert [one["issue"] for one in listed(client)["assessments"]] == [found] * 3


def test_a_task_keeps_its_rubric_and_a_deleted_one_is_linked_no_more(
    client: CheckedClient, rows: Rows
) -> None:
    linked = rubric(client)
    made = task(client, rubricId=linked["id"])
    assert made["rubricId"] == linked["id"]
    assert client.delete(f"/v1/rubrics/{linked['id']}").status_code == 200
    before = rows()
    answer = client.post(ASSESSMENTS_C, json={**TASK, "rubricId": linked["id"]})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (400, ["rubricId"])
    assert rows() == before
    assert client.get(f"{ASSESSMENTS_C}/{made['id']}").get_json()["rubricId"] == linked["id"]


def test_what_belongs_to_another_organisation_can_t_be_linked(
    client: CheckedClient, rival: CheckedClient, rows: Rows
) -> None:
    theirs = {"issueId": issue(rival)["id"], "rubricId": rubric(rival)["id"]}
    before = rows()
    for name, value in theirs.items():
        answer = client.post(ASSESSMENTS_C, json={**TASK, name: value})
        assert (answer.status_code, list(answer.get_json()["errors"])) == (400, [name])
    assert rows() == before


def test_the_list_is_oldest_first_and_goes_on_at_its_cursor(client: CheckedClient) -> None:
    with standing_clock() as clock:
        made = [task(client, name=f"Task {number}")["id"] for number in range(3)]
        clock.forward(seconds=1)
        made = [*sorted(made), task(client, name="Task 3")["id"]]
    assert [one["id"] for one in listed(client)["assessments"]] == made
    assert listed(client)["nextCursor"] is None
    seen: list[str] = []
    query = "?limit=3"
    while query:
        page = listed(client, query)
        seen += [one["id"] for one in page["assessments"]]
        query = f"?limit=3&cursor={page['nextCursor']}" if page["nextCursor"] else ""
    assert seen == made
    for bad in ("?limit=0", "?limit=101", "?cursor=x", "?page=2"):
        assert client.get(ASSESSMENTS_C + bad).status_code == 400


def test_a_list_without_a_limit_has_as_many_as_a_page_may(client: CheckedClient, database: Database) -> None:
    first = task(client)
    with database.write() as session:
        row = session.get_one(Assessment, first["id"])
        columns = {column.name for column in Assessment.__table__.columns} - {"id", "metadata"}
        same = {name: getattr(row, name) for name in columns}
        session.add_all(Assessment(id=new_id(), **same) for _ in range(100))
    page = listed(client)
    assert len(page["assessments"]) == 100
    assert len(listed(client, f"?cursor={page['nextCursor']}")["assessments"]) == 1


def test_what_api_a_has_made_is_there_too_and_a_task_is_not_in_api_a(
    client: CheckedClient, work: Work
) -> None:
    generated = made_assessment(client, work, duration_minutes=25)
    own = task(client)["id"]
    info = client.get(f"{ASSESSMENTS}/{generated}/info").get_json()
    first, second = listed(client)["assessments"]
    assert (first["id"], second["id"]) == (generated, own)
    assert {name: first[name] for name in ("name", "role", "taskBrief", "timeLimitMinutes")} == {
        "name": info["name"],
        "role": info["job_role"],
        "taskBrief": info["summary"],
        "timeLimitMinutes": info["total_duration"],
    }
    assert first["expiresInDays"] == 7
    assert {first[name] for name in ("repoUrl", "issueId", "rubricId", "issue")} == {None}
    of_a = client.get(ASSESSMENTS).get_json()["assessments"]
    assert [one["assessment_id"] for one in of_a] == [generated]


def test_api_a_neither_shows_nor_changes_a_task(client: CheckedClient, rows: Rows) -> None:
    made = task(client)
    before = rows()
    for answer in (
        client.get(f"{ASSESSMENTS}/{made['id']}/info"),
        client.get(f"{ASSESSMENTS}/{made['id']}/questions"),
        client.patch(f"{ASSESSMENTS}/{made['id']}", json={"name": "Changed"}),
        client.post(f"{ASSESSMENTS}/{made['id']}/approve"),
    ):
        assert answer.status_code == 404
    assert rows() == before
    assert client.get(f"{ASSESSMENTS_C}/{made['id']}").get_json() == {**made, "issue": None}


def test_a_deleted_assessment_is_gone_with_its_keys_and_stays_a_row(
    client: CheckedClient, database: Database, rows: Rows, work: Work
) -> None:
    for assessment_id in (task(client)["id"], made_assessment(client, work)):
        other = keys(client, task(client, name="Another")["id"])[0]
        mine = {one["id"] for one in keys(client, assessment_id, 2)}
        before = rows()
        answer = client.delete(f"{ASSESSMENTS_C}/{assessment_id}")
        assert (answer.status_code, answer.get_json()) == (200, {"ok": True, "id": assessment_id})
        assert rows() == before
        address = f"{ASSESSMENTS_C}/{assessment_id}"
        for again in (client.delete(address), client.get(address), client.get(f"{address}/keys")):
            assert again.status_code == 404
        assert client.post(f"{address}/keys", json={"count": 1}).status_code == 404
        assert assessment_id not in [one["id"] for one in listed(client)["assessments"]]
        with database.read() as session:
            query = select(CandidateKey.id).where(CandidateKey.revoked_at.is_not(None))
            revoked = set(session.scalars(query))
        assert mine <= revoked
        assert other["id"] not in revoked


@pytest.mark.parametrize(
    "address", ["malformed", NO_SUCH_ID, "6EFE0833-332A-4B78-B022-E2275F8204AA", "theirs"]
)
def test_an_id_that_is_not_the_organisation_s_is_always_the_same_404(
    client: CheckedClient, rival: CheckedClient, rows: Rows, address: str
) -> None:
    theirs = task(rival)
    place = f"{ASSESSMENTS_C}/{theirs['id'] if address == 'theirs' else address}"
    before = rows()
    answers = [client.get(place), client.delete(place), client.get(f"{place}/keys")]
    answers += [client.post(f"{place}/keys", json={"count": 1}), client.delete(f"{place}/keys/{new_id()}")]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.get_json()["error"] for answer in answers} == {"No assessment has this id."}
    assert rows() == before
    assert rival.get(f"{ASSESSMENTS_C}/{theirs['id']}").get_json() == {**theirs, "issue": None}


def test_nobody_calls_without_an_organisation_s_key(stranger: CheckedClient, rows: Rows) -> None:
    before = rows()
    for answer in (
        stranger.get(ASSESSMENTS_C),
        stranger.post(ASSESSMENTS_C, json=TASK),
        stranger.get(f"{ASSESSMENTS_C}/{new_id()}"),
        stranger.delete(f"{ASSESSMENTS_C}/{new_id()}"),
    ):
        assert (answer.status_code, answer.get_json()) == (401, {"error": "Invalid API key"})
    assert rows() == before


def test_a_repeated_request_with_its_key_makes_one_task(client: CheckedClient, rows: Rows) -> None:
    first, again = (
        client.post(ASSESSMENTS_C, json=TASK, headers={"Idempotency-Key": "task-1"}) for _ in range(2)
    )
    assert (again.status_code, again.data, again.headers["Location"]) == (
        201,
        first.data,
        first.headers["Location"],
    )
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(listed(client)["assessments"]) == 1
    other = client.post(ASSESSMENTS_C, json={**TASK, "name": "B"}, headers={"Idempotency-Key": "task-1"})
    assert other.status_code == 422
    before = rows()
    bad = {**TASK, "issueId": new_id()}
    refused = client.post(ASSESSMENTS_C, json=bad, headers={"Idempotency-Key": "task-2"})
    assert refused.status_code == 400
    assert rows() == before


def test_times_are_those_of_the_making(client: CheckedClient) -> None:
    with standing_clock() as clock:
        made = task(client)
        assert made["createdAt"] == made["updatedAt"] == iso_time(clock.now) == "2026-01-02T03:04:05.678Z"


def test_a_problem_document_is_answered_to_who_asks_for_it(client: CheckedClient) -> None:
    answer = client.post(ASSESSMENTS_C, json={}, headers={"Accept": "application/problem+json"})
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert client.get(f"{ASSESSMENTS_C}/x/y").status_code == 404
    assert client.put(ASSESSMENTS_C, json={}).status_code == 405
    assert client.post(ASSESSMENTS_C, data="{}").status_code == 415
    assert client.post(ASSESSMENTS_C, json={**TASK, "taskBrief": "x" * 2**20}).status_code == 413
