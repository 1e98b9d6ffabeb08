"""The job `assessment_creation`: from the stored brief to a stored assessment."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Table

from models import forms, model_calls, questions
from models.assessments import DRAFT, Assessment
from models.base import new_id, table_of, utcnow
from models.bulk import insert_rows
from models.forms import Placement
from models.runs import ClaimedJob, Line, Write
from workers.bank import new_question
from workers.generation import pipeline
from workers.generation.brief import Brief, FormDraft, SkillNeed
from workers.generation.engines import Engine
from workers.run import Run

Group = tuple[Table, list[dict[str, Any]]]
COMPLETED = "Assessment created successfully"
PROCTORING = {
    "enabled": True,
    "full_screen": True,
    "tab_switch_limit": 3,
    "webcam": False,
    "copy_paste_blocked": True,
    "shuffle_questions": False,
    "shuffle_options": True,
}


async def create_assessment(run: Run, engine: Engine) -> None:
    """Generate the form and store it with the job's result, in one transaction."""
    brief = Brief.from_json(run.job.brief)
    draft = await pipeline.generate(brief, engine, run)

    def store(connection: Connection) -> dict[str, Any]:
        return _store(connection, run.job, brief, draft)

    await run.write(Write(run.claim, line=Line(COMPLETED, 1.0), work=store))


def _store(connection: Connection, job: ClaimedJob, brief: Brief, draft: FormDraft) -> dict[str, Any]:
    assessment_id = new_id()

    def assessment(form_id: str) -> Group:
        return (table_of(Assessment), [_assessment_row(assessment_id, form_id, job, brief, draft)])

    store_form(connection, job, brief, draft, assessment)
    usage = model_calls.usage_of(connection, job.claim.execution_id)
    return {
        "assessment_id": assessment_id,
        "assessment_name": draft.name,
        "number_of_questions": len(draft.placed),
        "requested": brief.number_of_questions,
        "delivered": len(draft.placed),
        "shortfall": [asdict(short) for short in draft.shortfall],
        "warnings": list(draft.warnings),
        "engine": draft.engine,
        "usage": usage.to_json(),
        "info_url": f"/api/v2/assessments/{assessment_id}/info",
    }


def store_form(
    connection: Connection,
    job: ClaimedJob,
    brief: Brief,
    draft: FormDraft,
    more: Callable[[str], Group] | None = None,
    may_keep: bool = True,
) -> str:
    """Store the form with its new questions, and the rows that `more` makes of its id, at once; its id.

    Without `may_keep` none of the questions is found by later searches.
    """
    ids = [placed.item.stored_id or new_id() for placed in draft.placed]
    fresh = [
        (question_id, new_question(placed.item, job.organization_id, brief.language, may_keep))
        for question_id, placed in zip(ids, draft.placed, strict=True)
        if placed.item.stored_id is None
    ]
    placements = [
        Placement(question_id, placed.section, placed.options, placed.asked_for)
        for question_id, placed in zip(ids, draft.placed, strict=True)
    ]
    form_id = new_id()
    rows = [*questions.rows_of(fresh), *forms.rows_of(_form_row(form_id, job, brief, draft), placements)]
    insert_rows(connection, [*rows, more(form_id)] if more else rows)
    return form_id


def _form_row(form_id: str, job: ClaimedJob, brief: Brief, draft: FormDraft) -> dict[str, Any]:
    counts = Counter(cell.skill.id for cell in draft.blueprint)
    cells = Counter(
        (cell.skill.id, cell.difficulty, cell.cognitive_level, cell.type) for cell in draft.blueprint
    )
    return {
        "id": form_id,
        "organization_id": job.organization_id,
        "seed": job.seed,
        "language": brief.language,
        "sections": [asdict(section) for section in draft.sections],
        "skills": [_skill(skill, counts[skill.id]) for skill in draft.skills],
        "blueprint": [
            {"skill": skill, "difficulty": difficulty, "cognitive_level": level, "type": kind, "count": count}
            for (skill, difficulty, level, kind), count in cells.items()
        ],
        "created_at": utcnow(),
    }


def _skill(skill: SkillNeed, count: int) -> dict[str, Any]:
    return {
        "id": skill.id,
        "name": skill.name,
        "weight": skill.weight,
        "must_have": skill.must_have,
        "evidence": skill.evidence,
        "number_of_questions": count,
    }


def _assessment_row(
    assessment_id: str, form_id: str, job: ClaimedJob, brief: Brief, draft: FormDraft
) -> dict[str, Any]:
    now = utcnow()
    return {
        "id": assessment_id,
        "organization_id": job.organization_id,
        "form_id": form_id,
        "name": draft.name,
        "role": brief.role,
        "summary": draft.summary,
        "status": DRAFT,
        "cutoff": brief.cutoff,
        "total_duration": draft.duration_minutes,
        "proctoring": PROCTORING,
        "engine": draft.engine,
        "language": brief.language,
        "created_by": job.created_by,
        "external_id": job.external_id,
        "metadata": job.metadata,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
