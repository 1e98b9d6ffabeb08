"""What people of the organisation say of a session as a whole; every version is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Serial, utcnow
from models.candidates import IN_PROGRESS, CandidateSession
from models.errors import Conflict


class SessionComment(Base):
    """A comment on a session; the last one counts, those before it are its versions."""

    __tablename__ = "session_comments"
    __table_args__ = (Index("ix_session_comments_session", "session_id", "id"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("candidate_sessions.id"))
    text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    @classmethod
    def of_session(cls, session: Session, session_id: str) -> list["SessionComment"]:
        """All versions, the first one first."""
        return list(session.scalars(select(cls).where(cls.session_id == session_id).order_by(cls.id)))


def check_submitted(taken: CandidateSession) -> None:
    """Raise Conflict where the candidate is still at work: there is nothing to judge yet."""
    if taken.status == IN_PROGRESS:
        raise Conflict("This session has not been submitted yet.")


def write(session: Session, taken: CandidateSession, text: str | None, by: str) -> None:
    """Store a comment on a session that is held; None takes the last one back."""
    check_submitted(taken)
    session.add(SessionComment(session_id=taken.id, text=text or "", written_by=by))
    taken.updated_at = utcnow()
    session.flush()
