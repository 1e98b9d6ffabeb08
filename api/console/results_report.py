"""A candidate's report: as a page, as a PDF; scoring the candidate's task, and erasing the candidate."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import format_datetime, gettext, ngettext
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api import presenters_sessions, sessions_v1
from api.auth import caller
from api.console import charts, guard, results_scoring
from api.console import results_words as words
from api.console.charts import Bar, Told
from api.console.pages import page
from api.console.results_scoring import Change, Errors, Form, Row, Said
from api.presenters_sessions import WholeSession
from api.services import services
from models import (
    Assessment,
    CandidateKey,
    CandidateSession,
    CriterionScore,
    SessionComment,
    candidate_erasure,
    cohort_figures,
    cohorts,
)
from models.base import Json
from models.candidates import IN_PROGRESS, SCORED
from models.cohort_figures import SkillFigures
from models.organizations import ADMIN, GENERATE
from models.session_results import Judged
from models.timeline import Place, TimelineEvent, timeline

# Events of a page of the report.
EVENTS = 100


@dataclass(frozen=True)
class SkillRow:
    """A skill of a candidate: its result, what others had in the mean, and the percentile rank."""

    result: Json
    mean: float | None
    rank: int | None


@dataclass(frozen=True)
class Report:
    """All that a report tells.

    `told` is the session as the API tells it. `rank` is the percentile rank of the score; there is none where
    the session is of another mode than the key that asks, or the cohort is too small.
    """

    whole: WholeSession
    told: Json
    skills: list[SkillRow]
    rank: int | None
    is_compared: bool
    cohort_size: int
    with_keys: bool

    @property
    def taken(self) -> CandidateSession:
        """The session."""
        return self.whole.session

    @property
    def assessment(self) -> Assessment:
        """What was taken."""
        return self.whole.assessment

    @property
    def key(self) -> CandidateKey:
        """What the candidate was invited with."""
        return self.whole.key

    @property
    def name(self) -> str:
        """Whose report it is."""
        return words.name_of(self.key.candidate_name, self.key.candidate_email)

    @property
    def result(self) -> Json | None:
        """The result as a whole."""
        return self.told["result"]["overall"] if self.told["result"] else None

    @property
    def criteria(self) -> list[Json]:
        """A task's criteria with what was said of each, and its levels' names."""
        known = {one["id"]: one for one in self.taken.criteria or ()}
        found = (self.told["result"] or {}).get("criteria", [])
        return [{**one, "levels": known.get(one["id"], {}).get("levels", [])} for one in found]

    @property
    def rows(self) -> list[Row]:
        """A task's criteria with every judgement that counts."""
        return results_scoring.rows_of(self.taken, self.whole.scores)

    @property
    def answers(self) -> list[tuple[Judged, Json]]:
        """The questions in their order, each with how the API tells its answer."""
        return list(zip(self.whole.judged, self.told["responses"], strict=True))

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        ended: datetime | None = self.taken.submitted_at
        return (ended - self.taken.started_at).total_seconds() if ended else None

    @property
    def positions(self) -> dict[str, int]:
        """The questions' numbers, by their ids."""
        return {one.shown.question.id: one.shown.position for one in self.whole.judged}

    @property
    def criterion_names(self) -> dict[str, str]:
        """What a task's criteria are called, by their ids."""
        return {one["id"]: one["name"] for one in self.taken.criteria or ()}

    @property
    def history(self) -> list[Json]:
        """What persons said, in the order of time; `at` is a time."""
        return [{**one, "at": datetime.fromisoformat(one["at"])} for one in self.told["history"]]

    def saved_at(self, question_id: str) -> datetime:
        """When the answer that counts was saved."""
        return self.whole.saved[self.taken.id, question_id].saved_at

    @property
    def skill_bars(self) -> Markup:
        """A bar for each skill, and a line where the mean of all candidates is."""
        told = Told(
            "skills",
            gettext("Score of each skill"),
            gettext(
                "A bar for each skill, as long as the candidate's score at it. A line across the bar is the "
                "mean of all candidates, where there are enough."
            ),
        )
        rows = [
            Bar(one.result["name"], one.result["score"], words.percent(one.result["score"]), one.mean)
            for one in self.skills
        ]
        return charts.bars(told, rows)


def level_name(criterion: Json, level: float | None) -> str:
    """What a level is called in the rubric; its number alone where it is between two."""
    labels = {one["level"]: one.get("label", "") for one in criterion["levels"]}
    label = labels.get(level, "")
    number = words.figure(level)
    return f"{number} · {label}" if label and label != number else number


def show(session_id: str) -> Response:
    """The report."""
    return _shown(session_id)


def _shown(session_id: str, errors: Errors | None = None) -> Response:
    """The report; with errors, its form as it was sent."""
    after = Place.parse(request.args["after"]) if "after" in request.args else None
    with services().database.read() as session:
        found = _report(session, session_id)
        events = timeline(session, found.taken, after, EVENTS + 1)
    return page(
        "console/results_report.html",
        422 if errors else 200,
        report=found,
        form=_form(found, errors),
        events=[_event(one, found) for one in events[:EVENTS]],
        goes_on=events[EVENTS - 1].place.text if len(events) > EVENTS else None,
        after=after,
        words=words,
        level_name=level_name,
    )


def _form(report: Report, errors: Errors | None) -> Form | None:
    """The form by which a person scores and comments; None where there is nothing to judge, or it may not."""
    if report.taken.status == IN_PROGRESS or not guard.may(GENERATE):
        return None
    if errors:
        return results_scoring.form_again(report.taken, request.form, errors)
    return results_scoring.form_of(report.taken, Said.of(report.whole.scores, report.whole.comments))


def score(session_id: str) -> AnyResponse:
    """Store what was changed in the form, and tell what others have said since its page was opened."""
    me = caller()
    with services().database.write() as session:
        taken = sessions_v1.submitted(session, me.organization_id, session_id)
        scores = CriterionScore.of_session(session, taken.id)
        said = Said.of(scores, SessionComment.of_session(session, taken.id))
        change = results_scoring.change_of(taken, said, request.form)
        if not change.errors:
            sessions_v1.store_said(session, taken, change.body, me.label)
    if change.errors:
        return _shown(session_id, change.errors)
    _tell(taken, change)
    return redirect(url_for("results_pages.report", session_id=taken.id), 303)


def _tell(taken: CandidateSession, change: Change) -> None:
    """Say what came of the form."""
    left = sum(one["needs_person"] for one in (taken.result or {}).get("criteria", []))
    if left:
        told = ngettext(
            "Stored. %(num)s criterion still waits for a person.",
            "Stored. %(num)s criteria still wait for a person.",
            left,
        )
        flash(told)
    elif taken.form_id is None and taken.score is not None:
        flash(gettext("Stored. The task's score is %(score)s.", score=words.percent(taken.score)))
    else:
        flash(gettext("Stored."))
    if change.meanwhile:
        who, when = max(change.meanwhile, key=lambda one: one[1])
        told = gettext(
            "Since you opened the page, something else was said of this session, last by %(who)s on %(when)s "
            "(UTC). What you changed counts now; all else is as they left it, and everything is kept below.",
            who=who,
            when=format_datetime(when, "medium"),
        )
        flash(told)


def show_pdf(session_id: str) -> Response:
    """The report as a PDF."""
    # Its library takes a second to load, which no other page is to pay for.
    from api.console import results_pdf

    with services().database.read() as session:
        found = _report(session, session_id)
    here = url_for("results_pages.report", session_id=found.taken.id, _external=True)
    response = Response(results_pdf.pdf(found, here), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename=report-{found.taken.id[:8]}.pdf"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def ask_to_erase(session_id: str) -> Response:
    """Ask whether the candidate is really to be erased."""
    guard.require(ADMIN)
    with services().database.read() as session:
        taken = CandidateSession.get(session, caller().organization_id, session_id)
        key = session.get_one(CandidateKey, taken.key_id)
        assessment = session.get_one(Assessment, taken.assessment_id)
    name = words.name_of(key.candidate_name, key.candidate_email)
    return page("console/results_erase.html", taken=taken, name=name, assessment=assessment)


def erase(session_id: str) -> AnyResponse:
    """Erase the candidate, and go back to the assessment."""
    guard.require(ADMIN)
    owner = caller().organization_id
    with services().database.write() as session:
        taken = CandidateSession.get(session, owner, session_id)
        candidate_erasure.erase(session, owner, taken.id)
    flash(gettext("The candidate was erased. The score still counts in the figures."))
    return redirect(url_for("results_pages.show", assessment_id=taken.assessment_id), 303)


def _report(session: Session, session_id: str) -> Report:
    me = caller()
    taken = CandidateSession.get(session, me.organization_id, session_id)
    whole = sessions_v1.whole_of(session, taken)
    with_keys = request.args.get("keys") == "1"
    told = presenters_sessions.whole(whole, with_keys=with_keys)
    is_compared = taken.mode == me.mode
    cohort = cohorts.cohort_of(session, whole.assessment, taken.mode) if is_compared else None
    skills = cohort_figures.skills_of(session, whole.assessment, taken.mode) if is_compared else []
    return Report(
        whole=whole,
        told=told,
        skills=_skills(taken, told, skills),
        rank=cohort.rank_of(taken) if cohort else None,
        is_compared=is_compared,
        cohort_size=cohort.statistics.n if cohort else 0,
        with_keys=with_keys,
    )


def _skills(taken: CandidateSession, told: Json, figures: list[SkillFigures]) -> list[SkillRow]:
    """Each skill of the candidate beside the cohort's; the ranks of a score alone, as the API has it."""
    by_id = {one.id: one for one in figures}
    rows = []
    for result in (told["result"] or {}).get("skills", []):
        others = by_id.get(result["id"])
        is_ranked = others is not None and taken.status == SCORED
        rank = others.rank_of(result["score"]) if others is not None and is_ranked else None
        rows.append(SkillRow(result, others.mean if others else None, rank))
    return rows


def _event(one: TimelineEvent, report: Report) -> dict[str, Any]:
    return {"at": one.at, "text": words.happened(one.type, one.data, report.positions)}
