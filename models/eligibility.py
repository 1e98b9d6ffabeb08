"""What may be done with a verification in which state: one table, in the order of the checks.

The codes are the contract's (texts 000, 002 and 003). The session itself is checked before all of them.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from models import rules
from models.errors import Refused
from models.verifications import ASSESSMENT, HUMAN, Verification

CHANGE, GENERATE, RETAKE, SUBMIT = "change", "generate", "retake", "submit"
CALLS = (CHANGE, GENERATE, RETAKE, SUBMIT)


@dataclass(frozen=True)
class Standing:
    """All of a verification's state that decides what may be done. `last_passed` is None without attempts."""

    is_locked: bool = False
    method: str | None = None
    has_sources: bool = False
    has_skills: bool = False
    has_form: bool = False
    has_open_form: bool = False
    is_generating: bool = False
    last_passed: bool | None = None
    has_answers: bool = True


Rule = rules.Rule[Standing]


LOCKED = Rule(
    "ASSESSMENT_LOCKED",
    "The assessment was passed and is locked; no further attempts are possible.",
    lambda standing: standing.is_locked,
)
NO_METHOD = Rule(
    "VERIFICATION_NOT_FOUND",
    "No verification method is set for this session; POST /api/v1/step2/verification-method sets it.",
    lambda standing: standing.method is None,
)
NOT_BY_ASSESSMENT = Rule(
    "INVALID_VERIFICATION_TYPE",
    f"The verification method is {HUMAN}; only with {ASSESSMENT} there are questions.",
    lambda standing: standing.method not in (None, ASSESSMENT),
)
NO_DATA = Rule(
    "NO_DATA",
    "No projects, experience or certificates were chosen; POST /api/v1/step3/store-verification-items/store "
    "chooses them.",
    lambda standing: not standing.has_sources,
)
NO_SKILLS = Rule(
    "NO_SKILLS",
    "No skills are stored for this session; POST /api/v1/step1/storeskills/store stores them.",
    lambda standing: not standing.has_skills,
)
NO_PRIOR_ATTEMPT = Rule(
    "NO_PRIOR_ATTEMPT",
    "There is no attempt to take again; POST /api/v1/assessment/generate gives the first questions.",
    lambda standing: standing.last_passed is None,
)
PASSED = Rule(
    "ASSESSMENT_PASSED",
    "The last attempt was passed, so there is nothing to take again.",
    lambda standing: standing.last_passed is True,
)
NO_ANSWERS = Rule(
    "MISSING_ANSWERS",
    "answers is missing or empty; it must be a list with an answer to each question.",
    lambda standing: not standing.has_answers,
)
NO_QUESTIONS = Rule(
    "NO_QUESTIONS",
    "There are no questions yet; POST /api/v1/assessment/generate makes them.",
    lambda standing: not standing.has_form,
)
SUBMITTED = Rule(
    "ATTEMPT_ALREADY_SUBMITTED",
    "These questions have been answered and scored; POST /api/v1/assessment/retakeassessment gives new ones.",
    lambda standing: standing.has_form and not standing.has_open_form,
)
IN_PROGRESS = Rule(
    "ASSESSMENT_IN_PROGRESS",
    "Questions were made for what is stored; it can be changed again when they have been answered.",
    lambda standing: standing.has_open_form or standing.is_generating,
)

# Session, locked, method, data, skills, attempt: the order of the checks.
RULES: dict[str, tuple[Rule, ...]] = {
    CHANGE: (LOCKED, IN_PROGRESS),
    GENERATE: (LOCKED, NO_METHOD, NOT_BY_ASSESSMENT, NO_DATA, NO_SKILLS),
    # Without a method there is no attempt either, and that is what the contract calls it.
    RETAKE: (LOCKED, NOT_BY_ASSESSMENT, NO_DATA, NO_SKILLS, NO_PRIOR_ATTEMPT, PASSED),
    SUBMIT: (LOCKED, NO_ANSWERS, NO_QUESTIONS, SUBMITTED),
}


def refusal(call: str, standing: Standing) -> Rule | None:
    """The first rule that refuses the call; None where it may be made."""
    return rules.first_refusal(RULES[call], standing)


def check(session: Session, verification: Verification, call: str, has_answers: bool = True) -> None:
    """Raise Refused where the call can't be made now. The verification's row is best locked."""
    rule = refusal(call, standing_of(session, verification, has_answers))
    if rule is not None:
        raise Refused(rule.code, rule.message)


def standing_of(session: Session, verification: Verification, has_answers: bool = True) -> Standing:
    """Where the verification stands."""
    attempts = verification.attempts(session)
    return Standing(
        is_locked=verification.locked_at is not None,
        method=verification.method,
        has_sources=bool(verification.chosen),
        has_skills=bool(verification.skills(session)),
        has_form=verification.form_id is not None,
        has_open_form=verification.has_open_form,
        is_generating=verification.open_job(session) is not None,
        last_passed=attempts[-1].passed if attempts else None,
        has_answers=has_answers,
    )
