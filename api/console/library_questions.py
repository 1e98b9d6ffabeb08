"""The pages of an organisation's own questions: searched, looked at, retired and taken back."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from api.auth import caller
from api.console.pages import page
from api.console.webhooks_forms import filled
from api.paging import cut, from_cursor
from api.services import services
from models import Question, library
from models.library import Wanted
from models.questions import TYPES, QuestionKey

blueprint = Blueprint("questions", __name__, template_folder="templates")

DIFFICULTIES = ("entry", "intermediate", "senior")
ASKED = ("text", "skill", "type", "difficulty", "language", "state")
RETIRED = "retired"
A_PAGE = 20
LONGEST_TEXT = 200


@blueprint.get("")
def index() -> Response:
    """The questions that are asked for, newest first."""
    asked = {name: text for name, text in filled(request.args.to_dict()).items() if name in ASKED}
    after, owner = from_cursor(request.args.get("cursor")), caller().organization_id
    with services().database.read() as rows:
        found = library.page(rows, owner, wanted_of(asked), after, A_PAGE + 1)
        shown, cursor = cut(found, A_PAGE)
        exposure = library.exposure(rows, [one.id for one in shown])
        skills, languages = library.choices(rows, owner)
    return page(
        "console/library.html",
        questions=shown,
        cursor=cursor,
        is_first=after is None,
        asked=asked,
        exposure=exposure,
        findings={one.id: findings_of(one) for one in shown},
        skills=skills,
        question_languages=[(one, one) for one in languages],
        types=type_names(),
        difficulties=difficulty_names(),
    )


def wanted_of(asked: dict[str, str]) -> Wanted:
    """Which questions a query asks for."""
    fields = {name: asked.get(name) for name in ("skill", "type", "difficulty", "language")}
    # NUL is in no text, and no database takes it.
    text = asked.get("text", "").replace("\0", "")[:LONGEST_TEXT] or None
    plain = {name: value.replace("\0", "") for name, value in fields.items() if value is not None}
    return Wanted(text=text, is_retired=asked.get("state") == RETIRED, **plain)


@blueprint.get("/questions/<question_id>")
def show(question_id: str) -> Response:
    """A question; its key where it is asked for."""
    with services().database.read() as rows:
        found = library.get(rows, caller().organization_id, question_id)
        key = rows.get_one(QuestionKey, found.id) if request.args.get("key") else None
        forms = library.exposure(rows, [found.id]).get(found.id, 0)
    return page(
        "console/library_question.html",
        question=found,
        key=key,
        forms=forms,
        findings=findings_of(found),
        verdicts=found.provenance.get("verdicts") or {},
        types=type_names(),
        difficulties=difficulty_names(),
    )


@blueprint.post("/questions/<question_id>/retire")
def retire(question_id: str) -> AnyResponse:
    """Let no search find it any more."""
    _set_retired(question_id, True)
    flash(gettext("The question is retired: new assessments don’t get it any more."))
    return redirect(url_for("library_pages.questions.show", question_id=question_id), 303)


@blueprint.post("/questions/<question_id>/restore")
def restore(question_id: str) -> AnyResponse:
    """Let searches find it again."""
    _set_retired(question_id, False)
    flash(gettext("The question is in use again."))
    return redirect(url_for("library_pages.questions.show", question_id=question_id), 303)


def _set_retired(question_id: str, is_retired: bool) -> None:
    with services().database.write() as rows:
        library.set_retired(rows, caller().organization_id, question_id, is_retired)


def findings_of(question: Question) -> list[str]:
    """What the rules, or the examiner, said against it when it came into the library."""
    provenance: dict[str, Any] = question.provenance
    linted = [f"{one['code']}: {one['message']}" for one in provenance.get("lint", ())]
    verdicts = provenance.get("verdicts") or {}
    return linted + [str(one) for one in verdicts.get("problems", ())]


def type_names() -> dict[str, str]:
    """The types of questions, in words."""
    names = {
        "multiple_choice": gettext("one right option"),
        "multiple_select": gettext("several right options"),
        "true_false": gettext("true or false"),
        "ordering": gettext("put in order"),
        "numeric": gettext("a number"),
        "short_answer": gettext("a short text"),
        "code_reading": gettext("reading code"),
    }
    return {one: names[one] for one in TYPES}


def difficulty_names() -> dict[str, str]:
    """The difficulties, in words."""
    names = {"entry": gettext("entry"), "intermediate": gettext("intermediate"), "senior": gettext("senior")}
    return {one: names[one] for one in DIFFICULTIES}
