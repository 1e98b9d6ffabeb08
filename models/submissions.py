"""Submitting a verification's form: checked, scored, told and locked in one transaction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models import eligibility, scoring
from models.base import Json, table_of, utcnow
from models.eligibility import SUBMIT
from models.errors import Refused
from models.events import Delivery, mail_row
from models.forms import ShownQuestion
from models.organizations import TEST
from models.verification_events import COMPLETED, skill_state, tell
from models.verification_forms import asked_of, shown, skill_counts
from models.verifications import (
    ASSESSMENT,
    PASS_MARK,
    REJECTED,
    VERIFIED,
    Attempt,
    Verification,
    VerificationSkill,
)

# The contract's sentence for a pass.
PASSED = "You have successfully passed the assessment and earned the Verified skill."
FAILED = f"You did not reach the pass mark of {PASS_MARK}%. You can retake the assessment with new questions."
RESULT_MAIL = "verification_result"


@dataclass(frozen=True)
class Submitted:
    """A scored attempt, the channels on which it is told, and all that its answer shows."""

    verification: Verification
    result: Json
    skills: list[Json]
    channels: tuple[str, ...]


def submit(session: Session, verification_id: str, answers: Any) -> Submitted:
    """Score the answers, `[{"questionId", "selectedAnswer"}]`, to the current form.

    A form is answered once: of many submissions at once the row's lock lets one through. Raises Refused,
    and then nothing has changed.
    """
    verification = Verification.locked(session, verification_id)
    eligibility.check(session, verification, SUBMIT, has_answers=bool(answers))
    questions = shown(session, verification, with_keys=True)
    chosen = _chosen(answers, questions)
    right = [_is_right(one, chosen[one.question.id]) for one in questions]
    attempt = _attempt(session, verification, questions, right)
    skills = verification.skills(session)
    _judge(skills, attempt.passed)
    result = {
        "score": attempt.score,
        "passed": attempt.passed,
        "attemptNumber": attempt.number,
        "correctAnswers": attempt.correct,
        "totalQuestions": attempt.total,
        "message": PASSED if attempt.passed else FAILED,
    }
    states = [skill_state(skill) for skill in skills]
    tell(session, verification, COMPLETED, result=result, verifiedSkills=states)
    channels = (verification.id, *_mail(session, verification, attempt, skills))
    return Submitted(verification, result, states, channels)


def _chosen(answers: Any, questions: Sequence[ShownQuestion]) -> dict[str, int]:
    """The chosen place by question id; raises Refused for what answers no question of the form."""
    if not isinstance(answers, list):
        raise _invalid("answers must be a list")
    if len(answers) != len(questions):
        raise Refused(
            "INCOMPLETE_ANSWERS",
            f"There are {len(answers)} answers to {len(questions)} questions; each question needs one.",
        )
    places = {one.question.id: len(one.options) for one in questions}
    chosen: dict[str, int] = {}
    for number, answer in enumerate(answers):
        question_id, place = _one(answer, f"answers.{number}")
        if question_id not in places:
            raise _invalid(f"answers.{number}: questionId is none of this assessment's questions")
        if question_id in chosen:
            raise _invalid(f"answers.{number}: the question has an answer already")
        if not 0 <= place < places[question_id]:
            raise _invalid(f"answers.{number}: selectedAnswer must be from 0 to {places[question_id] - 1}")
        chosen[question_id] = place
    return chosen


def _one(answer: Any, where: str) -> tuple[str, int]:
    if not isinstance(answer, dict) or set(answer) != {"questionId", "selectedAnswer"}:
        raise _invalid(f"{where} must be an object with questionId and selectedAnswer, and nothing else")
    question_id, place = answer["questionId"], answer["selectedAnswer"]
    if not isinstance(question_id, str) or not isinstance(place, int) or isinstance(place, bool):
        raise _invalid(f"{where}: questionId must be a string and selectedAnswer a whole number")
    return question_id, place


def _invalid(what: str) -> Refused:
    return Refused("INVALID_ANSWERS", f"{what}. Nothing was scored.")


def _is_right(one: ShownQuestion, place: int) -> bool:
    assert one.key is not None
    return scoring.is_right(one.question.type, one.key.correct, one.options[place]["id"])


def _attempt(
    session: Session, verification: Verification, questions: Sequence[ShownQuestion], right: Sequence[bool]
) -> Attempt:
    """Store the attempt; one that is passed locks the verification."""
    now = utcnow()
    by_subject: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for one, is_right in zip(questions, right, strict=True):
        subject = one.asked_for or one.question.skill
        by_subject[subject].append((is_right, one.asked_for is not None))
    score = scoring.percent(sum(right), len(right))
    attempt = Attempt(
        verification_id=verification.id,
        number=verification.attempts_made + 1,
        score=score,
        passed=score >= PASS_MARK,
        correct=sum(right),
        total=len(right),
        skills=skill_counts(verification.skills(session), by_subject),
        asked=[asked_of(one) for one in questions],
        submitted_at=now,
    )
    session.add(attempt)
    verification.attempts_made = attempt.number
    verification.locked_at = now if attempt.passed else None
    verification.updated_at = now
    return attempt


def _judge(skills: Sequence[VerificationSkill], passed: bool) -> None:
    for skill in skills:
        skill.status = VERIFIED if passed else REJECTED
        skill.verified_at = utcnow() if passed else None
        skill.verified_by = ASSESSMENT if passed else None


def _mail(
    session: Session, verification: Verification, attempt: Attempt, skills: Sequence[VerificationSkill]
) -> tuple[str, ...]:
    """Record the result's mail, on the person's own channel; nobody gets one in test mode."""
    if verification.email is None or verification.mode == TEST:
        return ()
    values = {
        "name": verification.name,
        "passed": attempt.passed,
        "score": attempt.score,
        "correct": attempt.correct,
        "total": attempt.total,
        "attempt_number": attempt.number,
        "pass_mark": PASS_MARK,
        "skills": [skill.name for skill in skills],
        "can_retake": not attempt.passed,
    }
    row = mail_row(verification.organization_id, verification.email, RESULT_MAIL, values, utcnow())
    row |= {"channel": verification.mail_channel, "sequence": attempt.number}
    session.execute(insert(table_of(Delivery)), [row])
    return (verification.mail_channel,)
