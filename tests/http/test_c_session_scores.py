"""A person scores a task and comments on sessions: the person wins, and everything is kept."""

from typing import Any

import pytest
from flask import Flask

from models import CandidateSession, SessionComment, task_scores
from models.session import Database
from models.task_scores import MODEL, CriterionScore
from tests.conftest import Account
from tests.contract.candidate_sessions import (
    SESSIONS,
    Json,
    Known,
    Taker,
    known_assessment,
    sat,
    shown,
    taker,
    values_of,
    walked,
)
from tests.contract.candidates import rubric, task
from tests.contract.checked import CheckedClient
from tests.contract.stored import changeable

MAYA = {"candidateEmails": ["maya@example.com"], "candidateNames": ["Maya Okafor"]}


@pytest.fixture
def known(database: Database, account: Account) -> Known:
    return known_assessment(database, account.organization_id)


def patched(client: CheckedClient, session_id: str, status: int = 200, **body: Any) -> Json:
    answer = client.patch(f"{SESSIONS}/{session_id}", json=body)
    assert answer.status_code == status, answer.text
    found: Json = answer.get_json()
    return found


@pytest.fixture
def handed_in(app: Flask, client: CheckedClient) -> Taker:
    """A task with a rubric of two criteria, weighted 3 and 1, that was submitted."""
    made = task(client, rubricId=rubric(client)["id"])
    one = taker(app, client, made["id"], **MAYA)
    one.submit(repoUrl="https://git.example.com/maya/orders", patch="+ stream()", notes="It streams.")
    return one


def judge(database: Database, session_id: str, *levels: tuple[int, int]) -> None:
    """Let the model judge each criterion, in its two passes."""
    with database.write() as session:
        taken = session.get_one(CandidateSession, session_id)
        scores = [
            CriterionScore(
                session_id=session_id,
                criterion_id=criterion["id"],
                source=MODEL,
                pass_number=number,
                level=level,
                rationale=f"Pass {number} saw it.",
                evidence=["stream()"],
                scored_by="claude",
            )
            for criterion, passes in zip(taken.criteria or [], levels, strict=True)
            for number, level in enumerate(passes, start=1)
        ]
        task_scores.settle(session, session_id, scores, ["It was long."])


def criteria_of(database: Database, session_id: str) -> list[str]:
    """The ids of the session's criteria."""
    with database.read() as session:
        return [one["id"] for one in session.get_one(CandidateSession, session_id).criteria or []]


def judged_rows(database: Database, session_id: str) -> list[Any]:
    """All rows that a person's score or comment could change."""
    with database.read() as session:
        taken = session.get_one(CandidateSession, session_id)
        found = [
            taken,
            *CriterionScore.of_session(session, session_id),
            *SessionComment.of_session(session, session_id),
        ]
        return [values_of(row) for row in found]


def test_a_task_s_session_is_shown_with_what_was_handed_in_and_every_judgement(
    client: CheckedClient, database: Database, handed_in: Taker
) -> None:
    before = shown(client, handed_in.session_id)
    assert (before["status"], before["result"], before["score"]) == ("submitted", None, None)
    judge(database, handed_in.session_id, (4, 4), (0, 2))
    found = shown(client, handed_in.session_id)
    assert (found["status"], found["score"], found["passed"], found["responses"]) == ("scored", 81, True, [])
    assert found["submission"] == {
        "repoUrl": "https://git.example.com/maya/orders",
        "patch": "+ stream()",
        "notes": "It streams.",
    }
    assert not found["proctoring"]["enabled"]
    result = found["result"]
    assert result["overall"] == {"score": 81, "passed": True, "cutoff": 40, "person": None}
    assert result["warnings"] == ["It was long."]
    correctness, tests = result["criteria"]
    assert (correctness["name"], correctness["weight"], correctness["level"]) == ("Correctness", 3, 4)
    assert (tests["level"], tests["by"], tests["needsPerson"], tests["person"]) == (1, "model", False, None)
    [first, second] = tests["model"]
    assert (first["level"], first["rationale"], first["evidence"]) == (0, "Pass 1 saw it.", ["stream()"])
    assert (second["level"], second["scoredBy"]) == (2, "claude")
    assert first["scoredAt"].endswith("Z")


def test_a_person_s_scores_win_and_everything_is_kept(
    client: CheckedClient, database: Database, handed_in: Taker
) -> None:
    judge(database, handed_in.session_id, (4, 4), (0, 4))
    assert shown(client, handed_in.session_id)["status"] == "in_review"
    _, tests = criteria_of(database, handed_in.session_id)
    scores = [{"criterionId": tests, "level": 2, "comment": "The edges are missing."}]
    found = patched(client, handed_in.session_id, scores=scores, comment="Invite.")
    assert found == shown(client, handed_in.session_id)
    assert (found["status"], found["score"], found["comment"]) == ("scored", 88, "Invite.")
    judged = found["result"]["criteria"][1]
    assert (judged["level"], judged["by"], judged["needsPerson"]) == (2, "person", False)
    assert [one["level"] for one in judged["model"]] == [0, 4]
    person = judged["person"]
    assert (person["level"], person["comment"]) == (2, "The edges are missing.")
    assert person["scoredBy"].startswith("api_key:")
    again = patched(
        client, handed_in.session_id, scores=[{"criterionId": tests, "level": 0}], comment="Don't."
    )
    assert (again["score"], again["comment"]) == (75, "Don't.")
    history = [(one["criterionId"], one["level"], one["score"], one["comment"]) for one in again["history"]]
    assert history == [
        (tests, 2, None, "The edges are missing."),
        (None, None, None, "Invite."),
        (tests, 0, None, None),
        (None, None, None, "Don't."),
    ]
    assert all(one["by"] == person["scoredBy"] and one["at"].endswith("Z") for one in again["history"])
    events = walked(client, handed_in.session_id, 2)
    assert [event["type"] for event in events] == ["started", "submitted", "scored"]
    assert events[2]["data"] == {"score": 75, "passed": True}


def test_a_task_without_a_rubric_is_scored_as_a_whole(app: Flask, client: CheckedClient) -> None:
    one = taker(app, client, task(client)["id"])
    one.submit(notes="Done.")
    assert shown(client, one.session_id)["status"] == "in_review"
    found = patched(client, one.session_id, overall={"score": 39, "comment": "Thin."})
    assert (found["status"], found["score"], found["passed"]) == ("scored", 39, False)
    person = found["result"]["overall"]["person"]
    assert (person["score"], person["comment"]) == (39, "Thin.")
    assert patched(client, one.session_id, overall={"score": 40})["passed"] is True
    assert [entry["score"] for entry in shown(client, one.session_id)["history"]] == [39, 40]


def test_a_comment_is_taken_back_with_null(client: CheckedClient, handed_in: Taker) -> None:
    patched(client, handed_in.session_id, comment="Invite.")
    found = patched(client, handed_in.session_id, comment=None)
    assert found["comment"] is None
    assert [one["comment"] for one in found["history"]] == ["Invite.", None]


ZERO = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"comment": ""},
        {"comment": "x" * 5_001},
        {"comment": 5},
        {"coment": "x"},
        {"scores": []},
        {"scores": [{"criterionId": "first", "level": 1}]},
        {"scores": [{"criterionId": "first", "level": 2.0}]},
        {"scores": [{"criterionId": "first", "level": True}]},
        {"scores": [{"criterionId": "first"}]},
        {"scores": [{"criterionId": "first", "level": 2, "by": "me"}]},
        {"scores": [{"criterionId": ZERO, "level": 2}], "comment": "Invite."},
        {"scores": [{"criterionId": "first", "level": 2}, {"criterionId": "second", "level": 3}]},
        {"scores": [{"criterionId": "first", "level": 2}, {"criterionId": "first", "level": 4}]},
        {"scores": [{"criterionId": "first", "level": 2}], "overall": {"score": 50}},
        {"overall": {"score": 50}},
        {"overall": {"score": 101}},
        {"overall": {}},
    ],
)
def test_a_bad_score_is_refused_and_changes_nothing(
    client: CheckedClient, database: Database, handed_in: Taker, body: Json
) -> None:
    judge(database, handed_in.session_id, (4, 4), (0, 4))
    first, second = criteria_of(database, handed_in.session_id)
    names = {"first": first, "second": second}
    scores = [{**one, "criterionId": names.get(one["criterionId"], ZERO)} for one in body.get("scores", ())]
    before = judged_rows(database, handed_in.session_id)
    sent = {**body, "scores": scores} if "scores" in body else body
    assert set(patched(client, handed_in.session_id, 400, **sent)) >= {"error"}
    assert judged_rows(database, handed_in.session_id) == before


@pytest.mark.parametrize("body", [
    {"scores": [{"criterionId": ZERO, "level": 1}]}, {"overall": {"score": 100}},
    {"overall": {"score": 100}, "comment": "x"},
])  # fmt: skip
def test_a_form_s_score_follows_from_its_keys_and_a_comment_can_be_set(
    client: CheckedClient, database: Database, known: Known, body: Json
) -> None:
    [one] = sat(database, known, "111---")
    before = judged_rows(database, one)
    assert "follows from their keys" in patched(client, one, 400, **body)["error"]
    assert judged_rows(database, one) == before
    found = patched(client, one, comment="A lucky guess?")
    assert (found["comment"], found["score"]) == ("A lucky guess?", 50)


def test_what_is_not_submitted_is_not_judged(
    app: Flask, client: CheckedClient, database: Database, known: Known
) -> None:
    form = taker(app, client, known.id).session_id
    work = taker(app, client, task(client)["id"]).session_id
    before = changeable(database)
    for one in (form, work):
        for body in ({"comment": "x"}, {"overall": {"score": 1}}):
            patched(client, one, 409, **body)
    assert changeable(database) == before
