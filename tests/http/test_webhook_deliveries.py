"""`/api/v2/webhook-deliveries` and `/api/v2/events`: what was sent, sent again, and read in order."""

import base64
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models import events
from models.base import iso_time, new_id, table_of, utcnow
from models.events import Attempted, Delivery
from models.session import Database
from tests.conftest import Account
from tests.contract.checked import CheckedClient
from tests.contract.jobs import claim, complete, say, submit
from tests.contract.persons import Person, left
from tests.contract.verifications import VERIFICATIONS, Begin
from tests.http.test_webhook_endpoints import HOOK, Json, make
from tests.stack import until

DELIVERIES = "/api/v2/webhook-deliveries"
EVENTS = "/api/v2/events"
TABLE = table_of(Delivery)


@pytest.fixture
def told(client: CheckedClient) -> Json:
    """An endpoint."""
    return make(client)


def listed(client: CheckedClient, query: str = "") -> list[Json]:
    answer = client.get(DELIVERIES + query)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.get_json()["webhook_deliveries"]
    return found


def change(database: Database, ids: Sequence[str], **values: Any) -> None:
    with database.transaction() as connection:
        connection.execute(update(TABLE).where(TABLE.c.id.in_(ids)).values(**values))


def test_deliveries_are_listed_newest_first_and_by_what_is_asked_for(
    client: CheckedClient, database: Database, told: Json
) -> None:
    jobs = [submit(client, notification_url="https://own.example/"), submit(client)]
    [mine, second] = [[one for one in listed(client) if one["job_id"] == job] for job in jobs]
    assert [one["job_id"] for one in listed(client)] == [jobs[1], jobs[0], jobs[0]]
    assert {one["endpoint_id"] for one in mine} == {told["id"], None}
    assert {one["url"] for one in mine} == {HOOK, "https://own.example/"}
    change(database, [second[0]["id"]], status="dead")
    when = utcnow().isoformat().replace("+00:00", "Z")
    expected = {
        f"?endpoint_id={told['id']}": 2,
        f"?endpoint_id={new_id()}": 0,
        f"?job_id={jobs[0]}": 2,
        "?status=dead": 1,
        "?status=pending": 2,
        "?status=delivered": 0,
        f"?until={when}": 3,
        f"?since={when}": 0,
        f"?since=2020-01-01T00:00:00&until={when}&status=dead&job_id={jobs[1]}": 1,
    }
    assert {query: len(listed(client, query)) for query in expected} == expected


def test_deliveries_are_read_page_by_page(client: CheckedClient, told: Json) -> None:
    jobs = [submit(client) for _ in range(5)]
    found, query = [], "?limit=2"
    while True:
        page = client.get(DELIVERIES + query).get_json()
        found += [one["job_id"] for one in page["webhook_deliveries"]]
        if page["next_cursor"] is None:
            break
        query = f"?limit=2&cursor={page['next_cursor']}"
    assert sorted(found) == sorted(jobs)
    assert found[0] == jobs[-1]


@pytest.mark.parametrize(
    "query",
    [
        "?status=lost",
        "?endpoint_id=7",
        "?job_id=x",
        "?since=yesterday",
        "?until=0001-01-01T00:00:00%2B14:00",
        "?cursor=x",
        "?limit=0",
        "?mail=1",
    ],
)
def test_a_query_that_is_none_is_refused(client: CheckedClient, query: str) -> None:
    assert client.get(DELIVERIES + query).status_code == 400


def tried(database: Database, channel: str, status: int = 500, answer: str = "No.") -> None:
    with database.transaction() as connection:
        delivery = events.claim_next(connection, channel, timedelta(seconds=60))
        assert delivery is not None
        said = Attempted(status < 300, status, f"It said {status}.", None, utcnow(), 12, answer)
        events.record_attempt(connection, delivery, said)


def test_a_delivery_is_shown_with_its_body_and_all_attempts(
    client: CheckedClient, database: Database
) -> None:
    job_id = submit(client, notification_url="https://own.example/")
    tried(database, job_id)
    [one] = listed(client)
    assert (one["status"], one["attempts_made"], one["next_attempt_at"]) == ("dead", 1, None)
    shown = client.get(f"{DELIVERIES}/{one['id']}").get_json()
    assert (shown["body"]["job_id"], shown["body"]["sequence"]) == (job_id, 1)
    [attempt] = shown["attempts"]
    attempt.pop("started_at")
    assert attempt == {
        "number": 1,
        "duration_ms": 12,
        "status_code": 500,
        "detail": "It said 500.",
        "answer": "No.",
    }


def test_a_delivery_is_sent_again(client: CheckedClient, database: Database) -> None:
    job_id = submit(client, notification_url="https://own.example/")
    tried(database, job_id)
    [before] = listed(client)
    headers = {"Idempotency-Key": new_id()}
    again = client.post(f"{DELIVERIES}/{before['id']}/replay", headers=headers)
    assert again.status_code == 202
    assert again.get_json()["status"] == "pending"
    assert again.get_json()["message_id"] == before["message_id"]
    tried(database, job_id, 200)
    client.post(f"{DELIVERIES}/{before['id']}/replay", headers=headers)
    shown = client.get(f"{DELIVERIES}/{before['id']}").get_json()
    # The same Idempotency-Key asks for nothing more.
    assert shown["status"] == "delivered"
    assert [one["status_code"] for one in shown["attempts"]] == [500, 200]


def test_all_that_fit_are_sent_again_and_no_other(
    client: CheckedClient, rival: CheckedClient, database: Database, told: Json
) -> None:
    other = make(client)
    theirs = make(rival)
    submit(client), submit(client), submit(rival)
    everything = [one["id"] for one in (*listed(client), *listed(rival))]
    change(database, everything, status="dead")

    def replayed(**more: str) -> int:
        answer = client.post(f"{DELIVERIES}/replay", json={"status": "dead", **more})
        assert answer.status_code == 202, answer.text
        count: int = answer.get_json()["replayed"]
        return count

    assert replayed(endpoint_id=theirs["id"]) == 0
    assert replayed(since=iso_time(utcnow() + timedelta(hours=1))) == 0
    assert replayed(endpoint_id=told["id"]) == 2
    assert {one["endpoint_id"] for one in listed(client, "?status=pending")} == {told["id"]}
    client.patch(f"/api/v2/webhook-endpoints/{other['id']}", json={"enabled": False})
    assert replayed() == 0
    client.patch(f"/api/v2/webhook-endpoints/{other['id']}", json={"enabled": True})
    assert replayed(until=iso_time(utcnow() + timedelta(hours=1))) == 2
    assert replayed() == 0
    assert len(listed(rival, "?status=dead")) == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "status"),
        ({"status": "pending"}, "status"),
        ({"status": "dead", "endpoint_id": "x"}, "endpoint_id"),
        ({"status": "dead", "since": 7}, "since"),
        ({"status": "dead", "job": "x"}, "job"),
    ],
)
def test_a_replay_of_nothing_in_particular_is_refused(client: CheckedClient, sent: Json, field: str) -> None:
    answer = client.post(f"{DELIVERIES}/replay", json=sent)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (400, [field])


def test_another_organisation_s_delivery_is_none(
    client: CheckedClient, rival: CheckedClient, told: Json
) -> None:
    submit(client)
    [one] = listed(client)
    for answer in (
        rival.get(f"{DELIVERIES}/{one['id']}"),
        rival.post(f"{DELIVERIES}/{one['id']}/replay"),
        client.get(f"{DELIVERIES}/{new_id()}"),
        client.get(f"{DELIVERIES}/replay"),
    ):
        assert (answer.status_code, answer.get_json()["error"]) == (404, "No webhook delivery has this id.")


def test_erasing_a_student_empties_what_endpoints_were_told(
    client: CheckedClient, database: Database, begin: Begin, told: Json
) -> None:
    person = Person()
    student = begin(**person.body).steps(person.skills, chosen=person.chosen)
    student.questions()
    about = [one for one in listed(client, "?limit=100") if one["endpoint_id"] == told["id"]]
    assert {one["type"].partition(".")[0] for one in about} == {"verification", "task_execution"}
    for one in about:
        with database.read() as session:
            channel = session.get_one(Delivery, one["id"]).channel
        tried(database, channel, 500, f"I know {person.marks['skill']}.")
    assert client.delete(f"{VERIFICATIONS}/{student.record_id}").status_code == 200
    assert left(database, person.marks) == {}
    assert client.get(f"{DELIVERIES}/{about[0]['id']}").status_code == 404
    assert client.post(f"{DELIVERIES}/replay", json={"status": "dead"}).get_json() == {"replayed": 0}


# --- the feed ----------------------------------------------------------------------------------


def feed(client: CheckedClient, **query: Any) -> Json:
    answer = client.get(EVENTS, query_string=query)
    assert answer.status_code == 200, answer.text
    found: Json = answer.get_json()
    return found


def test_the_feed_tells_what_webhooks_tell(
    client: CheckedClient, database: Database, account: Account, told: Json
) -> None:
    job_id = submit(client)
    mine = claim(database, job_id)
    say(database, mine, "Half")
    complete(database, mine)
    # Another test's transaction may be open for a moment.
    until(lambda: len(feed(client)["events"]) == 4, "all is shown", 10)
    shown = feed(client)["events"]
    assert [one["sequence"] for one in shown] == [1, 2, 3, 4]
    assert {(one["job_id"], one["verification_id"]) for one in shown} == {(job_id, None)}
    bodies = [client.get(f"{DELIVERIES}/{one['id']}").get_json()["body"] for one in listed(client)]
    by_sequence = sorted(bodies, key=lambda body: int(body["sequence"]))
    assert [one["payload"] for one in shown] == by_sequence


def test_the_feed_is_followed_by_its_cursor(client: CheckedClient) -> None:
    nothing = feed(client)
    assert (nothing["events"], nothing["has_more"]) == ([], False)
    jobs = [submit(client) for _ in range(5)]
    until(lambda: len(feed(client)["events"]) == 5, "all is shown", 10)
    found, page = [], feed(client, after=nothing["next"], limit=2)
    while True:
        found += [one["job_id"] for one in page["events"]]
        if not page["has_more"]:
            break
        page = feed(client, after=page["next"], limit=2)
    assert found == jobs
    assert feed(client, after=page["next"])["events"] == []
    assert len(feed(client, type="task_execution.*")["events"]) == 5
    assert feed(client, type="verification.*")["events"] == []


def test_the_feed_of_another_organisation_is_another(client: CheckedClient, rival: CheckedClient) -> None:
    submit(client)
    until(lambda: feed(client)["events"], "all is shown", 10)
    assert feed(rival)["events"] == []


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "query",
    [
        "?after=x",
        "?after=",
        "?after=é",
        *(
            f"?after={cursor(text)}"
            for text in ("1", "1 2 3", "-1 2", f"{2**63} 1", f"1 {2**63}", "a b", "1 é")
        ),
        "?type=verification",
        "?limit=0",
        "?limit=1001",
        "?before=1",
    ],
)
def test_a_feed_that_is_none_is_refused(client: CheckedClient, query: str) -> None:
    assert client.get(EVENTS + query).status_code == 400
