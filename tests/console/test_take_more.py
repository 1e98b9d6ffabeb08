"""The candidates' pages beside the questions: what is observed, tasks, results, keys that are of no use."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models.assessments import Assessment
from models.base import utcnow
from models.candidates import CandidateKey
from models.responses import SessionEvent
from models.session import Database
from tests import sittings
from tests.console.browser import Visit
from tests.console.taking import UNWATCHED, begin, change_session, go, question
from tests.sittings import Exam
from tests.stack import Stack

pytestmark = pytest.mark.browser

WATCHED = {"enabled": True, "full_screen": True, "tab_switch_limit": 3, "copy_paste_blocked": True}


@pytest.fixture(scope="module")
def watched(of_service: Database) -> Exam:
    """An assessment in which all is observed that can be."""
    return sittings.exam(of_service, proctoring=WATCHED)


@pytest.fixture(scope="module")
def made(of_service: Database) -> Exam:
    """An assessment in which nothing is."""
    return sittings.exam(of_service, proctoring=UNWATCHED)


def events(of_service: Database, key_id: str) -> list[str]:
    """What was noted, in its order."""
    taken = sittings.session_of(of_service, key_id)
    query = select(SessionEvent.type).where(SessionEvent.session_id == taken.id).order_by(SessionEvent.id)
    with of_service.read() as session:
        return list(session.scalars(query))


HIDE = """hidden => {
  const value = hidden ? 'hidden' : 'visible';
  Object.defineProperty(document, 'visibilityState', {value, configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""
PASTE = "document.activeElement.dispatchEvent(new ClipboardEvent('paste', {bubbles: true, cancelable: true}))"


def test_what_is_observed_is_told_first_and_then_noted(
    visitor: Visit, of_service: Database, watched: Exam
) -> None:
    key_id, text = sittings.key(of_service, watched.assessment_id)
    page = visitor.open(f"/take/{text}")
    told = page.get_by_role("region", name="What is observed")
    for part in ("Up to 3 times", "full screen", "copy from the page", "no camera"):
        expect(told).to_contain_text(part)
    expect(page.locator("#consent")).to_contain_text("being observed")
    visitor.check()
    begin(visitor, text)
    visitor.check()
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement !== null")
    page.evaluate("document.exitFullscreen()")
    expect(page.locator("#told")).to_contain_text("left the full screen")
    page.evaluate(HIDE, True)
    page.evaluate(HIDE, False)
    expect(page.locator("#told")).to_contain_text("You left this page")
    go(page, "word").get_by_role("textbox").focus()
    with page.expect_response("**/take/events"):
        page.evaluate(PASTE)
    expect(page.locator("#told")).to_contain_text("blocked")
    assert events(of_service, key_id) == ["full_screen_exit", "tab_switch", "paste"]
    # Neither a reload nor the end of it is leaving the page.
    page.reload()
    go(page, "truth")
    page.get_by_role("button", name="Check and submit").click()
    page.get_by_role("button", name="Submit for good").click()
    page.wait_for_url("**/take/done")
    assert len(events(of_service, key_id)) == 3


def test_where_nothing_is_observed_nothing_is_noted(visitor: Visit, of_service: Database, made: Exam) -> None:
    key_id, text = sittings.key(of_service, made.assessment_id)
    page = begin(visitor, text)
    page.evaluate(HIDE, True)
    page.evaluate(HIDE, False)
    go(page, "word").get_by_role("textbox").focus()
    page.evaluate(PASTE)
    page.get_by_role("button", name="Check and submit").click()
    page.get_by_role("button", name="Submit for good").click()
    page.wait_for_url("**/take/done")
    assert events(of_service, key_id) == []


def test_the_page_of_gaps_that_plain_forms_lead_to(visitor: Visit, of_service: Database, made: Exam) -> None:
    _, text = sittings.key(of_service, made.assessment_id)
    page = begin(visitor, text)
    visitor.open("/take/review")
    expect(page.locator("main").get_by_role("link").first).to_be_visible()
    visitor.check()


def test_the_result_is_shown_where_the_owner_says_so(
    visitor: Visit, of_service: Database, service: Stack
) -> None:
    made = sittings.exam(of_service, proctoring=UNWATCHED)
    key_id, text = sittings.key(of_service, made.assessment_id)
    sittings.start(of_service, key_id)
    sittings.submit(of_service, key_id, made.right)
    page = visitor.open(f"/take/{text}")
    assert page.url.endswith("/take/done")
    expect(page.get_by_text("will tell you how it goes on")).to_be_visible()
    expect(page.get_by_text("100 %")).to_have_count(0)
    visitor.check()
    sittings.change(of_service, Assessment, made.assessment_id, show_result=True)
    page.reload()
    expect(page.get_by_text("100 %")).to_be_visible()
    expect(page.get_by_text("Passed: 50 %")).to_be_visible()
    visitor.check()
    page.get_by_role("button", name="Forget my key").click()
    page.wait_for_url("**/take")
    visitor.open("/take/done")
    assert page.url.endswith("/take")


def test_keys_that_are_of_no_use_are_told_kindly(visitor: Visit, of_service: Database, made: Exam) -> None:
    visitor.expected += ["401"]
    late_id, late = sittings.key(of_service, made.assessment_id)
    sittings.change(of_service, CandidateKey, late_id, expires_at=utcnow() - timedelta(seconds=1))
    page = visitor.open(f"/take/{late}")
    expect(page.get_by_role("heading", level=1)).to_have_text("This key has expired")
    visitor.check()
    gone_id, gone = sittings.key(of_service, made.assessment_id)
    sittings.change(of_service, CandidateKey, gone_id, revoked_at=utcnow())
    visitor.open(f"/take/{gone}")
    expect(page.get_by_role("heading", level=1)).to_have_text("This key can’t be used")
    page.get_by_role("link", name="Type another key").click()
    page.get_by_label("Your key").fill("ck_live_wrong")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("not known")
    expect(page.get_by_label("Your key")).to_have_value("ck_live_wrong")
    visitor.check()


def test_a_task_is_handed_in_with_what_was_kept_on_the_device(visitor: Visit, of_service: Database) -> None:
    visitor.expected += ["422"]
    key_id, text = sittings.key(of_service, sittings.task(of_service, has_rubric=False, proctoring=UNWATCHED))
    page = visitor.open(f"/take/{text}")
    visitor.check()
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/take/task")
    visitor.check()
    page.get_by_label("Notes").fill("It streams now.")
    expect(page.locator("#saved")).to_contain_text("Kept on this device")
    page.reload()
    expect(page.get_by_label("Notes")).to_have_value("It streams now.")
    page.get_by_label("Address of your repository").fill("no address")
    page.get_by_role("button", name="Submit for good").click()
    expect(page.get_by_role("alert").last).to_contain_text("no address that can be opened")
    visitor.check()
    page.get_by_label("Address of your repository").fill("https://git.example.com/jo/work")
    page.get_by_label("This is what I want").check()
    page.get_by_role("button", name="Submit for good").click()
    page.wait_for_url("**/take/done")
    visitor.check()
    taken = sittings.session_of(of_service, key_id)
    assert (taken.repo_url, taken.notes) == ("https://git.example.com/jo/work", "It streams now.")


def test_a_task_s_work_is_handed_in_when_its_time_is_up(visitor: Visit, of_service: Database) -> None:
    key_id, text = sittings.key(of_service, sittings.task(of_service, has_rubric=False, proctoring=UNWATCHED))
    page = visitor.open(f"/take/{text}")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/take/task")
    page.get_by_label("Notes").fill("Half of it streams.")
    change_session(of_service, key_id, deadline=utcnow() + timedelta(seconds=7))
    page.reload()
    page.wait_for_url("**/take/done", timeout=20_000)
    assert sittings.session_of(of_service, key_id).notes == "Half of it streams."


def test_the_page_does_not_go_on_where_the_key_was_withdrawn(
    visitor: Visit, of_service: Database, made: Exam
) -> None:
    visitor.expected += ["409", "401"]
    key_id, text = sittings.key(of_service, made.assessment_id)
    page = begin(visitor, text)
    sittings.change(of_service, CandidateKey, key_id, revoked_at=utcnow())
    question(page, "choice").get_by_role("radio").first.check()
    expect(page.locator("#told")).to_contain_text("can’t save any more")
