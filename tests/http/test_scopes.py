"""What a key may do, until when, and what is kept of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from api import services as services_module
from api.scopes import ADMIN_BLUEPRINTS, ADMINS, scope_of
from models.base import new_id, utcnow
from models.organizations import ADMIN, GENERATE, READ, SCOPES, ApiKey, Organization, prefix_of
from models.session import Database
from settings import Settings
from tests.conftest import Account
from tests.contract.candidates import ASSESSMENTS_C, TASK, task
from tests.contract.checked import CheckedClient, client_of
from tests.contract.jobs import EXECUTIONS
from tests.contract.jobs import GENERATE as GENERATE_AI
from tests.contract.stored import changeable
from tests.jobs import standing_clock
from tests.stack import BODY

AUDIT = "/api/v2/audit-log"
# A call of each scope, and what it is answered where it may be made.
CALLS: dict[str, tuple[Callable[[CheckedClient, str], int], int]] = {
    READ: (lambda client, _: client.get(EXECUTIONS).status_code, 200),
    GENERATE: (lambda client, _: client.post(ASSESSMENTS_C, json=TASK).status_code, 201),
    ADMIN: (lambda client, made: client.delete(f"{ASSESSMENTS_C}/{made}").status_code, 200),
}


@pytest.fixture
def new_key(database: Database, settings: Settings, account: Account) -> Callable[..., str]:
    """Makes another key of the organisation."""

    def make(*scopes: str, days: int | None = None) -> str:
        with database.write() as session:
            organization = session.get_one(Organization, account.organization_id)
            expires_at = utcnow() + timedelta(days=days) if days else None
            return ApiKey.create(
                session, organization, "live", settings.secret_key, scopes or SCOPES, expires_at
            )

    return make


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look a key up at each call."""
    monkeypatch.setattr(services_module, "CALLER_KEPT", 0.0)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("needed", SCOPES)
def test_a_key_does_what_its_scope_lets_it_and_nothing_else(
    app: Flask,
    client: CheckedClient,
    database: Database,
    new_key: Callable[..., str],
    scope: str,
    needed: str,
) -> None:
    made, narrow = task(client)["id"], client_of(app, new_key(scope))
    # Stored at the first call, so that the second changes nothing.
    narrow.get(EXECUTIONS)
    before = changeable(database)
    call, status = CALLS[needed]
    if scope == needed:
        assert call(narrow, made) == status
        return
    assert call(narrow, made) == 403
    assert changeable(database) == before


def test_the_refusal_names_what_is_missing_in_each_envelope(app: Flask, new_key: Callable[..., str]) -> None:
    narrow = client_of(app, new_key(READ))
    answer = narrow.post(GENERATE_AI, json=BODY)
    assert answer.get_json() == {
        "error": "This key may not do this: it needs the scope generate, and the key has read."
    }
    answer = narrow.post("/api/v1/verify", json={})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "OUT_OF_SCOPE")


def test_every_name_in_the_table_of_scopes_is_a_view(app: Flask) -> None:
    views = set(app.view_functions)
    assert views >= ADMINS
    assert {view.partition(".")[0] for view in views} >= ADMIN_BLUEPRINTS
    assert {
        scope_of(rule.endpoint, "DELETE") for rule in app.url_map.iter_rules() if "DELETE" in rule.methods
    } == {
        GENERATE,
        ADMIN,
    }
    # What takes a key back can be made good by a new one.
    lesser = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "DELETE" in rule.methods and scope_of(rule.endpoint, "DELETE") != ADMIN
    }
    assert lesser == {"candidate_keys.revoke"}


def test_a_key_that_has_expired_opens_nothing(app: Flask, new_key: Callable[..., str]) -> None:
    with standing_clock() as clock:
        client = client_of(app, new_key(days=2))
        assert client.get(EXECUTIONS).status_code == 200
        clock.forward(days=2)
        answer = client.get(EXECUTIONS)
        assert (answer.status_code, answer.get_json()) == (401, {"error": "Invalid API key"})


def test_a_key_that_is_rotated_works_on_for_the_overlap(
    app: Flask, database: Database, settings: Settings, account: Account, new_key: Callable[..., str]
) -> None:
    old = new_key(READ, GENERATE)
    with standing_clock() as clock:
        with database.write() as session:
            organization = session.get_one(Organization, account.organization_id)
            new = ApiKey.rotate(
                session, organization, prefix_of(old), timedelta(hours=24), settings.secret_key
            )
        assert [client_of(app, key).get(EXECUTIONS).status_code for key in (old, new)] == [200, 200]
        assert client_of(app, new).get(AUDIT).status_code == 403
        clock.forward(hours=24)
        assert [client_of(app, key).get(EXECUTIONS).status_code for key in (old, new)] == [401, 200]


def used_at(database: Database, key: str) -> object:
    with database.read() as session:
        return session.scalar(select(ApiKey.last_used_at).where(ApiKey.prefix == prefix_of(key)))


def test_the_last_use_is_stored_once_a_minute(
    app: Flask, database: Database, new_key: Callable[..., str]
) -> None:
    with standing_clock() as clock:
        key = new_key()
        client, first = client_of(app, key), clock.now
        assert used_at(database, key) is None
        for seconds in (0, 59):
            clock.forward(seconds=seconds)
            client.get(EXECUTIONS)
            assert used_at(database, key) == first
        clock.forward(seconds=1)
        client.get(EXECUTIONS)
        assert used_at(database, key) == clock.now


# --- what was changed --------------------------------------------------------------------------


def test_each_change_is_kept_with_who_made_it_and_nothing_that_was_written(
    client: CheckedClient, rival: CheckedClient, account: Account
) -> None:
    made = task(client, name="Zanzibar")["id"]
    headers = {"Idempotency-Key": new_id()}
    for _ in range(2):
        answer = client.post(f"{ASSESSMENTS_C}/{made}/keys", json={"count": 1}, headers=headers)
    [key] = answer.get_json()["keys"]
    client.delete(f"{ASSESSMENTS_C}/{made}/keys/{key['id']}")
    client.delete(f"{ASSESSMENTS_C}/{made}/keys/{key['id']}")
    client.delete(f"{ASSESSMENTS_C}/{made}")
    client.get(EXECUTIONS)
    entries = client.get(AUDIT).get_json()["entries"]
    assert [(one["action"], one["subject"]) for one in entries] == [
        ("organisation_assessments.delete", {"assessment_id": made}),
        ("candidate_keys.revoke", {"assessment_id": made, "key_id": key["id"]}),
        ("candidate_keys.create", {"assessment_id": made}),
        ("organisation_assessments.create", {"id": made}),
    ]
    assert {one["actor"] for one in entries} == {f"api_key:{prefix_of(account.key)}"}
    assert "Zanzibar" not in str(entries)
    assert rival.get(AUDIT).get_json()["entries"] == []


def test_the_audit_log_goes_on_below_an_entry(client: CheckedClient) -> None:
    made = [task(client)["id"] for _ in range(3)]
    page = client.get(f"{AUDIT}?limit=2").get_json()
    rest = client.get(f"{AUDIT}?limit=2&before={page['entries'][-1]['id']}").get_json()
    assert [one["subject"]["id"] for one in page["entries"] + rest["entries"]] == made[::-1]
    assert (page["has_more"], rest["has_more"]) == (True, False)
    assert client.get(f"{AUDIT}?before=0").status_code == 400
