"""What the script of a sitting calls: save one answer, tell of events, ask how late it is."""

from typing import Any

from flask import Response, jsonify, request
from flask_wtf.csrf import generate_csrf
from marshmallow import ValidationError

from api.console.take_paper import words_for
from api.console.take_place import blueprint, check_sitting, place_here, times, told
from api.parsing import LARGEST_BODY, strict_json
from api.schemas.candidate_v1 import EventsSchema
from api.services import services
from models import forms, taking
from models.base import iso_time, parse_id
from models.errors import InvalidInput, NotFound
from models.sittings import Wanted
from models.taking import Place


@blueprint.post("/answers/<question_id>")
def save(question_id: str) -> Response:
    """Save `{"session", "answer", "after"}`; the answer that counts then, which may be a newer one."""
    place, body = _called()
    after = body.get("after")
    seen = after if type(after) is int and 0 <= after < 2**31 else 0
    try:
        saved = services().saving.do(Wanted(place.key.id, question_id, body.get("answer"), seen))
    except InvalidInput:
        return told(422, "INVALID_ANSWER", words_for(_type_of(place, question_id)))
    except NotFound as error:
        return told(404, "NO_SUCH_QUESTION", str(error))
    version = saved.version
    answer = {"version": version.number, "answer": version.value, "savedAt": iso_time(version.saved_at)}
    return jsonify({**answer, **times(place)})


@blueprint.post("/events")
def record_events() -> Response:
    """Store `{"session", "events"}`, the events as API C takes them; an event that is known is skipped."""
    place, body = _called()
    try:
        events = EventsSchema().load({"events": body.get("events")})["events"]
    except ValidationError:
        return told(400, "INVALID_EVENTS", "The events can’t be read.")
    with services().database.write() as session:
        recorded = taking.record_events(session, place.key.id, events)
    return jsonify({"recorded": recorded})


@blueprint.get("/state")
def state() -> Response:
    """How much time is left, and a token for forms: a page's own is no good once its cookie has changed."""
    place = place_here()
    check_sitting(place, request.args.get("session"))
    return jsonify({**times(place), "token": generate_csrf(), "isSubmitted": place.standing.is_submitted})


def _called() -> tuple[Place, dict[str, Any]]:
    place = place_here()
    request.max_content_length = LARGEST_BODY
    body = strict_json(request.get_data())
    found: dict[str, Any] = body if isinstance(body, dict) else {}
    check_sitting(place, found.get("session"))
    return place, found


def _type_of(place: Place, question_id: str) -> str:
    here = (place.session.form_id or "", parse_id(question_id) or "")
    with services().database.read() as session:
        shapes = forms.shapes_of(session, {here})
    return shapes[here].type if here in shapes else ""
