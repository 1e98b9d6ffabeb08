"""From a description to a result, as people do it: one makes the assessment, another takes it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.console.browser import Visit
from tests.stack import BODY, Stack

pytestmark = pytest.mark.browser

QUESTIONS = 5
# In milliseconds: so long the network is away.
AWAY = 5_000


def reach(page: Page, name: str) -> None:
    """Press Tab until the control of that name has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == name:
            return
    raise AssertionError(f"{name} can't be reached with the keyboard")


def reach_options(page: Page, number: int) -> None:
    """Press Tab until an option of the question has the focus."""
    first = page.locator(f"#q-{number} input[type=radio]").first
    for _ in range(80):
        page.keyboard.press("Tab")
        if first.evaluate("e => e.name === document.activeElement.name"):
            return
    raise AssertionError(f"the options of question {number} can't be reached with the keyboard")


def test_from_a_description_to_a_result(
    visitor: Visit, service: Stack, visitors: Callable[[], Visit]
) -> None:
    link = make_and_invite(visitor, service)
    take_by_keyboard(visitors(), link)
    look_at_the_result(visitor)


def make_and_invite(member: Visit, service: Stack) -> str:
    """Sign in, generate, watch, approve and invite; the candidate's link."""
    page = member.open("/console")
    page.get_by_label("Key of your organisation").fill(service.key)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Generate", exact=True).first.click()
    page.get_by_label("Role", exact=True).fill(BODY["job_role"])
    page.get_by_label("Description", exact=True).fill(BODY["job_description"])
    page.get_by_label("Number of questions").fill(str(QUESTIONS))
    page.get_by_label("Cutoff in percent").fill("20")
    page.get_by_role("button", name="Generate", exact=True).click()
    page.wait_for_url("**/console/jobs/*")
    expect(page.get_by_text(f"{QUESTIONS} of {QUESTIONS} questions were made.")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name=re.compile("^Open ")).click()
    page.wait_for_url("**/console/assessments/*")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("is approved")
    page.get_by_role("link", name="Invite candidates").click()
    page.get_by_label("Candidates, one a line").fill("Maya Okafor <maya@example.com>")
    page.get_by_role("button", name="Make the links").click()
    return page.get_by_label("Link of Maya Okafor").input_value()


def take_by_keyboard(candidate: Visit, link: str) -> None:
    """Take the assessment without a mouse, and without a network for a while."""
    candidate.expected += ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED"]
    page = candidate.page
    page.goto(link)
    reach(page, "Start")
    page.keyboard.press("Enter")
    page.wait_for_url("**/take/questions**")
    for number in range(1, QUESTIONS + 1):
        if number == 3:
            candidate.context.set_offline(True)
        reach_options(page, number)
        page.keyboard.press("Space")
        if number == 3:
            expect(page.locator("#saved")).to_contain_text("Not saved yet")
            page.wait_for_timeout(AWAY)
            candidate.context.set_offline(False)
        expect(page.locator("#saved")).to_contain_text(f"Saved: question {number}")
        reach(page, "Next" if number < QUESTIONS else "Check and submit")
        page.keyboard.press("Enter")
    expect(page.get_by_text("Every question has an answer.")).to_be_visible()
    reach(page, "Submit for good")
    page.keyboard.press("Enter")
    page.wait_for_url("**/take/done")
    candidate.check()


def look_at_the_result(member: Visit) -> None:
    """See the candidate's report, and the figures of the assessment."""
    page = member.open("/console/results")
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Results: ")
    member.check()
    page.get_by_role("link", name="Maya Okafor").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Report: Maya Okafor")
    expect(page.locator("main")).to_contain_text(re.compile(r"\d+\s?%"))
    member.check()
