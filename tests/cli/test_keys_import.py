"""`assessgen keys import`: what a CSV of candidates may hold, and where the keys go."""

import csv
import io
import stat
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import Assessment, CandidateKey, tasks
from models.base import new_id
from models.organizations import Caller, Organization
from models.session import Database
from models.tasks import NewTask
from settings import Settings
from tests.cli.test_cli import here
from tests.sittings import key_of_text

HEADER = "email,name,extra_time_percent\n"
TWO = HEADER + "maya@example.com,Maya Okafor,25\njo@example.com,,\n"


class Home:
    """A home with an organisation and a task."""

    def __init__(self, path: Path) -> None:
        self.path = path
        assert here(path, "keys", "create", "--org", "Acme").exit_code == 0
        self.database = Database(f"sqlite:///{path / 'assessgen.db'}")
        with self.database.write() as session:
            owner = Organization.named(session, "Acme")
            caller = Caller(owner.id, new_id(), "prefix", "live")
            new = NewTask("T", "R", "B", None, 60, 7, None, None)
            self.task = tasks.create(session, caller, new).id

    def write(self, content: str | bytes) -> str:
        """A file of candidates."""
        file = self.path / "candidates.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(file)

    def keys(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(CandidateKey)) or 0

    def load(self, content: str | bytes, *more: str, **environ: str) -> tuple[int, str, str]:
        """Import; the exit code, stdout and stderr."""
        words = ("keys", "import", self.write(content), "--assessment", self.task, "--org", "Acme", *more)
        done = here(self.path, *words, **environ)
        return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_candidate_gets_a_key_that_works(home: Home) -> None:
    code, out, err = home.load(TWO)
    assert (code, err) == (0, "")
    first, second = rows_of(out)
    assert list(first) == ["email", "name", "extra_time_percent", "key", "expires_at", "key_id"]
    told = [(row["email"], row["name"], row["extra_time_percent"]) for row in (first, second)]
    assert told == [("maya@example.com", "Maya Okafor", "25"), ("jo@example.com", "", "0")]
    settings = Settings.from_env({"ASSESSGEN_HOME": str(home.path)})
    with home.database.read() as session:
        for row in (first, second):
            found = key_of_text(session, row["key"], settings.secret_key)
            assert found is not None
            assert (found.id, found.assessment_id, found.status) == (row["key_id"], home.task, "active")
            assert (found.candidate_email, found.created_by) == (row["email"], "command line")


# the file -> email, name and extra time of each key
READ: dict[str, tuple[str | bytes, list[tuple[str, str, str]]]] = {
    "a mark before it": (b"\xef\xbb\xbfname\nA\n", [("", "A", "0")]),
    "lines that end as on Windows": ("email\r\na@b.example\r\n", [("a@b.example", "", "0")]),
    "no end of the last line": ("email\na@b.example", [("a@b.example", "", "0")]),
    "other columns first": ("name,email\nA,a@b.example\n", [("a@b.example", "A", "0")]),
    "names only": ("name\nA\nA\n", [("", "A", "0"), ("", "A", "0")]),
    "a header in capitals, with spaces": ("Email , NAME\na@b.example, A\n", [("a@b.example", "A", "0")]),
    "empty lines": ("email,name\n\n,\na@b.example,\n\n", [("a@b.example", "", "0")]),
    "a quoted name": ('name\n"Okafor, ""May"" Ä"\n', [("", 'Okafor, "May" Ä', "0")]),
    "the most time": ("name,extra_time_percent\nA,300\n", [("", "A", "300")]),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_a_file_is_read_as_it_is_meant(home: Home, case: str) -> None:
    content, expected = READ[case]
    code, out, err = home.load(content)
    assert (code, err) == (0, "")
    found = [(row["email"], row["name"], row["extra_time_percent"]) for row in rows_of(out)]
    assert found == expected


# the file -> what is said
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "line 1: the header must name the columns email, name"),
    "no header": ("maya@example.com,Maya,25\n", "'maya@example.com' is no column"),
    "a header with semicolons": ("email;name\n", "line 1"),
    "a column too many": ("email,phone\n", "'phone' is no column"),
    "a column twice": ("email,email\n", "line 1: a column is named twice"),
    "time for nobody": ("extra_time_percent\n25\n", "email and name are missing"),
    "a header alone": (HEADER, "has no candidates"),
    "a bad email": (HEADER + "a@b.example,,\nmaya,,\n", "line 3: 'maya' is no email address."),
    "neither email nor name": (HEADER + ",,25\n", "line 2: it has neither an email nor a name."),
    "a long name": (HEADER + f",{'x' * 201},\n", "line 2: the name is longer than 200"),
    "too much time": (HEADER + ",A,301\n", "line 2: extra_time_percent is '301'"),
    "half a percent": (HEADER + ",A,2.5\n", "line 2: extra_time_percent is '2.5'"),
    "less time": (HEADER + ",A,-1\n", "line 2: extra_time_percent"),
    "other digits": (HEADER + ",A,٢٥\n", "line 2: extra_time_percent"),
    "a cell too few": (HEADER + "a@b.example,A\n", "line 2: it has 2 cells and the header 3."),
    "a cell too many": ("name\nA,B\n", "line 2: it has 2 cells and the header 1."),
    "the same email twice": ("email\na@b.example\nA@B.example\n", "line 3: its email stands in line 2"),
    "after a name of two lines": ('name,email\n"A\nB",\nC,c\n', "line 4: 'c' is no email address."),
    "another encoding": ("name\nJörg\n".encode("latin-1"), "is no UTF-8 text"),
    "a quote that is not closed": ('name\n"A\n', "is no CSV"),
    "a NUL": ("name\nA\0B\n", "line 2: it holds a NUL character"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_line_is_named_and_no_key_is_made_for_any(home: Home, case: str) -> None:
    content, said = REFUSED[case]
    code, out, err = home.load(content, "--out", str(home.path / "keys.csv"))
    assert (code, out) == (2, "")
    assert said in err
    assert home.keys() == 0
    assert not (home.path / "keys.csv").exists()


def test_every_bad_line_is_named_at_once_up_to_a_screenful(home: Home) -> None:
    _, _, err = home.load("email\n" + "x\n" * 25)
    assert [line.partition(":")[0] for line in err.splitlines()[1:21]] == [
        f"line {number}" for number in range(2, 22)
    ]
    assert err.splitlines()[21] == "And 5 more."


def test_the_keys_go_into_a_new_file_that_is_the_owner_s_alone(home: Home) -> None:
    out = home.path / "keys.csv"
    code, said, err = home.load(TWO, "--out", str(out), "--mode", "test")
    assert (code, said, err) == (0, "", f"2 keys are in {out}.\n")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [row["key"].startswith("ck_test_") for row in rows_of(out.read_text())] == [True, True]
    before = out.read_bytes()
    code, _, err = home.load(TWO, "--out", str(out))
    assert (code, "can't be written: File exists" in err) == (2, True)
    assert (home.keys(), out.read_bytes()) == (2, before)


def test_what_can_t_be_stored_leaves_no_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("api.cli_candidates.os.fsync", broken)
    out = home.path / "keys.csv"
    assert home.load(TWO, "--out", str(out))[0] == 1
    assert not out.exists()
    assert home.keys() == 0


@pytest.mark.parametrize(("words", "code", "said"), [
    (("--assessment", "x"), 1, "Acme has no assessment 'x'"),
    (("--org", "Nobody"), 1, "There is no organisation 'Nobody'"),
    (("--mode", "dead"), 2, "'dead' is not one of"),
])  # fmt: skip
def test_what_can_t_be_done_is_said(home: Home, words: tuple[str, ...], code: int, said: str) -> None:
    out = home.path / "keys.csv"
    found = home.load(TWO, "--out", str(out), *words)
    assert (found[0], said in found[2]) == (code, True), found
    assert home.keys() == 0
    assert not out.exists()


def test_another_organisation_s_assessment_is_not_there(home: Home) -> None:
    assert here(home.path, "keys", "create", "--org", "Rival").exit_code == 0
    code, _, err = home.load(TWO, "--org", "Rival")
    assert (code, "Rival has no assessment" in err) == (1, True)
    assert home.keys() == 0


def test_a_draft_has_no_keys_where_approval_is_required(home: Home) -> None:
    with home.database.write() as session:
        session.get_one(Assessment, home.task).status = "draft"
    code, _, err = home.load(TWO, ASSESSGEN_REQUIRE_APPROVAL="true")
    assert (code, "not approved" in err) == (1, True)
    assert home.keys() == 0


def test_the_other_commands_of_keys_are_still_there(home: Home) -> None:
    listed = here(home.path, "keys", "--help").output
    assert all(name in listed for name in ("create", "import", "list", "revoke"))
