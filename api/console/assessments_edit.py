"""Changing an assessment: its settings, a question's words, another question in the place of one."""

import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.auth import caller
from api.console import assessments_fields as fields
from api.console import guard
from api.console.assessments_view import Card, card_at, card_in
from api.console.assessments_words import LEVELS
from api.console.pages import page
from api.reviews_v2 import replacement
from api.services import services
from models import Assessment, TaskExecution, TaskExecutionLog, reviews
from models.base import parse_id
from models.errors import InvalidInput, NotFound
from models.organizations import GENERATE
from models.task_executions import NO_SUCH_JOB, OPEN, QUESTION_REPLACEMENT

blueprint = Blueprint("editing", __name__, template_folder="templates")

SHOWN = "assessments_pages.show"


@blueprint.get("/<assessment_id>/questions/<question_id>/edit")
def edit_question(assessment_id: str, question_id: str) -> AnyResponse:
    """The form of a question, with its key."""
    guard.require(GENERATE)
    try:
        assessment, card = card_at(assessment_id, question_id)
    except NotFound:
        return _gone(assessment_id, question_id)
    return _question_form(assessment, card, fields.values_of(card), {})


@blueprint.post("/<assessment_id>/questions/<question_id>/edit")
def change_question(assessment_id: str, question_id: str) -> AnyResponse:
    """Put what was typed in the question's place; what changed it meanwhile is told."""
    try:
        assessment, card = card_at(assessment_id, question_id)
    except NotFound:
        return _gone(assessment_id, question_id)
    values = fields.typed(request.form, card)
    wanted, errors = fields.change_of(values, card)
    if errors:
        return _question_form(assessment, card, values, errors, 422)
    try:
        with services().database.write() as session:
            held = reviews.locked(session, caller().organization_id, assessment_id)
            fresh = reviews.edit_question(session, held, question_id, wanted, caller().label)
    except InvalidInput as error:
        return _question_form(assessment, card, values, fields.refused(error, card), 422)
    except NotFound:
        # It was there a moment ago: another change came in between.
        return _gone(assessment_id, question_id)
    told = gettext(
        "The question was changed. The assessment is at version %(version)s.", version=held.version
    )
    flash(told)
    return redirect(url_for(SHOWN, assessment_id=assessment_id, _anchor=f"q-{fresh}"), 303)


def _question_form(
    assessment: Assessment, card: Card, values: fields.Values, errors: fields.Errors, status: int = 200
) -> Response:
    return page(
        "console/assessments_edit.html",
        status,
        assessment=assessment,
        card=card,
        values=values,
        errors=errors,
        levels=LEVELS,
    )


def _gone(assessment_id: str, question_id: str) -> Response:
    """Tell that a question was changed meanwhile, with what was typed. Raises NotFound where it never was."""
    with services().database.read() as session:
        assessment = Assessment.get(session, caller().organization_id, assessment_id)
        successor = _successor(session, assessment, question_id)
        card = card_in(session, assessment, successor)
    return page(
        "console/assessments_conflict.html",
        409,
        assessment=assessment,
        card=card,
        typed=[(name, request.form[name]) for name in fields.WORDS if request.form.get(name)],
    )


def _successor(session: Session, assessment: Assessment, question_id: str) -> str:
    """What stands in the place of a question that the assessment had; raises NotFound."""
    first = now = parse_id(question_id)
    for version in reviews.versions_of(session, assessment):
        old, new = version.changes.get("question", (None, None))
        now = new if old == now else now
    if now is None or now == first:
        raise NotFound("No question of this assessment has this id.")
    return now


@blueprint.post("/<assessment_id>/questions/<question_id>/replace")
def replace_question(assessment_id: str, question_id: str) -> AnyResponse:
    """Have another question found or written for the place of one, and follow that."""
    try:
        answer, _ = replacement(assessment_id, question_id)
    except NotFound:
        return _gone(assessment_id, question_id)
    job_id = json.loads(answer.body)["job_id"]
    return redirect(url_for(".show_replacement", assessment_id=assessment_id, job_id=job_id), 303)


@blueprint.get("/<assessment_id>/replacements/<job_id>")
def show_replacement(assessment_id: str, job_id: str) -> Response:
    """How far the replacement of a question is, and at the end the new one."""
    with services().database.read() as session:
        assessment, job = _job_of(session, assessment_id, job_id)
        lines = TaskExecutionLog.recent(session, [job.id])[job.id]
        card = _new_card(session, assessment, job)
    return page(
        "console/assessments_replacement.html",
        assessment=assessment,
        job=job,
        lines=lines,
        is_open=job.status in OPEN,
        card=card,
    )


@blueprint.get("/<assessment_id>/replacements/<job_id>/status")
def replacement_status(assessment_id: str, job_id: str) -> Response:
    """The status document of the job, as API A has it, for the page that follows it."""
    with services().database.read() as session:
        _, job = _job_of(session, assessment_id, job_id)
    return Response(services().document(job.organization_id, job.id).body, mimetype="application/json")


def _job_of(session: Session, assessment_id: str, job_id: str) -> tuple[Assessment, TaskExecution]:
    assessment = Assessment.get(session, caller().organization_id, assessment_id)
    job = TaskExecution.get(session, caller().organization_id, job_id)
    if job.type != QUESTION_REPLACEMENT or job.brief.get("assessment_id") != assessment.id:
        raise NotFound(NO_SUCH_JOB)
    return assessment, job


def _new_card(session: Session, assessment: Assessment, job: TaskExecution) -> Card | None:
    """The question that the job has put in; None before, and where it has been changed again since."""
    if not job.result:
        return None
    try:
        return card_in(session, assessment, job.result["question_id"])
    except NotFound:
        return None


@blueprint.get("/<assessment_id>/settings")
def settings(assessment_id: str) -> Response:
    """The form of the assessment's own settings."""
    guard.require(GENERATE)
    with services().database.read() as session:
        assessment = _with_questions(session, assessment_id)
    names = ("name", "cutoff", "total_duration", "show_result", "version")
    told = {name: getattr(assessment, name) for name in names}
    watched = {name for name in fields.WATCHED if assessment.proctoring.get(name)}
    limit = assessment.proctoring.get("tab_switch_limit", 0)
    return _settings_form(assessment, {**told, "tab_switch_limit": limit}, watched)


@blueprint.post("/<assessment_id>/settings")
def change_settings(assessment_id: str) -> AnyResponse:
    """Change the assessment's settings, if nobody has changed it since the form was opened."""
    wanted, errors = fields.settings_change(request.form)
    watched = {name for name in fields.WATCHED if name in request.form}
    with services().database.write() as session:
        assessment = reviews.locked(session, caller().organization_id, assessment_id)
        is_stale = request.form.get("version", type=int) != assessment.version
        if not errors and not is_stale:
            if assessment.total_duration == wanted["total_duration"]:
                del wanted["total_duration"]
            reviews.change(session, assessment, wanted, caller().label)
    if errors:
        return _settings_form(assessment, request.form.to_dict(), watched, errors, 422)
    if is_stale:
        conflict = gettext(
            "The assessment was changed after you opened this form, and nothing of yours is stored yet. "
            "It is at version %(version)s now. Look at it, then save this form again if it still holds.",
            version=assessment.version,
        )
        typed = {**request.form.to_dict(), "version": assessment.version}
        return _settings_form(assessment, typed, watched, {"": conflict}, 409)
    flash(gettext("The assessment is at version %(version)s now.", version=assessment.version))
    return redirect(url_for(SHOWN, assessment_id=assessment_id), 303)


def _with_questions(session: Session, assessment_id: str) -> Assessment:
    assessment = Assessment.get(session, caller().organization_id, assessment_id)
    if assessment.form_id is None:
        raise NotFound("This assessment is a task, which has no such settings.")
    return assessment


def _settings_form(
    assessment: Assessment,
    values: dict[str, Any],
    watched: set[str],
    errors: fields.Errors | None = None,
    status: int = 200,
) -> Response:
    return page(
        "console/assessments_settings.html",
        status,
        assessment=assessment,
        values=values,
        watched=watched,
        names=fields.WATCHED,
        errors=errors or {},
    )
