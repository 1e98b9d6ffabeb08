"""The organisation's own questions, as a person looks after them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page, expect
from sqlalchemy import delete, insert, select

from models.base import new_id, table_of
from models.bulk import insert_rows
from models.forms import Form, FormQuestion
from models.organizations import Organization
from models.questions import NewQuestion, Question, QuestionKey, rows_of
from models.session import Database
from models.task_executions import LIBRARY_IMPORT, TaskExecution
from tests.cli.test_library import ITEM, OTHERS
from tests.console.browser import Visit
from tests.stack import Stack

pytestmark = pytest.mark.browser

PAGES = "/console/library"
VERDICTS = {
    "solved": [True, False],
    "critique": ["two_right"],
    "code_runs_to_key": None,
    "problems": ["solvers disagree <b>often</b>"],
}


@pytest.fixture(scope="module")
def database(service: Stack) -> Iterator[Database]:
    """The service's."""
    database = Database(service.settings.database_url)
    yield database
    database.dispose()


@pytest.fixture(autouse=True)
def empty(database: Database) -> Iterator[None]:
    """A library without any question of Acme's."""
    yield
    with database.transaction() as connection:
        own = select(Question.id).where(Question.organization_id.is_not(None))
        connection.execute(delete(FormQuestion).where(FormQuestion.question_id.in_(own)))
        connection.execute(delete(QuestionKey).where(QuestionKey.question_id.in_(own)))
        connection.execute(delete(Question).where(Question.organization_id.is_not(None)))


def kept(database: Database, stem: str, org: str = "Acme", **more: Any) -> str:
    """A question that the organisation keeps; its id."""
    with database.write() as session:
        values: dict[str, Any] = {
            "skill": "python", "skill_name": "Python", "type": "multiple_choice", "difficulty": "entry",
            "cognitive_level": "apply", "stem": stem, "code": None, "code_language": None,
            "options": ("The right one", "A wrong one", "Another"),
            "misconceptions": ("Confused.", "Guessed."),
            "explanation": "So it is.", "seconds": 60, "source": "language_model", "is_kept": True,
            "organization_id": Organization.named(session, org).id, **more,
        }  # fmt: skip
        question_id = new_id()
        insert_rows(session.connection(), rows_of([(question_id, NewQuestion(**values))]))
    return question_id


def own(database: Database) -> list[Question]:
    """Acme's questions."""
    with database.read() as session:
        return list(session.scalars(select(Question).where(Question.organization_id.is_not(None))))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def found(page: Page) -> list[str]:
    """The stems in the list."""
    return page.locator("table tbody th a").all_inner_texts()


def file_of(folder: Path, *documents: Any, name: str = "ours.yaml") -> Path:
    path = folder / name
    text = json.dumps(list(documents)) if name.endswith("json") else yaml.safe_dump_all(documents)
    path.write_text(text)
    return path


def document(*items: Any, skill: str = "python") -> dict[str, Any]:
    return {"skill": skill, "version": 1, "items": list(items)}


def send(member: Visit, path: Path, takes_flawed: bool = False) -> Page:
    """Import a file by the form."""
    page = member.open(f"{PAGES}/import")
    page.get_by_label("File").set_input_files(path)
    if takes_flawed:
        page.get_by_label("Take questions with lint findings").check()
    press(page, "Check and import")
    page.wait_for_url("**/library/imports/*")
    expect(page.locator("#outcome")).not_to_have_attribute("data-open", "")
    return page


def test_questions_are_searched_and_filtered(member: Visit, database: Database) -> None:
    page = member.open(PAGES)
    expect(page.get_by_text("There is no question of your own yet.")).to_be_visible()
    # The page's language and that of the questions are two things.
    expect(page.get_by_label("Language", exact=True)).to_contain_text("Español")
    member.check()
    kept(database, "What does 100% mean?")
    kept(
        database, "What prints this?", code="print('100 things')", code_language="python", type="code_reading"
    )
    kept(database, "Was bedeutet das?", language="de", difficulty="senior")
    kept(
        database, "How is an index chosen?", skill="sql", skill_name="SQL", provenance={"verdicts": VERDICTS}
    )
    kept(database, "Not theirs?", org="Rival")
    kept(database, "Passed no gate?", is_kept=False)
    member.open(PAGES)
    assert len(found(page)) == 4
    expect(page.locator("tr", has_text="index").get_by_text("1 finding")).to_be_visible()
    member.check()
    for label, value, expected in (
        ("Text", "100%", ["What does 100% mean?"]),
        ("Text", "100 THINGS", ["What prints this?"]),
        ("Skill", "sql", ["How is an index chosen?"]),
        ("Type", "code_reading", ["What prints this?"]),
        ("Difficulty", "senior", ["Was bedeutet das?"]),
        ("Written in", "de", ["Was bedeutet das?"]),
        ("State", "retired", []),
    ):
        member.open(PAGES)
        field = page.get_by_role("search").get_by_label(label, exact=True)
        field.fill(value) if label == "Text" else field.select_option(value)
        press(page, "Search")
        page.wait_for_url("**?**")
        assert found(page) == expected, label


def test_a_long_list_is_paged(member: Visit, database: Database) -> None:
    for number in range(23):
        kept(database, f"Question number {number}?")
    page = member.open(f"{PAGES}?skill=python")
    first = found(page)
    assert len(first) == 20
    page.get_by_role("link", name="Older ones").click()
    page.wait_for_url("**cursor**")
    second = found(page)
    assert len(second) == 3
    assert not set(first) & set(second)
    page.get_by_role("link", name="To the newest").click()
    page.wait_for_url(lambda url: "cursor" not in url)
    assert found(page) == first


def test_a_question_is_shown_with_its_verdicts_and_its_key_where_asked_for(
    member: Visit, database: Database
) -> None:
    question_id = kept(database, "Which of <i>these</i>?", provenance={"verdicts": VERDICTS})
    with database.transaction() as connection:
        org = connection.scalar(select(Question.organization_id).where(Question.id == question_id))
        form_id = new_id()
        connection.execute(insert(table_of(Form)), [form_row(form_id, str(org))])
        row = {"form_id": form_id, "position": 1, "section": 0, "question_id": question_id}
        connection.execute(insert(table_of(FormQuestion)), [{**row, "option_order": ["a", "b", "c"]}])
    page = member.open(PAGES)
    page.get_by_role("link", name="Which of").click()
    expect(page.get_by_text("Which of <i>these</i>?")).to_be_visible()
    expect(page.get_by_text("So it is.")).to_have_count(0)
    expect(page.get_by_text("in 1 form")).to_be_visible()
    expect(page.get_by_text("solvers disagree <b>often</b>")).to_be_visible()
    expect(page.get_by_text("1 of 2 found the same answer")).to_be_visible()
    expect(page.get_by_text("two_right")).to_be_visible()
    member.check()
    page.get_by_role("link", name="Show the key").click()
    expect(page.locator("li", has_text="The right one").get_by_text("right", exact=True)).to_be_visible()
    expect(page.get_by_text("Confused.")).to_be_visible()
    expect(page.get_by_text("So it is.")).to_be_visible()
    member.check()


def form_row(form_id: str, organization_id: str) -> dict[str, Any]:
    return {
        "id": form_id, "organization_id": organization_id, "language": "en", "skills": [], "sections": [],
        "seed": 1, "blueprint": [],
    }  # fmt: skip


def test_a_question_is_retired_and_taken_back(member: Visit, service: Stack, database: Database) -> None:
    question_id = kept(database, "Still good?")
    page = member.open(f"{PAGES}/questions/{question_id}")
    press(page, "Retire it")
    expect(page.get_by_role("status")).to_contain_text("retired")
    member.check()
    assert own(database)[0].retired_at is not None
    member.open(PAGES)
    assert found(page) == []
    member.open(f"{PAGES}?state=retired")
    assert found(page) == ["Still good?"]
    page.get_by_role("link", name="Still good?").click()
    press(page, "Use it again")
    expect(page.get_by_role("button", name="Retire it")).to_be_visible()
    assert own(database)[0].retired_at is None


def test_a_file_is_imported_and_comes_out_as_it_went_in(
    member: Visit, database: Database, tmp_path: Path
) -> None:
    page = member.open(f"{PAGES}/import")
    member.check()
    sql = {**ITEM, "id": "sql-901", "stem": "Which index does our report need?"}
    went_in = [document(ITEM, *OTHERS), document(sql, skill="sql")]
    send(member, file_of(tmp_path, *went_in))
    expect(page.get_by_text("8 questions were imported.")).to_be_visible()
    member.check()
    assert all(one.is_kept and one.source == "import" for one in own(database))
    # Whatever the form of the file, what is there is passed over.
    send(member, file_of(tmp_path, *went_in, name="ours.json"))
    expect(page.get_by_text("8 were there already.")).to_be_visible()
    member.open(PAGES)
    for kind in ("YAML", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Export as {kind}").click()
        assert download.value.suggested_filename == f"library.{kind.lower()}"
        path = download.value.path()
        text = path.read_text()
        documents = json.loads(text) if kind == "JSON" else list(yaml.safe_load_all(text))
        assert [(one["skill"], len(one["items"])) for one in documents] == [("python", 7), ("sql", 1)]
        assert words(documents) == words(went_in)
    with page.expect_download() as download:
        member.page.goto(f"{member.url}{PAGES}?skill=sql")
        page.get_by_role("link", name="Export as YAML").click()
    assert [one["skill"] for one in yaml.safe_load_all(download.value.path().read_text())] == ["sql"]


def words(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """What of the items must not be lost, by the stem; wrong options stand in no order."""
    return {item["stem"]: words_of(item) for one in documents for item in one["items"]}


def words_of(item: dict[str, Any]) -> dict[str, Any]:
    unordered = {"distractors"} | ({"correct"} if item["type"] == "multiple_select" else set())
    return {
        name: sorted(value, key=str) if name in unordered else value
        for name, value in item.items()
        if name not in ("id", "stem") and value != []
    }


def test_every_problem_of_a_file_is_told_by_line_and_field_and_nothing_is_stored(
    member: Visit, database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "bad.yaml"
    bad = [{**ITEM, "seconds": 5}, {**ITEM, "id": "python-902", "type": ["x"], "hint": "<b>x</b>"}]
    path.write_text(yaml.safe_dump(document({**ITEM, "id": "python-900"}, *bad), sort_keys=False))
    lines = path.read_text().splitlines()
    page = send(member, path)
    expect(page.get_by_text("The file has 3 problems; nothing was imported.")).to_be_visible()
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator("tbody tr").all()]
    assert [row[1:3] for row in rows] == [
        ["python-901", "seconds"],
        ["python-902", "hint"],
        ["python-902", "type"],
    ]
    assert "seconds: 5" in lines[int(rows[0][0]) - 1]
    assert "hint: " in lines[int(rows[1][0]) - 1]
    assert "type:" in lines[int(rows[2][0]) - 1]
    member.check()
    assert own(database) == []
    with database.read() as session:
        jobs = session.scalars(select(TaskExecution).where(TaskExecution.type == LIBRARY_IMPORT))
        assert all(job.brief["text"] == "" for job in jobs)


def test_lint_findings_keep_a_file_out_unless_they_are_taken(
    member: Visit, database: Database, tmp_path: Path
) -> None:
    distractors = [*ITEM["distractors"][:2], {"text": "All of the above", "misconception": "x"}]
    path = file_of(tmp_path, document({**ITEM, "distractors": distractors}))
    page = send(member, path)
    expect(page.locator("tbody tr", has_text="refers_to_options")).to_have_count(1)
    assert own(database) == []
    send(member, path, takes_flawed=True)
    expect(page.get_by_text("1 question was imported.")).to_be_visible()
    expect(page.get_by_text("1 has lint findings.")).to_be_visible()
    [question] = own(database)
    member.open(f"{PAGES}/questions/{question.id}")
    expect(page.get_by_text("refers_to_options:")).to_be_visible()


# What no YAML of ours is, and what is said to it.
NO_LIBRARY = {
    "no YAML": "skill: {\n",
    "no library": "- a\n- b\n",
    "a bomb": "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(8))
    + "skill: *i\nitems: []\n",
    "itself": "skill: &a [*a]\nitems: []\n",
    "two of a field": "skill: python\nitems: []\nitems: [x]\n",
    "merged": "skill: python\n<<: {items: [x]}\n",
    "deep": "[" * 5_000,
    "a key that is a list": "? [a]\n: b\n",
}


@pytest.mark.parametrize("kind", NO_LIBRARY)
def test_what_is_no_library_is_refused(member: Visit, database: Database, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(NO_LIBRARY[kind])
    page = send(member, path)
    expect(page.get_by_text("nothing was imported.")).to_be_visible()
    expect(page.locator("tbody tr").first).to_be_visible()
    assert own(database) == []


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"skill: \0"])
def test_what_is_no_text_is_refused_at_once(member: Visit, tmp_path: Path, data: bytes) -> None:
    member.expected.append("422")
    path = tmp_path / "x.yaml"
    path.write_bytes(data)
    page = member.open(f"{PAGES}/import")
    page.get_by_label("File").set_input_files(path)
    press(page, "Check and import")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("File")).to_have_attribute("aria-invalid", "true")
    member.check()


def test_another_organisation_s_questions_and_jobs_are_not_there(
    member: Visit, service: Stack, database: Database
) -> None:
    member.expected.append("404")
    theirs = kept(database, "Not theirs?", org="Rival")
    unkept = kept(database, "Passed no gate?", is_kept=False)
    job = service.generate()
    for path in (f"questions/{theirs}", f"questions/{unkept}", "questions/x", f"imports/{job}", "imports/x"):
        page = member.open(f"{PAGES}/{path}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
