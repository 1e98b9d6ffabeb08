"""The job `task_scoring`: two independent passes of the model over a submitted task.

Whatever keeps the model from judging leaves the task for a person, with the reason: no job fails for it.
"""

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from models import model_calls, task_scores
from models.assessments import Assessment
from models.candidates import CandidateSession
from models.errors import NotFound
from models.runs import ClaimedJob, Line, Write
from models.task_scores import MODEL, PASSES, CriterionScore
from workers.generation import rubric_scoring
from workers.generation.engines import Engine
from workers.generation.engines.asking import UnusableAnswer, parsed
from workers.generation.fanout import together
from workers.generation.rubric_scoring import PROMPT_VERSION, Judgement, Submission, WrittenJudgements
from workers.generation.tools import GenerationFailed, ModelAnswer, ModelBusy, ModelRefused, ModelRequest
from workers.run import Run

log = logging.getLogger(__name__)

COMPLETED = "Task scoring completed successfully"
FOR_A_PERSON = "The task waits for a person's scores"
NO_MODEL = "No language model scores tasks here; a person must score this one."
NO_RUBRIC = "The task has no rubric to score it by; a person must score it."
GONE = GenerationFailed("SESSION_GONE", "The session is not there any more: it was erased.")
REFUSAL = "refusal"


@dataclass(frozen=True)
class _Task:
    """What is judged, and by what."""

    brief: str
    criteria: list[dict[str, Any]]
    shown: Submission


@dataclass(frozen=True)
class _Pass:
    """What a pass of the model came to: its judgements, or why there are none."""

    number: int
    model: str
    judgements: tuple[Judgement, ...] = ()
    problem: str | None = None


async def score_task(run: Run, engine: Engine) -> None:
    """Have every criterion judged twice, at once, and store what came of it with the session's result."""
    task = await run.read(lambda session: _task(session, run.job))
    with run.stage("score"):
        passes = await _passes(run, engine.scorer, task)
    warnings = _warnings(task, passes, engine.scorer)

    def store(connection: Connection) -> dict[str, Any]:
        return _store(connection, run.job, task, passes, warnings)

    is_judged = bool(passes) and not any(one.problem for one in passes)
    await run.write(Write(run.claim, line=Line(COMPLETED if is_judged else FOR_A_PERSON, 1.0), work=store))


def _task(session: Session, job: ClaimedJob) -> _Task:
    try:
        taken = CandidateSession.get(session, job.organization_id, job.brief["session_id"])
    except NotFound as error:
        raise GONE from error
    assessment = session.get_one(Assessment, taken.assessment_id)
    shown = rubric_scoring.submission_of(taken.notes, taken.patch, taken.repo_url)
    return _Task(assessment.brief or "", taken.criteria or [], shown)


async def _passes(run: Run, model: str | None, task: _Task) -> list[_Pass]:
    if model is None or not task.criteria:
        return []
    run.say("AI Progress: Scoring the task by its rubric, in 2 independent passes", 0.1)
    return await together(_pass(run, model, task, number) for number in PASSES)


async def _pass(run: Run, model: str, task: _Task, number: int) -> _Pass:
    asked = rubric_scoring.score_request(model, task.brief, task.criteria, task.shown, number, run.seed)
    try:
        answer, written = await _answer(run, f"score:{number}", asked)
    except (ModelBusy, ModelRefused, UnusableAnswer, GenerationFailed) as problem:
        # Of what generation may fail for, only a budget that is spent can come from a call.
        log.warning("job %s: pass %s came to nothing: %s", run.claim.execution_id, number, problem)
        run.say(f"AI Progress: Scoring pass {number} came to nothing ({problem})")
        return _Pass(number, model, problem=str(problem))
    judgements = rubric_scoring.judgements_of(written, task.criteria, task.shown, number)
    run.say(f"AI Progress: Completed scoring pass {number} (judged {len(judgements)} criteria)")
    return _Pass(number, answer.model, tuple(judgements))


async def _answer(run: Run, step: str, asked: ModelRequest) -> tuple[ModelAnswer, WrittenJudgements]:
    """The answer, asked for once more where the first one is unusable and no refusal."""
    answer = await run.ask(step, asked)
    try:
        return answer, parsed(answer, WrittenJudgements)
    except UnusableAnswer:
        if answer.stop_reason == REFUSAL:
            raise
    # A step of its own: in the journal the first answer must not stand for this one.
    answer = await run.ask(f"{step}:again", asked)
    return answer, parsed(answer, WrittenJudgements)


def _warnings(task: _Task, passes: list[_Pass], model: str | None) -> list[str]:
    """What the result tells of; nothing that the candidate wrote."""
    warnings = list(task.shown.warnings)
    if not task.criteria:
        return [*warnings, NO_RUBRIC]
    if model is None:
        return [*warnings, NO_MODEL]
    for one in passes:
        if one.problem is not None:
            warnings.append(f"Pass {one.number} of the model came to nothing: {one.problem}.")
            continue
        judged = {judgement.criterion_id for judgement in one.judgements}
        warnings += [
            f"Pass {one.number} of the model gave no usable judgement of {criterion['name']}."
            for criterion in task.criteria
            if criterion["id"] not in judged
        ]
    return warnings


def _store(
    connection: Connection, job: ClaimedJob, task: _Task, passes: list[_Pass], warnings: list[str]
) -> dict[str, Any]:
    session_id = job.brief["session_id"]
    scores = [_row(session_id, task, one, judgement) for one in passes for judgement in one.judgements]
    with Session(connection) as session:
        try:
            taken = task_scores.settle(session, session_id, scores, warnings)
        except NotFound as error:
            raise GONE from error
        status, score = taken.status, taken.score
        # The transaction is the batch's: this flushes and leaves it open.
        session.commit()
    return {
        "session_id": session_id,
        "status": status,
        "score": score,
        "warnings": warnings,
        "usage": model_calls.usage_of(connection, job.claim.execution_id).to_json(),
    }


def _row(session_id: str, task: _Task, one: _Pass, judgement: Judgement) -> CriterionScore:
    return CriterionScore(
        session_id=session_id,
        criterion_id=judgement.criterion_id,
        source=MODEL,
        pass_number=one.number,
        level=judgement.level,
        rationale=judgement.rationale,
        evidence=list(judgement.evidence),
        is_doubted=task.shown.gives_orders,
        scored_by=f"{one.model} (prompt {PROMPT_VERSION})",
    )
