"""The job `verification_form`: from a student's skills and work to a stored form."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from models import model_calls, verification_forms
from models.base import Json
from models.errors import NotFound
from models.runs import ClaimedJob, Line, Write
from models.verifications import EXPERIENCE, PASS_MARK, QUESTIONS, Verification, VerificationSkill
from workers.assessment_creation import store_form
from workers.generation import pipeline, taxonomy
from workers.generation.brief import Analysis, Brief, Context, FormDraft, Item, SkillNeed
from workers.generation.engines import Engine
from workers.generation.text import clean
from workers.generation.tools import GenerationFailed
from workers.run import Run

COMPLETED = "Assessment created successfully"
# Every skill is examined alike: none weighs more, none may be left out.
WEIGHT = 3
GONE = GenerationFailed("VERIFICATION_GONE", verification_forms.GONE)


async def make_verification_form(run: Run, engine: Engine) -> None:
    """Generate the form, unlike all that the student was asked before, and store it with its event."""
    wanted = await run.read(lambda session: _wanted(session, run.job))
    run.avoid = wanted.avoid
    draft = await pipeline.generate_on(wanted.brief, wanted.analysis, engine, run)

    def store(connection: Connection) -> dict[str, Any]:
        return _store(connection, run.job, wanted, draft)

    await run.write(Write(run.claim, line=Line(COMPLETED, 1.0), work=store))
    run.deliver(wanted.verification_id)


@dataclass(frozen=True)
class _Wanted:
    """What the form is to be: its brief, its skills, what it must not repeat; and whose it is."""

    verification_id: str
    record_id: str
    brief: Brief
    analysis: Analysis
    avoid: list[Item]
    subjects: dict[str, str]


def _wanted(session: Session, job: ClaimedJob) -> _Wanted:
    verification = session.get(Verification, job.verification_id)
    if verification is None or verification.erased_at is not None:
        raise GONE
    needs = {skill.skill_id: _need(skill) for skill in verification.skills(session)}
    contexts = tuple(_context(source) for source in verification.chosen)
    brief = Brief(
        role="",
        description="",
        cutoff=PASS_MARK,
        number_of_questions=QUESTIONS,
        contexts=contexts,
        general_stand_ins=False,
    )
    has_worked = any(context.kind == EXPERIENCE for context in contexts)
    seniority = "intermediate" if has_worked else "entry"
    different = tuple({need.id: need for need in needs.values()}.values())
    return _Wanted(
        verification.id,
        verification.record_id,
        brief,
        Analysis(seniority, "", different),
        [_asked(one) for one in verification_forms.asked_before(session, verification)],
        {skill_id: need.id for skill_id, need in needs.items()},
    )


def _need(skill: VerificationSkill) -> SkillNeed:
    """The skill as the taxonomy knows it, by its id or its name; else as the caller calls it."""
    book = taxonomy.shipped()
    known = book.skills.get(skill.skill_id) or book.named(skill.name)
    if known is not None:
        return SkillNeed(known.id, known.name, known.group, WEIGHT, must_have=True)
    name = " ".join(clean(skill.name).split())[:100] or skill.skill_id
    # Steps of the journal are named after it, and may outlive the person's data: it must not tell the name.
    own = hashlib.sha256(name.casefold().encode()).hexdigest()[:16]
    return SkillNeed(f"own:{own}", name, "other", WEIGHT, must_have=True)


def _context(source: Json) -> Context:
    return Context(source["kind"], source["name"], source["organization"], source["description"])


def _asked(one: Json) -> Item:
    """A question that was asked before, as far as telling copies of it needs."""
    right: Sequence[str] = one["right"]
    return Item(
        skill=one["skill"],
        skill_name="",
        difficulty="entry",
        cognitive_level="apply",
        stem=one["stem"],
        options=tuple(right),
        misconceptions=(),
        explanation="",
        seconds=0,
        source="asked",
        code=one["code"],
        right=len(right),
        family=one["family"],
        provenance={"made_of": one["made_of"]},
    )


def _store(connection: Connection, job: ClaimedJob, wanted: _Wanted, draft: FormDraft) -> dict[str, Any]:
    # A question that names the person's work is theirs alone: nobody else's search may find it.
    form_id = store_form(connection, job, wanted.brief, draft, may_keep=False)
    with Session(connection) as session:
        try:
            verification_forms.put(
                session, wanted.verification_id, job.brief["attempt"], form_id, wanted.subjects
            )
        except NotFound as error:
            raise GONE from error
        # The transaction is the batch's: this flushes and leaves it open.
        session.commit()
    return {
        "verification_id": wanted.record_id,
        "number_of_questions": len(draft.placed),
        "requested": wanted.brief.number_of_questions,
        "delivered": len(draft.placed),
        "shortfall": [asdict(short) for short in draft.shortfall],
        "warnings": list(draft.warnings),
        "engine": draft.engine,
        "usage": model_calls.usage_of(connection, job.claim.execution_id).to_json(),
    }
