"""Students' sessions over the wire, walked as a student platform walks them.

The keys come from the database: no answer of the API tells them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from models.base import table_of
from models.forms import FormQuestion
from models.questions import QuestionKey
from models.session import Database
from models.verifications import Verification
from tests.contract.checked import CheckedClient, check, operation, validator

VERIFY = "/api/v1/verify"
VERIFICATIONS = "/api/v1/verifications"
SKILLS = "/api/v1/skills"
STEP_1 = "/api/v1/step1/storeskills/store"
STEP_2 = "/api/v1/step2/verification-method"
STEP_3 = "/api/v1/step3/store-verification-items/store"
GENERATE = "/api/v1/assessment/generate"
SUBMIT = "/api/v1/assessment/submit"
RETAKE = "/api/v1/assessment/retakeassessment"
SESSION_CALLS = (STEP_1, STEP_2, STEP_3, GENERATE, SUBMIT, RETAKE)
ASYNC = {"Prefer": "respond-async"}

Json = dict[str, Any]
Work = Callable[[str], None]

STUDENT: Json = {
    "studentId": "student-4711",
    "callbackWebhookUrl": "https://your-webhook-url.com/verifications",
    "name": "Maya Okafor",
    "email": "maya@example.com",
    "projects": [
        {
            "projectId": "p1",
            "name": "Checkout Service",
            "description": "A payment page in React with a Node.js back end.",
            "startDate": "2024-01",
            "endDate": "2024-09",
        }
    ],
    "experience": [
        {
            "workExperienceId": "w1",
            "role": "Frontend Developer",
            "companyName": "Northwind Ltd",
            "startDate": "2023",
        }
    ],
    "certificates": [{"credentialId": "c1", "name": "Cloud Practitioner", "issuer": "Amazon"}],
}
WANTED: list[Json] = [{"skillId": "react"}, {"skillId": "skill_001", "name": "Git"}]
CHOSEN: Json = {"projectIds": ["p1"], "workExperienceIds": ["w1"], "credentialIds": ["c1"]}


class SessionClient(CheckedClient):
    """A checked client that lets the contract's own 500, GENERATION_FAILED, pass if it is as documented."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Call the application and check what it answers."""
        response = FlaskClient.open(self, *args, **kwargs)
        if response.status_code != 500 or code_of(response) != "GENERATION_FAILED":
            check(self.application, response)
            return response
        described = operation(self.application, response.request.method, response.request.path)
        assert described is not None
        schema = described["responses"]["500"]["content"]["application/json"]["schema"]
        validator(self.application, schema).validate(response.get_json())
        return response


@dataclass
class StudentSession:
    """A session and what it takes to walk it; `data` is what its beginning was answered."""

    client: SessionClient
    database: Database
    work: Work
    data: Json

    @property
    def token(self) -> str:
        """The session's token."""
        token: str = self.data["sessionToken"]
        return token

    @property
    def record_id(self) -> str:
        """The id on the wire."""
        record_id: str = self.data["recordVerificationId"]
        return record_id

    @property
    def id(self) -> str:
        """The id as it is stored."""
        found = self.record_id.rpartition("_")[2]
        return f"{found[:8]}-{found[8:12]}-{found[12:16]}-{found[16:20]}-{found[20:]}"

    def stored(self) -> Verification:
        """The verification as it is stored."""
        with self.database.read() as session:
            return session.get_one(Verification, self.id)

    def change(self, **values: Any) -> None:
        """Put values into the row, past all rules."""
        table = table_of(Verification)
        with self.database.transaction() as connection:
            connection.execute(update(table).where(table.c.id == self.id).values(values))

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        """POST as the session; without a body where there is None."""
        return self.client.post(path, headers=headers, **({} if body is None else {"json": body}))

    def steps(
        self, skills: Sequence[Json] = WANTED, method: str = "assessment", chosen: Json = CHOSEN
    ) -> "StudentSession":
        """Walk the three steps."""
        for path, body in (
            (STEP_1, {"skills": list(skills)}),
            (STEP_2, {"verificationMethod": method}),
            (STEP_3, chosen),
        ):
            answer = self.post(path, body)
            assert answer.status_code == 200, answer.text
        return self

    def begin_job(self, path: str = GENERATE) -> str:
        """Ask for questions and leave; the job's id."""
        answer = self.client.post(path, headers=ASYNC)
        assert answer.status_code == 202, answer.text
        job_id: str = answer.get_json()["data"]["jobId"]
        return job_id

    def questions(self, path: str = GENERATE) -> Json:
        """Have questions made, and the data of the answer that shows them."""
        self.work(self.begin_job(path))
        answer = self.client.post(path)
        assert answer.status_code == 200, answer.text
        data: Json = answer.get_json()["data"]
        return data

    def retake(self) -> Json:
        """Have new questions made after a failed attempt."""
        return self.questions(RETAKE)

    def places(self) -> dict[str, tuple[int, int]]:
        """Of each question of the form, in order: the index of the right option, and how many there are."""
        with self.database.read() as session:
            rows = session.execute(
                select(FormQuestion.question_id, FormQuestion.option_order, QuestionKey.correct)
                .join(Verification, Verification.form_id == FormQuestion.form_id)
                .join(QuestionKey, QuestionKey.question_id == FormQuestion.question_id)
                .where(Verification.id == self.id)
                .order_by(FormQuestion.position)
            ).all()
        return {
            row.question_id: (row.option_order.index(row.correct[0]), len(row.option_order)) for row in rows
        }

    def with_right(self, count: int) -> list[Json]:
        """Answers to the current form of which so many are right: the first ones."""
        return [
            {
                "questionId": question_id,
                "selectedAnswer": right if at < count else (right + 1) % options,
            }
            for at, (question_id, (right, options)) in enumerate(self.places().items())
        ]

    def submit(self, answers: Any, **headers: str) -> TestResponse:
        """Hand answers in."""
        return self.client.post(SUBMIT, json={"answers": answers}, headers=headers)

    def score(self, right: int) -> Json:
        """Hand in answers of which so many are right; the data of the answer."""
        answer = self.submit(self.with_right(right))
        assert answer.status_code == 200, answer.text
        data: Json = answer.get_json()["data"]
        return data

    def ready(self) -> "StudentSession":
        """The session with questions that wait for answers."""
        self.steps().questions()
        return self

    def failed(self) -> "StudentSession":
        """The session after a first attempt that failed."""
        self.ready().score(0)
        return self

    def passed(self) -> "StudentSession":
        """The session after a first attempt that passed."""
        self.ready().score(10)
        return self


Begin = Callable[..., StudentSession]


def session_client(app: Flask, token: str | None = None) -> SessionClient:
    """A checked client with a session's token; without one, nobody's."""
    client = SessionClient(app, app.response_class)
    if token is not None:
        client.with_key(token)
    return client


def begin_session(client: CheckedClient, database: Database, work: Work, **more: Any) -> StudentSession:
    """Begin a session as the organisation; what is None in `more` is left out of the request."""
    body = {name: value for name, value in {**STUDENT, **more}.items() if value is not None}
    answer = client.post(VERIFY, json=body)
    assert answer.status_code == 200, answer.text
    data = answer.get_json()["data"]
    return StudentSession(session_client(client.application, data["sessionToken"]), database, work, data)


def code_of(answer: TestResponse) -> str | None:
    """The code of an error; None for any other answer."""
    body = answer.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("error"), dict):
        return None
    code: str = body["error"]["code"]
    return code


def refused(answer: TestResponse, status: int, code: str) -> None:
    """Assert that this is that error, in the envelope of the contract."""
    assert (answer.status_code, code_of(answer)) == (status, code), answer.text
    body = answer.get_json()
    assert set(body) == {"success", "error"}
    assert body["success"] is False
    assert body["error"]["message"]
