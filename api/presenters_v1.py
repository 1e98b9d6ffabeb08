"""Verifications as the wire of API B shows them. No answer key comes near these."""

from typing import Any

from models import Attempt, Skill, Verification
from models.base import iso_time
from models.forms import ShownQuestion
from models.submissions import Submitted
from models.verifications import CERTIFICATE, EXPERIENCE, PROJECT, TOKEN_KEPT, Listed


def session(verification: Verification, token: str, student: str) -> dict[str, Any]:
    """A session that has just begun: the one answer with its token."""
    return {
        "sessionToken": token,
        "recordVerificationId": verification.record_id,
        "recordUserId": verification.student_id,
        "externalStudentId": student,
        "expiresIn": int(TOKEN_KEPT.total_seconds()),
        "expiresAt": iso_time(verification.token_expires_at),
    }


def sources(verification: Verification) -> dict[str, Any]:
    """The ids of the chosen sources."""
    ids: dict[str, list[str]] = {PROJECT: [], EXPERIENCE: [], CERTIFICATE: []}
    for source in verification.chosen:
        ids[source["kind"]].append(source["id"])
    return {
        "recordVerificationId": verification.record_id,
        "projectIds": ids[PROJECT],
        "workExperienceIds": ids[EXPERIENCE],
        "credentialIds": ids[CERTIFICATE],
    }


def question(shown: ShownQuestion) -> dict[str, Any]:
    """A question for the student: what it is about, if it is code, stands in its text."""
    text = shown.question.stem
    if shown.question.code:
        text += f"\n\n```{shown.question.code_language or ''}\n{shown.question.code}\n```"
    return {
        "questionId": shown.question.id,
        "question": text,
        "options": [option["text"] for option in shown.options],
    }


def questions(verification: Verification, shown: list[ShownQuestion], is_retake: bool) -> dict[str, Any]:
    """The questions of the current form."""
    return {
        "recordVerificationId": verification.record_id,
        **({"retakeAttemptNumber": verification.form_attempt} if is_retake else {}),
        "totalQuestions": len(shown),
        "questions": [question(one) for one in shown],
    }


def submitted(done: Submitted) -> dict[str, Any]:
    """A scored attempt, for the student; the webhook counts as sent when it is recorded for sending."""
    return {
        "recordVerificationId": done.verification.record_id,
        "result": done.result,
        "verifiedSkills": done.skills,
        "skillsUpdated": len(done.skills),
        "webhook": {"sent": True},
    }


def skill(known: Skill) -> dict[str, Any]:
    """A skill of the taxonomy."""
    return {"skillId": known.id, "name": known.name, "group": known.group}


def summary(listed: Listed) -> dict[str, Any]:
    """A verification as a list shows it."""
    verification = listed.verification
    return {
        "recordVerificationId": verification.record_id,
        "recordUserId": verification.student_id,
        "externalStudentId": listed.student,
        "state": verification.state(listed.is_generating),
        "verificationMethod": verification.method,
        "isLocked": verification.locked_at is not None,
        "attemptsMade": verification.attempts_made,
        "createdAt": iso_time(verification.created_at),
        "expiresAt": iso_time(verification.token_expires_at),
    }


def attempt(row: Attempt) -> dict[str, Any]:
    """A scored attempt."""
    return {
        "attemptNumber": row.number,
        "score": row.score,
        "passed": row.passed,
        "correctAnswers": row.correct,
        "totalQuestions": row.total,
        "submittedAt": iso_time(row.submitted_at),
        "skills": [
            {
                "skillId": counts["skillId"],
                "name": counts["name"],
                "correctAnswers": counts["correct"],
                "totalQuestions": counts["total"],
                "standIns": counts["stand_ins"],
            }
            for counts in row.skills
        ],
    }
