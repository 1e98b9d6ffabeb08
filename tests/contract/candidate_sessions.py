"""Sessions of candidates: an assessment whose key is known, and people who take it over the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import insert
from werkzeug.test import TestResponse

from models import forms, invitations, questions, sittings, taking
from models.assessments import Assessment
from models.base import Base, Json, new_id, table_of, utcnow
from models.forms import Placement
from models.invitations import Candidate
from models.questions import NewQuestion, option_ids
from models.session import Database
from models.sittings import Wanted
from tests.contract.candidates import keys
from tests.contract.checked import CheckedClient, client_of

SESSIONS = "/v1/sessions"
TAKING = "/v1/candidate/session"
SECRET = b"for tests only"
PROCTORING: Json = {
    "enabled": True,
    "full_screen": True,
    "tab_switch_limit": 2,
    "webcam": False,
    "copy_paste_blocked": True,
    "shuffle_questions": False,
    "shuffle_options": False,
}
# (type, skill, options with the right ones first, how many are right, accepted): in the order of the form.
QUESTIONS: list[tuple[str, str, tuple[str, ...], int, tuple[str, ...]]] = [
    ("multiple_choice", "Python", ("one", "two", "three", "four"), 1, ()),
    ("multiple_choice", "Git", ("north", "south", "east", "west"), 1, ()),
    ("multiple_select", "Python", ("red", "green", "blue", "grey"), 2, ()),
    ("ordering", "Git", ("first", "second", "third"), 3, ()),
    ("numeric", "Python", (), 1, ("12.5",)),
    ("short_answer", "Git", (), 1, ("git stash",)),
]
WRONG: Json = {
    "multiple_choice": 1,
    "multiple_select": [0],
    "ordering": [1, 0, 2],
    "numeric": 7,
    "short_answer": "git push",
}


@dataclass(frozen=True)
class Known:
    """An assessment whose answers are known.

    Its items are (question id, type, ids of the options as shown, how many are right, accepted texts).
    """

    id: str
    items: list[tuple[str, str, list[str], int, tuple[str, ...]]] = field(default_factory=list)

    def answer(self, place: int, is_right: bool) -> Any:
        """A right or a wrong answer to the question at that place."""
        _, kind, ids, right, accepted = self.items[place]
        if kind in ("numeric", "short_answer"):
            return accepted[0] if is_right else WRONG[kind]
        if kind in ("multiple_select", "ordering"):
            return ids[:right] if is_right else [ids[at] for at in WRONG[kind]]
        return ids[0] if is_right else ids[WRONG[kind]]

    def answers(self, pattern: str) -> dict[str, Any]:
        """Question id -> answer: 1 is a right one, 0 a wrong one, a dash none."""
        return {
            self.items[place][0]: self.answer(place, digit == "1")
            for place, digit in enumerate(pattern)
            if digit != "-"
        }


def known_assessment(database: Database, organization_id: str, **changes: Any) -> Known:
    """Store an assessment of the six questions."""
    made = [(new_id(), _question(one, place, organization_id)) for place, one in enumerate(QUESTIONS)]
    form_id, now = new_id(), utcnow()
    form = {
        "id": form_id,
        "organization_id": organization_id,
        "seed": 1,
        "language": "en",
        "sections": [{"name": "All", "skills": ["Python", "Git"], "seconds": 360}],
        "skills": [],
        "blueprint": [],
        "created_at": now,
    }
    places = [Placement(question_id, 0, question.options) for question_id, question in made]
    with database.write() as session:
        for table, rows in [*questions.rows_of(made), *forms.rows_of(form, places)]:
            session.execute(insert(table), rows)
        values = {
            "organization_id": organization_id,
            "form_id": form_id,
            "name": "Backend",
            "role": "Backend Engineer",
            "summary": "Python and git.",
            "cutoff": 50,
            "total_duration": 30,
            "proctoring": PROCTORING,
            "engine": "offline",
            "language": "en",
            "created_by": "api_key:test",
        }
        assessment = Assessment(**{**values, **changes})
        session.add(assessment)
        session.flush()
        assessment_id = assessment.id
    items = []
    for (question_id, question), (kind, _, texts, right, accepted) in zip(made, QUESTIONS, strict=True):
        ids = option_ids(question.options)
        items.append((question_id, kind, [ids[text] for text in texts], right, accepted))
    return Known(assessment_id, items)


def _question(
    one: tuple[str, str, tuple[str, ...], int, tuple[str, ...]], place: int, organization_id: str
) -> NewQuestion:
    kind, skill, options, right, accepted = one
    return NewQuestion(
        skill=skill.lower(),
        skill_name=skill,
        type=kind,
        difficulty="entry",
        cognitive_level="remember",
        stem=f"Question {place} of {new_id()}?",
        code=None,
        code_language=None,
        options=options,
        misconceptions=(),
        explanation=f"It is so {place}.",
        seconds=60,
        source="library",
        organization_id=organization_id,
        right=right,
        accepted=accepted,
        tolerance="0.1",
    )


@dataclass(frozen=True)
class Taker:
    """A candidate who has started a session."""

    client: CheckedClient
    session_id: str
    key: str
    key_id: str

    def save(self, answers: Mapping[str, Any]) -> None:
        """Save answers, by question id."""
        for question_id, value in answers.items():
            answer = self.client.put(f"{TAKING}/responses/{question_id}", json={"answer": value})
            assert answer.status_code == 200, answer.text

    def tell(self, *types: str, data: Json | None = None) -> None:
        """Tell of events of these types."""
        # To the microsecond: cut to the millisecond, it would stand before what was saved within it.
        events = [
            {"eventId": new_id(), "type": kind, "at": utcnow().isoformat(), "data": data or {}}
            for kind in types
        ]
        answer = self.client.post(f"{TAKING}/events", json={"events": events})
        assert answer.status_code == 200, answer.text

    def submit(self, **body: Any) -> TestResponse:
        """Submit the session."""
        answer = self.client.post(f"{TAKING}/submit", json=body)
        assert answer.status_code == 200, answer.text
        return answer


def taker(app: Flask, client: CheckedClient, assessment_id: str, **more: Any) -> Taker:
    """A candidate of the assessment, whose session has begun."""
    [key] = keys(client, assessment_id, **more)
    candidate = client_of(app, key["key"])
    answer = candidate.post(TAKING)
    assert answer.status_code == 200, answer.text
    return Taker(candidate, answer.get_json()["sessionId"], key["key"], key["id"])


def sat(
    database: Database, known: Known, *patterns: str, mode: str = "live", erased: bool = False
) -> list[str]:
    """Sessions that were submitted with such answers; their ids. Past the wire, for there may be many."""
    with database.write() as session:
        assessment = session.get_one(Assessment, known.id)
        issued = invitations.issue(
            session, assessment, [Candidate()] * len(patterns), mode, "api_key:test", SECRET
        )
        ids = []
        for one, pattern in zip(issued, patterns, strict=True):
            taken = taking.start(session, one.key.id, require_approval=False).session
            answers = known.answers(pattern).items()
            saved = sittings.save(session, [Wanted(one.key.id, *answer) for answer in answers])
            assert not [one for one in saved if isinstance(one, Exception)]
            taking.submit(session, one.key.id, [], {})
            ids.append(taken.id)
    return ids


def shown(client: CheckedClient, session_id: str, query: str = "") -> Json:
    """The session as its owner sees it."""
    answer = client.get(f"{SESSIONS}/{session_id}{query}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.get_json()
    return found


def timeline(client: CheckedClient, session_id: str, query: str = "") -> Json:
    """A page of the session's timeline."""
    answer = client.get(f"{SESSIONS}/{session_id}/timeline{query}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.get_json()
    return found


def walked(client: CheckedClient, session_id: str, limit: int) -> list[Json]:
    """The whole timeline, page by page."""
    found = timeline(client, session_id, f"?limit={limit}")
    events: list[Json] = found["events"]
    while found["hasMore"]:
        found = timeline(client, session_id, f"?limit={limit}&after={events[-1]['id']}")
        events += found["events"]
    return events


def values_of(row: Base) -> Json:
    """A row's columns."""
    return {column.name: getattr(row, column.name) for column in table_of(type(row)).columns}
