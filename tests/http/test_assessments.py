"""The assessments of API A: a job's whole way, then `info`, the list and the questions."""

from collections.abc import Callable
from typing import Any

import pytest

from models.base import new_id
from models.session import Database
from tests.contract.checked import CheckedClient
from tests.contract.jobs import ASSESSMENTS, job_in, status_of, submit

# DECISIONS.md, section A.
INFO = {
    "assessment_id",
    "name",
    "job_role",
    "status",
    "created_at",
    "created_by",
    "cutoff",
    "total_duration",
    "number_of_questions",
    "skills",
    "question_types",
    "sections",
    "proctoring",
    "engine",
    "external_id",
    "metadata",
}
SKILL = {"name", "weight", "must_have", "number_of_questions"}
SECTION = {"name", "duration", "number_of_questions", "question_types", "skills"}
PROCTORING = {
    "enabled",
    "full_screen",
    "tab_switch_limit",
    "webcam",
    "copy_paste_blocked",
    "shuffle_questions",
    "shuffle_options",
}
RESULT = {
    "assessment_id",
    "assessment_name",
    "number_of_questions",
    "requested",
    "delivered",
    "shortfall",
    "warnings",
    "engine",
    "usage",
    "info_url",
}
KEY = {"correct", "accepted", "tolerance", "explanation", "misconceptions"}

Make = Callable[..., str]


@pytest.fixture
def make(client: CheckedClient, work: Callable[[str], None]) -> Make:
    """Makes an assessment; its id."""

    def made(**brief: Any) -> str:
        job_id = submit(client, **brief)
        work(job_id)
        found = status_of(client, job_id)
        assert found["status"] == "completed", found["error"]
        assessment_id: str = found["result"]["assessment_id"]
        return assessment_id

    return made


def info_of(client: CheckedClient, assessment_id: str) -> dict[str, Any]:
    response = client.get(f"{ASSESSMENTS}/{assessment_id}/info")
    assert response.status_code == 200
    found: dict[str, Any] = response.get_json()
    return found


def test_a_completed_job_s_result_has_every_field_and_leads_to_its_assessment(
    client: CheckedClient, work: Callable[[str], None]
) -> None:
    job_id = submit(client)
    work(job_id)
    found = status_of(client, job_id)
    result = found["result"]
    assert (found["status"], found["error"], found["progress"]) == ("completed", None, 1.0)
    assert set(result) == RESULT
    info = client.get(result["info_url"]).get_json()
    assert (info["assessment_id"], info["name"]) == (result["assessment_id"], result["assessment_name"])
    assert info["number_of_questions"] == result["number_of_questions"] == result["delivered"] == 20
    assert info["engine"] == result["engine"] == "offline"


def test_info_has_every_field_of_the_decisions(client: CheckedClient, make: Make) -> None:
    metadata = {"requisition": [7, {"team": "Zürich"}]}
    info = info_of(client, make(external_id="ats-7", metadata=metadata, cutoff=60))
    assert set(info) >= INFO
    assert {frozenset(skill) for skill in info["skills"]} == {frozenset(SKILL)}
    assert {frozenset(section) for section in info["sections"]} == {frozenset(SECTION)}
    assert set(info["proctoring"]) == PROCTORING
    assert {kind["type"] for kind in info["question_types"]} <= {"multiple_choice", "code_reading"}
    assert sum(kind["number_of_questions"] for kind in info["question_types"]) == 20
    assert (info["external_id"], info["metadata"], info["cutoff"]) == ("ats-7", metadata, 60)
    assert (info["job_role"], info["status"]) == ("Senior Python Developer", "draft")
    assert info["created_by"].startswith("api_key:")


@pytest.mark.parametrize(
    "brief", [{}, {"number_of_questions": 5}, {"number_of_questions": 33, "duration_minutes": 47}], ids=str
)
def test_the_figures_of_info_agree_with_each_other_and_with_the_questions(
    client: CheckedClient, make: Make, brief: dict[str, Any]
) -> None:
    assessment_id = make(**brief)
    info = info_of(client, assessment_id)
    questions = client.get(f"{ASSESSMENTS}/{assessment_id}/questions").get_json()["questions"]
    number = brief.get("number_of_questions", 20)
    assert info["number_of_questions"] == len(questions) == number
    for part in ("skills", "sections", "question_types"):
        assert sum(one["number_of_questions"] for one in info[part]) == number, part
    assert info["total_duration"] == sum(section["duration"] for section in info["sections"])
    assert info["total_duration"] == brief.get("duration_minutes", info["total_duration"])
    for section in info["sections"]:
        inside = [question for question in questions if question["section"] == section["name"]]
        assert len(inside) == section["number_of_questions"]
        assert {question["skill"] for question in inside} <= set(section["skills"])
        assert sum(kind["number_of_questions"] for kind in section["question_types"]) == len(inside)
    for skill in info["skills"]:
        asked = [question for question in questions if question["skill"] == skill["name"]]
        assert len(asked) == skill["number_of_questions"], skill["name"]


def test_info_that_has_not_changed_is_not_sent_again(client: CheckedClient, make: Make) -> None:
    address = f"{ASSESSMENTS}/{make()}/info"
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(address, headers={"If-None-Match": '"x"'}).status_code == 200


def test_two_assessments_have_different_tags(client: CheckedClient, make: Make) -> None:
    tags = {client.get(f"{ASSESSMENTS}/{make()}/info").headers["ETag"] for _ in range(2)}
    assert len(tags) == 2


def test_a_list_has_the_assessments_newest_first_over_its_pages(
    client: CheckedClient, rival: CheckedClient, make: Make
) -> None:
    made = [make(external_id=str(place)) for place in range(3)]
    first = client.get(f"{ASSESSMENTS}?limit=2").get_json()
    second = client.get(f"{ASSESSMENTS}?limit=2&cursor={first['next_cursor']}").get_json()
    found = first["assessments"] + second["assessments"]
    assert [one["assessment_id"] for one in found] == made[::-1]
    assert [one["external_id"] for one in found] == ["2", "1", "0"]
    assert second["next_cursor"] is None
    assert rival.get(ASSESSMENTS).get_json() == {"assessments": [], "next_cursor": None}
    for one in found:
        info = client.get(one["info_url"]).get_json()
        assert {name: info[name] for name in one if name != "info_url"} == {
            name: value for name, value in one.items() if name != "info_url"
        }


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=x", "status=draft", "include=keys"])
def test_a_bad_query_of_the_list_is_refused_by_its_name(client: CheckedClient, query: str) -> None:
    response = client.get(f"{ASSESSMENTS}?{query}")
    assert response.status_code == 400
    assert list(response.get_json()["errors"]) == [query.partition("=")[0]]


def test_questions_come_in_their_order_and_without_keys(client: CheckedClient, make: Make) -> None:
    body = client.get(f"{ASSESSMENTS}/{make()}/questions").get_json()
    assert [question["position"] for question in body["questions"]] == list(range(1, 21))
    assert len({question["question_id"] for question in body["questions"]}) == 20
    for question in body["questions"]:
        assert not {"key", "provenance"} & set(question)
        assert question["question"]
        assert len(question["options"]) == len(set(question["options"])) >= 2


def test_the_owner_who_asks_for_keys_gets_them_with_the_same_questions(
    client: CheckedClient, make: Make
) -> None:
    address = f"{ASSESSMENTS}/{make()}/questions"
    plain = client.get(address).get_json()["questions"]
    keyed = client.get(f"{address}?include=keys").get_json()["questions"]
    assert [{**question, "key": 0, "provenance": 0} for question in plain] == [
        {**question, "key": 0, "provenance": 0} for question in keyed
    ]
    for question in keyed:
        key, last = question["key"], len(question["options"]) - 1
        assert set(key) == KEY
        assert key["explanation"]
        assert len(key["correct"]) == 1
        assert 0 <= key["correct"][0] <= last
        assert {int(place) for place in key["misconceptions"]} <= set(range(last + 1)) - set(key["correct"])
        assert {"source", "library_id", "version"} <= set(question["provenance"])


@pytest.mark.parametrize(
    "query", ["include=", "include=key", "include=Keys", "include=keys,keys", "includes=keys", "keys=1"]
)
def test_a_misspelt_wish_for_keys_is_refused(client: CheckedClient, make: Make, query: str) -> None:
    response = client.get(f"{ASSESSMENTS}/{make(number_of_questions=5)}/questions?{query}")
    assert response.status_code == 400
    assert list(response.get_json()["errors"]) == [query.partition("=")[0]]


@pytest.mark.parametrize("route", ["/{}/info", "/{}/questions", "/{}/questions?include=keys"])
def test_another_s_assessment_an_unknown_and_a_malformed_id_are_all_the_same_404(
    client: CheckedClient, rival: CheckedClient, make: Make, database: Database, route: str
) -> None:
    assessment_id = make(number_of_questions=5)
    ids = [
        new_id(),
        "nope",
        "x" * 3000,
        "%00",
        assessment_id.replace("-", "") + "----",
        job_in("completed", client, database),
    ]
    answers = [rival.get(ASSESSMENTS + route.format(assessment_id))]
    answers += [client.get(ASSESSMENTS + route.format(one)) for one in ids]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert client.get(ASSESSMENTS + route.format(assessment_id)).status_code == 200


def test_the_same_brief_and_seed_ask_the_same_questions(client: CheckedClient, make: Make) -> None:
    def asked(seed: int) -> list[Any]:
        body = client.get(f"{ASSESSMENTS}/{make(seed=seed)}/questions").get_json()
        return [(question["question"], question["options"]) for question in body["questions"]]

    first = asked(7)
    assert asked(7) == first
    assert asked(8) != first
