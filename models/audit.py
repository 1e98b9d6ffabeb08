"""Who changed what of an organisation's, and when: append-only."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Json, Serial, utcnow

COMMAND_LINE = "command line"


class AuditEntry(Base):
    """One change: `actor` is a key's label or the command line, `action` an operation's id.

    `subject` holds the ids that the call named, and nothing of what was written: no name, no text, no secret.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_list", "organization_id", "id"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    actor: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(80))
    subject: Mapped[Json]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    @classmethod
    def page(
        cls, session: Session, organization_id: str, before: int | None, limit: int
    ) -> list["AuditEntry"]:
        """Up to `limit` entries, the newest first, from below the id that is given."""
        query = select(cls).where(cls.organization_id == organization_id)
        if before is not None:
            query = query.where(cls.id < before)
        return list(session.scalars(query.order_by(cls.id.desc()).limit(limit)))


def record(session: Session, organization_id: str, actor: str, action: str, **subject: Any) -> None:
    """Add an entry, in the transaction of what it tells of."""
    session.add(AuditEntry(organization_id=organization_id, actor=actor, action=action, subject=subject))
