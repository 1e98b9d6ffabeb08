"""`POST /api/v1/verify`: who a session begins for, what is refused, and what is stored of its token."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from models.base import iso_time, new_id
from models.session import Database
from models.verifications import Student
from tests.conftest import Account
from tests.contract.checked import CheckedClient, client_of
from tests.contract.fixtures import Counts
from tests.contract.verifications import STUDENT, VERIFICATIONS, VERIFY, Begin, Json, Work, refused
from tests.jobs import everything, standing_clock

PROJECT: Json = STUDENT["projects"][0]
JOB: Json = STUDENT["experience"][0]
CERTIFICATE: Json = STUDENT["certificates"][0]
Rows = Callable[[], Counts]
ABSENT = object()


def body_with(**more: Any) -> Json:
    """The student's body with other values; ABSENT leaves one out."""
    return {name: value for name, value in {**STUDENT, **more}.items() if value is not ABSENT}


NOTHING = dict.fromkeys(("studentId", "callbackWebhookUrl", "name", "email", "projects"), ABSENT)
ALONE = {"experience": [], "certificates": []}
# what is sent -> the code
MISSING: dict[str, tuple[Json, str]] = {
    "no student id": ({"studentId": ABSENT}, "MISSING_STUDENT_ID"),
    "student id null": ({"studentId": None}, "MISSING_STUDENT_ID"),
    "student id blank": ({"studentId": "  "}, "MISSING_STUDENT_ID"),
    "no address": ({"callbackWebhookUrl": ABSENT}, "MISSING_CALLBACK_WEBHOOK_URL"),
    "address blank": ({"callbackWebhookUrl": ""}, "MISSING_CALLBACK_WEBHOOK_URL"),
    "no name": ({"name": ABSENT}, "MISSING_NAME"),
    "name blank": ({"name": "\t"}, "MISSING_NAME"),
    "no contact": ({"email": ABSENT}, "MISSING_CONTACT"),
    "contacts null": ({"email": None, "phoneNumber": None}, "MISSING_CONTACT"),
    "no data": ({"projects": [], **ALONE}, "NO_DATA"),
    "no lists": ({"projects": ABSENT, "experience": ABSENT, "certificates": ABSENT}, "NO_DATA"),
    "all missing": (NOTHING, "MISSING_STUDENT_ID"),
    "all but the student": ({**NOTHING, "studentId": "s"}, "MISSING_CALLBACK_WEBHOOK_URL"),
    "all but student and address": (
        {**NOTHING, "studentId": "s", "callbackWebhookUrl": "https://a.example/x"},
        "MISSING_NAME",
    ),
    "contact and data": ({"email": ABSENT, "projects": [], **ALONE}, "MISSING_CONTACT"),
    "name, and a bad date": ({"name": ABSENT, "projects": [{**PROJECT, "endDate": "soon"}]}, "MISSING_NAME"),
}
# what is sent -> the field that the refusal names
INVALID: dict[str, tuple[Json, str]] = {
    "a date that is none": ({"projects": [{**PROJECT, "startDate": "soon"}]}, "projects.0.startDate"),
    "the 31st of February": ({"projects": [{**PROJECT, "startDate": "2024-02-31"}]}, "projects.0.startDate"),
    "month 13": ({"projects": [{**PROJECT, "startDate": "2024-13"}]}, "projects.0.startDate"),
    "no start": ({"projects": [{**PROJECT, "startDate": None}]}, "projects.0.startDate"),
    "an end before the start": ({"projects": [{**PROJECT, "endDate": "2023-12"}]}, "projects.0.endDate"),
    "a job that ends first": (
        {"experience": [{**JOB, "startDate": "2023-05-02", "endDate": "2023-05-01"}]},
        "experience.0.endDate",
    ),
    "no description": (
        {"projects": [{k: v for k, v in PROJECT.items() if k != "description"}]},
        "projects.0.description",
    ),
    "no id": ({"certificates": [{"name": "x"}]}, "certificates.0.credentialId"),
    "a bad email": ({"email": "maya"}, "email"),
    "a bad email beside a phone": ({"email": "maya@", "phoneNumber": "+44 20 7946 0000"}, "email"),
    "a bad email alone, and no phone": ({"email": 7, "phoneNumber": ""}, "email"),
    "a phone without a digit": ({"phoneNumber": "---"}, "phoneNumber"),
    "a bad phone": ({"phoneNumber": "call me"}, "phoneNumber"),
    "a project's id twice": ({"projects": [PROJECT, PROJECT]}, "projects"),
    "a job's id twice": ({"experience": [JOB, {**JOB, "role": "Other"}]}, "experience"),
    "an unknown field": ({"studentid": "s"}, "studentid"),
    "an unknown field inside": ({"projects": [{**PROJECT, "projectid": "x"}]}, "projects.0.projectid"),
    "a number for a name": ({"name": 7}, "name"),
    "an object for a list": ({"projects": {}}, "projects"),
    "a string in a list": ({"projects": ["p1"]}, "projects.0"),
    "a number for a skill": ({"skillIds": [1]}, "skillIds.0"),
    "too many projects": ({"projects": [{**PROJECT, "projectId": str(n)} for n in range(51)]}, "projects"),
    "a name too long": ({"name": "n" * 201}, "name"),
}


@pytest.mark.parametrize("case", MISSING)
def test_what_is_missing_has_a_code_of_its_own_in_the_order_of_the_fields(
    client: CheckedClient, rows: Rows, case: str
) -> None:
    changes, code = MISSING[case]
    before = rows()
    refused(client.post(VERIFY, json=body_with(**changes)), 400, code)
    assert rows() == before


@pytest.mark.parametrize("case", INVALID)
def test_what_is_malformed_is_refused_by_its_name(client: CheckedClient, rows: Rows, case: str) -> None:
    changes, name = INVALID[case]
    before = rows()
    answer = client.post(VERIFY, json=body_with(**changes))
    refused(answer, 400, "INVALID_DATA_FORMAT")
    assert name in answer.get_json()["error"]["errors"]
    assert rows() == before


def raw(client: CheckedClient, data: bytes, content_type: str = "application/json") -> TestResponse:
    """POST these bytes."""
    return client.post(VERIFY, data=data, content_type=content_type)


def test_a_body_that_is_no_json_object_is_refused_in_the_envelope(client: CheckedClient, rows: Rows) -> None:
    before = rows()
    for data in (b"", b"{", b"[]", b"null", b"7", b'"text"', b'{"name": NaN}', b"\xff"):
        refused(raw(client, data), 400, "INVALID_DATA_FORMAT")
    refused(raw(client, b"{}", "text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE")
    refused(raw(client, b'{"name": "' + b"n" * 2**20 + b'"}'), 413, "BODY_TOO_LARGE")
    assert rows() == before


def test_skills_may_be_named_at_once_and_unknown_ones_are_refused(
    client: CheckedClient, begin: Begin, rows: Rows
) -> None:
    found = client.get(f"{VERIFICATIONS}/{begin(skillIds=['react', 'git']).record_id}").get_json()["data"]
    assert [(one["skillId"], one["name"]) for one in found["skills"]] == [("react", "React"), ("git", "Git")]
    before = rows()
    answer = client.post(VERIFY, json=body_with(skillIds=["react", "no-such-skill"]))
    refused(answer, 400, "INVALID_SKILL_IDS")
    assert "no-such-skill" in answer.get_json()["error"]["message"]
    assert rows() == before


def test_no_skill_is_named_twice_at_once_and_no_more_than_ten(
    client: CheckedClient, work: Work, rows: Rows
) -> None:
    known = [one["skillId"] for one in client.get("/api/v1/skills").get_json()["data"]["skills"]][:11]
    before = rows()
    for skills in (known, ["react", "react"]):
        answer = client.post(VERIFY, json=body_with(skillIds=skills))
        refused(answer, 400, "INVALID_DATA_FORMAT")
        assert "skillIds" in answer.get_json()["error"]["errors"]
    assert rows() == before
    assert client.post(VERIFY, json=body_with(skillIds=known[:10])).status_code == 200


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x", "http://10.0.0.8/x", "http://169.254.169.254/x", "ftp://a.example/x", "no url"],
)
def test_an_address_that_must_not_be_called_is_refused(client: CheckedClient, rows: Rows, url: str) -> None:
    before = rows()
    answer = client.post(VERIFY, json=body_with(callbackWebhookUrl=url))
    refused(answer, 400, "INVALID_DATA_FORMAT")
    assert "callbackWebhookUrl" in answer.get_json()["error"]["errors"]
    assert rows() == before


def test_only_an_organisation_s_key_begins_a_session(
    app: Flask, stranger: CheckedClient, begin: Begin, rows: Rows
) -> None:
    token = begin().token
    before = rows()
    for client in (stranger, client_of(app, "ak_live_" + "x" * 42), client_of(app, token)):
        for answer in (client.post(VERIFY, json=STUDENT), client.get(VERIFICATIONS)):
            refused(answer, 401, "INVALID_API_KEY")
    assert rows() == before


def test_a_session_lives_for_forty_days(begin: Begin) -> None:
    with standing_clock() as clock:
        data = begin().data
        assert data["expiresIn"] == 3_456_000
        assert data["expiresAt"] == iso_time(clock.forward(seconds=3_456_000))


@pytest.mark.parametrize(
    "contact", [{"email": None, "phoneNumber": "+44 20 7946 0000"}, {"email": "m@ü.example"}]
)
def test_either_contact_will_do(begin: Begin, contact: Json) -> None:
    stored = begin(**contact).stored()
    assert (stored.email, stored.phone) == (contact.get("email"), contact.get("phoneNumber"))


def test_what_is_told_is_stored_trimmed_and_dates_may_be_as_rough_as_they_are(begin: Begin) -> None:
    projects = [
        {**PROJECT, "name": "  Shop  ", "startDate": "2024", "endDate": "2024-01"},
        {**PROJECT, "projectId": "p2", "startDate": "2024-01-31T10:00:00Z", "endDate": None},
    ]
    one, two, *_ = begin(name=" Maya ", projects=projects).stored().sources
    assert (one["name"], one["start"], one["end"]) == ("Shop", "2024", "2024-01")
    assert (two["start"], two["end"], two["is_chosen"]) == ("2024-01-31T10:00:00Z", None, False)


def students(database: Database, account: Account) -> list[Student]:
    """The organisation's students."""
    with database.read() as session:
        return list(
            session.scalars(select(Student).where(Student.organization_id == account.organization_id))
        )


def test_the_same_student_twice_is_one_user_with_two_verifications(
    begin: Begin, database: Database, account: Account
) -> None:
    one, two, other = begin(), begin(), begin(studentId="another")
    assert one.data["recordUserId"] == two.data["recordUserId"] != other.data["recordUserId"]
    assert len({one.record_id, two.record_id, other.record_id}) == 3
    assert one.token != two.token
    assert len(students(database, account)) == 2


def test_two_organisations_students_of_one_id_are_two(client: CheckedClient, rival: CheckedClient) -> None:
    mine, theirs = (one.post(VERIFY, json=STUDENT).get_json()["data"] for one in (client, rival))
    assert mine["recordUserId"] != theirs["recordUserId"]


def test_a_new_student_who_comes_from_eight_sides_at_once_is_one(
    app: Flask, account: Account, database: Database
) -> None:
    together = Barrier(8)

    def send() -> Json:
        client = client_of(app, account.key)
        together.wait(20)
        answer: Json = client.post(VERIFY, json=STUDENT).get_json()["data"]
        return answer

    with ThreadPoolExecutor(8) as pool:
        found = [done.result() for done in [pool.submit(send) for _ in range(8)]]
    assert len({one["recordUserId"] for one in found}) == 1
    assert len({one["recordVerificationId"] for one in found}) == 8
    assert len(students(database, account)) == 1


# --- the token, and replays --------------------------------------------------------------------


def holding(database: Database, text: str) -> list[str]:
    """The tables of which a row has the text in any column."""
    return [
        table
        for table, found in everything(database).items()
        if any(
            text in str(value) or text.encode() in _bytes(value) for row in found for value in row.values()
        )
    ]


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def test_a_replay_gives_the_same_token_which_no_row_holds(
    client: CheckedClient, database: Database, account: Account
) -> None:
    headers = {"Idempotency-Key": "begin-1"}
    body = body_with(studentId=f"student {new_id()}")
    first = client.post(VERIFY, json=body, headers=headers)
    again = client.post(VERIFY, json=body, headers=headers)
    assert (again.status_code, again.data) == (200, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(students(database, account)) == 1
    token = first.get_json()["data"]["sessionToken"]
    assert holding(database, token) == []
    # All of it but the letters that it is looked up by.
    assert holding(database, token[len("st_live_") + 10 :]) == []
    assert "students" in holding(database, body["studentId"])
    refused(client.post(VERIFY, json=STUDENT, headers=headers), 422, "IDEMPOTENCY_MISMATCH")


def test_a_refused_beginning_leaves_its_key_free(client: CheckedClient) -> None:
    headers = {"Idempotency-Key": "begin-1"}
    refused(client.post(VERIFY, json=body_with(name=ABSENT), headers=headers), 400, "MISSING_NAME")
    assert client.post(VERIFY, json=STUDENT, headers=headers).status_code == 200


def test_no_log_tells_the_token(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    student = begin().steps()
    assert student.token not in caplog.text


# --- looking at them ---------------------------------------------------------------------------


def test_a_verification_is_shown_with_all_that_it_has_come_to(client: CheckedClient, begin: Begin) -> None:
    student = begin()
    address = f"{VERIFICATIONS}/{student.record_id}"

    def state() -> tuple[str, bool, int, int]:
        data = client.get(address).get_json()["data"]
        return data["state"], data["isLocked"], data["attemptsMade"], data["totalQuestions"]

    assert state() == ("created", False, 0, 0)
    job_id = student.steps().begin_job()
    assert state() == ("generating", False, 0, 0)
    assert client.get(address).get_json()["data"]["jobId"] == job_id
    student.work(job_id)
    assert state() == ("ready", False, 0, 10)
    student.score(5)
    assert state() == ("rejected", False, 1, 10)
    student.retake()
    assert state() == ("ready", False, 1, 10)
    student.score(6)
    assert state() == ("verified", True, 2, 10)
    data = client.get(address).get_json()["data"]
    assert [(one["attemptNumber"], one["score"], one["passed"]) for one in data["attempts"]] == [
        (1, 50, False),
        (2, 60, True),
    ]
    for attempt in data["attempts"]:
        assert sum(one["totalQuestions"] for one in attempt["skills"]) == attempt["totalQuestions"] == 10
        assert sum(one["correctAnswers"] for one in attempt["skills"]) == attempt["correctAnswers"]
    assert {(one["status"], one["verifiedBy"]) for one in data["skills"]} == {("verified", "assessment")}


def test_only_the_organisation_sees_its_verification_and_only_by_its_very_id(
    client: CheckedClient, rival: CheckedClient, begin: Begin
) -> None:
    record_id = begin().record_id
    mode, bare = record_id.split("_")[1:]
    assert client.get(f"{VERIFICATIONS}/{record_id}").status_code == 200
    refused(rival.get(f"{VERIFICATIONS}/{record_id}"), 404, "NOT_FOUND")
    with_hyphens = f"{bare[:8]}-{bare[8:12]}-{bare[12:16]}-{bare[16:20]}-{bare[20:]}"
    for wrong in (
        record_id.upper(),
        f"ver_{mode}_{bare.upper()}",
        f"ver_test_{bare}",
        f"ver_{mode}_{with_hyphens}",
        with_hyphens,
        bare,
        f"ver_live_{new_id().replace('-', '')}",
        f"{record_id}0",
        record_id[:-1],
        f"ver_{mode}_{'٣' * 32}",
        f"ver_{mode}_{'g' * 32}",
        "ver",
        "%00",
    ):
        refused(client.get(f"{VERIFICATIONS}/{wrong}"), 404, "NOT_FOUND")
        refused(client.delete(f"{VERIFICATIONS}/{wrong}"), 404, "NOT_FOUND")
    assert client.get(f"{VERIFICATIONS}/{record_id}").status_code == 200


def listed(client: CheckedClient, query: str = "") -> tuple[list[str], str | None]:
    """A page: the ids and the next cursor."""
    data = client.get(f"{VERIFICATIONS}?{query}").get_json()["data"]
    return [one["recordVerificationId"] for one in data["verifications"]], data["nextCursor"]


def test_verifications_are_listed_newest_first_page_by_page_and_by_student(
    client: CheckedClient, rival: CheckedClient, begin: Begin
) -> None:
    made = [begin(studentId=f"s{number % 2}").record_id for number in range(5)][::-1]
    assert listed(client) == (made, None)
    pages, cursor = [], ""
    while cursor is not None:
        page, cursor = listed(client, f"limit=2{f'&cursor={cursor}' if cursor else ''}")
        pages.append(page)
    assert pages == [made[:2], made[2:4], made[4:]]
    assert listed(client, "studentId=s1") == (made[1::2], None)
    assert listed(client, "studentId=nobody") == ([], None)
    assert listed(rival) == ([], None)
    for query in ("cursor=x", "limit=0", "limit=101", "student=x", "studentId=%00"):
        refused(client.get(f"{VERIFICATIONS}?{query}"), 400, "INVALID_DATA_FORMAT")
