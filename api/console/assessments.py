"""Assessments: the list, one of them, its approval, and a preview."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from api.auth import caller
from api.console import assessments_candidates, assessments_edit, guard, paths
from api.console.assessments_origin import version_lines
from api.console.assessments_view import ALL, Looked, card_at, looked_at
from api.console.assessments_words import DIFFICULTIES, minutes, word
from api.console.pages import page
from api.paging import cut, from_cursor
from api.services import services
from models import Assessment, reviews
from models.assessments import APPROVED, DRAFT, Sought
from models.errors import Conflict
from models.organizations import ADMIN

blueprint = Blueprint(
    "assessments_pages", __name__, url_prefix=f"{paths.CONSOLE}/assessments", template_folder="templates"
)
blueprint.before_request(guard.require_sign_in)
blueprint.register_blueprint(assessments_edit.blueprint)
blueprint.register_blueprint(assessments_candidates.blueprint)

PAGE = 25
LONGEST_SEARCH = 200
# What the list's second filter offers.
KINDS = {"questions": False, "task": True}


@blueprint.context_processor
def _words() -> dict[str, object]:
    return {"word": word, "minutes": minutes, "difficulties": DIFFICULTIES}


@blueprint.get("")
def index() -> Response:
    """Assessments and tasks, newest first; found by words of their name or role, and by status."""
    asked = {name: request.args.get(name, "").replace("\0", "") for name in ("q", "status", "kind")}
    sought = Sought(
        text=asked["q"].strip()[:LONGEST_SEARCH],
        status=asked["status"] if asked["status"] in (DRAFT, APPROVED) else None,
        is_task=KINDS.get(asked["kind"]),
    )
    after = from_cursor(request.args.get("cursor") or None)
    with services().database.read() as session:
        rows = Assessment.search(session, caller().organization_id, sought, after, PAGE + 1)
    shown, cursor = cut(rows, PAGE)
    filters = {name: text for name, text in asked.items() if text}
    return page(
        "console/assessments.html",
        assessments=shown,
        cursor=cursor,
        asked=asked,
        filters=filters,
        is_first=after is None,
    )


@blueprint.get("/<assessment_id>")
def show(assessment_id: str) -> Response:
    """An assessment: with `?keys=all` every key, with `?keys=<id>` that question's."""
    return _shown(assessment_id)


def _shown(assessment_id: str, status: int = 200, problem: str | None = None) -> Response:
    asked = request.args.get("keys")
    looked = looked_at(assessment_id, {asked} if asked else ())
    template = (
        "console/assessments_one.html" if isinstance(looked, Looked) else "console/assessments_task.html"
    )
    return page(
        template,
        status,
        looked=looked,
        assessment=looked.assessment,
        usable=reviews.is_usable(looked.assessment, services().settings.require_approval),
        problem=problem,
        version_lines=version_lines,
        all_keys=ALL,
    )


@blueprint.get("/<assessment_id>/questions/<question_id>/key")
def key(assessment_id: str, question_id: str) -> Response:
    """A part of a page: the key of one question, and why."""
    _, card = card_at(assessment_id, question_id)
    return page("console/assessments_key.html", card=card)


@blueprint.post("/<assessment_id>/approve")
def approve(assessment_id: str) -> AnyResponse:
    """Approve the assessment as it was looked at."""
    guard.require(ADMIN)
    version = request.form.get("version", type=int)
    try:
        with services().database.write() as session:
            assessment = reviews.locked(session, caller().organization_id, assessment_id)
            reviews.approve(assessment, caller().label, version)
    except Conflict:
        return _shown(assessment_id, 409, _changed_meanwhile())
    flash(gettext("The assessment is approved."))
    return redirect(url_for(".show", assessment_id=assessment_id), 303)


def _changed_meanwhile() -> str:
    told = gettext(
        "The assessment was changed after you opened it, so it was not approved. "
        "This is how it is now: look at it again, then approve it."
    )
    return str(told)


@blueprint.get("/<assessment_id>/preview")
def preview(assessment_id: str) -> Response:
    """The assessment as a candidate sees it, a question at a time; nothing is stored, no key is read."""
    looked = looked_at(assessment_id)
    questions = [card.shown for card in looked.cards] if isinstance(looked, Looked) else []
    at = min(max(request.args.get("at", 0, type=int), 0), len(questions))
    return page(
        "console/assessments_preview.html",
        assessment=looked.assessment,
        questions=questions,
        at=at,
        shown=questions[at - 1] if at else None,
    )
