"""Assessments: an organisation's named forms and tasks."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import paging
from models.base import Base, Id, Json, Word, new_id, parse_id, utcnow
from models.errors import NotFound
from models.forms import Form

DRAFT, APPROVED = "draft", "approved"
# For how many days from its making a candidate's key is good, where nothing else is said (text 004).
KEY_DAYS = 7
TASK = "task"
NO_SUCH_ASSESSMENT = "No assessment has this id."
IS_A_TASK = "This assessment is a task: it has no questions."


@dataclass(frozen=True)
class Sought:
    """Which assessments are looked for: a part of the name or role, a status, tasks or not; empty is any."""

    text: str = ""
    status: str | None = None
    is_task: bool | None = None


class Assessment(Base):
    """What an organisation gives to its candidates: a form, or a task with a brief.

    `total_duration` is in minutes, 0 for a task without a limit, `cutoff` in percent. Each change makes a
    new `version`; an approval holds for the version that was approved, so a later change makes it a draft
    again. A task has no form but a `task_brief`: of an issue it is what the issue said when it was made,
    so that all its candidates are given the same task. With `show_result` candidates see what they came to.
    """

    __tablename__ = "assessments"
    __table_args__ = (
        Index("ix_assessments_list", "organization_id", "created_at", "id"),
        Index("ix_assessments_form", "form_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    form_id: Mapped[str | None] = mapped_column(ForeignKey("forms.id"))
    name: Mapped[str] = mapped_column(String(300))
    role: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Word, default=DRAFT)
    cutoff: Mapped[int]
    total_duration: Mapped[int]
    proctoring: Mapped[Json]
    engine: Mapped[str] = mapped_column(Word)
    language: Mapped[str] = mapped_column(Word)
    created_by: Mapped[str] = mapped_column(String(200))
    task_brief: Mapped[str | None] = mapped_column(Text)
    repo_url: Mapped[str | None] = mapped_column(Text)
    expires_in_days: Mapped[int] = mapped_column(default=KEY_DAYS)
    show_result: Mapped[bool] = mapped_column(default=False)
    issue_id: Mapped[str | None] = mapped_column(ForeignKey("oss_issues.id"))
    rubric_id: Mapped[str | None] = mapped_column(ForeignKey("rubrics.id"))
    external_id: Mapped[str | None] = mapped_column(String(200))
    meta: Mapped[Json | None] = mapped_column("metadata")
    version: Mapped[int] = mapped_column(default=1)
    approved_by: Mapped[str | None] = mapped_column(String(200))
    approved_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)
    deleted_at: Mapped[datetime | None]

    @classmethod
    def get(cls, session: Session, organization_id: str, text: str) -> "Assessment":
        """The organisation's assessment of that id; raises NotFound for anything else."""
        found = cls.ever(session, organization_id, text)
        if found.deleted_at is not None:
            raise NotFound(NO_SUCH_ASSESSMENT)
        return found

    @classmethod
    def ever(cls, session: Session, organization_id: str, text: str) -> "Assessment":
        """As `get`, and deleted ones too: their results stay."""
        assessment_id = parse_id(text)
        found = session.get(cls, assessment_id) if assessment_id else None
        if found is None or found.organization_id != organization_id:
            raise NotFound(NO_SUCH_ASSESSMENT)
        return found

    @classmethod
    def held(cls, session: Session, organization_id: str, text: str) -> "Assessment":
        """As `get`, held until the transaction ends: of two changes one comes first."""
        found = cls.get(session, organization_id, text)
        session.refresh(found, with_for_update=True)
        if found.deleted_at is not None:
            raise NotFound(NO_SUCH_ASSESSMENT)
        return found

    @classmethod
    def page(
        cls, session: Session, organization_id: str, after: tuple[datetime, str] | None, limit: int
    ) -> list["Assessment"]:
        """Up to `limit` assessments with questions, newest first, from the place after the one given."""
        query = select(cls).where(
            cls.organization_id == organization_id, cls.deleted_at.is_(None), cls.form_id.is_not(None)
        )
        query = paging.newest_first(query, cls.created_at, cls.id, after, limit)
        return list(session.scalars(query))

    @classmethod
    def oldest(
        cls, session: Session, organization_id: str, after: tuple[datetime, str] | None, limit: int
    ) -> list["Assessment"]:
        """Up to `limit` assessments and tasks, oldest first, from the place after the one given."""
        query = select(cls).where(cls.organization_id == organization_id, cls.deleted_at.is_(None))
        query = paging.oldest_first(query, cls.created_at, cls.id, after, limit)
        return list(session.scalars(query))

    @classmethod
    def search(
        cls,
        session: Session,
        organization_id: str,
        sought: Sought,
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> list["Assessment"]:
        """Up to `limit` of the assessments and tasks that are looked for, newest first, from there on."""
        query = select(cls).where(cls.organization_id == organization_id, cls.deleted_at.is_(None))
        if sought.text:
            parts = (column.icontains(sought.text, autoescape=True) for column in (cls.name, cls.role))
            query = query.where(or_(*parts))
        if sought.status is not None:
            query = query.where(cls.status == sought.status)
        if sought.is_task is not None:
            query = query.where(cls.form_id.is_(None) if sought.is_task else cls.form_id.is_not(None))
        query = paging.newest_first(query, cls.created_at, cls.id, after, limit)
        return list(session.scalars(query))

    @property
    def brief(self) -> str | None:
        """What a candidate is told of it: a task's brief, a form's summary."""
        return self.summary if self.form_id else self.task_brief

    def form(self, session: Session) -> Form | None:
        """Its form; None for a task."""
        return session.get(Form, self.form_id) if self.form_id else None


class AssessmentVersion(Base):
    """A change of an assessment: what it made different, who made it and when.

    `version` is the one that the change led to. `changes` is `{field: [before, after]}`; `form_id` is
    the form that the assessment had before, where the change was one of its questions.
    """

    __tablename__ = "assessment_versions"
    __table_args__ = (Index("ix_assessment_versions_form", "form_id"),)

    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[str | None] = mapped_column(ForeignKey("forms.id"))
    changes: Mapped[Json]
    changed_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
