"""What a verification tells its caller: events, and their deliveries to the callback address."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models.base import Json, iso_time, table_of, utcnow
from models.events import Delivery, Event, delivery_row
from models.verifications import VERIFIED, Verification, VerificationSkill
from models.webhook_listeners import listeners, rows_for

INITIATED, COMPLETED = "verification.initiated", "verification.completed"


def tell(session: Session, verification: Verification, kind: str, **more: object) -> None:
    """Record an event with its delivery; `more` joins the ids and the skills in its data."""
    now = utcnow()
    verification.sequence += 1
    body: Json = {
        "type": kind,
        "timestamp": iso_time(now),
        "data": {
            "recordVerificationId": verification.record_id,
            "recordUserId": verification.student_id,
            "externalStudentId": verification.student(session).external_id,
            "skills": [skill_state(skill) for skill in verification.skills(session)],
            **more,
        },
    }
    event = {
        "organization_id": verification.organization_id,
        "verification_id": verification.id,
        "type": kind,
        "sequence": verification.sequence,
        "payload": body,
        "created_at": now,
    }
    session.execute(insert(table_of(Event)), [event])
    row = delivery_row(
        verification.organization_id,
        verification.id,
        verification.sequence,
        verification.callback_url,
        body,
        now,
        verification_id=verification.id,
    )
    known = listeners(session.connection(), [verification.organization_id])
    fanned = rows_for(
        known,
        verification.organization_id,
        verification.sequence,
        body,
        now,
        verification_id=verification.id,
    )
    session.execute(insert(table_of(Delivery)), [row, *fanned])


def skill_state(skill: VerificationSkill) -> Json:
    """A skill as the contract shows it."""
    return {
        "skillId": skill.skill_id,
        "name": skill.name,
        "verified": skill.status == VERIFIED,
        "status": skill.status,
        "verifiedAt": iso_time(skill.verified_at) if skill.verified_at else None,
        "verifiedBy": skill.verified_by,
    }
