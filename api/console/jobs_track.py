"""A job's stages as a track: which is done, which is going on, and how long each took.

What a run does it says in its log, in words that this reads: a stage begins with its first line and ends
with the first one of another. A test holds these words against those of `workers/generation/`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import format_decimal, gettext

from models.runs import STARTING
from models.task_executions import (
    ASSESSMENT_CREATION,
    COMPLETED,
    FAILED,
    OPEN,
    QUESTION_REPLACEMENT,
    QUEUED,
    TASK_SCORING,
    VERIFICATION_FORM,
)

MAKING = ("write", "examine", "mend", "fill")
STAGES = {
    ASSESSMENT_CREATION: ("queue", "analyse", "search", "blueprint", *MAKING, "assemble"),
    QUESTION_REPLACEMENT: ("queue", "search", *MAKING),
    VERIFICATION_FORM: ("queue", "search", "blueprint", *MAKING, "contextualise", "assemble"),
    TASK_SCORING: ("queue", "score"),
}
# The lines that belong to a stage, without what each begins with. What ends one begins the next.
SAYS = "AI Progress: "
LINES = (
    ("analyse", r"Analyzing job requirements|The model could not read the role"),
    ("search", r"Identified |Searching for skill: |Completed search for skill: "),
    ("blueprint", r"Planned "),
    ("write", r"Preparing questions for |Wrote |No questions were written for skill: "),
    ("examine", r"Checking |A check of |A review of |\d+ of \d+ new questions? failed a check"),
    ("mend", r"Mending |No repair of "),
    ("fill", r"Prepared "),
    ("contextualise", r"Tied "),
    ("assemble", r"Assembling the assessment"),
    ("score", r"Scoring |Completed scoring pass "),
)
DONE, NOW, SKIPPED, AHEAD, BROKEN = "done", "now", "skipped", "ahead", "broken"


@dataclass(frozen=True)
class Stage:
    """A part of the track: its name, its state, when it began and how long it took or has taken so far."""

    key: str
    state: str
    began_at: datetime | None = None
    took: timedelta | None = None

    @property
    def name(self) -> str:
        """In the visitor's words."""
        return _names()[self.key]


def track(
    kind: str, status: str, lines: Sequence[tuple[str, datetime]], ended_at: datetime, now: datetime
) -> list[Stage]:
    """The stages of a job of that type; none for a type without any.

    `lines` are its log's messages with their times; of a job that has ended, `ended_at` is when.
    """
    keys = STAGES.get(kind, ())
    began = _beginnings(keys, lines)
    reached = [key for key in keys if key in began]
    ends = [began[key] for key in reached[1:]] + [now if status in OPEN else ended_at]
    took = {key: max(end - began[key], timedelta()) for key, end in zip(reached, ends, strict=False)}
    last = reached[-1] if reached else None
    return [Stage(key, _state(keys, key, last, status, took), began.get(key), took.get(key)) for key in keys]


def _state(
    keys: Sequence[str], key: str, last: str | None, status: str, reached: Mapping[str, timedelta]
) -> str:
    if key == last and status != COMPLETED:
        return BROKEN if status == FAILED else NOW
    if key in reached:
        return DONE
    is_past = last is not None and keys.index(key) < keys.index(last)
    return SKIPPED if is_past or status == COMPLETED else AHEAD


def _beginnings(keys: Sequence[str], lines: Sequence[tuple[str, datetime]]) -> dict[str, datetime]:
    """Of each stage that the last run has reached, when it began."""
    began: dict[str, datetime] = {}
    for message, at in lines:
        if not keys:
            break
        if message in QUEUED.values():
            began = {keys[0]: at}
        elif message == STARTING:
            # Whatever a run before this one has done is read again from the journal.
            began = {key: when for key, when in began.items() if key == keys[0]} | {keys[1]: at}
        elif (key := _stage_of(message)) in keys:
            began.setdefault(str(key), at)
    return began


def _stage_of(message: str) -> str | None:
    if not message.startswith(SAYS):
        return None
    said = message.removeprefix(SAYS)
    return next((key for key, pattern in LINES if re.match(pattern, said)), None)


def duration(took: timedelta) -> str:
    """As people say it: under 0.1 s, 0.4 s, 12 s, 3 min 5 s, 2 h 10 min."""
    seconds = took.total_seconds()
    minutes, rest = divmod(round(seconds), 60)
    if seconds < 0.05:
        text = gettext("under %(seconds)s s", seconds=format_decimal(0.1))
    elif seconds < 9.95:
        text = gettext("%(seconds)s s", seconds=format_decimal(round(seconds, 1)))
    elif minutes < 1:
        text = gettext("%(seconds)s s", seconds=rest)
    elif minutes < 60:
        text = gettext("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=rest)
    else:
        text = gettext("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)
    return str(text)


def _names() -> dict[str, str]:
    return {
        "queue": gettext("Waiting for a worker"),
        "analyse": gettext("Reading the role"),
        "search": gettext("Searching the library"),
        "blueprint": gettext("Planning"),
        "write": gettext("Writing questions"),
        "examine": gettext("Checking them"),
        "mend": gettext("Mending"),
        "fill": gettext("Choosing"),
        "contextualise": gettext("Tying to the person’s work"),
        "assemble": gettext("Assembling"),
        "score": gettext("Scoring"),
    }
