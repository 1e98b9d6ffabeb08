"""Without a browser: pages of assessments with each type of question, of others, and of drafts."""

import html
import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from api.candidate_lists import Complaint, of_csv, of_lines
from api.console.assessments_heat import heat_of
from models import Assessment, CandidateKey, forms, sign_in_links
from models.assessments import DRAFT, Sought
from models.organizations import authenticate
from models.session import Database
from settings import Settings
from tests.conftest import Account, new_account, settings_for
from tests.sittings import Exam, change, exam, key, secrets_of, task
from tests.templates import Templates

ROOT = "/console/assessments"
Json = dict[str, Any]


@pytest.fixture
def settings(tmp_path: Path, templates: Templates) -> Settings:
    """Settings under which drafts are kept from candidates."""
    return settings_for(tmp_path, templates.sqlite(tmp_path / "test.db"), ASSESSGEN_REQUIRE_APPROVAL="true")


class Person:
    """Somebody who has signed in for an organisation, without a browser."""

    def __init__(self, app: Flask, database: Database, settings: Settings, account: Account) -> None:
        with database.write() as session:
            caller = authenticate(session, account.key, settings.secret_key)
            assert caller is not None
            link = sign_in_links.create(session, caller.key_id)
        self.client: Client = app.test_client()
        assert self.client.get(f"/console/link/{link}").status_code == 302
        page = self.client.get("/console").text
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found is not None
        self.token = found[1]

    def get(self, path: str) -> TestResponse:
        return self.client.get(ROOT + path)

    def post(self, path: str, **form: Any) -> TestResponse:
        return self.client.post(ROOT + path, data={"csrf_token": self.token, **form})


@pytest.fixture
def person(app: Flask, database: Database, settings: Settings, account: Account) -> Person:
    return Person(app, database, settings, account)


@pytest.fixture
def rival(app: Flask, database: Database, settings: Settings) -> Person:
    return Person(app, database, settings, new_account(database, settings, "Rival"))


@pytest.fixture
def made(database: Database, account: Account) -> Exam:
    """An assessment of Acme's with a question of each type."""
    return exam(database, account.organization_id)


def form_of(person: Person, path: str) -> Json:
    """What the form at that address would send as it is."""
    page = html.unescape(person.get(path).text.partition("<main")[2])
    form: Json = {}
    for name, text in re.findall(r'<textarea id="(\w+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL):
        form[name] = text
    for tag in re.findall(r"<input [^>]*>", page):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        is_choice = found.get("type") in ("radio", "checkbox")
        if "name" in found and (not is_choice or " checked" in tag):
            form.setdefault(found["name"], []).append(found.get("value", ""))
    for name, options in re.findall(r'<select id="(\w+)" name="\1".*?>(.*?)</select>', page, re.DOTALL):
        [form[name]] = re.findall(r'value="(\w+)" selected', options)
    return {**form, "csrf_token": person.token}


def question_at(database: Database, exam: Exam, place: int) -> forms.ShownQuestion:
    with database.read() as session:
        form = session.get_one(Assessment, exam.assessment_id).form(session)
        assert form is not None
        return forms.questions_of(session, form, with_keys=True)[place]


NAMES = ("choice", "code", "truth", "select", "order", "number", "word")
# Of each type: what is typed, and what the key is then: options' texts, or what is accepted.
EDITS: dict[str, tuple[Json, list[Any]]] = {
    "choice": ({"correct": "1"}, ["wrong"]),
    "code": ({"correct": "2", "code": "print(2)\r\nprint(3)"}, ["other"]),
    "truth": ({"correct": "1"}, ["False"]),
    "select": ({"correct": ["2", "3"]}, ["other", "fourth"]),
    "order": ({f"rank-{at}": "2341"[at] for at in range(4)}, ["fourth", "right", "wrong", "other"]),
    "number": ({"accepted": "7.5", "tolerance": "0.25"}, [{"value": "7.5", "tolerance": "0.25"}]),
    "word": ({"accepted": " stash \r\n\r\ngit stash"}, ["stash", "git stash"]),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_form_changes_the_key_of_each_type(
    person: Person, database: Database, made: Exam, name: str
) -> None:
    path = f"/{made.assessment_id}/questions/{made.questions[name]}/edit"
    before = form_of(person, path)
    assert person.post(path, **before).status_code == 422, "as it is, nothing is changed"
    typed, expected = EDITS[name]
    assert person.post(path, **{**before, **typed}).status_code == 303
    after = question_at(database, made, NAMES.index(name))
    assert after.key is not None
    texts = {option["id"]: option["text"] for option in after.options}
    assert [texts.get(one, one) if texts else one for one in after.key.correct] == expected
    if name == "code":
        assert after.question.code == "print(2)\nprint(3)"


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("choice", {"option-1": "right"}, "a text of its own"),
        ("choice", {"stem": " "}, "1 to 2,000 characters"),
        ("choice", {"seconds": "ten"}, "whole number of seconds"),
        ("choice", {"difficulty": "hard"}, "one of the difficulties"),
        ("choice", {"correct": "x"}, "Choose the one right option"),
        ("select", {"correct": ["1"]}, "as many right options as there are now: 2"),
        ("order", {"rank-0": "2"}, "a place of its own"),
        ("number", {"tolerance": "0,5"}, "with a point"),
        ("word", {"accepted": " "}, "1 to 20 answers"),
    ],
)
def test_a_bad_edit_comes_back_with_what_was_typed(
    person: Person, database: Database, made: Exam, name: str, typed: Json, told: str
) -> None:
    path = f"/{made.assessment_id}/questions/{made.questions[name]}/edit"
    answer = person.post(path, **{**form_of(person, path), "explanation": "Kept <b>.", **typed})
    assert answer.status_code == 422
    assert told in answer.text
    assert "Kept &lt;b&gt;." in answer.text
    assert 'aria-invalid="true"' in answer.text or 'id="correct-error"' in answer.text
    assert question_at(database, made, 0).question.id == made.questions["choice"]


def test_no_key_is_on_a_page_that_was_not_asked_for_one(
    person: Person, database: Database, made: Exam
) -> None:
    secrets = secrets_of(database, made.form_id) | {"41.5", "git rebase"}
    at = f"/{made.assessment_id}"
    for path in (
        at,
        f"{at}/preview",
        *(f"{at}/preview?at={place}" for place in range(1, 8)),
        f"{at}/settings",
    ):
        page = person.get(path)
        assert page.status_code == 200
        assert not [text for text in secrets if text in page.text], path
    whole = person.get(f"{at}?keys=all").text
    assert not [text for text in secrets if text not in whole]
    one = person.get(f"{at}?keys={made.questions['word']}").text
    assert "git rebase" in one
    assert "41.5" not in one
    assert "41.5" in person.get(f"{at}/questions/{made.questions['number']}/key").text


def test_nobody_else_s_assessment_is_shown_or_changed(
    person: Person, rival: Person, database: Database, made: Exam
) -> None:
    key_id, _ = key(database, made.assessment_id)
    at, question = f"/{made.assessment_id}", f"/questions/{made.questions['choice']}"
    pages = ("", "/preview", "/invite", "/candidates", "/settings", f"{question}/edit", f"{question}/key")
    for page in pages:
        assert person.get(at + page).status_code == 200, page
        assert rival.get(at + page).status_code == 404, page
    changes = (
        "/approve",
        "/invite",
        "/settings",
        f"{question}/edit",
        f"{question}/replace",
        f"/candidates/{key_id}/revoke",
    )
    for path in changes:
        assert rival.post(at + path, people="Jo", days="7", extra="0", token="t").status_code == 404, path
    assert rival.get("").text.count(made.assessment_id) == 0
    with database.read() as session:
        assert session.get_one(CandidateKey, key_id).revoked_at is None


def test_a_form_that_is_not_ours_changes_nothing(person: Person, made: Exam) -> None:
    path = f"{ROOT}/{made.assessment_id}/approve"
    assert person.client.post(path, data={"version": "1"}).status_code == 400


def test_nobody_is_invited_to_a_draft_where_an_approval_is_required(
    person: Person, database: Database, made: Exam
) -> None:
    change(database, Assessment, made.assessment_id, status=DRAFT)
    at = f"/{made.assessment_id}"
    assert "before it is approved" in person.get(at).text
    assert "Make the links" not in person.get(f"{at}/invite").text
    answer = person.post(f"{at}/invite", people="Jo", days="7", extra="0", token="t")
    assert answer.status_code == 409
    assert "Approve it, then invite" in answer.text
    assert person.post(f"{at}/approve", version="1").status_code == 303
    answer = person.post(f"{at}/invite", people='<b>"Jo"', days="7", extra="0", token="t")
    assert answer.status_code == 200
    assert "/take/ck_live_" in answer.text
    assert "<b>" not in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_form_of_candidates_counts_once_and_another_one_counts_again(person: Person, made: Exam) -> None:
    form = {"days": "7", "extra": "0", "token": "t"}
    at = f"/{made.assessment_id}/invite"
    links = [
        re.findall(r"/take/(ck_live_\w+)\"", person.post(at, people=people, **form).text)
        for people in ("Jo", "Jo", "Kim")
    ]
    assert links[0] == links[1] != links[2]
    files = [person.post(at, file=(io.BytesIO(b"name\nLee\n"), "a.csv"), **form) for _ in range(2)]
    assert files[0].status_code == 200
    assert [one.headers.get("Idempotent-Replayed") for one in files] == [None, "true"]
    assert person.post(at, people="Jo", **{**form, "days": "400"}).status_code == 422


def test_a_task_has_candidates_and_no_settings(person: Person, database: Database, account: Account) -> None:
    made = task(database, has_rubric=True)
    assert "Make it stream." in person.get(f"/{made}").text
    assert person.get(f"/{made}/settings").status_code == 404
    assert person.get(f"/{made}/invite").status_code == 200


def test_what_is_looked_for_is_found_page_by_page(
    person: Person, database: Database, account: Account
) -> None:
    for number in range(27):
        exam(database, account.organization_id, name=f"Number {number} 100%_")
    exam(database, account.organization_id, name="Other", status=DRAFT)
    page = person.get("?q=100%25_").text
    assert page.count('scope="row"') == 25
    [cursor] = re.findall(r"cursor=([^&\"]+)", page)
    assert "q=100" in page
    assert person.get(f"?q=100%25_&cursor={cursor}").text.count('scope="row"') == 2
    assert person.get("?status=draft").text.count('scope="row"') == 1
    assert person.get("?kind=task").text.count('scope="row"') == 0
    assert person.get("?q=a%00b").status_code == 200
    assert person.get("?cursor=nonsense").status_code == 400
    with database.read() as session:
        assert not Assessment.search(session, account.organization_id, Sought("1%0"), None, 5)


def test_names_and_addresses_are_read_in_any_usual_way() -> None:
    complaints: list[Complaint] = []
    text = "Maya Okafor <maya@example.com>\n\njo@example.com\nKim\nlee@example.com; Lee\n"
    text += "Ann\tann@example.com\nKim\n"
    found = [(one.name, one.email, one.extra_percent) for one in of_lines(text, 25, complaints)]
    assert found == [
        ("Maya Okafor", "maya@example.com", 25),
        (None, "jo@example.com", 25),
        ("Kim", None, 25),
        ("Lee", "lee@example.com", 25),
        ("Ann", "ann@example.com", 25),
        ("Kim", None, 25),
    ]
    assert not complaints
    bad = "a@b\nMaya <maya@example.com>\nMAYA@example.com\n<>\n" + "x" * 201
    assert len(list(of_lines(bad, 0, complaints))) == 1
    assert [(one.line, one.text) for one in complaints] == [
        (1, "'a@b' is no email address."),
        (3, "its email stands in line 2 already."),
        (4, "it has neither an email nor a name."),
        (5, "the name is longer than 200 characters."),
    ]
    assert [one.name for one in of_csv("name\nJo\n", [])] == ["Jo"]


def test_the_map_counts_what_there_is_and_what_was_planned(database: Database, made: Exam) -> None:
    with database.read() as session:
        form = session.get_one(forms.Form, made.form_id)
        shown = forms.questions_of(session, form, with_keys=False)
    skill = {"weight": 3, "evidence": "", "must_have": True}
    form.skills = [{**skill, "id": "react", "name": "React"}, {**skill, "id": "sql", "name": "SQL"}]
    form.blueprint = [{"skill": "react", "difficulty": "senior", "count": 2}]
    heat = heat_of(form, shown)
    react, sql, git = heat.rows
    assert [(cell.count, cell.planned, cell.shade) for cell in react.cells] == [
        (4, 0, 4),
        (0, 0, 0),
        (0, 2, 0),
    ]
    assert (sql.total, sql.is_covered, git.total, git.must_have) == (0, False, 3, False)
    assert [row.name for row in heat.missing] == ["SQL"]
    assert heat.totals == (7, 0, 0)
