"""A person scores a task and comments in the console: what is stored, what is refused, who may, old pages."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from models import audit, candidate_erasure, task_scores
from models.base import Json
from models.candidates import IN_PROGRESS, IN_REVIEW, SCORED, SUBMITTED, CandidateKey, CandidateSession
from models.organizations import ApiKey, Organization
from models.session import Database
from models.task_scores import MODEL, CriterionScore
from settings import Settings
from tests.candidates import criterion, stored, task_session
from tests.conftest import Account
from tests.console.browser import Visit
from tests.console.signed_in import Member
from tests.contract.candidate_sessions import known_assessment, sat
from tests.contract.stored import changeable
from tests.stack import Stack

RESULTS = "/console/results"
LONG = "x" * 5_001


def judged_task(
    database: Database, *levels: tuple[int, int], is_doubted: bool = False, name: str | None = None
) -> CandidateSession:
    """A task with a criterion for each pair of levels, which are the model's two passes'."""
    criteria = [criterion(f"Criterion {number}") for number in range(len(levels))]
    taken = task_session(database, criteria)
    scores = [
        CriterionScore(
            session_id=taken.id,
            criterion_id=one["id"],
            source=MODEL,
            pass_number=number,
            level=level,
            rationale=f"Pass {number} of {one['name']}.",
            evidence=["+    write(row)"],
            is_doubted=is_doubted,
            scored_by="claude",
        )
        for one, pair in zip(criteria, levels, strict=True)
        for number, level in enumerate(pair, start=1)
    ]
    with database.write() as session:
        session.get_one(CandidateKey, taken.key_id).candidate_name = name
        return task_scores.settle(session, taken.id, scores, [])


def whole_task(database: Database) -> CandidateSession:
    """A task without a rubric, which waits for a person."""
    return task_session(database, None, status=IN_REVIEW)


@pytest.fixture
def member_of(app: Flask, database: Database, settings: Settings) -> "MemberOf":
    return MemberOf(app, database, settings)


class MemberOf:
    """Makes people who have signed in with keys of their own."""

    def __init__(self, app: Flask, database: Database, settings: Settings) -> None:
        self.app, self.database, self.settings = app, database, settings

    def __call__(self, account: Account, mode: str = "live", **options: tuple[str, ...]) -> Member:
        with self.database.write() as session:
            owner = session.get_one(Organization, account.organization_id)
            key = ApiKey.create(session, owner, mode, self.settings.secret_key, **options)
        return Member(self.app, self.database, replace(account, key=key))


@pytest.fixture
def scorer(app: Flask, database: Database, account: Account) -> Member:
    """Somebody of the organisation who may do everything."""
    return Member(app, database, account)


def path_of(taken: CandidateSession) -> str:
    """Where the session's report is."""
    return f"{RESULTS}/sessions/{taken.id}"


def form_of(member: Member, taken: CandidateSession) -> dict[str, str]:
    """The form's fields as a browser would send them, were nothing changed."""
    text = member.get(path_of(taken)).text
    form = text[text.index('<form method="post" enctype="multipart/form-data" id="scoring"') :]
    form = form[: form.index("</form>")]
    fields = dict(re.findall(r'name="([a-z]+)"[^>]* value="([^"]*)"', form))
    fields |= dict(re.findall(r'name="(level-\d+)" value="(\d+)" checked', form))
    fields |= dict(re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>\n([^<]*)</textarea>', form))
    return fields


def told(app: Flask, account: Account, taken: CandidateSession) -> Json:
    """The session as the API tells it."""
    answer = app.test_client().get(f"/v1/sessions/{taken.id}", headers=account.headers)
    found: Json = answer.get_json()
    return found


def history(app: Flask, account: Account, taken: CandidateSession) -> list[tuple[int | None, str | None]]:
    """What persons said: levels, or percents, with comments."""
    entries = told(app, account, taken)["history"]
    return [(one["level"] if one["score"] is None else one["score"], one["comment"]) for one in entries]


# --- saving --------------------------------------------------------------------------------------


def test_what_a_person_gives_wins_and_is_kept_as_the_api_keeps_it(
    app: Flask, database: Database, scorer: Member, account: Account
) -> None:
    taken = judged_task(database, (2, 2), (0, 3))
    assert taken.status == IN_REVIEW
    form = form_of(scorer, taken)
    assert {name: text for name, text in form.items() if name != "seen"} == {
        "comment-0": "",
        "comment-1": "",
        "comment": "",
    }
    form |= {"level-1": "3", "comment-1": "  One line.\r\nAnother.\0 ", "comment": "Invite."}
    answer = scorer.post(path_of(taken), **form)
    assert (answer.status_code, answer.location) == (303, path_of(taken))
    found = told(app, account, taken)
    assert (found["status"], found["score"], found["comment"]) == (SCORED, 83, "Invite.")
    first, second = found["result"]["criteria"]
    assert (first["level"], first["by"], second["level"], second["by"]) == (2, "model", 3, "person")
    assert [one["level"] for one in second["model"]] == [0, 3]
    assert second["person"]["comment"] == "One line.\nAnother."
    assert second["person"]["scoredBy"].startswith("api_key:")
    shown = scorer.get(path_of(taken)).text
    assert "Stored. The task&#39;s score is 83%." in shown
    assert second["person"]["scoredBy"] in shown
    with database.read() as session:
        [entry] = audit.AuditEntry.page(session, account.organization_id, None, 9)
    assert (entry.action, entry.subject) == ("results_pages.score", {"session_id": taken.id})
    assert entry.actor == second["person"]["scoredBy"]


def test_only_what_was_changed_is_a_new_version(
    app: Flask, database: Database, scorer: Member, account: Account
) -> None:
    taken = judged_task(database, (2, 2), (0, 3))
    scorer.post(path_of(taken), **form_of(scorer, taken), **{"level-0": "1", "level-1": "3"})
    form = form_of(scorer, taken)
    assert (form["level-0"], form["level-1"]) == ("1", "3")
    scorer.post(path_of(taken), **{**form, "comment-1": "Looked again."})
    assert history(app, account, taken) == [(1, None), (3, None), (3, "Looked again.")]


def test_some_criteria_may_wait(database: Database, scorer: Member) -> None:
    taken = judged_task(database, (0, 3), (0, 3), (0, 3))
    scorer.post(path_of(taken), **form_of(scorer, taken), **{"level-0": "0"})
    assert stored(database, taken).status == IN_REVIEW
    assert "Stored. 2 criteria still wait for a person." in scorer.get(path_of(taken)).text


def test_a_person_may_score_before_the_model(database: Database, scorer: Member) -> None:
    taken = task_session(database, [criterion("Tests")])
    assert taken.status == SUBMITTED
    assert "The model is still at work on this task." in scorer.get(path_of(taken)).text
    scorer.post(path_of(taken), **form_of(scorer, taken), **{"level-0": "3"})
    assert (stored(database, taken).status, stored(database, taken).score) == (SCORED, 100)


def test_a_task_without_a_rubric_gets_a_percent(
    app: Flask, database: Database, scorer: Member, account: Account
) -> None:
    taken = whole_task(database)
    for changes in ({"score": "59", "reason": "Thin."}, {"score": "060"}):
        assert scorer.post(path_of(taken), **{**form_of(scorer, taken), **changes}).status_code == 303
    assert history(app, account, taken) == [(59, "Thin."), (60, "Thin.")]
    assert told(app, account, taken)["passed"] is True
    assert form_of(scorer, taken) | {"seen": ""} == {
        "seen": "",
        "score": "60",
        "reason": "Thin.",
        "comment": "",
    }


def test_a_comment_is_taken_back_by_emptying_it(
    app: Flask, database: Database, scorer: Member, account: Account
) -> None:
    taken = judged_task(database, (2, 2))
    for text in ("Invite.", ""):
        scorer.post(path_of(taken), **{**form_of(scorer, taken), "comment": text})
    assert told(app, account, taken)["comment"] is None
    assert history(app, account, taken) == [(None, "Invite."), (None, None)]
    assert "Took the comment back." in scorer.get(path_of(taken)).text


def test_a_session_with_questions_is_commented_and_never_scored(
    app: Flask, database: Database, scorer: Member, account: Account
) -> None:
    known = known_assessment(database, account.organization_id)
    [session_id] = sat(database, known, "111000")
    with database.read() as session:
        taken = session.get_one(CandidateSession, session_id)
    assert set(form_of(scorer, taken)) == {"seen", "comment"}
    sent = {**form_of(scorer, taken), "comment": "A guess?", "score": "100", "level-0": "3"}
    assert scorer.post(path_of(taken), **sent).status_code == 303
    found = told(app, account, taken)
    assert (found["comment"], found["score"], len(found["history"])) == ("A guess?", 50, 1)


# --- refusing ------------------------------------------------------------------------------------

LEVEL = "Choose one of the levels: a comment is stored with a level only."
PERCENT = "Give a whole number from 0 to 100."
TOO_LONG = "A comment has at most 5000 characters."


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({}, None, "Nothing differs from what is stored."),
        ({"comment-0": "Why?"}, "level-0", LEVEL),
        ({"level-0": "7"}, "level-0", LEVEL),
        ({"level-0": "two"}, "level-0", LEVEL),
        ({"level-0": "-1"}, "level-0", LEVEL),
        ({"level-0": "٢"}, "level-0", LEVEL),
        ({"level-0": "9" * 30}, "level-0", LEVEL),
        ({"level-0": "2", "comment-0": LONG}, "comment-0", TOO_LONG),
        ({"level-0": "2", "comment": LONG}, "comment", TOO_LONG),
        ({"level-0": "2", "level-1": "7", "comment": "Invite."}, "level-1", LEVEL),
        ({"level-2": "2"}, None, "Nothing differs from what is stored."),
        ({"score": "50"}, None, "Nothing differs from what is stored."),
    ],
)
def test_bad_scores_are_told_at_their_field_and_change_nothing(
    database: Database, scorer: Member, changes: dict[str, str], field: str | None, problem: str
) -> None:
    taken = judged_task(database, (0, 3), (1, 1))
    form = form_of(scorer, taken)
    before = changeable(database)
    answer = scorer.post(path_of(taken), **{**form, **changes})
    assert answer.status_code == 422
    assert "Nothing was stored yet." in answer.text
    assert changeable(database) == before
    if field is None:
        assert problem in answer.text
        return
    assert f'<p class="error" id="{field}-error">{problem}</p>' in answer.text
    assert re.search(f'aria-describedby="[^"]*{field}-error"', answer.text)
    target = re.search(r'<li><a href="#([^"]+)">(Criterion \d: )?' + re.escape(problem), answer.text)
    assert target is not None
    assert f'id="{target[1]}"' in answer.text
    # What was typed is still there.
    for name, text in changes.items():
        assert name.startswith("level") or text in answer.text


def test_a_bad_percent_is_told_at_its_field_and_changes_nothing(database: Database, scorer: Member) -> None:
    taken = whole_task(database)
    before = changeable(database)
    for score in ("", "101", "-1", "5.5", "half", "1e2", "²"):
        answer = scorer.post(path_of(taken), seen="0-0", score=score, reason="Thin.")
        assert answer.status_code == 422, score
        assert f'<p class="error" id="score-error">{PERCENT}</p>' in answer.text
    assert changeable(database) == before


def test_another_organisation_scores_nothing(
    app: Flask, database: Database, scorer: Member, other_account: Account
) -> None:
    taken = judged_task(database, (0, 3))
    stranger = Member(app, database, other_account)
    before = changeable(database)
    sent = {**form_of(scorer, taken), "level-0": "3", "comment": "Ours now."}
    assert stranger.post(path_of(taken), **sent).status_code == 404
    for name in ("nonsense", "00000000-0000-4000-8000-000000000000"):
        assert scorer.post(f"{RESULTS}/sessions/{name}", **sent).status_code == 404
    assert changeable(database) == before


def test_who_may_only_read_sees_what_was_said_and_no_form(
    database: Database, scorer: Member, account: Account, member_of: MemberOf
) -> None:
    taken = judged_task(database, (0, 3))
    reader = member_of(account, scopes=("read",))
    sent = {**form_of(scorer, taken), "level-0": "3"}
    before = changeable(database)
    assert reader.post(path_of(taken), **sent).status_code == 403
    assert changeable(database) == before
    text = reader.get(path_of(taken)).text
    assert "Pass 2 of Criterion 0." in text
    assert 'id="scoring"' not in text
    assert member_of(account, scopes=("read", "generate")).post(path_of(taken), **sent).status_code == 303


def test_nothing_is_scored_without_the_form_s_token(database: Database, scorer: Member) -> None:
    taken = judged_task(database, (0, 3))
    sent = {**form_of(scorer, taken), "level-0": "3"}
    before = changeable(database)
    assert scorer.client.post(path_of(taken), data=sent).status_code == 400
    assert scorer.post(path_of(taken), **{**sent, "csrf_token": "nonsense"}).status_code == 400
    assert changeable(database) == before


def test_nobody_who_is_not_signed_in_scores(app: Flask, database: Database, account: Account) -> None:
    taken = judged_task(database, (0, 3))
    visitor: FlaskClient = app.test_client()
    found = re.search(r'name="csrf-token" content="([^"]+)"', visitor.get("/console/sign-in").text)
    assert found is not None
    before = changeable(database)
    answer = visitor.post(path_of(taken), data={"csrf_token": found[1], "level-0": "3"})
    assert (answer.status_code, "/console/sign-in" in answer.location) == (302, True)
    assert changeable(database) == before


def test_what_is_not_submitted_or_is_erased_is_not_scored(
    database: Database, scorer: Member, account: Account
) -> None:
    begun = task_session(database, None, status=IN_PROGRESS, submitted_at=None)
    gone = judged_task(database, (0, 3))
    sent = {**form_of(scorer, gone), "level-0": "3", "score": "50"}
    with database.write() as session:
        candidate_erasure.erase(session, account.organization_id, gone.id)
    before = changeable(database)
    assert 'id="scoring"' not in scorer.get(path_of(begun)).text
    assert scorer.post(path_of(begun), **sent).status_code == 409
    assert scorer.post(path_of(gone), **sent).status_code == 404
    assert changeable(database) == before


def test_what_people_and_models_wrote_is_escaped(database: Database, scorer: Member) -> None:
    evil = "<script>alert(1)</script></textarea>"
    named = {**criterion("Tests"), "name": evil, "description": evil}
    named["levels"] = [{**one, "label": evil, "description": evil} for one in named["levels"]]
    taken = task_session(database, [named], notes=evil)
    sent = {"level-0": "3", "comment-0": evil, "comment": evil, "seen": f'">{evil}'}
    assert "<script>alert" not in scorer.post(path_of(taken), **{**sent, "level-0": "9"}).text
    assert scorer.post(path_of(taken), **sent).status_code == 303
    for path in (path_of(taken), f"{RESULTS}/waiting"):
        assert "<script>alert" not in scorer.get(path).text


# --- pages that are old by now -------------------------------------------------------------------


def test_an_old_page_takes_back_nothing_that_it_did_not_touch(
    app: Flask, database: Database, scorer: Member, account: Account, member_of: MemberOf
) -> None:
    taken = judged_task(database, (0, 3), (0, 3))
    other = member_of(account)
    mine = {**form_of(scorer, taken), "level-1": "1"}
    other.post(path_of(taken), **form_of(other, taken), **{"level-0": "3"})
    scorer.post(path_of(taken), **mine)
    assert history(app, account, taken) == [(3, None), (1, None)]
    text = scorer.get(path_of(taken)).text
    first = told(app, account, taken)["history"][0]
    assert f"something else was said of this session, last by {first['by']} on " in text
    # Told once.
    assert "something else was said" not in scorer.get(path_of(taken)).text


def test_of_two_who_score_the_same_the_later_one_counts_and_both_are_kept(
    app: Flask, database: Database, scorer: Member, account: Account, member_of: MemberOf
) -> None:
    taken = judged_task(database, (0, 3))
    other = member_of(account)
    mine = {**form_of(scorer, taken), "level-0": "1", "comment-0": "Thin."}
    other.post(path_of(taken), **form_of(other, taken), **{"level-0": "3"})
    scorer.post(path_of(taken), **mine)
    assert history(app, account, taken) == [(3, None), (1, "Thin.")]
    assert told(app, account, taken)["score"] == 33
    assert "something else was said of this session" in scorer.get(path_of(taken)).text


def test_a_form_that_is_mended_still_knows_what_its_page_showed(
    app: Flask, database: Database, scorer: Member, account: Account, member_of: MemberOf
) -> None:
    taken = judged_task(database, (0, 3), (0, 3))
    other = member_of(account)
    mine = form_of(scorer, taken)
    other.post(path_of(taken), **form_of(other, taken), **{"level-0": "3"})
    answer = scorer.post(path_of(taken), **{**mine, "comment-1": "Why?"})
    assert answer.status_code == 422
    assert f'name="seen" value="{mine["seen"]}"' in answer.text
    assert scorer.post(path_of(taken), **{**mine, "level-1": "2", "comment-1": "Why?"}).status_code == 303
    assert history(app, account, taken) == [(3, None), (2, "Why?")]


def test_a_form_that_is_sent_twice_counts_once(
    app: Flask, database: Database, scorer: Member, account: Account
) -> None:
    taken = judged_task(database, (0, 3))
    mine = {**form_of(scorer, taken), "level-0": "1", "comment": "Thin."}
    for _ in range(2):
        assert scorer.post(path_of(taken), **mine).status_code == 303
    assert history(app, account, taken) == [(1, None), (None, "Thin.")]
    assert "something else was said" not in scorer.get(path_of(taken)).text


def test_what_a_form_tells_of_its_page_is_not_believed_too_much(
    app: Flask, database: Database, scorer: Member, account: Account
) -> None:
    for seen in ("", "x", "-", "1", "999999-999999", "-5--5", "²-²", "9" * 40):
        taken = judged_task(database, (0, 3))
        sent = {**form_of(scorer, taken), "level-0": "1", "seen": seen}
        assert scorer.post(path_of(taken), **sent).status_code == 303, seen
        assert history(app, account, taken) == [(1, None)]


# --- what waits ----------------------------------------------------------------------------------


def test_what_the_model_said_stands_beside_and_doubts_are_flagged(database: Database, scorer: Member) -> None:
    apart, orders = judged_task(database, (0, 3)), judged_task(database, (2, 2), is_doubted=True)
    words = ("Pass 1 of Criterion 0.", "Pass 2 of Criterion 0.", "+    write(row)")
    flags = ("are more than a level apart", "gives orders to whoever judges it")
    for taken, flag, other in ((apart, *flags), (orders, *reversed(flags))):
        text = scorer.get(path_of(taken)).text
        assert all(word in text for word in (*words, flag))
        assert other not in text
    scorer.post(path_of(apart), **form_of(scorer, apart), **{"level-0": "1"})
    assert flags[0] in scorer.get(path_of(apart)).text


def test_tasks_that_wait_for_a_person_are_found(
    app: Flask, database: Database, scorer: Member, account: Account, other_account: Account
) -> None:
    waits = judged_task(database, (0, 3), (1, 1), (0, 3), name="Maya Okafor")
    whole, gone = whole_task(database), judged_task(database, (0, 3), name="Jo Gone")
    done = judged_task(database, (1, 1), name="Ada Done")
    task_session(database, None, status=IN_REVIEW, mode="test")
    with database.write() as session:
        candidate_erasure.erase(session, account.organization_id, gone.id)
    text = scorer.get(f"{RESULTS}/waiting").text
    assert [path_of(one) in text for one in (waits, whole, gone, done)] == [True, True, False, False]
    assert '<td class="named">Criterion 0, Criterion 2</td>' in text
    assert "the task as a whole" in text
    assert re.search(
        r'<dt>Tasks to score</dt><dd class="figure"><a href="[^"]+/waiting">2</a>',
        scorer.get("/console").text,
    )
    assert "2 tasks wait for a person’s scores" in scorer.get(RESULTS).text
    assert scorer.get(RESULTS).text.count(">1 to score<") == 2
    one = scorer.get(f"{RESULTS}/{waits.assessment_id}").text
    found = re.search(r'href="([^"]+)">1 candidate waits for a person’s scores', one)
    assert found is not None
    assert path_of(waits) in scorer.get(found[1].replace("&amp;", "&")).text
    assert "wait for a person" not in scorer.get(f"{RESULTS}/{gone.assessment_id}").text
    stranger = Member(app, database, other_account)
    assert "No task waits for a person’s scores." in stranger.get(f"{RESULTS}/waiting").text
    assert (
        '<dd class="figure">0</dd>' in stranger.get("/console").text
        or "Welcome" in stranger.get("/console").text
    )


def test_a_test_key_finds_test_sessions_alone(
    database: Database, account: Account, member_of: MemberOf
) -> None:
    live, test = whole_task(database), task_session(database, None, status=IN_REVIEW, mode="test")
    text = member_of(account, "test").get(f"{RESULTS}/waiting").text
    assert [path_of(one) in text for one in (live, test)] == [False, True]


def test_what_waits_is_paged(database: Database, scorer: Member) -> None:
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    ids = {
        task_session(database, None, status=IN_REVIEW, started_at=begun + timedelta(hours=hour)).id
        for hour in range(27)
    }
    first = scorer.get(f"{RESULTS}/waiting").text
    found = re.search(r'rel="next" href="([^"]+)"', first)
    assert found is not None
    pages = [re.findall(r'/sessions/([0-9a-f-]+)"', text) for text in (first, scorer.get(found[1]).text)]
    assert [len(page) for page in pages] == [25, 2]
    assert {*pages[0], *pages[1]} == ids


# --- in a browser --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def database_of(service: Stack) -> Iterator[Database]:
    database = Database(service.settings.database_url)
    yield database
    database.dispose()


def reach(page: Page, selector: str) -> None:
    """Press Tab until it has the focus."""
    wanted = page.locator(selector)
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("e => e === document.activeElement"):
            return
    raise AssertionError(f"{selector} can't be reached with the keyboard")


@pytest.mark.browser
def test_a_task_is_scored_by_keyboard(member: Visit, database_of: Database) -> None:
    member.expected.append("422")
    taken = judged_task(database_of, (0, 3), (1, 2), name="Maya Okafor")
    page = member.open("/console")
    reach(page, 'a[href="/console/results/waiting"]')
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tasks to score")
    member.check()
    reach(page, f'a[href="{path_of(taken)}"]')
    page.keyboard.press("Enter")
    group = page.get_by_role("group", name="Criterion 0")
    expect(group.get_by_text("Apart", exact=True)).to_be_visible()
    expect(group.get_by_role("radio", checked=True)).to_have_count(0)
    member.check()
    # A comment without its level is refused, and leads to the level.
    reach(page, "#comment-0")
    page.keyboard.type("It streams.")
    reach(page, "#scoring button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(group.get_by_role("radiogroup")).to_have_attribute("aria-invalid", "true")
    member.check()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(group.get_by_role("radio").first).to_be_focused()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    expect(group.get_by_role("radio", name="2 · Label 2")).to_be_checked()
    expect(group.get_by_role("textbox")).to_have_value("It streams.")
    reach(page, "#comment")
    page.keyboard.type("Invite.")
    reach(page, "#scoring button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Stored. The task's score is 58%.")
    member.check()
    found = stored(database_of, taken)
    assert (found.status, found.score) == (SCORED, 58)
    said = page.get_by_role("region", name="What people of yours said")
    expect(said).to_contain_text("It streams.")
    expect(said).to_contain_text("Invite.")
    member.open(f"{RESULTS}/waiting")
    expect(page.get_by_text("No task waits for a person’s scores.")).to_be_visible()
    member.check()


@pytest.mark.browser
def test_a_task_without_a_rubric_and_a_comment_on_questions_hold_for_everybody(
    member: Visit, database_of: Database
) -> None:
    taken = whole_task(database_of)
    page = member.open(path_of(taken))
    member.check()
    page.get_by_label("Score of the whole task in percent").fill("75")
    page.get_by_role("button", name="Save the scores").click()
    expect(page.get_by_role("status")).to_contain_text("75%")
    known = known_assessment(database_of, taken.organization_id)
    [session_id] = sat(database_of, known, "111000")
    member.open(f"{RESULTS}/sessions/{session_id}")
    page.get_by_label("Comment on the session").fill("A guess?")
    page.get_by_role("button", name="Save the comment").click()
    expect(page.get_by_role("status")).to_have_text("Stored.")
    member.check()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Save the comment")).to_be_hidden()
