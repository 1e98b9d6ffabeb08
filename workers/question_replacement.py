"""The job `question_replacement`: another question in the place of one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from models import forms, model_calls, questions, reviews
from models.assessments import Assessment
from models.base import new_id
from models.bulk import insert_rows
from models.errors import NotFound
from models.questions import KeptQuestion
from models.runs import ClaimedJob, Line, Write
from workers.bank import new_question, stored_item
from workers.generation import pipeline
from workers.generation.brief import CHOICE_TYPES, Analysis, Brief, Cell, Item, Placed, SkillNeed
from workers.generation.engines import Engine
from workers.generation.tools import GenerationFailed
from workers.run import Run

COMPLETED = "Question replaced successfully"
GONE = GenerationFailed(
    "QUESTION_GONE", "The question is no longer in this assessment: it was replaced or edited meanwhile."
)


async def replace_question(run: Run, engine: Engine) -> None:
    """Make a question that the old one's cell takes, unlike all others of the form; swap it."""
    place = await run.read(lambda session: _place(session, run.job))
    run.avoid = place.avoid
    placed, warnings = await pipeline.replacement(place.brief, place.analysis, place.cell, engine, run)

    def store(connection: Connection) -> dict[str, Any]:
        return _store(connection, run.job, place.brief, placed, warnings)

    await run.write(Write(run.claim, line=Line(COMPLETED, 1.0), work=store))


@dataclass(frozen=True)
class _Place:
    """What the new question must fit: its brief, the role's skills, its cell, and what it must not repeat."""

    brief: Brief
    analysis: Analysis
    cell: Cell
    avoid: list[Item]


def _place(session: Session, job: ClaimedJob) -> _Place:
    try:
        assessment = Assessment.get(session, job.organization_id, job.brief["assessment_id"])
        form, _, question = reviews.question_of(session, assessment, job.brief["question_id"])
    except NotFound as error:
        raise GONE from error
    shown = forms.questions_of(session, form, with_keys=True)
    avoid = [stored_item(KeptQuestion(one.question, one.key)) for one in shown if one.key is not None]
    known = {skill["id"]: skill for skill in form.skills}
    need = SkillNeed(
        question.skill,
        question.skill_name,
        "other",
        known.get(question.skill, {}).get("weight", 1),
        known.get(question.skill, {}).get("must_have", False),
        known.get(question.skill, {}).get("evidence", ""),
    )
    brief = Brief(
        role=assessment.role,
        description="",
        cutoff=assessment.cutoff,
        number_of_questions=1,
        language=form.language,
        question_types=_types_like(question.type),
        on_shortfall="fail",
        # Another type of question on the skill is nearer than another skill.
        general_stand_ins=False,
    )
    cell = Cell(need, question.difficulty, question.cognitive_level, question.type)
    return _Place(brief, Analysis(question.difficulty, assessment.summary, (need,)), cell, avoid)


def _types_like(kind: str) -> tuple[str, ...]:
    """The types that are answered in the same way, the question's own first."""
    return (kind, *(other for other in CHOICE_TYPES if other != kind)) if kind in CHOICE_TYPES else (kind,)


def _store(
    connection: Connection, job: ClaimedJob, brief: Brief, placed: Placed, warnings: tuple[str, ...]
) -> dict[str, Any]:
    item = placed.item
    question_id = item.stored_id or new_id()
    if item.stored_id is None:
        fresh = new_question(item, job.organization_id, brief.language)
        insert_rows(connection, questions.rows_of([(question_id, fresh)]))
    with Session(connection) as session:
        try:
            assessment = reviews.locked(session, job.organization_id, job.brief["assessment_id"])
            reviews.replace_question(
                session, assessment, job.brief["question_id"], question_id, placed.options, job.created_by
            )
        except NotFound as error:
            raise GONE from error
        version = assessment.version
        # The transaction is the batch's: this flushes and leaves it open.
        session.commit()
    return {
        "assessment_id": job.brief["assessment_id"],
        "replaced_question_id": job.brief["question_id"],
        "question_id": question_id,
        "version": version,
        "warnings": list(warnings),
        "usage": model_calls.usage_of(connection, job.claim.execution_id).to_json(),
        "info_url": f"/api/v2/assessments/{job.brief['assessment_id']}/info",
    }
