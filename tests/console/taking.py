"""What tests of the candidates' pages share: going through a sitting, and what is stored of it."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from models.base import Json
from models.candidates import CandidateSession
from models.session import Database
from tests import sittings
from tests.console.browser import Visit
from tests.sittings import QUESTIONS, Exam

UNWATCHED: Json = {"enabled": False, "full_screen": False, "tab_switch_limit": 0, "copy_paste_blocked": False}
NAMES = list(QUESTIONS)


def begin(visitor: Visit, text: str) -> Page:
    """Open the link of a key and start."""
    page = visitor.open(f"/take/{text}")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/take/questions**")
    return page


def question(page: Page, name: str) -> Locator:
    """The question of that name, shown or not."""
    return page.locator(f"#q-{NAMES.index(name) + 1}")


def go(page: Page, name: str) -> Locator:
    """Go to a question by the map."""
    page.locator("#map a").nth(NAMES.index(name)).click()
    expect(question(page, name)).to_be_visible()
    return question(page, name)


def answers(database: Database, key_id: str, made: Exam) -> Json:
    """Question's name -> the answer that counts, of the key's session."""
    names = {question_id: name for name, question_id in made.questions.items()}
    return {names[one]: last[-1][1] for one, last in sittings.versions_of(database, key_id).items()}


def change_session(database: Database, key_id: str, **values: Any) -> None:
    """Put values into the key's session, past all rules."""
    taken = sittings.session_of(database, key_id)
    sittings.change(database, CandidateSession, taken.id, **values)
