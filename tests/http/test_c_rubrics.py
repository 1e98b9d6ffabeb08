"""`/v1/rubrics`: what a rubric must be, and what a change, a new version and a deletion do."""

from collections.abc import Callable
from typing import Any

import pytest

from models.base import new_id
from tests.contract.candidates import LEVELS, RUBRIC, RUBRICS, Json, rubric, task
from tests.contract.checked import CheckedClient
from tests.contract.fixtures import Counts
from tests.jobs import standing_clock

Rows = Callable[[], Counts]
CRITERION: Json = {"name": "Correctness", "description": "", "weight": 1, "levels": LEVELS}
TESTS: Json = {**CRITERION, "name": "Tests"}


def level(number: Any, **more: Any) -> Json:
    return {"level": number, "label": f"Level {number}", **more}


def with_levels(*levels: Any) -> Json:
    return {"criteria": [{**CRITERION, "levels": list(levels)}]}


def shown(client: CheckedClient, rubric_id: str) -> Json:
    answer = client.get(f"{RUBRICS}/{rubric_id}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.get_json()
    return found


ALL_LEVELS = [level(number) for number in range(11)]
ACCEPTED: dict[str, Json] = {
    "no description": {"description": ""},
    "the most levels but one": with_levels(*ALL_LEVELS[1:]),
    "two levels far apart": with_levels(level(0), level(10)),
    "the least and most weight": {
        "criteria": [{**CRITERION, "weight": 1}, {**TESTS, "weight": 100}],
    },
    "twenty criteria": {"criteria": [{**CRITERION, "name": f"C{number}"} for number in range(20)]},
}
# what is sent -> the field that the refusal names
REFUSED: dict[str, tuple[Json, str]] = {
    "a blank name": ({"name": " "}, "name"),
    "a long name": ({"name": "x" * 201}, "name"),
    "a long description": ({"description": "x" * 5_001}, "description"),
    "no criteria": ({"criteria": []}, "criteria"),
    "criteria that are null": ({"criteria": None}, "criteria"),
    "too many criteria": ({"criteria": [{**CRITERION, "name": f"C{n}"} for n in range(21)]}, "criteria"),
    "a name twice": ({"criteria": [CRITERION, CRITERION]}, "criteria"),
    "a name twice in another case": (
        {"criteria": [CRITERION, {**CRITERION, "name": "CORRECTNESS"}]},
        "criteria",
    ),
    "a blank criterion": ({"criteria": [{**CRITERION, "name": ""}]}, "criteria.0.name"),
    "no weight": ({"criteria": [{**CRITERION, "weight": 0}]}, "criteria.0.weight"),
    "too much weight": ({"criteria": [{**CRITERION, "weight": 101}]}, "criteria.0.weight"),
    "half a weight": ({"criteria": [{**CRITERION, "weight": 1.5}]}, "criteria.0.weight"),
    "one level": (with_levels(level(0)), "criteria.0.levels"),
    "eleven levels": (with_levels(*ALL_LEVELS), "criteria.0.levels"),
    "levels that fall": (with_levels(level(2), level(1)), "criteria.0.levels"),
    "a level twice": (with_levels(level(1), level(1)), "criteria.0.levels"),
    "a level below": (with_levels(level(-1), level(1)), "criteria.0.levels.0.level"),
    "a level above": (with_levels(level(1), level(11)), "criteria.0.levels.1.level"),
    "a level as a text": (with_levels(level("1"), level(2)), "criteria.0.levels.0.level"),
    "a level without a label": (with_levels(level(1, label=""), level(2)), "criteria.0.levels.0.label"),
    "a level with more": (with_levels(level(1, score=1), level(2)), "criteria.0.levels.0.score"),
    "an id of nobody's": ({"criteria": [{**CRITERION, "id": new_id()}]}, "criteria.0.id"),
    "an unknown field": ({"version": 3}, "version"),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_rubric_is_made_as_it_is_asked_for(client: CheckedClient, case: str) -> None:
    made = rubric(client, **ACCEPTED[case])
    sent = {**RUBRIC, **ACCEPTED[case]}
    assert (made["name"], made["description"], made["version"]) == (sent["name"], sent["description"], 1)
    for told, wanted in zip(made["criteria"], sent["criteria"], strict=True):
        assert (told["name"], told["weight"]) == (wanted["name"], wanted.get("weight", 1))
        assert [one["level"] for one in told["levels"]] == [one["level"] for one in wanted["levels"]]
    assert len({one["id"] for one in made["criteria"]}) == len(made["criteria"])
    assert shown(client, made["id"]) == made


@pytest.mark.parametrize("call", ["post", "patch"])
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_rubric_is_refused_by_its_field_and_changes_nothing(
    client: CheckedClient, rows: Rows, case: str, call: str
) -> None:
    sent, field = REFUSED[case]
    made = rubric(client)
    before = rows()
    if call == "post":
        answer = client.post(RUBRICS, json={**RUBRIC, **sent})
    else:
        answer = client.patch(f"{RUBRICS}/{made['id']}", json=sent)
    assert answer.status_code == 400
    assert field in answer.get_json()["errors"], answer.text
    assert rows() == before
    assert shown(client, made["id"]) == made


@pytest.mark.parametrize("missing", ["name", "criteria"])
def test_a_new_rubric_has_a_name_and_criteria(client: CheckedClient, rows: Rows, missing: str) -> None:
    before = rows()
    answer = client.post(RUBRICS, json={name: value for name, value in RUBRIC.items() if name != missing})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (400, [missing])
    assert client.patch(f"{RUBRICS}/{new_id()}", json={}).status_code == 400
    assert rows() == before


def test_a_change_makes_a_new_version_and_leaves_the_rest(client: CheckedClient) -> None:
    with standing_clock() as clock:
        made = rubric(client)
        clock.forward(seconds=5)
        changed = client.patch(f"{RUBRICS}/{made['id']}", json={"name": "Renamed"}).get_json()
    assert changed == {**made, "name": "Renamed", "version": 2, "updatedAt": changed["updatedAt"]}
    assert changed["updatedAt"] > made["updatedAt"] == changed["createdAt"]
    assert shown(client, made["id"]) == changed


@pytest.mark.parametrize("sent", [{"name": RUBRIC["name"]}, {"criteria": RUBRIC["criteria"]}])
def test_a_change_that_changes_nothing_makes_no_version(client: CheckedClient, sent: Json) -> None:
    made = rubric(client)
    assert client.patch(f"{RUBRICS}/{made['id']}", json=sent).get_json() == made
    whole = {name: made[name] for name in ("name", "description", "criteria")}
    assert client.patch(f"{RUBRICS}/{made['id']}", json=whole).get_json() == made


def test_a_criterion_keeps_its_id_by_its_name_and_under_its_id_its_place_for_another_name(
    client: CheckedClient,
) -> None:
    made = rubric(client)
    correctness, tests = (one["id"] for one in made["criteria"])
    wanted = [
        {**TESTS, "id": correctness},
        {**CRITERION, "name": "Style"},
        {**CRITERION, "id": tests, "name": "Automated tests"},
    ]
    changed = client.patch(f"{RUBRICS}/{made['id']}", json={"criteria": wanted}).get_json()
    first, second, third = (one["id"] for one in changed["criteria"])
    assert (first, third) == (correctness, tests)
    assert second not in (correctness, tests)
    by_name = [{**CRITERION, "name": "Style"}, {**TESTS}]
    again = client.patch(f"{RUBRICS}/{made['id']}", json={"criteria": by_name}).get_json()
    assert [one["id"] for one in again["criteria"]] == [second, first]
    twice = [{**CRITERION, "id": first}, {**TESTS, "id": first}]
    answer = client.patch(f"{RUBRICS}/{made['id']}", json={"criteria": twice})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (400, ["criteria.0.id"])
    assert shown(client, made["id"]) == again


def test_a_deleted_rubric_is_gone_and_stays_a_row(client: CheckedClient, rows: Rows) -> None:
    kept, made = rubric(client, name="Kept"), rubric(client)
    task(client, rubricId=made["id"])
    before = rows()
    answer = client.delete(f"{RUBRICS}/{made['id']}")
    assert (answer.status_code, answer.get_json()) == (200, {"ok": True, "id": made["id"]})
    place = f"{RUBRICS}/{made['id']}"
    for again in (client.delete(place), client.get(place), client.patch(place, json={"name": "x"})):
        assert (again.status_code, again.get_json()) == (404, {"error": "No rubric has this id."})
    assert client.get(RUBRICS).get_json() == {"rubrics": [kept], "nextCursor": None}
    assert rows() == before


def test_the_list_is_oldest_first_and_goes_on_at_its_cursor(client: CheckedClient) -> None:
    with standing_clock() as clock:
        made = []
        for number in range(3):
            made.append(rubric(client, name=f"Rubric {number}"))
            clock.forward(seconds=1)
    page = client.get(f"{RUBRICS}?limit=2").get_json()
    rest = client.get(f"{RUBRICS}?limit=2&cursor={page['nextCursor']}").get_json()
    assert page["rubrics"] + rest["rubrics"] == made
    assert rest["nextCursor"] is None


def test_an_id_that_is_not_the_organisation_s_is_always_the_same_404(
    client: CheckedClient, rival: CheckedClient, rows: Rows
) -> None:
    theirs = rubric(rival)
    before = rows()
    for rubric_id in (theirs["id"], new_id(), "malformed"):
        place = f"{RUBRICS}/{rubric_id}"
        for answer in (client.get(place), client.delete(place), client.patch(place, json={"name": "x"})):
            assert (answer.status_code, answer.get_json()) == (404, {"error": "No rubric has this id."})
    assert client.get(RUBRICS).get_json()["rubrics"] == []
    assert rows() == before
    assert shown(rival, theirs["id"]) == theirs


def test_nobody_calls_without_an_organisation_s_key(stranger: CheckedClient, rows: Rows) -> None:
    before = rows()
    place = f"{RUBRICS}/{new_id()}"
    for answer in (
        stranger.get(RUBRICS),
        stranger.post(RUBRICS, json=RUBRIC),
        stranger.get(place),
        stranger.patch(place, json={"name": "x"}),
        stranger.delete(place),
    ):
        assert (answer.status_code, answer.get_json()) == (401, {"error": "Invalid API key"})
    assert rows() == before


def test_a_repeated_request_with_its_key_makes_one_rubric(
    client: CheckedClient,
) -> None:
    first, again = (
        client.post(RUBRICS, json=RUBRIC, headers={"Idempotency-Key": "rubric-1"}) for _ in range(2)
    )
    assert (first.status_code, again.status_code, again.data) == (201, 201, first.data)
    assert client.get(RUBRICS).get_json()["rubrics"] == [first.get_json()]
    assert client.get(first.headers["Location"]).get_json() == first.get_json()
