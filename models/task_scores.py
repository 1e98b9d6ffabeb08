"""A task's scores by its rubric's criteria: two passes of the model, and a person's, which win.

Every score is kept: a later one of the same source counts in place of the earlier. A session is held
while scores are added to it, so that its result is made of all that there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Id, Json, Serial, Word, iso_time, utcnow
from models.candidates import IN_PROGRESS, IN_REVIEW, SCORED, CandidateSession
from models.errors import Conflict, InvalidInput, NotFound

MODEL, PERSON = "model", "person"
PASSES = (1, 2)
# Two passes that are further apart on a criterion's scale are no judgement: a person looks.
MOST_APART = 1
GONE = "The session has been erased."


class CriterionScore(Base):
    """One judgement of one criterion; a person's of the whole task has no criterion, and a percent as level.

    `evidence` are verbatim parts of what was submitted. What is `is_doubted` is for a person to see and
    decides nothing.
    """

    __tablename__ = "criterion_scores"
    __table_args__ = (Index("ix_criterion_scores_session", "session_id", "id"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("candidate_sessions.id"))
    criterion_id: Mapped[str | None] = mapped_column(Id)
    source: Mapped[str] = mapped_column(Word)
    pass_number: Mapped[int] = mapped_column(default=0)
    level: Mapped[int]
    rationale: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[Any]]
    is_doubted: Mapped[bool] = mapped_column(default=False)
    scored_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    @classmethod
    def of_session(cls, session: Session, session_id: str) -> list["CriterionScore"]:
        """All judgements of a session, in the order in which they were made."""
        query = select(cls).where(cls.session_id == session_id)
        return list(session.scalars(query.order_by(cls.id)))


@dataclass(frozen=True)
class Decided:
    """What a criterion's judgements come to; `level` None where there is none to go by."""

    level: Fraction | None
    by: str | None
    model: tuple[CriterionScore, ...]
    person: CriterionScore | None

    @property
    def needs_person(self) -> bool:
        """Whether only a person can settle it."""
        return self.level is None


def decided(criterion: Json, scores: Sequence[CriterionScore]) -> Decided:
    """The person's level; else the mean of the model's two passes, unless they are too far apart."""
    mine = [score for score in scores if score.criterion_id == criterion["id"]]
    person = next((score for score in reversed(mine) if score.source == PERSON), None)
    latest = {score.pass_number: score for score in mine if score.source == MODEL}
    model = tuple(latest[number] for number in PASSES if number in latest)
    if person is not None:
        return Decided(Fraction(person.level), PERSON, model, person)
    if len(model) < len(PASSES) or any(score.is_doubted for score in model) or are_apart(criterion, model):
        return Decided(None, None, model, None)
    return Decided(Fraction(sum(score.level for score in model), len(model)), MODEL, model, None)


def are_apart(criterion: Json, model: Sequence[CriterionScore]) -> bool:
    """Whether judgements are more than a level apart: by the scale's levels, whose numbers may have gaps."""
    levels = levels_of(criterion)
    places = [levels.index(score.level) for score in model]
    return bool(places) and max(places) - min(places) > MOST_APART


def result_of(
    criteria: Sequence[Json], scores: Sequence[CriterionScore], cutoff: int, warnings: Sequence[str] = ()
) -> Json:
    """`{"score", "passed", "cutoff", "criteria", "overall", "warnings"}`; score and passed are None while
    anything is undecided.

    The score is the weighted share of the way from each criterion's lowest level to its highest, in whole
    percent, half up. Without criteria it is the percent that a person gave last, told as `overall`.
    """
    found = [(criterion, decided(criterion, scores)) for criterion in criteria]
    overall = next((score for score in reversed(scores) if score.criterion_id is None), None)
    score = _percent(found) if criteria or overall is None else overall.level
    return {
        "score": score,
        "passed": score >= cutoff if score is not None else None,
        "cutoff": cutoff,
        "criteria": [_told(criterion, one) for criterion, one in found],
        "overall": _judgement(overall) if overall is not None else None,
        "warnings": list(warnings),
    }


def locked(session: Session, session_id: str) -> CandidateSession:
    """The session, held until the transaction ends; raises NotFound for one that was erased."""
    query = select(CandidateSession).where(CandidateSession.id == session_id).with_for_update()
    taken = session.scalar(query.execution_options(populate_existing=True))
    if taken is None or taken.erased_at is not None:
        raise NotFound(GONE)
    return taken


def settle(
    session: Session, session_id: str, scores: Sequence[CriterionScore], warnings: Sequence[str]
) -> CandidateSession:
    """Store what the model made of a session, which may be nothing. A person's scores win.

    Raises NotFound for a session that was erased.
    """
    taken = locked(session, session_id)
    session.add_all(scores)
    _put_together(session, taken, warnings)
    return taken


def score_by_person(session: Session, taken: CandidateSession, scores: Sequence[Json], by: str) -> None:
    """Store a person's scores, each `{"criterion_id", "level", "comment"}`: all of them or none.

    Raises InvalidInput that names a criterion which the session does not have, or has no such level;
    Conflict where there is nothing to score yet, NotFound where there is nothing any more.
    """
    taken = _scorable(session, taken)
    criteria = {criterion["id"]: criterion for criterion in taken.criteria or ()}
    problems = [problem for score in scores if (problem := _problem(criteria, score))]
    problems += _repeated(scores)
    if problems:
        raise InvalidInput(f"scores: {problems[0]}", {"scores": problems})
    session.add_all(
        _of_person(taken, score["criterion_id"], score["level"], score.get("comment"), by) for score in scores
    )
    _put_together(session, taken, _warnings_of(taken))


def score_overall(
    session: Session, taken: CandidateSession, percent: int, comment: str | None, by: str
) -> None:
    """Store a person's percent for a task without a rubric.

    Raises InvalidInput for a percent that is none and for a task that has a rubric; Conflict, NotFound as
    `score_by_person`.
    """
    taken = _scorable(session, taken)
    if taken.criteria:
        problem = "This task has a rubric; score its criteria."
        raise InvalidInput(f"score: {problem}", {"score": [problem]})
    if not _is_whole(percent) or not 0 <= percent <= 100:
        problem = "Must be a whole number from 0 to 100."
        raise InvalidInput(f"score: {problem}", {"score": [problem]})
    session.add(_of_person(taken, None, percent, comment, by))
    _put_together(session, taken, _warnings_of(taken))


def levels_of(criterion: Json) -> list[int]:
    """The criterion's levels, the lowest first."""
    return sorted(int(level["level"]) for level in criterion["levels"])


def _scorable(session: Session, taken: CandidateSession) -> CandidateSession:
    """The session, held, if a person can score it."""
    taken = locked(session, taken.id)
    if taken.form_id is not None:
        raise Conflict("This session has questions, which are scored by their keys.")
    if taken.status == IN_PROGRESS:
        raise Conflict("This session has not been submitted yet.")
    return taken


def _problem(criteria: Mapping[str, Json], score: Json) -> str | None:
    criterion = criteria.get(score["criterion_id"])
    if criterion is None:
        return f"This session has no criterion {score['criterion_id']}."
    levels = levels_of(criterion)
    if not _is_whole(score["level"]) or score["level"] not in levels:
        known = ", ".join(map(str, levels))
        return f"{criterion['name']} has no level {score['level']}; its levels are {known}."
    return None


def _repeated(scores: Sequence[Json]) -> list[str]:
    ids = [score["criterion_id"] for score in scores]
    return [f"Criterion {one} is scored twice." for one in dict.fromkeys(ids) if ids.count(one) > 1]


def _is_whole(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def _of_person(
    taken: CandidateSession, criterion_id: str | None, level: int, comment: str | None, by: str
) -> CriterionScore:
    return CriterionScore(
        session_id=taken.id,
        criterion_id=criterion_id,
        source=PERSON,
        level=level,
        rationale=comment or "",
        evidence=[],
        scored_by=by,
    )


def _warnings_of(taken: CandidateSession) -> list[str]:
    return list((taken.result or {}).get("warnings", ()))


def _put_together(session: Session, taken: CandidateSession, warnings: Sequence[str]) -> None:
    """Make the session's result anew from all its judgements."""
    session.flush()
    scores = CriterionScore.of_session(session, taken.id)
    taken.result = result_of(taken.criteria or [], scores, taken.cutoff, warnings)
    taken.score = taken.result["score"]
    taken.status = IN_REVIEW if taken.score is None else SCORED
    taken.updated_at = utcnow()
    session.flush()


def _percent(found: Sequence[tuple[Json, Decided]]) -> int | None:
    if not found:
        return None
    weights = reached = Fraction(0)
    for criterion, one in found:
        if one.level is None:
            return None
        # By its text: a weight of 0.1 is a tenth, and not the nearest binary number.
        weight = Fraction(str(criterion["weight"]))
        weights += weight
        reached += weight * _share(criterion, one.level)
    return int(100 * reached / weights + Fraction(1, 2))


def _share(criterion: Json, level: Fraction) -> Fraction:
    lowest, *_, highest = levels_of(criterion)
    return (level - lowest) / (highest - lowest)


def _told(criterion: Json, one: Decided) -> Json:
    return {
        "id": criterion["id"],
        "name": criterion["name"],
        "weight": criterion["weight"],
        "level": _number(one.level),
        "by": one.by,
        "needs_person": one.needs_person,
        "model": [_judgement(score) for score in one.model],
        "person": _judgement(one.person) if one.person else None,
    }


def _number(level: Fraction | None) -> int | float | None:
    """A level as JSON has it: whole, or halfway between two."""
    if level is None:
        return None
    return int(level) if level.denominator == 1 else float(level)


def _judgement(score: CriterionScore) -> Json:
    return {
        "level": score.level,
        "rationale": score.rationale,
        "evidence": score.evidence,
        "scored_by": score.scored_by,
        "scored_at": iso_time(score.created_at),
    }
