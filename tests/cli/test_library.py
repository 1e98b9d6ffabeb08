"""`assessgen library`: look over, count, bring in, take out."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from sqlalchemy import select

from models import Organization, Question
from models.session import Database
from tests.conftest import migrated
from workers.bank import ShippedLibrary
from workers.cli_library import library
from workers.generation.library import FOLDER

ITEM: dict[str, Any] = {
    "id": "python-901",
    "version": 1,
    "type": "multiple_choice",
    "difficulty": "entry",
    "cognitive_level": "apply",
    "seconds": 60,
    "stem": "What does our deploy script need before it may start?",
    "correct": "A signed release note",
    "distractors": [
        {"text": "A green status page", "misconception": "Status is taken for permission."},
        {"text": "A tag on the branch", "misconception": "A name is taken for a signature."},
        {"text": "An empty job queue", "misconception": "Load is taken for risk."},
    ],
    "explanation": "The script asks for the note.",
    "source": "our handbook",
}
OTHERS: list[dict[str, Any]] = [
    {**ITEM, "id": "python-902", "type": "ordering", "stem": "In which order do our stages run?",
     "correct": ["lint", "test", "build", "deploy"], "distractors": []},
    {**ITEM, "id": "python-903", "type": "numeric", "stem": "How many minutes may our deploy take?",
     "correct": "12.5", "tolerance": "0.5", "distractors": []},
    {**ITEM, "id": "python-904", "type": "short_answer", "stem": "What is our deploy command called?",
     "correct": ["ship it", "shipit"], "distractors": []},
    {**ITEM, "id": "python-905", "type": "multiple_select", "stem": "Which two teams sign our release note?",
     "correct": ["Quality", "Operations"]},
    {**ITEM, "id": "python-906", "type": "true_false", "stem": "Our deploy script may run on a Friday.",
     "correct": "False", "distractors": [{"text": "True", "misconception": "The rule is not known."}]},
    {**ITEM, "id": "python-907", "stem": "What does our helper print?", "code": "print(ship(2))",
     "code_language": "python"},
]  # fmt: skip


def run(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(library, [str(one) for one in arguments], env=environment)


def file_of(folder: Path, *items: dict[str, Any], skill: str = "python") -> Path:
    path = folder / f"{skill}.yaml"
    path.write_text(yaml.safe_dump({"skill": skill, "version": 1, "items": list(items)}))
    return path


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a fresh database with an organisation named Acme."""
    url = f"sqlite:///{tmp_path / 'test.db'}"
    with migrated(url) as database, database.write() as session:
        Organization.named(session, "Acme")
    return {"DATABASE_URL": url, "ASSESSGEN_HOME": str(tmp_path)}


def test_stats_count_what_is_shipped() -> None:
    result = run("stats")
    assert result.exit_code == 0
    assert "item models on" in result.output
    assert re.search(r"^  python: \d\d items, \d+ models$", result.output, re.MULTILINE)


def test_lint_names_an_item_its_flaw_and_fails(tmp_path: Path) -> None:
    flawed = {
        **ITEM,
        "distractors": [*ITEM["distractors"][:2], {"text": "All of the above", "misconception": "x"}],
    }
    result = run("lint", file_of(tmp_path, flawed))
    assert result.exit_code == 1
    assert "python-901: refers_to_options:" in result.output
    assert run("lint", file_of(tmp_path, ITEM)).exit_code == 0


def test_every_shipped_file_passes_what_an_import_is_checked_for() -> None:
    result = run("lint", FOLDER)
    assert "items, " in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"correct": 4}, "python-901: correct must be a text"),
        ({"difficulty": "hard"}, "python-901: difficulty must be one of entry, intermediate, senior."),
        ({"seconds": 5}, "python-901: seconds must be a whole number from 10 to 3600."),
        ({"hint": "x"}, "python-901: there is no field hint."),
        ({"distractors": []}, "python-901: there must be one to seven distractors."),
        ({"distractors": ["x"]}, "python-901: each distractor must have a text and a misconception."),
        ({"code": "x = 1"}, "python-901: code and code_language go together."),
        ({"type": "essay"}, "python-901: type must be one of"),
        ({"type": "numeric", "correct": "many", "distractors": []}, "correct must be a number"),
        ({"type": "ordering", "correct": ["a", "b", "c"]}, "ordering has no distractors"),
        ({"correct": "A tag on the branch"}, "python-901: two options are the same."),
    ],
)
def test_a_bad_file_is_told_line_by_line_and_nothing_is_stored(
    tmp_path: Path, home: dict[str, str], change: dict[str, Any], told: str
) -> None:
    path = file_of(tmp_path, {**ITEM, "id": "python-900"} | {"stem": "A sound one?"}, {**ITEM, **change})
    result = run("import", path, "--org", "Acme", **home)
    assert result.exit_code == 1
    assert told in result.output
    assert stored(home) == []


@pytest.mark.parametrize(
    "content", ["", "- a\n- b\n", "skill: python\n", "skill: {\n", "skill: juggling\nitems: []\n"]
)
def test_what_is_no_library_file_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(content)
    result = run("lint", path)
    assert result.exit_code == 1
    assert str(path) in result.output


def stored(home: dict[str, str]) -> list[Question]:
    database = Database(home["DATABASE_URL"])
    with database.read() as session:
        found = list(session.scalars(select(Question).where(Question.organization_id.is_not(None))))
    database.dispose()
    return found


def test_what_is_imported_is_kept_once_and_found_by_a_search(tmp_path: Path, home: dict[str, str]) -> None:
    path = file_of(tmp_path, ITEM, *OTHERS)
    assert (
        "7 questions imported, 0 were there already." in run("import", path, "--org", "Acme", **home).output
    )
    assert (
        "0 questions imported, 7 were there already." in run("import", path, "--org", "Acme", **home).output
    )
    questions = stored(home)
    assert {question.type for question in questions} == {
        "multiple_choice", "ordering", "numeric", "short_answer", "multiple_select", "true_false",
        "code_reading",
    }  # fmt: skip
    assert all(question.is_kept and question.source == "import" for question in questions)


def test_an_export_can_be_imported_again_and_loses_nothing(tmp_path: Path, home: dict[str, str]) -> None:
    run("import", file_of(tmp_path, ITEM, *OTHERS), "--org", "Acme", **home)
    out = tmp_path / "out"
    assert run("export", out, "--org", "Acme", **home).exit_code == 0
    database = Database(home["DATABASE_URL"])
    with database.write() as session:
        Organization.named(session, "Other")
    database.dispose()
    assert "7 questions imported" in run("import", out, "--org", "Other", **home).output
    again = tmp_path / "again"
    run("export", again, "--org", "Other", **home)
    first, second = (yaml.safe_load((folder / "python.yaml").read_text()) for folder in (out, again))
    assert [plain(entry) for entry in first["items"]] == [plain(entry) for entry in second["items"]]


def plain(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without the order of its distractors, which the stored order of options decides."""
    distractors = sorted(one["text"] for one in entry.get("distractors", []))
    return {**entry, "distractors": distractors}


def test_an_organisation_that_there_is_not_is_told(tmp_path: Path, home: dict[str, str]) -> None:
    result = run("import", file_of(tmp_path, ITEM), "--org", "Nobody", **home)
    assert result.exit_code == 1
    assert "There is no organisation named 'Nobody'" in result.output


def test_a_search_of_the_organisation_finds_what_was_imported(tmp_path: Path, home: dict[str, str]) -> None:
    run("import", file_of(tmp_path, ITEM, *OTHERS), "--org", "Acme", **home)
    database = Database(home["DATABASE_URL"])
    with database.read() as session:
        org = session.scalars(select(Organization.id)).one()
    bank = ShippedLibrary(database).bank_of(org, "live")
    stock = asyncio.run(bank.open(asyncio.run(bank.look(["python"], "en"))))
    assert {item.stem for item in stock.kept["python"]} == {entry["stem"] for entry in [ITEM, *OTHERS]}
    numeric = next(item for item in stock.kept["python"] if item.type == "numeric")
    assert (numeric.accepted, numeric.tolerance) == (("12.5",), "0.5")
    database.dispose()
