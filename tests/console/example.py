"""A realistic organisation, made through the API: what the screenshots show."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests
from click.testing import CliRunner
from sqlalchemy import insert, update

from models import task_scores
from models.base import table_of, utcnow
from models.candidates import IN_REVIEW
from models.model_calls import ModelCall
from models.organizations import Organization
from models.session import Database
from models.task_scores import MODEL, CriterionScore
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.jobs import call_row
from tests.stack import Stack, until
from workers.cli_library import library
from workers.generation.library import FOLDER

ROLES = ("Frontend Engineer", "Data Engineer", "Site Reliability Engineer", "Backend Developer (Go)")
# Each with the share of questions that they know.
CANDIDATES = {
    "Ada Obi": 0.95, "Ben Kowalski": 0.9, "Chidi Okafor": 0.85, "Dana Levi": 0.8, "Elif Demir": 0.75,
    "Farah Haddad": 0.7, "Gus Lindqvist": 0.6, "Hana Sato": 0.55, "Ivan Petrov": 0.45, "Jo Martin": 0.3,
}  # fmt: skip
# The next one has not begun.
NEXT = "Kim Tran"
STAGES = {"analyse": "claude-haiku-5-5", "write": "claude-sonnet-5-5", "solve": "claude-haiku-5-5"}
MONTHLY = 50_000_000
SUBMITTERS = ("Lena Vogt", "Maya Okafor")
TASK = {
    "name": "Backend take-home",
    "role": "Backend Engineer",
    "taskBrief": "Make the export of orders stream its rows, so that a million of them fit into 64 MB.",
    "repoUrl": "https://git.example.com/acme/orders",
    "timeLimitMinutes": 90,
}
LEVELS = [
    {"level": 0, "label": "Missing", "description": "Nothing of it is there."},
    {"level": 2, "label": "Partly", "description": "It works in the plain case."},
    {"level": 3, "label": "Mostly", "description": "It works but for some edge."},
    {"level": 4, "label": "Fully", "description": "It works, at the edges too."},
]
RUBRIC = {
    "name": "Backend rubric",
    "criteria": [
        {"name": "Correctness", "description": "It does what was asked.", "weight": 3, "levels": LEVELS},
        {"name": "Tests", "description": "It is tested, the memory too.", "levels": LEVELS},
    ],
}
EVIDENCE = "+    for row in stream(orders):"
WORK = {
    "repoUrl": "https://git.example.com/maya/orders",
    "notes": "I stream the rows with a server-side cursor. The test counts the memory.",
    "patch": f"--- a/export.py\n+++ b/export.py\n-    for row in load_all(orders):\n{EVIDENCE}\n",
}
JUDGED = [
    [(4, "The rows are streamed by a server-side cursor."), (3, "They stream; the encoding is not handled.")],
    [(3, "The notes tell of a test that counts the memory."), (0, "The patch has no test.")],
]


@dataclass(frozen=True)
class Example:
    """What was made, by the names that paths use."""

    job: str
    assessment: str
    session: str
    key: str
    endpoint: str
    delivery: str
    task: str


def make(service: Stack, receiver: WebhookReceiver) -> Example:
    """Fill the service."""
    endpoint, delivery = _endpoint(service, receiver)
    job = service.generate(number_of_questions=15, question_types=["multiple_choice"])
    others = [service.generate(job_role=role) for role in ROLES]
    assessment = str(service.ended(job)["result"]["assessment_id"])
    _posted(service, f"/api/v2/assessments/{assessment}/approve")
    names = [*CANDIDATES, NEXT]
    body = {"count": len(names), "candidateNames": names}
    keys = [one["key"] for one in _posted(service, f"/v1/assessments/{assessment}/keys", body)["keys"]]
    right = _right_answers(service, assessment)
    sessions = [
        _take(service, key, share, right)
        for key, share in zip(keys, CANDIDATES.values(), strict=False)
    ]  # fmt: skip
    task = _task(service)
    for other in others:
        service.ended(other)
    _spend(service, job)
    _import(service)
    path = f"/api/v2/webhook-deliveries/{delivery}"
    until(lambda: _got(service, path)["status"] == "delivered", "the ping is delivered after all")
    return Example(job, assessment, sessions[0], keys[-1], endpoint, delivery, task)


def _endpoint(service: Stack, receiver: WebhookReceiver) -> tuple[str, str]:
    """An endpoint whose receiver was out of order at first, and the ping that met this."""
    receiver.answer_with(503, body='{"error": "the queue is full"}', times=1)
    body = {
        "url": receiver.url("/assessments"),
        "description": "Our applicant tracking system",
        "events": ["task_execution.completed", "task_execution.failed", "verification.*"],
    }
    made = str(_posted(service, "/api/v2/webhook-endpoints", body)["id"])
    ping = str(_posted(service, f"/api/v2/webhook-endpoints/{made}/ping")["id"])
    receiver.wait_for(1)
    return made, ping


def _right_answers(service: Stack, assessment: str) -> dict[str, str]:
    shown = _got(service, f"/api/v2/assessments/{assessment}/questions?include=keys")["questions"]
    return {one["question_id"]: one["options"][one["key"]["correct"][0]] for one in shown}


def _take(service: Stack, key: str, share: float, right: dict[str, str]) -> str:
    """Take the assessment, the easier questions rather right than the others; the session's id."""
    chance = random.Random(share)
    url, headers = f"{service.url}/v1/candidate/session", {"x-api-key": key}
    begun = _checked(requests.post(url, headers=headers, timeout=30))
    questions = begun["questions"]
    for place, question in enumerate(questions):
        is_right = chance.random() < share + 0.2 * (0.5 - place / len(questions))
        texts = [one for one in question["options"] if (one["text"] == right[question["id"]]) == is_right]
        answer = {"answer": chance.choice(texts)["id"]}
        saved = f"{url}/responses/{question['id']}"
        _checked(requests.put(saved, json=answer, headers=headers, timeout=30))
    _checked(requests.post(f"{url}/submit", json={}, headers=headers, timeout=30))
    return str(begun["sessionId"])


def _task(service: Stack) -> str:
    """A task that two candidates have submitted, which waits for a person; the second one's session."""
    rubric = _posted(service, "/v1/rubrics", RUBRIC)["id"]
    task = _posted(service, "/v1/assessments", {**TASK, "rubricId": rubric})["id"]
    body = {"count": len(SUBMITTERS), "candidateNames": list(SUBMITTERS)}
    for one in _posted(service, f"/v1/assessments/{task}/keys", body)["keys"]:
        url, headers = f"{service.url}/v1/candidate/session", {"x-api-key": one["key"]}
        begun = _checked(requests.post(url, headers=headers, timeout=30))
        _checked(requests.post(f"{url}/submit", json=WORK, headers=headers, timeout=30))
    session = str(begun["sessionId"])
    path = f"/v1/sessions/{session}"
    until(lambda: _got(service, path)["status"] == IN_REVIEW, "the task is left to a person")
    judged = _got(service, path)["result"]["criteria"]
    _judge(service, session, [one["id"] for one in judged])
    return session


def _judge(service: Stack, session_id: str, criteria: list[str]) -> None:
    """What the model would have said, which is not there: of the last criterion its passes are apart."""
    database = Database(service.settings.database_url)
    scores = [
        CriterionScore(
            session_id=session_id,
            criterion_id=criterion_id,
            source=MODEL,
            pass_number=number,
            level=level,
            rationale=rationale,
            evidence=[EVIDENCE],
            scored_by=STAGES["write"],
        )
        for criterion_id, passes in zip(criteria, JUDGED, strict=True)
        for number, (level, rationale) in enumerate(passes, start=1)
    ]
    with database.write() as session:
        task_scores.settle(session, session_id, scores, [])
    database.dispose()


def _spend(service: Stack, job: str) -> None:
    """A ledger of this month and the last: the example's own questions come from the library, for nothing."""
    database, chance, now = Database(service.settings.database_url), random.Random(7), utcnow()
    rows = [
        {
            **call_row(database, job, stage),
            "model": model,
            "created_at": now - timedelta(days=day, minutes=chance.randrange(600)),
            "micro_dollars": chance.randrange(4_000, 180_000),
            "input_tokens": chance.randrange(800, 9_000),
            "output_tokens": chance.randrange(300, 4_000),
        }
        for day in range(45)
        for stage, model in STAGES.items()
        for _ in range(chance.randrange(4))
    ]
    organizations = table_of(Organization)
    with database.transaction() as connection:
        connection.execute(insert(table_of(ModelCall)), rows)
        connection.execute(
            update(organizations).values(monthly_budget_micro_dollars=MONTHLY, jobs_per_day=500)
        )
    database.dispose()


def _import(service: Stack) -> None:
    """Questions of the organisation's own."""
    files = [str(FOLDER / f"{skill}.yaml") for skill in ("python", "sql", "git")]
    environment = {"DATABASE_URL": service.settings.database_url, "ASSESSGEN_HOME": str(service.home)}
    done = CliRunner().invoke(library, ["import", *files, "--org", "Acme"], env=environment)
    assert done.exit_code == 0, done.output


def _posted(service: Stack, path: str, body: Any = None) -> Any:
    return _checked(service.post(path, body))


def _got(service: Stack, path: str) -> Any:
    return _checked(service.get(path))


def _checked(answer: requests.Response) -> Any:
    assert answer.ok, f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}"
    return answer.json()
