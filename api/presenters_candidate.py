"""A candidate's session as API C shows it to the candidate. No key and no result comes near these."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from models.base import Json, iso_time, iso_time_or_none, utcnow
from models.candidates import CandidateSession
from models.forms import ShownQuestion
from models.responses import Response
from models.sittings import Saved
from models.taking import Place

Answers = Mapping[str, Response]


def session(
    place: Place, brief: str | None, shown: Sequence[ShownQuestion] | None, saved: Answers
) -> dict[str, Any]:
    """The session: what is asked, what was answered, how much time is left and what is watched."""
    taken, assessment = place.session, place.assessment
    is_task = taken.form_id is None
    return {
        "sessionId": taken.id,
        "assessmentId": assessment.id,
        "name": assessment.name,
        "role": assessment.role,
        "status": taken.status,
        "startedAt": iso_time(taken.started_at),
        "deadline": iso_time(taken.deadline),
        "secondsLeft": seconds_until(taken.deadline) if taken.submitted_at is None else 0,
        "timeLimitMinutes": taken.time_limit or None,
        "extraTimePercent": place.key.extra_percent,
        "submittedAt": iso_time_or_none(taken.submitted_at),
        "proctoring": proctoring(assessment.proctoring),
        "brief": brief,
        "repoUrl": assessment.repo_url if is_task else None,
        "questions": [question(one, saved.get(one.question.id)) for one in shown]
        if shown is not None
        else None,
    }


def question(shown: ShownQuestion, last: Response | None) -> dict[str, Any]:
    """A question with the answer that was saved last."""
    asked = shown.question
    return {
        "id": asked.id,
        "section": shown.section,
        "type": asked.type,
        "question": asked.stem,
        "code": asked.code,
        "codeLanguage": asked.code_language,
        "options": [{"id": option["id"], "text": option["text"]} for option in shown.options],
        "seconds": asked.seconds,
        "savedAnswer": last.answer["value"] if last is not None else None,
        "savedVersion": last.version if last is not None else 0,
    }


def proctoring(settings: Json) -> dict[str, Any]:
    """What is watched."""
    return {
        "enabled": settings.get("enabled", False),
        "fullScreen": settings.get("full_screen", False),
        "tabSwitchLimit": settings.get("tab_switch_limit", 0),
        "webcam": settings.get("webcam", False),
        "copyPasteBlocked": settings.get("copy_paste_blocked", False),
    }


def saved(one: Saved) -> dict[str, Any]:
    """An answer that is saved."""
    return {
        "questionId": one.version.question_id,
        "version": one.version.number,
        "savedAt": iso_time(one.version.saved_at),
        "secondsLeft": seconds_until(one.deadline),
    }


def submitted(taken: CandidateSession) -> dict[str, Any]:
    """A session that was handed in."""
    return {
        "sessionId": taken.id,
        "status": taken.status,
        "submittedAt": iso_time_or_none(taken.submitted_at),
    }


def seconds_until(deadline: datetime) -> int:
    """How many whole seconds the server still takes answers."""
    return max(0, int((deadline - utcnow()).total_seconds()))
