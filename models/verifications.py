"""Verifications: a person's skills, proven by an assessment that builds on what the person has done.

What may be done in which state is in `models/eligibility.py`; scoring in `models/submissions.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import credentials, paging
from models.base import Base, Id, Word, new_id, parse_id, utcnow
from models.credentials import PREFIX_LENGTH
from models.errors import NotFound, Refused
from models.organizations import MODES, Caller
from models.task_executions import OPEN, TaskExecution

PROJECT, EXPERIENCE, CERTIFICATE = "project", "experience", "certificate"
HUMAN, ASSESSMENT = "human", "assessment"
METHODS = (HUMAN, ASSESSMENT)
PENDING, VERIFIED, REJECTED = "pending", "verified", "rejected"
# The contract's 3,456,000 seconds.
TOKEN_KEPT = timedelta(days=40)
TOKEN_HEADS = tuple(f"st_{mode}_" for mode in MODES)
ASK_ANEW = "POST /api/v1/verify gives a new one"
MOST_SKILLS = 10
QUESTIONS = 10
PASS_MARK = 60


class Student(Base):
    """A person as one organisation knows them: verifications of one student share what was asked."""

    __tablename__ = "students"
    __table_args__ = (UniqueConstraint("organization_id", "mode", "external_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    mode: Mapped[str] = mapped_column(Word)
    external_id: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Verification(Base):
    """One session of a student: what is to be verified, by which method, and how far it is.

    `sources` is `[{"kind", "id", "name", "organization", "description", "start", "end", "is_chosen"}]`.
    `form_id` is the current form, made for the attempt with the number `form_attempt`; a passed attempt
    locks. Webhooks go out on the channel of the id, mails on `mail_channel`; `sequence` counts the events.
    """

    __tablename__ = "verifications"
    __table_args__ = (
        Index("ix_verifications_list", "organization_id", "created_at", "id"),
        Index("ix_verifications_student", "student_id"),
        Index("ix_verifications_form", "form_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    student_id: Mapped[str] = mapped_column(ForeignKey("students.id"))
    mode: Mapped[str] = mapped_column(Word)
    created_by: Mapped[str] = mapped_column(String(200))
    token_prefix: Mapped[str] = mapped_column(String(PREFIX_LENGTH), unique=True)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    token_expires_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(40))
    callback_url: Mapped[str] = mapped_column(Text)
    sources: Mapped[list[Any]]
    method: Mapped[str | None] = mapped_column(Word)
    form_id: Mapped[str | None] = mapped_column(ForeignKey("forms.id"))
    form_attempt: Mapped[int] = mapped_column(default=0)
    attempts_made: Mapped[int] = mapped_column(default=0)
    mail_channel: Mapped[str] = mapped_column(Id, default=new_id)
    sequence: Mapped[int] = mapped_column(default=0)
    initiated_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)
    erased_at: Mapped[datetime | None]

    @property
    def record_id(self) -> str:
        """The id on the wire, e.g. `ver_live_3f0c…`."""
        return f"ver_{self.mode}_{UUID(self.id).hex}"

    @property
    def chosen(self) -> list[dict[str, Any]]:
        """The sources that step 3 has chosen."""
        return [source for source in self.sources if source["is_chosen"]]

    @property
    def has_open_form(self) -> bool:
        """Whether there is a form that nobody has answered."""
        return self.form_id is not None and self.form_attempt > self.attempts_made

    @classmethod
    def get(cls, session: Session, organization_id: str, text: str, lock: bool = False) -> "Verification":
        """The organisation's verification of that id on the wire; raises NotFound for anything else."""
        verification_id = _stored_id(text)
        query = (
            select(cls)
            .where(cls.id == verification_id, cls.organization_id == organization_id, cls.erased_at.is_(None))
            .execution_options(populate_existing=True)
        )
        found = session.scalar(query.with_for_update() if lock else query) if verification_id else None
        if found is None or found.record_id != text:
            raise NotFound("No verification has this id.")
        return found

    @classmethod
    def of_token(cls, session: Session, token: str, secret_key: bytes) -> "Verification":
        """The verification whose session token this is; raises Refused for a wrong or an expired one."""
        parsed = credentials.parse(token, TOKEN_HEADS)
        prefix = parsed[1] if parsed else ""
        found = session.scalar(select(cls).where(cls.token_prefix == prefix)) if parsed else None
        is_true = credentials.is_true(token, found.token_digest if found else None, secret_key)
        if found is None or not is_true or found.erased_at is not None:
            raise Refused("INVALID_SESSION", f"The session token is wrong; {ASK_ANEW}.")
        if found.token_expires_at <= utcnow():
            raise Refused("INVALID_SESSION", f"The session has expired; {ASK_ANEW}.")
        return found

    @classmethod
    def locked(cls, session: Session, verification_id: str) -> "Verification":
        """The verification, held until the transaction ends; raises Refused where it was erased meanwhile."""
        query = select(cls).where(cls.id == verification_id).with_for_update()
        found = session.scalars(query.execution_options(populate_existing=True)).one()
        if found.erased_at is not None:
            raise Refused("INVALID_SESSION", "The session's data has been erased.")
        return found

    @classmethod
    def page(
        cls,
        session: Session,
        organization_id: str,
        student: str | None,
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> list["Listed"]:
        """Up to `limit` verifications, newest first, of all students or of one."""
        is_generating = exists().where(
            TaskExecution.verification_id == cls.id, TaskExecution.status.in_(OPEN)
        )
        query = (
            select(cls, Student.external_id, is_generating)
            .join(Student, Student.id == cls.student_id)
            .where(cls.organization_id == organization_id, cls.erased_at.is_(None))
        )
        if student is not None:
            query = query.where(Student.external_id == student)
        query = paging.newest_first(query, cls.created_at, cls.id, after, limit)
        return [Listed(*row) for row in session.execute(query)]

    def student(self, session: Session) -> Student:
        """Whose it is."""
        return session.get_one(Student, self.student_id)

    def open_job(self, session: Session) -> str | None:
        """The job that is making a form for it at this moment."""
        return session.scalar(
            select(TaskExecution.id).where(
                TaskExecution.verification_id == self.id, TaskExecution.status.in_(OPEN)
            )
        )

    def latest_job(self, session: Session) -> str | None:
        """The job that made, or is to make, its latest form."""
        query = select(TaskExecution.id).where(TaskExecution.verification_id == self.id)
        return session.scalar(query.order_by(TaskExecution.created_at.desc()).limit(1))

    def state(self, is_generating: bool) -> str:
        """Where it stands, in a word: created, generating, ready, rejected or verified."""
        if self.locked_at is not None:
            return "verified"
        if is_generating:
            return "generating"
        if self.has_open_form:
            return "ready"
        return "rejected" if self.attempts_made else "created"

    def skills(self, session: Session) -> list["VerificationSkill"]:
        """What is to be verified, in the order given."""
        query = select(VerificationSkill).where(VerificationSkill.verification_id == self.id)
        return list(session.scalars(query.order_by(VerificationSkill.position)))

    def attempts(self, session: Session) -> list["Attempt"]:
        """The scored attempts, oldest first."""
        query = select(Attempt).where(Attempt.verification_id == self.id)
        return list(session.scalars(query.order_by(Attempt.number)))


@dataclass(frozen=True)
class Listed:
    """A verification as a list needs it, with whose it is."""

    verification: Verification
    student: str
    is_generating: bool

    @property
    def id(self) -> str:
        """What the list is ordered by, second."""
        return self.verification.id

    @property
    def created_at(self) -> datetime:
        """What the list is ordered by, first."""
        return self.verification.created_at


class VerificationSkill(Base):
    """A skill that is to be verified.

    `skill_id` is the caller's; `subject` is what its questions are filed under, known once there is a form.
    """

    __tablename__ = "verification_skills"

    verification_id: Mapped[str] = mapped_column(ForeignKey("verifications.id"), primary_key=True)
    skill_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str | None] = mapped_column(String(80))
    proof_urls: Mapped[list[Any]]
    status: Mapped[str] = mapped_column(Word, default=PENDING)
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[str | None] = mapped_column(Word)


class Attempt(Base):
    """A form answered and scored. It stays when its questions are replaced.

    `skills` is `[{"skillId", "name", "correct", "total", "stand_ins"}]`; `asked` tells what the person
    has seen, as `models/verification_forms.py` keeps it, so that no later form asks it again.
    """

    __tablename__ = "attempts"

    verification_id: Mapped[str] = mapped_column(ForeignKey("verifications.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    score: Mapped[int]
    passed: Mapped[bool]
    correct: Mapped[int]
    total: Mapped[int]
    skills: Mapped[list[Any]]
    asked: Mapped[list[Any]]
    submitted_at: Mapped[datetime] = mapped_column(default=utcnow)


@dataclass(frozen=True)
class NewVerification:
    """What a session begins with; `sources` and `skills` as their columns have them."""

    student: str
    name: str
    email: str | None
    phone: str | None
    callback_url: str
    sources: list[dict[str, Any]]
    skills: list[dict[str, Any]]


def create(
    session: Session, caller: Caller, new: NewVerification, secret_key: bytes
) -> tuple[Verification, str]:
    """Begin a session; the verification and the session's token, which can be seen this once."""
    student = student_of(session, caller.organization_id, caller.mode, new.student)
    token = credentials.issue(f"st_{caller.mode}_", secret_key)
    verification = Verification(
        organization_id=caller.organization_id,
        student_id=student.id,
        mode=caller.mode,
        created_by=caller.label,
        token_prefix=token.prefix,
        token_digest=token.digest,
        token_expires_at=utcnow() + TOKEN_KEPT,
        name=new.name,
        email=new.email,
        phone=new.phone,
        callback_url=new.callback_url,
        sources=new.sources,
    )
    session.add(verification)
    session.flush()
    set_skills(session, verification, new.skills)
    return verification, token.text


def student_of(session: Session, organization_id: str, mode: str, external_id: str) -> Student:
    """The student whom the organisation calls so, stored if new."""
    where = (
        Student.organization_id == organization_id,
        Student.mode == mode,
        Student.external_id == external_id,
    )
    found = session.scalar(select(Student).where(*where))
    if found is not None:
        return found
    try:
        with session.begin_nested():
            found = Student(organization_id=organization_id, mode=mode, external_id=external_id)
            session.add(found)
        return found
    except IntegrityError:
        # Another request stored the same student at this moment.
        return session.scalars(select(Student).where(*where)).one()


def set_skills(session: Session, verification: Verification, skills: Sequence[dict[str, Any]]) -> None:
    """Put these skills (`skill_id`, `name`, `proof_urls`) in the place of those before."""
    for row in verification.skills(session):
        session.delete(row)
    session.flush()
    for position, skill in enumerate(skills):
        session.add(VerificationSkill(verification_id=verification.id, position=position, **skill))


def _stored_id(text: str) -> str | None:
    head, _, rest = text.rpartition("_")
    if head not in {f"ver_{mode}" for mode in MODES} or len(rest) != 32 or not rest.isalnum():
        return None
    return parse_id(f"{rest[:8]}-{rest[8:12]}-{rest[12:16]}-{rest[16:20]}-{rest[20:]}")
