"""The questions of a sitting: shown one at a time by a script, all on one page without it."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from api.candidates import document, publish
from api.console.pages import page
from api.console.take_place import at_work, blueprint, check_sitting, place_here, times
from api.services import services
from models import taking
from models.base import Json
from models.errors import InvalidInput
from models.questions import MULTIPLE_SELECT, NUMERIC, ORDERING, SHORT_ANSWER
from models.sittings import Wanted
from models.taking import Place


@blueprint.get("/questions")
def questions() -> Response:
    """The questions, with what was saved."""
    place = at_work(has_questions=True)
    return _paper(place, document(place), {})


@blueprint.post("/questions")
def save_all() -> AnyResponse:
    """Save what a plain form holds, as far as it differs from what is saved. For visitors without scripts."""
    place = at_work(has_questions=True)
    check_sitting(place, request.form.get("session"))
    shown = document(place)
    problems, stale = _save(place, shown["questions"])
    if problems:
        return _paper(place, shown, problems)
    if stale:
        flash(
            ngettext(
                "One answer was saved on another page meanwhile, and that one stays. Look at it again.",
                "%(num)s answers were saved on another page meanwhile, and those stay. Look at them again.",
                stale,
            )
        )
    if request.form.get("then") == "review" and not stale:
        return redirect(url_for("take.review"), 303)
    flash(gettext("Your answers are saved."))
    return redirect(url_for("take.questions"), 303)


def _save(place: Place, asked: list[Json]) -> tuple[dict[int, str], int]:
    """Save what differs; question number -> what is wrong with it, and how many had a newer answer."""
    problems: dict[int, str] = {}
    stale = 0
    for number, one in enumerate(asked, start=1):
        try:
            value = answer_in(request.form, number, one)
            if value == one["savedAnswer"]:
                continue
            one["savedAnswer"] = value
            saved = services().saving.do(Wanted(place.key.id, one["id"], value, _seen(number)))
            stale += saved.version.value != value
        except InvalidInput:
            problems[number] = words_for(one["type"])
    return problems, stale


def _seen(number: int) -> int:
    text = request.form.get(f"version-{number}", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def answer_in(form: MultiDict[str, str], number: int, asked: Json) -> Any:
    """What a plain form answers to the question of that number; None for nothing. Raises InvalidInput."""
    if form.get("clear") == str(number):
        return None
    name = f"answer-{number}"
    if asked["type"] == MULTIPLE_SELECT:
        ticked = form.getlist(name)
        return [option["id"] for option in asked["options"] if option["id"] in ticked] or None
    if asked["type"] == ORDERING:
        return _order_in(form, number, asked)
    # A NUL can be typed by a program alone, and no database takes it.
    return form.get(name, "").replace("\0", "").strip() or None


def _order_in(form: Mapping[str, str], number: int, asked: Json) -> list[str] | None:
    ids = [option["id"] for option in asked["options"]]
    places = {one: form.get(f"place-{number}-{one}", "") for one in ids}
    if not any(places.values()):
        return None
    if sorted(places.values()) != sorted(str(place) for place in range(1, len(ids) + 1)):
        raise InvalidInput("Each place must be given once.")
    return sorted(ids, key=lambda one: int(places[one]))


def words_for(kind: str) -> str:
    """What is wrong with an answer to a question of that type that can't be taken."""
    words = {
        NUMERIC: gettext("This is no number that can be read. Type one such as 12.5."),
        ORDERING: gettext("Give each line a place of its own, and none twice."),
        SHORT_ANSWER: gettext("This is too long: at most 500 characters."),
    }
    return words.get(kind) or str(gettext("This answer can’t be taken. Load the page anew and choose again."))


def _paper(place: Place, shown: Json, problems: Mapping[int, str]) -> Response:
    return page(
        "console/take_questions.html",
        422 if problems else 200,
        shown=shown,
        asked=[_in_saved_order(one) for one in shown["questions"]],
        content_language=place.assessment.language,
        deadline=place.session.deadline,
        clock=times(place),
        problems=problems,
        typed=request.form if problems else {},
    )


def _in_saved_order(asked: Json) -> Json:
    """An ordering that was answered stands in the order of the answer."""
    if asked["type"] != ORDERING or not asked["savedAnswer"]:
        return asked
    by_id = {option["id"]: option for option in asked["options"]}
    return {**asked, "options": [by_id[one] for one in asked["savedAnswer"]]}


@blueprint.get("/review")
def review() -> Response:
    """What has no answer yet, before it is handed in."""
    place = at_work(has_questions=True)
    shown = document(place)
    gaps = [number for number, one in enumerate(shown["questions"], start=1) if one["savedAnswer"] is None]
    return page("console/take_review.html", shown=shown, gaps=gaps, clock=times(place))


@blueprint.post("/submit")
def submit() -> AnyResponse:
    """Hand the questions in, as they were saved. It is final."""
    place = place_here()
    check_sitting(place, request.form.get("session"))
    with services().database.write() as session:
        handed = taking.submit(session, place.key.id, [], {})
    publish(handed.jobs)
    return redirect(url_for("take.done"), 303)
