"""A form's result: overall, per section and per skill, scored from the answers that were saved last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from models import forms, responses, scoring
from models.base import Json
from models.candidates import CandidateSession
from models.forms import Form, ShownQuestion


@dataclass(frozen=True)
class Judged:
    """A question with the answer that counts; `answer` is None where none was given."""

    shown: ShownQuestion
    answer: Any
    is_right: bool


def judged(session: Session, taken: CandidateSession) -> list[Judged]:
    """The session's questions in order, each with its answer and whether that is right."""
    form = session.get(Form, taken.form_id)
    assert form is not None
    saved = responses.latest(session, [taken.id])
    found = []
    for shown in forms.questions_of(session, form, with_keys=True):
        last = saved.get((taken.id, shown.question.id))
        answer = last.answer["value"] if last is not None else None
        found.append(Judged(shown, answer, is_right(shown, answer)))
    return found


def is_right(shown: ShownQuestion, answer: Any) -> bool:
    """Whether the answer, of the shape that its question wants, is right."""
    assert shown.key is not None
    ids = [option["id"] for option in shown.options]
    return scoring.is_right(shown.question.type, shown.key.correct, answer, ids)


def result_of(judgements: Sequence[Judged], cutoff: int) -> Json:
    """`{"score", "passed", "cutoff", "correct", "answered", "total", "sections", "skills"}`.

    Scores are whole percent, half up. A question without an answer is not right.
    """
    whole = _counts(judgements)
    return {
        **whole,
        "cutoff": cutoff,
        "passed": whole["score"] >= cutoff,
        "answered": sum(one.answer is not None for one in judgements),
        "sections": _by(judgements, lambda one: (one.shown.section, one.shown.section), ("name",)),
        "skills": _by(
            judgements,
            lambda one: (one.shown.question.skill, one.shown.question.skill_name),
            ("id", "name"),
        ),
    }


def _counts(judgements: Iterable[Judged]) -> Json:
    right = [one.is_right for one in judgements]
    return {"correct": sum(right), "total": len(right), "score": scoring.percent(sum(right), len(right))}


def _by(judgements: Sequence[Judged], group: Any, names: tuple[str, ...]) -> list[Json]:
    groups: dict[tuple[str, str], list[Judged]] = {}
    for one in judgements:
        groups.setdefault(group(one), []).append(one)
    return [
        {**dict(zip(names, key[-len(names) :], strict=True)), **_counts(inside)}
        for key, inside in groups.items()
    ]
