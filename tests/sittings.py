"""What tests of candidates' sessions share: a form with each type of question, tasks, keys, sessions."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import invitations, rubrics, sittings, taking
from models.assessments import APPROVED, Assessment
from models.base import Json, new_id, table_of, utcnow
from models.bulk import insert_rows
from models.candidates import CandidateKey, CandidateSession
from models.forms import FormQuestion, Placement
from models.forms import rows_of as form_rows
from models.invitations import Candidate
from models.questions import NewQuestion, QuestionKey, option_ids
from models.questions import rows_of as question_rows
from models.responses import Response
from models.rubrics import Rubric
from models.session import Database
from models.sittings import Saved, Wanted
from models.taking import Place
from tests.conftest import SECRET
from tests.jobs import organization

Found = TypeVar("Found")

SECRET_KEY = SECRET.encode()
FOUR = ("right", "wrong", "other", "fourth")
# Name -> what differs of the question. Two sections of two skills.
QUESTIONS: dict[str, Json] = {
    "choice": {"type": "multiple_choice"},
    "code": {"type": "code_reading", "code": "print(1)", "code_language": "python"},
    "truth": {"type": "true_false", "options": ("True", "False")},
    "select": {"type": "multiple_select", "right": 2},
    "order": {"type": "ordering", "right": 4, "misconceptions": (), "skill": "git"},
    "number": {
        "type": "numeric",
        "options": (),
        "misconceptions": (),
        "accepted": ("41.5",),
        "tolerance": "0.5",
        "skill": "git",
    },
    "word": {
        "type": "short_answer",
        "options": (),
        "misconceptions": (),
        "accepted": ("rebase", "git rebase"),
        "skill": "git",
    },
}
SECTIONS = {"react": 0, "git": 1}


def key_of_text(session: Session, text: str, secret_key: bytes) -> CandidateKey | None:
    """The key that this text is, revoked or not; None for a wrong one. Found as a candidate call finds it."""
    [found] = sittings.recognise(session, [text], secret_key)
    return session.get_one(CandidateKey, found.key_id) if found else None


@dataclass(frozen=True)
class Exam:
    """An assessment with questions; `questions` names each one's id."""

    database: Database
    assessment_id: str
    form_id: str
    questions: dict[str, str]

    def options(self, name: str) -> dict[str, str]:
        """The ids of the question's options by their texts."""
        return option_ids(QUESTIONS[name].get("options", FOUR))

    @property
    def right(self) -> Json:
        """The right answer to each question, by its id."""
        ids, two = self.options("choice"), QUESTIONS["truth"]["options"]
        answers = {
            "choice": ids["right"],
            "code": ids["right"],
            "truth": option_ids(two)["True"],
            "select": [ids["wrong"], ids["right"]],
            "order": [ids[text] for text in FOUR],
            "number": 41.5,
            "word": " Git  Rebase",
        }
        return {self.questions[name]: answer for name, answer in answers.items()}

    @property
    def wrong(self) -> Json:
        """A wrong answer to each question, by its id."""
        ids = self.options("choice")
        answers = {
            "choice": ids["wrong"],
            "code": ids["other"],
            "truth": option_ids(QUESTIONS["truth"]["options"])["False"],
            "select": [ids["right"]],
            "order": [ids[text] for text in reversed(FOUR)],
            "number": "13,1",
            "word": "merge",
        }
        return {self.questions[name]: answer for name, answer in answers.items()}


def question(name: str, **more: Any) -> NewQuestion:
    """A question of that name, with a key and an explanation that can be told from all others."""
    values: Json = {
        "skill": "react",
        "difficulty": "entry",
        "cognitive_level": "apply",
        "stem": f"{name} {new_id()}?",
        "code": None,
        "code_language": None,
        "options": FOUR,
        "misconceptions": tuple(f"Betrays {number} {new_id()}." for number in range(3)),
        "explanation": f"Because of {new_id()}.",
        "seconds": 30,
        "source": "model",
        **QUESTIONS[name],
        **more,
    }
    return NewQuestion(skill_name=values["skill"].title(), **values)


def exam(database: Database, organization_id: str | None = None, **more: Any) -> Exam:
    """An approved assessment with one question of each type, of 30 minutes."""
    organization_id = organization_id or organization(database)
    made = {name: (new_id(), question(name)) for name in QUESTIONS}
    form_id = new_id()
    form = {
        "id": form_id,
        "organization_id": organization_id,
        "seed": 1,
        "language": "en",
        "sections": [{"name": f"Part {at}", "skills": [one], "seconds": 60} for one, at in SECTIONS.items()],
        "skills": [],
        "blueprint": [],
        "created_at": utcnow(),
    }
    places = [Placement(one, SECTIONS[asked.skill], asked.options) for one, asked in made.values()]
    with database.transaction() as connection:
        insert_rows(connection, question_rows(list(made.values())))
        insert_rows(connection, form_rows(form, places))
    assessment_id = assessment(database, organization_id, form_id=form_id, **more)
    return Exam(database, assessment_id, form_id, {name: one for name, (one, _) in made.items()})


def assessment(database: Database, organization_id: str, **more: Any) -> str:
    """The id of a new assessment."""
    values: Json = {
        "name": "Frontend Engineer",
        "role": "Frontend Engineer",
        "summary": "Seven questions.",
        "status": APPROVED,
        "cutoff": 50,
        "total_duration": 30,
        "proctoring": {"enabled": True, "full_screen": True, "tab_switch_limit": 3},
        "engine": "offline",
        "language": "en",
        "created_by": "api_key:ab12cd34",
        **more,
    }
    with database.write() as session:
        made = Assessment(organization_id=organization_id, **values)
        session.add(made)
        session.flush()
        return made.id


def task(database: Database, has_rubric: bool, **more: Any) -> str:
    """The id of a new task."""
    organization_id = organization(database)
    levels = [{"level": one, "label": str(one), "description": ""} for one in (0, 1)]
    criteria = rubrics.numbered([{"name": "Tests", "description": "", "weight": 1, "levels": levels}])
    with database.write() as session:
        rubric = Rubric(organization_id=organization_id, name="All", description="", criteria=criteria)
        session.add(rubric)
        session.flush()
        rubric_id = rubric.id if has_rubric else None
    values = {
        "task_brief": "Make it stream.",
        "repo_url": "https://git.example.com/a",
        "engine": "task",
        **more,
    }
    return assessment(database, organization_id, rubric_id=rubric_id, **values)


def key(database: Database, assessment_id: str, **more: Any) -> tuple[str, str]:
    """A new candidate key: its id and its text."""
    with database.write() as session:
        of = session.get_one(Assessment, assessment_id)
        [issued] = invitations.issue(session, of, [Candidate(**more)], "live", "api_key:ab12cd34", SECRET_KEY)
        return issued.key.id, issued.text


def begun(database: Database, assessment_id: str, **more: Any) -> str:
    """A new candidate who has begun; the key's id."""
    key_id, _ = key(database, assessment_id, **more)
    start(database, key_id)
    return key_id


def start(database: Database, key_id: str) -> Place:
    """Start the session of a key."""
    with database.write() as session:
        return taking.start(session, key_id, require_approval=False)


def save(database: Database, key_id: str, question_id: str, value: Any) -> Saved:
    """Save one answer; raises what it was refused with."""
    with database.write() as session:
        [found] = sittings.save(session, [Wanted(key_id, question_id, value)])
    if isinstance(found, Exception):
        raise found
    return found


def submit(database: Database, key_id: str, answers: Json | None = None, **task: str) -> CandidateSession:
    """Hand the session in."""
    with database.write() as session:
        return taking.submit(session, key_id, list((answers or {}).items()), task).taken


def session_of(database: Database, key_id: str) -> CandidateSession:
    """The session that the key opened, as it is stored."""
    with database.read() as session:
        return session.scalars(select(CandidateSession).where(CandidateSession.key_id == key_id)).one()


def versions_of(database: Database, key_id: str) -> dict[str, list[tuple[int, Any]]]:
    """Question id -> (version, value) of each answer that was saved in the key's session, in their order."""
    query = (
        select(Response)
        .join(CandidateSession, CandidateSession.id == Response.session_id)
        .where(CandidateSession.key_id == key_id)
        .order_by(Response.id)
    )
    found: dict[str, list[tuple[int, Any]]] = {}
    with database.read() as session:
        for row in session.scalars(query):
            found.setdefault(row.question_id, []).append((row.version, row.answer["value"]))
    return found


def change(database: Database, model: Any, row_id: str, **values: Any) -> None:
    """Put values into a row, past all rules."""
    table = table_of(model)
    with database.transaction() as connection:
        connection.execute(update(table).where(table.c.id == row_id).values(values))


def secrets_of(database: Database, form_id: str) -> set[str]:
    """What only scoring and the owner may read of a form: explanations, and what wrong options betray."""
    query = (
        select(QuestionKey)
        .join(FormQuestion, FormQuestion.question_id == QuestionKey.question_id)
        .where(FormQuestion.form_id == form_id)
    )
    with database.read() as session:
        keys = session.scalars(query).all()
    return {text for one in keys for text in [one.explanation, *one.misconceptions.values()] if text}


def at_once(calls: Sequence[Callable[[], Found]]) -> list[Found | Exception]:
    """What the calls give, or raise, when all are made at one moment."""
    gate = Barrier(len(calls))

    def made(call: Callable[[], Found]) -> Found | Exception:
        gate.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(made, calls))


def key_row(database: Database, key_id: str) -> CandidateKey:
    """The key as it is stored."""
    with database.read() as session:
        return session.get_one(CandidateKey, key_id)
