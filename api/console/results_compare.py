"""Cohorts side by side: assessments, or one assessment in several periods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest

from flask import Response, request
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from api.auth import caller
from api.console import charts
from api.console import results_words as words
from api.console.charts import Bar, Spread, Told
from api.console.pages import page
from api.services import services
from models import Assessment, cohort_figures, cohorts
from models.cohort_figures import SkillFigures
from models.cohorts import Cohort, Period
from models.errors import NotFound

LETTERS = "ABCD"
LEAST = 2
# The choice offers so many, the newest first; any other can still be named in the address.
OFFERED = 200
PERCENTILES = ("p10", "p25", "p50", "p75", "p90")


@dataclass(frozen=True)
class Asked:
    """A row of the form as it was sent: an assessment's id and two days, and what is wrong with them."""

    letter: str
    assessment: str = ""
    since: str = ""
    until: str = ""
    problem: str | None = None


@dataclass(frozen=True)
class Compared:
    """A cohort with all that is compared of it."""

    asked: Asked
    assessment: Assessment
    cohort: Cohort
    skills: dict[str, SkillFigures]

    @property
    def letter(self) -> str:
        """What it is called in pictures."""
        return self.asked.letter


def show() -> Response:
    """The form, and beneath it the cohorts that were asked for."""
    me = caller()
    asked = _asked()
    with services().database.read() as session:
        offered = cohort_figures.with_sessions(session, me.organization_id, me.mode, None, OFFERED)
        checked, found = _found(session, asked)
    chosen = [one for one in checked if one.assessment]
    problem = _problem(chosen, len(asked)) if request.args else None
    is_shown = bool(request.args) and problem is None
    return page(
        "console/results_compare.html",
        400 if problem else 200,
        asked=[*checked, *(Asked(letter) for letter in LETTERS[len(checked) :])][: len(LETTERS)],
        offered=offered,
        problem=problem,
        compared=found if is_shown else [],
        words=words,
        percentiles=PERCENTILES,
        skills=_skill_names(found) if is_shown else {},
        pictures=_pictures(found) if is_shown else {},
    )


def _asked() -> list[Asked]:
    """The rows that name an assessment or a day, in their order."""
    columns = [request.args.getlist(name) for name in ("assessment", "since", "until")]
    rows = [tuple(one.strip() for one in row) for row in zip_longest(*columns, fillvalue="")]
    filled = [row for row in rows if any(row)]
    return [Asked(LETTERS[place] if place < len(LETTERS) else "?", *row) for place, row in enumerate(filled)]


def _problem(chosen: Sequence[Asked], count: int) -> str | None:
    if count > len(LETTERS):
        return gettext("Choose %(most)s cohorts at most.", most=len(LETTERS))
    if any(one.problem for one in chosen) or len(chosen) < count:
        return gettext("Some of the rows need another look.")
    if count < LEAST:
        return gettext("Choose at least two cohorts.")
    return None


def _found(session: Session, asked: Sequence[Asked]) -> tuple[list[Asked], list[Compared]]:
    """The rows with what is wrong with each, and the cohorts of those that are right."""
    me = caller()
    checked, found = [], []
    for one in asked[: len(LETTERS)]:
        period = _period(one)
        try:
            assessment = Assessment.ever(session, me.organization_id, one.assessment)
        except NotFound:
            checked.append(_wrong(one, gettext("Choose an assessment.")))
            continue
        if period is None:
            checked.append(
                _wrong(one, gettext("The days must be dates, the first one not after the last one."))
            )
            continue
        checked.append(one)
        cohort = cohorts.cohort_of(session, assessment, me.mode, period)
        skills = cohort_figures.skills_of(session, assessment, me.mode, period)
        found.append(Compared(one, assessment, cohort, {skill.id: skill for skill in skills}))
    return checked, found


def _wrong(one: Asked, problem: str) -> Asked:
    return Asked(one.letter, one.assessment, one.since, one.until, problem)


def _period(one: Asked) -> Period | None:
    """The time from the first day's beginning to the last day's end, in UTC; None for what is none."""
    try:
        since = _midnight(one.since)
        last = _midnight(one.until)
        until = last + timedelta(days=1) if last else None
    except (ValueError, OverflowError):
        return None
    if since and until and since >= until:
        return None
    return Period(since, until)


def _midnight(text: str) -> datetime | None:
    if not text:
        return None
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)


def _skill_names(found: Sequence[Compared]) -> dict[str, str]:
    """The skills of any of the cohorts: id -> name, by their names."""
    names = {skill.id: skill.name for one in found for skill in one.skills.values()}
    return dict(sorted(names.items(), key=lambda item: (item[1].casefold(), item[0])))


def _pictures(found: Sequence[Compared]) -> dict[str, Markup]:
    pictures = {}
    if any(one.cohort.statistics.percentiles for one in found):
        pictures["spread"] = _spreads(found)
    told = _told_skills(found)
    if told:
        pictures["skills"] = _skill_bars(found, told)
    return pictures


def _spreads(found: Sequence[Compared]) -> Markup:
    told = Told(
        "spread",
        gettext("How the scores of the cohorts are spread"),
        gettext(
            "For each cohort a box from the lower to the upper quarter of the scores with a line at the "
            "median and a dot at the mean; thin lines reach from the tenth to the ninetieth percentile."
        ),
    )
    return charts.spreads(told, [_spread(one) for one in found])


def _spread(one: Compared) -> Spread:
    figures = one.cohort.statistics
    percentiles = figures.percentiles or {}
    tenth, quarter, half, three, nine = (percentiles.get(name) for name in PERCENTILES)
    return Spread(one.letter, (tenth, quarter, half, three, nine), figures.mean, one.assessment.name)


def _told_skills(found: Sequence[Compared]) -> dict[str, str]:
    """The skills of which any cohort tells a mean."""
    names = _skill_names(found)
    return {key: name for key, name in names.items() if any(_mean(one, key) is not None for one in found)}


def _mean(one: Compared, skill: str) -> float | None:
    return one.skills[skill].mean if skill in one.skills else None


def _skill_bars(found: Sequence[Compared], names: dict[str, str]) -> Markup:
    told = Told(
        "skills",
        gettext("Mean score of each skill in each cohort"),
        gettext("For each skill a bar for each cohort, as long as its mean score."),
    )
    groups = []
    for key, name in names.items():
        means = [(one.letter, _mean(one, key)) for one in found]
        groups.append((name, [Bar(letter, mean, words.percent(mean)) for letter, mean in means]))
    return charts.grouped(told, groups)
