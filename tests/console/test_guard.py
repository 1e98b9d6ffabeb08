"""Who may look at the console and change things there: sessions, forms, links."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from api.guessing import WRONG_KEYS
from models import sign_in_links
from models.organizations import ApiKey, Organization
from models.session import Database
from models.sign_in_links import SignInLink
from settings import Settings
from tests.conftest import Account
from tests.jobs import Clock

SIGN_IN = "/console/sign-in"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def token(client: FlaskClient, path: str = SIGN_IN) -> str:
    """The token of the forms on the page."""
    found = TOKEN.search(client.get(path).text)
    assert found
    return found[1]


def sign_in(client: FlaskClient, key: str, **form: str) -> int:
    """Sign in with the key; the status."""
    return client.post(SIGN_IN, data={"key": key, "csrf_token": token(client), **form}).status_code


def key_of(database: Database, account: Account) -> ApiKey:
    """The account's key, as it is stored."""
    with database.read() as session:
        return session.scalars(select(ApiKey).where(ApiKey.organization_id == account.organization_id)).one()


@pytest.fixture
def member(client: FlaskClient, account: Account) -> FlaskClient:
    """Somebody who has signed in."""
    assert sign_in(client, account.key) == 302
    return client


@pytest.mark.parametrize(
    "path", ["", "/generate", "/jobs", "/assessments", "/results", "/webhooks", "/usage"]
)
def test_no_page_is_shown_to_who_has_not_signed_in(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/console{path}?a=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{SIGN_IN}?next=/console{path}?a%3D1"


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/console/jobs?status=failed", "/console/jobs?status=failed"),
        ("/take/start", "/take/start"),
        ("https://evil.example/console", "/console"),
        ("//evil.example/console/", "/console"),
        ("/console.evil.example", "/console"),
        ("/console/\\evil.example", "/console"),
        ("/api/v2/usage", "/console"),
        ("javascript:alert(1)", "/console"),
        ("", "/console"),
    ],
)
def test_signing_in_leads_to_our_own_pages_only(
    client: FlaskClient, account: Account, asked: str, led: str
) -> None:
    data = {"key": account.key, "csrf_token": token(client), "next": asked}
    assert client.post(SIGN_IN, data=data).headers["Location"] == led


def test_the_cookie_names_the_key_and_is_not_it(client: FlaskClient, account: Account) -> None:
    data = {"key": account.key, "csrf_token": token(client)}
    cookie = client.post(SIGN_IN, data=data).headers["Set-Cookie"]
    assert account.key not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_over_tls_the_cookie_comes_back_over_tls_alone(client: FlaskClient, account: Account) -> None:
    found = TOKEN.search(client.get(SIGN_IN, base_url="https://localhost").text)
    assert found
    data = {"key": account.key, "csrf_token": found[1]}
    answer = client.post(SIGN_IN, data=data, base_url="https://localhost")
    assert answer.status_code == 302
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("sent", [None, "", "made-up"])
def test_a_form_of_another_site_changes_nothing(
    client: FlaskClient, account: Account, sent: str | None
) -> None:
    data = {"key": account.key} | ({} if sent is None else {"csrf_token": sent})
    answer = client.post(SIGN_IN, data=data)
    assert answer.status_code == 400
    assert "was not ours" in answer.text
    assert client.get("/console").status_code == 302


def test_another_visitor_s_token_is_no_token(app: Flask, account: Account) -> None:
    theirs = token(app.test_client())
    mine = app.test_client()
    mine.get(SIGN_IN)
    assert mine.post(SIGN_IN, data={"key": account.key, "csrf_token": theirs}).status_code == 400


def test_a_revoked_key_is_signed_out_at_once(
    member: FlaskClient, database: Database, account: Account
) -> None:
    assert member.get("/console").status_code == 200
    prefix = key_of(database, account).prefix
    with database.write() as session:
        ApiKey.revoke(session, session.get_one(Organization, account.organization_id), prefix)
    assert member.get("/console").status_code == 302


def test_signing_out_forgets(member: FlaskClient) -> None:
    member.post("/console/sign-out", data={"csrf_token": token(member, "/console")})
    assert member.get("/console").status_code == 302


def test_wrong_keys_are_counted(client: FlaskClient, account: Account) -> None:
    first = token(client)
    wrong = {"key": "ak_live_wrong", "csrf_token": first}
    assert [client.post(SIGN_IN, data=wrong).status_code for _ in range(WRONG_KEYS.amount)] == [
        401
    ] * WRONG_KEYS.amount
    answer = client.post(SIGN_IN, data=wrong)
    assert answer.status_code == 429
    assert "Too many wrong keys" in answer.text


def link(database: Database, account: Account) -> str:
    """The path of a new link."""
    with database.write() as session:
        return f"/console/link/{sign_in_links.create(session, key_of(database, account).id)}"


def test_a_link_works_once(client: FlaskClient, database: Database, account: Account) -> None:
    path = link(database, account)
    assert client.get(path).status_code == 302
    assert client.get("/console").status_code == 200
    assert client.get(path).status_code == 401


def test_a_link_is_old_after_a_quarter_of_an_hour(
    clock: Clock, client: FlaskClient, database: Database, account: Account
) -> None:
    path = link(database, account)
    clock.now += sign_in_links.VALID_FOR + timedelta(seconds=1)
    assert client.get(path).status_code == 401
    link(database, account)
    with database.read() as session:
        assert len(session.scalars(select(SignInLink)).all()) == 1, "the old ones go when one is made"


def test_of_a_link_the_hash_alone_is_stored(database: Database, account: Account) -> None:
    text = link(database, account).rpartition("/")[2]
    with database.read() as session:
        [stored] = session.scalars(select(SignInLink))
    assert text.encode() not in stored.digest


def test_the_apis_set_no_cookie_and_take_none(
    member: FlaskClient, account: Account, settings: Settings
) -> None:
    assert member.get("/api/v2/usage").status_code == 401
    answer = member.get("/api/v2/usage", headers=account.headers)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers or "Cookie" not in answer.headers["Vary"]


def test_a_page_loads_nothing_from_elsewhere(client: FlaskClient) -> None:
    policy = client.get(SIGN_IN).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
