"""Open-source issues: tasks that an assessment may be made of."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import paging
from models.base import Base, Id, Word, new_id, parse_id, utcnow
from models.errors import NotFound
from models.session import one_at_a_time

EASY, MEDIUM, HARD = "easy", "medium", "hard"
DIFFICULTIES = (EASY, MEDIUM, HARD)
# What labels say of the difficulty itself, as words; and subjects that are seldom easy.
EASY_LABELS = ("good first issue", "good-first-issue", "beginner", "easy", "starter", "documentation")
HARD_LABELS = ("hard", "complex", "difficult", "epic")
HARD_SUBJECTS = ("performance", "security", "concurrency", "architecture")
LONGEST_TITLE, LONGEST_BODY = 500, 100_000
LONGEST_LABEL, MOST_LABELS = 100, 50
LONGEST_LANGUAGE = 80
# Two who import a new issue at once must get the same one.
IMPORT_LOCK = 7_203_414
# An issue of so many words, or with so many comments, has more to it than its labels tell.
LONG_WORDS, MANY_COMMENTS = 400, 15
SHORT_WORDS = 80


@dataclass(frozen=True)
class Wanted:
    """Which issues a list has; None asks for any. Languages and labels count in any case."""

    language: str | None = None
    difficulty: str | None = None
    label: str | None = None


class OssIssue(Base):
    """An issue of a public project: written by hand, or imported from its forge under its `url`.

    `difficulty` is an estimate.
    """

    __tablename__ = "oss_issues"
    __table_args__ = (
        UniqueConstraint("organization_id", "url"),
        Index("ix_oss_issues_list", "organization_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    url: Mapped[str | None] = mapped_column(String(2048))
    repo_url: Mapped[str | None] = mapped_column(String(2048))
    title: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    labels: Mapped[list[Any]]
    language: Mapped[str | None] = mapped_column(String(80))
    difficulty: Mapped[str] = mapped_column(Word)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)

    @classmethod
    def get(cls, session: Session, organization_id: str, text: str) -> "OssIssue":
        """The organisation's issue of that id; raises NotFound for anything else."""
        issue_id = parse_id(text)
        found = session.get(cls, issue_id) if issue_id else None
        if found is None or found.organization_id != organization_id:
            raise NotFound("No issue has this id.")
        return found

    @classmethod
    def page(
        cls,
        session: Session,
        organization_id: str,
        wanted: Wanted,
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> list["OssIssue"]:
        """Up to `limit` of the issues that are wanted, oldest first, from the place after the one given."""
        query = select(cls).where(cls.organization_id == organization_id, *_conditions(session, wanted))
        query = paging.oldest_first(query, cls.created_at, cls.id, after, limit)
        return list(session.scalars(query))

    @property
    def brief(self) -> str:
        """The task that it is, as a candidate reads it."""
        return f"{self.title}\n\n{self.body}".strip()


def _conditions(session: Session, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.language is not None:
        yield func.lower(OssIssue.language) == func.lower(wanted.language)
    if wanted.difficulty is not None:
        yield OssIssue.difficulty == wanted.difficulty
    if wanted.label is not None:
        on_postgresql = session.get_bind().dialect.name == "postgresql"
        each = func.jsonb_array_elements_text if on_postgresql else func.json_each
        label = each(OssIssue.labels).table_valued("value")
        # The database lowers both, for each has its own idea of letters beyond ASCII.
        yield exists(
            select(1).select_from(label).where(func.lower(label.c.value) == func.lower(wanted.label))
        )


def create(session: Session, organization_id: str, difficulty: str | None, **values: Any) -> OssIssue:
    """Store an issue that was written by hand; None estimates its difficulty."""
    now = utcnow()
    difficulty = difficulty or estimated_difficulty(values["labels"], values["body"], 0)
    made = OssIssue(
        organization_id=organization_id, difficulty=difficulty, created_at=now, updated_at=now, **values
    )
    session.add(made)
    session.flush()
    return made


def put(session: Session, organization_id: str, url: str, **values: Any) -> tuple[OssIssue, bool]:
    """The issue that was imported from the address, brought up to date; and whether it is new."""
    one_at_a_time(session.connection(), IMPORT_LOCK)
    found = session.scalar(
        select(OssIssue).where(OssIssue.organization_id == organization_id, OssIssue.url == url)
    )
    if found is None:
        found = OssIssue(organization_id=organization_id, url=url, **values)
        session.add(found)
        session.flush()
        return found, True
    for name, value in values.items():
        setattr(found, name, value)
    found.updated_at = utcnow()
    return found, False


def estimated_difficulty(labels: Sequence[str], body: str, comments: int) -> str:
    """How hard an issue looks: by what its labels say, else by how much there is to read."""
    named = " | ".join(labels).casefold()
    for words, difficulty in ((HARD_LABELS, HARD), (EASY_LABELS, EASY), (HARD_SUBJECTS, HARD)):
        # Whole words: `hardware` is no `hard`, and `difficulty: easy` not difficult.
        if re.search(rf"\b(?:{'|'.join(words)})\b", named):
            return difficulty
    count = len(body.split())
    if count >= LONG_WORDS or comments >= MANY_COMMENTS:
        return HARD
    return EASY if count < SHORT_WORDS and not comments else MEDIUM
