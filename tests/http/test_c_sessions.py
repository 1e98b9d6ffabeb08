"""Candidates' sessions as their owner sees them: the list, one whole, the timeline, scores, CSV."""

from datetime import timedelta

import pytest
from flask import Flask

from models import CandidateSession, SessionEvent
from models.base import new_id
from models.session import Database
from tests.conftest import Account
from tests.contract.candidate_sessions import (
    SESSIONS,
    Json,
    Known,
    known_assessment,
    sat,
    shown,
    taker,
    timeline,
    walked,
)
from tests.contract.checked import CheckedClient
from tests.contract.stored import changeable

SUMMARY = {
    "id",
    "assessmentId",
    "mode",
    "candidateEmail",
    "candidateName",
    "status",
    "score",
    "passed",
    "startedAt",
    "submittedAt",
    "submittedBy",
}
MAYA = {"candidateEmails": ["maya@example.com"], "candidateNames": ["Maya Okafor"]}


@pytest.fixture
def known(database: Database, account: Account) -> Known:
    return known_assessment(database, account.organization_id)


def listed(client: CheckedClient, query: str = "") -> list[Json]:
    answer = client.get(f"{SESSIONS}{query}")
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.get_json()["sessions"]
    return found


# --- the list ------------------------------------------------------------------------------------


def test_sessions_are_listed_newest_first_with_who_and_how_it_went(
    app: Flask, client: CheckedClient, known: Known
) -> None:
    maya = taker(app, client, known.id, **MAYA)
    maya.save(known.answers("1111--"))
    maya.submit()
    begun = taker(app, client, known.id)
    second, first = listed(client)
    assert set(first) == SUMMARY
    assert (second["id"], second["status"], second["score"], second["passed"]) == (
        begun.session_id,
        "in_progress",
        None,
        None,
    )
    assert (second["candidateEmail"], second["candidateName"], second["submittedBy"]) == (None, None, None)
    assert (first["id"], first["assessmentId"], first["status"]) == (maya.session_id, known.id, "scored")
    assert (first["candidateEmail"], first["candidateName"]) == ("maya@example.com", "Maya Okafor")
    assert (first["score"], first["passed"], first["submittedBy"]) == (67, True, "candidate")
    assert first["startedAt"] <= first["submittedAt"]


def test_the_list_has_pages_and_filters(
    client: CheckedClient, database: Database, account: Account, known: Known
) -> None:
    other = known_assessment(database, account.organization_id)
    mine = sat(database, known, *["111111"] * 5)
    theirs = sat(database, other, *["000000"] * 2)
    found, cursor = [], ""
    for _ in range(4):
        page = client.get(
            f"{SESSIONS}?limit=2&cursor={cursor}" if cursor else f"{SESSIONS}?limit=2"
        ).get_json()
        found += [one["id"] for one in page["sessions"]]
        cursor = page["nextCursor"]
    assert cursor is None
    assert len(found) == 7
    assert set(found) == {*mine, *theirs}
    assert {one["id"] for one in listed(client, f"?assessmentId={known.id}")} == set(mine)
    assert len(listed(client, "?status=scored")) == 7
    assert listed(client, f"?status=in_review&assessmentId={known.id}") == []


def test_test_sessions_say_so_and_may_be_left_out(
    client: CheckedClient, database: Database, known: Known
) -> None:
    [live], [test] = sat(database, known, "111111"), sat(database, known, "000000", mode="test")
    assert {one["id"]: one["mode"] for one in listed(client)} == {live: "live", test: "test"}
    assert [one["id"] for one in listed(client, "?mode=live")] == [live]
    rows = client.get(f"{SESSIONS}.csv?mode=test").text.splitlines()
    assert [row.split(",")[0] for row in rows] == ["id", test]


NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(("query", "status"), [
    (f"?assessmentId={NOBODYS}", 404), ("?assessmentId=x", 404), ("?assessment_id=x", 400),
    ("?status=done", 400), ("?limit=0", 400), ("?limit=101", 400), ("?cursor=x", 400),
])  # fmt: skip
def test_what_is_asked_wrongly_is_refused(client: CheckedClient, query: str, status: int) -> None:
    assert client.get(f"{SESSIONS}{query}").status_code == status


# --- one whole -----------------------------------------------------------------------------------


def test_a_form_s_session_is_shown_with_its_result_and_answers(
    app: Flask, client: CheckedClient, known: Known
) -> None:
    maya = taker(app, client, known.id, **MAYA, extraTimePercent=25)
    maya.save(known.answers("000000"))
    maya.save(known.answers("11-1--"))
    maya.submit()
    found = shown(client, maya.session_id)
    assert found["keyId"] == maya.key_id
    assert found["extraTimePercent"] == 25
    assert found["startedAt"] < found["deadline"]
    assert (found["submission"], found["comment"], found["history"]) == (None, None, [])
    assert found["result"] == {
        "overall": {"score": 50, "passed": True, "cutoff": 50, "correct": 3, "answered": 6, "total": 6},
        "sections": [{"name": "All", "score": 50, "correct": 3, "total": 6}],
        "skills": [
            {"id": "python", "name": "Python", "score": 33, "correct": 1, "total": 3},
            {"id": "git", "name": "Git", "score": 67, "correct": 2, "total": 3},
        ],
    }
    expected = {**known.answers("000000"), **known.answers("11-1--")}
    assert [(one["questionId"], one["answer"]) for one in found["responses"]] == list(expected.items())
    assert [one["isRight"] for one in found["responses"]] == [True, True, False, True, False, False]
    assert [one["version"] for one in found["responses"]] == [2, 2, 1, 2, 1, 1]
    assert [option["text"] for option in found["responses"][0]["options"]] == ["one", "two", "three", "four"]


def test_keys_are_shown_only_when_they_are_asked_for(
    client: CheckedClient, database: Database, known: Known
) -> None:
    [one] = sat(database, known, "1-----")
    plain = shown(client, one)
    assert not [response for response in plain["responses"] if "key" in response]
    assert "It is so" not in str(plain)
    keys = [response["key"] for response in shown(client, one, "?include=keys")["responses"]]
    assert [key["correct"] for key in keys] == [[0], [0], [0, 1], [0, 1, 2], [], []]
    assert keys[0]["explanation"] == "It is so 0."
    assert client.get(f"{SESSIONS}/{one}?include=all").status_code == 400


def test_what_has_not_been_answered_has_no_version(app: Flask, client: CheckedClient, known: Known) -> None:
    begun = taker(app, client, known.id)
    found = shown(client, begun.session_id)
    assert (found["status"], found["result"], found["score"]) == ("in_progress", None, None)
    assert {
        (one["answer"], one["isRight"], one["version"], one["savedAt"]) for one in found["responses"]
    } == {(None, False, 0, None)}


def test_what_was_watched_is_counted_beside_what_is_allowed(
    app: Flask, client: CheckedClient, known: Known
) -> None:
    begun = taker(app, client, known.id)
    begun.tell("tab_switch", "tab_switch", "focus_lost", "paste")
    assert shown(client, begun.session_id)["proctoring"] == {
        "enabled": True,
        "events": [
            {"type": "tab_switch", "count": 2, "limit": 2, "isExceeded": False},
            {"type": "copy", "count": 0, "limit": 0, "isExceeded": False},
            {"type": "paste", "count": 1, "limit": 0, "isExceeded": True},
            {"type": "full_screen_exit", "count": 0, "limit": 0, "isExceeded": False},
        ],
        "exceeded": ["paste"],
    }
    begun.tell("tab_switch", "full_screen_exit")
    assert shown(client, begun.session_id)["proctoring"]["exceeded"] == [
        "tab_switch",
        "paste",
        "full_screen_exit",
    ]


@pytest.mark.parametrize(("changes", "limits"), [
    ({"enabled": False}, [None, None, None, None]),
    ({"copy_paste_blocked": False}, [2, None, None, 0]),
    ({"full_screen": False}, [2, 0, 0, None]),
    ({"tab_switch_limit": 0}, [0, 0, 0, 0]),
])  # fmt: skip
def test_what_is_not_blocked_has_no_limit(
    app: Flask, client: CheckedClient, known: Known, changes: Json, limits: list[int | None]
) -> None:
    begun = taker(app, client, known.id)
    begun.tell("tab_switch", "copy", "paste", "full_screen_exit")
    client.patch(f"/api/v2/assessments/{known.id}", json={"proctoring": changes})
    events = shown(client, begun.session_id)["proctoring"]["events"]
    assert [one["limit"] for one in events] == limits
    assert [one["isExceeded"] for one in events] == [limit == 0 for limit in limits]


# --- the timeline --------------------------------------------------------------------------------


def test_a_timeline_merges_what_the_page_told_and_what_the_server_did(
    app: Flask, client: CheckedClient, known: Known
) -> None:
    one = taker(app, client, known.id)
    one.tell("question_viewed", data={"questionId": known.items[0][0]})
    one.save(known.answers("0-----"))
    one.tell("tab_switch")
    one.save(known.answers("11----"))
    one.submit()
    events = walked(client, one.session_id, 100)
    assert [event["type"] for event in events] == [
        "started",
        "question_viewed",
        "response_saved",
        "tab_switch",
        "response_saved",
        "response_saved",
        "submitted",
        "scored",
    ]
    assert events[1]["data"] == {"questionId": known.items[0][0]}
    assert [events[at]["data"] for at in (2, 4)] == [
        {"questionId": known.items[0][0], "version": version} for version in (1, 2)
    ]
    assert [event["data"] for event in events[-2:]] == [{"by": "candidate"}, {"score": 33, "passed": False}]
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    assert walked(client, one.session_id, 1) == walked(client, one.session_id, 3) == events
    assert len({event["id"] for event in events}) == len(events)
    assert timeline(client, one.session_id, f"?after={events[-1]['id']}") == {"events": [], "hasMore": False}


def test_a_clock_that_lies_moves_no_event_out_of_its_session(
    app: Flask, client: CheckedClient, database: Database, known: Known
) -> None:
    one = taker(app, client, known.id)
    one.tell("copy")
    one.submit()
    for kind, days in (("paste", -400), ("tab_switch", 400)):
        with database.write() as session:
            began = session.get_one(CandidateSession, one.session_id).started_at
            session.add(
                SessionEvent(
                    session_id=one.session_id,
                    event_id=kind,
                    type=kind,
                    happened_at=began + timedelta(days=days),
                    received_at=began,
                    data={},
                )
            )
    events = walked(client, one.session_id, 2)
    # Its own word for the time is told all the same.
    assert [event["type"] for event in events][:3] == ["started", "paste", "tab_switch"]
    assert [event["type"] for event in events][-2:] == ["submitted", "scored"]
    assert events[1]["at"] < events[0]["at"] < events[2]["at"]


@pytest.mark.parametrize("after", ["x", "", "5", "MjAyNS0wMS0wMQ==", "MjAyNS0wMS0wMSAwIDA=", "é"])
def test_what_is_no_event_s_id_is_refused(
    client: CheckedClient, database: Database, known: Known, after: str
) -> None:
    [one] = sat(database, known, "1-----")
    answer = client.get(f"{SESSIONS}/{one}/timeline", query_string={"after": after})
    assert answer.status_code == 400
    assert "after" in answer.get_json()["errors"]


# --- whose ---------------------------------------------------------------------------------------


def test_nobody_else_reads_or_changes_a_session(
    app: Flask,
    client: CheckedClient,
    rival: CheckedClient,
    stranger: CheckedClient,
    database: Database,
    known: Known,
) -> None:
    [one] = sat(database, known, "111111")
    candidate = taker(app, client, known.id).client
    before = changeable(database)
    calls = (("get", ""), ("get", "/timeline"), ("patch", ""), ("delete", ""))
    for caller, unknown, status in (
        (rival, one, 404),
        (stranger, one, 401),
        (candidate, one, 401),
        (client, new_id(), 404),
        (client, "not-an-id", 404),
    ):
        for method, rest in calls:
            body = {"json": {"comment": "x"}} if method == "patch" else {}
            answer = getattr(caller, method)(f"{SESSIONS}/{unknown}{rest}", **body)
            assert answer.status_code == status, (method, rest)
            assert known.id not in answer.text
    assert listed(rival) == []
    assert one not in rival.get(f"{SESSIONS}.csv").text
    assert rival.get(f"{SESSIONS}?assessmentId={known.id}").status_code == 404
    assert rival.get(f"{SESSIONS}.csv?assessmentId={known.id}").status_code == 404
    assert changeable(database) == before


def test_results_stay_when_the_assessment_is_deleted(
    client: CheckedClient, database: Database, known: Known
) -> None:
    [one] = sat(database, known, "111111")
    before = shown(client, one)
    assert client.delete(f"/v1/assessments/{known.id}").status_code == 200
    assert shown(client, one) == before
    assert [row["id"] for row in listed(client)] == [one]
    query = f"?assessmentId={known.id}"
    assert [row["id"] for row in listed(client, query)] == [one]
    assert one in client.get(f"{SESSIONS}.csv{query}").text
    for figures in ("cohort-stats", "item-stats"):
        assert client.get(f"/v1/assessments/{known.id}/{figures}").get_json()["n"] == 1
