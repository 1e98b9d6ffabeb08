"""A verification's form: who makes it, what the person sees of it, and what is never asked again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, aliased

from models import eligibility, forms, quotas
from models.base import Json, utcnow
from models.eligibility import GENERATE
from models.errors import NotFound
from models.forms import Form, FormQuestion, ShownQuestion
from models.organizations import UNLIMITED, Quota
from models.questions import Question, QuestionKey
from models.task_executions import VERIFICATION_FORM, Submission
from models.verification_events import INITIATED, tell
from models.verifications import Attempt, Verification, VerificationSkill

GONE = "The verification has these questions already, or has been erased."


@dataclass(frozen=True)
class Begun:
    """What a call for questions came to: the job to wait for, if any, and whether this call made it."""

    record_id: str
    execution_id: str | None
    is_new: bool


def begin(
    session: Session,
    verification_id: str,
    call: str,
    created_by: str,
    seed_of: Callable[[Json, str], int],
    defaults: Quota = UNLIMITED,
) -> Begun:
    """Accept the job that makes a form, unless one is at work or the form is there already.

    `call` is `generate` or `retake`; `seed_of` gives a seed for what decides the form, and the mode;
    `defaults` is the quota of an organisation without one of its own. Raises OverQuota, and Refused by the
    table of `models/eligibility.py`. Two calls at once make one job.
    """
    verification = Verification.locked(session, verification_id)
    eligibility.check(session, verification, call)
    running = verification.open_job(session)
    is_there = verification.form_id is not None if call == GENERATE else verification.has_open_form
    if running is not None or is_there:
        return Begun(verification.record_id, running, is_new=False)
    attempt = verification.attempts_made + 1
    skills = [[skill.skill_id, skill.name] for skill in verification.skills(session)]
    decisive = {"sources": verification.chosen, "skills": skills, "attempt": attempt}
    submission = Submission(
        organization_id=verification.organization_id,
        created_by=created_by,
        mode=verification.mode,
        type=VERIFICATION_FORM,
        # The person's own text stays where it can be erased: the job looks it up.
        brief={"attempt": attempt},
        seed=seed_of(decisive, verification.mode),
        verification_id=verification.id,
        quota=quotas.of(session.connection(), verification.organization_id, defaults),
    )
    [execution_id] = quotas.accept(session.connection(), [submission])
    return Begun(verification.record_id, execution_id, is_new=True)


def shown(session: Session, verification: Verification, with_keys: bool = False) -> list[ShownQuestion]:
    """The current form's questions in order; none where there is no form."""
    form = session.get(Form, verification.form_id) if verification.form_id else None
    return forms.questions_of(session, form, with_keys) if form else []


def put(
    session: Session, verification_id: str, attempt: int, form_id: str, subjects: Mapping[str, str]
) -> Verification:
    """Put a stored form, made for this attempt, in the place of the one before, whose questions go.

    `subjects` says of each skill id what its questions are filed under. The first form is told of. Raises
    NotFound where nobody waits for the form any more.
    """
    verification = session.scalars(
        select(Verification).where(Verification.id == verification_id).with_for_update()
    ).one()
    is_due = attempt == verification.attempts_made + 1 and not verification.has_open_form
    if verification.erased_at is not None or not is_due:
        raise NotFound(GONE)
    old = verification.form_id
    verification.form_id = form_id
    verification.form_attempt = attempt
    verification.updated_at = utcnow()
    for skill in verification.skills(session):
        skill.subject = subjects[skill.skill_id]
    session.flush()
    if old is not None:
        delete_form(session, old)
    if verification.initiated_at is None:
        verification.initiated_at = utcnow()
        tell(session, verification, INITIATED)
    return verification


def delete_form(session: Session, form_id: str) -> None:
    """Delete a form, and those of its questions that were made for it alone."""
    elsewhere = aliased(FormQuestion)
    alone = session.scalars(
        select(Question.id)
        .join(FormQuestion, FormQuestion.question_id == Question.id)
        .where(
            FormQuestion.form_id == form_id,
            Question.organization_id.is_not(None),
            Question.is_kept.is_(False),
            ~exists().where(elsewhere.question_id == Question.id, elsewhere.form_id != form_id),
        )
    ).all()
    session.execute(delete(FormQuestion).where(FormQuestion.form_id == form_id))
    session.execute(delete(QuestionKey).where(QuestionKey.question_id.in_(alone)))
    session.execute(delete(Question).where(Question.id.in_(alone)))
    session.execute(delete(Form).where(Form.id == form_id))


def asked_of(one: ShownQuestion) -> Json:
    """What is remembered of a question so that it is not asked again, without the lead-in that names a work.

    `{"skill", "stem", "code", "right": [texts], "family", "made_of"}`.
    """
    assert one.key is not None
    question, key = one.question, one.key
    provenance = question.provenance
    texts = {option["id"]: option["text"] for option in question.options}
    return {
        "skill": question.skill,
        "stem": provenance.get("base_stem", question.stem),
        "code": question.code,
        "right": [texts[option_id] for option_id in key.correct],
        "family": provenance.get("model") if question.source == "item_model" else None,
        "made_of": provenance.get("made_of") or question.library_id or question.id,
    }


def asked_before(session: Session, verification: Verification) -> list[Json]:
    """What the student was asked in all their verifications: in scored attempts, and in current forms."""
    others = session.scalars(
        select(Verification).where(
            Verification.student_id == verification.student_id, Verification.erased_at.is_(None)
        )
    ).all()
    scored = session.scalars(
        select(Attempt.asked).where(Attempt.verification_id.in_([one.id for one in others]))
    )
    asked = [question for form in scored for question in form]
    for other in others:
        if other.has_open_form:
            asked += [asked_of(one) for one in shown(session, other, with_keys=True)]
    return asked


def skill_counts(
    skills: list[VerificationSkill], answered: Mapping[str, list[tuple[bool, bool]]]
) -> list[Json]:
    """Per skill how many of its questions were right, and how many stood in for it from a near skill.

    `answered` is (right, stands in) for each question, by what it counts for.
    """
    return [_count(skill, answered.get(skill.subject or "", [])) for skill in skills]


def _count(skill: VerificationSkill, answered: list[tuple[bool, bool]]) -> Json:
    return {
        "skillId": skill.skill_id,
        "name": skill.name,
        "correct": sum(right for right, _ in answered),
        "total": len(answered),
        "stand_ins": sum(stands_in for _, stands_in in answered),
    }
