"""Any English description gives its twenty questions offline in under two seconds, over real HTTP."""

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import ROOT, Stack

pytestmark = pytest.mark.alone

LIMIT = 2.0
EXAMPLES = sorted((ROOT / "examples").glob("*.json"))
INFO_FIELDS = {
    *("assessment_id", "name", "job_role", "status", "created_at", "created_by", "cutoff", "total_duration"),
    *("number_of_questions", "skills", "question_types", "sections", "proctoring", "engine", "external_id"),
    "metadata",
}
# Words of English job advertisements, most of which name no skill.
WORDS = (
    "the team looks after people who need careful and steady work every day we value honest calm "
    "colleagues that learn from each other and share what they know with customers partners and "
    "suppliers you plan your week keep records answer questions and report to the manager shifts "
    "include weekends travel is rare experience helps but is not needed training is given on site"
).split()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The embedded default, once for all."""
    with Stack(tmp_path_factory.mktemp("home"), "", "") as stack:
        stack.start()
        yield stack


def in_time(service: Stack, body: dict[str, object]) -> dict[str, object]:
    """The info of the assessment that was made of the body, in time."""
    started = time.monotonic()
    answer = service.post("/api/v2/assessments/generate-ai", body, Prefer="wait=20")
    seconds = time.monotonic() - started
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert document["status"] == "completed", document["error"]
    assert document["result"]["delivered"] == 20, document["result"]["shortfall"]
    assert seconds < LIMIT
    info: dict[str, object] = service.get(document["result"]["info_url"]).json()
    return info


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_gives_twenty_questions_and_an_info_with_every_field(service: Stack, path: Path) -> None:
    info = in_time(service, {**json.loads(path.read_text()), "number_of_questions": 20})
    assert info.keys() >= INFO_FIELDS
    assert info["number_of_questions"] == 20


@pytest.mark.parametrize("length", [100, 500, 2_000, 5_000])
@pytest.mark.parametrize("role", ["Beekeeper", "Senior Accountant", "Go Developer"])
def test_a_description_of_any_length_gives_twenty_questions(service: Stack, role: str, length: int) -> None:
    words = random.Random(f"{role}:{length}").choices(WORDS, k=length)
    info = in_time(service, {"job_role": role, "job_description": " ".join(words)})
    assert info["number_of_questions"] == 20
