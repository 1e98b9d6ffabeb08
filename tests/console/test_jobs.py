"""Jobs on pages: one as it goes on, the list and its search, cancelling and trying again."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from api.console import jobs_search, jobs_track
from models import TaskExecutionLog
from models.base import new_id, utcnow
from models.runs import STARTING, ClaimedJob, End, Line, Write
from models.session import Database
from models.task_executions import (
    ASSESSMENT_CREATION,
    COMPLETED,
    FAILED,
    PENDING,
    PROCESSING,
    QUEUED,
    TASK_SCORING,
    accept,
)
from settings import Settings
from tests.conftest import Account
from tests.console.browser import Visit, visit
from tests.console.conftest import sign_in_path
from tests.console.many import insert_jobs, median
from tests.console.signed_in import Member
from tests.jobs import accepted, call_row, claimed, job, job_in, recorded, submission
from tests.stack import BODY, Stack
from workers.process import WorkerProcess

HOUR = timedelta(hours=1)
BRIEF = {
    "role": "Python Developer",
    "description": BODY["job_description"],
    "cutoff": 60,
    "number_of_questions": 10,
    "language": "en",
    "question_types": ["multiple_choice"],
    "duration_minutes": None,
    "difficulty": None,
    "on_shortfall": "partial",
    "mode": "live",
    "reuse": True,
}
RESULT = {
    "assessment_id": "6efe0833-332a-4b78-b022-e2275f8204aa",
    "assessment_name": "Python <b>Developer</b> Assessment",
    "requested": 5,
    "delivered": 4,
    "shortfall": [{"skill": "Django", "requested": 2, "delivered": 1, "reason": "The library had no more."}],
    "warnings": ["Guessing passes."],
    "usage": {},
}


@pytest.fixture
def sender(app: Flask, database: Database, account: Account) -> Member:
    """Somebody who has signed in."""
    return Member(app, database, account)


@pytest.fixture
def running(of_service: Database) -> ClaimedJob:
    """A job that nobody but the test works on."""
    [job_id] = accepted(of_service)
    [job] = claimed(of_service, job_id, worker="the test", lease=HOUR)
    return job


def say(database: Database, job: ClaimedJob, message: str, progress: float) -> None:
    """A line of the job's."""
    assert recorded(database, Write(job.claim, line=Line(message, progress))) == [None]


@pytest.mark.browser
def test_a_job_is_watched_live_and_survives_a_reload(
    member: Visit, of_service: Database, running: ClaimedJob
) -> None:
    page = member.open(f"/console/jobs/{running.claim.execution_id}")
    lines, now = page.locator("#lines li"), page.locator("#now")
    expect(lines).to_have_count(2)
    expect(page.get_by_role("listitem").filter(has_text="Reading the role")).to_contain_text("so far")
    say(of_service, running, "AI Progress: Identified 3 skills for the role", 0.15)
    expect(lines).to_have_count(3)
    expect(lines.last).to_contain_text("Identified 3 skills for the role")
    expect(now).to_contain_text("15%")
    expect(page.locator("[aria-current=step]")).to_contain_text("Searching the library")
    recorded(of_service, Write(running.claim, call=call_row(of_service, running.claim.execution_id)))
    say(of_service, running, "AI Progress: Planned <i>5</i> questions over 3 skills", 0.35)
    expect(lines.last).to_contain_text("Planned <i>5</i> questions")
    expect(page.locator("#cost")).to_contain_text("$0.0001")
    member.check()
    page.reload()
    expect(lines).to_have_count(4)
    expect(now).to_contain_text("35%")
    recorded(of_service, Write(running.claim, line=Line("Done", 1.0), work=lambda _: RESULT))
    expect(lines).to_have_count(5)
    link = page.get_by_role("link", name="Open “Python <b>Developer</b> Assessment”")
    expect(link).to_have_attribute("href", f"/console/assessments/{RESULT['assessment_id']}")
    expect(page.locator("#told")).to_have_text("Status of the job: completed.")
    expect(page.get_by_role("button", name="Cancel the job")).to_be_hidden()
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    expect(page.get_by_role("table", name="What is missing")).to_contain_text("The library had no more.")
    expect(now).to_contain_text("Guessing passes.")
    member.check()


@pytest.mark.browser
def test_a_job_goes_on_live_after_the_connection_was_lost(
    member: Visit, of_service: Database, running: ClaimedJob
) -> None:
    member.expected += ["ERR_INTERNET_DISCONNECTED", "ERR_NETWORK", "ERR_FAILED"]
    page = member.open(f"/console/jobs/{running.claim.execution_id}")
    lines = page.locator("#lines li")
    expect(lines).to_have_count(2)
    say(of_service, running, "AI Progress: Identified 3 skills for the role", 0.15)
    expect(lines).to_have_count(3)
    member.context.set_offline(True)
    expect(page.locator("#lost")).to_contain_text("does not answer", timeout=20_000)
    member.context.set_offline(False)
    say(of_service, running, "AI Progress: Planned 5 questions over 3 skills", 0.35)
    expect(lines).to_have_count(4, timeout=20_000)
    expect(page.locator("#lost")).to_be_hidden(timeout=20_000)
    expect(page.locator("#now")).to_contain_text("35%")


@pytest.mark.browser
def test_a_job_is_cancelled_and_tried_again(
    member: Visit, of_service: Database, running: ClaimedJob, service: Stack
) -> None:
    page = member.open(f"/console/jobs/{running.claim.execution_id}")
    page.get_by_role("button", name="Cancel the job").click()
    expect(page.get_by_role("status").filter(has_text="The job is cancelled.")).to_be_visible()
    expect(page.locator("#now .badge")).to_have_text("cancelled")
    expect(page.locator("#now")).to_contain_text("It was cancelled.")
    assert job(of_service, running.claim.execution_id).error == {
        "code": "CANCELLED",
        "message": "The job was cancelled by its owner.",
    }
    member.check()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#now .badge")).to_have_text("completed", timeout=30_000)
    assert service.status(running.claim.execution_id)["status"] == "completed"


@pytest.mark.browser
def test_a_failure_is_told_in_words(member: Visit, of_service: Database, running: ClaimedJob) -> None:
    page = member.open(f"/console/jobs/{running.claim.execution_id}")
    page.get_by_role("button", name="Cancel the job").focus()
    error = {"code": "NO_SKILLS", "message": "No skill could be read from the job role and description."}
    recorded(of_service, Write(running.claim, line=Line(error["message"]), end=End(FAILED, error=error)))
    expect(page.get_by_role("heading", name="Why it ended")).to_be_visible()
    expect(page.locator("#now")).to_contain_text("The description names nothing that could be asked about.")
    expect(page.locator("#now")).to_contain_text(error["message"])
    expect(page.locator(".track .broken")).to_contain_text("Reading the role")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    # What had the focus is gone: it goes to what has taken its place.
    expect(page.locator("#state")).to_be_focused()
    member.check()


@pytest.mark.browser
def test_a_list_is_searched_and_paged_by_a_person(member: Visit, of_service: Database) -> None:
    accepted(of_service, 25, brief={"role": "Astronaut"}, external_id="space-1")
    [one] = accepted(of_service, brief={"role": "Cook"}, external_id="kitchen-7")
    page = member.open("/console/jobs")
    member.check()
    search = page.get_by_label("Role, your reference or job id")
    search.fill("astro")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr")).to_have_count(20)
    page.get_by_role("link", name="Older").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(search).to_have_value("astro")
    member.check()
    page.get_by_role("link", name="Show all").click()
    for text in ("KITCHEN", one):
        search.fill(text)
        search.press("Enter")
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.get_by_role("link", name="Cook")).to_have_attribute("href", f"/console/jobs/{one}")
    search.fill("nobody’s")
    search.press("Enter")
    expect(page.get_by_text("No job fits.")).to_be_visible()


@pytest.mark.browser
def test_times_are_the_viewer_s_own(
    browser: Any, service: Stack, of_service: Database, running: ClaimedJob
) -> None:
    path = f"/console/jobs/{running.claim.execution_id}"
    asked_at = job(of_service, running.claim.execution_id).created_at
    there = asked_at.astimezone(ZoneInfo("Asia/Kolkata"))
    with visit(browser, service.url, timezone_id="Asia/Kolkata") as visitor:
        visitor.open(sign_in_path(service))
        page = visitor.open(path)
        times = page.locator("time")
        expect(page.locator(".facts time")).to_have_text(
            f"{there:%b} {there.day}, {there:%Y, %-I:%M:%S %p} GMT+5:30"
        )
        before = times.count()
        say(of_service, running, "AI Progress: Identified 3 skills for the role", 0.15)
        expect(page.locator("#lines li")).to_have_count(3)
        expect(times).not_to_have_count(before)
        expect(page.locator("#lines time").last).to_contain_text(f":{there:%M}:")
    with visit(browser, service.url, timezone_id="Asia/Kolkata", java_script_enabled=False) as visitor:
        visitor.open(sign_in_path(service))
        expect(visitor.open(path).locator(".facts time")).to_contain_text(f"{asked_at:%-I:%M:%S}")
        expect(visitor.page.locator(".facts time")).to_contain_text("UTC")


@pytest.mark.browser
def test_without_javascript_a_page_can_be_loaded_again(
    browser: Any, service: Stack, of_service: Database, running: ClaimedJob
) -> None:
    with visit(browser, service.url, java_script_enabled=False) as visitor:
        visitor.open(sign_in_path(service))
        page = visitor.open(f"/console/jobs/{running.claim.execution_id}")
        expect(page.locator("#lines li")).to_have_count(2)
        say(of_service, running, "AI Progress: Identified 3 skills for the role", 0.15)
        page.get_by_role("link", name="Load again").click()
        expect(page.locator("#lines li")).to_have_count(3)


def ids_of(answer: Any) -> list[str]:
    """The jobs that a list shows."""
    return re.findall(r'<th scope="row"><a href="/console/jobs/([^"]+)"', answer.text)


def test_another_organisation_s_job_is_not_there(
    sender: Member, database: Database, other_account: Account
) -> None:
    with database.statement() as connection:
        [theirs] = accept(connection, [submission(other_account.organization_id)])
    for path in ("", "/state", "/stream"):
        assert sender.get(f"/console/jobs/{theirs}{path}").status_code == 404
        assert sender.get(f"/console/jobs/nonsense{path}").status_code == 404
    for action in ("cancel", "retry"):
        assert sender.post(f"/console/jobs/{theirs}/{action}").status_code == 404
    assert ids_of(sender.get("/console/jobs", search=theirs)) == []
    assert ids_of(sender.get("/console/jobs", search="python")) == []
    assert ids_of(sender.get("/console/jobs")) == []
    assert job(database, theirs).status == PENDING


def test_a_list_is_filtered_by_status_and_text(sender: Member, database: Database) -> None:
    jobs = {
        status: job_in(database, status).execution_id for status in (PENDING, PROCESSING, COMPLETED, FAILED)
    }
    for status, job_id in jobs.items():
        assert ids_of(sender.get("/console/jobs", status=status)) == [job_id]
        assert ids_of(sender.get("/console/jobs", status=status, search="PYTHON")) == [job_id]
        assert ids_of(sender.get("/console/jobs", status=status, search=job_id)) == [job_id]
    assert len(ids_of(sender.get("/console/jobs", status="nonsense"))) == 4
    assert ids_of(sender.get("/console/jobs", search="%")) == []
    assert ids_of(sender.get("/console/jobs", search="_y")) == []
    assert sender.get("/console/jobs", cursor="nonsense").status_code == 400


def test_a_search_looks_at_so_many_jobs_and_goes_on_where_it_stopped(
    sender: Member, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_search, "LOOKED_AT", 10)
    [old] = accepted(database, brief={"role": "Astronaut"})
    accepted(database, 3)
    # The very first one that the first look leaves out.
    [next_one] = accepted(database, brief={"role": "Astronaut"})
    accepted(database, 10)
    first = sender.get("/console/jobs", search="astronaut")
    assert ids_of(first) == []
    assert "Nothing was found in the jobs back to" in first.text
    further = re.search(r'rel="next" href="([^"]+)">Look further back', first.text)
    assert further is not None
    second = sender.get(further[1].replace("&amp;", "&"))
    assert ids_of(second) == [next_one, old]
    assert "Look further back" not in second.text
    accepted(database, 5, brief={"role": "Astronaut"})
    assert len(ids_of(sender.get("/console/jobs", search="astronaut"))) == 5


def test_what_can_t_be_cancelled_or_retried_is_told(sender: Member, database: Database) -> None:
    done = job_in(database, COMPLETED).execution_id
    for action, told in (("cancel", "had ended already"), ("retry", "Only a job that has failed")):
        answer = sender.post(f"/console/jobs/{done}/{action}")
        assert (answer.status_code, answer.location) == (303, f"/console/jobs/{done}")
        assert told in sender.get(answer.location).text
    assert job(database, done).status == COMPLETED


def test_a_stream_goes_on_after_the_line_that_the_page_has(sender: Member, database: Database) -> None:
    done = job_in(database, COMPLETED).execution_id
    shown = sender.get(f"/console/jobs/{done}").text
    last = re.search(r'data-last="(\d+)"', shown)
    assert last is not None
    assert "event:" not in sender.get(f"/console/jobs/{done}/stream", after=last[1]).text
    assert sender.get(f"/console/jobs/{done}/stream").text.count("event: task_execution.") == 3
    assert sender.get(f"/console/jobs/{done}/stream", after="x").status_code == 400


def at(second: float) -> datetime:
    """So many seconds after a moment."""
    return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC) + timedelta(seconds=second)


def states(stages: list[jobs_track.Stage]) -> list[tuple[str, str, float | None]]:
    """Of each stage its key, its state and its seconds."""
    return [
        (one.key, one.state, one.took.total_seconds() if one.took is not None else None) for one in stages
    ]


def test_a_track_tells_what_was_done_and_how_long_it_took() -> None:
    lines = [
        (QUEUED[TASK_SCORING], at(0)),
        (STARTING, at(2)),
        ("AI Progress: Scoring the task by its rubric, in 2 independent passes", at(2)),
        ("AI Progress: Completed scoring pass 1 (judged 3 criteria)", at(5)),
    ]
    going_on = states(jobs_track.track(TASK_SCORING, PROCESSING, lines, at(5), at(9)))
    assert going_on == [("queue", "done", 2), ("score", "now", 7)]
    ended = states(jobs_track.track(TASK_SCORING, COMPLETED, lines, at(6), at(9)))
    assert ended == [("queue", "done", 2), ("score", "done", 4)]
    failed = states(jobs_track.track(TASK_SCORING, FAILED, lines, at(6), at(9)))
    assert failed == [("queue", "done", 2), ("score", "broken", 4)]
    again = [*lines, (QUEUED[TASK_SCORING], at(20))]
    waiting = states(jobs_track.track(TASK_SCORING, PENDING, again, at(20), at(21)))
    assert waiting == [("queue", "now", 1), ("score", "ahead", None)]
    assert jobs_track.track("of another version", PROCESSING, lines, at(5), at(9)) == []


def test_the_track_knows_every_line_that_the_worker_says(
    app: Flask, database: Database, settings: Settings, sender: Member
) -> None:
    [job_id] = accepted(database, brief=BRIEF)
    process = WorkerProcess(settings, "test")
    try:
        process.run([job_id])
    finally:
        process.close()
    with database.read() as session:
        lines = session.execute(
            select(TaskExecutionLog.message, TaskExecutionLog.created_at)
            .where(TaskExecutionLog.task_execution_id == job_id)
            .order_by(TaskExecutionLog.id)
        ).all()
    said = [line.message for line in lines if line.message.startswith(jobs_track.SAYS)]
    assert len(said) > 5
    assert [line for line in said if jobs_track._stage_of(line) is None] == []
    stages = jobs_track.track(
        ASSESSMENT_CREATION, COMPLETED, [tuple(line) for line in lines], utcnow(), utcnow()
    )
    reached = [one.key for one in stages if one.state == "done"]
    assert reached == ["queue", "analyse", "search", "blueprint", "write", "fill", "assemble"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "under 0.1 s"),
        (0.44, "0.4 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (185, "3 min 5 s"),
        (7800, "2 h 10 min"),
    ],
)
def test_a_duration_is_said_as_people_say_it(app: Flask, seconds: float, text: str) -> None:
    with app.test_request_context():
        assert jobs_track.duration(timedelta(seconds=seconds)) == text


@pytest.mark.alone
def test_lists_and_searches_of_ten_thousand_jobs_are_fast(
    sender: Member, database: Database, account: Account
) -> None:
    insert_jobs(database, account.organization_id, 10_000)
    assert median(lambda: sender.get("/console/jobs")) < 0.1
    assert median(lambda: sender.get("/console/jobs", status=FAILED)) < 0.1
    assert median(lambda: sender.get("/console/jobs", search=new_id())) < 0.1
    # It looks at 5,000 jobs with a description of 2,000 characters each.
    assert median(lambda: sender.get("/console/jobs", search="astronaut")) < 0.3
