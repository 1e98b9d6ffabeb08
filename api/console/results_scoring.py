"""What a person says of a session in the console: what the form shows, and what was typed, for API C.

A form carries how far its page had read what persons said (`seen`). Only what was changed on the page is
stored, so that a page that is old by now takes back nothing of what others said meanwhile.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from api.schemas.sessions_v1 import LONGEST_COMMENT
from models import CandidateSession, CriterionScore, SessionComment, task_scores
from models.base import Json
from models.task_scores import PERSON, Decided

Values = dict[str, str]
Errors = dict[str, str]
Author = tuple[str, datetime]
# What is said at once: of a criterion (its id), of a task without criteria, or of the session.
WHOLE, COMMENT = "whole", "comment"


@dataclass(frozen=True)
class Row:
    """A criterion with what was said of it; its fields are `level-<place>` and `comment-<place>`."""

    place: int
    criterion: Json
    decided: Decided

    @property
    def is_apart(self) -> bool:
        """Whether the model's passes disagree by more than a level, a person's word or not."""
        return task_scores.are_apart(self.criterion, self.decided.model)

    @property
    def is_doubted(self) -> bool:
        """Whether the model's levels count for nothing, for the submission gives it orders."""
        return any(score.is_doubted for score in self.decided.model)


@dataclass(frozen=True)
class Said:
    """What persons said of a session, the first first."""

    scores: Sequence[CriterionScore]
    comments: Sequence[SessionComment]

    @classmethod
    def of(cls, scores: Sequence[CriterionScore], comments: Sequence[SessionComment]) -> "Said":
        """Of all judgements, the model's too."""
        return cls([one for one in scores if one.source == PERSON], comments)

    @property
    def seen(self) -> str:
        """Up to where it reads: the ids of the last score and of the last comment."""
        return "-".join(str(rows[-1].id if rows else 0) for rows in (self.scores, self.comments))

    def until(self, seen: str) -> "Said":
        """What a page knew that had read so far; nothing where it does not tell."""
        score, _, comment = seen.partition("-")
        return Said(
            [one for one in self.scores if one.id <= (_number(score) or 0)],
            [one for one in self.comments if one.id <= (_number(comment) or 0)],
        )

    def score_of(self, part: str) -> CriterionScore | None:
        """The score that counts of a criterion, or of the whole."""
        criterion_id = None if part == WHOLE else part
        return next((one for one in reversed(self.scores) if one.criterion_id == criterion_id), None)

    @property
    def comment(self) -> str:
        """The comment that counts; none is empty."""
        return self.comments[-1].text if self.comments else ""

    def author(self, part: str) -> Author:
        """Who said last what counts of a part, of which something was said, and when."""
        if part == COMMENT:
            return self.comments[-1].written_by, self.comments[-1].created_at
        score = self.score_of(part)
        assert score is not None
        return score.scored_by, score.created_at


@dataclass(frozen=True)
class Form:
    """The form as it is shown; the key of an error that is no field's is empty."""

    values: Values
    errors: Errors
    seen: str
    most: int = LONGEST_COMMENT


@dataclass(frozen=True)
class Change:
    """What to store, as API C's parsed body; what is wrong, by field; and who said meanwhile something else.

    An empty body without errors is what stands there already: a form that was sent twice.
    """

    body: Json
    errors: Errors
    meanwhile: Sequence[Author]


def rows_of(taken: CandidateSession, scores: Sequence[CriterionScore]) -> list[Row]:
    """A task's criteria in their order."""
    criteria = taken.criteria or []
    return [Row(place, one, task_scores.decided(one, scores)) for place, one in enumerate(criteria)]


def form_of(taken: CandidateSession, said: Said) -> Form:
    """The form as it is opened: with what counts of what persons said, and with nothing of the model's."""
    return Form(_values(taken, said), {}, said.seen)


def form_again(taken: CandidateSession, sent: Mapping[str, str], errors: Errors) -> Form:
    """The form as it was sent, with what is wrong with it."""
    return Form(_typed(taken, sent), errors, sent.get("seen", ""))


def change_of(taken: CandidateSession, said: Said, sent: Mapping[str, str]) -> Change:
    """What of a form that was sent differs from what its page showed, and from what counts by now."""
    typed, now = _typed(taken, sent), _values(taken, said)
    before = _values(taken, said.until(sent.get("seen", "")))
    body: Json = {}
    errors: Errors = {}
    meanwhile: list[Author] = []
    for part, fields in _parts(taken).items():
        mine, theirs, shown = ([values[name] for name in fields] for values in (typed, now, before))
        if mine not in (shown, theirs):
            _put(body, taken, part, {name: typed[name] for name in fields}, errors)
        if theirs not in (shown, mine):
            meanwhile.append(said.author(part))
    if typed == before:
        errors[""] = gettext("Nothing differs from what is stored.")
    return Change(body, errors, meanwhile)


def _parts(taken: CandidateSession) -> dict[str, tuple[str, ...]]:
    """What can be said of the session, in the order of the page: a part's name -> its fields."""
    parts: dict[str, tuple[str, ...]] = {
        one["id"]: (f"level-{place}", f"comment-{place}") for place, one in enumerate(taken.criteria or [])
    }
    if taken.form_id is None and not parts:
        parts[WHOLE] = ("score", "reason")
    return {**parts, COMMENT: ("comment",)}


def _values(taken: CandidateSession, said: Said) -> Values:
    """What the form's fields hold where persons said this."""
    values: Values = {}
    for part, fields in _parts(taken).items():
        if part == COMMENT:
            texts: tuple[str, ...] = (said.comment,)
        else:
            score = said.score_of(part)
            texts = (str(score.level), score.rationale) if score else ("", "")
        values |= {name: _plain(text) for name, text in zip(fields, texts, strict=True)}
    return values


def _typed(taken: CandidateSession, sent: Mapping[str, str]) -> Values:
    """What was typed into this session's fields; there are no others."""
    return {name: _plain(sent.get(name, "")) for fields in _parts(taken).values() for name in fields}


def _plain(text: str) -> str:
    """A text as it is stored: browsers end lines in their own way, and no database holds a NUL."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _put(body: Json, taken: CandidateSession, part: str, typed: Values, errors: Errors) -> None:
    """Put what was typed of a part into API C's body, or what is wrong with it to the errors."""
    *level, comment = typed
    if len(typed[comment]) > LONGEST_COMMENT:
        errors[comment] = gettext("A comment has at most %(most)s characters.", most=LONGEST_COMMENT)
    said = typed[comment] or None
    if part == COMMENT:
        body["comment"] = said
        return
    number = _number(typed[level[0]])
    if number not in _levels(taken, part):
        errors[level[0]] = _level_rule(part)
    if part == WHOLE:
        body["overall"] = {"score": number, "comment": said}
    else:
        body.setdefault("scores", []).append({"criterion_id": part, "level": number, "comment": said})


def _levels(taken: CandidateSession, part: str) -> Collection[int]:
    if part == WHOLE:
        return range(101)
    return next(task_scores.levels_of(one) for one in taken.criteria or [] if one["id"] == part)


def _level_rule(part: str) -> str:
    if part == WHOLE:
        return str(gettext("Give a whole number from %(least)s to %(most)s.", least=0, most=100))
    return str(gettext("Choose one of the levels: a comment is stored with a level only."))
