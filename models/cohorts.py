"""Cohorts: all candidates at one assessment, how their scores are spread and how its questions do.

Live sessions and those of test keys are cohorts of their own. A session that was erased still counts by
what is left of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models import forms, session_results
from models.assessments import IS_A_TASK, Assessment
from models.base import Json
from models.candidates import IN_PROGRESS, SCORED, CandidateSession
from models.errors import NotFound
from models.forms import ShownQuestion
from models.item_statistics import (
    LEAST_FOR_SHARES,
    Answered,
    FormStatistics,
    Item,
    ScoreStatistics,
    form_statistics,
    percentile_rank,
    score_statistics,
)
from models.questions import NUMERIC, ORDERING, SHORT_ANSWER
from models.responses import Response

# Answers to these are typed, or an order: they have no shares that anybody could read.
WITHOUT_SHARES = (NUMERIC, SHORT_ANSWER, ORDERING)
TYPED = (NUMERIC, SHORT_ANSWER)
# What an erased answer that was typed still says; its text is gone.
WAS_RIGHT = "was_right"


@dataclass(frozen=True)
class Cohort:
    """The scored sessions of an assessment. `pass_rate` is a share, None where the scores are too few."""

    scores: tuple[int, ...]
    statistics: ScoreStatistics
    pass_rate: float | None

    def rank_of(self, taken: CandidateSession) -> int | None:
        """The session's percentile rank; None where it is not scored, or the others are too few."""
        if taken.status != SCORED or taken.score is None:
            return None
        return percentile_rank(taken.score, self.scores)


@dataclass(frozen=True)
class Period:
    """When sessions were submitted: from `since` on and before `until`; None is no bound."""

    since: datetime | None = None
    until: datetime | None = None


ALWAYS = Period()


def scored(assessment: Assessment, mode: str, period: Period = ALWAYS) -> list[ColumnElement[bool]]:
    """What holds of the sessions of the assessment's cohort that were submitted in the period."""
    found = [
        CandidateSession.assessment_id == assessment.id,
        CandidateSession.mode == mode,
        CandidateSession.status == SCORED,
        CandidateSession.score.is_not(None),
    ]
    if period.since is not None:
        found.append(CandidateSession.submitted_at >= period.since)
    if period.until is not None:
        found.append(CandidateSession.submitted_at < period.until)
    return found


def cohort_of(session: Session, assessment: Assessment, mode: str, period: Period = ALWAYS) -> Cohort:
    """The assessment's cohort in that mode, or that part of it that was submitted in the period."""
    rows = session.execute(
        select(CandidateSession.score, CandidateSession.cutoff).where(*scored(assessment, mode, period))
    ).all()
    scores = tuple(row.score for row in rows if row.score is not None)
    passed = sum(row.score >= row.cutoff for row in rows if row.score is not None)
    has_enough = len(scores) >= LEAST_FOR_SHARES
    return Cohort(scores, score_statistics(scores), passed / len(scores) if has_enough else None)


def member(session: Session, assessment: Assessment, mode: str, text: str) -> CandidateSession:
    """The session of that id in the assessment's cohort; raises NotFound for any other."""
    found = CandidateSession.get(session, assessment.organization_id, text)
    if found.assessment_id != assessment.id or found.mode != mode:
        raise NotFound("No session of this assessment has this id.")
    return found


@dataclass(frozen=True)
class FormFigures:
    """The current form's questions in their order, with their keys, and the figures of each."""

    questions: tuple[ShownQuestion, ...]
    statistics: FormStatistics


def form_figures(session: Session, assessment: Assessment, mode: str) -> FormFigures:
    """What the submitted sessions of the assessment's current form tell of its questions.

    Raises NotFound for a task.
    """
    form = assessment.form(session)
    if form is None:
        raise NotFound(IS_A_TASK)
    shown = forms.questions_of(session, form, with_keys=True)
    answers = _answers(session, assessment, mode, shown)
    return FormFigures(tuple(shown), form_statistics([_item(one) for one in shown], answers))


def _item(shown: ShownQuestion) -> Item:
    if shown.question.type in WITHOUT_SHARES:
        return Item(shown.question.id)
    return Item(shown.question.id, tuple(option["id"] for option in shown.options))


def _answers(
    session: Session, assessment: Assessment, mode: str, shown: Sequence[ShownQuestion]
) -> list[dict[str, Answered]]:
    """Of each submitted session the questions that were answered, by the last version of each answer."""
    counted = (
        CandidateSession.assessment_id == assessment.id,
        CandidateSession.mode == mode,
        CandidateSession.form_id == assessment.form_id,
        CandidateSession.status != IN_PROGRESS,
    )
    ids = session.scalars(select(CandidateSession.id).where(*counted))
    answered: dict[str, dict[str, Answered]] = {session_id: {} for session_id in ids}
    by_id = {one.question.id: one for one in shown}
    last = (
        select(Response.session_id, Response.question_id, func.max(Response.version).label("version"))
        .join(CandidateSession, CandidateSession.id == Response.session_id)
        .where(*counted)
        .group_by(Response.session_id, Response.question_id)
        .subquery()
    )
    rows = session.execute(
        select(Response.session_id, Response.question_id, Response.answer).join(
            last,
            (Response.session_id == last.c.session_id)
            & (Response.question_id == last.c.question_id)
            & (Response.version == last.c.version),
        )
    )
    for session_id, question_id, answer in rows:
        # One that was submitted since the sessions were read is left out, with all its answers.
        if session_id in answered and _is_given(answer):
            answered[session_id][question_id] = answered_by(by_id[question_id], answer)
    return list(answered.values())


def answered_by(shown: ShownQuestion, answer: Json) -> Answered:
    """What a stored answer says of the question, also where its text has been erased."""
    if WAS_RIGHT in answer:
        return Answered(answer[WAS_RIGHT])
    return Answered(session_results.is_right(shown, answer["value"]), _chosen(shown, answer["value"]))


def _is_given(answer: Json) -> bool:
    return answer["value"] is not None or WAS_RIGHT in answer


def _chosen(shown: ShownQuestion, value: Any) -> tuple[str, ...]:
    if shown.question.type in WITHOUT_SHARES:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)


def without_text(shown: ShownQuestion, answer: Json) -> Json:
    """The answer as it stays of an erased session: an option's id says nothing of the person, a text may."""
    if shown.question.type not in TYPED or not _is_given(answer):
        return answer
    return {"value": None, WAS_RIGHT: answered_by(shown, answer).is_right}
