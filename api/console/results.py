"""Results: of all assessments, of one, of a candidate, of cohorts."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from api import sessions_v1
from api.auth import caller
from api.console import guard, paths, results_compare, results_figures, results_report
from api.console import results_words as words
from api.console.pages import page
from api.paging import cut, from_cursor
from api.services import services
from models import Assessment, CandidateKey, CandidateSession, candidates, cohort_figures, cohorts
from models.candidates import IN_REVIEW, SESSION_STATUSES, Wanted, assessments_of
from models.errors import InvalidInput
from models.organizations import MODES

# Rows of a page.
LIMIT = 25

blueprint = Blueprint(
    "results_pages", __name__, url_prefix=f"{paths.CONSOLE}/results", template_folder="templates"
)
blueprint.before_request(guard.require_sign_in)
blueprint.add_url_rule("/compare", "compare", results_compare.show)
blueprint.add_url_rule("/sessions/<session_id>", "report", results_report.show)
blueprint.add_url_rule("/sessions/<session_id>", "score", results_report.score, methods=["POST"])
blueprint.add_url_rule("/sessions/<session_id>/report.pdf", "report_pdf", results_report.show_pdf)
blueprint.add_url_rule("/sessions/<session_id>/erase", "ask_to_erase", results_report.ask_to_erase)
blueprint.add_url_rule("/sessions/<session_id>/erase", "erase", results_report.erase, methods=["POST"])


@blueprint.get("")
def index() -> Response:
    """The assessments that somebody has begun, newest first."""
    me, after = caller(), from_cursor(request.args.get("cursor"))
    with services().database.read() as session:
        rows = cohort_figures.with_sessions(session, me.organization_id, me.mode, after, LIMIT + 1)
        found, cursor = cut(rows, LIMIT)
        tallies = cohort_figures.tallies(session, found, me.mode)
        waiting = candidates.count_waiting(session, me.organization_id, me.mode)
    return page(
        "console/results.html",
        assessments=found,
        tallies=tallies,
        waiting=waiting,
        cursor=cursor,
        after=after,
        words=words,
    )


@blueprint.get("/waiting")
def waiting() -> Response:
    """The sessions that wait for a person's scores, of all tasks, those begun last first."""
    me = caller()
    with services().database.read() as session:
        found = _candidates(session, Wanted(None, IN_REVIEW, me.mode))
        tasks = assessments_of(session, [taken for taken, _ in found.rows])
    return page("console/results_waiting.html", candidates=found, tasks=tasks, words=words)


@dataclass(frozen=True)
class Candidates:
    """A page of an assessment's sessions, each with its key, and where it goes on."""

    rows: list[tuple[CandidateSession, CandidateKey]]
    cursor: str | None


@blueprint.get("/<assessment_id>")
def show(assessment_id: str) -> Response:
    """How an assessment's candidates did, how its questions do, and who the candidates are."""
    me = caller()
    status, mode = _one_of("status", SESSION_STATUSES), _one_of("mode", MODES)
    with services().database.read() as session:
        assessment = Assessment.ever(session, me.organization_id, assessment_id)
        found = _candidates(session, Wanted(assessment.id, status, mode))
        cohort = cohorts.cohort_of(session, assessment, me.mode)
        tally = cohort_figures.tallies(session, [assessment], me.mode)[assessment.id]
        skills = cohort_figures.skills_of(session, assessment, me.mode)
        items = cohorts.form_figures(session, assessment, me.mode) if assessment.form_id else None
    return page(
        "console/results_assessment.html",
        assessment=assessment,
        candidates=found,
        chosen={"status": status, "mode": mode},
        cohort=cohort,
        tally=tally,
        words=words,
        with_keys=_with_keys(),
        **_pictures(assessment, cohort, skills, items),
    )


@blueprint.get("/<assessment_id>/sessions.csv")
def export(assessment_id: str) -> Response:
    """The sessions of an assessment as CSV, filtered as on its page."""
    me, database = caller(), services().database
    with database.read() as session:
        assessment = Assessment.ever(session, me.organization_id, assessment_id)
    wanted = Wanted(assessment.id, _one_of("status", SESSION_STATUSES), _one_of("mode", MODES))
    return sessions_v1.exported(database, me.organization_id, wanted)


def _candidates(session: Session, wanted: Wanted) -> Candidates:
    after = from_cursor(request.args.get("cursor"))
    rows = CandidateSession.page(session, caller().organization_id, wanted, after, LIMIT + 1)
    found, cursor = cut(rows, LIMIT)
    keys = candidates.keys_of(session, found)
    return Candidates([(taken, keys[taken.key_id]) for taken in found], cursor)


def _pictures(
    assessment: Assessment,
    cohort: cohorts.Cohort,
    skills: list[cohort_figures.SkillFigures],
    items: cohorts.FormFigures | None,
) -> dict[str, Any]:
    rows = results_figures.item_rows(items) if items else []
    told = [one for one in skills if one.mean is not None]
    return {
        "distribution": results_figures.distribution(cohort, assessment.cutoff),
        "skills": skills,
        "skill_bars": results_figures.skill_bars(told) if told else None,
        "items": items,
        "item_rows": rows,
        "item_scatter": results_figures.item_scatter(rows),
    }


def _with_keys() -> bool:
    """Whether the right answers were asked for; they are the owner's to see, and stay hidden until then."""
    return request.args.get("keys") == "1"


def _one_of(name: str, known: tuple[str, ...]) -> str | None:
    """A filter's value; raises InvalidInput for one that there is not."""
    given = request.args.get(name) or None
    if given is not None and given not in known:
        raise InvalidInput(f"{name}: it must be one of {', '.join(known)}.", {name: ["It is not known."]})
    return given
