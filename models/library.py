"""An organisation's own questions: looked through, retired, and taken out as library files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select
from sqlalchemy.orm import Session

from models import paging
from models.base import Json, parse_id, utcnow
from models.errors import NotFound
from models.forms import FormQuestion
from models.questions import (
    CODE_READING,
    MULTIPLE_CHOICE,
    MULTIPLE_SELECT,
    NUMERIC,
    ORDERING,
    SHORT_ANSWER,
    KeptQuestion,
    Question,
    QuestionKey,
)

NO_SUCH_QUESTION = "The library has no question of this id."
# Their key is a list of texts.
LISTED = (ORDERING, MULTIPLE_SELECT, SHORT_ANSWER)


@dataclass(frozen=True)
class Wanted:
    """Which questions; None leaves a field open. `text` stands in the stem or the code."""

    text: str | None = None
    skill: str | None = None
    type: str | None = None
    difficulty: str | None = None
    language: str | None = None
    is_retired: bool = False

    def conditions(self, organization_id: str) -> list[ColumnElement[bool]]:
        """The same for a query."""
        retired = Question.retired_at.is_not(None) if self.is_retired else Question.retired_at.is_(None)
        tests = [*_of(organization_id), retired]
        for name in ("skill", "type", "difficulty", "language"):
            if getattr(self, name) is not None:
                tests.append(getattr(Question, name) == getattr(self, name))
        if self.text is not None:
            places = (Question.stem, Question.code)
            tests.append(or_(*(place.icontains(self.text, autoescape=True) for place in places)))
        return tests


def _of(organization_id: str) -> list[ColumnElement[bool]]:
    return [Question.organization_id == organization_id, Question.is_kept.expression]


def page(
    session: Session, organization_id: str, wanted: Wanted, after: tuple[datetime, str] | None, limit: int
) -> list[Question]:
    """Up to `limit` questions, newest first, from the place after the one given."""
    query = select(Question).where(*wanted.conditions(organization_id))
    return list(session.scalars(paging.newest_first(query, Question.created_at, Question.id, after, limit)))


def get(session: Session, organization_id: str, text: str, lock: bool = False) -> Question:
    """The organisation's own question of that id, retired or not; raises NotFound for anything else."""
    question_id = parse_id(text)
    query = select(Question).where(Question.id == question_id, *_of(organization_id))
    found = session.scalar(query.with_for_update() if lock else query) if question_id else None
    if found is None:
        raise NotFound(NO_SUCH_QUESTION)
    return found


def choices(session: Session, organization_id: str) -> tuple[dict[str, str], list[str]]:
    """What there is to choose from: the skills, id -> name, by name; and the languages."""
    rows = session.execute(
        select(Question.skill, func.max(Question.skill_name).label("name"))
        .where(*_of(organization_id))
        .group_by(Question.skill)
    )
    skills = {row.skill: row.name for row in sorted(rows, key=lambda row: row.name.casefold())}
    languages = select(Question.language).where(*_of(organization_id)).distinct()
    return skills, sorted(session.scalars(languages))


def set_retired(session: Session, organization_id: str, text: str, is_retired: bool) -> Question:
    """Let searches find it no more, or again; forms that have it keep it. Raises NotFound."""
    found = get(session, organization_id, text, lock=True)
    if not is_retired:
        found.retired_at = None
    elif found.retired_at is None:
        found.retired_at = utcnow()
    return found


def exposure(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """In how many forms each of the questions stands."""
    rows = session.execute(
        select(FormQuestion.question_id, func.count().label("forms"))
        .where(FormQuestion.question_id.in_(ids))
        .group_by(FormQuestion.question_id)
    )
    return {row.question_id: row.forms for row in rows}


def known_fingerprints(connection: Connection, organization_id: str) -> set[str]:
    """Of all questions that the organisation has, whether it keeps them or not."""
    query = select(Question.fingerprint).where(Question.organization_id == organization_id)
    return set(connection.scalars(query))


def all_kept(session: Session, organization_id: str, skill: str | None = None) -> list[KeptQuestion]:
    """Every question of its own that is not retired, by its words: an export is the same each time."""
    query = (
        select(Question, QuestionKey)
        .join(QuestionKey, QuestionKey.question_id == Question.id)
        .where(*Wanted(skill=skill).conditions(organization_id))
        .order_by(Question.skill, Question.stem, Question.id)
    )
    return [KeptQuestion(question, key) for question, key in session.execute(query)]


def documents(kept: Sequence[KeptQuestion]) -> list[Json]:
    """Questions that come sorted by skill, as library files have them: one document a skill."""
    return [
        {
            "skill": skill,
            "version": 1,
            "items": [_entry(f"{skill}-{number:03d}", row) for number, row in enumerate(rows, start=1)],
        }
        for skill, rows in groupby(kept, lambda row: row.question.skill)
    ]


def _entry(name: str, row: KeptQuestion) -> Json:
    question, key = row.question, row.key
    entry: Json = {
        "id": question.library_id or name,
        "version": question.version,
        "type": MULTIPLE_CHOICE if question.type == CODE_READING else question.type,
        "difficulty": question.difficulty,
        "cognitive_level": question.cognitive_level,
        "seconds": question.seconds,
        "stem": question.stem,
    }
    if question.code:
        entry |= {"code": question.code, "code_language": question.code_language or "text"}
    entry |= _key_of(row)
    return entry | {
        "explanation": key.explanation,
        "source": question.provenance.get("source") or question.source,
    }


def _key_of(row: KeptQuestion) -> Json:
    question, key = row.question, row.key
    if question.type == NUMERIC:
        return {"correct": key.correct[0]["value"], "tolerance": key.correct[0].get("tolerance", "0")}
    texts: dict[str, Any] = {option["id"]: option["text"] for option in question.options}
    right = [texts.get(one, one) for one in key.correct]
    wrong = [
        {"text": text, "misconception": key.misconceptions.get(option_id) or "Not recorded."}
        for option_id, text in texts.items()
        if option_id not in key.correct
    ]
    correct = right if question.type in LISTED else right[0]
    return {"correct": correct, **({"distractors": wrong} if wrong else {})}
