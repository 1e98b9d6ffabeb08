"""`/api/v2/webhook-endpoints`: made, shown, changed, deleted, and their secrets, which are shown once."""

from typing import Any

import pytest

from models.base import new_id
from models.session import Database
from tests.conftest import Account
from tests.contract.checked import CheckedClient
from tests.contract.jobs import submit
from tests.contract.verifications import Begin
from tests.webhooks import deliveries

ENDPOINTS = "/api/v2/webhook-endpoints"
HOOK = "https://hooks.example/all"
Json = dict[str, Any]


def make(client: CheckedClient, **more: Any) -> Json:
    answer = client.post(ENDPOINTS, json={"url": HOOK, **more})
    assert answer.status_code == 201, answer.text
    made: Json = answer.get_json()
    return made


def shown(client: CheckedClient, endpoint_id: str) -> Json:
    answer = client.get(f"{ENDPOINTS}/{endpoint_id}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.get_json()
    return found


def listed(client: CheckedClient, query: str = "") -> Json:
    found: Json = client.get(ENDPOINTS + query).get_json()
    return found


def test_an_endpoint_is_made_and_its_secret_is_shown_this_once(client: CheckedClient) -> None:
    made = make(client, description="Ours", events=["verification.*"])
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made["enabled"] is True
    assert (made["description"], made["events"]) == ("Ours", ["verification.*"])
    assert shown(client, made["id"]) == made
    page = client.get(ENDPOINTS)
    assert page.get_json()["webhook_endpoints"] == [made]
    assert "whsec_" not in page.text


def test_the_location_is_the_endpoint_s(client: CheckedClient) -> None:
    answer = client.post(ENDPOINTS, json={"url": HOOK})
    assert client.get(answer.headers["Location"]).get_json()["id"] == answer.get_json()["id"]


def test_the_same_key_makes_one_endpoint(client: CheckedClient) -> None:
    headers = {"Idempotency-Key": new_id()}
    answers = [client.post(ENDPOINTS, json={"url": HOOK}, headers=headers) for _ in range(2)]
    assert answers[0].get_json() == answers[1].get_json()
    assert len(listed(client)["webhook_endpoints"]) == 1


# what is sent -> the field that the refusal names
REFUSED: dict[str, tuple[Json, str]] = {
    "no address": ({}, "url"),
    "null": ({"url": None}, "url"),
    "no URL": ({"url": "hooks"}, "url"),
    "another scheme": ({"url": "ftp://hooks.example/"}, "url"),
    "a mail": ({"url": "mailto:ada@example.com"}, "url"),
    "a password": ({"url": "https://me:hush@hooks.example/"}, "url"),
    "loopback": ({"url": "http://127.0.0.1/"}, "url"),
    "a private network": ({"url": "http://10.0.0.7/"}, "url"),
    "too long": ({"url": f"https://hooks.example/{'x' * 2048}"}, "url"),
    "an unknown type": ({"url": HOOK, "events": ["task_execution.done"]}, "events.0"),
    "an unknown prefix": ({"url": HOOK, "events": ["verification.completed", "task.*"]}, "events.1"),
    "no list": ({"url": HOOK, "events": "verification.*"}, "events"),
    "a long description": ({"url": HOOK, "description": "x" * 501}, "description"),
    "an unknown field": ({"url": HOOK, "secret": "whsec_mine"}, "secret"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused_by_its_field(client: CheckedClient, case: str) -> None:
    sent, field = REFUSED[case]
    answer = client.post(ENDPOINTS, json=sent)
    assert answer.status_code == 400
    assert field in answer.get_json()["errors"]
    assert listed(client)["webhook_endpoints"] == []


def test_a_name_of_the_private_network_is_refused(client: CheckedClient, names: dict[str, str]) -> None:
    names["hooks.internal.example"] = "10.0.0.7"
    answer = client.post(ENDPOINTS, json={"url": "https://hooks.internal.example/"})
    assert answer.status_code == 400
    assert "10.0.0.7" not in answer.text


def test_endpoints_are_listed_newest_first_page_by_page(client: CheckedClient) -> None:
    made = [make(client)["id"] for _ in range(5)]
    found, query = [], "?limit=2"
    while True:
        page = listed(client, query)
        found += [one["id"] for one in page["webhook_endpoints"]]
        if page["next_cursor"] is None:
            break
        query = f"?limit=2&cursor={page['next_cursor']}"
    assert found == made[::-1]


def test_a_change_changes_what_it_names(client: CheckedClient) -> None:
    made = make(client, description="Ours", events=["verification.*"])
    changed = client.patch(f"{ENDPOINTS}/{made['id']}", json={"events": [], "url": "https://new.example/"})
    assert changed.status_code == 200
    assert "secret" not in changed.get_json()
    now = shown(client, made["id"])
    assert (now["url"], now["events"], now["description"]) == ("https://new.example/", [], "Ours")


@pytest.mark.parametrize(
    "sent", [{}, {"url": "http://10.0.0.7/"}, {"enabled": "perhaps"}, {"events": ["x"]}, {"id": "x"}]
)
def test_a_change_that_is_none_is_refused(client: CheckedClient, sent: Json) -> None:
    made = make(client)
    before = shown(client, made["id"])
    assert client.patch(f"{ENDPOINTS}/{made['id']}", json=sent).status_code == 400
    assert shown(client, made["id"]) == before


def test_one_that_is_disabled_says_so_and_takes_no_ping(client: CheckedClient) -> None:
    address = f"{ENDPOINTS}/{make(client)['id']}"
    off = client.patch(address, json={"enabled": False}).get_json()
    assert (off["enabled"], off["disabled_reason"]) == (False, "It was disabled by its owner.")
    assert client.post(f"{address}/ping").status_code == 409
    on = client.patch(address, json={"enabled": True}).get_json()
    assert (on["enabled"], on["disabled_reason"]) == (True, None)
    assert client.post(f"{address}/ping").status_code == 202


def test_one_that_is_deleted_is_gone(client: CheckedClient) -> None:
    address = f"{ENDPOINTS}/{make(client)['id']}"
    assert client.delete(address).get_json()["deleted"] is True
    assert client.get(address).status_code == client.delete(address).status_code == 404
    assert client.post(f"{address}/ping").status_code == 404
    assert listed(client)["webhook_endpoints"] == []


def test_a_secret_is_rotated(client: CheckedClient) -> None:
    made = make(client)
    address = f"{ENDPOINTS}/{made['id']}/rotate-secret"
    headers = {"Idempotency-Key": new_id()}
    first, again = (client.post(address, headers=headers).get_json()["secret"] for _ in range(2))
    assert first == again
    second = client.post(address, json={"overlap_hours": 168}).get_json()["secret"]
    assert len({made["secret"], first, second}) == 3


@pytest.mark.parametrize("hours", [-1, 169, "2", 1.5, None])
def test_an_overlap_that_is_none_is_refused(client: CheckedClient, hours: object) -> None:
    address = f"{ENDPOINTS}/{make(client)['id']}/rotate-secret"
    answer = client.post(address, json={"overlap_hours": hours})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (400, ["overlap_hours"])


def test_a_ping_is_a_delivery_of_this_endpoint(client: CheckedClient) -> None:
    made, _ = make(client), make(client)
    sent = client.post(f"{ENDPOINTS}/{made['id']}/ping").get_json()
    assert (sent["endpoint_id"], sent["type"], sent["url"]) == (made["id"], "webhook_endpoint.ping", HOOK)
    found = client.get("/api/v2/webhook-deliveries").get_json()["webhook_deliveries"]
    assert [one["id"] for one in found] == [sent["id"]]
    assert client.get("/api/v2/events").get_json()["events"] == []


def test_jobs_and_verifications_are_told(
    client: CheckedClient, database: Database, account: Account, begin: Begin
) -> None:
    made = make(client)
    submit(client)
    begin().ready()
    kinds = {row.body["type"] for row in deliveries(database, endpoint_id=made["id"])}
    assert kinds >= {"task_execution.pending", "task_execution.completed", "verification.initiated"}


def test_another_organisation_sees_none_of_it(client: CheckedClient, rival: CheckedClient) -> None:
    address = f"{ENDPOINTS}/{make(client)['id']}"
    assert listed(rival)["webhook_endpoints"] == []
    answers = [
        rival.get(address),
        rival.patch(address, json={"url": "https://mine.example/"}),
        rival.delete(address),
        rival.post(f"{address}/ping"),
        rival.post(f"{address}/rotate-secret"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert client.get(address).get_json()["url"] == HOOK
