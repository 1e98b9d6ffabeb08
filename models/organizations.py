"""Organisations, their API keys and the secrets that sign their webhooks."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    ForeignKey,
    LargeBinary,
    Row,
    String,
    select,
    update,
)
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


@dataclass(frozen=True)
class Quota:
    """How many jobs may be begun in a day (UTC), and how many may be open at once; 0 is no limit."""

    jobs_per_day: int = 0
    open_jobs: int = 0

    @property
    def is_limit(self) -> bool:
        """Whether it limits anything."""
        return bool(self.jobs_per_day or self.open_jobs)


UNLIMITED = Quota()


def quota_of(jobs_per_day: int | None, open_jobs: int | None, defaults: Quota) -> Quota:
    """An organisation's quota from its own numbers; `defaults` holds where one is None."""
    return Quota(
        defaults.jobs_per_day if jobs_per_day is None else jobs_per_day,
        defaults.open_jobs if open_jobs is None else open_jobs,
    )


class Organization(Base):
    """Who owns jobs, assessments and keys. Nothing is shared between two of them."""

    __tablename__ = "organizations"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    monthly_budget_micro_dollars: Mapped[int | None] = mapped_column(BigInteger)
    owner_email: Mapped[str | None] = mapped_column(String(320))
    # None: as the installation's settings have it; 0: no limit.
    jobs_per_day: Mapped[int | None]
    open_jobs: Mapped[int | None]
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
    quota: Quota = UNLIMITED

    @property
    def label(self) -> str:
        """Whose name stands on what this caller makes, e.g. `api_key:ab12cd34`."""
        return f"api_key:{self.key_prefix}"


def authenticate(session: Session, key: str, secret_key: bytes, defaults: Quota = UNLIMITED) -> Caller | None:
    """The caller whose key this is; None for a wrong, malformed or revoked one.

    `defaults` is the quota of an organisation without one of its own.
    """
    parsed = credentials.parse(key, HEADS)
    if parsed is None:
        return None
    head, prefix = parsed
    row = session.execute(_WITH_QUOTA.where(ApiKey.prefix == prefix)).one_or_none()
    if not credentials.is_true(key, row[0].digest if row is not None else None, secret_key):
        return None
    if row is None or f"ak_{row[0].mode}_" != head:
        return None
    return _caller(row, defaults)


def caller_by(session: Session, key_id: str, defaults: Quota = UNLIMITED) -> Caller | None:
    """The caller who showed this key earlier; None once the key is not in force any more."""
    row = session.execute(_WITH_QUOTA.where(ApiKey.id == key_id)).one_or_none()
    return _caller(row, defaults) if row is not None else None


_WITH_QUOTA = select(ApiKey, Organization.jobs_per_day, Organization.open_jobs).join(
    Organization, Organization.id == ApiKey.organization_id
)


def _caller(row: Row[ApiKey, int | None, int | None], defaults: Quota) -> Caller | None:
    key, jobs_per_day, open_jobs = row
    if not key.is_in_force:
        return None
    return Caller(
        key.organization_id,
        key.id,
        key.prefix,
        key.mode,
        scopes=frozenset(key.scopes),
        is_use_due=key.last_used_at is None or key.last_used_at <= utcnow() - USED_EVERY,
        quota=quota_of(jobs_per_day, open_jobs, defaults),
    )


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


class SigningSecret:
    """A secret that signs what somebody is sent; two of them count while one is rotated."""

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    secret: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime | None]

    @classmethod
    def in_force(cls, session: Session, whose: ColumnElement[bool]) -> list[str]:
        """The secrets that sign now, the newest first."""
        now = utcnow()
        rows = session.scalars(select(cls).where(whose).order_by(cls.created_at.desc()))
        return [row.secret for row in rows if row.expires_at is None or row.expires_at > now]


class WebhookSecret(SigningSecret, Base):
    """A secret of an organisation's own webhooks."""

    __tablename__ = "webhook_secrets"

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"), index=True)

    @classmethod
    def new(cls, organization_id: str) -> "WebhookSecret":
        """A fresh secret of the organisation's."""
        return cls(organization_id=organization_id, secret=new_webhook_secret())

    @classmethod
    def valid(cls, session: Session, organization_id: str) -> list[str]:
        """The secrets that sign now, the newest first."""
        return cls.in_force(session, cls.organization_id == organization_id)
