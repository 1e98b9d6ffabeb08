"""Inviting candidates: who gets a link, their links once, and who has been invited."""

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from api import candidate_lists
from api.auth import caller
from api.candidate_keys_v1 import issued
from api.candidate_lists import Complaint
from api.console import paths
from api.console.pages import page
from api.idempotency import answered_once, marked
from api.paging import cut, from_cursor
from api.schemas.assessments_v1 import MOST_DAYS
from api.services import services
from models import Assessment, CandidateKey, invitations, reviews
from models.base import new_id
from models.errors import Refused
from models.invitations import MOST_EXTRA_PERCENT, Candidate

blueprint = Blueprint("candidates", __name__, template_folder="templates")

PAGE = 50
# As many as a person reads through; `assessgen keys import` takes more.
MOST_INVITED = 500
MOST_TOLD = 20
NAMES = ("token", "people", "extra", "days")


@dataclass
class Form:
    """What was typed, and what is wrong with it, by field; `token` makes it count once."""

    token: str
    people: str = ""
    extra: str = "0"
    days: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)

    def number(self, name: str, least: int, most: int) -> int:
        """A field's whole number; `least` where it is none, which is told."""
        text = getattr(self, name).strip()
        if text.isascii() and text.isdigit() and len(text) < 5 and least <= int(text) <= most:
            return int(text)
        message = gettext("Give a whole number from %(least)s to %(most)s.", least=least, most=most)
        self.errors[name] = [message]
        return least


@blueprint.get("/<assessment_id>/invite")
def ask(assessment_id: str) -> Response:
    """The form that asks who is invited."""
    assessment = _assessment(assessment_id)
    return _asked(assessment, Form(new_id(), days=str(assessment.expires_in_days)))


@blueprint.post("/<assessment_id>/invite")
def invite(assessment_id: str) -> Response:
    """Make a link for each candidate. They are shown this once; the same form again shows the same ones."""
    assessment = _assessment(assessment_id)
    token, people, extra_text, days_text = (request.form.get(name, "") for name in NAMES)
    form = Form(token, people, extra_text, days_text)
    extra = form.number("extra", 0, MOST_EXTRA_PERCENT)
    days = form.number("days", 1, MOST_DAYS)
    candidates = _candidates(form, extra)
    if form.errors:
        return _asked(assessment, form, 422)
    try:
        answer, replayed = answered_once(
            _once(form.token, candidates, days),
            lambda session: issued(session, assessment.id, candidates, days),
        )
    except Refused:
        return _asked(assessment, form, 409)
    links = [_link(key) for key in json.loads(answer.body)["keys"]]
    response = page(
        "console/assessments_links.html", assessment=assessment, links=links, csv_address=_as_file(links)
    )
    return marked(response, replayed)


@blueprint.get("/<assessment_id>/candidates")
def index(assessment_id: str) -> Response:
    """Who has been invited, in the order of the invitations; without those whose link was revoked."""
    after = from_cursor(request.args.get("cursor") or None)
    with services().database.read() as session:
        assessment = Assessment.get(session, caller().organization_id, assessment_id)
        rows = CandidateKey.page(session, assessment, after, PAGE + 1)
    shown, cursor = cut(rows, PAGE)
    return page(
        "console/assessments_candidates.html",
        assessment=assessment,
        keys=shown,
        cursor=cursor,
        is_first=after is None,
        usable=reviews.is_usable(assessment, services().settings.require_approval),
    )


@blueprint.post("/<assessment_id>/candidates/<key_id>/revoke")
def revoke(assessment_id: str, key_id: str) -> AnyResponse:
    """Make a candidate's link useless."""
    with services().database.write() as session:
        assessment = Assessment.held(session, caller().organization_id, assessment_id)
        invitations.revoke(CandidateKey.get(session, assessment, key_id))
    flash(gettext("The link was revoked: it opens nothing any more."))
    return redirect(url_for(".index", assessment_id=assessment_id), 303)


def _assessment(assessment_id: str) -> Assessment:
    with services().database.read() as session:
        return Assessment.get(session, caller().organization_id, assessment_id)


def _asked(assessment: Assessment, form: Form, status: int = 200) -> Response:
    return page(
        "console/assessments_invite.html",
        status,
        assessment=assessment,
        form=form,
        usable=reviews.is_usable(assessment, services().settings.require_approval),
        most_extra=MOST_EXTRA_PERCENT,
        most_days=MOST_DAYS,
        most=MOST_INVITED,
    )


def _candidates(form: Form, extra: int) -> list[Candidate]:
    """Those of the file and then those that were typed; what is wrong goes to the form's errors."""
    found = _of_file(form)
    complaints: list[Complaint] = []
    typed = list(candidate_lists.of_lines(form.people, extra, complaints))
    if complaints:
        form.errors["people"] = _told(complaints)
    found += typed
    if not found and not form.errors:
        form.errors["people"] = [gettext("Name at least one candidate, here or in a file.")]
    if len(found) > MOST_INVITED:
        message = ngettext(
            "At most %(num)s candidate can be invited at once.",
            "At most %(num)s candidates can be invited at once.",
            MOST_INVITED,
        )
        form.errors["people"] = [message]
    return found


def _of_file(form: Form) -> list[Candidate]:
    file = request.files.get("file")
    if file is None or not file.filename:
        return []
    complaints: list[Complaint] = []
    try:
        # With or without the mark that spreadsheets put before UTF-8.
        found = list(candidate_lists.of_csv(file.read().decode("utf-8-sig"), complaints))
    except (UnicodeDecodeError, csv.Error):
        form.errors["file"] = [gettext("This file is no CSV in UTF-8. Save it as one, then choose it again.")]
        return []
    if complaints:
        form.errors["file"] = _told(complaints)
    elif not found:
        form.errors["file"] = [gettext("This file has no candidates below its header.")]
    return found


def _told(complaints: Sequence[Complaint]) -> list[str]:
    told = [
        gettext("Line %(line)s: %(problem)s", line=one.line, problem=gettext(one.template, **one.values))
        for one in complaints[:MOST_TOLD]
    ]
    more = len(complaints) - MOST_TOLD
    if more > 0:
        told.append(ngettext("And %(num)s more line.", "And %(num)s more lines.", more))
    return told


def _once(token: str, candidates: Sequence[Candidate], days: int) -> str:
    """What is the same only for the same form, sent again with the same candidates."""
    told = [[one.email, one.name, one.extra_percent] for one in candidates]
    digest = hashlib.sha256(json.dumps([token, days, told]).encode()).hexdigest()
    return f"console {digest}"


def _link(key: dict[str, Any]) -> dict[str, Any]:
    """An issued key with the address at which its candidate takes the assessment."""
    return {**key, "address": f"{request.host_url.rstrip('/')}{paths.TAKE}/{key['key']}"}


def _as_file(links: Sequence[dict[str, Any]]) -> str:
    """The links as an address that holds a CSV: it can be saved without another request, or a script."""
    columns = (*candidate_lists.OUT_COLUMNS, "link")
    names = ("candidateEmail", "candidateName", "extraTimePercent", "key", "expiresAt", "id", "address")
    rows = [tuple(link[name] for name in names) for link in links]
    return f"data:text/csv;charset=utf-8,{quote(candidate_lists.written(rows, columns))}"
