"""Erasing a verification: the person's data goes from every table, the counts stay.

What stays: the attempts' scores and counts per skill, the states of skills that the taxonomy names, the
cost of the model's calls.
"""

from dataclasses import dataclass

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from models import erased_jobs, idempotency, webhook_deliveries
from models.base import utcnow
from models.erased_jobs import ERASED
from models.events import Delivery, Event
from models.skills import Skill
from models.task_executions import TaskExecution
from models.verification_forms import delete_form
from models.verifications import Attempt, Student, Verification


@dataclass(frozen=True)
class Erased:
    """What was erased: whether it was the student's last verification, and the ids of the mails sent."""

    was_last: bool
    mails: tuple[str, ...]


def erase(session: Session, organization_id: str, record_id: str) -> Erased:
    """Erase a verification, and with the student's last one all that names them.

    Raises NotFound for one that is not the organisation's, or erased already.
    """
    verification = Verification.get(session, organization_id, record_id)
    made_by = select(TaskExecution.id).where(TaskExecution.verification_id == verification.id)
    jobs = erased_jobs.locked(session, session.scalars(made_by).all())
    verification = Verification.get(session, organization_id, record_id, lock=True)
    for job in jobs:
        erased_jobs.empty(session, job)
    form_id, verification.form_id = verification.form_id, None
    session.flush()
    if form_id is not None:
        delete_form(session, form_id)
    mails = _mails(session, verification)
    _erase_told(session, verification)
    idempotency.empty_about(session, verification.id)
    _erase_skills(session, verification)
    session.execute(update(Attempt).where(Attempt.verification_id == verification.id).values(asked=[]))
    now = utcnow()
    verification.name = ""
    verification.email = verification.phone = None
    verification.callback_url = ""
    verification.sources = []
    verification.erased_at = verification.updated_at = now
    session.flush()
    return Erased(_erase_student(session, verification), mails)


def _mails(session: Session, verification: Verification) -> tuple[str, ...]:
    sent = select(Delivery.message_id).where(Delivery.channel == verification.mail_channel)
    return tuple(session.scalars(sent))


def _erase_told(session: Session, verification: Verification) -> None:
    """Events and deliveries, to its own address, to endpoints and by mail."""
    session.execute(delete(Event).where(Event.verification_id == verification.id))
    channels = (verification.id, verification.mail_channel)
    webhook_deliveries.erase(session, Delivery.channel.in_(channels), ERASED)
    webhook_deliveries.erase(session, Delivery.verification_id == verification.id, ERASED)


def _erase_skills(session: Session, verification: Verification) -> None:
    """The proofs, and the names that are not the taxonomy's: only the caller knows those."""
    skills, attempts = verification.skills(session), verification.attempts(session)
    names = {skill.name for skill in skills} | {one["name"] for attempt in attempts for one in attempt.skills}
    known = set(session.scalars(select(Skill.name).where(Skill.name.in_(names))))
    for skill in skills:
        skill.proof_urls = []
        if skill.name not in known:
            skill.skill_id, skill.name, skill.subject = f"{ERASED} {skill.position}", "", None
    for attempt in attempts:
        # Skills that were replaced since stand here alone.
        attempt.skills = [
            one if one["name"] in known else {**one, "skillId": ERASED, "name": ""} for one in attempt.skills
        ]


def _erase_student(session: Session, verification: Verification) -> bool:
    others = exists().where(
        Verification.student_id == verification.student_id, Verification.erased_at.is_(None)
    )
    if session.scalar(select(others)):
        return False
    session.execute(
        update(Student)
        .where(Student.id == verification.student_id)
        # The column is unique in the organisation, and the same id may come again.
        .values(external_id=f"erased:{verification.student_id}")
    )
    return True
