"""Who takes an assessment in this browser: the key is named in the signed cookie, never in an address.

What every page of a candidate's begins with, and how each refusal is told to a person.
"""

from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, session, url_for
from flask_babel import gettext
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response as AnyResponse

from api.candidates import spend, submit_overdue
from api.console import guard, paths
from api.console.pages import page
from api.guessing import TooManyGuesses
from api.parsing import LARGEST_BODY
from api.services import services
from models import taking
from models.base import iso_time, utcnow
from models.errors import Refused
from models.sittings import check
from models.taking import Place
from models.taking_rules import ALREADY, EXPIRED, IDENTIFY, INVALID, NOT_BEGUN, TIME_IS_UP

blueprint = Blueprint("take", __name__, url_prefix=paths.TAKE, template_folder="templates")

# In the cookie: the id of the candidate's key. Who is signed in for an organisation stays so.
CANDIDATE = "candidate"
# What scripts call answers with JSON.
SCRIPTED = ("take.save", "take.record_events", "take.state")


class NoKey(Exception):
    """No key was opened in this browser."""


class OtherSitting(Exception):
    """The page belongs to another candidate than the one whose key was opened last in this browser."""


class Elsewhere(Exception):
    """Another page is the one on which the candidate goes on."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


@blueprint.before_request
def _check_form() -> None:
    # A task's patch is longer than what is usual in a form.
    request.max_form_memory_size = LARGEST_BODY
    guard.check_form()


def remember(key_id: str) -> None:
    """Let this browser be that candidate's."""
    session.permanent = True
    session[CANDIDATE] = key_id


def forget() -> None:
    """Let this browser be nobody's."""
    session.pop(CANDIDATE, None)


def place_here() -> Place:
    """The place of the candidate in this browser; a session whose time is over is submitted first.

    Raises NoKey, Refused, TooManyRequests.
    """
    key_id = session.get(CANDIDATE)
    if key_id is None:
        raise NoKey
    place = _place_of(key_id)
    check(IDENTIFY, place.standing)
    if place.standing.is_over and not place.standing.is_submitted:
        submit_overdue(place.session.id)
        place = _place_of(key_id)
    spend(key_id)
    return place


def check_sitting(place: Place, session_id: object) -> None:
    """Raise OtherSitting where the page was another candidate's, whose answers are not this one's."""
    if place.taken is None or place.taken.id != session_id:
        raise OtherSitting


def times(place: Place) -> dict[str, Any]:
    """The server's clock for a script: `now` and the deadline's distance, in milliseconds."""
    now = utcnow()
    left = (place.session.deadline - now).total_seconds()
    return {"now": int(now.timestamp() * 1000), "left": max(0, int(left * 1000)), "at": iso_time(now)}


def _place_of(key_id: str) -> Place:
    with services().database.read() as rows:
        try:
            return taking.place_of(rows, key_id)
        except NoResultFound as error:
            raise NoKey from error


@blueprint.errorhandler(NoKey)
def _no_key(_: NoKey) -> AnyResponse:
    message = gettext("Open the link from your invitation again, or type your key.")
    if request.endpoint in SCRIPTED:
        return told(401, "NO_KEY", message)
    return redirect(url_for("take.enter"))


@blueprint.errorhandler(Elsewhere)
def _elsewhere(error: Elsewhere) -> AnyResponse:
    return redirect(current(error.place), 303)


@blueprint.errorhandler(OtherSitting)
def _other_sitting(_: OtherSitting) -> Response:
    message = gettext(
        "Another key was opened in this browser meanwhile. Open the link from your invitation again."
    )
    if request.endpoint in SCRIPTED:
        return told(409, "OTHER_SITTING", message)
    return page(
        "console/take_closed.html", 409, title=gettext("This page is another candidate’s"), message=message
    )


@blueprint.errorhandler(TooManyGuesses)
def _too_many(error: TooManyGuesses) -> Response:
    message = gettext(
        "Too many wrong keys came from your network, so that none is looked at for %(seconds)s seconds. "
        "Wait that long, then try again. Whoever has begun can go on.",
        seconds=error.seconds,
    )
    response = page("console/take_closed.html", 429, title=gettext("Please wait a moment"), message=message)
    response.headers["Retry-After"] = str(error.seconds)
    return response


@blueprint.errorhandler(Refused)
def _refused(error: Refused) -> AnyResponse:
    if request.endpoint in SCRIPTED:
        return told(403 if error.code == TIME_IS_UP.code else 409, error.code, str(error))
    # Where the candidate stands now is what the first page finds out.
    if error.code in (ALREADY.code, TIME_IS_UP.code, NOT_BEGUN.code):
        return redirect(url_for("take.start"), 303)
    status, title, message = _words(error.code)
    return page("console/take_closed.html", status, title=title, message=message)


def _words(code: str) -> tuple[int, str, str]:
    """Status, heading and explanation of a refusal."""
    if code == EXPIRED.code:
        message = gettext(
            "It was not used in time. Nothing is lost: ask whoever sent it to you for a new one."
        )
        return 401, gettext("This key has expired"), message
    if code == INVALID.code:
        message = gettext(
            "Look whether it is complete: it begins with ck_ and stands in your invitation. If it is, it may "
            "have been withdrawn; ask whoever sent it to you."
        )
        return 401, gettext("This key can’t be used"), message
    message = gettext("Whoever invited you still has to release it. Your key stays good; try again later.")
    return 409, gettext("This assessment is not open yet"), message


def told(status: int, code: str, message: str) -> Response:
    """A refusal for a script."""
    response = jsonify({"code": code, "message": message})
    response.status_code = status
    return response


def current(place: Place) -> str:
    """The page on which the candidate goes on."""
    taken = place.taken
    if taken is None:
        return url_for("take.start")
    if place.standing.is_submitted:
        return url_for("take.done")
    return url_for("take.questions" if taken.form_id else "take.task")


def at_work(has_questions: bool) -> Place:
    """The place of a candidate at work on questions, or on a task. Raises Elsewhere, and as `place_here`."""
    place = place_here()
    taken = place.taken
    if taken is None or place.standing.is_submitted or (taken.form_id is not None) != has_questions:
        raise Elsewhere(place)
    # The cookie's time begins anew: a sitting may be longer.
    session.modified = True
    return place
