"""Organisations, their API keys and the secrets that sign their webhooks."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Id, Word, new_id, utcnow
from models.errors import InvalidInput, NotFound
from models.session import one_at_a_time

# Two who name a new organisation at once must get the same one.
NAMING_LOCK = 7_203_413
LIVE, TEST = "live", "test"
MODES = (LIVE, TEST)
PREFIX_LENGTH = 10
# Without 0, O, 1, l and I: keys are also read from paper and typed.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Organization(Base):
    """Who owns jobs, assessments and keys. Nothing is shared between two of them."""

    __tablename__ = "organizations"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
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
        prefix, body = _letters(PREFIX_LENGTH), _letters(32)
        key = f"ak_{mode}_{prefix}{body}"
        session.add(
            cls(organization_id=organization.id, prefix=prefix, digest=_digest(key, secret_key), mode=mode)
        )
        return key

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


def authenticate(session: Session, key: str, secret_key: bytes) -> Caller | None:
    """The caller whose key this is; None for a wrong, malformed or revoked one."""
    mode, prefix = _parse(key)
    if prefix is None:
        return None
    found = session.scalar(select(ApiKey).where(ApiKey.prefix == prefix))
    expected = found.digest if found else bytes(32)
    # Compared in any case, so that the time taken does not tell whether the prefix exists.
    if not hmac.compare_digest(_digest(key, secret_key), expected):
        return None
    if found is None or found.revoked_at is not None or found.mode != mode:
        return None
    return Caller(found.organization_id, found.id, found.prefix, found.mode)


def _parse(key: str) -> tuple[str, str | None]:
    for mode in MODES:
        head = f"ak_{mode}_"
        body = key.removeprefix(head)
        if key.startswith(head) and len(body) == PREFIX_LENGTH + 32 and set(body) <= set(ALPHABET):
            return mode, body[:PREFIX_LENGTH]
    return "", None


def _letters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def _digest(key: str, secret_key: bytes) -> bytes:
    # A fast keyed hash is enough: the key has 187 random bits, so there is nothing to guess.
    return hashlib.blake2b(key.encode(), key=hashlib.sha256(secret_key).digest(), digest_size=32).digest()


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
