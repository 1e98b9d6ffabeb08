"""Candidates: their keys, and the session that a key opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import paging
from models.assessments import Assessment
from models.base import Base, Id, Json, Word, new_id, parse_id, utcnow
from models.credentials import PREFIX_LENGTH
from models.errors import NotFound
from models.organizations import MODES

KEY_HEADS = tuple(f"ck_{mode}_" for mode in MODES)
ACTIVE, REDEEMED, COMPLETED, EXPIRED, REVOKED = "active", "redeemed", "completed", "expired", "revoked"
KEY_STATUSES = (ACTIVE, REDEEMED, COMPLETED, EXPIRED, REVOKED)
IN_PROGRESS, SUBMITTED, IN_REVIEW, SCORED = "in_progress", "submitted", "in_review", "scored"
NO_SUCH_KEY = "No candidate key has this id."
SESSION_STATUSES = (IN_PROGRESS, SUBMITTED, IN_REVIEW, SCORED)
# More sessions that wait for a person, of all organisations, are not looked through for a count.
MOST_WAITING = 50_000


class CandidateKey(Base):
    """What lets one candidate take one assessment, once.

    `extra_percent` is the candidate's accommodation: so much more time than the assessment gives.
    """

    __tablename__ = "candidate_keys"
    __table_args__ = (Index("ix_candidate_keys_assessment", "assessment_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessments.id"))
    mode: Mapped[str] = mapped_column(Word)
    prefix: Mapped[str] = mapped_column(String(PREFIX_LENGTH), unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    candidate_email: Mapped[str | None] = mapped_column(String(320))
    candidate_name: Mapped[str | None] = mapped_column(String(200))
    extra_percent: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]
    redeemed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    @property
    def status(self) -> str:
        """Where it is: the furthest of what has happened to it."""
        if self.revoked_at is not None:
            return REVOKED
        if self.completed_at is not None:
            return COMPLETED
        if self.redeemed_at is not None:
            return REDEEMED
        return EXPIRED if self.expires_at <= utcnow() else ACTIVE

    @classmethod
    def page(
        cls, session: Session, assessment: Assessment, after: tuple[datetime, str] | None, limit: int
    ) -> list["CandidateKey"]:
        """Up to `limit` of the assessment's keys that are not revoked, oldest first, from there on."""
        query = select(cls).where(cls.assessment_id == assessment.id, cls.revoked_at.is_(None))
        query = paging.oldest_first(query, cls.created_at, cls.id, after, limit)
        return list(session.scalars(query))

    @classmethod
    def get(cls, session: Session, assessment: Assessment, text: str) -> "CandidateKey":
        """The assessment's key of that id; raises NotFound for anything else, a revoked one too."""
        found = cls.ever(session, assessment.organization_id, assessment.id, text)
        if found.revoked_at is not None:
            raise NotFound(NO_SUCH_KEY)
        return found

    @classmethod
    def ever(cls, session: Session, organization_id: str, assessment_id: str, text: str) -> "CandidateKey":
        """As `get`, and revoked ones and those of deleted assessments too."""
        key_id = parse_id(text)
        found = session.get(cls, key_id) if key_id else None
        if found is None or (found.organization_id, found.assessment_id) != (
            organization_id,
            parse_id(assessment_id),
        ):
            raise NotFound(NO_SUCH_KEY)
        return found


@dataclass(frozen=True)
class Wanted:
    """Which of an organisation's sessions are wanted; None is any."""

    assessment_id: str | None = None
    status: str | None = None
    mode: str | None = None


class CandidateSession(Base):
    """One candidate at one assessment, from the start to the result.

    It keeps what it began with: the form and version of the assessment, and of a task the criteria that
    it was submitted under. `deadline` is when the server closes it: after `time_limit` minutes and the
    candidate's extra time; with a limit of 0, which is none, at the end of the key. `result` is as
    `models/session_results.py` or, of a task, `models/task_scores.py` makes it; `score` is its percent.
    """

    __tablename__ = "candidate_sessions"
    __table_args__ = (
        Index("ix_candidate_sessions_list", "organization_id", "started_at", "id"),
        Index("ix_candidate_sessions_assessment", "assessment_id", "status"),
        Index("ix_candidate_sessions_open", "status", "deadline"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessments.id"))
    assessment_version: Mapped[int]
    form_id: Mapped[str | None] = mapped_column(ForeignKey("forms.id"), index=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("candidate_keys.id"), unique=True)
    mode: Mapped[str] = mapped_column(Word)
    status: Mapped[str] = mapped_column(Word, default=IN_PROGRESS)
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    time_limit: Mapped[int] = mapped_column(default=0)
    deadline: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str | None] = mapped_column(Word)
    cutoff: Mapped[int]
    criteria: Mapped[list[Any] | None]
    repo_url: Mapped[str | None] = mapped_column(Text)
    patch: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str | None] = mapped_column(Text)
    result: Mapped[Json | None]
    score: Mapped[int | None]
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)
    erased_at: Mapped[datetime | None]

    @classmethod
    def get(cls, session: Session, organization_id: str, text: str) -> "CandidateSession":
        """The organisation's session of that id; raises NotFound for anything else."""
        session_id = parse_id(text)
        found = session.get(cls, session_id) if session_id else None
        if found is None or found.organization_id != organization_id or found.erased_at is not None:
            raise NotFound("No session has this id.")
        return found

    @classmethod
    def page(
        cls,
        session: Session,
        organization_id: str,
        wanted: Wanted,
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> list["CandidateSession"]:
        """Up to `limit` of the sessions that are wanted, newest first."""
        query = select(cls).where(cls.organization_id == organization_id, cls.erased_at.is_(None))
        if wanted.assessment_id is not None:
            query = query.where(cls.assessment_id == wanted.assessment_id)
        if wanted.status is not None:
            query = query.where(cls.status == wanted.status)
        if wanted.mode is not None:
            query = query.where(cls.mode == wanted.mode)
        query = paging.newest_first(query, cls.started_at, cls.id, after, limit)
        return list(session.scalars(query))

    @property
    def created_at(self) -> datetime:
        """What lists are ordered by."""
        return self.started_at


def keys_of(session: Session, sessions: Sequence[CandidateSession]) -> dict[str, CandidateKey]:
    """The keys that opened these sessions, by their ids."""
    ids = [taken.key_id for taken in sessions]
    return {key.id: key for key in session.scalars(select(CandidateKey).where(CandidateKey.id.in_(ids)))}


def count_waiting(session: Session, organization_id: str, mode: str) -> int:
    """How many of the organisation's sessions wait for a person's scores.

    By their status, which few have: SQLite would go through all sessions of the organisation, were it not
    told by the limit to look for these first.
    """
    taken = CandidateSession
    waiting = (
        select(taken.organization_id, taken.mode, taken.erased_at)
        .where(taken.status == IN_REVIEW)
        .limit(MOST_WAITING)
        .subquery()
    )
    mine = (waiting.c.organization_id == organization_id, waiting.c.mode == mode)
    query = select(func.count()).select_from(waiting).where(*mine, waiting.c.erased_at.is_(None))
    return session.execute(query).scalar_one()


def assessments_of(session: Session, sessions: Sequence[CandidateSession]) -> dict[str, Assessment]:
    """What these sessions are of, by their ids; deleted ones too."""
    ids = {taken.assessment_id for taken in sessions}
    return {one.id: one for one in session.scalars(select(Assessment).where(Assessment.id.in_(ids)))}
