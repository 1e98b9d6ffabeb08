"""Candidates' sessions and what they add up to, as their owner sees them; names as in the schemas."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api import presenters
from models import Assessment, CandidateKey, CandidateSession, CriterionScore, SessionComment
from models.base import Json, iso_time, iso_time_or_none
from models.cohorts import Cohort, FormFigures
from models.forms import ShownQuestion
from models.item_statistics import BINS, ItemStatistics
from models.responses import COPY, FULL_SCREEN_EXIT, PASTE, TAB_SWITCH, Response
from models.session_results import Judged
from models.task_scores import PERSON
from models.timeline import TimelineEvent

COLUMNS = (
    "id",
    "assessmentId",
    "candidateEmail",
    "candidateName",
    "status",
    "score",
    "passed",
    "cutoff",
    "startedAt",
    "submittedAt",
    "submittedBy",
    "mode",
)
# With these at its start a spreadsheet takes a cell for a formula, tabs and line ends before them aside.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# How a cell's first character may hide one of these: as wide as an East Asian letter.
WIDE = str.maketrans("＝＋－＠", "=+-@")


@dataclass(frozen=True)
class WholeSession:
    """All that is shown of a session."""

    session: CandidateSession
    key: CandidateKey
    assessment: Assessment
    judged: Sequence[Judged]
    saved: Mapping[tuple[str, str], Response]
    counts: Mapping[str, int]
    scores: Sequence[CriterionScore]
    comments: Sequence[SessionComment]


def summary(taken: CandidateSession, key: CandidateKey) -> Json:
    """A session as a list shows it."""
    return {
        "id": taken.id,
        "assessment_id": taken.assessment_id,
        "mode": taken.mode,
        "candidate_email": key.candidate_email,
        "candidate_name": key.candidate_name,
        "status": taken.status,
        "score": taken.score,
        "passed": taken.result["passed"] if taken.result else None,
        "started_at": iso_time(taken.started_at),
        "submitted_at": iso_time_or_none(taken.submitted_at),
        "submitted_by": taken.submitted_by,
    }


def whole(found: WholeSession, with_keys: bool) -> Json:
    """A session with all that is known of it; the questions' keys only if they are asked for."""
    taken = found.session
    last = found.comments[-1].text if found.comments else None
    return {
        **summary(taken, found.key),
        "key_id": taken.key_id,
        "deadline": iso_time(taken.deadline),
        "extra_time_percent": found.key.extra_percent,
        "result": _result(taken),
        "responses": [_response(found, one, with_keys) for one in found.judged],
        "submission": _submission(taken),
        "proctoring": proctoring(found.assessment.proctoring, found.counts),
        "comment": last or None,
        "history": _history(found),
    }


def _result(taken: CandidateSession) -> Json | None:
    result = taken.result
    if result is None:
        return None
    names = ("score", "passed", "cutoff", "correct", "answered", "total")
    overall = {name: result[name] for name in names if name in result}
    if taken.form_id is not None:
        return {"overall": overall, "sections": result["sections"], "skills": result["skills"]}
    person = result.get("overall")
    overall["person"] = {**_of_person(person), "score": person["level"]} if person else None
    criteria = [
        {**one, "person": _of_person(one["person"]) if one["person"] else None} for one in result["criteria"]
    ]
    return {"overall": overall, "criteria": criteria, "warnings": result.get("warnings", [])}


def _of_person(judgement: Json) -> Json:
    return {**judgement, "comment": judgement["rationale"] or None}


def _response(found: WholeSession, one: Judged, with_keys: bool) -> Json:
    question = one.shown.question
    saved = found.saved.get((found.session.id, question.id))
    told = {
        "question_id": question.id,
        "position": one.shown.position,
        "type": question.type,
        "question": question.stem,
        "options": one.shown.options,
        "answer": one.answer,
        "is_right": one.is_right,
        "version": saved.version if saved else 0,
        "saved_at": iso_time(saved.saved_at) if saved else None,
    }
    return told | _key(one.shown) if with_keys else told


def _key(shown: ShownQuestion) -> Json:
    return {"key": presenters.question(shown)["key"]}


def _submission(taken: CandidateSession) -> Json | None:
    if taken.form_id is not None:
        return None
    return {"repo_url": taken.repo_url, "patch": taken.patch, "notes": taken.notes}


def proctoring(settings: Json, counts: Mapping[str, int]) -> Json:
    """How often each watched thing happened, beside how often the settings allow it (None: at will)."""
    limits = _limits(settings)
    events = [
        {"type": kind, "count": counts[kind], "limit": limit, "is_exceeded": _exceeds(counts[kind], limit)}
        for kind, limit in limits.items()
    ]
    return {
        "enabled": bool(settings.get("enabled")),
        "events": events,
        "exceeded": [one["type"] for one in events if one["is_exceeded"]],
    }


def _limits(settings: Json) -> dict[str, int | None]:
    if not settings.get("enabled"):
        return dict.fromkeys((TAB_SWITCH, COPY, PASTE, FULL_SCREEN_EXIT))
    no_copies = 0 if settings["copy_paste_blocked"] else None
    return {
        TAB_SWITCH: settings["tab_switch_limit"],
        COPY: no_copies,
        PASTE: no_copies,
        FULL_SCREEN_EXIT: 0 if settings["full_screen"] else None,
    }


def _exceeds(count: int, limit: int | None) -> bool:
    return limit is not None and count > limit


def _history(found: WholeSession) -> list[Json]:
    """Persons' scores and comments, the first one first."""
    scores = [
        {
            "criterion_id": one.criterion_id,
            "level": one.level if one.criterion_id else None,
            "score": None if one.criterion_id else one.level,
            "comment": one.rationale or None,
            "by": one.scored_by,
            "at": iso_time(one.created_at),
        }
        for one in found.scores
        if one.source == PERSON
    ]
    comments = [
        {
            "criterion_id": None,
            "level": None,
            "score": None,
            "comment": one.text or None,
            "by": one.written_by,
            "at": iso_time(one.created_at),
        }
        for one in found.comments
    ]
    return sorted(scores + comments, key=lambda one: str(one["at"]))


def event(one: TimelineEvent) -> Json:
    """An event of a timeline."""
    return {
        "id": one.place.text,
        "type": one.type,
        "at": iso_time(one.at),
        "received_at": iso_time(one.received_at),
        "data": one.data,
    }


def csv_head() -> str:
    """The columns' names."""
    return _csv([COLUMNS])


def csv_rows(found: Sequence[tuple[CandidateSession, CandidateKey]]) -> str:
    """A row for each session, in the order of the columns."""
    return _csv([_cells(taken, key) for taken, key in found])


def _cells(taken: CandidateSession, key: CandidateKey) -> list[str]:
    told = summary(taken, key)
    passed = {True: "true", False: "false", None: ""}[told["passed"]]
    cells = (
        told["id"],
        told["assessment_id"],
        told["candidate_email"],
        told["candidate_name"],
        told["status"],
        told["score"],
        passed,
        taken.cutoff,
        told["started_at"],
        told["submitted_at"],
        told["submitted_by"],
        told["mode"],
    )
    return [_defused("" if cell is None else str(cell)) for cell in cells]


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.translate(WIDE).startswith(FORMULA) else cell


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def cohort(assessment: Assessment, found: Cohort) -> Json:
    """How the scores of an assessment are spread."""
    figures = found.statistics
    bins = figures.distribution
    return {
        "assessment_id": assessment.id,
        "n": figures.n,
        "mean": _rounded(figures.mean),
        "deviation": _rounded(figures.deviation),
        "percentiles": figures.percentiles,
        "pass_rate": _rounded(found.pass_rate),
        "distribution": [_bin(place, count) for place, count in enumerate(bins)] if bins else None,
    }


def _rounded(figure: float | None) -> float | None:
    """A figure as it is told: nobody's sample is worth more places."""
    return None if figure is None else round(figure, 4)


def _bin(place: int, count: int) -> Json:
    width = 100 // BINS
    end = 100 if place == BINS - 1 else (place + 1) * width - 1
    return {"start": place * width, "end": end, "count": count}


def item_figures(assessment: Assessment, found: FormFigures, with_keys: bool) -> Json:
    """What the answers tell of the questions; their keys only if they are asked for."""
    figures = found.statistics
    return {
        "assessment_id": assessment.id,
        "form_id": assessment.form_id,
        "n": figures.n,
        "mean": _rounded(figures.mean),
        "deviation": _rounded(figures.deviation),
        "kr20": _rounded(figures.kr20),
        "items": [
            _item(shown, item, with_keys) for shown, item in zip(found.questions, figures.items, strict=True)
        ],
        "review_needed": [item.id for item in figures.items if item.is_suspect],
    }


def _item(shown: ShownQuestion, item: ItemStatistics, with_keys: bool) -> Json:
    shares = item.options
    told: dict[str, Any] = {
        "question_id": item.id,
        "position": shown.position,
        "type": shown.question.type,
        "skill": shown.question.skill_name,
        "question": shown.question.stem,
        "n": item.n,
        "difficulty": _rounded(item.difficulty),
        "discrimination": _rounded(item.discrimination),
        "options": [{**one, "share": _rounded(shares[one["id"]])} for one in shown.options]
        if shares
        else None,
        "omitted": _rounded(item.omitted),
        "suspect": item.is_suspect,
    }
    return told | _key(shown) if with_keys else told
