"""Inviting candidates: keys are made, revoked, and go with their assessment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from models import credentials
from models.assessments import Assessment
from models.base import utcnow
from models.candidates import CandidateKey

MOST_KEYS = 50
MOST_EXTRA_PERCENT = 300
LONGEST_EMAIL, LONGEST_NAME = 320, 200


@dataclass(frozen=True)
class Candidate:
    """Who gets a key, as far as is told; `extra_percent` is their accommodation."""

    email: str | None = None
    name: str | None = None
    extra_percent: int = 0


@dataclass(frozen=True)
class Issued:
    """A new key; its text can be seen this once."""

    key: CandidateKey
    text: str


def issue(
    session: Session,
    assessment: Assessment,
    candidates: Sequence[Candidate],
    mode: str,
    by: str,
    secret_key: bytes,
    days: int | None = None,
) -> list[Issued]:
    """A key for each candidate, in their order, good for so many days from now; None: the assessment's.

    The assessment is to be held, so that none is made while it is deleted.
    """
    now = utcnow()
    issued = []
    for place, candidate in enumerate(candidates):
        credential = credentials.issue(f"ck_{mode}_", secret_key)
        key = CandidateKey(
            organization_id=assessment.organization_id,
            assessment_id=assessment.id,
            mode=mode,
            prefix=credential.prefix,
            digest=credential.digest,
            candidate_email=candidate.email,
            candidate_name=candidate.name,
            extra_percent=candidate.extra_percent,
            expires_at=now + timedelta(days=days or assessment.expires_in_days),
            created_by=by,
            # Lists are in the order of time, and the candidates were named in an order.
            created_at=now + timedelta(microseconds=place),
        )
        session.add(key)
        issued.append(Issued(key, credential.text))
    session.flush()
    return issued


def revoke(key: CandidateKey) -> None:
    """Make a key useless from now on; what its session has saved stays."""
    key.revoked_at = key.revoked_at or utcnow()


def delete(session: Session, assessment: Assessment) -> None:
    """Delete an assessment, softly, and revoke its keys. Results stay with their sessions."""
    now = utcnow()
    assessment.deleted_at = now
    session.execute(
        update(CandidateKey)
        .where(CandidateKey.assessment_id == assessment.id, CandidateKey.revoked_at.is_(None))
        .values(revoked_at=now)
    )
