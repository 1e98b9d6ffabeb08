"""What an assessment's sessions add up to, for people who look at many assessments or at many skills at once.

The rules are those of `models/cohorts.py`: live and test sessions apart, erased ones still count, and
figures of fewer than `LEAST_FOR_SHARES` are None.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import Session

from models import paging
from models.assessments import Assessment
from models.candidates import IN_PROGRESS, IN_REVIEW, SCORED, SESSION_STATUSES, CandidateSession
from models.cohorts import ALWAYS, Period, scored
from models.item_statistics import LEAST_FOR_SHARES, percentile_rank


@dataclass(frozen=True)
class Tally:
    """How many sessions there are by their status, how many of them were erased, and the scores in short.

    `mean` is in percent, `pass_rate` a share. Those `waiting` for a person's scores are not erased.
    """

    statuses: dict[str, int]
    erased: int = 0
    mean: float | None = None
    pass_rate: float | None = None
    waiting: int = 0

    @property
    def sessions(self) -> int:
        """All of them."""
        return sum(self.statuses.values())

    @property
    def submitted(self) -> int:
        """Those that were handed in, scored or not."""
        return self.sessions - self.statuses[IN_PROGRESS]

    @property
    def scored(self) -> int:
        """Those that have a score."""
        return self.statuses[SCORED]


def with_sessions(
    session: Session, organization_id: str, mode: str, after: tuple[datetime, str] | None, limit: int
) -> list[Assessment]:
    """Up to `limit` of the assessments and tasks that anybody has begun in that mode, newest first.

    Deleted ones too: their results stay.
    """
    begun = exists().where(CandidateSession.assessment_id == Assessment.id, CandidateSession.mode == mode)
    query = select(Assessment).where(Assessment.organization_id == organization_id, begun)
    query = paging.newest_first(query, Assessment.created_at, Assessment.id, after, limit)
    return list(session.scalars(query))


def tallies(session: Session, assessments: Sequence[Assessment], mode: str) -> dict[str, Tally]:
    """What the sessions of each of the assessments add up to, by its id."""
    rows = session.execute(
        select(
            CandidateSession.assessment_id,
            CandidateSession.status,
            func.count().label("many"),
            _count(CandidateSession.erased_at.is_not(None)).label("erased"),
            func.sum(CandidateSession.score).label("sum"),
            _count(CandidateSession.score >= CandidateSession.cutoff).label("passed"),
        )
        .where(
            CandidateSession.assessment_id.in_([one.id for one in assessments]),
            CandidateSession.mode == mode,
        )
        .group_by(CandidateSession.assessment_id, CandidateSession.status)
    ).all()
    found = {}
    for one in assessments:
        mine = [row for row in rows if row.assessment_id == one.id]
        statuses = dict.fromkeys(SESSION_STATUSES, 0) | {row.status: int(row.many) for row in mine}
        erased = sum(int(row.erased) for row in mine)
        done = next((row for row in mine if row.status == SCORED and row.many >= LEAST_FOR_SHARES), None)
        mean = float(done.sum) / done.many if done else None
        pass_rate = int(done.passed) / done.many if done else None
        waiting = sum(int(row.many) - int(row.erased) for row in mine if row.status == IN_REVIEW)
        found[one.id] = Tally(statuses, erased, mean, pass_rate, waiting)
    return found


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


@dataclass(frozen=True)
class SkillFigures:
    """How the candidates of a cohort did at one skill: the percent that each of `scores` had right."""

    id: str
    name: str
    scores: tuple[int, ...]

    @property
    def n(self) -> int:
        """How many were asked about it."""
        return len(self.scores)

    @property
    def mean(self) -> float | None:
        """Their mean, in percent."""
        return sum(self.scores) / self.n if self.n >= LEAST_FOR_SHARES else None

    def rank_of(self, score: int) -> int | None:
        """The percentile rank of one of the scores."""
        return percentile_rank(score, self.scores)


def skills_of(
    session: Session, assessment: Assessment, mode: str, period: Period = ALWAYS
) -> list[SkillFigures]:
    """The skills that scored sessions of the cohort were asked about, by their names; none of a task."""
    if assessment.form_id is None:
        return []
    rows = session.scalars(select(CandidateSession.result["skills"]).where(*scored(assessment, mode, period)))
    names: dict[str, str] = {}
    scores: dict[str, list[int]] = {}
    for skills in rows:
        for skill in skills or ():
            names[skill["id"]] = skill["name"]
            scores.setdefault(skill["id"], []).append(skill["score"])
    found = [SkillFigures(one, name, tuple(scores[one])) for one, name in names.items()]
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))
