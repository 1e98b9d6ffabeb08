"""Taking an assessment in a browser, as a candidate does."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from models.base import utcnow
from models.session import Database
from tests import sittings
from tests.console.browser import Visit, visit
from tests.console.taking import NAMES, UNWATCHED, answers, begin, change_session, go, question
from tests.sittings import Exam
from tests.stack import Stack

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made(of_service: Database) -> Exam:
    """An assessment with a question of each type, in which nothing is observed."""
    return sittings.exam(of_service, proctoring=UNWATCHED)


def choose(page: Page, name: str, text: str) -> None:
    """Choose an option of a question by its text."""
    question(page, name).get_by_label(text, exact=True).check()


def saved(page: Page, name: str) -> None:
    """Wait until the page says that the answer to a question is saved."""
    expect(page.locator("#saved")).to_have_text(f"Saved: question {NAMES.index(name) + 1}")


def test_a_key_is_typed_and_what_is_to_come_is_told_before_it_begins(
    visitor: Visit, of_service: Database, made: Exam
) -> None:
    _, text = sittings.key(of_service, made.assessment_id, extra_percent=25)
    page = visitor.open("/take")
    visitor.check()
    page.get_by_label("Your key").fill(f"  {visitor.url}/take/{text} ")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/take/start")
    main = page.locator("main")
    for told in ("Frontend Engineer", "37 minutes and 30 seconds", "25 % more", "Nothing but your answers"):
        expect(main).to_contain_text(told)
    expect(main.locator("dd").first).to_have_text("7")
    expect(page.get_by_role("navigation")).to_have_count(0)
    visitor.check()


def test_the_link_s_key_leaves_the_address(visitor: Visit, of_service: Database, made: Exam) -> None:
    _, text = sittings.key(of_service, made.assessment_id)
    page = visitor.open(f"/take/{text}")
    assert page.url == f"{visitor.url}/take/start"
    assert all(text not in one["value"] for one in visitor.context.cookies())


def test_a_whole_sitting_by_keyboard_alone(visitor: Visit, of_service: Database, made: Exam) -> None:
    key_id, text = sittings.key(of_service, made.assessment_id)
    page = visitor.open(f"/take/{text}")
    keyboard = page.keyboard

    def reach(name: str) -> None:
        """Go on with Tab until the control of that name has the focus."""
        for _ in range(60):
            keyboard.press("Tab")
            focused = page.evaluate(
                "(e => e.getAttribute('aria-label') || (e.labels && e.labels[0]?.textContent)"
                " || e.textContent)(document.activeElement)"
            )
            if focused.strip() == name:
                return
        raise AssertionError(f"{name} can't be reached")

    def on(name: str) -> None:
        """Go to the next question, which takes the focus."""
        saved(page, name)
        reach("Next")
        keyboard.press("Enter")
        heading = f"Question {NAMES.index(name) + 2} of 7"
        expect(page.locator(":focus")).to_have_text(heading)

    reach("Start")
    keyboard.press("Enter")
    page.wait_for_url("**/take/questions**")
    visitor.check()
    for name, option in (("choice", "right"), ("code", "wrong"), ("truth", "True")):
        keyboard.press("Tab") if name == "code" else None
        first = question(page, name).locator("input[type=radio]").first
        for _ in range(60):
            keyboard.press("Tab")
            if first.evaluate("e => e.name === document.activeElement.name"):
                break
        keyboard.press("Space")
        labels = question(page, name).locator(".choice label").all_inner_texts()
        for _ in range(labels.index(option)):
            keyboard.press("ArrowDown")
        expect(question(page, name).get_by_label(option, exact=True)).to_be_checked()
        on(name)
    for option in ("right", "wrong"):
        page.keyboard.press("Shift+Tab")
        page.locator("#q-4 h2").focus()
        reach(option)
        keyboard.press("Space")
    on("select")
    # As shown it would be right: a line goes down and up again.
    for way in ("down", "up"):
        page.locator("#q-5 h2").focus()
        reach(f"Move {way}: right")
        keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Now in place 1 of 4: right")
    on("order")
    reach(page.locator("label[for=answer-6]").inner_text())
    keyboard.type("41.5")
    keyboard.press("Tab")
    on("number")
    reach(page.locator("label[for=answer-7]").inner_text())
    keyboard.type("rebase")
    keyboard.press("Enter")
    saved(page, "word")
    reach("Check and submit")
    keyboard.press("Enter")
    expect(page.get_by_text("Every question has an answer.")).to_be_visible()
    visitor.check()
    reach("Submit for good")
    keyboard.press("Enter")
    page.wait_for_url("**/take/done")
    visitor.check()
    right = {name: made.right[made.questions[name]] for name in NAMES}
    found = answers(of_service, key_id, made)
    wrong = made.options("code")["wrong"]
    assert found == {**right, "code": wrong, "number": "41.5", "word": "rebase", "select": found["select"]}
    assert set(found["select"]) == set(right["select"])
    assert sittings.session_of(of_service, key_id).score == 86


def test_nothing_is_lost_while_the_network_is_away(visitor: Visit, of_service: Database, made: Exam) -> None:
    visitor.expected.append("ERR_INTERNET_DISCONNECTED")
    key_id, text = sittings.key(of_service, made.assessment_id)
    page = begin(visitor, text)
    choose(page, "choice", "wrong")
    saved(page, "choice")
    visitor.context.set_offline(True)
    went = utcnow()
    choose(page, "choice", "right")
    expect(page.locator("#saved")).to_contain_text("Not saved yet")
    go(page, "word").get_by_role("textbox").fill("rebase")
    go(page, "truth")
    choose(page, "truth", "False")
    page.get_by_role("button", name="Check and submit").click()
    expect(page.locator("#unsent")).to_be_visible()
    page.get_by_role("button", name="Submit for good").click()
    expect(page.locator("#unsent")).to_be_visible()
    visitor.check()
    assert answers(of_service, key_id, made) == {"choice": made.options("choice")["wrong"]}
    page.wait_for_timeout(max(0.0, 5_000 - (utcnow() - went).total_seconds() * 1000))
    visitor.context.set_offline(False)
    expect(page.locator("#unsent")).to_be_hidden()
    expect(page.locator("#saved")).to_contain_text("Saved")
    expected = {"choice": "right", "word": "rebase", "truth": "False"}
    found = answers(of_service, key_id, made)
    assert found.pop("word") == expected["word"]
    assert found == {"choice": made.options("choice")["right"], "truth": found["truth"]}
    assert found["truth"] != made.right[made.questions["truth"]]


def test_a_reload_goes_on_where_it_was_with_what_was_not_sent_yet(
    visitor: Visit, of_service: Database, made: Exam
) -> None:
    visitor.expected += ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED"]
    key_id, text = sittings.key(of_service, made.assessment_id)
    page = begin(visitor, text)
    go(page, "word").get_by_role("textbox").fill("merge")
    saved(page, "word")
    go(page, "number").get_by_role("button", name="Mark for later").click()
    page.route("**/take/answers/**", lambda route: route.abort())
    question(page, "number").get_by_role("textbox").fill("12,5")
    expect(page.locator("#saved")).to_contain_text("Not saved yet")
    page.unroute("**/take/answers/**")
    page.reload()
    expect(question(page, "number").get_by_role("textbox")).to_have_value("12,5")
    expect(question(page, "number").get_by_role("button", name="Mark for later")).to_have_attribute(
        "aria-pressed", "true"
    )
    saved(page, "number")
    expect(question(page, "choice")).to_be_hidden()
    visitor.open("/take/questions")
    expect(question(page, "number")).to_be_visible()
    assert answers(of_service, key_id, made) == {"word": "merge", "number": "12,5"}


def test_an_old_answer_does_not_come_before_a_newer_one(
    visitor: Visit, of_service: Database, made: Exam
) -> None:
    visitor.expected.append("ERR_FAILED")
    key_id, text = sittings.key(of_service, made.assessment_id)
    page = begin(visitor, text)
    page.route("**/take/answers/**", lambda route: route.abort())
    go(page, "word").get_by_role("textbox").fill("old")
    expect(page.locator("#saved")).to_contain_text("Not saved yet")
    # Meanwhile the candidate goes on at another device.
    sittings.save(of_service, key_id, made.questions["word"], "newer")
    page.unroute("**/take/answers/**")
    expect(page.locator("#told")).to_contain_text("A newer answer to question 7")
    expect(question(page, "word").get_by_role("textbox")).to_have_value("newer")
    assert answers(of_service, key_id, made) == {"word": "newer"}
    question(page, "word").get_by_role("textbox").fill("newest")
    saved(page, "word")
    assert answers(of_service, key_id, made) == {"word": "newest"}


def test_two_tabs_show_the_same_answers(visitor: Visit, of_service: Database, made: Exam) -> None:
    key_id, text = sittings.key(of_service, made.assessment_id)
    page = begin(visitor, text)
    other = visitor.context.new_page()
    other.goto(f"{visitor.url}/take/questions")
    choose(page, "choice", "wrong")
    saved(page, "choice")
    expect(question(other, "choice").get_by_label("wrong", exact=True)).to_be_checked()
    choose(other, "choice", "right")
    saved(other, "choice")
    expect(question(page, "choice").get_by_label("right", exact=True)).to_be_checked()
    go(page, "word").get_by_role("textbox").fill("rebase")
    saved(page, "word")
    assert answers(of_service, key_id, made) == {"choice": made.options("choice")["right"], "word": "rebase"}


def test_a_page_of_another_candidate_s_saves_nothing_for_this_one(
    visitor: Visit, of_service: Database, made: Exam
) -> None:
    visitor.expected.append("409")
    _, text = sittings.key(of_service, made.assessment_id)
    other_id, other_text = sittings.key(of_service, made.assessment_id)
    page = begin(visitor, text)
    other = visitor.context.new_page()
    begin(Visit(other, visitor.url), other_text)
    choose(page, "choice", "wrong")
    expect(page.locator("#told")).to_contain_text("can’t save any more")
    assert answers(of_service, other_id, made) == {}


def test_the_time_is_told_and_when_it_is_up_what_was_saved_is_handed_in(
    visitor: Visit, of_service: Database, made: Exam
) -> None:
    key_id, text = sittings.key(of_service, made.assessment_id, extra_percent=50)
    page = begin(visitor, text)
    assert page.locator("#time").inner_text().startswith(("44:", "45:"))
    change_session(of_service, key_id, deadline=utcnow() + timedelta(seconds=62))
    page.reload()
    expect(page.locator("#said")).to_have_text("1 minute is left.")
    change_session(of_service, key_id, deadline=utcnow() + timedelta(seconds=6))
    page.reload()
    # What is being typed at the end counts too.
    go(page, "word").get_by_role("textbox").press_sequentially("rebase")
    page.wait_for_url("**/take/done", timeout=20_000)
    expect(page.get_by_text("The time was up")).to_be_visible()
    visitor.check()
    assert answers(of_service, key_id, made) == {"word": "rebase"}
    assert sittings.session_of(of_service, key_id).submitted_by == "deadline"


def test_gaps_are_told_before_it_is_handed_in(visitor: Visit, of_service: Database, made: Exam) -> None:
    key_id, text = sittings.key(of_service, made.assessment_id)
    page = begin(visitor, text)
    choose(page, "choice", "right")
    go(page, "truth").get_by_role("button", name="Mark for later").click()
    expect(page.locator("#map a").nth(2)).to_contain_text("not answered, marked for later")
    page.get_by_role("button", name="Check and submit").click()
    expect(page.locator("#gaps a")).to_have_count(6)
    expect(page.locator("#marked a")).to_have_text(["Question 3 of 7"])
    visitor.check()
    page.locator("#gaps").get_by_role("link", name="Question 6 of 7").click()
    expect(page.locator(":focus")).to_have_text("Question 6 of 7")
    question(page, "number").get_by_role("textbox").fill("many")
    expect(question(page, "number").locator(".error")).to_contain_text("no number")
    visitor.expected.append("422")
    visitor.check()
    question(page, "number").get_by_role("textbox").fill("41")
    saved(page, "number")
    expect(question(page, "number").locator(".error")).to_be_empty()
    page.locator("#map a").first.click()
    question(page, "choice").get_by_role("button", name="Take the answer back").click()
    saved(page, "choice")
    page.get_by_role("button", name="Check and submit").click()
    page.get_by_role("button", name="Submit for good").click()
    page.wait_for_url("**/take/done")
    expect(page.get_by_text("1 of 7 questions")).to_be_visible()
    assert answers(of_service, key_id, made) == {"choice": None, "number": "41"}


def test_without_scripts_plain_forms_do_it(
    browser: Browser, service: Stack, of_service: Database, made: Exam
) -> None:
    key_id, text = sittings.key(of_service, made.assessment_id)
    with visit(browser, service.url, java_script_enabled=False) as visitor:
        page = begin(visitor, text)
        for name in ("choice", "code"):
            choose(page, name, "right")
        choose(page, "truth", "True")
        for one in ("wrong", "right"):
            choose(page, "select", one)
        for place, one in enumerate(("right", "wrong", "other", "fourth"), start=1):
            question(page, "order").get_by_label(one, exact=True).select_option(str(place))
        question(page, "number").get_by_role("textbox").fill("many")
        question(page, "word").get_by_role("textbox").fill("rebase")
        visitor.expected.append("422")
        page.get_by_role("button", name="Save my answers").click()
        expect(page.get_by_role("alert").first).to_contain_text("Question 6")
        question(page, "number").get_by_role("textbox").fill("41,5")
        page.get_by_role("button", name="Check and submit").click()
        expect(page.get_by_text("Every question has an answer.")).to_be_visible()
        page.get_by_role("button", name="Submit for good").click()
        page.wait_for_url("**/take/done")
    assert sittings.session_of(of_service, key_id).score == 100
