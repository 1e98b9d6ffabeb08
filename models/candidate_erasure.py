"""Erasing a candidate: who it was and what they wrote go from every table, scores and counts stay.

What stays: the session with its times, its score and its result without words, the options that were
chosen, and whether what was typed was right. Of a session that has not been submitted no answer stays.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import cohorts, erased_jobs, forms, idempotency, responses, scoring_jobs, task_scores
from models.base import utcnow
from models.candidates import IN_PROGRESS, CandidateKey, CandidateSession
from models.errors import Unready
from models.forms import Form
from models.responses import Response, SessionEvent
from models.session_comments import SessionComment
from models.task_scores import CriterionScore


def erase(session: Session, organization_id: str, session_id: str) -> None:
    """Erase the candidate of a session. The session is nobody's from then on, and its key is revoked.

    Raises NotFound for one that is not the organisation's, or erased already; Unready where its scoring
    began at this moment.
    """
    taken = CandidateSession.get(session, organization_id, session_id)
    jobs = erased_jobs.locked(session, scoring_jobs.jobs_of(session, taken))
    taken = task_scores.locked(session, taken.id)
    if set(scoring_jobs.jobs_of(session, taken)) != {job.id for job in jobs}:
        # A run takes its job before the session; to take that job now could wait for each other for ever.
        raise Unready("The session was submitted at this moment; try again.")
    for job in jobs:
        erased_jobs.empty(session, job)
    _forget(session, _held_key(session, taken.key_id))
    idempotency.empty_about(session, taken.id)
    session.execute(delete(SessionEvent).where(SessionEvent.session_id == taken.id))
    session.execute(delete(SessionComment).where(SessionComment.session_id == taken.id))
    if taken.status == IN_PROGRESS:
        # Nothing of it counts, and nobody will submit it any more.
        session.execute(delete(Response).where(Response.session_id == taken.id))
    _empty_answers(session, taken)
    _empty_scores(session, taken)
    taken.repo_url = taken.patch = taken.notes = None
    taken.erased_at = taken.updated_at = utcnow()
    session.flush()


def erase_invited(session: Session, organization_id: str, assessment_id: str, key_id: str) -> None:
    """Erase the candidate that a key was made for, who may have begun or not; again, nothing more happens.

    Keys that are revoked, and of assessments that are deleted, are found too. Raises NotFound, Unready.
    """
    key = CandidateKey.ever(session, organization_id, assessment_id, key_id)
    taken = session.scalar(select(CandidateSession).where(CandidateSession.key_id == key.id))
    if taken is None:
        _erase_unbegun(session, key.id)
    elif taken.erased_at is None:
        erase(session, organization_id, taken.id)


def _erase_unbegun(session: Session, key_id: str) -> None:
    key = _held_key(session, key_id)
    if session.scalar(select(CandidateSession.id).where(CandidateSession.key_id == key.id)) is not None:
        # Who submits holds the session before the key; to hold them the other way round could wait for ever.
        raise Unready("The candidate began at this moment; try again.")
    _forget(session, key)


def _held_key(session: Session, key_id: str) -> CandidateKey:
    return session.get_one(CandidateKey, key_id, with_for_update=True, populate_existing=True)


def _forget(session: Session, key: CandidateKey) -> None:
    """Who the key was for."""
    key.candidate_email = key.candidate_name = None
    key.revoked_at = key.revoked_at or utcnow()
    # Keys are made many at a time: the answer that shows this one names others too.
    for about in (key.id, key.assessment_id):
        idempotency.empty_about(session, about)
    session.flush()


def _empty_answers(session: Session, taken: CandidateSession) -> None:
    """Keep of each question the last answer, without what was typed."""
    form = session.get(Form, taken.form_id) if taken.form_id else None
    if form is None:
        return
    last = responses.latest(session, [taken.id])
    for shown in forms.questions_of(session, form, with_keys=True):
        response = last.get((taken.id, shown.question.id))
        if response is not None:
            response.answer = cohorts.without_text(shown, response.answer)
    session.flush()
    kept = [response.id for response in last.values()]
    session.execute(
        delete(Response)
        .where(Response.session_id == taken.id, Response.id.not_in(kept))
        .execution_options(synchronize_session=False)
    )


def _empty_scores(session: Session, taken: CandidateSession) -> None:
    """The levels stay; why they were given, and the words that show it, go."""
    scores = CriterionScore.of_session(session, taken.id)
    for score in scores:
        score.rationale, score.evidence = "", []
    if taken.form_id is None and taken.result is not None:
        taken.result = task_scores.result_of(taken.criteria or [], scores, taken.cutoff)
