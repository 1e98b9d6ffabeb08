"""Organisations, their API keys and the secrets that sign their webhooks."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, ForeignKey, LargeBinary, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import credentials
from models.base import Base, Id, Word, new_id, utcnow
from models.credentials import PREFIX_LENGTH
from models.errors import Conflict, InvalidInput, NotFound
from models.session import one_at_a_time

# Two who name a new organisation at once must get the same one.
NAMING_LOCK = 7_203_413
LIVE, TEST = "live", "test"
MODES = (LIVE, TEST)
# What a key may do: look; make assessments, keys and results; erase, delete, approve, say who is told.
READ, GENERATE, ADMIN = "read", "generate", "admin"
SCOPES = (READ, GENERATE, ADMIN)
# So often at most it is stored when a key was used last.
USED_EVERY = timedelta(minutes=1)
HEADS = tuple(f"ak_{mode}_" for mode in MODES)


class Organization(Base):
    """Who owns jobs, assessments and keys. Nothing is shared between two of them."""

    __tablename__ = "organizations"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    monthly_budget_micro_dollars: Mapped[int | None] = mapped_column(BigInteger)
    owner_email: Mapped[str | None] = mapped_column(String(320))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    @classmethod
    def named(cls, session: Session, name: str) -> "Organization":
        """The organisation of that name, made if there is none yet."""
        name = name.strip()
        if not name or len(name) > 200:
            raise InvalidInput("An organisation's name has 1 to 200 characters.")
        one_at_a_time(session.connection(), NAMING_LOCK)
        found = session.scalar(select(cls).where(cls.name == name))
        if found:
            return found
        organization = cls(name=name)
        session.add(organization)
        session.flush()
        session.add(WebhookSecret.new(organization.id))
        return organization


class ApiKey(Base):
    """An organisation's key: looked up by its first letters, compared by its hash."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"), index=True)
    prefix: Mapped[str] = mapped_column(String(PREFIX_LENGTH), unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    mode: Mapped[str] = mapped_column(Word)
    scopes: Mapped[list[Any]] = mapped_column(default=lambda: list(SCOPES))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    @classmethod
    def create(
        cls,
        session: Session,
        organization: Organization,
        mode: str,
        secret_key: bytes,
        scopes: Sequence[str] = SCOPES,
        expires_at: datetime | None = None,
    ) -> str:
        """Make a key and return it: this is the one time it can be seen."""
        if mode not in MODES:
            raise InvalidInput(f"A key's mode is {mode!r}; it must be live or test.")
        if not scopes or not set(scopes) <= set(SCOPES):
            raise InvalidInput(f"A key's scopes are some of {', '.join(SCOPES)}, and at least one.")
        key = credentials.issue(f"ak_{mode}_", secret_key)
        row = cls(
            organization_id=organization.id,
            prefix=key.prefix,
            digest=key.digest,
            mode=mode,
            scopes=[one for one in SCOPES if one in scopes],
            expires_at=expires_at,
        )
        session.add(row)
        session.flush()
        return key.text

    @classmethod
    def revoke(cls, session: Session, organization: Organization, prefix: str) -> "ApiKey":
        """Make the key whose prefix this is useless; raises NotFound."""
        key = cls._of_prefix(session, organization, prefix)
        key.revoked_at = key.revoked_at or utcnow()
        return key

    @classmethod
    def rotate(
        cls, session: Session, organization: Organization, prefix: str, overlap: timedelta, secret_key: bytes
    ) -> str:
        """Make a key that may do the same; the old one works for so long yet. Raises NotFound, Conflict."""
        old = cls._of_prefix(session, organization, prefix)
        if not old.is_in_force:
            raise Conflict(f"The key {prefix} is revoked or has expired; make a new one.")
        until = utcnow() + overlap
        text = cls.create(session, organization, old.mode, secret_key, old.scopes)
        old.expires_at = min(until, old.expires_at) if old.expires_at else until
        return text

    @classmethod
    def _of_prefix(cls, session: Session, organization: Organization, prefix: str) -> "ApiKey":
        key = session.scalar(select(cls).where(cls.organization_id == organization.id, cls.prefix == prefix))
        if key is None:
            raise NotFound(f"{organization.name} has no key with the prefix {prefix!r}.")
        return key

    @property
    def is_in_force(self) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > utcnow())


@dataclass(frozen=True)
class Caller:
    """Who calls: an organisation by one of its keys.

    `is_use_due`: it was not stored lately that the key is used.
    """

    organization_id: str
    key_id: str
    key_prefix: str
    mode: str
    scopes: frozenset[str] = frozenset(SCOPES)
    is_use_due: bool = False

    @property
    def label(self) -> str:
        """Whose name stands on what this caller makes, e.g. `api_key:ab12cd34`."""
        return f"api_key:{self.key_prefix}"


def authenticate(session: Session, key: str, secret_key: bytes) -> Caller | None:
    """The caller whose key this is; None for a wrong, malformed or revoked one."""
    parsed = credentials.parse(key, HEADS)
    if parsed is None:
        return None
    head, prefix = parsed
    found = session.scalar(select(ApiKey).where(ApiKey.prefix == prefix))
    if not credentials.is_true(key, found.digest if found else None, secret_key):
        return None
    if found is None or not found.is_in_force or f"ak_{found.mode}_" != head:
        return None
    is_use_due = found.last_used_at is None or found.last_used_at <= utcnow() - USED_EVERY
    scopes = frozenset(found.scopes)
    return Caller(found.organization_id, found.id, found.prefix, found.mode, scopes, is_use_due)


def prefix_of(key: str) -> str:
    """What of a key may be shown and stored."""
    parsed = credentials.parse(key, HEADS)
    assert parsed is not None
    return parsed[1]


def stamp_use(connection: Connection, key_id: str) -> None:
    """Store that the key was used now."""
    connection.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=utcnow()))


def new_webhook_secret() -> str:
    """A signing secret in the form of Standard Webhooks: `whsec_` and the base64 of 32 random bytes.

    The standard asks for 24 to 64 bytes; 32 is the size of the hash.
    """
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class WebhookSecret(Base):
    """A secret that signs an organisation's webhooks; several count while one is rotated."""

    __tablename__ = "webhook_secrets"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"), index=True)
    secret: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime | None]

    @classmethod
    def new(cls, organization_id: str) -> "WebhookSecret":
        """A fresh secret of the organisation's."""
        return cls(organization_id=organization_id, secret=new_webhook_secret())

    @classmethod
    def valid(cls, session: Session, organization_id: str) -> list[str]:
        """The secrets that sign now, the newest first."""
        now = utcnow()
        rows = session.scalars(
            select(cls).where(cls.organization_id == organization_id).order_by(cls.created_at.desc())
        )
        return [row.secret for row in rows if row.expires_at is None or row.expires_at > now]
