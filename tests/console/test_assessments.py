"""Assessments in a browser: found, looked at, edited, replaced, approved, previewed; candidates invited."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from models.organizations import ApiKey, Organization
from models.session import Database
from tests.console.browser import Visit
from tests.stack import Stack

pytestmark = pytest.mark.browser

Json = dict[str, Any]
ROOT = "/console/assessments"


@pytest.fixture
def made(service: Stack) -> str:
    """The id of a new assessment with questions."""
    ended = service.ended(service.generate(number_of_questions=6))
    found: str = ended["result"]["assessment_id"]
    return found


def questions(service: Stack, made: str) -> list[Json]:
    found: list[Json] = service.get(f"/api/v2/assessments/{made}/questions?include=keys").json()["questions"]
    return found


def info(service: Stack, made: str) -> Json:
    found: Json = service.get(f"/api/v2/assessments/{made}/info").json()
    return found


def change(service: Stack, made: str, question_id: str, body: Json) -> None:
    """Edit a question by the API, as somebody else does."""
    path = f"{service.url}/api/v2/assessments/{made}/questions/{question_id}"
    assert requests.patch(path, json=body, headers={"x-api-key": service.key}, timeout=30).status_code == 200


def test_assessments_and_tasks_are_found_by_words_and_status(
    member: Visit, service: Stack, made: str
) -> None:
    task = {"name": "Streaming take-home", "role": "Data Engineer", "taskBrief": "Stream <b>it</b>."}
    assert service.post("/v1/assessments", task).status_code == 201
    page = member.open(ROOT)
    expect(page.get_by_role("link", name="Streaming take-home")).to_be_visible()
    member.check()
    page.get_by_label("Name or role").fill("data ENG")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Streaming take-home").click()
    expect(page.get_by_text("Stream <b>it</b>.")).to_be_visible()
    member.check()
    page.get_by_role("link", name="Preview as a candidate").click()
    expect(page.get_by_text("Stream <b>it</b>.")).to_be_visible()
    member.check()
    member.open(f"{ROOT}?q=data&status=draft")
    expect(page.get_by_text("No assessment fits")).to_be_visible()
    member.check()


def test_an_assessment_is_shown_without_a_key_until_one_is_asked_for(
    member: Visit, service: Stack, made: str
) -> None:
    asked = questions(service, made)
    page = member.open(f"{ROOT}/{made}")
    member.check()
    html = page.content()
    told = [one["key"]["explanation"] for one in asked]
    assert not [text for text in told if text[:40] in html]
    table = page.get_by_role("table", name="Questions by skill and difficulty")
    assert table.locator("tfoot td").all_inner_texts()[3] == "6"
    first = asked[0]
    card = page.locator(f"#q-{first['question_id']}")
    card.get_by_role("link", name="Show the key").click()
    expect(card.locator(".key")).to_contain_text(first["key"]["explanation"])
    expect(card.locator(f"#key-{first['question_id']}")).to_be_focused()
    right = first["options"][first["key"]["correct"][0]]
    expect(card.locator(".key li").first).to_have_text(right)
    assert asked[1]["key"]["explanation"] not in page.inner_text("main")
    card.get_by_text("Where it comes from").click()
    expect(card.locator("details")).to_contain_text("Source")
    member.check()
    page.get_by_role("link", name="Show all keys").click()
    expect(page.locator(".key")).to_have_count(6)
    member.check()


def test_an_assessment_is_approved_as_it_was_looked_at(member: Visit, service: Stack, made: str) -> None:
    member.expected.append("409")
    page = member.open(f"{ROOT}/{made}")
    change(service, made, questions(service, made)[0]["question_id"], {"explanation": "Another one."})
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("alert")).to_contain_text("was changed after you opened it")
    assert info(service, made)["status"] == "draft"
    member.check()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("is approved")
    found = info(service, made)
    assert (found["status"], found["approved_by"]) != ("draft", None)
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(page.get_by_text("A question was edited: Explanation.")).to_be_visible()
    member.check()


def test_the_settings_are_changed_and_make_a_draft_again(member: Visit, service: Stack, made: str) -> None:
    member.expected += ["409", "422"]
    service.post(f"/api/v2/assessments/{made}/approve")
    page = member.open(f"{ROOT}/{made}")
    page.get_by_role("link", name="Change the settings").click()
    page.get_by_label("Name", exact=True).fill("Backend, Berlin")
    page.get_by_label("Cutoff in percent").fill("77")
    page.get_by_label("Camera").check()
    page.get_by_label("Candidates see their result").check()
    member.check()
    page.locator("form.card").evaluate("form => form.noValidate = true")
    page.get_by_label("Duration in minutes").fill("0")
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_role("alert")).to_contain_text("from 1 to 600")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Backend, Berlin")
    member.check()
    page.get_by_label("Duration in minutes").fill("25")
    change(service, made, questions(service, made)[0]["question_id"], {"explanation": "Another one."})
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_role("alert")).to_contain_text("was changed after you opened this form")
    assert info(service, made)["cutoff"] == 60
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Backend, Berlin")
    found = info(service, made)
    assert (found["cutoff"], found["total_duration"], found["status"]) == (77, 25, "draft")
    assert found["proctoring"]["webcam"] is True
    assert found["show_result"] is True


def test_a_question_is_edited(member: Visit, service: Stack, made: str) -> None:
    member.expected += ["409", "422"]
    first, *others = questions(service, made)
    page = member.open(f"{ROOT}/{made}")
    page.locator(f"#q-{first['question_id']}").get_by_role("link", name="Edit").click()
    member.check()
    page.get_by_role("button", name="Save the question").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing differs")
    page.locator("form.card").evaluate("form => form.noValidate = true")
    page.get_by_label("Text of option 2").fill("")
    page.get_by_label("Question", exact=True).fill("What is it\nafter the edit?")
    page.get_by_role("button", name="Save the question").click()
    expect(page.get_by_role("alert")).to_contain_text("Every option has a text of its own")
    expect(page.get_by_label("Question", exact=True)).to_have_value("What is it\nafter the edit?")
    member.check()
    page.get_by_label("Text of option 2").fill("Another text")
    other = (first["key"]["correct"][0] + 1) % 4
    page.get_by_label(f"Option {other + 1} is right").check()
    page.get_by_role("button", name="Save the question").click()
    expect(page.get_by_role("status")).to_contain_text("version 2")
    edited, *rest = questions(service, made)
    assert rest == others
    assert edited["question"] == "What is it\nafter the edit?"
    assert edited["key"]["correct"] == [other]
    assert edited["options"][1] == "Another text"
    assert edited["code"] == first["code"]
    assert edited["provenance"]["edits"][0]["fields"] == ["correct", "options", "stem"]


def test_a_question_that_somebody_else_changed_is_told_and_kept(
    member: Visit, service: Stack, made: str
) -> None:
    member.expected.append("409")
    first = questions(service, made)[0]["question_id"]
    page = member.open(f"{ROOT}/{made}/questions/{first}/edit")
    change(service, made, first, {"explanation": "Somebody else's."})
    page.get_by_label("Explanation").fill("Mine, which took an hour.")
    page.get_by_role("button", name="Save the question").click()
    expect(page.get_by_role("alert")).to_contain_text("edited or replaced")
    expect(page.get_by_text("Mine, which took an hour.")).to_be_visible()
    member.check()
    page.get_by_role("link", name="Edit what stands there now").click()
    expect(page.get_by_label("Explanation")).to_have_value("Somebody else's.")


def test_a_question_is_replaced_while_one_watches(member: Visit, service: Stack, made: str) -> None:
    old = questions(service, made)[2]
    page = member.open(f"{ROOT}/{made}")
    page.locator(f"#q-{old['question_id']}").get_by_role("button", name="Replace").click()
    expect(page.get_by_text("The question was replaced. The assessment is at version 2")).to_be_visible()
    member.check()
    page.get_by_role("link", name="See it in the assessment").click()
    new = questions(service, made)[2]
    assert new["question_id"] != old["question_id"]
    expect(page.locator(f"#q-{new['question_id']}")).to_be_visible()
    expect(page.get_by_text("A question was replaced.")).to_be_visible()


def links_of(page: Page) -> list[str]:
    return [one.input_value() for one in page.get_by_label(re.compile("^Link of")).all()]


def test_candidates_are_invited_by_a_list_and_a_file_and_one_is_revoked(
    member: Visit, service: Stack, made: str
) -> None:
    member.expected.append("422")
    member.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = member.open(f"{ROOT}/{made}")
    page.get_by_role("link", name="Invite candidates").click()
    member.check()
    page.get_by_label("Candidates, one a line").fill("Maya <maya@example.com>\nJo\nno@ddress")
    page.get_by_label("Extra time in percent").fill("25")
    page.get_by_role("button", name="Make the links").click()
    expect(page.locator("#people-error")).to_have_text("Line 3: 'no@ddress' is no email address.")
    member.check()
    page.get_by_label("Candidates, one a line").fill("Maya <maya@example.com>\nJo")
    file = {"name": "more.csv", "mimeType": "text/csv", "buffer": b"email\nkim@example.com\n"}
    page.get_by_label("Or a CSV file").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Make the links").click()
    expect(page.get_by_text("3 links were made.")).to_be_visible()
    member.check()
    links = links_of(page)
    assert all(link.startswith(f"{service.url}/take/ck_live_") for link in links)
    assert len(set(links)) == 3
    keys = [link.rpartition("/")[2] for link in links]
    page.get_by_role("button", name="Copy the link of Maya").click()
    expect(page.locator("#copied")).to_have_text("The link of Maya is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == links[1]
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text())))
    assert [
        (row["email"], row["name"], row["extra_time_percent"], row["key"], row["link"]) for row in rows
    ] == [
        ("kim@example.com", "", "0", keys[0], links[0]),
        ("maya@example.com", "Maya", "25", keys[1], links[1]),
        ("", "Jo", "25", keys[2], links[2]),
    ]
    page.get_by_role("link", name="Who has been invited").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    assert not [key for key in keys if key in page.content()]
    member.check()
    row = page.locator("tbody tr", has_text="Jo")
    row.get_by_text("Revoke").first.click()
    member.check()
    row.get_by_role("button", name="Revoke for good").click()
    expect(page.get_by_role("status")).to_contain_text("was revoked")
    expect(page.locator("tbody tr")).to_have_count(2)
    assert service.post("/v1/candidate/session", **{"x-api-key": keys[2]}).status_code == 401


def test_the_preview_shows_the_questions_one_by_one_without_keys(
    member: Visit, service: Stack, made: str
) -> None:
    asked = questions(service, made)
    page = member.open(f"{ROOT}/{made}/preview")
    member.check()
    page.get_by_role("link", name="See the first question").click()
    for at, one in enumerate(asked, start=1):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Question {at} of 6")
        expect(page.locator("legend")).to_have_text(one["question"])
        assert one["key"]["explanation"] not in page.content()
        if at in (1, 2):
            member.check()
        page.get_by_role("link", name="Next" if at < 6 else "End the preview").click()
    page.wait_for_url(f"**{ROOT}/{made}")


def test_a_key_that_may_only_read_sees_nothing_to_press(
    visitors: Callable[[], Visit], service: Stack, made: str
) -> None:
    database = Database(service.settings.database_url)
    with database.write() as session:
        organization = Organization.named(session, "Acme")
        key = ApiKey.create(session, organization, "live", service.settings.secret_key, scopes=["read"])
    database.dispose()
    visitor = visitors()
    page = visitor.open(f"{ROOT}/{made}")
    page.get_by_label("Key of your organisation").fill(key)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{ROOT}/{made}")
    expect(page.locator("main button")).to_have_count(0)
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    expect(page.get_by_role("link", name="Invite candidates")).to_have_count(0)
    visitor.expected.append("403")
    visitor.open(f"{ROOT}/{made}/settings")
    expect(page.get_by_text("needs the scope generate")).to_be_visible()
