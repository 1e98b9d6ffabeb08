"""The example of API C as a person runs it, and the page that tells of the same calls."""

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.errors import CANDIDATES
from models import taking_rules
from tests.conftest import usual_stacks
from tests.pages import Call, calls_of, check_documented, lines, run, sent, shell_blocks
from tests.stack import ROOT, Stack, free_port, until

EXAMPLE = ROOT / "examples" / "take_assessment.py"
PAGE = ROOT / "docs" / "invite-candidates.md"
SUBMIT = "/v1/candidate/session/submit"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The embedded default, once for all."""
    with Stack(tmp_path_factory.mktemp("home"), "", "") as stack:
        stack.start()
        yield stack


# --- the example -----------------------------------------------------------------------------


@usual_stacks
def test_the_example_makes_invites_takes_and_reports(stack: Stack) -> None:
    stack.start()
    done = run(EXAMPLE, "--server", stack.url, ASSESSGEN_API_KEY=stack.key)
    assert done.returncode == 0, done.stdout + done.stderr
    [made] = lines(done.stdout, "assessment ")
    assert re.fullmatch(r"assessment [0-9a-f-]{36}: 10 questions", made)
    submitted = [line for line in done.stdout.splitlines() if " submitted with " in line]
    assert [line.split()[0] for line in submitted] == ["Sam", "Robin", "Alex"]
    assert all(re.search(r" with [1-9][0-9]* s on the clock: scored$", line) for line in submitted)
    results = [line.partition(" (")[0] for line in done.stdout.splitlines() if " %, " in line]
    assert results == ["Sam: 100 %, passed", "Robin: 70 %, passed", "Alex: 20 %, did not pass"]
    assert lines(done.stdout, "cohort: ") == ["cohort: n = 3, percentiles from 5 candidates on"]


def test_a_wrong_key_ends_the_example_with_the_api_s_own_words(service: Stack) -> None:
    refused = run(EXAMPLE, "--server", service.url, "--key", "ak_live_wrong")
    assert refused.returncode == 1
    assert refused.stderr.strip() == "POST /api/v2/assessments/generate-ai: 401 Invalid API key"


def test_without_a_key_the_example_tells_how_to_make_one() -> None:
    helpless = run(EXAMPLE)
    assert helpless.returncode == 2
    assert 'assessgen keys create --org "My Company"' in helpless.stderr


def test_without_a_service_the_example_tells_how_to_start_one() -> None:
    alone = run(EXAMPLE, "--server", f"http://127.0.0.1:{free_port()}", "--key", "any")
    assert alone.returncode == 2
    assert "`make run` starts one" in alone.stderr


# --- the page --------------------------------------------------------------------------------


def test_every_command_of_the_page_is_one_of_the_documented_calls(service: Stack) -> None:
    calls = calls_of(PAGE.read_text())
    assert len(calls) >= 20
    check_documented(service.get("/openapi.json").json(), calls)


def test_every_field_of_the_page_s_answers_is_documented(service: Stack) -> None:
    answers = re.findall(r"^```json\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    shown = {name for answer in answers for name in re.findall(r'"(\w+)":', answer)}
    assert len(shown) > 50
    assert shown - _fields(service.get("/openapi.json").json()) == set()


def _fields(described: Any) -> set[str]:
    """The names of all fields in this part of the OpenAPI document."""
    if isinstance(described, list):
        return set().union(*map(_fields, described))
    if not isinstance(described, dict):
        return set()
    here = described.get("properties", {})
    return set(here).union(*map(_fields, described.values()))


class Walk:
    """The page's calls as they stand, one after the other; the shell's names as the page gives them."""

    def __init__(self, service: Stack) -> None:
        self.service = service
        self.values = {"$KEY": service.key}

    def make(self, call: Call) -> Any:
        """The answer's JSON, or its text."""
        if call.method == "GET" and call.route.endswith("/$WORK"):
            # What the page says happens a moment later: the job finds that there is no model.
            until(lambda: self._state("$WORK") == "in_review", "the task waits for a person")
        answer = sent(self.service, call, self.values)
        if answer.headers["content-type"] != "application/json":
            return answer.text
        told = answer.json()
        self.values |= self._named(call, told)
        return told

    def _state(self, name: str) -> str:
        state: str = self.service.get(f"/v1/sessions/{self.values[name]}").json()["status"]
        return state

    def _named(self, call: Call, told: dict[str, Any]) -> dict[str, str]:
        """What the page gives a name to in this answer."""
        if call.route.endswith("/generate-ai"):
            return {"$ASSESSMENT": told["result"]["assessment_id"]}
        if call.method != "POST":
            return {}
        if call.route == "/v1/assessments/$ASSESSMENT/keys":
            return {"$CANDIDATE": told["keys"][0]["key"], "$KEY_ID": told["keys"][1]["id"]}
        if call.route == "/v1/assessments/$TASK/keys":
            return {"$ENGINEER": told["keys"][0]["key"]}
        if call.route == "/v1/candidate/session":
            return self._started(told)
        if call.route == "/v1/rubrics":
            correctness, tests = told["criteria"]
            return {"$RUBRIC": told["id"], "$CORRECTNESS": correctness["id"], "$TESTS": tests["id"]}
        return {"$TASK": told["id"]} if call.route == "/v1/assessments" else {}

    @staticmethod
    def _started(told: dict[str, Any]) -> dict[str, str]:
        if told["questions"] is None:
            return {"$WORK": told["sessionId"]}
        first, *_, last = told["questions"]
        return {"$SESSION": told["sessionId"], "$QUESTION": first["id"], "$LAST": last["id"]}


def test_the_page_s_walk_is_accepted_as_it_stands(service: Stack) -> None:
    walk = Walk(service)
    told = [(call, walk.make(call)) for call in calls_of(PAGE.read_text())]
    by_call = {f"{call.method} {call.path}": answer for call, answer in told}

    assert [answer["status"] for call, answer in told if call.route == SUBMIT] == ["scored", "submitted"]
    assert by_call["POST /v1/candidate/session/events"] == {"recorded": 2, "skipped": 0}
    [saved] = [one for one in by_call["GET /v1/candidate/session"]["questions"] if one["savedVersion"]]
    assert (saved["id"], saved["savedAnswer"]) == (walk.values["$QUESTION"], "c")
    seen = by_call["GET /v1/sessions/$SESSION"]
    assert seen["result"]["overall"]["answered"] == 2
    assert seen["proctoring"]["exceeded"] == ["paste"]
    assert by_call["PATCH /v1/sessions/$SESSION"]["comment"] == "Invite to a talk."
    assert by_call["GET /v1/sessions/$WORK"]["result"]["overall"]["score"] is None
    assert by_call["PATCH /v1/sessions/$WORK"]["score"] == 88
    exported = next(answer for answer in by_call.values() if isinstance(answer, str))
    assert [row["candidateName"] for row in csv.DictReader(exported.splitlines())] == ["Sam Okafor"]
    assert service.get(f"/v1/sessions/{walk.values['$SESSION']}").status_code == 404


def test_the_page_s_import_makes_the_keys_of_its_csv(service: Stack, tmp_path: Path) -> None:
    candidates, told = re.findall(r"^```csv\n(email,.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "candidates.csv").write_text(candidates)
    made = service.post("/v1/assessments", {"name": "A task", "role": "Agent", "taskBrief": "Do it."}).json()
    [command] = [block for block in shell_blocks(PAGE.read_text()) if "keys import" in block]
    command = command.replace(".venv/bin/assessgen", f"{sys.executable} -m api.cli").replace(
        "My Company", "Acme"
    )
    done = subprocess.run(
        command,
        shell=True,
        cwd=tmp_path,
        env={**service.env, "PYTHONPATH": str(ROOT), "ASSESSMENT": made["id"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    written, shown = (tmp_path / "keys.csv").read_text().splitlines(), told.splitlines()
    assert written[0] == shown[0]
    assert [row.partition(",ck_")[0] for row in written] == [row.partition(",ck_")[0] for row in shown]
    assert len(service.get(f"/v1/assessments/{made['id']}/keys").json()["keys"]) == 2


def test_the_page_s_table_of_errors_has_every_code_with_its_status() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (\d{3}) \|", PAGE.read_text(), re.MULTILINE)
    assert {code: int(status) for code, status in rows} == CANDIDATES
    refusals = {rule.code for rules in taking_rules.RULES.values() for rule in rules}
    assert refusals | {"NOT_APPROVED"} == set(CANDIDATES)
