"""Assessments: an organisation's named forms and tasks."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Id, Json, UtcDateTime, Word, new_id, parse_id, utcnow
from models.errors import NotFound
from models.forms import Form

DRAFT, APPROVED = "draft", "approved"


class Assessment(Base):
    """What an organisation gives to its candidates: a form, or a task with a brief.

    `total_duration` is in minutes, `cutoff` in percent.
    """

    __tablename__ = "assessments"
    __table_args__ = (Index("ix_assessments_list", "organization_id", "created_at", "id"),)

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
    external_id: Mapped[str | None] = mapped_column(String(200))
    meta: Mapped[Json | None] = mapped_column("metadata")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)
    deleted_at: Mapped[datetime | None]

    @classmethod
    def get(cls, session: Session, organization_id: str, text: str) -> "Assessment":
        """The organisation's assessment of that id; raises NotFound for anything else."""
        assessment_id = parse_id(text)
        found = session.get(cls, assessment_id) if assessment_id else None
        if found is None or found.organization_id != organization_id or found.deleted_at is not None:
            raise NotFound("No assessment has this id.")
        return found

    @classmethod
    def page(
        cls, session: Session, organization_id: str, after: tuple[datetime, str] | None, limit: int
    ) -> list["Assessment"]:
        """Up to `limit` assessments, newest first, from the place after the one given."""
        query = (
            select(cls)
            .where(cls.organization_id == organization_id, cls.deleted_at.is_(None))
            .order_by(cls.created_at.desc(), cls.id.desc())
            .limit(limit)
        )
        if after is not None:
            query = query.where(tuple_(cls.created_at, cls.id) < tuple_(*after, types=(UtcDateTime(), Id)))
        return list(session.scalars(query))

    def form(self, session: Session) -> Form | None:
        """Its form; None for a task."""
        return session.get(Form, self.form_id) if self.form_id else None
