"""Taking an assessment: redeem a key, submit, run out of time. `taking_rules` says when what may be done.

A session's row is held while it is submitted; `sittings` holds it while answers are saved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import forms, responses, reviews, scoring_jobs, session_results
from models.assessments import Assessment
from models.base import Json, parse_id, utcnow
from models.candidates import (
    IN_PROGRESS,
    IN_REVIEW,
    SCORED,
    SUBMITTED,
    CandidateKey,
    CandidateSession,
)
from models.errors import DomainError, InvalidInput, Refused
from models.responses import Answer
from models.rubrics import Rubric
from models.sittings import answer_of, check, is_over, standing_of
from models.taking_rules import BY_CANDIDATE, BY_DEADLINE, INVALID, SAVE, START, SUBMIT, Standing

# Without a limit a session is open as long as its key is good.
NO_LIMIT = 0


def invalid_key() -> Refused:
    """What is answered to a key that is none."""
    return Refused(INVALID.code, INVALID.message)


@dataclass(frozen=True)
class Place:
    """A candidate's key, what it is for, and the session that it has opened, if it has."""

    key: CandidateKey
    assessment: Assessment
    taken: CandidateSession | None

    @property
    def standing(self) -> Standing:
        """Where the candidate stands."""
        key = self.key
        return standing_of(key.revoked_at, key.expires_at, self.assessment.deleted_at, self.taken)

    @property
    def session(self) -> CandidateSession:
        """The session, of a candidate who has begun."""
        assert self.taken is not None
        return self.taken


def place_of(session: Session, key_id: str) -> Place:
    """The place of a key."""
    row = session.execute(
        select(CandidateKey, Assessment, CandidateSession)
        .join(Assessment, Assessment.id == CandidateKey.assessment_id)
        .outerjoin(CandidateSession, CandidateSession.key_id == CandidateKey.id)
        .where(CandidateKey.id == key_id)
        .execution_options(populate_existing=True)
    ).one()
    return Place(*row)


def held(session: Session, key_id: str, call: str) -> Place:
    """The key's place, its session held until the transaction ends, for a call that may change it.

    Raises Refused.
    """
    place = _held(session, key_id)
    check(call, place.standing)
    return place


def _held(session: Session, key_id: str) -> Place:
    session.execute(select(CandidateSession.id).where(CandidateSession.key_id == key_id).with_for_update())
    return place_of(session, key_id)


def start(session: Session, key_id: str, require_approval: bool) -> Place:
    """Redeem the key and start the session; again, the same session. Raises Refused."""
    session.execute(select(CandidateKey.id).where(CandidateKey.id == key_id).with_for_update())
    place = place_of(session, key_id)
    check(START, place.standing)
    if place.taken is not None:
        return place
    key, assessment = place.key, place.assessment
    reviews.check_usable(assessment, require_approval)
    now = utcnow()
    taken = CandidateSession(
        organization_id=key.organization_id,
        assessment_id=assessment.id,
        assessment_version=assessment.version,
        form_id=assessment.form_id,
        key_id=key.id,
        mode=key.mode,
        started_at=now,
        time_limit=assessment.total_duration,
        deadline=deadline_of(key, assessment, now),
        cutoff=assessment.cutoff,
    )
    key.redeemed_at = now
    session.add(taken)
    session.flush()
    return Place(key, assessment, taken)


def deadline_of(key: CandidateKey, assessment: Assessment, started_at: datetime) -> datetime:
    """When the server closes the session: after the limit and the extra time; without one, with the key."""
    if assessment.total_duration == NO_LIMIT:
        return key.expires_at
    # A key that was redeemed in its last hour still gives the whole time.
    return started_at + timedelta(minutes=assessment.total_duration) * (100 + key.extra_percent) / 100


def record_events(session: Session, key_id: str, events: Sequence[Json]) -> int:
    """Store what the candidate's page tells; how many of the events were new. Raises Refused."""
    return responses.record_events(session, held(session, key_id, SAVE).session, events)


@dataclass(frozen=True)
class Handed:
    """A session that was handed in, and the ids of the jobs to publish once that is committed."""

    taken: CandidateSession
    jobs: list[str]


def submit(
    session: Session, key_id: str, answers: Sequence[tuple[str, Any]], task: Mapping[str, str]
) -> Handed:
    """Submit a form with its last answers (question id, value), or a task as `repo_url`, `patch`, `notes`.

    Raises Refused, and InvalidInput for what is no answer to this session; then nothing has changed.
    """
    place = held(session, key_id, SUBMIT)
    taken = place.session
    _check_kind(taken, answers, task)
    responses.save(session, _answers(session, place, answers))
    for name, text in task.items():
        setattr(taken, name, text)
    return Handed(taken, finish(session, place, BY_CANDIDATE))


def _check_kind(taken: CandidateSession, answers: Sequence[Any], task: Mapping[str, str]) -> None:
    if taken.form_id is not None and task:
        name, problem = next(iter(task)), "This session has questions; submit their answers."
    elif taken.form_id is None and answers:
        name, problem = "answers", "This session is a task and has no questions."
    elif taken.form_id is None and not task:
        name, problem = "repo_url", "Give at least one of repoUrl, patch and notes."
    else:
        return
    wire = {"repo_url": "repoUrl"}.get(name, name)
    raise InvalidInput(f"{wire}: {problem}", {wire: [problem]})


def _answers(session: Session, place: Place, answers: Sequence[tuple[str, Any]]) -> list[Answer]:
    taken = place.session
    ids = [parse_id(question_id) for question_id, _ in answers]
    shapes = forms.shapes_of(session, {(taken.form_id, one) for one in ids if one and taken.form_id})
    problems: dict[str, list[str]] = {}
    checked = []
    for at, (question_id, (_, value)) in enumerate(zip(ids, answers, strict=True)):
        try:
            checked.append(answer_of(taken.id, taken.form_id, question_id, value, shapes))
        except InvalidInput as error:
            problems[f"answers.{at}"] = error.errors["answer"]
        except DomainError as error:
            problems[f"answers.{at}"] = [str(error)]
    if not problems and len({one.question_id for one in checked}) < len(checked):
        problems["answers"] = ["A question comes twice."]
    if problems:
        name, [message] = next(iter(problems.items()))
        raise InvalidInput(f"{name}: {message}", problems)
    return checked


def finish(session: Session, place: Place, by: str) -> list[str]:
    """Close the session and score its form; a task waits for its scores. The ids of jobs to publish."""
    taken = place.session
    now = utcnow()
    taken.submitted_at = taken.deadline if by == BY_DEADLINE else now
    taken.submitted_by = by
    taken.updated_at = now
    place.key.completed_at = taken.submitted_at
    if taken.form_id is None:
        return _hand_over(session, place)
    taken.result = session_results.result_of(session_results.judged(session, taken), taken.cutoff)
    taken.score = taken.result["score"]
    taken.status = SCORED
    session.flush()
    return []


def _hand_over(session: Session, place: Place) -> list[str]:
    """A task goes to the scoring of its rubric; without one, to a person."""
    taken, assessment = place.session, place.assessment
    rubric = session.get(Rubric, assessment.rubric_id) if assessment.rubric_id else None
    if rubric is None or not rubric.criteria:
        taken.status = IN_REVIEW
        return []
    taken.criteria = rubric.criteria
    taken.status = SUBMITTED
    return [scoring_jobs.begin(session, taken, f"candidate_key:{place.key.prefix}")]


def finish_overdue(session: Session, session_id: str) -> list[str]:
    """Submit what was saved in a session whose time is over, if nobody has; the ids of jobs to publish."""
    taken = session.get_one(CandidateSession, session_id)
    place = _held(session, taken.key_id)
    if taken.status != IN_PROGRESS or not is_over(taken) or taken.erased_at is not None:
        return []
    return finish(session, place, BY_DEADLINE)


def overdue(session: Session, limit: int) -> list[str]:
    """Sessions whose time is over and that nobody has submitted."""
    query = select(CandidateSession.id).where(
        CandidateSession.status == IN_PROGRESS,
        CandidateSession.deadline <= utcnow(),
        CandidateSession.erased_at.is_(None),
    )
    return list(session.scalars(query.order_by(CandidateSession.deadline).limit(limit)))
