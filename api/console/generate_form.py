"""The form that asks for an assessment: what was typed, what is wrong with it, and the request it makes.

What may be in it is the API's to say: `GenerateSchema` reads it as it reads a request.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from babel import Locale
from flask_babel import get_locale, gettext
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from api.console import generate_guess
from api.generation_v2 import check_address
from api.parsing import strict_json
from api.schemas.generation_v2 import GenerateSchema
from models.errors import InvalidInput

LANGUAGES = (
    *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "it", "ja", "ko", "lt", "lv"),
    *("nl", "no", "pl", "pt", "ro", "sk", "sl", "sv", "tr", "uk", "zh"),
)
# The order in which the form has them, and the summary of what is wrong too.
TEXTS = (
    "job_role",
    "job_description",
    "number_of_questions",
    "cutoff",
    "duration_minutes",
    "difficulty",
    "language",
    "question_types",
    "mode",
    "on_shortfall",
    "seed",
    "external_id",
    "notification_url",
)
NUMBERS = ("number_of_questions", "cutoff", "duration_minutes", "seed")
# Blank is as good as absent.
OPTIONAL = ("duration_minutes", "difficulty", "seed", "external_id", "notification_url")
ONE_LINE = ("job_role", "external_id", "notification_url", "duration_minutes", "seed")


@dataclass
class Form:
    """What stands in the form: texts by field, the ticked types, and what is wrong, by field."""

    values: dict[str, str]
    types: list[str]
    reuse: bool
    token: str
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def blank(cls) -> "Form":
        """A new one, with what the API takes where it is told nothing."""
        fields = GenerateSchema().fields
        values = {name: _text(fields[name].load_default) for name in TEXTS if name != "question_types"}
        values |= {"job_role": "", "job_description": ""}
        return cls(values, ["multiple_choice"], True, secrets.token_urlsafe(16))

    @classmethod
    def sent(cls, form: "MultiDict[str, str]") -> "Form":
        """The one that a browser has sent."""
        values = {name: _typed(form.get(name, "")) for name in TEXTS if name != "question_types"}
        return cls(values, form.getlist("question_types"), "reuse" in form, form.get("token", ""))

    def request(self) -> dict[str, Any] | None:
        """The request as the API reads it; None where something is wrong, which `problems` tells then."""
        asked: dict[str, Any] = {name: self._value(name) for name in self.values}
        asked |= {"question_types": self.types, "reuse": self.reuse}
        try:
            data: dict[str, Any] = GenerateSchema().load(strict_json(json.dumps(asked).encode()))
        except ValidationError as error:
            self.problems |= {_name(name): _sentence(_name(name)) for name in error.messages_dict}
            return None
        except InvalidInput as error:
            self.problems |= {_name(name): str(messages[0]) for name, messages in error.errors.items()}
            return None
        try:
            check_address(data["notification_url"])
        except InvalidInput as error:
            [reason] = error.errors["notification_url"]
            self.problems["notification_url"] = gettext(
                "No message can be sent to this address. %(reason)s", reason=reason
            )
            return None
        return data

    def _value(self, name: str) -> str | int | None:
        text = self.values[name]
        if not text and name in OPTIONAL:
            return None
        # The API takes no number in quotes; what is none goes through as it is, and is refused there.
        if name in NUMBERS and text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20:
            return int(text)
        return text

    @property
    def guess(self) -> str | None:
        """The chance of guessing as the numbers stand; None where they are none."""
        cutoff, questions = self._value("cutoff"), self._value("number_of_questions")
        if not isinstance(cutoff, int) or not isinstance(questions, int):
            return None
        if not 0 <= cutoff <= 100 or not 1 <= questions <= 100:
            return None
        return generate_guess.shown(generate_guess.guess_pass_chance(cutoff, questions))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _typed(text: str) -> str:
    """What was typed, with the ends of lines as everybody else has them: a browser sends two characters."""
    return text.replace("\r\n", "\n").strip()


def _name(path: object) -> str:
    """The field of an error, which may be about a part of it (`question_types.0`)."""
    return str(path).partition(".")[0]


def _sentence(name: str) -> str:
    """What a field wants."""
    return _wanted().get(name) or gettext("This can't be taken.")


def _wanted() -> Mapping[str, str]:
    return {
        "job_role": gettext("Give the role a name of 1 to 200 characters."),
        "job_description": gettext("Describe the role in 1 to 50,000 characters, or choose a file."),
        "number_of_questions": gettext("Give a whole number from 5 to 100."),
        "cutoff": gettext("Give a whole number from 0 to 100."),
        "duration_minutes": gettext("Give a whole number of minutes from 1 to 600, or nothing."),
        "difficulty": gettext("Choose one of the list."),
        "language": gettext("Choose one of the list."),
        "question_types": gettext("Choose at least one type of question."),
        "mode": gettext("Choose one of the list."),
        "on_shortfall": gettext("Choose one of the list."),
        "seed": gettext("Give a whole number from 0 to 9,007,199,254,740,991, or nothing."),
        "external_id": gettext("It may have 200 characters at most."),
        "notification_url": gettext("It may have 2,048 characters at most."),
    }


def labels() -> dict[str, str]:
    """The fields' names, in their order."""
    return {
        "job_role": gettext("Role"),
        "job_description": gettext("Description"),
        "file": gettext("Description from a file"),
        "number_of_questions": gettext("Number of questions"),
        "cutoff": gettext("Cutoff in percent"),
        "duration_minutes": gettext("Minutes in all"),
        "difficulty": gettext("Difficulty"),
        "language": gettext("Language of the questions"),
        "question_types": gettext("Types of questions"),
        "mode": gettext("Speed"),
        "on_shortfall": gettext("If some questions can't be made"),
        "seed": gettext("Seed"),
        "external_id": gettext("Your own reference"),
        "notification_url": gettext("Address that is told of the progress"),
    }


def choices() -> dict[str, dict[str, str]]:
    """What the lists offer: value and name, by field."""
    here = get_locale() or Locale("en")
    languages = {code: str(Locale(code).get_display_name(here) or code) for code in LANGUAGES}
    return {
        "difficulty": {
            "": gettext("As the description says"),
            "entry": gettext("Entry"),
            "intermediate": gettext("Intermediate"),
            "senior": gettext("Senior"),
        },
        "language": dict(sorted(languages.items(), key=lambda pair: pair[1].casefold())),
        "mode": {
            "live": gettext("At once"),
            "economy": gettext("In batches: half the price, within a day"),
        },
        "on_shortfall": {
            "partial": gettext("Make the assessment with fewer"),
            "fail": gettext("Make no assessment"),
        },
        "question_types": types(),
    }


def types() -> dict[str, str]:
    """The types of questions and their names."""
    return {
        "multiple_choice": gettext("Multiple choice: one right option"),
        "multiple_select": gettext("Multiple select: several right options"),
        "true_false": gettext("True or false"),
        "ordering": gettext("Ordering"),
        "numeric": gettext("A number"),
        "short_answer": gettext("A short answer"),
        "code_reading": gettext("Reading code"),
    }
