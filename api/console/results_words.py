"""What results say in words: states, verdicts, flags, events, answers and keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal, format_percent, gettext, ngettext

from models.base import Json
from models.candidates import IN_PROGRESS, IN_REVIEW, SCORED, SUBMITTED, CandidateSession
from models.forms import ShownQuestion
from models.item_statistics import LEAST_FOR_CORRELATION, LEAST_FOR_SHARES
from models.questions import NUMERIC, ORDERING
from models.responses import COPY, FULL_SCREEN_EXIT, PASTE, TAB_SWITCH
from models.taking_rules import BY_DEADLINE
from models.timeline import SAVED, SCORED_AT, STARTED
from models.timeline import SUBMITTED as HANDED_IN

GOOD, BAD, WARN, PLAIN = "good", "bad", "warn", ""


@dataclass(frozen=True)
class Badge:
    """A word with the kind of its badge."""

    text: str
    kind: str = PLAIN


def statuses() -> dict[str, str]:
    """What the states of a session are called."""
    return {
        IN_PROGRESS: gettext("In progress"),
        SUBMITTED: gettext("Waits for its score"),
        IN_REVIEW: gettext("Waits for a person"),
        SCORED: gettext("Scored"),
    }


def open_parts(taken: CandidateSession) -> str:
    """What of a task that waits for a person has no level yet."""
    if not taken.criteria:
        return str(gettext("the task as a whole"))
    names = {one["id"]: one["name"] for one in taken.criteria}
    told = (taken.result or {}).get("criteria", [])
    scored = {one["id"] for one in told if not one["needs_person"]}
    return ", ".join(name for criterion_id, name in names.items() if criterion_id not in scored)


def modes() -> dict[str, str]:
    """What the modes of keys are called."""
    return {"live": gettext("Live"), "test": gettext("Test")}


def verdict(passed: bool | None) -> Badge | None:
    """Whether the cutoff was reached; None while nobody knows."""
    if passed is None:
        return None
    return Badge(gettext("Passed"), GOOD) if passed else Badge(gettext("Not passed"), BAD)


def name_of(candidate_name: str | None, candidate_email: str | None) -> str:
    """Whom a session is of."""
    return candidate_name or candidate_email or gettext("Candidate without a name")


def percent(value: float | None) -> str:
    """A percent from 0 to 100; a dash where it is withheld."""
    return "–" if value is None else format_percent(value / 100, format="#,##0.#%")


def share(value: float | None) -> str:
    """A share of 1 as a percent."""
    return percent(None if value is None else value * 100)


def figure(value: float | None, pattern: str = "#,##0.##") -> str:
    """A plain figure; a dash where it is withheld."""
    return "–" if value is None else format_decimal(value, format=pattern)


def too_few(count: int) -> str:
    """Why a cohort tells no figures."""
    return gettext(
        "Mean, spread and shares are told from %(least)s scored sessions on: below, they would be chance, "
        "and would tell on single people. There are %(count)s so far.",
        least=LEAST_FOR_SHARES,
        count=count,
    )


def too_few_for_items(count: int) -> str:
    """Why the questions tell no discrimination."""
    return gettext(
        "How well a question tells candidates apart is told from %(least)s submitted sessions of these "
        "questions on; the share of right answers from %(few)s on. There are %(count)s so far.",
        least=LEAST_FOR_CORRELATION,
        few=LEAST_FOR_SHARES,
        count=count,
    )


def flag(is_suspect: bool) -> Badge | None:
    """What is the matter with a question."""
    return Badge(gettext("Review the key"), WARN) if is_suspect else None


def flag_means() -> str:
    """What the one flag that there is means."""
    return gettext(
        "“Review the key” stands where the discrimination is below 0: candidates who did better on the other "
        "questions were wrong here more often than those who did worse. The key may be wrong, or the "
        "question unclear."
    )


def watched() -> dict[str, str]:
    """What the watched things are called."""
    return {
        TAB_SWITCH: gettext("Left the page for another tab or window"),
        COPY: gettext("Copied text"),
        PASTE: gettext("Pasted text"),
        FULL_SCREEN_EXIT: gettext("Left full screen"),
    }


def allowed(event: Json) -> str:
    """How often a watched thing may happen."""
    limit = event["limit"]
    if limit is None:
        return gettext("as often as one likes")
    if limit == 0:
        return gettext("never")
    return ngettext("%(num)s time", "%(num)s times", limit)


def happened(kind: str, data: Json, positions: Mapping[str, int]) -> str:
    """An event of a session as a sentence; `positions` are the questions' numbers by their ids."""
    number = positions.get(str(data.get("questionId", "")))
    if kind == SAVED:
        return _saved(number, data)
    if kind == HANDED_IN:
        by_time = data.get("by") == BY_DEADLINE
        return gettext("The time was up: handed in as it was.") if by_time else gettext("Handed in.")
    if kind == SCORED_AT:
        return gettext("Scored: %(score)s.", score=percent(data.get("score")))
    if kind == "question_viewed" and number is not None:
        return gettext("Looked at question %(number)s.", number=number)
    return _events().get(kind, gettext("Something else that the page told."))


def _saved(number: int | None, data: Json) -> str:
    if number is None:
        return gettext("Saved an answer.")
    if data.get("version", 1) > 1:
        return gettext("Changed the answer to question %(number)s.", number=number)
    return gettext("Answered question %(number)s.", number=number)


def _events() -> dict[str, str]:
    return {
        STARTED: gettext("Began."),
        "focus_lost": gettext("The page was no longer in front."),
        "focus_gained": gettext("The page was in front again."),
        "question_viewed": gettext("Looked at a question."),
        "connection_lost": gettext("Lost the connection."),
        **{kind: f"{text}." for kind, text in watched().items()},
    }


def answer_lines(shown: ShownQuestion, answer: Any) -> list[str]:
    """An answer as lines to read: the texts of what was chosen, or what was typed. None is no line."""
    if answer is None:
        return []
    if not shown.options:
        return [str(answer)]
    texts = {option["id"]: option["text"] for option in shown.options}
    chosen = answer if isinstance(answer, list) else [answer]
    lines = [texts.get(str(one), str(one)) for one in chosen]
    return _numbered(lines) if shown.question.type == ORDERING else lines


def right_lines(shown: ShownQuestion) -> list[str]:
    """The right answer as lines to read."""
    assert shown.key is not None
    correct = shown.key.correct
    if shown.question.type == NUMERIC:
        value, tolerance = correct[0]["value"], correct[0]["tolerance"]
        if str(tolerance) == "0":
            return [str(value)]
        return [gettext("%(value)s, give or take %(tolerance)s", value=value, tolerance=tolerance)]
    if not shown.options:
        return [str(text) for text in correct]
    return answer_lines(shown, list(correct))


def betrays(shown: ShownQuestion, answer: Any) -> list[str]:
    """What the wrong options that were chosen betray."""
    assert shown.key is not None
    chosen = answer if isinstance(answer, list) else [answer]
    return [why for one in chosen if (why := shown.key.misconceptions.get(str(one)))]


def _numbered(lines: Sequence[str]) -> list[str]:
    return [f"{place}. {line}" for place, line in enumerate(lines, start=1)]


def duration(seconds: float) -> str:
    """How long something took, in whole minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    if minutes == 0:
        return ngettext("%(num)s second", "%(num)s seconds", rest)
    if minutes < 180:
        return gettext("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=rest)
    hours, minutes = divmod(minutes, 60)
    return gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
