"""Where candidates stand: of many keys, in one query, all that decides what may be done with them.

Answers that candidates save at one moment are saved together. The sessions are held while they are, so that
what was saved is scored, and nothing is saved to what has been scored.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from models import credentials, forms, responses, scoring
from models.assessments import Assessment
from models.base import parse_id, utcnow
from models.candidates import IN_PROGRESS, KEY_HEADS, CandidateKey, CandidateSession
from models.errors import DomainError, InvalidInput, NotFound, Refused
from models.forms import Shape
from models.responses import Answer, Version, padded
from models.taking_rules import BY_DEADLINE, SAVE, Standing, refusal

_COLUMNS = (
    CandidateKey.id.label("key_id"),
    CandidateKey.prefix,
    CandidateKey.digest,
    CandidateKey.revoked_at,
    CandidateKey.expires_at,
    Assessment.deleted_at,
    CandidateSession.id.label("session_id"),
    CandidateSession.form_id,
    CandidateSession.status,
    CandidateSession.deadline,
    CandidateSession.submitted_by,
    CandidateSession.erased_at,
)


class Taken(Protocol):
    """What of a session decides."""

    @property
    def status(self) -> str: ...
    @property
    def deadline(self) -> datetime: ...
    @property
    def submitted_by(self) -> str | None: ...
    @property
    def erased_at(self) -> datetime | None: ...


def standing_of(
    revoked_at: datetime | None, expires_at: datetime, deleted_at: datetime | None, taken: Taken | None
) -> Standing:
    """Where the candidate stands, by the key, the assessment's deletion, and the session if there is one."""
    has_begun = taken is not None
    return Standing(
        is_revoked=revoked_at is not None,
        is_deleted=deleted_at is not None or (taken is not None and taken.erased_at is not None),
        is_expired=expires_at <= utcnow(),
        has_begun=has_begun,
        is_over=taken is not None and is_over(taken),
        is_submitted=taken is not None and taken.status != IN_PROGRESS,
    )


def is_over(taken: Taken) -> bool:
    """Whether the time, and not the candidate, has ended the session, or is about to."""
    if taken.status == IN_PROGRESS:
        return taken.deadline <= utcnow()
    return taken.submitted_by == BY_DEADLINE


def check(call: str, standing: Standing) -> None:
    """Raise Refused where the call can't be made."""
    rule = refusal(call, standing)
    if rule is not None:
        raise Refused(rule.code, rule.message)


@dataclass(frozen=True)
class Sitting:
    """A candidate key, and the session that it has opened, if it has; `deadline` is that one's."""

    key_id: str
    session_id: str | None
    form_id: str | None
    deadline: datetime | None
    standing: Standing

    @property
    def until(self) -> datetime:
        """The deadline, of a candidate who has begun."""
        assert self.deadline is not None
        return self.deadline

    @property
    def is_overdue(self) -> bool:
        """Whether the time is up and nobody has submitted the session."""
        return self.standing.is_over and not self.standing.is_submitted


def recognise(session: Session, texts: Sequence[str], secret_key: bytes) -> list[Sitting | None]:
    """Whose keys these texts are; None for a wrong or malformed one. The time taken tells nothing."""
    parsed = [credentials.parse(text, KEY_HEADS) for text in texts]
    prefixes = padded([one[1] for one in parsed if one])
    rows = session.execute(_query(CandidateKey.prefix.in_(prefixes), is_outer=True))
    by_prefix = {row.prefix: row for row in rows}
    found = [by_prefix.get(one[1]) if one else None for one in parsed]
    return [
        _sitting(row) if credentials.is_true(text, row.digest if row else None, secret_key) and row else None
        for text, row in zip(texts, found, strict=True)
    ]


def _held(session: Session, key_ids: Collection[str]) -> dict[str, Sitting]:
    """Key id -> its sitting, the sessions held until the transaction ends."""
    ids = padded(list(key_ids))
    # In one order, so that two who hold several never wait for each other.
    query = _query(CandidateKey.id.in_(ids), is_outer=False).order_by(CandidateSession.id)
    held = {row.key_id: _sitting(row) for row in session.execute(query.with_for_update(of=CandidateSession))}
    if missing := [key_id for key_id in key_ids if key_id not in held]:
        rows = session.execute(_query(CandidateKey.id.in_(padded(missing)), is_outer=True))
        held |= {row.key_id: _sitting(row) for row in rows}
    return held


def _query(where: ColumnElement[bool], is_outer: bool) -> Any:
    return (
        select(*_COLUMNS)
        .join(Assessment, Assessment.id == CandidateKey.assessment_id)
        .join(CandidateSession, CandidateSession.key_id == CandidateKey.id, isouter=is_outer)
        .where(where)
    )


def _sitting(row: Row[Any]) -> Sitting:
    taken = row if row.session_id is not None else None
    standing = standing_of(row.revoked_at, row.expires_at, row.deleted_at, taken)
    return Sitting(row.key_id, row.session_id, row.form_id, row.deadline, standing)


@dataclass(frozen=True)
class Wanted:
    """An answer that a candidate wants to save; None takes back what was saved before.

    `after` is the version (0: none) that the candidate saw when it was given: where there is a later one by
    now, that one stays. Without it the last save wins.
    """

    key_id: str
    question_id: str
    value: Any
    after: int | None = None


@dataclass(frozen=True)
class Saved:
    """The version that counts now, and until when others may be saved."""

    version: Version
    deadline: datetime


def save(session: Session, wanted: Sequence[Wanted]) -> list[Saved | DomainError]:
    """Save answers of any candidates, each by itself: what was saved, or why it could not be.

    Refused; NotFound for a question of another form; InvalidInput for an answer of another shape.
    """
    held = _held(session, {one.key_id for one in wanted})
    sittings = [held[one.key_id] for one in wanted]
    ids = [parse_id(one.question_id) for one in wanted]
    shapes = forms.shapes_of(session, _places(sittings, ids))
    checked = [
        _checked(sitting, question_id, one, shapes)
        for one, sitting, question_id in zip(wanted, sittings, ids, strict=True)
    ]
    stored = iter(responses.save(session, [one for one in checked if isinstance(one, Answer)]))
    return [
        one if isinstance(one, DomainError) else Saved(next(stored), sitting.until)
        for one, sitting in zip(checked, sittings, strict=True)
    ]


Shapes = Mapping[tuple[str, str], Shape]


def _places(sittings: Sequence[Sitting], ids: Sequence[str | None]) -> set[tuple[str, str]]:
    return {
        (sitting.form_id, question_id)
        for sitting, question_id in zip(sittings, ids, strict=True)
        if sitting.form_id and question_id
    }


def _checked(sitting: Sitting, question_id: str | None, one: Wanted, shapes: Shapes) -> Answer | DomainError:
    try:
        check(SAVE, sitting.standing)
        answer = answer_of(sitting.session_id or "", sitting.form_id, question_id, one.value, shapes)
        return replace(answer, after=one.after)
    except DomainError as error:
        return error


def answer_of(
    session_id: str, form_id: str | None, question_id: str | None, value: Any, shapes: Shapes
) -> Answer:
    """The answer to save; raises NotFound, and InvalidInput for one of another shape."""
    shape = shapes.get((form_id or "", question_id or ""))
    if shape is None or question_id is None:
        raise NotFound("This session has no question with this id.")
    try:
        scoring.check(shape.type, value, shape.option_ids)
    except InvalidInput as error:
        raise InvalidInput(f"answer: {error}", {"answer": [str(error)]}) from error
    return Answer(session_id, question_id, value)
