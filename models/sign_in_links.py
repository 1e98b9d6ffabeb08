"""Links that sign a person in to the console, once and soon."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, utcnow

# From the terminal that shows it to the browser beside it.
VALID_FOR = timedelta(minutes=15)


class SignInLink(Base):
    """A link that was made and not used yet: of its text the hash alone, and the key that it stands for."""

    __tablename__ = "sign_in_links"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    api_key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id"))
    expires_at: Mapped[datetime]


def create(session: Session, api_key_id: str) -> str:
    """The secret part of a new link, 256 random bits: this is the one time it can be seen."""
    text = secrets.token_urlsafe(32)
    session.execute(delete(SignInLink).where(SignInLink.expires_at <= utcnow()))
    session.add(SignInLink(digest=_digest(text), api_key_id=api_key_id, expires_at=utcnow() + VALID_FOR))
    return text


def redeem(session: Session, text: str) -> str | None:
    """Use the link up: the id of its key; None for one that is wrong, used or too old."""
    used = delete(SignInLink).where(SignInLink.digest == _digest(text)).returning(SignInLink)
    found = session.scalars(used).one_or_none()
    return found.api_key_id if found is not None and found.expires_at > utcnow() else None


def _digest(text: str) -> bytes:
    # As many random bits as the hash has: no key is needed to keep it from being guessed.
    return hashlib.sha256(text.encode()).digest()
