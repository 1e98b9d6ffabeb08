"""Who may call: every route but a short list wants an organisation's key, in one of three headers."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.console.paths import is_page
from models.credentials import ALPHABET
from models.organizations import ApiKey, Organization
from models.session import Database
from tests.conftest import Account
from tests.contract.checked import CheckedClient
from tests.contract.fixtures import Counts
from tests.contract.jobs import ASSESSMENTS, EXECUTIONS, GENERATE, submit
from tests.stack import BODY, until

# Everything else wants a key. An entry here is a decision, with its reason.
PUBLIC = {
    "/": "where things are",
    "/docs": "the documentation",
    "/docs/assets/<name>": "its assets",
    "/static/<path:filename>": "its style and script",
    "/openapi.json": "what the documentation is made from",
    "/healthz": "asked by the platform, which has no key",
    "/readyz": "asked by the platform, which has no key",
    "/metrics": "not there by default; else it asks for a token of its own (test_metrics.py)",
}
# Of the pages, those that a stranger may see.
PUBLIC_PAGES = {
    "/console/sign-in": "the door",
    "/console/assets/<version>/<name>": "their style and scripts",
    "/take": "the candidates' door",
}


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every route: its rule, an address of it, and each of its methods."""
    for rule in app.url_map.iter_rules():
        _, address = rule.build(dict.fromkeys(rule.arguments, "x")) or ("", "")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.rule, address, method


def is_refused(response: TestResponse) -> bool:
    """Whether the caller was sent away for want of a key, or of a session, as the contract words it."""
    if response.status_code != 400:
        return response.status_code == 401
    error = response.get_json()["error"]
    return isinstance(error, dict) and error["code"] == "MISSING_VERIFICATION_ID"


def test_every_route_wants_a_key_or_is_on_the_short_public_list(
    app: Flask, stranger: CheckedClient, rows: Callable[[], Counts]
) -> None:
    before = rows()
    seen = set()
    for rule, address, method in routes(app):
        if is_page(address):
            continue
        response = stranger.open(address, method=method, json=BODY if method == "POST" else None)
        assert is_refused(response) == (rule not in PUBLIC), f"{method} {rule}: {response.status_code}"
        seen.add(rule)
    assert rows() == before
    assert set(PUBLIC) <= seen, "the list names routes that are gone"
    assert len(seen - set(PUBLIC)) >= 9


def is_led_to_the_door(response: TestResponse) -> bool:
    """Whether the visitor was led to sign in, was told that the key is wrong, or had sent no form of ours."""
    if response.status_code == 302:
        return response.headers["Location"].partition("?")[0] in ("/console/sign-in", "/take")
    return response.status_code == 401 or (response.status_code == 400 and "was not ours" in response.text)


def test_every_page_leads_a_stranger_to_a_door(app: Flask, rows: Callable[[], Counts]) -> None:
    before = rows()
    seen = set()
    for rule, address, method in routes(app):
        if not is_page(address) or (rule in PUBLIC_PAGES and method == "GET"):
            continue
        response = app.test_client().open(address, method=method, data={} if method == "POST" else None)
        assert is_led_to_the_door(response), f"{method} {rule}: {response.status_code}"
        seen.add(rule)
    assert rows() == before
    assert len(seen) >= 40


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/openapi.json", "/healthz", "/readyz", "/docs/assets/swagger_bundle.js"]
)
def test_what_is_public_answers_a_stranger(stranger: CheckedClient, path: str) -> None:
    response = stranger.get(path)
    assert response.status_code == 200
    response.close()


GOOD, OTHER, NONE = "good", "other", "none"
HEADERS = [
    ({"x-api-key": GOOD}, GOOD),
    ({"X-API-KEY": GOOD}, GOOD),
    ({"apiKey": GOOD}, GOOD),
    ({"Authorization": "Bearer GOOD"}, GOOD),
    ({"Authorization": "bearer GOOD"}, GOOD),
    ({"Authorization": "Bearer   GOOD  "}, GOOD),
    ({"Authorization": "Bearer GOOD", "x-api-key": OTHER}, GOOD),
    ({"Authorization": "Bearer GOOD", "apiKey": OTHER}, GOOD),
    ({"Authorization": "Bearer OTHER", "x-api-key": GOOD}, OTHER),
    ({"x-api-key": GOOD, "apiKey": OTHER}, GOOD),
    ({"x-api-key": OTHER, "apiKey": GOOD}, OTHER),
    ({"x-api-key": "", "apiKey": GOOD}, GOOD),
    ({"Authorization": "Basic GOOD", "x-api-key": GOOD}, GOOD),
    ({"Authorization": "", "x-api-key": GOOD}, GOOD),
    ({"Authorization": "Bearer wrong", "x-api-key": GOOD}, NONE),
    ({"Authorization": "Basic GOOD"}, NONE),
    ({"Authorization": "GOOD"}, NONE),
    ({"x-api-key": "wrong", "apiKey": GOOD}, NONE),
    ({"x-api-key": "Bearer GOOD"}, NONE),
    ({"Cookie": "apiKey=GOOD"}, NONE),
    ({}, NONE),
]


@pytest.mark.parametrize(("headers", "caller"), HEADERS)
def test_the_key_is_taken_from_three_headers_in_their_order(
    stranger: CheckedClient,
    client: CheckedClient,
    account: Account,
    other_account: Account,
    headers: dict[str, str],
    caller: str,
) -> None:
    job_id = submit(client)
    sent = {
        name: account.key
        if value == GOOD
        else other_account.key
        if value == OTHER
        else value.replace("GOOD", account.key).replace("OTHER", other_account.key)
        for name, value in headers.items()
    }
    response = stranger.get(f"{EXECUTIONS}/status/{job_id}", headers=sent)
    # The job is the first organisation's: the other one may call and finds nothing.
    assert response.status_code == {GOOD: 200, OTHER: 404, NONE: 401}[caller]


def test_a_key_in_the_address_is_no_key(stranger: CheckedClient, account: Account) -> None:
    assert stranger.get(f"{ASSESSMENTS}?apiKey={account.key}").status_code == 401


def swapped(key: str, place: int) -> str:
    """The key with another letter in this place."""
    letter = next(one for one in ALPHABET if one != key[place])
    return key[:place] + letter + key[place + 1 :]


BAD_KEYS: list[tuple[str, Callable[[str], str]]] = [
    ("the last letter is another", lambda key: swapped(key, len(key) - 1)),
    ("the first letter of the secret is another", lambda key: swapped(key, len("ak_live_") + 10)),
    ("the prefix is another", lambda key: swapped(key, len("ak_live_"))),
    ("the other mode", lambda key: key.replace("ak_live_", "ak_test_")),
    ("a letter less", lambda key: key[:-1]),
    ("a letter more", lambda key: key + "a"),
    ("upper case", str.upper),
    ("without its head", lambda key: key.removeprefix("ak_live_")),
    ("the head alone", lambda key: "ak_live_"),
    ("letters that no key has", lambda key: key[:-1] + "0"),
    ("letters beyond ASCII", lambda key: key[:-1] + "é"),
    ("a statement of SQL", lambda key: "' OR 1=1 --"),
    ("a very long one", lambda key: key * 200),
    ("a word", lambda key: "undefined"),
]


@pytest.mark.parametrize("bad", [case[1] for case in BAD_KEYS], ids=[case[0] for case in BAD_KEYS])
def test_a_wrong_key_gets_the_contract_s_words(
    stranger: CheckedClient, account: Account, rows: Callable[[], Counts], bad: Callable[[str], str]
) -> None:
    before = rows()
    for headers in ({"x-api-key": bad(account.key)}, {"Authorization": f"Bearer {bad(account.key)}"}):
        response = stranger.post(GENERATE, json=BODY, headers=headers)
        assert response.status_code == 401
        assert response.get_json() == {"error": "Invalid API key"}
    assert rows() == before


def test_a_wrong_key_is_told_before_anything_of_the_request(stranger: CheckedClient) -> None:
    for request in (
        {"data": b"{", "content_type": "application/json"},
        {"data": b"x", "content_type": "text/plain"},
        {"json": {"cutoff": 101}},
    ):
        assert stranger.post(GENERATE, **request).status_code == 401


def revoke(database: Database, account: Account) -> None:
    with database.write() as session:
        organization = session.get_one(Organization, account.organization_id)
        prefix = session.scalar(select(ApiKey.prefix).where(ApiKey.organization_id == organization.id))
        assert prefix is not None
        ApiKey.revoke(session, organization, prefix)


def test_a_revoked_key_is_refused_within_a_second(
    client: CheckedClient, database: Database, account: Account
) -> None:
    assert client.get(ASSESSMENTS).status_code == 200
    revoke(database, account)
    until(lambda: client.get(ASSESSMENTS).status_code == 401, "the key is refused", seconds=1.3)
    assert client.get(ASSESSMENTS).get_json() == {"error": "Invalid API key"}


def test_a_revoked_key_is_refused_at_once_where_no_caller_is_kept(
    client: CheckedClient, database: Database, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.services.CALLER_KEPT", 0.0)
    assert client.get(ASSESSMENTS).status_code == 200
    revoke(database, account)
    assert client.get(ASSESSMENTS).status_code == 401


def test_a_new_key_works_though_it_was_tried_before_it_was_made(
    stranger: CheckedClient, database: Database, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is kept of a key that was wrong is forgotten as fast as one that was right.
    with database.write() as session:
        [row] = session.scalars(select(ApiKey).where(ApiKey.organization_id == account.organization_id))
        mode, row.mode = row.mode, "test"
    headers = {"x-api-key": account.key}
    assert stranger.get(ASSESSMENTS, headers=headers).status_code == 401
    with database.write() as session:
        session.get_one(ApiKey, row.id).mode = mode
    until(lambda: stranger.get(ASSESSMENTS, headers=headers).status_code == 200, "the key works", seconds=1.3)
