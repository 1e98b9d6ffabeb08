"""The form of a question: what is typed, as a change for API A, and what is wrong with it, by field."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from api.console.assessments_view import Card
from api.schemas.reviews_v2 import AssessmentChangeSchema, QuestionChangeSchema
from models.errors import InvalidInput
from models.questions import MULTIPLE_SELECT, NUMERIC, ORDERING, SHORT_ANSWER

Values = dict[str, Any]
Errors = dict[str, str]
# A form's field -> the field of API A that it is, where they differ.
API_NAMES = {"stem": "question"}
WORDS = ("stem", "code", "code_language", "difficulty", "cognitive_level", "explanation")
WATCHED = ("enabled", "full_screen", "webcam", "copy_paste_blocked", "shuffle_questions", "shuffle_options")


def values_of(card: Card) -> Values:
    """The question as its form shows it; `correct` are indexes of options, of an ordering all in order."""
    asked, key = card.shown.question, card.key or {}
    return {
        "stem": asked.stem,
        "code": asked.code or "",
        "code_language": asked.code_language or "",
        "difficulty": asked.difficulty,
        "cognitive_level": asked.cognitive_level,
        "explanation": key.get("explanation", ""),
        "seconds": str(asked.seconds),
        "options": [option["text"] for option in card.shown.options],
        "correct": key.get("correct", []),
        "accepted": key.get("accepted", []),
        "tolerance": key.get("tolerance") or "0",
    }


def typed(form: MultiDict[str, str], card: Card) -> Values:
    """What was typed into the form of this question."""
    kind, count = card.shown.question.type, len(card.shown.options)
    values: Values = {name: _text(form, name) for name in (*WORDS, "seconds", "tolerance")}
    values["options"] = [_text(form, f"option-{place}") for place in range(count)]
    values["correct"] = _ordered(form, count) if kind == ORDERING else _chosen(form, count)
    values["accepted"] = [line.strip() for line in _text(form, "accepted").splitlines() if line.strip()]
    return values


def _text(form: MultiDict[str, str], name: str) -> str:
    """A field's text as it is stored: browsers end lines in their own way, and no database holds a NUL."""
    return form.get(name, "").replace("\r\n", "\n").replace("\0", "")


def _chosen(form: MultiDict[str, str], count: int) -> list[int]:
    places = {str(place): place for place in range(count)}
    return [places[text] for text in form.getlist("correct") if text in places]


def _ordered(form: MultiDict[str, str], count: int) -> list[int]:
    """The options' indexes by the numbers that were given them; empty where those are not 1 to `count`."""
    numbers = [form.get(f"rank-{place}", "").strip() for place in range(count)]
    if sorted(numbers) != sorted(str(number) for number in range(1, count + 1)):
        return []
    return [numbers.index(str(number)) for number in range(1, count + 1)]


def change_of(values: Values, card: Card) -> tuple[Values, Errors]:
    """What differs from the question, as API A's parsed body, and what is wrong with it."""
    before = values_of(card)
    different = {name for name in values if values[name] != before[name] and _is_of(name, card)}
    body = {API_NAMES.get(name, name): _sent(name, values[name]) for name in different}
    if not body:
        return {}, {"": gettext("Nothing differs from the question as it is.")}
    errors: Errors = {}
    if "correct" in body and len(values["correct"]) != len(before["correct"]):
        errors["correct"] = rule("correct", card)
    try:
        loaded: Values = QuestionChangeSchema().load(body)
    except ValidationError as error:
        names = {API_NAMES[name]: name for name in API_NAMES}
        wrong = [names.get(name, name) for name in error.messages_dict]
        return {}, errors | {name: rule(name, card) for name in wrong}
    return loaded, errors


def _is_of(name: str, card: Card) -> bool:
    """Whether questions of this type have the field."""
    kind = card.shown.question.type
    if name == "tolerance":
        return kind == NUMERIC
    if name == "accepted":
        return kind in (NUMERIC, SHORT_ANSWER)
    return bool(card.shown.options) if name in ("options", "correct") else True


def _sent(name: str, value: Any) -> Any:
    if name in ("code", "code_language"):
        return value or None
    if name == "seconds":
        return number(value)
    return value


def number(text: str) -> int | str:
    """The whole number that was typed; the text itself where it is none, for the schema to refuse."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def refused(error: InvalidInput, card: Card) -> Errors:
    """What the domain has said of a change."""
    return {name: rule(name, card) for name in error.errors} or {"": str(error)}


def rule(name: str, card: Card) -> str:
    """What a field of the question must hold."""
    right = len((card.key or {}).get("correct", []))
    rules = {
        "stem": gettext("A question has 1 to 2,000 characters."),
        "code": gettext("Code has at most 10,000 characters."),
        "code_language": gettext("The language of the code has at most 40 characters."),
        "options": gettext("Every option has a text of its own, of 1 to 500 characters."),
        "correct": _key_rule(card.shown.question.type, right),
        "accepted": gettext("Give 1 to 20 answers of at most 500 characters, one a line."),
        "tolerance": gettext("The tolerance is a number of at least 0, with a point and not a comma."),
        "explanation": gettext("An explanation has 1 to 2,000 characters."),
        "difficulty": gettext("Choose one of the difficulties."),
        "cognitive_level": gettext("Choose one of the cognitive levels."),
        "seconds": gettext("The time is a whole number of seconds from 10 to 3,600."),
    }
    return str(rules.get(name, gettext("This value can't be used.")))


def _key_rule(kind: str, right: int) -> str:
    if kind == ORDERING:
        return str(gettext("Give every option a place of its own, from 1 on."))
    if kind == MULTIPLE_SELECT:
        return str(gettext("Choose as many right options as there are now: %(count)s.", count=right))
    return str(gettext("Choose the one right option."))


def settings_change(form: Mapping[str, str]) -> tuple[Values, Errors]:
    """The change of an assessment that was typed, as API A's parsed body, and what is wrong with it."""
    body: Values = {
        "name": form.get("name", "").replace("\0", ""),
        "cutoff": number(form.get("cutoff", "")),
        "total_duration": number(form.get("total_duration", "")),
        "show_result": "show_result" in form,
        "proctoring": {
            **{name: name in form for name in WATCHED},
            "tab_switch_limit": number(form.get("tab_switch_limit", "")),
        },
    }
    rules = {
        "name": gettext("A name has 1 to 300 characters."),
        "cutoff": gettext("The cutoff is a whole number from 0 to 100."),
        "total_duration": gettext("The duration is a whole number of minutes from 1 to 600."),
        "proctoring": gettext("The changes of the tab are a whole number from 0 to 100."),
    }
    try:
        loaded: Values = AssessmentChangeSchema().load(body)
    except ValidationError as error:
        return {}, {name: rules[name] for name in error.messages_dict if name in rules}
    return loaded, {}
