"""Requests that are answered once: the same key and body get the first answer again for 24 hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, ForeignKey, Index, String, Text, delete, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Id, Json, utcnow
from models.errors import Conflict, IdempotencyMismatch
from models.session import Database

IS_ABOUT = text("about IS NOT NULL")
KEPT = timedelta(hours=24)
# A request that has run for longer died with its process: nothing of it was committed.
GIVEN_UP = timedelta(minutes=2)


class IdempotentRequest(Base):
    """A key, the hash of what it was sent with and, once known, the answer."""

    __tablename__ = "idempotent_requests"
    __table_args__ = (
        Index("ix_idempotent_requests_age", "created_at"),
        Index("ix_idempotent_requests_about", "about", postgresql_where=IS_ABOUT, sqlite_where=IS_ABOUT),
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    status_code: Mapped[int | None]
    headers: Mapped[Json | None]
    body: Mapped[str | None] = mapped_column(Text)
    about: Mapped[str | None] = mapped_column(Id)


@dataclass(frozen=True)
class Answer:
    """An answer as it went out: what is replayed. `about` names the verification that it tells of."""

    status_code: int
    headers: dict[str, str]
    body: str
    about: str | None = None


def reserve(database: Database, organization_id: str, key: str, fingerprint: str) -> Answer | None:
    """Take the key for this request (None), or give the answer that it had.

    Raises IdempotencyMismatch where the key was used with another request, Conflict where that
    request is still running.
    """
    try:
        with database.write() as session:
            _forget_old(session, organization_id, key)
            session.add(IdempotentRequest(organization_id=organization_id, key=key, fingerprint=fingerprint))
        return None
    except IntegrityError:
        return _answer(database, organization_id, key, fingerprint)


def _forget_old(session: Session, organization_id: str, key: str) -> None:
    now = utcnow()
    mine = (IdempotentRequest.organization_id == organization_id) & (IdempotentRequest.key == key)
    session.execute(delete(IdempotentRequest).where(mine, IdempotentRequest.created_at < now - KEPT))
    session.execute(
        delete(IdempotentRequest).where(
            mine, IdempotentRequest.status_code.is_(None), IdempotentRequest.created_at < now - GIVEN_UP
        )
    )


def _answer(database: Database, organization_id: str, key: str, fingerprint: str) -> Answer:
    with database.read() as session:
        found = session.scalar(
            select(IdempotentRequest).where(
                IdempotentRequest.organization_id == organization_id, IdempotentRequest.key == key
            )
        )
    if found is not None and found.fingerprint != fingerprint:
        raise IdempotencyMismatch("This Idempotency-Key was used with another request; use a new key.")
    if found is None or found.status_code is None:
        raise Conflict("A request with this Idempotency-Key is still running; try again in a moment.")
    return Answer(found.status_code, dict(found.headers or {}), found.body or "")


def complete(session: Session, organization_id: str, key: str, answer: Answer) -> None:
    """Keep the answer, in the transaction that made what it tells of."""
    row = session.get_one(IdempotentRequest, (organization_id, key))
    row.status_code, row.headers, row.body = answer.status_code, dict(answer.headers), answer.body
    row.about = answer.about


def forget_expired(connection: Connection) -> None:
    """Delete the answers that are kept no longer."""
    connection.execute(delete(IdempotentRequest).where(IdempotentRequest.created_at < utcnow() - KEPT))


def empty_about(session: Session, verification_id: str) -> None:
    """Empty the answers that tell of a verification; their keys stay used, so that no retry makes it anew."""
    session.execute(
        update(IdempotentRequest).where(IdempotentRequest.about == verification_id).values(body="")
    )


def release(database: Database, organization_id: str, key: str) -> None:
    """Give the key back: the request was refused and made nothing."""
    with database.write() as session:
        session.execute(
            delete(IdempotentRequest).where(
                IdempotentRequest.organization_id == organization_id,
                IdempotentRequest.key == key,
                IdempotentRequest.status_code.is_(None),
            )
        )
