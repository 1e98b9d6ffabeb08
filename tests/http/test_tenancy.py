"""Whatever names an id answers its owner alone: every route of the OpenAPI document, with every foreign key.

A stranger's answer must be the one that it gets for an id that nobody has, so that it doesn't even tell
that there is something.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from models.base import new_id
from models.session import Database
from tests.conftest import Account
from tests.contract.candidate_sessions import TAKING, Known, Taker, known_assessment, taker
from tests.contract.candidates import keys, rubric, task
from tests.contract.checked import ADDRESSES, CheckedClient, client_of, document
from tests.contract.jobs import status_of, submit
from tests.contract.stored import changeable
from tests.contract.verifications import Begin, Json, Work, session_client

# It stands in every text that the owner can give, so it must be in no stranger's answer.
MARK = "Zanzibar"
HOOK = f"https://{MARK}.example/hook"
UUID_LENGTH = 36
# What an organisation calls its own students says nothing of another's: it is a filter.
NAMED_BY_OWNER = {"studentId"}


@dataclass(frozen=True)
class Route:
    """An operation that names an id: in its path, or as a part of its query."""

    method: str
    path: str
    ids: tuple[str, ...]
    query: tuple[str, ...]
    caller: str

    def address(self, known: dict[str, str]) -> str:
        """The path and query with such ids."""
        asked = "&".join(f"{name}={known[name]}" for name in self.query)
        return self.path.format(**known) + (f"?{asked}" if asked else "")


def routes(app: Flask) -> Iterator[Route]:
    """The routes of the document that name an id, and with what they are called: "key" or a candidate's."""
    described = document(app)
    for path, item in described["paths"].items():
        for method, operation in item.items():
            if "operationId" not in operation:
                continue
            named = [*item.get("parameters", []), *operation.get("parameters", [])]
            ids = tuple(one["name"] for one in named if one["in"] == "path")
            query = tuple(
                one["name"]
                for one in named
                if one["in"] == "query" and one["name"].endswith("Id")
                if one["name"] not in NAMED_BY_OWNER
            )
            if ids or query:
                [caller] = {name for one in operation.get("security", [{"key": []}]) for name in one}
                yield Route(method, path, ids, query, caller)


# What the routes with a body take; a body that is wrong might be refused before the id is looked up.
BODIES: dict[tuple[str, str], Json] = {
    ("patch", "/api/v2/assessments/{assessment_id}"): {"name": "Mine"},
    ("patch", "/api/v2/assessments/{assessment_id}/questions/{question_id}"): {"question": "Whose is it?"},
    ("post", "/v1/assessments/{assessment_id}/keys"): {"count": 1},
    ("patch", "/v1/rubrics/{rubric_id}"): {"name": "Mine"},
    ("patch", "/api/v2/webhook-endpoints/{endpoint_id}"): {"description": "Mine"},
    ("patch", "/v1/sessions/{session_id}"): {"comment": "Mine."},
    ("put", "/v1/candidate/session/responses/{question_id}"): {"answer": "north"},
}


@dataclass(frozen=True)
class Owned:
    """What an organisation has: an id of each kind, and those who act for it."""

    ids: dict[str, str]
    candidate: Taker
    token: str


@pytest.fixture
def owned(
    app: Flask, client: CheckedClient, database: Database, account: Account, work: Work, begin: Begin
) -> Owned:
    job_id = submit(client, number_of_questions=5, external_id=MARK)
    work(job_id)
    made: Known = known_assessment(
        database, account.organization_id, name=f"Backend {MARK}", summary=MARK, role=MARK
    )
    [spare] = keys(client, made.id)
    candidate = taker(app, client, made.id, candidates=[{"name": MARK, "email": "z@example.com"}])
    candidate.save(made.answers("101011"))
    candidate.tell("tab_switch", data={"seconds": 3})
    student = begin(name=MARK).ready()
    task(client, name=MARK)
    told = client.post("/api/v2/webhook-endpoints", json={"url": HOOK, "description": MARK}).get_json()
    ping = client.post(f"/api/v2/webhook-endpoints/{told['id']}/ping").get_json()
    assert status_of(client, job_id)["status"] == "completed"
    ids = {
        "job_id": job_id,
        "assessment_id": made.id,
        "assessmentId": made.id,
        "question_id": made.items[0][0],
        "record_id": student.record_id,
        "key_id": spare["id"],
        "rubric_id": rubric(client, name=MARK)["id"],
        "session_id": candidate.session_id,
        "sessionId": candidate.session_id,
        "endpoint_id": told["id"],
        "delivery_id": ping["id"],
    }
    return Owned(ids, candidate, student.token)


def nobodys(ids: dict[str, str]) -> dict[str, str]:
    """Ids of the same shapes that name nothing."""
    fresh = {}
    for name, value in ids.items():
        one = new_id()
        fresh[name] = (
            one if len(value) == UUID_LENGTH else value.rpartition("_")[0] + "_" + one.replace("-", "")
        )
    return fresh


def asked(client: CheckedClient, route: Route, ids: dict[str, str]) -> TestResponse:
    """What the client is answered there."""
    # Wrong keys are counted by address, and that is not what is asked here.
    client.environ_base["REMOTE_ADDR"] = str(IPv4Address(next(ADDRESSES)))
    body = BODIES.get((route.method, route.path))
    sent: dict[str, Any] = {} if body is None else {"json": body}
    return client.open(route.address(ids), method=route.method.upper(), **sent)


def told(answer: TestResponse, ids: dict[str, str]) -> str:
    """The answer's text without the ids that the call itself named."""
    text = answer.text
    for value in ids.values():
        text = text.replace(value, "ID")
    return text


def test_no_key_but_the_owners_reads_or_changes_what_an_id_names(
    app: Flask, owned: Owned, rival: CheckedClient, database: Database, begin: Begin
) -> None:
    organizations = {
        "another organisation": (rival, 404),
        "a candidate of the owner": (client_of(app, owned.candidate.key), 401),
        "a student of the owner": (session_client(app, owned.token), 401),
        "nobody": (client_of(app), 401),
    }
    fresh = nobodys(owned.ids)
    before = changeable(database)
    tried = 0
    for route in [one for one in routes(app) if one.caller == "key"]:
        for who, (client, status) in organizations.items():
            answer = asked(client, route, owned.ids)
            where = f"{who}: {route.method.upper()} {route.path}{route.query or ''}"
            assert answer.status_code == status, f"{where}: {answer.status_code} {answer.text}"
            assert MARK not in answer.text, where
            assert told(answer, owned.ids) == told(asked(client, route, fresh), fresh), where
            tried += 1
    assert changeable(database) == before
    # Fewer would mean that the search for routes has gone blind.
    assert tried >= 4 * 30


def test_no_key_but_the_candidates_reads_or_changes_their_answers(
    app: Flask,
    owned: Owned,
    client: CheckedClient,
    rival: CheckedClient,
    database: Database,
    other_account: Account,
) -> None:
    theirs = known_assessment(database, other_account.organization_id)
    candidates = {
        "a candidate of another organisation": (taker(app, rival, theirs.id).client, 404),
        "the owner": (client, 401),
        "another organisation": (rival, 401),
        "a student of the owner": (session_client(app, owned.token), 401),
        "nobody": (client_of(app), 401),
    }
    fresh = nobodys(owned.ids)
    before = changeable(database)
    found = [one for one in routes(app) if one.caller == "candidate"]
    for route in found:
        for who, (caller, status) in candidates.items():
            answer = asked(caller, route, owned.ids)
            assert answer.status_code == status, f"{who}: {route}: {answer.status_code} {answer.text}"
            assert told(answer, owned.ids) == told(asked(caller, route, fresh), fresh), f"{who}: {route}"
    assert changeable(database) == before
    assert found


@pytest.mark.parametrize("path", [TAKING, f"{TAKING}/submit", f"{TAKING}/events"])
def test_a_candidates_session_is_nobody_elses(
    app: Flask, owned: Owned, client: CheckedClient, rival: CheckedClient, path: str
) -> None:
    for caller in (client, rival, session_client(app, owned.token), client_of(app)):
        for method in ("GET", "POST") if path == TAKING else ("POST",):
            assert caller.open(path, method=method).status_code == 401


def test_the_owner_is_answered_on_every_one_of_these_routes(
    app: Flask, owned: Owned, client: CheckedClient, account: Account
) -> None:
    callers = {"key": client, "candidate": owned.candidate.client}
    reading = [one for one in routes(app) if one.method == "get"]
    answers = {route.path: asked(callers[route.caller], route, owned.ids) for route in reading}
    refused = {path: answer.text for path, answer in answers.items() if answer.status_code != 200}
    assert not refused
    assert sum(MARK in answer.text for answer in answers.values()) >= 8
