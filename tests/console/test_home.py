"""The first page: a new installation's, a busy one's, and how long it takes."""

import re

import pytest
from flask import Flask
from playwright.sync_api import expect

from api.console import home
from models.session import Database
from models.task_executions import COMPLETED, FAILED, PENDING
from tests.conftest import Account
from tests.console.browser import Visit
from tests.console.many import insert_jobs, median
from tests.console.signed_in import Member
from tests.jobs import job_in
from tests.stack import Stack


@pytest.fixture
def sender(app: Flask, database: Database, account: Account) -> Member:
    """Somebody who has signed in."""
    return Member(app, database, account)


@pytest.mark.browser
def test_a_new_installation_says_what_to_do_first_and_then_what_goes_on(
    member: Visit, service: Stack
) -> None:
    page = member.open("/console")
    expect(page.get_by_role("heading", name="Welcome. Nothing has been made here yet.")).to_be_visible()
    member.check()
    page.get_by_role("link", name="Generate the first one").click()
    page.wait_for_url("**/console/generate")
    service.ended(service.generate(job_role="Python <i>Developer</i>"))
    member.open("/console")
    jobs = page.get_by_role("region", name="Latest jobs", exact=True)
    expect(jobs.get_by_role("link", name="Python <i>Developer</i>")).to_be_visible()
    expect(jobs).to_contain_text("completed")
    assessments = page.get_by_role("region", name="Latest assessments", exact=True)
    link = assessments.get_by_role("link", name="Python <i>Developer</i> Assessment")
    expect(link).to_be_visible()
    expect(page.locator(".figures")).to_contain_text("1")
    member.check()


def figures(text: str) -> dict[str, str]:
    """The figures of the page, by name."""
    return dict(re.findall(r'<dt>([^<]+)</dt><dd class="figure">([^<]+)</dd>', text))


def test_what_goes_on_is_counted_and_nobody_else_s(
    sender: Member, database: Database, other_account: Account
) -> None:
    assert "Welcome" in sender.get("/console").text
    # One that is open, two that are completed, and three drafts.
    insert_jobs(database, other_account.organization_id, 3)
    assert "Welcome" in sender.get("/console").text
    for status in (PENDING, COMPLETED, COMPLETED, FAILED):
        job_in(database, status)
    assert figures(sender.get("/console").text) == {
        "Jobs under way": "1",
        "Completed in 7 days": "2",
        "Failed in 7 days": "1",
        "Assessments to approve": "0",
        "Assessments approved": "0",
        "Tasks to score": "0",
    }


def test_more_than_is_counted_is_said_to_be_more(
    sender: Member, database: Database, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "MOST_COUNTED", 150)
    insert_jobs(database, account.organization_id, 200)
    shown = figures(sender.get("/console").text)
    assert shown["Jobs under way"] == "2"
    assert shown["Completed in 7 days"] == "148 or more"
    assert shown["Assessments to approve"] == "150 or more"


@pytest.mark.alone
def test_the_first_page_is_drawn_in_100_ms_with_10_000_jobs(
    sender: Member, database: Database, account: Account
) -> None:
    insert_jobs(database, account.organization_id, 10_000)
    assert figures(sender.get("/console").text)["Jobs under way"] == "100"
    assert median(lambda: sender.get("/console")) < 0.1
