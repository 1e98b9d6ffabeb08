"""The example of API B as a person runs it, and the page that tells of the same calls."""

import base64
import importlib.util
import json
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import yaml

from api import envelope_v1
from api.schemas import verifications_v1
from models import eligibility
from models.base import utcnow
from models.quotas import OverQuota
from tests.conftest import usual_stacks
from tests.pages import calls_of, check_documented, lines, run, sent
from tests.stack import ROOT, Stack, free_port
from workers.delivery.webhooks import sign_headers

EXAMPLE = ROOT / "examples" / "verify_student.py"
PAGE = ROOT / "docs" / "verify-a-student.md"
ITEMS = ROOT / "workers" / "generation" / "library" / "items"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The embedded default, once for all."""
    with Stack(tmp_path_factory.mktemp("home"), "", "") as stack:
        stack.start()
        yield stack


@pytest.fixture(scope="module")
def example() -> ModuleType:
    """The example as a module, which guesses and asks nobody."""
    spec = importlib.util.spec_from_file_location(EXAMPLE.stem, EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.__dict__["ask"] = lambda _count: 0
    return module


# --- the example -----------------------------------------------------------------------------


@usual_stacks
def test_the_example_walks_a_student_to_verified_skills(stack: Stack) -> None:
    stack.start()
    signed = {"ASSESSGEN_API_KEY": stack.key, "ASSESSGEN_WEBHOOK_SECRET": stack.webhook_secret()}

    done = run(EXAMPLE, "--server", stack.url, **signed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verified: React (verified by assessment at " in done.stdout
    initiated, completed = lines(done.stdout, "webhook ")
    assert "verification.initiated" in initiated
    assert "verification.completed" in completed
    assert initiated.endswith("(signature right)")
    assert completed.endswith("(signature right)")

    again = run(EXAMPLE, "--server", stack.url, "--wrong-first", **signed)
    assert again.returncode == 0, again.stdout + again.stderr
    rejected, passed = lines(again.stdout, "submit ")
    assert "attempt 1: rejected" in rejected
    assert "attempt 2: passed" in passed
    assert len(lines(again.stdout, "webhook ")) == 3
    assert "verified: React (" in again.stdout


def test_the_example_says_which_webhooks_it_could_not_check(service: Stack) -> None:
    unchecked = run(EXAMPLE, "--server", service.url, "--key", service.key)
    assert unchecked.returncode == 0, unchecked.stdout + unchecked.stderr
    assert "set ASSESSGEN_WEBHOOK_SECRET" in unchecked.stdout
    assert all(line.endswith("(signature not checked)") for line in lines(unchecked.stdout, "webhook "))


def test_the_example_goes_without_webhooks(service: Stack) -> None:
    alone = run(EXAMPLE, "--server", service.url, "--key", service.key, "--no-webhook")
    assert alone.returncode == 0, alone.stdout + alone.stderr
    assert lines(alone.stdout, "webhook") == []


def test_a_wrong_key_ends_the_example_with_the_api_s_own_words(service: Stack) -> None:
    refused = run(EXAMPLE, "--server", service.url, "--key", "ak_live_wrong")
    assert refused.returncode == 1
    assert refused.stderr.strip() == "POST /api/v1/verify: 401 INVALID_API_KEY: Invalid API key"


def test_without_a_key_the_example_tells_how_to_make_one() -> None:
    helpless = run(EXAMPLE)
    assert helpless.returncode == 2
    assert 'assessgen keys create --org "My Company"' in helpless.stderr


def test_without_a_service_the_example_tells_how_to_start_one() -> None:
    alone = run(EXAMPLE, "--server", f"http://127.0.0.1:{free_port()}", "--key", "any")
    assert alone.returncode == 2
    assert "`make run` starts a service" in alone.stderr


def test_the_example_calls_again_when_the_questions_take_long(example: ModuleType) -> None:
    class Session:
        calls = 0

        def post(self, path: str, timeout: int) -> dict[str, Any]:
            assert path == "/assessment/generate"
            assert timeout > 90
            self.calls += 1
            if self.calls < 3:
                raise example.Refused(path, 504, "GENERATION_TIMEOUT", "The questions are still being made.")
            return {"totalQuestions": 1, "questions": [{"questionId": "q"}]}

    session = Session()
    assert example.questions_of(session, "generate") == [{"questionId": "q"}]
    assert session.calls == 3


def test_the_example_refuses_a_forged_webhook_and_counts_one_that_comes_twice_once(
    example: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "whsec_" + base64.b64encode(b"for tests only, 24 bytes").decode()
    event = {"type": "verification.initiated", "data": {"externalStudentId": "s", "skills": []}}
    body = json.dumps(event).encode()
    headers = sign_headers([secret], "msg_1", utcnow(), body)
    webhooks = example.Webhooks(secret)
    assert webhooks.receive(headers, body) == 204
    assert webhooks.receive(headers, body) == 204
    assert webhooks.receive(headers, body.replace(b"initiated", b"completed")) == 400
    assert capsys.readouterr().out.count("verification.") == 1


def test_what_the_student_knows_is_right_and_picks_one_option(example: ModuleType) -> None:
    items = [
        item
        for skill in example.SKILLS
        for item in yaml.safe_load((ITEMS / f"{skill['skillId']}.yaml").read_text())["items"]
    ]
    right = {str(item["correct"]) for item in items}
    assert example.KNOWS.issubset(right)
    for item in items:
        options = [str(item["correct"]), *(str(wrong["text"]) for wrong in item["distractors"])]
        assert sum(option in example.KNOWS for option in options) == 1, item["id"]


# --- the page --------------------------------------------------------------------------------


def test_every_command_of_the_page_is_one_of_the_documented_calls(service: Stack) -> None:
    document = service.get("/openapi.json").json()
    calls = calls_of(PAGE.read_text())
    assert len(calls) >= 12
    check_documented(document, calls)


def test_the_page_s_walk_is_accepted_as_it_stands(service: Stack, example: ModuleType) -> None:
    walk = PAGE.read_text().partition("## The walk\n")[2].partition("\n## ")[0]
    values = {"$KEY": service.key, "$TOKEN": "", "$RECORD": ""}
    questions: list[dict[str, Any]] = []
    scores = []
    for call in calls_of(walk):
        if call.route.endswith("/submit"):
            choose = example.known if scores else example.wrong
            call.body["answers"] = [
                {"questionId": one["questionId"], "selectedAnswer": choose(one["options"])}
                for one in questions
            ]
        data = sent(service, call, values).json()["data"]
        questions = data.get("questions", questions)
        values["$TOKEN"] = data.get("sessionToken", values["$TOKEN"])
        values["$RECORD"] = data.get("recordVerificationId", values["$RECORD"])
        if "result" in data:
            scores.append(data["result"]["passed"])
    assert scores == [False, True]
    assert data == {"recordVerificationId": values["$RECORD"], "erased": True, "studentErased": True}


def test_the_page_s_table_of_errors_has_every_code_with_its_status() -> None:
    rows = re.findall(r"^\| (`[A-Z_`, ]+`) \| (\d{3}) \|", PAGE.read_text(), re.MULTILINE)
    told = {code: int(status) for codes, status in rows for code in re.findall(r"[A-Z_]+", codes)}
    statuses = {
        **{rule.code: 400 for rules in eligibility.RULES.values() for rule in rules},
        **dict.fromkeys(verifications_v1.MISSING_CODES.values(), 400),
        **{code: status for status, code in envelope_v1.CODES.items()},
        **envelope_v1.STATUS,
        OverQuota.code: 429,
    }
    assert {code: told.get(code) for code in statuses} == statuses
    # The rest are 400, as every code is that has no other status.
    assert {code for code, status in told.items() if code not in statuses and status != 400} == set()
