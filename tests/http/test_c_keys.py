"""`/v1/assessments/{id}/keys`: who gets keys, when they are refused, how they are shown and revoked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import CandidateKey, IdempotentRequest
from models.base import iso_time, new_id
from models.session import Database
from settings import Settings
from tests.conftest import Account, new_account
from tests.contract.candidates import ASSESSMENTS_C, Json, keys, made_assessment, task
from tests.contract.checked import CheckedClient, client_of
from tests.contract.fixtures import Counts
from tests.contract.jobs import ASSESSMENTS
from tests.jobs import standing_clock
from tests.sittings import key_of_text

Rows = Callable[[], Counts]
Work = Callable[[str], None]
MAYA, JO = "maya@example.com", "jo@example.com"


@pytest.fixture
def made(client: CheckedClient) -> str:
    """A task's id."""
    assessment_id: str = task(client)["id"]
    return assessment_id


def at(assessment_id: str, key_id: str = "") -> str:
    return f"{ASSESSMENTS_C}/{assessment_id}/keys" + (f"/{key_id}" if key_id else "")


def listed(client: CheckedClient, assessment_id: str, query: str = "") -> list[Json]:
    answer = client.get(at(assessment_id) + query)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.get_json()["keys"]
    return found


# what is sent -> email, name and extra time of each key
NAMED: dict[str, tuple[Json, list[tuple[str | None, str | None, int]]]] = {
    "nobody": ({"count": 2}, [(None, None, 0)] * 2),
    "null lists": (
        {"count": 1, "candidateEmails": None, "candidateNames": None, "candidates": None},
        [(None, None, 0)],
    ),
    "emails": ({"count": 2, "candidateEmails": [MAYA, JO]}, [(MAYA, None, 0), (JO, None, 0)]),
    "lists of two lengths": (
        {"count": 3, "candidateEmails": [MAYA], "candidateNames": ["Maya", "Jo"]},
        [(MAYA, "Maya", 0), (None, "Jo", 0), (None, None, 0)],
    ),
    "a gap": ({"count": 2, "candidateEmails": [None, JO]}, [(None, None, 0), (JO, None, 0)]),
    "time for all": (
        {"count": 2, "candidateEmails": [MAYA], "extraTimePercent": 25},
        [(MAYA, None, 25), (None, None, 25)],
    ),
    "candidates": (
        {"count": 2, "candidates": [{"email": MAYA, "name": " Maya ", "extraTimePercent": 50}]},
        [(MAYA, "Maya", 50), (None, None, 0)],
    ),
    "time for all but one": (
        {"count": 2, "extraTimePercent": 10, "candidates": [{"extraTimePercent": 0}, {"name": "Jo"}]},
        [(None, None, 0), (None, "Jo", 10)],
    ),
    "the most time": ({"count": 1, "extraTimePercent": 300}, [(None, None, 300)]),
    "the same person twice": ({"count": 2, "candidateEmails": [MAYA, MAYA]}, [(MAYA, None, 0)] * 2),
}
# what is sent -> the field that the refusal names
REFUSED: dict[str, tuple[Json, str]] = {
    "no count": ({}, "count"),
    "no key": ({"count": 0}, "count"),
    "too many": ({"count": 51}, "count"),
    "a count as a text": ({"count": "2"}, "count"),
    "more emails than keys": ({"count": 1, "candidateEmails": [MAYA, JO]}, "candidateEmails"),
    "more names than keys": ({"count": 1, "candidateNames": ["Maya", "Jo"]}, "candidateNames"),
    "more candidates than keys": ({"count": 1, "candidates": [{}, {}]}, "candidates"),
    "a bad email": ({"count": 2, "candidateEmails": [MAYA, "jo"]}, "candidateEmails.1"),
    "a long email": ({"count": 1, "candidateEmails": [f"{'x' * 320}@a.example"]}, "candidateEmails.0"),
    "a blank name": ({"count": 1, "candidateNames": [" "]}, "candidateNames.0"),
    "a long name": ({"count": 1, "candidateNames": ["x" * 201]}, "candidateNames.0"),
    "less time": ({"count": 1, "extraTimePercent": -1}, "extraTimePercent"),
    "too much time": ({"count": 1, "extraTimePercent": 301}, "extraTimePercent"),
    "half a percent": ({"count": 1, "extraTimePercent": 2.5}, "extraTimePercent"),
    "too much for one": (
        {"count": 1, "candidates": [{"extraTimePercent": 301}]},
        "candidates.0.extraTimePercent",
    ),
    "a bad candidate": ({"count": 1, "candidates": [{"mail": MAYA}]}, "candidates.0.mail"),
    "two ways to name": ({"count": 2, "candidates": [{}], "candidateNames": ["Jo"]}, "candidates"),
    "an unknown field": ({"count": 1, "emails": [MAYA]}, "emails"),
}


@pytest.mark.parametrize("case", NAMED)
def test_keys_are_made_for_whoever_is_named_and_then_for_nobody(
    client: CheckedClient, made: str, case: str
) -> None:
    sent, expected = NAMED[case]
    found = keys(client, made, **sent)
    assert [
        (one["candidateEmail"], one["candidateName"], one["extraTimePercent"]) for one in found
    ] == expected
    assert {(one["assessmentId"], one["status"]) for one in found} == {(made, "active")}
    assert {one["redeemedAt"] or one["completedAt"] for one in found} == {None}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused_by_its_field_and_makes_no_key(
    client: CheckedClient, made: str, rows: Rows, case: str
) -> None:
    sent, field = REFUSED[case]
    before = rows()
    answer = client.post(at(made), json=sent)
    assert answer.status_code == 400
    assert field in answer.get_json()["errors"], answer.text
    assert rows() == before


def test_fifty_keys_at_once_are_fifty_different_ones(client: CheckedClient, made: str) -> None:
    found = keys(client, made, 50)
    assert len({one["key"] for one in found}) == len({one["id"] for one in found}) == 50


def test_a_key_is_shown_once_and_stored_as_a_hash(
    client: CheckedClient, database: Database, made: str
) -> None:
    [key] = keys(client, made, candidateEmails=[MAYA])
    assert key["key"].startswith("ck_live_")
    assert listed(client, made) == [{name: value for name, value in key.items() if name != "key"}]
    assert client.get(f"{ASSESSMENTS_C}/{made}").text.count(key["key"]) == 0
    with database.read() as session:
        row = session.get_one(CandidateKey, key["id"])
        stored = str([getattr(row, column.name) for column in CandidateKey.__table__.columns])
    assert key["key"] not in stored
    assert key["key"].removeprefix("ck_live_")[10:] not in stored


def test_in_test_mode_the_keys_say_so(
    app: Flask, database: Database, settings: Settings, account: Account
) -> None:
    tester = client_of(app, new_account(database, settings, f"Acme test {new_id()}", "test").key)
    [key] = keys(tester, task(tester)["id"])
    assert key["key"].startswith("ck_test_")
    with database.read() as session:
        found = key_of_text(session, key["key"], settings.secret_key)
        assert found is not None
        assert (found.id, found.mode) == (key["id"], "test")


@pytest.mark.parametrize("days", [1, 7, 365])
def test_a_key_expires_so_many_days_after_it_is_made(client: CheckedClient, days: int) -> None:
    with standing_clock() as clock:
        made = task(client, expiresInDays=days)["id"]
        clock.forward(days=100)
        [key] = keys(client, made)
        assert key["expiresAt"] == iso_time(clock.now + timedelta(days=days))
        clock.forward(days=days, milliseconds=-1)
        assert listed(client, made)[0]["status"] == "active"
        clock.forward(milliseconds=1)
        assert listed(client, made)[0]["status"] == "expired"


def test_the_call_that_makes_keys_may_say_for_how_long(client: CheckedClient, made: str) -> None:
    with standing_clock() as clock:
        [key] = keys(client, made, expiresInDays=30)
        assert key["expiresAt"] == iso_time(clock.now + timedelta(days=30))


def test_keys_are_listed_as_their_candidates_were_named(client: CheckedClient, made: str) -> None:
    names = [f"Candidate {place:02}" for place in range(20)]
    keys(client, made, 20, candidateNames=names)
    assert [one["candidateName"] for one in listed(client, made)] == names


def test_the_list_is_oldest_first_and_goes_on_at_its_cursor(client: CheckedClient, made: str) -> None:
    with standing_clock() as clock:
        ids = []
        for _ in range(3):
            clock.forward(seconds=1)
            ids += [one["id"] for one in keys(client, made, 2)]
    assert [one["id"] for one in listed(client, made)] == ids
    page = client.get(f"{at(made)}?limit=4").get_json()
    rest = client.get(f"{at(made)}?limit=4&cursor={page['nextCursor']}").get_json()
    assert [one["id"] for one in page["keys"] + rest["keys"]] == ids
    assert rest["nextCursor"] is None
    assert client.get(f"{at(made)}?limit=0").status_code == 400


def test_a_revoked_key_is_gone_and_can_t_be_revoked_again(
    client: CheckedClient, database: Database, settings: Settings, made: str, rows: Rows
) -> None:
    first, second = keys(client, made, 2)
    before = rows()
    answer = client.delete(at(made, first["id"]))
    assert (answer.status_code, answer.get_json()) == (200, {"ok": True, "id": first["id"]})
    assert client.delete(at(made, first["id"])).status_code == 404
    assert [one["id"] for one in listed(client, made)] == [second["id"]]
    assert rows() == before
    with database.read() as session:
        found = key_of_text(session, first["key"], settings.secret_key)
        assert found is not None
        assert found.status == "revoked"


def test_a_key_is_found_under_its_own_assessment_only(
    client: CheckedClient, rival: CheckedClient, made: str
) -> None:
    [key] = keys(client, made)
    other = task(client, name="Another")["id"]
    theirs = task(rival)["id"]
    for caller, path in (
        (client, at(other, key["id"])),
        (client, at(theirs, key["id"])),
        (rival, at(made, key["id"])),
        (rival, at(theirs, key["id"])),
        (client, at(made, new_id())),
        (client, at(made, "malformed")),
    ):
        assert caller.delete(path).status_code == 404
    assert [one["id"] for one in listed(client, made)] == [key["id"]]
    assert rival.post(at(made), json={"count": 1}).status_code == 404
    assert rival.get(at(made)).status_code == 404


def test_only_an_organisation_s_key_makes_keys(
    app: Flask, client: CheckedClient, stranger: CheckedClient, made: str, rows: Rows
) -> None:
    candidate = client_of(app, keys(client, made)[0]["key"])
    before = rows()
    for caller in (stranger, candidate):
        for answer in (caller.post(at(made), json={"count": 1}), caller.get(at(made))):
            assert (answer.status_code, answer.get_json()) == (401, {"error": "Invalid API key"})
    assert rows() == before


def test_where_approval_is_required_a_draft_has_no_keys_and_a_task_needs_none(
    app: Flask, client: CheckedClient, work: Work, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = app.extensions["assessgen"]
    generated, own = made_assessment(client, work), task(client)["id"]
    monkeypatch.setattr(services, "settings", replace(services.settings, require_approval=True))
    before = rows()
    answer = client.post(at(generated), json={"count": 1}, headers={"Idempotency-Key": "early"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "NOT_APPROVED")
    assert rows() == before
    assert client.post(f"{ASSESSMENTS}/{generated}/approve").status_code == 200
    again = client.post(at(generated), json={"count": 1}, headers={"Idempotency-Key": "early"})
    assert again.status_code == 201
    assert len(keys(client, own)) == 1


def test_a_repeated_request_with_its_key_shows_the_same_keys_and_makes_no_more(
    client: CheckedClient, database: Database, made: str
) -> None:
    def send(**more: Any) -> Any:
        body = {"count": 2, "candidateEmails": [MAYA], **more}
        return client.post(at(made), json=body, headers={"Idempotency-Key": "keys-1"})

    first, again = send(), send()
    assert (first.status_code, again.status_code, again.data) == (201, 201, first.data)
    assert len(listed(client, made)) == 2
    assert send(count=3).status_code == 422
    # The answer that is kept for it is sealed.
    with database.read() as session:
        text = " ".join(
            session.scalars(select(IdempotentRequest.body).where(IdempotentRequest.body.is_not(None)))
        )
    assert first.get_json()["keys"][0]["key"] not in text
    assert MAYA not in text


def test_no_key_outlives_an_assessment_that_is_deleted_at_the_same_time(
    app: Flask, account: Account, client: CheckedClient, database: Database
) -> None:
    for _ in range(5):
        made = task(client)["id"]
        callers = [client_of(app, account.key) for _ in range(4)]
        with ThreadPoolExecutor(4) as threads:
            makers = [threads.submit(caller.post, at(made), json={"count": 5}) for caller in callers[:3]]
            deleted = threads.submit(callers[3].delete, f"{ASSESSMENTS_C}/{made}").result()
            answers = [maker.result() for maker in makers]
        assert deleted.status_code == 200
        assert {answer.status_code for answer in answers} <= {201, 404}
        with database.read() as session:
            stored = session.scalars(select(CandidateKey).where(CandidateKey.assessment_id == made)).all()
        assert len(stored) == 5 * sum(answer.status_code == 201 for answer in answers)
        assert {key.status for key in stored} <= {"revoked"}
