"""Organisations, their API keys and the secrets that sign their webhooks."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import credentials
from models.base import Base, Id, Word, new_id, utcnow
from models.credentials import PREFIX_LENGTH
from models.errors import InvalidInput, NotFound
from models.session import one_at_a_time

# Two who name a new organisation at once must get the same one.
NAMING_LOCK = 7_203_413
LIVE, TEST = "live", "test"
MODES = (LIVE, TEST)
HEADS = tuple(f"ak_{mode}_" for mode in MODES)


class Organization(Base):
    """Who owns jobs, assessments and keys. Nothing is shared between two of them."""

    __tablename__ = "organizations"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    monthly_budget_micro_dollars: Mapped[int | None] = mapped_column(BigInteger)
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
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    revoked_at: Mapped[datetime | None]

    @classmethod
    def create(cls, session: Session, organization: Organization, mode: str, secret_key: bytes) -> str:
        """Make a key and return it: this is the one time it can be seen."""
        if mode not in MODES:
            raise InvalidInput(f"A key's mode is {mode!r}; it must be live or test.")
        key = credentials.issue(f"ak_{mode}_", secret_key)
        session.add(cls(organization_id=organization.id, prefix=key.prefix, digest=key.digest, mode=mode))
        return key.text

    @classmethod
    def revoke(cls, session: Session, organization: Organization, prefix: str) -> "ApiKey":
        """Make the key whose prefix this is useless; raises NotFound."""
        key = session.scalar(select(cls).where(cls.organization_id == organization.id, cls.prefix == prefix))
        if key is None:
            raise NotFound(f"{organization.name} has no key with the prefix {prefix!r}.")
        key.revoked_at = key.revoked_at or utcnow()
        return key


@dataclass(frozen=True)
class Caller:
    """Who calls: an organisation by one of its keys."""

    organization_id: str
    key_id: str
    key_prefix: str
    mode: str

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
    if found is None or found.revoked_at is not None or f"ak_{found.mode}_" != head:
        return None
    return Caller(found.organization_id, found.id, found.prefix, found.mode)


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
