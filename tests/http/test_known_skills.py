"""`GET /api/v1/skills`: the skills that can be verified by their ids alone."""

from flask import Flask

from tests.contract.checked import CheckedClient, client_of
from tests.contract.verifications import SKILLS, Begin, Work, refused
from tests.jobs import standing_clock


def test_skills_are_searched_by_name_and_id_with_either_key(client: CheckedClient, begin: Begin) -> None:
    student = begin()
    for caller in (client, student.client):
        found = caller.get(f"{SKILLS}?search=ReAcT").get_json()["data"]
        assert ("react", "React") in [(one["skillId"], one["name"]) for one in found["skills"]]
        assert all("react" in f"{one['skillId']} {one['name']}".lower() for one in found["skills"])
        assert caller.get(f"{SKILLS}?search=%25").get_json()["data"]["skills"] == []


def test_skills_are_paged_by_name_each_once(client: CheckedClient, work: Work) -> None:
    names: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = f"limit=100{f'&cursor={cursor}' if cursor else ''}"
        data = client.get(f"{SKILLS}?{query}").get_json()["data"]
        names += [one["name"] for one in data["skills"]]
        cursor = data["nextCursor"]
    assert len(names) == len(set(names)) > 200
    first = client.get(f"{SKILLS}?limit=3").get_json()["data"]
    assert [one["name"] for one in first["skills"]] == names[:3]
    for query in (
        "cursor=%C3%A9",
        "cursor=x",
        "cursor=AA%3D%3D",
        "limit=101",
        "search=%00",
        "q=x",
        f"search={'s' * 201}",
    ):
        refused(client.get(f"{SKILLS}?{query}"), 400, "INVALID_DATA_FORMAT")


def test_skills_are_not_for_strangers(app: Flask, stranger: CheckedClient, begin: Begin) -> None:
    refused(stranger.get(SKILLS), 401, "INVALID_API_KEY")
    refused(client_of(app, "ak_live_wrong").get(SKILLS), 401, "INVALID_API_KEY")
    refused(client_of(app, "st_live_wrong").get(SKILLS), 401, "INVALID_SESSION")
    with standing_clock() as clock:
        student = begin()
        clock.forward(days=40)
        refused(student.client.get(SKILLS), 401, "INVALID_SESSION")
