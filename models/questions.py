"""Questions and, in a table of their own, their keys.

No schema for candidates or students can reach `question_keys`: a question without its key is
the only thing that a `Question` holds.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Id, Json, Word, new_id, table_of, utcnow
from models.bulk import insert_rows
from models.session import one_at_a_time

MULTIPLE_CHOICE = "multiple_choice"
MULTIPLE_SELECT = "multiple_select"
TRUE_FALSE = "true_false"
ORDERING = "ordering"
NUMERIC = "numeric"
SHORT_ANSWER = "short_answer"
CODE_READING = "code_reading"
TYPES = (MULTIPLE_CHOICE, MULTIPLE_SELECT, TRUE_FALSE, ORDERING, NUMERIC, SHORT_ANSWER, CODE_READING)
IS_EDIT = text("edited_from IS NOT NULL")
# As each database writes the condition of the queries that the index is for.
IS_KEPT, IS_KEPT_IN_SQLITE = text("is_kept"), text("is_kept = 1")
OPTION_IDS = "abcdefgh"
# Workers that start together must not both load the library. Any number will do, if it is ours alone.
LIBRARY_LOCK = 7_203_412


class Question(Base):
    """An item as a candidate may see it: stem, code, options with ids, but no key.

    `options` is `[{"id": "a", "text": "…"}, …]` in an order that says nothing of the key; a numeric
    or a short answer has none. A shipped item has a `library_id` and no organisation; words that change
    make a new version, and `edited_from` names the one before. `is_kept` says that an organisation's
    question passed every gate, so that later searches find it; one that is retired they don't.
    """

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("library_id", "version"),
        Index("ix_questions_skill", "skill", "organization_id"),
        # Whether a question may be deleted is asked of the edits, which are few.
        Index("ix_questions_edits", "edited_from", postgresql_where=IS_EDIT, sqlite_where=IS_EDIT),
        Index(
            "ix_questions_library",
            "organization_id",
            "created_at",
            "id",
            postgresql_where=IS_KEPT,
            sqlite_where=IS_KEPT_IN_SQLITE,
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    library_id: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)
    organization_id: Mapped[str | None] = mapped_column(ForeignKey("organizations.id"))
    skill: Mapped[str] = mapped_column(String(80))
    skill_name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(Word)
    difficulty: Mapped[str] = mapped_column(Word)
    cognitive_level: Mapped[str] = mapped_column(Word)
    stem: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    code_language: Mapped[str | None] = mapped_column(Word)
    options: Mapped[list[Any]]
    seconds: Mapped[int]
    language: Mapped[str] = mapped_column(Word, default="en")
    source: Mapped[str] = mapped_column(Word)
    provenance: Mapped[Json]
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    is_kept: Mapped[bool] = mapped_column(default=False)
    edited_from: Mapped[str | None] = mapped_column(ForeignKey("questions.id"))
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class QuestionKey(Base):
    """What only scoring and the owner see: the right answer, why, and what each wrong option betrays.

    `correct` holds the ids of the right options, of an ordering all in their order; of a numeric answer
    `[{"value": "12.5", "tolerance": "0.05"}]`, of a short answer the accepted texts.
    """

    __tablename__ = "question_keys"

    question_id: Mapped[str] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    correct: Mapped[list[Any]]
    explanation: Mapped[str] = mapped_column(Text)
    misconceptions: Mapped[Json]


@dataclass(frozen=True)
class NewQuestion:
    """A question to store. The first `right` of its options are the key here, and nowhere else."""

    skill: str
    skill_name: str
    type: str
    difficulty: str
    cognitive_level: str
    stem: str
    code: str | None
    code_language: str | None
    options: tuple[str, ...]
    misconceptions: tuple[str, ...]
    explanation: str
    seconds: int
    source: str
    organization_id: str | None = None
    library_id: str | None = None
    version: int = 1
    language: str = "en"
    right: int = 1
    accepted: tuple[str, ...] = ()
    tolerance: str = "0"
    is_kept: bool = False
    edited_from: str | None = None
    provenance: Json = field(default_factory=dict)

    def rows(self, question_id: str, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
        """The rows of `questions` and `question_keys`."""
        ids = option_ids(self.options)
        question = {
            "id": question_id,
            "library_id": self.library_id,
            "version": self.version,
            "organization_id": self.organization_id,
            "skill": self.skill,
            "skill_name": self.skill_name,
            "type": self.type,
            "difficulty": self.difficulty,
            "cognitive_level": self.cognitive_level,
            "stem": self.stem,
            "code": self.code,
            "code_language": self.code_language,
            "options": [{"id": option_id, "text": text} for text, option_id in ids.items()],
            "seconds": self.seconds,
            "language": self.language,
            "source": self.source,
            "provenance": self.provenance,
            "fingerprint": fingerprint(self.stem, self.code),
            "is_kept": self.is_kept,
            "edited_from": self.edited_from,
            "created_at": now,
        }
        key = {
            "question_id": question_id,
            "correct": self._correct(ids),
            "explanation": self.explanation,
            "misconceptions": {
                ids[text]: why
                for text, why in zip(self.options[self.right :], self.misconceptions, strict=False)
            },
        }
        return question, key

    def _correct(self, ids: dict[str, str]) -> list[Any]:
        if self.type == NUMERIC:
            return [{"value": self.accepted[0], "tolerance": self.tolerance}]
        if self.type == SHORT_ANSWER:
            return list(self.accepted)
        return [ids[text] for text in self.options[: self.right]]


def option_ids(texts: Iterable[str]) -> dict[str, str]:
    """Each option's id, in the order of the ids, which follows from the texts and says nothing of the key."""
    scrambled = sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest())
    return dict(zip(scrambled, OPTION_IDS, strict=False))


def fingerprint(stem: str, code: str | None) -> str:
    """The hash by which two wordings of one question meet: letters and digits only, case folded."""
    text = "".join(character for character in (stem + (code or "")).casefold() if character.isalnum())
    return hashlib.sha256(text.encode()).hexdigest()


def rows_of(questions: Sequence[tuple[str, NewQuestion]]) -> list[tuple[Table, list[dict[str, Any]]]]:
    """The rows that store questions, with their keys, under the ids given."""
    now = utcnow()
    rows = [question.rows(question_id, now) for question_id, question in questions]
    return [
        (table_of(Question), [row for row, _ in rows]),
        (table_of(QuestionKey), [key for _, key in rows]),
    ]


def load_library(connection: Connection, items: list[NewQuestion]) -> int:
    """Add the shipped items that are not stored yet, by library id and version; how many were added."""
    one_at_a_time(connection, LIBRARY_LOCK)
    rows = connection.execute(
        select(Question.library_id, Question.version).where(Question.library_id.is_not(None))
    )
    known = {(row.library_id, row.version) for row in rows}
    fresh = [item for item in items if (item.library_id, item.version) not in known]
    insert_rows(connection, rows_of([(new_id(), item) for item in fresh]))
    return len(fresh)


def library_ids(connection: Connection) -> dict[tuple[str, int], str]:
    """Where the shipped items are stored: (library id, version) -> question id."""
    rows = connection.execute(
        select(Question.library_id, Question.version, Question.id).where(Question.library_id.is_not(None))
    )
    return {(str(row.library_id), row.version): row.id for row in rows}


@dataclass(frozen=True)
class KeptQuestion:
    """A stored question with its key."""

    question: Question
    key: QuestionKey


# More than a form can use of one organisation's questions; the newest serve best.
MOST_KEPT = 200


def kept_ids(connection: Connection, organization_id: str, skills: Sequence[str], language: str) -> list[str]:
    """The organisation's questions on the skills that passed every gate, the newest first."""
    rows = connection.execute(
        select(Question.id)
        .where(
            Question.organization_id == organization_id,
            Question.skill.in_(skills),
            Question.is_kept,
            Question.retired_at.is_(None),
            Question.language == language,
        )
        .order_by(Question.created_at.desc(), Question.id)
        .limit(MOST_KEPT)
    )
    return [str(question_id) for question_id in rows.scalars()]


def kept_questions(connection: Connection, organization_id: str, ids: Sequence[str]) -> list[KeptQuestion]:
    """The organisation's questions of these ids, in the order of the ids."""
    with Session(connection) as session:
        rows = session.execute(
            select(Question, QuestionKey)
            .join(QuestionKey, QuestionKey.question_id == Question.id)
            .where(Question.id.in_(ids), Question.organization_id == organization_id)
        ).all()
        session.expunge_all()
    by_id = {question.id: KeptQuestion(question, key) for question, key in rows}
    return [by_id[one] for one in ids if one in by_id]
