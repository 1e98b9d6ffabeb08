"""The jobs of API A: lists, status, log, live stream, cancel and retry."""

import base64
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from models import TaskExecution
from models.base import new_id, table_of, utcnow
from models.session import Database
from tests.conftest import Account
from tests.contract.checked import CheckedClient, client_of
from tests.contract.fixtures import Counts
from tests.contract.jobs import EXECUTIONS, claim, complete, fail, job_in, say, status_of, submit
from tests.stack import until

STATES = ["pending", "processing", "completed", "failed"]
SOME_ID = "6efe0833-332a-4b78-b022-e2275f8204aa"


def pages(client: CheckedClient, query: str = "") -> list[list[str]]:
    """The ids of every page, by the cursors."""
    body = client.get(f"{EXECUTIONS}?{query}").get_json()
    found = [body]
    while body["next_cursor"] is not None:
        body = client.get(f"{EXECUTIONS}?{query}&cursor={body['next_cursor']}").get_json()
        found.append(body)
    return [[job["id"] for job in page["task_executions"]] for page in found]


def test_a_list_has_the_jobs_newest_first_over_its_pages(client: CheckedClient, rival: CheckedClient) -> None:
    jobs = [submit(client) for _ in range(5)]
    submit(rival)
    assert pages(client, "limit=2") == [jobs[:2:-1], jobs[2:0:-1], jobs[:1]]
    assert pages(client, "limit=5") == [jobs[::-1]]
    assert pages(client) == [jobs[::-1]]


def test_jobs_of_one_moment_are_all_listed_once(
    client: CheckedClient, database: Database, account: Account
) -> None:
    jobs = {submit(client) for _ in range(7)}
    table = table_of(TaskExecution)
    with database.transaction() as connection:
        mine = table.c.organization_id == account.organization_id
        connection.execute(update(table).where(mine).values(created_at=utcnow()))
    found = [job for page in pages(client, "limit=2") for job in page]
    assert len(found) == 7
    assert set(found) == jobs


def test_a_list_can_be_of_one_status(client: CheckedClient, database: Database) -> None:
    jobs = {state: [job_in(state, client, database) for _ in range(3)] for state in STATES}
    for state in STATES:
        assert pages(client, f"limit=2&status={state}") == [jobs[state][:0:-1], jobs[state][:1]]


def test_an_empty_list_is_one_empty_page(client: CheckedClient) -> None:
    assert client.get(EXECUTIONS).get_json() == {"task_executions": [], "next_cursor": None}


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("status=done", "status"),
        ("page=2", "page"),
        ("cursor=", "cursor"),
        ("cursor=x", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=%ff%fe", "cursor"),
        ("cursor=" + cursor("2026-01-01T00:00:00+00:00"), "cursor"),
        ("cursor=" + cursor("2026-01-01T00:00:00+00:00 x"), "cursor"),
        ("cursor=" + cursor(f"2026-01-01T00:00:00 {SOME_ID}"), "cursor"),
        ("cursor=" + cursor(f"yesterday {SOME_ID}"), "cursor"),
        ("cursor=" + cursor(f"0001-01-01T00:00:00+14:00 {SOME_ID}"), "cursor"),
        ("cursor=" + cursor(f"9999-12-31T23:59:59-14:00 {SOME_ID}"), "cursor"),
    ],
)
def test_a_bad_query_of_the_list_is_refused_by_its_name(
    client: CheckedClient, query: str, field: str
) -> None:
    response = client.get(f"{EXECUTIONS}?{query}")
    assert response.status_code == 400
    assert list(response.get_json()["errors"]) == [field]


def test_a_log_is_read_in_pieces(client: CheckedClient, database: Database) -> None:
    job_id = submit(client)
    say(database, claim(database, job_id), *[f"AI Progress: line {number}" for number in range(5)])
    found: list[dict[str, Any]] = []
    sizes = []
    more = True
    while more:
        after = found[-1]["id"] if found else 0
        body = client.get(f"{EXECUTIONS}/{job_id}/logs?limit=3&after={after}").get_json()
        sizes.append(len(body["logs"]))
        found += body["logs"]
        more = body["has_more"]
    assert sizes == [3, 3, 1]
    assert found == client.get(f"{EXECUTIONS}/{job_id}/logs").get_json()["logs"]
    assert [line["message"] for line in found[2:]] == [f"AI Progress: line {number}" for number in range(5)]
    assert [line["id"] for line in found] == sorted(line["id"] for line in found)


def test_a_piece_that_ends_with_the_log_says_that_there_is_no_more(client: CheckedClient) -> None:
    assert client.get(f"{EXECUTIONS}/{submit(client)}/logs?limit=1").get_json()["has_more"] is False


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=-1", "after"),
        ("after=x", "after"),
        ("after=9223372036854775808", "after"),
        ("after=" + "9" * 5000, "after"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("before=5", "before"),
    ],
)
def test_a_bad_query_of_the_log_is_refused_by_its_name(client: CheckedClient, query: str, field: str) -> None:
    response = client.get(f"{EXECUTIONS}/{submit(client)}/logs?{query}")
    assert response.status_code == 400
    assert list(response.get_json()["errors"]) == [field]


@pytest.mark.parametrize(
    ("action", "state", "status", "after"),
    [
        ("cancel", "pending", 200, "failed"),
        ("cancel", "processing", 200, "failed"),
        ("cancel", "completed", 409, "completed"),
        ("cancel", "failed", 409, "failed"),
        ("retry", "pending", 409, "pending"),
        ("retry", "processing", 409, "processing"),
        ("retry", "completed", 409, "completed"),
        ("retry", "failed", 202, "pending"),
    ],
)
def test_what_can_be_cancelled_and_retried(
    client: CheckedClient,
    database: Database,
    rows: Callable[[], Counts],
    action: str,
    state: str,
    status: int,
    after: str,
) -> None:
    job_id = job_in(state, client, database)
    before, counts = status_of(client, job_id), rows()
    response = client.post(f"{EXECUTIONS}/{job_id}/{action}")
    assert response.status_code == status
    found = status_of(client, job_id)
    assert found["status"] == after
    if status == 409:
        assert state in response.get_json()["error"]
        assert (found, rows()) == (before, counts)
        return
    assert response.get_json() == found
    assert found["recent_logs"][:-1] == before["recent_logs"]
    assert (found["error"] or {}).get("code") == ("CANCELLED" if action == "cancel" else None)


def test_a_cancelled_job_can_be_retried_and_done(
    client: CheckedClient, database: Database, work: Callable[[str], None]
) -> None:
    job_id = submit(client)
    client.post(f"{EXECUTIONS}/{job_id}/cancel")
    assert client.post(f"{EXECUTIONS}/{job_id}/retry").status_code == 202
    work(job_id)
    assert status_of(client, job_id)["status"] == "completed"


def test_two_cancels_at_once_end_a_job_once(app: Flask, client: CheckedClient, account: Account) -> None:
    job_id = submit(client)
    together = threading.Barrier(4)

    def cancel() -> int:
        caller = client_of(app, account.key)
        together.wait(20)
        return caller.post(f"{EXECUTIONS}/{job_id}/cancel").status_code

    with ThreadPoolExecutor(4) as pool:
        answers = [done.result() for done in [pool.submit(cancel) for _ in range(4)]]
    assert sorted(answers) == [200, 409, 409, 409]
    assert len(status_of(client, job_id)["recent_logs"]) == 2


def test_a_status_that_has_not_changed_is_not_sent_again(client: CheckedClient, database: Database) -> None:
    job_id = submit(client)
    address = f"{EXECUTIONS}/status/{job_id}"
    first = client.get(address).headers["ETag"]
    for tag in (first, f"W/{first}", f'"x", {first}', "*"):
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(address, headers={"If-None-Match": '"x"'}).status_code == 200
    tags = [first]

    def changed() -> None:
        response = client.get(address, headers={"If-None-Match": tags[-1]})
        assert response.status_code == 200
        tags.append(response.headers["ETag"])

    mine = claim(database, job_id)
    changed()
    say(database, mine, "AI Progress: on")
    changed()
    complete(database, mine)
    changed()
    assert len(set(tags)) == 4


def test_a_status_says_when_to_ask_again_until_the_job_has_ended(
    client: CheckedClient, database: Database
) -> None:
    for state in STATES:
        response = client.get(f"{EXECUTIONS}/status/{job_in(state, client, database)}")
        assert ("Retry-After" in response.headers) == (state in ("pending", "processing"))


def test_more_jobs_are_asked_for_at_once_than_are_kept(
    app: Flask, client: CheckedClient, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.services.DOCUMENTS_KEPT", 2)
    services = app.extensions["assessgen"]
    jobs = [submit(client) for _ in range(5)]
    for _ in range(2):
        documents = services._read([*jobs, new_id(), jobs[0]])
        assert [json.loads(document.body)["id"] for document in documents[:5]] == jobs
        assert isinstance(documents[5], Exception)
        assert documents[6] == documents[0]
        assert len(services._documents) == 2


JOB_ROUTES = [
    ("GET", EXECUTIONS + "/status/{}"),
    ("GET", EXECUTIONS + "/{}/logs"),
    ("GET", EXECUTIONS + "/{}/stream"),
    ("POST", EXECUTIONS + "/{}/cancel"),
    ("POST", EXECUTIONS + "/{}/retry"),
]
NO_IDS = ["nope", "0", "x" * 36, "x" * 3000, "%00", "%ff", "..", "'", "00000000-0000-0000-0000-000000000000"]


@pytest.mark.parametrize(("method", "route"), JOB_ROUTES)
def test_another_s_job_an_unknown_and_a_malformed_id_are_all_the_same_404(
    client: CheckedClient, rival: CheckedClient, rows: Callable[[], Counts], method: str, route: str
) -> None:
    job_id = submit(client)
    # Forms that Python's UUID() reads and that are no ids of ours.
    forms = [job_id.replace("-", ""), job_id.replace("-", "") + "----", f"{{{job_id}}}", f"urn:uuid:{job_id}"]
    before, counts = status_of(client, job_id), rows()
    answers = [rival.open(route.format(job_id), method=method)]
    answers += [client.open(route.format(one), method=method) for one in [new_id(), *forms, *NO_IDS]]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert (status_of(client, job_id), rows()) == (before, counts)


def events(client: CheckedClient, job_id: str, last: str | None = None) -> list[dict[str, Any]]:
    """What a job's stream tells until it ends."""
    headers = {} if last is None else {"Last-Event-ID": last}
    response = client.get(f"{EXECUTIONS}/{job_id}/stream", headers=headers)
    assert response.status_code == 200, response.text
    text = response.text
    response.close()
    blocks = [
        dict(line.split(": ", 1) for line in block.split("\n")) for block in text.split("\n\n") if block
    ]
    return [{**block, "data": json.loads(block["data"])} for block in blocks if "data" in block]


def test_a_stream_tells_what_happens_in_its_order_and_ends_with_the_job(
    app: Flask, client: CheckedClient, account: Account, database: Database
) -> None:
    job_id = submit(client)
    watch = app.extensions["assessgen"].watch
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(events, client_of(app, account.key), job_id)
        until(lambda: job_id in watch._watched, "somebody follows the job")
        mine = claim(database, job_id)
        say(database, mine, "AI Progress: one", "AI Progress: two\nover two lines")
        complete(database, mine)
        found = told.result(timeout=60)
    kinds = [event["event"].removeprefix("task_execution.") for event in found]
    assert kinds == ["pending", "progress", "progress", "progress", "completed"]
    assert [event["data"]["sequence"] for event in found] == [1, 2, 3, 4, 5]
    assert [int(event["id"]) for event in found] == sorted(int(event["id"]) for event in found)
    assert found[3]["data"]["message"] == "AI Progress: two\nover two lines"
    assert found[4]["data"]["result"]["delivered"] == 20
    assert job_id not in watch._watched


def test_a_stream_of_a_job_that_has_ended_tells_it_all_and_ends(
    client: CheckedClient, database: Database
) -> None:
    for state in ("completed", "failed"):
        found = events(client, job_in(state, client, database))
        assert [event["data"]["status"] for event in found] == ["pending", "processing", state]


def test_a_stream_goes_on_after_the_last_event_that_was_received(
    client: CheckedClient, database: Database
) -> None:
    job_id = job_in("completed", client, database)
    found = events(client, job_id)
    for place, event in enumerate(found):
        assert events(client, job_id, event["id"]) == found[place + 1 :]
    assert events(client, job_id, "0") == found
    assert events(client, job_id, "9" * 18) == []


@pytest.mark.parametrize("last", ["", "x", "-1", "1.5", "9" * 19, "²", "1 2"])
def test_a_bad_last_event_id_is_refused(client: CheckedClient, last: str) -> None:
    response = client.get(f"{EXECUTIONS}/{submit(client)}/stream", headers={"Last-Event-ID": last})
    assert response.status_code == 400
    assert "Last-Event-ID" in response.get_json()["error"]


def test_a_stream_that_is_left_gives_its_place_back(app: Flask, client: CheckedClient) -> None:
    watch = app.extensions["assessgen"].watch
    before = watch._slots._value
    response = client.get(f"{EXECUTIONS}/{submit(client)}/stream")
    assert next(iter(response.response)) == b"retry: 1000\n\n"
    assert watch._slots._value == before - 1
    response.close()
    assert watch._slots._value == before


def test_a_failed_job_tells_why(client: CheckedClient, database: Database) -> None:
    job_id = submit(client)
    fail(database, claim(database, job_id))
    found = status_of(client, job_id)
    assert found["error"] == {"code": "GENERATION_FAILED", "message": "No question could be made."}
    with database.read() as session:
        assert session.scalars(select(TaskExecution).where(TaskExecution.id == job_id)).one().result is None
