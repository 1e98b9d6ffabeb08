"""Forms: fixed, ordered sets of questions. A form is what generation makes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, ForeignKey, Index, String, Table, func, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Id, Json, Word, new_id, table_of, utcnow
from models.questions import Question, QuestionKey, option_ids


class Form(Base):
    """The sections, the blueprint and the order of a set of questions.

    `sections` is `[{"name", "skills": [names], "seconds"}]`; `skills` is
    `[{"id", "name", "weight", "must_have", "evidence"}]`; `blueprint` counts the questions by skill,
    difficulty, cognitive level and type.
    """

    __tablename__ = "forms"
    __table_args__ = (Index("ix_forms_recent", "organization_id", "created_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    seed: Mapped[int] = mapped_column(BigInteger)
    language: Mapped[str] = mapped_column(Word)
    sections: Mapped[list[Any]]
    skills: Mapped[list[Any]]
    blueprint: Mapped[list[Any]]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class FormQuestion(Base):
    """A question's place in a form, and the order in which its options stand there.

    `asked_for` is the skill in whose place the question stands, where it is on another.
    """

    __tablename__ = "form_questions"

    form_id: Mapped[str] = mapped_column(ForeignKey("forms.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[str] = mapped_column(ForeignKey("questions.id"), index=True)
    section: Mapped[int]
    option_order: Mapped[list[Any]]
    asked_for: Mapped[str | None] = mapped_column(String(80))


@dataclass(frozen=True)
class Placement:
    """Where a question goes: section, options' texts as shown, the skill that it stands in for."""

    question_id: str
    section: int
    options: tuple[str, ...]
    asked_for: str | None = None


def rows_of(form: Json, placements: Sequence[Placement]) -> list[tuple[Table, list[Json]]]:
    """The rows that store a form with its places; the questions are stored before it."""
    places = []
    for position, placement in enumerate(placements, start=1):
        ids = option_ids(placement.options)
        places.append(
            {
                "form_id": form["id"],
                "position": position,
                "question_id": placement.question_id,
                "section": placement.section,
                "option_order": [ids[text] for text in placement.options],
                "asked_for": placement.asked_for,
            }
        )
    return [(table_of(Form), [form]), (table_of(FormQuestion), places)]


# How far back exposure is counted: enough to spread it, little enough to count it at each search.
EXPOSURE_FORMS = 200


def exposure_of(connection: Connection, organization_id: str) -> dict[str, int]:
    """How many of the organisation's latest forms each question stands in."""
    recent = (
        select(Form.id)
        .where(Form.organization_id == organization_id)
        .order_by(Form.created_at.desc())
        .limit(EXPOSURE_FORMS)
        .subquery()
    )
    rows = connection.execute(
        select(FormQuestion.question_id, func.count())
        .join(recent, recent.c.id == FormQuestion.form_id)
        .group_by(FormQuestion.question_id)
    )
    return {str(question_id): count for question_id, count in rows}


@dataclass(frozen=True)
class ShownQuestion:
    """A question as its place in a form shows it; `key` only where the owner asked for it."""

    position: int
    section: str
    question: Question
    options: list[dict[str, str]]
    key: QuestionKey | None
    asked_for: str | None = None


@dataclass(frozen=True)
class Shape:
    """What a question's answers look like: its type, and the ids of its options."""

    type: str
    option_ids: tuple[str, ...]


def shapes_of(session: Session, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Shape]:
    """(form id, question id) -> the shape of its answers, of those places that there are."""
    if not places:
        return {}
    rows = session.execute(
        select(FormQuestion.form_id, Question.id, Question.type, FormQuestion.option_order)
        .join(Question, Question.id == FormQuestion.question_id)
        .where(tuple_(FormQuestion.form_id, FormQuestion.question_id).in_(places))
    )
    return {(form_id, one): Shape(kind, tuple(order)) for form_id, one, kind, order in rows}


def questions_of(session: Session, form: Form, with_keys: bool) -> list[ShownQuestion]:
    """A form's questions in order, each with its options in the order shown."""
    rows = session.execute(
        select(FormQuestion, Question)
        .join(Question, Question.id == FormQuestion.question_id)
        .where(FormQuestion.form_id == form.id)
        .order_by(FormQuestion.position)
    ).all()
    keys = _keys(session, [question.id for _, question in rows]) if with_keys else {}
    return [
        ShownQuestion(
            position=place.position,
            section=form.sections[place.section]["name"],
            question=question,
            options=_in_order(question.options, place.option_order),
            key=keys.get(question.id),
            asked_for=place.asked_for,
        )
        for place, question in rows
    ]


def size_of(session: Session, form_id: str) -> int:
    """How many questions a form has."""
    query = select(func.count()).select_from(FormQuestion).where(FormQuestion.form_id == form_id)
    return session.scalar(query) or 0


def _keys(session: Session, ids: list[str]) -> dict[str, QuestionKey]:
    keys = session.scalars(select(QuestionKey).where(QuestionKey.question_id.in_(ids)))
    return {key.question_id: key for key in keys}


def _in_order(options: list[Any], order: list[Any]) -> list[dict[str, str]]:
    by_id = {option["id"]: option for option in options}
    return [by_id[option_id] for option_id in order]
