"""Domain objects as the wire of API A shows them. Answer keys only where `key` was loaded."""

from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any

from models import Assessment, AssessmentVersion, Form, TaskExecution, TaskExecutionLog, reviews
from models.forms import ShownQuestion
from models.questions import NUMERIC


def plain_time(moment: datetime) -> str:
    """UTC to the second, without a suffix, as the contract's status document has it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def log_line(line: TaskExecutionLog) -> dict[str, Any]:
    """A line of a job's log."""
    return {
        "id": line.id,
        "task_execution_id": line.task_execution_id,
        "message": line.message,
        "created_at": plain_time(line.created_at),
    }


def status_summary(job: TaskExecution) -> dict[str, Any]:
    """A job without its lines."""
    return {
        "id": job.id,
        "type": job.type,
        "status": job.status,
        "current_step": job.current_step,
        "progress": round(job.progress, 3),
        "attempt": job.attempt,
        "notification_url": job.notification_url,
        "result": job.result,
        "error": job.error,
        "external_id": job.external_id,
        "metadata": job.meta,
        "created_at": plain_time(job.created_at),
        "updated_at": plain_time(job.updated_at),
    }


def status_document(job: TaskExecution, lines: list[TaskExecutionLog]) -> dict[str, Any]:
    """The status document: the contract's keys and what is added to them."""
    return {**status_summary(job), "recent_logs": [log_line(line) for line in lines]}


def assessment_summary(assessment: Assessment) -> dict[str, Any]:
    """An assessment as a list shows it."""
    return {
        "assessment_id": assessment.id,
        "name": assessment.name,
        "job_role": assessment.role,
        "status": assessment.status,
        "created_at": plain_time(assessment.created_at),
        "cutoff": assessment.cutoff,
        "total_duration": assessment.total_duration,
        "engine": assessment.engine,
        "external_id": assessment.external_id,
        "info_url": f"/api/v2/assessments/{assessment.id}/info",
    }


def assessment_info(
    assessment: Assessment, form: Form, questions: list[ShownQuestion], require_approval: bool
) -> dict[str, Any]:
    """The assessment's details: everything but the questions."""
    return {
        "assessment_id": assessment.id,
        "name": assessment.name,
        "job_role": assessment.role,
        "summary": assessment.summary,
        "status": assessment.status,
        "created_at": plain_time(assessment.created_at),
        "created_by": assessment.created_by,
        "cutoff": assessment.cutoff,
        "total_duration": assessment.total_duration,
        "number_of_questions": len(questions),
        "language": assessment.language,
        "skills": [_skill(skill) for skill in form.skills],
        "question_types": _types(questions),
        "sections": _sections(assessment, form, questions),
        "coverage": form.blueprint,
        "proctoring": assessment.proctoring,
        "show_result": assessment.show_result,
        "engine": assessment.engine,
        "external_id": assessment.external_id,
        "metadata": assessment.meta,
        "version": assessment.version,
        "usable": reviews.is_usable(assessment, require_approval),
        "approved_by": assessment.approved_by,
        "approved_at": plain_time(assessment.approved_at) if assessment.approved_at else None,
        "updated_at": plain_time(assessment.updated_at),
    }


def version(row: AssessmentVersion) -> dict[str, Any]:
    """A change of an assessment."""
    return {
        "version": row.version,
        "changes": row.changes,
        "changed_by": row.changed_by,
        "changed_at": plain_time(row.changed_at),
    }


def _skill(skill: dict[str, Any]) -> dict[str, Any]:
    return {name: skill[name] for name in ("name", "weight", "must_have", "number_of_questions")}


def _types(questions: list[ShownQuestion]) -> list[dict[str, Any]]:
    counts = Counter(shown.question.type for shown in questions)
    return [{"type": kind, "number_of_questions": count} for kind, count in counts.items()]


def _sections(assessment: Assessment, form: Form, questions: list[ShownQuestion]) -> list[dict[str, Any]]:
    minutes = shares(assessment.total_duration, [section["seconds"] for section in form.sections])
    sections = []
    for section, duration in zip(form.sections, minutes, strict=True):
        inside = [shown for shown in questions if shown.section == section["name"]]
        sections.append(
            {
                "name": section["name"],
                "duration": duration,
                "number_of_questions": len(inside),
                "question_types": _types(inside),
                "skills": section["skills"],
            }
        )
    return sections


def shares(total: int, weights: list[int]) -> list[int]:
    """Share whole minutes in proportion, so that the sections' sum is the assessment's."""
    whole = sum(weights)
    bounds = [0]
    for weight in weights:
        bounds.append(bounds[-1] + weight)
    edges = [(2 * total * bound + whole) // (2 * whole) for bound in bounds]
    return [after - before for before, after in pairwise(edges)]


def question(shown: ShownQuestion) -> dict[str, Any]:
    """A question for its owner; the key, the explanation and where it comes from only when loaded."""
    plain = {
        "question_id": shown.question.id,
        "position": shown.position,
        "section": shown.section,
        "type": shown.question.type,
        "skill": shown.question.skill_name,
        "difficulty": shown.question.difficulty,
        "cognitive_level": shown.question.cognitive_level,
        "question": shown.question.stem,
        "code": shown.question.code,
        "code_language": shown.question.code_language,
        "options": [option["text"] for option in shown.options],
        "seconds": shown.question.seconds,
    }
    return plain | _key(shown) if shown.key else plain


def _key(shown: ShownQuestion) -> dict[str, Any]:
    assert shown.key is not None
    places = [option["id"] for option in shown.options]
    numeric = shown.key.correct[0] if shown.question.type == NUMERIC else None
    accepted = [numeric["value"]] if numeric else shown.key.correct
    return {
        "key": {
            "correct": [places.index(option_id) for option_id in shown.key.correct] if places else [],
            "accepted": [] if places else accepted,
            "tolerance": numeric["tolerance"] if numeric else None,
            "explanation": shown.key.explanation,
            "misconceptions": {
                str(places.index(option_id)): why for option_id, why in shown.key.misconceptions.items()
            },
        },
        "provenance": {
            **shown.question.provenance,
            "source": shown.question.source,
            "library_id": shown.question.library_id,
            "version": shown.question.version,
        },
    }
