"""An assessment as its page shows it. Answer keys are in it only where somebody has asked for them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from api import presenters
from api.auth import caller
from api.console.assessments_heat import Heat, heat_of
from api.console.assessments_origin import Origin, origin_of
from api.services import services
from models import Assessment, AssessmentVersion, OssIssue, Rubric, forms, reviews
from models.base import Json
from models.errors import NotFound
from models.forms import Form, ShownQuestion

# What asks for every key.
ALL = "all"


@dataclass(frozen=True)
class Card:
    """A question; `key` is as API A shows it, None where nobody has asked for it."""

    shown: ShownQuestion
    key: Json | None
    origin: Origin


@dataclass(frozen=True)
class Looked:
    """An assessment with questions; `info` is as API A shows it."""

    assessment: Assessment
    info: Json
    heat: Heat
    cards: list[Card]
    versions: list[AssessmentVersion]

    @property
    def has_all_keys(self) -> bool:
        """Whether every question's key is shown."""
        return all(card.key is not None for card in self.cards)

    def of_section(self, name: str) -> list[Card]:
        """The questions of a section."""
        return [card for card in self.cards if card.shown.section == name]


@dataclass(frozen=True)
class LookedTask:
    """A task with what it was made of and how it is judged."""

    assessment: Assessment
    issue: OssIssue | None
    rubric: Rubric | None


def looked_at(assessment_id: str, keys_of: Collection[str] = ()) -> Looked | LookedTask:
    """The caller's assessment; with the keys of these questions, or with `ALL` in it of all. Raises NotFound.

    A task has none of that.
    """
    with services().database.read() as session:
        assessment = Assessment.get(session, caller().organization_id, assessment_id)
        form = assessment.form(session)
        if form is None:
            return _task(session, assessment)
        questions = forms.questions_of(session, form, with_keys=bool(keys_of))
        versions = reviews.versions_of(session, assessment)
    questions = [_hidden(one, keys_of) for one in questions]
    info = presenters.assessment_info(assessment, form, questions, services().settings.require_approval)
    cards = [card_of(form, one) for one in questions]
    return Looked(assessment, info, heat_of(form, questions), cards, versions)


def card_at(assessment_id: str, question_id: str) -> tuple[Assessment, Card]:
    """A question of the caller's assessment with its key. Raises NotFound."""
    with services().database.read() as session:
        assessment = Assessment.get(session, caller().organization_id, assessment_id)
        return assessment, card_in(session, assessment, question_id)


def card_in(session: Session, assessment: Assessment, question_id: str) -> Card:
    """A question of the assessment with its key. Raises NotFound."""
    form, place, _ = reviews.question_of(session, assessment, question_id)
    shown = forms.questions_of(session, form, with_keys=True)
    found = next((one for one in shown if one.question.id == place.question_id), None)
    if found is None:
        raise NotFound("No question of this assessment has this id.")
    return card_of(form, found)


def card_of(form: Form, shown: ShownQuestion) -> Card:
    """The question as it is shown."""
    skills: dict[str, dict[str, Any]] = {skill["id"]: skill for skill in form.skills}
    asked_for = shown.asked_for or ""
    skill = skills.get(asked_for or shown.question.skill, {})
    stands_in_for = skills.get(asked_for, {}).get("name", asked_for)
    key = presenters.question(shown)["key"] if shown.key else None
    origin = origin_of(shown.question, skill.get("evidence", ""), stands_in_for, shown.key is not None)
    return Card(shown, key, origin)


def _hidden(shown: ShownQuestion, keys_of: Collection[str]) -> ShownQuestion:
    return shown if ALL in keys_of or shown.question.id in keys_of else replace(shown, key=None)


def _task(session: Session, assessment: Assessment) -> LookedTask:
    owner = assessment.organization_id
    issue = session.get(OssIssue, assessment.issue_id) if assessment.issue_id else None
    rubric = session.get(Rubric, assessment.rubric_id) if assessment.rubric_id else None
    assert all(one is None or one.organization_id == owner for one in (issue, rubric))
    return LookedTask(assessment, issue, rubric)
