"""A person's review over the wire: changes are versions, questions are edited or replaced, forms approved."""

from collections.abc import Callable
from typing import Any

import pytest

from models import Assessment
from models.base import new_id
from models.errors import Refused
from models.reviews import check_usable, is_usable
from tests.contract.checked import CheckedClient
from tests.contract.jobs import ASSESSMENTS, status_of, submit

Json = dict[str, Any]


@pytest.fixture
def made(client: CheckedClient, work: Callable[[str], None]) -> str:
    """An assessment's id."""
    job_id = submit(client, number_of_questions=8)
    work(job_id)
    assessment_id: str = status_of(client, job_id)["result"]["assessment_id"]
    return assessment_id


def info(client: CheckedClient, made: str) -> Json:
    found: Json = client.get(f"{ASSESSMENTS}/{made}/info").get_json()
    return found


def questions(client: CheckedClient, made: str) -> list[Json]:
    found: list[Json] = client.get(f"{ASSESSMENTS}/{made}/questions?include=keys").get_json()["questions"]
    return found


def versions(client: CheckedClient, made: str) -> list[Json]:
    found: list[Json] = client.get(f"{ASSESSMENTS}/{made}/versions").get_json()["versions"]
    return found


def test_what_is_new_is_a_draft_of_version_1(client: CheckedClient, made: str) -> None:
    found = info(client, made)
    assert (found["version"], found["status"], found["approved_by"], found["approved_at"]) == (
        1,
        "draft",
        None,
        None,
    )
    assert versions(client, made) == []


def test_a_change_is_made_and_recorded_with_who_and_what(client: CheckedClient, made: str) -> None:
    before = info(client, made)
    answer = client.patch(f"{ASSESSMENTS}/{made}", json={"name": "New name", "cutoff": 77})
    assert answer.status_code == 200
    after = info(client, made)
    assert answer.get_json() == after
    assert (after["name"], after["cutoff"], after["version"]) == ("New name", 77, 2)
    [version] = versions(client, made)
    assert version["changes"] == {"name": [before["name"], "New name"], "cutoff": [before["cutoff"], 77]}
    assert version["changed_by"] == before["created_by"]


def test_a_change_that_changes_nothing_makes_no_version(client: CheckedClient, made: str) -> None:
    before = info(client, made)
    assert client.patch(f"{ASSESSMENTS}/{made}", json={"cutoff": before["cutoff"]}).get_json() == before


def test_proctoring_is_changed_key_by_key(client: CheckedClient, made: str) -> None:
    before = info(client, made)["proctoring"]
    client.patch(f"{ASSESSMENTS}/{made}", json={"proctoring": {"webcam": True, "tab_switch_limit": 1}})
    assert info(client, made)["proctoring"] == {**before, "webcam": True, "tab_switch_limit": 1}


def test_sections_get_durations_and_the_total_is_their_sum(client: CheckedClient, made: str) -> None:
    sections = [section["name"] for section in info(client, made)["sections"]]
    wanted = [{"name": name, "duration": 7 + at} for at, name in enumerate(sections)]
    client.patch(f"{ASSESSMENTS}/{made}", json={"sections": wanted})
    after = info(client, made)
    assert [section["duration"] for section in after["sections"]] == [7 + at for at in range(len(sections))]
    assert after["total_duration"] == sum(7 + at for at in range(len(sections)))
    assert len(questions(client, made)) == 8


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"cutoff": 101},
        {"name": " "},
        {"nmae": "x"},
        {"total_duration": 0},
        {"proctoring": {"webcams": True}},
        {"sections": [{"name": "No such section", "duration": 5}]},
        {"total_duration": 30, "sections": [{"name": "x", "duration": 5}]},
    ],
)
def test_a_bad_change_is_refused_and_changes_nothing(client: CheckedClient, made: str, body: Json) -> None:
    before = info(client, made)
    assert client.patch(f"{ASSESSMENTS}/{made}", json=body).status_code == 400
    assert info(client, made) == before


def test_approval_is_recorded_and_a_later_change_makes_a_draft_again(
    client: CheckedClient, made: str
) -> None:
    approved = client.post(f"{ASSESSMENTS}/{made}/approve", json={"version": 1}).get_json()
    assert approved["status"] == "approved"
    assert approved["approved_by"] == approved["created_by"]
    assert approved["approved_at"] is not None
    assert client.post(f"{ASSESSMENTS}/{made}/approve").get_json() == approved
    changed = client.patch(f"{ASSESSMENTS}/{made}", json={"cutoff": 90}).get_json()
    assert (changed["status"], changed["approved_by"], changed["approved_at"]) == ("draft", None, None)
    assert versions(client, made)[0]["changes"]["status"] == ["approved", "draft"]


def test_a_version_that_was_not_looked_at_is_not_approved(client: CheckedClient, made: str) -> None:
    client.patch(f"{ASSESSMENTS}/{made}", json={"cutoff": 90})
    answer = client.post(f"{ASSESSMENTS}/{made}/approve", json={"version": 1})
    assert answer.status_code == 409
    assert "version 2" in answer.get_json()["error"]
    assert info(client, made)["status"] == "draft"


@pytest.mark.parametrize(("status", "required", "usable"), [
    ("draft", True, False), ("draft", False, True), ("approved", True, True), ("approved", False, True),
])  # fmt: skip
def test_a_setting_keeps_drafts_from_candidates(status: str, required: bool, usable: bool) -> None:
    assessment = Assessment(status=status)
    assert is_usable(assessment, required) is usable
    if usable:
        check_usable(assessment, required)
    else:
        with pytest.raises(Refused, match="not approved"):
            check_usable(assessment, required)


def test_an_edited_question_is_a_new_version_in_the_same_place(client: CheckedClient, made: str) -> None:
    first, *others = questions(client, made)
    options = [text + "!" for text in first["options"]]
    body = {"question": "What is it now, after the edit?", "options": options, "explanation": "It is new."}
    answer = client.patch(f"{ASSESSMENTS}/{made}/questions/{first['question_id']}", json=body)
    assert answer.status_code == 200
    edited, *rest = questions(client, made)
    assert rest == others
    assert edited["question_id"] == answer.get_json()["question_id"] != first["question_id"]
    assert (edited["question"], edited["options"]) == (body["question"], options)
    assert edited["key"]["correct"] == first["key"]["correct"]
    assert edited["key"]["explanation"] == "It is new."
    assert edited["key"]["misconceptions"] == first["key"]["misconceptions"]
    [edit] = edited["provenance"]["edits"]
    assert edit["fields"] == ["explanation", "options", "stem"]
    assert versions(client, made)[0]["changes"]["edited"] == ["explanation", "options", "stem"]


def test_another_option_can_be_made_the_right_one(client: CheckedClient, made: str) -> None:
    first = questions(client, made)[0]
    other = (first["key"]["correct"][0] + 1) % 4
    client.patch(f"{ASSESSMENTS}/{made}/questions/{first['question_id']}", json={"correct": [other]})
    edited = questions(client, made)[0]
    assert edited["key"]["correct"] == [other]
    assert edited["options"] == first["options"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"correct": [9]},
        {"correct": [0, 1]},
        {"options": ["one", "two", "three"]},
        {"options": ["one", "One ", "three", "four"]},
        {"question": ""},
        {"answer": 1},
    ],
)
def test_a_bad_edit_is_refused_and_changes_nothing(client: CheckedClient, made: str, body: Json) -> None:
    before = questions(client, made)
    path = f"{ASSESSMENTS}/{made}/questions/{before[0]['question_id']}"
    assert client.patch(path, json=body).status_code == 400
    assert questions(client, made) == before
    assert info(client, made)["version"] == 1


def test_a_question_is_replaced_by_a_job_with_one_that_the_form_has_not(
    client: CheckedClient, made: str, work: Callable[[str], None]
) -> None:
    before = questions(client, made)
    old = before[3]
    answer = client.post(f"{ASSESSMENTS}/{made}/questions/{old['question_id']}/replace")
    assert answer.status_code == 202
    assert answer.get_json()["message"] == "Question replacement job has been queued successfully"
    job_id = answer.get_json()["job_id"]
    work(job_id)
    status = status_of(client, job_id)
    assert status["status"] == "completed", status["error"]
    assert status["type"] == "question_replacement"
    after = questions(client, made)
    new = after[3]
    assert new["question_id"] == status["result"]["question_id"]
    assert new["question"] not in {one["question"] for one in before} or new["code"] != old["code"]
    assert [one for one in after if one["position"] != new["position"]] == [
        one for one in before if one["position"] != old["position"]
    ]
    assert new["skill"] == old["skill"]
    assert {new["type"], old["type"]} <= {"multiple_choice", "code_reading"} or new["type"] == old["type"]
    found = info(client, made)
    assert found["version"] == 2
    assert sum(cell["count"] for cell in found["coverage"]) == 8
    assert sum(skill["number_of_questions"] for skill in found["skills"]) == 8


def test_a_skill_that_has_no_more_code_gives_another_question_rather_than_another_skill(
    client: CheckedClient, work: Callable[[str], None]
) -> None:
    description = (
        "You design REST APIs: resources, status codes, versioning. REST API design is what we ask for."
    )
    job_id = submit(
        client,
        job_role="API designer",
        job_description=description,
        number_of_questions=5,
        question_types=["code_reading"],
    )
    work(job_id)
    made = status_of(client, job_id)["result"]["assessment_id"]
    # The library has one question of this type on the skill.
    [old] = [one for one in questions(client, made) if one["skill"] == "REST API Design"]
    answer = client.post(f"{ASSESSMENTS}/{made}/questions/{old['question_id']}/replace")
    work(answer.get_json()["job_id"])
    new = questions(client, made)[old["position"] - 1]
    assert new["question_id"] != old["question_id"]
    assert (new["skill"], new["type"]) == (old["skill"], "multiple_choice")


def test_a_question_that_went_meanwhile_fails_the_job_with_its_reason(
    client: CheckedClient, made: str, work: Callable[[str], None]
) -> None:
    old = questions(client, made)[0]["question_id"]
    job_id = client.post(f"{ASSESSMENTS}/{made}/questions/{old}/replace", json={}).get_json()["job_id"]
    client.patch(f"{ASSESSMENTS}/{made}/questions/{old}", json={"explanation": "Edited first."})
    work(job_id)
    status = status_of(client, job_id)
    assert (status["status"], status["error"]["code"]) == ("failed", "QUESTION_GONE")
    assert info(client, made)["version"] == 2


def test_nobody_else_s_assessment_and_no_unknown_question_is_reviewed(
    client: CheckedClient, rival: CheckedClient, made: str
) -> None:
    question = questions(client, made)[0]["question_id"]
    for caller, assessment, one in ((rival, made, question), (client, new_id(), question)):
        path = f"{ASSESSMENTS}/{assessment}"
        assert caller.patch(path, json={"cutoff": 1}).status_code == 404
        assert caller.post(f"{path}/approve").status_code == 404
        assert caller.get(f"{path}/versions").status_code == 404
        assert caller.patch(f"{path}/questions/{one}", json={"explanation": "x"}).status_code == 404
        assert caller.post(f"{path}/questions/{one}/replace").status_code == 404
    for one in (new_id(), "not-an-id"):
        path = f"{ASSESSMENTS}/{made}/questions/{one}"
        assert client.patch(path, json={"explanation": "x"}).status_code == 404
        assert client.post(f"{path}/replace").status_code == 404
    assert info(client, made)["version"] == 1
