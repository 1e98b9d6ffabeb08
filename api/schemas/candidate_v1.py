"""A candidate's session on the wire of API C."""

import json
from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from api.schemas.common import StrictSchema, Text
from models.candidates import SESSION_STATUSES
from models.questions import TYPES
from models.responses import EVENT_TYPES

MOST_EVENTS = 200
MOST_ANSWERS = 200
# In bytes.
LARGEST_DATA = 2 * 1024
LARGEST_PATCH = 512 * 1024
LONGEST_NOTES = 20_000
# A page's clock may be wrong by years, but no database holds each time that can be written.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
ANSWER = (
    "The id of an option; of `multiple_select` a list of ids, of `ordering` all ids in order; of `numeric` a "
    "number or its text, of `short_answer` a text."
)
# Of any of these shapes, as the question's type wants.
ANSWER_TYPES: dict[str, Any] = {
    "anyOf": [
        {"type": "string"},
        {"type": "number"},
        {"type": "array", "items": {"type": "string"}},
        {"type": "null"},
    ]
}

QUESTION_ID = "3f1b6a52-94f3-4b5e-9b7e-0f3a1f6f7a10"
SESSION_EXAMPLE = {
    "sessionId": "8d0b6a52-94f3-4b5e-9b7e-0f3a1f6f7a10",
    "assessmentId": "5c1b6a52-94f3-4b5e-9b7e-0f3a1f6f7a10",
    "name": "Senior Python Developer Assessment",
    "role": "Senior Python Developer",
    "status": "in_progress",
    "startedAt": "2025-04-09T10:05:00.000Z",
    "deadline": "2025-04-09T10:42:30.000Z",
    "secondsLeft": 2250,
    "timeLimitMinutes": 30,
    "extraTimePercent": 25,
    "submittedAt": None,
    "proctoring": {
        "enabled": True,
        "fullScreen": True,
        "tabSwitchLimit": 3,
        "webcam": False,
        "copyPasteBlocked": True,
    },
    "brief": None,
    "repoUrl": None,
    "questions": [
        {
            "id": QUESTION_ID,
            "section": "Python",
            "type": "multiple_choice",
            "question": "What does sorted() give?",
            "code": None,
            "codeLanguage": None,
            "options": [{"id": "b", "text": "A new list"}, {"id": "a", "text": "The list itself"}],
            "seconds": 45,
            "savedAnswer": "b",
            "savedVersion": 1,
        }
    ],
}
SAVED_EXAMPLE = {
    "questionId": QUESTION_ID,
    "version": 1,
    "savedAt": "2025-04-09T10:06:00.000Z",
    "secondsLeft": 2190,
}
EVENTS_EXAMPLE = {
    "events": [{"eventId": "e-1", "type": "tab_switch", "at": "2025-04-09T10:06:00Z", "data": {"seconds": 4}}]
}
SUBMITTED_EXAMPLE = {
    "sessionId": "8d0b6a52-94f3-4b5e-9b7e-0f3a1f6f7a10",
    "status": "scored",
    "submittedAt": "2025-04-09T10:31:00.000Z",
}


class StartSchema(StrictSchema):
    """Nothing is asked for."""

    may_be_absent = True


def _answer(**more: Any) -> fields.Raw:
    return fields.Raw(
        required=True, allow_none=True, metadata={"description": ANSWER, **ANSWER_TYPES, **more}
    )


class AnswerSchema(StrictSchema):
    """An answer; null takes back what was saved before."""

    answer = _answer(example="b")


def _is_possible(moment: datetime) -> None:
    if not EARLIEST <= moment < LATEST:
        raise ValidationError("It must be between the years 2000 and 2200.")


def _is_small(data: dict[str, Any]) -> None:
    if len(json.dumps(data, ensure_ascii=False).encode()) > LARGEST_DATA:
        raise ValidationError(f"It must not be larger than {LARGEST_DATA} bytes.")


class EventSchema(StrictSchema):
    """Something that happened on the candidate's page; its id comes from the page."""

    event_id = Text(100, required=True, data_key="eventId")
    type = fields.String(required=True, validate=validate.OneOf(EVENT_TYPES))
    happened_at = fields.AwareDateTime(required=True, data_key="at", format="iso", validate=_is_possible)
    data = fields.Dict(keys=fields.String(), load_default=dict, validate=_is_small)


class EventsSchema(StrictSchema):
    """Events, in any order; one that was sent before is skipped."""

    events = fields.List(
        fields.Nested(EventSchema), required=True, validate=validate.Length(min=1, max=MOST_EVENTS)
    )


class LastAnswerSchema(StrictSchema):
    """A last answer to a question."""

    question_id = Text(100, required=True, data_key="questionId")
    answer = _answer()


def _is_no_larger(patch: str) -> None:
    if len(patch.encode()) > LARGEST_PATCH:
        raise ValidationError(f"It must not be larger than {LARGEST_PATCH // 1024} KiB.")


def _is_not_blank(text: str) -> None:
    if not text.strip():
        raise ValidationError(Text.BLANK)


class SubmitSessionSchema(StrictSchema):
    """Of a form its last answers, if there are any to save; of a task what was made of it."""

    may_be_absent = True
    answers = fields.List(
        fields.Nested(LastAnswerSchema),
        load_default=list,
        validate=validate.Length(max=MOST_ANSWERS),
    )
    repo_url = fields.Url(
        data_key="repoUrl",
        schemes={"http", "https"},
        validate=validate.Length(max=2048),
        metadata={"description": "Of a task: where the work can be had."},
    )
    patch = fields.String(
        validate=[_is_not_blank, _is_no_larger], metadata={"description": "Of a task: at most 512 KiB."}
    )
    notes = fields.String(
        validate=[_is_not_blank, validate.Length(max=LONGEST_NOTES)],
        metadata={"description": "Of a task: what there is to say."},
    )

    @validates_schema
    def answers_are_for_different_questions(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a question that comes twice."""
        ids = [answer["question_id"].lower() for answer in data["answers"]]
        if len(set(ids)) < len(ids):
            raise ValidationError("A question comes twice.", "answers")


class _Closed(Schema):
    class Meta:
        unknown = RAISE


def _time(name: str, allow_none: bool = False) -> fields.DateTime:
    return fields.DateTime(required=True, data_key=name, allow_none=allow_none)


class OptionSchema(_Closed):
    """An option of a question."""

    id = fields.String(required=True)
    text = fields.String(required=True)


class CandidateQuestionSchema(_Closed):
    """A question as a candidate may see it, with the answer that was saved last."""

    id = fields.UUID(required=True)
    section = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf(TYPES))
    question = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    code_language = fields.String(required=True, allow_none=True, data_key="codeLanguage")
    options = fields.List(fields.Nested(OptionSchema), required=True)
    seconds = fields.Integer(required=True, metadata={"description": "How long it takes, about."})
    saved_answer = fields.Raw(
        required=True,
        allow_none=True,
        data_key="savedAnswer",
        metadata={"description": ANSWER, **ANSWER_TYPES},
    )
    saved_version = fields.Integer(
        required=True, data_key="savedVersion", metadata={"description": "0 where nothing was ever saved."}
    )


class WatchedSchema(_Closed):
    """What is watched while the session lasts."""

    enabled = fields.Boolean(required=True)
    full_screen = fields.Boolean(required=True, data_key="fullScreen")
    tab_switch_limit = fields.Integer(required=True, data_key="tabSwitchLimit")
    webcam = fields.Boolean(required=True)
    copy_paste_blocked = fields.Boolean(required=True, data_key="copyPasteBlocked")


class CandidateSessionSchema(_Closed):
    """A candidate's session: of a form its questions, of a task its brief."""

    session_id = fields.UUID(required=True, data_key="sessionId")
    assessment_id = fields.UUID(required=True, data_key="assessmentId")
    name = fields.String(required=True)
    role = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(SESSION_STATUSES))
    started_at = _time("startedAt")
    deadline = _time("deadline")
    seconds_left = fields.Integer(
        required=True,
        data_key="secondsLeft",
        metadata={"description": "By the server's clock, which decides."},
    )
    time_limit = fields.Integer(
        required=True,
        allow_none=True,
        data_key="timeLimitMinutes",
        metadata={"description": "Without the extra time; null without a limit."},
    )
    extra_percent = fields.Integer(required=True, data_key="extraTimePercent")
    submitted_at = _time("submittedAt", allow_none=True)
    proctoring = fields.Nested(WatchedSchema, required=True)
    brief = fields.String(required=True, allow_none=True, metadata={"description": "Of a task."})
    repo_url = fields.String(required=True, allow_none=True, data_key="repoUrl")
    questions = fields.List(
        fields.Nested(CandidateQuestionSchema),
        required=True,
        allow_none=True,
        metadata={"description": "Null for a task, and once the session is submitted."},
    )


class SavedSchema(_Closed):
    """An answer that is saved. The version rises with each other answer to the question."""

    question_id = fields.UUID(required=True, data_key="questionId")
    version = fields.Integer(required=True)
    saved_at = _time("savedAt")
    seconds_left = fields.Integer(required=True, data_key="secondsLeft")


class RecordedSchema(_Closed):
    """How many of the events were new, and how many were known before."""

    recorded = fields.Integer(required=True)
    skipped = fields.Integer(required=True)


class SubmittedSessionSchema(_Closed):
    """A session that was handed in: scored, or waiting for its scores."""

    session_id = fields.UUID(required=True, data_key="sessionId")
    status = fields.String(required=True, validate=validate.OneOf(SESSION_STATUSES))
    submitted_at = _time("submittedAt")
