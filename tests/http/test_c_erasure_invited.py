"""Erasing whom a key was made for: before they begin, after it, and when key or assessment are gone."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import CandidateKey, CandidateSession, candidate_erasure, taking
from models.base import new_id
from models.session import Database
from tests.conftest import Account
from tests.contract.candidate_sessions import SESSIONS, TAKING, Known, known_assessment
from tests.contract.candidates import ASSESSMENTS_C, Json, keys
from tests.contract.checked import CheckedClient, client_of
from tests.contract.persons import left
from tests.contract.stored import changeable

Invite = Callable[[], Json]


@pytest.fixture
def known(database: Database, account: Account) -> Known:
    return known_assessment(database, account.organization_id)


@pytest.fixture
def marks() -> dict[str, str]:
    """A word that nobody else has."""
    return {"name": "qn" + "".join(chr(ord("a") + int(digit, 16)) for digit in new_id().replace("-", ""))}


@pytest.fixture
def invite(client: CheckedClient, known: Known, marks: dict[str, str]) -> Invite:
    """Makes a key for the person."""
    person = {"email": f"{marks['name']}@mail.example", "name": f"Dr. {marks['name']}"}
    return lambda: keys(client, known.id, candidates=[person])[0]


def address(known: Known, key: Json) -> str:
    return f"{ASSESSMENTS_C}/{known.id}/keys/{key['id']}/candidate"


def erase(client: CheckedClient, known: Known, key: Json) -> None:
    answer = client.delete(address(known, key))
    assert answer.status_code == 200, answer.text
    assert answer.get_json() == {"ok": True, "id": key["id"]}


def revoke(client: CheckedClient, known: Known, key: Json) -> None:
    assert client.delete(f"{ASSESSMENTS_C}/{known.id}/keys/{key['id']}").status_code == 200


def delete(client: CheckedClient, known: Known, key: Json) -> None:
    assert client.delete(f"{ASSESSMENTS_C}/{known.id}").status_code == 200


@pytest.mark.parametrize("before", [None, revoke, delete])
def test_who_never_began_is_erased_and_can_begin_no_more(
    app: Flask,
    client: CheckedClient,
    database: Database,
    known: Known,
    invite: Invite,
    marks: dict[str, str],
    before: Callable[..., None] | None,
) -> None:
    key = invite()
    assert left(database, marks) == {"name": {"candidate_keys"}}
    if before is not None:
        before(client, known, key)
    erase(client, known, key)
    assert left(database, marks) == {}
    answer = client_of(app, key["key"]).post(TAKING)
    assert answer.status_code in (401, 403), answer.text
    # Again, nothing more happens.
    rows = changeable(database)
    erase(client, known, key)
    assert changeable(database) == rows


def test_who_began_is_erased_with_the_session(
    app: Flask, client: CheckedClient, database: Database, known: Known, invite: Invite, marks: dict[str, str]
) -> None:
    key = invite()
    candidate = client_of(app, key["key"])
    session_id = candidate.post(TAKING).get_json()["sessionId"]
    typed = {"answer": f"call {marks['name']}"}
    assert candidate.put(f"{TAKING}/responses/{known.items[5][0]}", json=typed).status_code == 200
    erase(client, known, key)
    assert left(database, marks) == {}
    assert client.get(f"{SESSIONS}/{session_id}").status_code == 404
    rows = changeable(database)
    erase(client, known, key)
    assert changeable(database) == rows


def test_the_replay_of_the_answer_that_made_the_key_names_nobody(
    client: CheckedClient, known: Known, marks: dict[str, str]
) -> None:
    headers = {"Idempotency-Key": f"keys-{new_id()}"}
    path, body = f"{ASSESSMENTS_C}/{known.id}/keys", {"count": 1, "candidateNames": [marks["name"]]}
    [key] = client.post(path, json=body, headers=headers).get_json()["keys"]
    erase(client, known, key)
    again = client.post(path, json=body, headers=headers)
    assert again.status_code == 409
    assert marks["name"] not in again.text


def test_who_begins_at_this_moment_is_left_alone_until_the_caller_tries_again(
    app: Flask,
    client: CheckedClient,
    database: Database,
    known: Known,
    invite: Invite,
    marks: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = invite()
    held = candidate_erasure._held_key

    def late(session: Any, key_id: str) -> CandidateKey:
        # On SQLite one connection writes at a time: what came before is made by this one.
        if not session.scalar(select(CandidateSession.id).where(CandidateSession.key_id == key_id)):
            taking.start(session, key_id, require_approval=False)
        return held(session, key_id)

    monkeypatch.setattr(candidate_erasure, "_held_key", late)
    answer = client.delete(address(known, key))
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert left(database, marks) == {"name": {"candidate_keys"}}
    monkeypatch.undo()
    erase(client, known, key)
    assert left(database, marks) == {}


def test_nobody_else_s_candidate_can_be_erased(
    client: CheckedClient,
    rival: CheckedClient,
    database: Database,
    account: Account,
    known: Known,
    invite: Invite,
) -> None:
    key, other = invite(), known_assessment(database, account.organization_id)
    rows = changeable(database)
    assert rival.delete(address(known, key)).status_code == 404
    assert client.delete(address(other, key)).status_code == 404
    assert client.delete(address(known, {"id": "nothing"})).status_code == 404
    assert changeable(database) == rows
