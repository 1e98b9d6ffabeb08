"""Results, as a person looks at them: figures, reports, PDF, cohorts, erasing; rules without a browser."""

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from models import audit, invitations, responses, session_comments, sign_in_links, task_scores
from models.assessments import Assessment
from models.candidates import CandidateKey, CandidateSession
from models.organizations import ADMIN, ApiKey, Organization, authenticate
from models.session import Database
from models.task_scores import MODEL, CriterionScore
from settings import Settings
from tests import jobs
from tests.candidates import criterion, task_session
from tests.conftest import SECRET, Account
from tests.console.browser import Visit
from tests.contract.candidate_sessions import Known, known_assessment, sat, taker
from tests.contract.checked import client_of
from tests.test_architecture import run

# Who is good at the first five questions is wrong at the last one. The scores: 3 of 17, 6 of 33, 1 of 50,
# 8 of 67 and 2 of 83.
PATTERNS = (
    ["111110", "111100", "111010", "110110", "101110"] * 2 + ["100001", "010001", "000001"] * 3 + ["111000"]
)
NAME, EMAIL = "Željko Ωμέγα Дмитрий", "zeljko@example.com"
RESULTS = "/console/results"


def sessions(database: Database, organization_id: str, name: str, *patterns: str) -> tuple[Known, list[str]]:
    """An assessment of that name, and the ids of its sessions with such answers."""
    known = known_assessment(database, organization_id, name=name)
    return known, sat(database, known, *patterns)


def named(database: Database, session_id: str, name: str, email: str | None = None) -> None:
    """Give the candidate of the session a name."""
    with database.write() as session:
        key = session.get_one(CandidateKey, session.get_one(CandidateSession, session_id).key_id)
        key.candidate_name, key.candidate_email = name, email


def seen(database: Database, session_id: str, **counts: int) -> None:
    """Let the candidate's page have told of such events."""
    with database.write() as session:
        taken = session.get_one(CandidateSession, session_id)
        events = [
            {"event_id": f"{kind}-{number}", "type": kind, "happened_at": taken.started_at, "data": {}}
            for kind, count in counts.items()
            for number in range(count)
        ]
        responses.record_events(session, taken, events)


def scored_task(database: Database) -> CandidateSession:
    """A task that the model and a person have scored."""
    tests, design = criterion("Tests"), criterion("Design", weight=2)
    taken = task_session(database, [tests, design])
    scores = [
        CriterionScore(
            session_id=taken.id,
            criterion_id=tests["id"],
            source=MODEL,
            pass_number=number,
            level=2,
            rationale=f"Pass {number}: it counts the memory.",
            evidence=["+    write(row)"],
            scored_by="claude",
        )
        for number in (1, 2)
    ]
    with database.write() as session:
        held = task_scores.settle(session, taken.id, scores, ["The patch was cut."])
        level = {"criterion_id": design["id"], "level": 3, "comment": "Well made."}
        task_scores.score_by_person(session, held, [level], "api_key:ab12cd34")
    return taken


# --- in a browser --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seeded:
    """What the tests of a browser look at."""

    many: Known
    ids: list[str]
    others: Known
    few: Known
    task: CandidateSession


@pytest.fixture(scope="module")
def seeded(of_service: Database) -> Seeded:
    owner = jobs.organization(of_service)
    many, ids = sessions(of_service, owner, "Backend", *PATTERNS)
    named(of_service, ids[0], NAME, EMAIL)
    named(of_service, ids[1], "<b>Bobby</b>")
    seen(of_service, ids[0], tab_switch=3, copy=1, question_viewed=1)
    with of_service.write() as session:
        taken = session.get_one(CandidateSession, ids[0])
        session_comments.write(session, taken, "Invite to the next round.", "api_key:ab12cd34")
    others, _ = sessions(of_service, owner, "Platform", *["111111", "111000", "000000"] * 2)
    few, _ = sessions(of_service, owner, "Few", "111111", "000000")
    return Seeded(many, ids, others, few, scored_task(of_service))


@pytest.mark.browser
def test_a_person_goes_from_the_list_to_an_assessment_s_figures(member: Visit, seeded: Seeded) -> None:
    page = member.open(RESULTS)
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Backend", exact=True))
    assert row.locator("td.number").all_inner_texts() == ["20", "20", "20", "50%", "55%"]
    few = page.get_by_role("row").filter(has=page.get_by_role("link", name="Few"))
    assert few.locator("td.number").all_inner_texts() == ["2", "2", "2", "–", "–"]
    member.check()
    page.get_by_role("link", name="Backend", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Results: Backend")
    member.check()
    names, values = (page.locator(f".tile {part}").all_inner_texts() for part in ("dt", "dd"))
    tiles = dict(zip(names, values, strict=True))
    assert tiles["Mean"] == "50%"
    assert tiles["Median"] == "58.5%"
    assert tiles["Passed at 50 %"] == "55%"
    for name in ("Distribution of the scores", "Mean score of each skill", "Difficulty and discrimination"):
        expect(page.get_by_role("img", name=name)).to_be_visible()


@pytest.mark.browser
def test_the_table_beneath_a_picture_holds_the_same_numbers(member: Visit, seeded: Seeded) -> None:
    page = member.open(f"{RESULTS}/{seeded.many.id}")
    table = page.get_by_role("table", name="Distribution of the scores")
    counts = [text for text in table.locator("td.number").all_inner_texts() if text != "0"]
    picture = page.get_by_role("img", name="Distribution of the scores")
    above = [text for text in picture.locator("text").all_text_contents() if text in counts]
    assert sorted(above) == sorted(counts)
    assert sum(map(int, counts)) == 20
    scatter = page.get_by_role("img", name="Difficulty and discrimination")
    assert scatter.locator("circle").count() == 5
    assert scatter.locator("path.flagged").count() == 1
    flagged = (
        page.get_by_role("table", name="Figures of the questions")
        .get_by_role("row")
        .filter(has_text="Review the key")
    )
    assert flagged.locator("td").first.inner_text() == "6"
    assert float(flagged.locator("td.number").nth(2).inner_text()) < 0


@pytest.mark.browser
def test_small_groups_tell_no_figures_and_say_why(member: Visit, seeded: Seeded) -> None:
    page = member.open(f"{RESULTS}/{seeded.few.id}")
    expect(page.get_by_text("There are 2 so far.").first).to_be_visible()
    expect(page.get_by_role("img")).to_have_count(0)
    member.check()


@pytest.mark.browser
def test_candidates_are_filtered_and_paged(member: Visit, seeded: Seeded, of_service: Database) -> None:
    known, _ = sessions(of_service, jobs.organization(of_service), "Paged", *["111000"] * 30)
    sat(of_service, known, "111111", mode="test")
    page = member.open(f"{RESULTS}/{known.id}")
    table = page.get_by_role("table", name=re.compile("Sessions, those begun last first"))
    expect(table.locator("tbody tr")).to_have_count(25)
    page.get_by_role("link", name="Next page").click()
    expect(table.locator("tbody tr")).to_have_count(6)
    member.check()
    page.get_by_label("Kind of key").select_option("Test")
    page.get_by_role("button", name="Filter").click()
    expect(table.locator("tbody tr")).to_have_count(1)
    expect(table.get_by_text("Test", exact=True)).to_be_visible()
    page.get_by_label("State").select_option("In progress")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("No session is like that.")).to_be_visible()


@pytest.mark.browser
def test_a_candidate_s_report_tells_all_and_keys_when_asked_for(member: Visit, seeded: Seeded) -> None:
    page = member.open(f"{RESULTS}/{seeded.many.id}")
    page.get_by_role("link", name=NAME).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Report: {NAME}")
    for text in (
        "Percentile rank",
        "Invite to the next round.",
        "Answered question 1.",
        "Looked at a question.",
    ):
        expect(page.get_by_text(text).first).to_be_visible()
    row = page.get_by_role("row", name=re.compile("Left the page"))
    assert row.locator("td").all_inner_texts() == ["3", "2 times", "More than allowed"]
    expect(page.get_by_text("Right answer", exact=True)).to_have_count(0)
    expect(page.get_by_role("img", name="Score of each skill")).to_be_visible()
    member.check()
    page.get_by_role("link", name="Show the keys").click()
    expect(page.get_by_text("Right answer", exact=True)).to_have_count(6)
    member.check()
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="As PDF")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.browser
def test_the_button_prints_the_report(member: Visit, seeded: Seeded) -> None:
    page = member.open(f"{RESULTS}/sessions/{seeded.ids[0]}")
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")


@pytest.mark.browser
def test_a_task_s_report_tells_levels_reasons_and_comments(member: Visit, seeded: Seeded) -> None:
    page = member.open(f"{RESULTS}/sessions/{seeded.task.id}")
    texts = ("The patch was cut.", "Pass 2: it counts the memory.", "Well made.", "2 · Label 2", "a person")
    for text in (*texts, "the model, in two passes", "https://git.example.com/jo/orders"):
        expect(page.get_by_text(text, exact=True).first).to_be_visible()
    member.check()


@pytest.mark.browser
def test_cohorts_are_compared_side_by_side(member: Visit, seeded: Seeded) -> None:
    member.expected.append("400")
    page = member.open(RESULTS)
    page.get_by_label("Compare Platform").check()
    page.get_by_role("button", name="Compare the chosen ones").click()
    expect(page.get_by_role("alert")).to_have_text("Choose at least two cohorts.")
    page.get_by_role("group", name="Cohort B").get_by_label("Assessment").select_option(seeded.few.id)
    page.get_by_role("group", name="Cohort C").get_by_label("Assessment").select_option(seeded.many.id)
    page.get_by_role("button", name="Compare").click()
    table = page.get_by_role("table", name=re.compile("Scores of the cohorts"))
    rows = [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]
    assert rows[0] == ["6", "50%", "40.8", "0", "12.5", "50", "87.5", "100", "66.7%"]
    assert rows[1] == ["2", *["–"] * 8]
    assert rows[2][:2] == ["20", "50%"]
    expect(page.get_by_text("Cohort B has fewer than five scored sessions")).to_be_visible()
    expect(page.get_by_role("img", name="How the scores of the cohorts are spread")).to_be_visible()
    member.check()
    first = page.get_by_role("group", name="Cohort A")
    first.get_by_label("Submitted from").fill("2026-02-01")
    first.get_by_label("Submitted up to").fill("2026-01-01")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("alert")).to_have_text("Some of the rows need another look.")
    expect(first.get_by_label("Submitted from")).to_have_attribute("aria-invalid", "true")
    expect(first.get_by_label("Submitted from")).to_have_value("2026-02-01")
    member.check()


@pytest.mark.browser
def test_a_candidate_is_erased_after_a_question(member: Visit, seeded: Seeded, of_service: Database) -> None:
    member.expected.append("404")
    _, [session_id, *_] = sessions(of_service, jobs.organization(of_service), "Erasing", *["111111"] * 5)
    named(of_service, session_id, "Jo Gone", "jo@example.com")
    page = member.open(f"{RESULTS}/sessions/{session_id}")
    page.get_by_role("link", name="Erase the candidate…").click()
    expect(page.get_by_text("Jo Gone at “Erasing” will be erased")).to_be_visible()
    member.check()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("status")).to_contain_text("The candidate was erased.")
    expect(page.get_by_text("1 candidate was erased; the score still counts.")).to_be_visible()
    expect(page.get_by_text("Jo Gone")).to_have_count(0)
    member.check()
    member.open(f"{RESULTS}/sessions/{session_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not found")


# --- without a browser ---------------------------------------------------------------------------


def signed_in(app: Flask, database: Database, key: str) -> FlaskClient:
    """A visitor who has signed in with the key."""
    with database.write() as session:
        caller = authenticate(session, key, SECRET.encode())
        assert caller is not None
        text = sign_in_links.create(session, caller.key_id)
    visitor = app.test_client()
    assert visitor.get(f"/console/link/{text}").status_code == 302
    return visitor


@pytest.fixture
def looker(app: Flask, database: Database, account: Account) -> FlaskClient:
    """Somebody of the organisation who may do everything."""
    return signed_in(app, database, account.key)


def token_of(visitor: FlaskClient, path: str) -> str:
    """What a form on that page is sent with."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get(path).get_data(as_text=True))
    assert found is not None
    return found[1]


def text_of(pdf: bytes) -> str:
    """What can be read in a PDF, in one line."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_another_organisation_s_results_are_not_found(
    app: Flask, database: Database, looker: FlaskClient, account: Account, other_account: Account
) -> None:
    known, [session_id] = sessions(database, account.organization_id, "Ours", "111111")
    stranger = signed_in(app, database, other_account.key)
    for path in (
        f"{RESULTS}/{known.id}",
        f"{RESULTS}/{known.id}/sessions.csv",
        f"{RESULTS}/sessions/{session_id}",
        f"{RESULTS}/sessions/{session_id}/report.pdf",
        f"{RESULTS}/sessions/{session_id}/erase",
    ):
        assert looker.get(path).status_code == 200
        assert stranger.get(path).status_code == 404
    assert "Ours" not in stranger.get(RESULTS).get_data(as_text=True)
    assert "Ours" in looker.get(RESULTS).get_data(as_text=True)
    compared = stranger.get(f"{RESULTS}/compare?assessment={known.id}&assessment={known.id}")
    assert compared.status_code == 400
    assert "Ours" not in compared.get_data(as_text=True)
    token = token_of(stranger, RESULTS)
    erased = stranger.post(f"{RESULTS}/sessions/{session_id}/erase", data={"csrf_token": token})
    assert erased.status_code == 404
    assert looker.get(f"{RESULTS}/sessions/{session_id}").status_code == 200


@pytest.mark.parametrize("scopes", [("read",), ("read", "generate"), ("read", "generate", "admin")])
def test_who_may_erase_is_who_may_do_everything(
    app: Flask, database: Database, settings: Settings, account: Account, scopes: tuple[str, ...]
) -> None:
    _, [session_id] = sessions(database, account.organization_id, "Ours", "111111")
    with database.write() as session:
        owner = session.get_one(Organization, account.organization_id)
        key = ApiKey.create(session, owner, "live", settings.secret_key, scopes=scopes)
    visitor = signed_in(app, database, key)
    may = ADMIN in scopes
    path = f"{RESULTS}/sessions/{session_id}"
    assert ("Erase the candidate" in visitor.get(path).get_data(as_text=True)) == may
    assert visitor.get(f"{path}/erase").status_code == (200 if may else 403)
    answer = visitor.post(f"{path}/erase", data={"csrf_token": token_of(visitor, RESULTS)})
    assert answer.status_code == (303 if may else 403)
    assert visitor.get(path).status_code == (404 if may else 200)
    with database.read() as session:
        told = [row.action for row in audit.AuditEntry.page(session, account.organization_id, None, 9)]
    assert told == (["results_pages.erase"] if may else [])


def test_nothing_is_erased_without_the_form_s_token(
    database: Database, looker: FlaskClient, account: Account
) -> None:
    _, [session_id] = sessions(database, account.organization_id, "Ours", "111111")
    assert looker.post(f"{RESULTS}/sessions/{session_id}/erase").status_code == 400
    assert looker.get(f"{RESULTS}/sessions/{session_id}").status_code == 200


@pytest.mark.parametrize("query", ["status=lost", "mode=both", "cursor=x"])
def test_a_filter_that_there_is_not_is_refused(
    database: Database, looker: FlaskClient, account: Account, query: str
) -> None:
    known, _ = sessions(database, account.organization_id, "Ours", "111111")
    assert looker.get(f"{RESULTS}/{known.id}?{query}").status_code == 400


def test_the_list_is_paged(database: Database, looker: FlaskClient, account: Account) -> None:
    for number in range(27):
        sessions(database, account.organization_id, f"Assessment {number}.", "111111")
    known_assessment(database, account.organization_id, name="Nobody's")
    first = looker.get(RESULTS).get_data(as_text=True)
    found = re.search(r'rel="next" href="([^"]+)"', first)
    assert found is not None
    second = looker.get(found[1]).get_data(as_text=True)
    pages = [re.findall(r">(Assessment \d+\.)</a>", text) for text in (first, second)]
    assert [len(names) for names in pages] == [25, 2]
    assert len({*pages[0], *pages[1]}) == 27
    assert "Nobody's" not in first + second
    assert 'rel="next"' not in second


def test_live_and_test_sessions_are_counted_apart(
    app: Flask, database: Database, settings: Settings, looker: FlaskClient, account: Account
) -> None:
    known, [live] = sessions(database, account.organization_id, "Both", "111111")
    sat(database, known, *["000000"] * 6, mode="test")
    with database.write() as session:
        owner = session.get_one(Organization, account.organization_id)
        key = ApiKey.create(session, owner, "test", settings.secret_key)
    tester = signed_in(app, database, key)
    mine, theirs = (one.get(f"{RESULTS}/{known.id}").get_data(as_text=True) for one in (looker, tester))
    assert "live candidates" in mine
    assert "There are 1 so far." in mine
    assert "There are 1 so far." not in theirs
    assert "counts in no figures" not in looker.get(f"{RESULTS}/sessions/{live}").get_data(as_text=True)
    # Beside a cohort of another mode no report is ranked.
    assert "percentile rank" not in tester.get(f"{RESULTS}/sessions/{live}").get_data(as_text=True)


def test_a_candidate_s_words_are_escaped(database: Database, looker: FlaskClient, account: Account) -> None:
    known, [session_id] = sessions(database, account.organization_id, "<i>Role</i>", "111111")
    named(database, session_id, "<script>alert(1)</script>")
    for path in (RESULTS, f"{RESULTS}/{known.id}", f"{RESULTS}/sessions/{session_id}"):
        text = looker.get(path).get_data(as_text=True)
        assert "<script>alert" not in text
        assert "<i>Role" not in text


def test_the_report_as_a_pdf_has_every_letter_of_a_name(
    database: Database, looker: FlaskClient, account: Account
) -> None:
    _, [session_id] = sessions(database, account.organization_id, "Ours", "111000")
    named(database, session_id, f"{NAME} Nguyễn Ğİş Æðelþryð", EMAIL)
    answer = looker.get(f"{RESULTS}/sessions/{session_id}/report.pdf")
    assert answer.mimetype == "application/pdf"
    text = text_of(answer.data)
    for part in (f"Report: {NAME} Nguyễn Ğİş Æðelþryð", EMAIL, "50%", "Passed", "3 of 6", session_id):
        assert part in text
    assert "\u25a1" not in text
    assert "Right answer " not in text
    with_keys = text_of(looker.get(f"{RESULTS}/sessions/{session_id}/report.pdf?keys=1").data)
    assert with_keys.count("Right answer ") == 6


def test_a_letter_that_the_font_lacks_is_a_box_and_the_report_says_so(
    database: Database, looker: FlaskClient, account: Account
) -> None:
    _, [session_id] = sessions(database, account.organization_id, "Ours", "111000")
    named(database, session_id, "漢字 Taro")
    text = text_of(looker.get(f"{RESULTS}/sessions/{session_id}/report.pdf").data)
    assert "Report: □□ Taro" in text
    assert "at the address above all of them can be read" in text
    assert f"/console/results/sessions/{session_id}" in text


def test_a_task_s_pdf_tells_its_criteria(database: Database, looker: FlaskClient) -> None:
    taken = scored_task(database)
    text = text_of(looker.get(f"{RESULTS}/sessions/{taken.id}/report.pdf").data)
    for part in (
        "Backend take-home",
        "Tests 2 · Label 2",
        "Pass 2: it counts the memory.",
        "Well made.",
        "89%",
    ):
        assert part in text


def test_a_long_report_goes_over_pages(database: Database, looker: FlaskClient, account: Account) -> None:
    _, [session_id] = sessions(database, account.organization_id, "Ours", "111000")
    with database.write() as session:
        taken = session.get_one(CandidateSession, session_id)
        for number in range(60):
            session_comments.write(session, taken, f"Comment {number}. " + "Word " * 60, "api_key:ab12cd34")
    data = looker.get(f"{RESULTS}/sessions/{session_id}/report.pdf").data
    assert len(pypdf.PdfReader(io.BytesIO(data)).pages) > 3
    text = text_of(data)
    assert all(f"Comment {number}. Word" in text for number in range(60))


def test_what_makes_pdfs_is_not_loaded_before_it_is_asked_for(tmp_path: Path) -> None:
    answer = run(
        "-c",
        "import sys, api; api.create_app(); print(*sorted(sys.modules))",
        ASSESSGEN_HOME=str(tmp_path),
        DATABASE_URL=f"sqlite:///{tmp_path / 'test.db'}",
    )
    assert "api.console.results_report" in answer.stdout.split()
    assert not {"fpdf", "PIL", "fontTools"} & set(answer.stdout.split())


def test_periods_part_a_cohort(database: Database, looker: FlaskClient, account: Account) -> None:
    known, ids = sessions(database, account.organization_id, "Ours", *["111111"] * 5, *["000000"] * 5)
    with database.write() as session:
        for place, session_id in enumerate(ids):
            day = 31 if place < 5 else 1
            month = 1 if place < 5 else 2
            session.get_one(CandidateSession, session_id).submitted_at = datetime(
                2026, month, day, 23, tzinfo=UTC
            )
    query = f"assessment={known.id}&since=2026-01-01&until=2026-01-31"
    query += f"&assessment={known.id}&since=2026-02-01&until="
    text = looker.get(f"{RESULTS}/compare?{query}").get_data(as_text=True)
    rows = [
        re.findall(r'class="number">([^<]+)<', row)
        for row in text.split('<th scope="row" class="named">')[1:]
    ]
    assert [row[:3] for row in rows] == [["5", "100%", "0"], ["5", "0%", "0"]]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([], "Choose at least two cohorts."),
        ([("ID", "", "")], "Choose at least two cohorts."),
        ([("ID", "", "")] * 5, "Choose 4 cohorts at most."),
        ([("ID", "", ""), ("nonsense", "", "")], "Choose an assessment."),
        ([("ID", "", ""), ("", "2026-01-01", "")], "Choose an assessment."),
        ([("ID", "", ""), ("ID", "yesterday", "")], "The days must be dates"),
        ([("ID", "", ""), ("ID", "", "9999-12-31")], "The days must be dates"),
        ([("ID", "", ""), ("ID", "2026-01-02", "2026-01-01")], "The days must be dates"),
    ],
)
def test_cohorts_that_cannot_be_compared_are_told(
    database: Database,
    looker: FlaskClient,
    account: Account,
    rows: list[tuple[str, str, str]],
    problem: str,
) -> None:
    known, _ = sessions(database, account.organization_id, "Ours", "111111")
    filled = [(one.replace("ID", known.id), since, until) for one, since, until in rows]
    query = "&".join(f"assessment={one}&since={since}&until={until}" for one, since, until in filled)
    answer = looker.get(f"{RESULTS}/compare?{query or 'assessment='}")
    assert answer.status_code == 400
    assert problem in answer.get_data(as_text=True)


def test_the_sessions_as_csv_are_the_api_s(
    database: Database, client: FlaskClient, looker: FlaskClient, account: Account
) -> None:
    known, _ = sessions(database, account.organization_id, "Ours", "111111", "000000")
    theirs = client.get(f"/v1/sessions.csv?assessmentId={known.id}", headers=account.headers)
    mine = looker.get(f"{RESULTS}/{known.id}/sessions.csv")
    assert (mine.mimetype, mine.data) == ("text/csv", theirs.data)
    assert len(mine.data.splitlines()) == 3


def test_a_deleted_assessment_s_results_stay(
    database: Database, looker: FlaskClient, account: Account
) -> None:
    known, _ = sessions(database, account.organization_id, "Ours", "111111")
    with database.write() as session:
        invitations.delete(session, Assessment.held(session, account.organization_id, known.id))
    assert "Deleted" in looker.get(RESULTS).get_data(as_text=True)
    assert "Deleted" in looker.get(f"{RESULTS}/{known.id}").get_data(as_text=True)


def test_a_session_in_progress_has_a_report_without_a_score(
    app: Flask, database: Database, looker: FlaskClient, account: Account
) -> None:
    known = known_assessment(database, account.organization_id)
    begun = taker(app, client_of(app, account.key), known.id)
    text = looker.get(f"{RESULTS}/sessions/{begun.session_id}").get_data(as_text=True)
    assert "In progress" in text
    assert "None was given." in text
    pdf = looker.get(f"{RESULTS}/sessions/{begun.session_id}/report.pdf")
    assert "In progress" in text_of(pdf.data)
