"""A task: its brief, and what is handed in of it."""

from typing import Any

from flask import Response, redirect, request, url_for
from flask_babel import gettext
from marshmallow import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from api.candidates import document, publish
from api.console.pages import page
from api.console.take_place import at_work, blueprint, check_sitting, place_here, times
from api.schemas.candidate_v1 import LARGEST_PATCH, LONGEST_NOTES, SubmitSessionSchema
from api.services import services
from models import taking
from models.taking import Place

# Field of the form -> of API C.
FIELDS = {"repo_url": "repoUrl", "patch": "patch", "notes": "notes"}


@blueprint.get("/task")
def task() -> Response:
    """The brief, and a form for the work."""
    place = at_work(has_questions=False)
    return _shown(place, {})


@blueprint.post("/task")
def submit_task() -> AnyResponse:
    """Hand the work in. It is final."""
    place = place_here()
    check_sitting(place, request.form.get("session"))
    data, problems = _work()
    if "time_up" in request.form and data:
        # Nobody is there to confirm or to mend: what can be taken is.
        problems = {}
    elif not problems and "confirmed" not in request.form:
        problems = {"confirmed": gettext("Tick that this is what you want to hand in.")}
    if problems:
        return _shown(place, problems)
    with services().database.write() as session:
        handed = taking.submit(session, place.key.id, [], data)
    publish(handed.jobs)
    return redirect(url_for("take.done"), 303)


def _work() -> tuple[dict[str, str], dict[str, str]]:
    """What of it API C takes, and field -> what is wrong."""
    typed = {name: request.form.get(name, "").replace("\0", "").replace("\r\n", "\n") for name in FIELDS}
    given = {FIELDS[name]: text for name, text in typed.items() if text.strip()}
    if not given:
        return {}, {"repo_url": gettext("Give at least one of the three: an address, a patch or notes.")}
    if "repoUrl" in given:
        given["repoUrl"] = given["repoUrl"].strip()
    wrong: dict[str, Any] = {}
    try:
        data: dict[str, Any] = SubmitSessionSchema().load(given)
    except ValidationError as error:
        wrong = error.messages_dict
        data = {**error.valid_data} if isinstance(error.valid_data, dict) else {}
    taken = {name: data[name] for name in FIELDS if name in data}
    return taken, {name: _words(name) for name, told in FIELDS.items() if told in wrong}


def _words(name: str) -> str:
    words = {
        "repo_url": gettext(
            "This is no address that can be opened. It begins with https:// and names a host."
        ),
        "patch": gettext("The patch is larger than %(most)s KiB.", most=LARGEST_PATCH // 1024),
        "notes": gettext("The notes are longer than %(most)s characters.", most=LONGEST_NOTES),
    }
    return str(words[name])


def _shown(place: Place, problems: dict[str, str]) -> Response:
    return page(
        "console/take_task.html",
        422 if problems else 200,
        shown=document(place),
        content_language=place.assessment.language,
        deadline=place.session.deadline,
        clock=times(place),
        problems=problems,
        typed=request.form,
        most_notes=LONGEST_NOTES,
    )
