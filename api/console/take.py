"""The candidates' pages: a key opens an assessment, which is taken one question at a time."""

from typing import Any

from flask import Response, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from api.candidates import recognised
from api.console import take_paper, take_script, take_task
from api.console.pages import page
from api.console.take_place import blueprint, current, forget, place_here, remember
from api.services import services
from models import forms, taking
from models.candidates import IN_PROGRESS, SCORED
from models.errors import Refused
from models.reviews import check_usable
from models.sittings import check
from models.taking import Place, deadline_of
from models.taking_rules import BY_DEADLINE, IDENTIFY

__all__ = ["blueprint", "take_paper", "take_script", "take_task"]


@blueprint.get("")
def enter() -> Response:
    """Ask for the key."""
    return page("console/take.html")


@blueprint.post("")
def enter_with_key() -> AnyResponse:
    """Open the assessment of a key that was typed, or of a link that was pasted."""
    text = request.form.get("key", "").strip()
    key = text.rstrip("/").rpartition("/")[2]
    if not key:
        return page("console/take.html", 422, problem=gettext("Type or paste your key."))
    try:
        return _open(key)
    except Refused as error:
        if error.code != taking.invalid_key().code:
            raise
        message = gettext("This key is not known, or was withdrawn. Look whether it is complete.")
        return page("console/take.html", 401, problem=message, typed=text)


@blueprint.get("/<key>")
def enter_by_link(key: str) -> AnyResponse:
    """Open the assessment of the key in a link, and lead away from the address that holds it."""
    return _open(key)


def _open(key: str) -> AnyResponse:
    sitting = recognised(key)
    check(IDENTIFY, sitting.standing)
    remember(sitting.key_id)
    return redirect(url_for("take.start"), 303)


@blueprint.get("/start")
def start() -> AnyResponse:
    """What is to come, before it begins."""
    place = place_here()
    if place.taken is not None:
        return redirect(current(place))
    check_usable(place.assessment, services().settings.require_approval)
    return page("console/take_start.html", **_instructions(place))


def _instructions(place: Place) -> dict[str, Any]:
    assessment, key = place.assessment, place.key
    with services().database.read() as session:
        count = forms.size_of(session, assessment.form_id) if assessment.form_id else 0
    begin = key.created_at
    # The same sum that the server's clock goes by.
    seconds = int((deadline_of(key, assessment, begin) - begin).total_seconds())
    return {
        "assessment": assessment,
        "key": key,
        "count": count,
        "is_task": assessment.form_id is None,
        "limit": assessment.total_duration,
        "minutes": seconds // 60,
        "seconds": seconds % 60,
        "watched": assessment.proctoring,
    }


@blueprint.post("/start")
def begin() -> AnyResponse:
    """Begin: the time runs from here."""
    place = place_here()
    with services().database.write() as session:
        place = taking.start(session, place.key.id, services().settings.require_approval)
    return redirect(current(place), 303)


@blueprint.get("/done")
def done() -> AnyResponse:
    """That it was handed in, and the result where the owner shows it."""
    place = place_here()
    taken = place.taken
    if taken is None or taken.status == IN_PROGRESS:
        return redirect(current(place))
    is_shown = place.assessment.show_result
    return page(
        "console/take_done.html",
        assessment=place.assessment,
        taken=taken,
        is_time_up=taken.submitted_by == BY_DEADLINE,
        result=taken.result if is_shown and taken.status == SCORED else None,
        is_awaited=is_shown and taken.status != SCORED,
    )


@blueprint.post("/leave")
def leave() -> AnyResponse:
    """Forget the key on this device."""
    forget()
    return redirect(url_for("take.enter"), 303)
