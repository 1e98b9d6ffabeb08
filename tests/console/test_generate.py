"""Asking for an assessment: the form, its files, the chance of guessing, and two clicks."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import func, select, update

from api.console.generate_files import Unreadable, text_of
from api.console.generate_guess import guess_pass_chance, shown
from api.idempotency import REPLAYED
from models import TaskExecution
from models.base import table_of
from models.organizations import READ, ApiKey, Organization
from models.session import Database
from tests.conftest import SECRET, Account
from tests.console.browser import Visit
from tests.console.documents import docx, docx_of, pdf, zip_of
from tests.console.signed_in import Member
from tests.stack import BODY, Stack
from workers.generation import guessing

PATH = "/console/generate"
FORM: dict[str, Any] = {
    "token": "a form's own",
    "job_role": "Senior Python Developer",
    "job_description": BODY["job_description"],
    "number_of_questions": "12",
    "cutoff": "60",
    "language": "en",
    "question_types": ["multiple_choice"],
    "mode": "live",
    "on_shortfall": "partial",
    "reuse": "yes",
}


@pytest.fixture
def sender(app: Flask, database: Database, account: Account) -> Member:
    """Somebody who has signed in."""
    return Member(app, database, account)


def jobs(database: Database) -> list[TaskExecution]:
    """All jobs, in their order."""
    with database.read() as session:
        return list(session.scalars(select(TaskExecution).order_by(TaskExecution.created_at)))


def file(data: bytes, name: str) -> tuple[BytesIO, str]:
    """A file of a form."""
    return BytesIO(data), name


def test_what_is_typed_becomes_the_job_that_the_api_would_make(
    sender: Member, database: Database, account: Account
) -> None:
    typed = {
        **FORM,
        "job_description": "Python,\r\nand SQL",
        "duration_minutes": "45",
        "difficulty": "senior",
        "language": "de",
        "question_types": ["multiple_choice", "numeric"],
        "mode": "economy",
        "on_shortfall": "fail",
        "seed": "7",
        "external_id": "ref-1",
        "notification_url": "https://93.184.216.34/hook",
    }
    del typed["reuse"]
    answer = sender.post(PATH, **typed)
    [job] = jobs(database)
    assert (answer.status_code, answer.location) == (303, f"/console/jobs/{job.id}")
    body = {name: value for name, value in typed.items() if name != "token"} | {
        "job_description": "Python,\nand SQL",
        "number_of_questions": 12,
        "cutoff": 60,
        "duration_minutes": 45,
        "seed": 7,
        "reuse": False,
    }
    api = sender.client.post("/api/v2/assessments/generate-ai", json=body, headers=account.headers)
    assert api.status_code == 202, api.text
    [_, asked] = jobs(database)
    for name in ("brief", "seed", "external_id", "notification_url", "created_by", "mode", "type"):
        assert getattr(job, name) == getattr(asked, name), name


def test_two_clicks_on_one_form_make_one_job_and_a_changed_form_another(
    sender: Member, database: Database
) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: sender.post(PATH, **FORM), range(4)))
    assert {answer.status_code for answer in answers} == {303}
    [job] = jobs(database)
    assert {answer.location for answer in answers} == {f"/console/jobs/{job.id}"}
    assert sum(REPLAYED in answer.headers for answer in answers) == 3
    sender.post(PATH, **FORM, external_id="another")
    sender.post(PATH, **{**FORM, "token": "another form"})
    assert len(jobs(database)) == 3


BAD = [
    ("job_role", " ", "Give the role a name of 1 to 200 characters."),
    ("job_role", "r" * 201, "Give the role a name of 1 to 200 characters."),
    ("job_description", "", "Describe the role in 1 to 50,000 characters, or choose a file."),
    ("number_of_questions", "", "Give a whole number from 5 to 100."),
    ("number_of_questions", "4", "Give a whole number from 5 to 100."),
    ("cutoff", "6.5", "Give a whole number from 0 to 100."),
    ("cutoff", "٦", "Give a whole number from 0 to 100."),
    ("duration_minutes", "601", "Give a whole number of minutes from 1 to 600, or nothing."),
    ("language", "klingon", "Choose one of the list."),
    ("question_types", [], "Choose at least one type of question."),
    ("question_types", ["riddle"], "Choose at least one type of question."),
    ("seed", "9" * 30, "Give a whole number from 0 to 9,007,199,254,740,991, or nothing."),
    ("notification_url", "ftp://example.com/x", "No message can be sent to this address."),
    ("job_role", "a\0b", "It holds a NUL character"),
]


@pytest.mark.parametrize(("name", "value", "told"), BAD)
def test_a_mistake_is_told_at_its_field_and_nothing_is_lost(
    sender: Member, database: Database, name: str, value: Any, told: str
) -> None:
    answer = sender.post(PATH, **{**FORM, name: value})
    assert answer.status_code == 422
    assert answer.text.count(told) == 2, "once in the summary and once at the field"
    assert f'id="{name}-problem"' in answer.text
    assert BODY["job_description"][:40] in answer.text or name == "job_description"
    assert jobs(database) == []


def test_a_quota_that_is_used_up_is_told_on_the_form(
    sender: Member, database: Database, account: Account
) -> None:
    with database.transaction() as connection:
        connection.execute(update(table_of(Organization)).values(jobs_per_day=1))
    sender.post(PATH, **FORM)
    answer = sender.post(PATH, **{**FORM, "token": "the second"})
    assert answer.status_code == 429
    assert "may begin 1 jobs a day" in answer.text
    assert "Senior Python Developer" in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert len(jobs(database)) == 1


def test_without_javascript_the_file_goes_with_the_form(sender: Member, database: Database) -> None:
    sender.post(PATH, **{**FORM, "job_description": ""}, file=file(docx("Python", "SQL"), "Advert.DOCX"))
    sender.post(PATH, **{**FORM, "job_description": "Go"}, file=file(b"and Rust", "more.md"))
    assert [job.brief["description"] for job in jobs(database)] == ["Python\nSQL", "Go\n\nand Rust"]
    answer = sender.post(PATH, **FORM, file=file(pdf(""), "scan.pdf"))
    assert answer.status_code == 422
    assert "pictures of text" in answer.text
    assert len(jobs(database)) == 2


def test_a_key_that_may_only_read_gets_no_form(app: Flask, database: Database, account: Account) -> None:
    with database.write() as session:
        organization = session.get_one(Organization, account.organization_id)
        key = ApiKey.create(session, organization, "live", SECRET.encode(), scopes=[READ])
    reader = Member(app, database, Account(account.organization_id, key))
    assert "may not generate" in reader.get(PATH).text
    assert "<textarea" not in reader.get(PATH).text
    assert reader.post(PATH, **FORM).status_code == 403
    assert jobs(database) == []


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("a.txt", "Müller\r\n\r\n\r\n\r\nGo  \r\n".encode(), "Müller\n\nGo"),
        ("a.txt", "Müller".encode("cp1252"), "Müller"),
        ("a.md", "# Gö".encode("utf-16"), "# Gö"),
        ("a.md", b"\xef\xbb\xbfGo\x0b\x07", "Go"),
        ("A.PDF", pdf("Python", "and SQL"), "Python\n\nand SQL"),
        ("open.pdf", pdf("Python", password=""), "Python"),
        ("a.docx", docx("Python", cells=("Must", "SQL")), "Python\nMust\nSQL"),
    ],
)
def test_a_file_s_text_is_read(app: Flask, name: str, data: bytes, text: str) -> None:
    with app.test_request_context():
        assert text_of(name, data) == text


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.odt", b"x", "Only .txt, .md, .pdf and .docx"),
        ("noname", b"x", "Only .txt, .md, .pdf and .docx"),
        ("a.txt", b" \n", "There is no text"),
        ("a.txt", b"\x7fELF\0\1", "not a file of text"),
        ("a.txt", b"x" * 50_001, "holds 50,001 characters"),
        ("a.pdf", b"not a pdf", "damaged, or is no .pdf"),
        ("a.pdf", pdf("Python")[:300], "damaged, or is no .pdf"),
        ("a.pdf", pdf("Python", password="secret"), "locked with a password"),
        ("a.pdf", pdf("", ""), "pictures of text"),
        ("a.pdf", pdf(*["page"] * 31), "31 pages"),
        ("a.docx", b"not a zip", "damaged, or is no .docx"),
        ("a.docx", zip_of(b"nothing"), "damaged, or is no .docx"),
        ("a.docx", docx(), "There is no text"),
    ],
)
def test_a_file_that_can_t_be_read_says_why(app: Flask, name: str, data: bytes, told: str) -> None:
    with app.test_request_context(), pytest.raises(Unreadable) as refused:
        text_of(name, data)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("endless.pdf", pdf("x", content=b"BT /F1 1 Tf " + b"(x) Tj 1 0 0 1 0 0 Tm " * 400_000 + b"ET")),
        ("bomb.docx", docx_of(b"<w:p/>" * 40_000_000)),
    ],
    ids=["time", "memory"],
)
def test_a_small_file_that_takes_for_ever_is_given_up(app: Flask, name: str, data: bytes) -> None:
    assert len(data) < 1024 * 1024
    with app.test_request_context(), pytest.raises(Unreadable):
        text_of(name, data)


def test_a_file_that_is_too_large_is_refused(sender: Member) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    body += b"x" * 1024 * 1024 + b"\r\n--b--\r\n"
    answer = sender.client.post(
        f"{PATH}/text",
        data=body,
        content_type="multipart/form-data; boundary=b",
        headers={"X-CSRFToken": sender.token},
    )
    assert answer.status_code == 413


def test_the_chance_of_guessing_is_the_worker_s() -> None:
    for questions in (5, 6, 20, 33, 100):
        for cutoff in (0, 1, 40, 50, 63, 99, 100):
            theirs = guessing.guess_pass_chance(cutoff, [1 / 4] * questions)
            assert guess_pass_chance(cutoff, questions) == pytest.approx(theirs, rel=1e-9, abs=1e-15)


@pytest.mark.browser
def test_the_chance_of_guessing_is_told_as_the_numbers_change(member: Visit, app: Flask) -> None:
    page = member.open(PATH)
    told = page.locator("#guess")
    expect(told).to_have_text("Somebody who only guesses reaches this cutoff with a chance of 10.18%.")
    page.get_by_label("Cutoff in percent").fill("60")
    expect(told).to_contain_text("0.09%")
    for questions, cutoff in ((5, 0), (5, 50), (33, 40), (100, 25), (100, 30), (100, 100)):
        page.get_by_label("Number of questions").fill(str(questions))
        page.get_by_label("Cutoff in percent").fill(str(cutoff))
        with app.test_request_context():
            chance = shown(guess_pass_chance(cutoff, questions))
        expect(told).to_contain_text(f" {chance}.")
    page.get_by_label("Cutoff in percent").fill("")
    expect(told).to_have_text("Give both numbers to see how far mere guessing gets.")


@pytest.mark.browser
def test_a_dropped_file_stands_in_the_description_and_becomes_a_job(member: Visit, service: Stack) -> None:
    member.expected.append("422")
    page = member.open(PATH)
    member.check()
    page.get_by_label("Role", exact=True).fill("Python Developer")
    told, description = page.locator("#file-told"), page.get_by_label("Description", exact=True)
    page.get_by_label("Description from a file").set_input_files(
        {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": pdf("")}
    )
    expect(told).to_contain_text("pictures of text")
    expect(description).to_have_value("")
    page.get_by_label("Description from a file").set_input_files(
        {
            "name": "advert.docx",
            "mimeType": "application/octet-stream",
            "buffer": docx(BODY["job_description"]),
        }
    )
    expect(told).to_have_text("The text of advert.docx stands in the description now.")
    expect(description).to_have_value(BODY["job_description"])
    expect(description).to_be_focused()
    _drop(member, "more.md", "Kubernetes")
    expect(description).to_have_value(f"{BODY['job_description']}\n\nKubernetes")
    page.get_by_label("Description from a file").set_input_files(
        {"name": "big.txt", "mimeType": "text/plain", "buffer": b"x" * 2_000_000}
    )
    expect(told).to_contain_text("larger than 1 MB")
    page.get_by_role("button", name="Generate", exact=True).click()
    page.wait_for_url("**/console/jobs/*")
    document = service.ended(page.url.rpartition("/")[2])
    assert document["status"] == "completed"


def _drop(visit: Visit, name: str, text: str) -> None:
    """Drop a file on the description, as the browser tells the page of it."""
    transfer = visit.page.evaluate_handle(
        """([name, text]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], name, { type: "text/plain" }));
            return transfer;
        }""",
        [name, text],
    )
    for kind in ("dragover", "drop"):
        visit.page.dispatch_event("#job_description", kind, {"dataTransfer": transfer})


@pytest.mark.browser
def test_a_double_click_makes_one_job(member: Visit, service: Stack) -> None:
    before = len(service.get("/api/v2/task-executions?limit=100").json()["task_executions"])
    page = member.open(PATH)
    page.get_by_label("Role", exact=True).fill("Developer of one job")
    page.get_by_label("Description", exact=True).fill(BODY["job_description"])
    page.get_by_role("button", name="Generate", exact=True).dblclick()
    page.wait_for_url("**/console/jobs/*")
    after = service.get("/api/v2/task-executions?limit=100").json()["task_executions"]
    assert len(after) == before + 1
    assert page.url.endswith(after[0]["id"])


@pytest.mark.browser
def test_mistakes_are_told_in_the_browser_too(member: Visit) -> None:
    member.expected.append("422")
    page = member.open(PATH)
    page.evaluate("document.getElementById('generate').noValidate = true")
    page.get_by_label("Role", exact=True).fill("Kept")
    page.get_by_label("Cutoff in percent").fill("300")
    page.get_by_role("button", name="Generate", exact=True).click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Nothing was generated yet.")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Role", exact=True)).to_have_value("Kept")
    expect(page.get_by_label("Cutoff in percent")).to_have_attribute("aria-invalid", "true")
    member.check()
    summary.get_by_role("link", name="Cutoff in percent").click()
    expect(page.get_by_label("Cutoff in percent")).to_be_focused()


def test_a_form_without_its_token_of_the_session_is_refused(sender: Member, database: Database) -> None:
    answer = sender.client.post(PATH, data=FORM)
    assert answer.status_code == 400
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(TaskExecution)) == 0
