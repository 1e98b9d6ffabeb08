"""A person's review of an assessment: changes, each a version; questions edited or replaced; approval.

A form is fixed: whatever changes its sections or questions makes a copy, so that a candidate who
has begun keeps the one that was begun.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from models.assessments import APPROVED, DRAFT, IS_A_TASK, Assessment, AssessmentVersion
from models.base import Json, new_id, parse_id, table_of, utcnow
from models.bulk import insert_rows
from models.errors import Conflict, InvalidInput, NotFound, Refused
from models.forms import Form, FormQuestion
from models.questions import NUMERIC, SHORT_ANSWER, NewQuestion, Question, QuestionKey, option_ids, rows_of

# What an owner may change of an assessment itself; sections are the form's.
CHANGEABLE = ("name", "cutoff", "total_duration", "show_result")
# What an owner may change of a question, beside its options and key.
WORDS = ("stem", "code", "code_language", "difficulty", "cognitive_level", "seconds")


def locked(session: Session, organization_id: str, text: str) -> Assessment:
    """The organisation's assessment with questions, held for a change. Raises NotFound."""
    assessment = Assessment.held(session, organization_id, text)
    if assessment.form_id is None:
        raise NotFound(IS_A_TASK)
    return assessment


def change(session: Session, assessment: Assessment, wanted: Mapping[str, Any], by: str) -> None:
    """Set what is wanted: `name`, `cutoff`, `total_duration`, `show_result`, `proctoring` (its own keys) or
    `sections`.

    `sections` is `[{"name", "duration"}]` in minutes, of which the total then is the sum. Raises
    InvalidInput for a section that there is not. What is as wanted already makes no version.
    """
    changes: dict[str, Any] = {}
    values = {name: wanted[name] for name in CHANGEABLE if name in wanted}
    if "proctoring" in wanted:
        values["proctoring"] = {**assessment.proctoring, **wanted["proctoring"]}
    before = assessment.form_id
    if "sections" in wanted:
        values["total_duration"] = _set_sections(session, assessment, wanted["sections"], changes)
    for name, value in values.items():
        if getattr(assessment, name) != value:
            changes[name] = [getattr(assessment, name), value]
            setattr(assessment, name, value)
    if changes:
        _new_version(session, assessment, changes, by, before)


def _set_sections(
    session: Session, assessment: Assessment, wanted: Sequence[Mapping[str, Any]], changes: dict[str, Any]
) -> int:
    """Give sections their durations; the new total in minutes."""
    form = assessment.form(session)
    if form is None:
        raise InvalidInput("sections: this assessment is a task and has none.")
    asked = {section["name"]: section["duration"] for section in wanted}
    unknown = set(asked) - {section["name"] for section in form.sections}
    if unknown:
        message = f"There is no section named {sorted(unknown)[0]!r}."
        raise InvalidInput(f"sections: {message}", {"sections": [message]})
    sections = [
        {
            **section,
            "seconds": asked[section["name"]] * 60 if section["name"] in asked else section["seconds"],
        }
        for section in form.sections
    ]
    if sections != form.sections:
        changes["sections"] = [form.sections, sections]
        assessment.form_id = copy_form(session.connection(), form, sections=sections)
    return sum(-(-section["seconds"] // 60) for section in sections)


def approve(assessment: Assessment, by: str, version: int | None) -> None:
    """Approve it as it is now. Raises Conflict where it is not the version that was looked at."""
    if version is not None and version != assessment.version:
        raise Conflict(
            f"The assessment is at version {assessment.version} and you looked at version {version}; "
            "look again, then approve."
        )
    if assessment.status == APPROVED:
        return
    assessment.status = APPROVED
    assessment.approved_by = by
    assessment.approved_at = utcnow()
    assessment.updated_at = assessment.approved_at


def is_usable(assessment: Assessment, require_approval: bool) -> bool:
    """Whether candidates may take the assessment: a draft only where no approval is required."""
    return assessment.status == APPROVED or not require_approval


def check_usable(assessment: Assessment, require_approval: bool) -> None:
    """Raise Refused for an assessment that no candidate may take yet."""
    if not is_usable(assessment, require_approval):
        raise Refused(
            "NOT_APPROVED", "This assessment is not approved; approve it before candidates take it."
        )


def versions_of(session: Session, assessment: Assessment) -> list[AssessmentVersion]:
    """The assessment's changes, the first one first."""
    query = select(AssessmentVersion).where(AssessmentVersion.assessment_id == assessment.id)
    return list(session.scalars(query.order_by(AssessmentVersion.version)))


def _new_version(
    session: Session, assessment: Assessment, changes: Json, by: str, form_before: str | None
) -> None:
    now = utcnow()
    if assessment.status == APPROVED:
        changes = {**changes, "status": [APPROVED, DRAFT]}
    assessment.status = DRAFT
    assessment.approved_by = assessment.approved_at = None
    assessment.version += 1
    assessment.updated_at = now
    session.add(
        AssessmentVersion(
            assessment_id=assessment.id,
            version=assessment.version,
            form_id=form_before,
            changes=changes,
            changed_by=by,
            changed_at=now,
        )
    )


@dataclass(frozen=True)
class Swap:
    """A question that takes another's place in a form, with its options in the order shown."""

    old_id: str
    new_id: str
    option_order: list[str]


def copy_form(
    connection: Connection,
    form: Form,
    sections: list[Any] | None = None,
    swap: Swap | None = None,
    skills: list[Any] | None = None,
    blueprint: list[Any] | None = None,
) -> str:
    """Store a copy of the form with what is given in place of its own; the copy's id."""
    form_id = new_id()
    row = {
        "id": form_id,
        "organization_id": form.organization_id,
        "seed": form.seed,
        "language": form.language,
        "sections": form.sections if sections is None else sections,
        "skills": form.skills if skills is None else skills,
        "blueprint": form.blueprint if blueprint is None else blueprint,
        "created_at": utcnow(),
    }
    places = connection.execute(
        select(
            FormQuestion.position,
            FormQuestion.question_id,
            FormQuestion.section,
            FormQuestion.option_order,
            FormQuestion.asked_for,
        ).where(FormQuestion.form_id == form.id)
    )
    copies = [{"form_id": form_id, **place._mapping} for place in places]
    if swap is not None:
        for place in copies:
            if place["question_id"] == swap.old_id:
                place.update(question_id=swap.new_id, option_order=swap.option_order)
    insert_rows(connection, [(table_of(Form), [row]), (table_of(FormQuestion), copies)])
    return form_id


def question_of(session: Session, assessment: Assessment, text: str) -> tuple[Form, FormQuestion, Question]:
    """A question of the assessment's form, and its place. Raises NotFound."""
    form = assessment.form(session)
    question_id = parse_id(text)
    row = None
    if form is not None and question_id is not None:
        row = session.execute(
            select(FormQuestion, Question)
            .join(Question, Question.id == FormQuestion.question_id)
            .where(FormQuestion.form_id == form.id, FormQuestion.question_id == question_id)
        ).one_or_none()
    if form is None or row is None:
        raise NotFound("No question of this assessment has this id.")
    return form, row[0], row[1]


def edit_question(
    session: Session, assessment: Assessment, text: str, wanted: Mapping[str, Any], by: str
) -> str:
    """Put a new version of a question into the assessment, with the words that are wanted; its id.

    `wanted` may hold `WORDS`, `explanation`, `options` (texts, in the order shown) with `correct` (their
    indexes; of an ordering all, in order), or `accepted` and `tolerance` of a question without options. The
    question itself stays for whoever has it: keys and texts of a question never change under its id.
    """
    form, place, old = question_of(session, assessment, text)
    key = session.get_one(QuestionKey, old.id)
    fresh, shown = _edited(old, key, place.option_order, wanted, by)
    fresh = replace(fresh, organization_id=assessment.organization_id)
    question_id = new_id()
    rows = rows_of([(question_id, fresh)])
    [(_, [question]), (_, [answer])] = rows
    changed = _differences(old, key, question, answer) & _touched(wanted)
    if not changed:
        raise InvalidInput("Nothing in this request differs from the question as it is.")
    insert_rows(session.connection(), rows)
    ids = option_ids(fresh.options)
    swap = Swap(old.id, question_id, [ids[option] for option in shown])
    _swap(session, assessment, form, swap, by, {"edited": sorted(changed)})
    return question_id


def _swap(
    session: Session, assessment: Assessment, form: Form, swap: Swap, by: str, told: Json, **more: Any
) -> None:
    assessment.form_id = copy_form(session.connection(), form, swap=swap, **more)
    _new_version(session, assessment, {"question": [swap.old_id, swap.new_id], **told}, by, form.id)


def replace_question(
    session: Session, assessment: Assessment, old_id: str, new_id_: str, options: Sequence[str], by: str
) -> None:
    """Put another stored question into the place of one. Raises NotFound where that one has gone meanwhile.

    `options` are the new one's texts in the order shown. The form's counts follow the new question.
    """
    form, _, old = question_of(session, assessment, old_id)
    new = session.get_one(Question, new_id_)
    ids = option_ids(options)
    swap = Swap(old.id, new.id, [ids[option] for option in options])
    blueprint = _recounted(form.blueprint, old, new)
    skills = _reskilled(form.skills, old, new)
    _swap(session, assessment, form, swap, by, {"replaced": True}, blueprint=blueprint, skills=skills)


def _recounted(blueprint: list[Any], old: Question, new: Question) -> list[Any]:
    """The blueprint's cells with one question less of the old one's cell and one more of the new one's."""
    cells = [dict(cell) for cell in blueprint]
    for question, step in ((old, -1), (new, 1)):
        mine = {
            "skill": question.skill,
            "difficulty": question.difficulty,
            "cognitive_level": question.cognitive_level,
            "type": question.type,
        }
        # A cell keeps what was asked for, which may differ from the question in it: then nothing fits.
        found = next((cell for cell in cells if all(cell[name] == mine[name] for name in mine)), None)
        found = found or next((cell for cell in cells if cell["skill"] == question.skill), None)
        if found is None:
            cells.append({**mine, "count": step})
        else:
            found["count"] += step
    return [cell for cell in cells if cell["count"] > 0]


def _reskilled(skills: list[Any], old: Question, new: Question) -> list[Any]:
    counted = [dict(skill) for skill in skills]
    for question, step in ((old, -1), (new, 1)):
        found = next((skill for skill in counted if skill["id"] == question.skill), None)
        if found is None:
            counted.append(
                {
                    "id": question.skill,
                    "name": question.skill_name,
                    "weight": 1,
                    "must_have": False,
                    "evidence": "",
                    "number_of_questions": step,
                }
            )
        else:
            found["number_of_questions"] += step
    return counted


def _edited(
    old: Question, key: QuestionKey, order: Sequence[str], wanted: Mapping[str, Any], by: str
) -> tuple[NewQuestion, list[str]]:
    """The new question, and its options in the order shown."""
    texts = {option["id"]: option["text"] for option in old.options}
    shown = list(wanted.get("options", [texts[option_id] for option_id in order]))
    is_open = old.type in (NUMERIC, SHORT_ANSWER)
    right = [] if is_open else _right_options(old, key, order, shown, wanted)
    wrong = [option for option in shown if option not in right]
    # An option that is worded anew in its place still betrays the same misconception.
    whys = {text: key.misconceptions.get(option_id, "") for text, option_id in zip(shown, order, strict=True)}
    accepted, tolerance = _open_key(old, key, wanted)
    words = {name: wanted.get(name, getattr(old, name)) for name in WORDS}
    edit = {"by": by, "at": utcnow().isoformat(), "fields": sorted(wanted)}
    question = NewQuestion(
        skill=old.skill,
        skill_name=old.skill_name,
        type=old.type,
        options=(*right, *wrong),
        misconceptions=tuple(whys[option] for option in wrong),
        explanation=wanted.get("explanation", key.explanation),
        source=old.source,
        version=old.version + 1,
        language=old.language,
        right=len(right),
        accepted=accepted,
        tolerance=tolerance,
        is_kept=old.is_kept,
        edited_from=old.id,
        provenance={**old.provenance, "edits": [*old.provenance.get("edits", []), edit]},
        **words,
    )
    return question, shown


def _right_options(
    old: Question, key: QuestionKey, order: Sequence[str], shown: Sequence[str], wanted: Mapping[str, Any]
) -> list[str]:
    if len({" ".join(option.split()).casefold() for option in shown}) != len(shown):
        raise InvalidInput("options: two of them are the same.", {"options": ["Two of them are the same."]})
    if "options" in wanted and len(shown) != len(old.options):
        message = f"This question has {len(old.options)} options; give as many."
        raise InvalidInput(f"options: {message}", {"options": [message]})
    places = wanted.get("correct", [list(order).index(option_id) for option_id in key.correct])
    if len(set(places)) != len(places) or not all(0 <= place < len(shown) for place in places):
        message = f"It must hold indexes from 0 to {len(shown) - 1}, each once."
        raise InvalidInput(f"correct: {message}", {"correct": [message]})
    if len(places) != len(key.correct):
        message = f"A question of the type {old.type} with {len(key.correct)} right options keeps as many."
        raise InvalidInput(f"correct: {message}", {"correct": [message]})
    return [shown[place] for place in places]


def _open_key(old: Question, key: QuestionKey, wanted: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    if old.type == NUMERIC:
        [known] = key.correct
        return tuple(wanted.get("accepted", [known["value"]]))[:1], wanted.get(
            "tolerance", known["tolerance"]
        )
    if old.type == SHORT_ANSWER:
        return tuple(wanted.get("accepted", key.correct)), "0"
    return (), "0"


def _touched(wanted: Mapping[str, Any]) -> set[str]:
    """The fields that a request is about; the key is one, however it is given."""
    return {"correct" if name in ("accepted", "tolerance") else name for name in wanted}


def _differences(old: Question, key: QuestionKey, question: Json, answer: Json) -> set[str]:
    names = (*WORDS, "options")
    changed = {name for name in names if getattr(old, name) != question[name]}
    return changed | {name for name in ("correct", "explanation") if getattr(key, name) != answer[name]}
