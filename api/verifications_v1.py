"""API B for organisations: begin a student's session, look at verifications, erase them; the skills."""

import base64
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from api import presenters_v1
from api.auth import caller, require_key
from api.envelope_v1 import BlueprintV1, succeeded, text
from api.generation_v2 import address_problem
from api.idempotency import IDEMPOTENCY_KEY, answered
from api.paging import cut, from_cursor
from api.schemas.verification_answers_v1 import (
    ErasedSchema,
    SessionSchema,
    SkillPageSchema,
    VerificationPageSchema,
    VerificationSchema,
    envelope,
)
from api.schemas.verifications_v1 import SkillsQuerySchema, VerificationsQuerySchema, VerifySchema
from api.services import services
from api.sessions import require_key_or_session
from models import erasure, skills, verification_forms, verifications
from models.errors import InvalidInput
from models.idempotency import Answer
from models.verification_events import skill_state
from models.verification_steps import named
from models.verifications import (
    CERTIFICATE,
    EXPERIENCE,
    PROJECT,
    Listed,
    NewVerification,
    Verification,
)

ABOUT = "A student's skills verified by an assessment that builds on what the student has done."
blueprint = BlueprintV1("verifications", __name__, url_prefix="/api/v1", description=ABOUT)
blueprint.before_request(require_key)
names = BlueprintV1("skills", __name__, url_prefix="/api/v1", description="The skills by name.")
names.before_request(require_key_or_session)

VERIFY_EXAMPLE = {
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
}


@blueprint.post("/verify")
@blueprint.doc(operationId="beginVerification", parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(VerifySchema(), example=VERIFY_EXAMPLE)
@blueprint.response(200, envelope(SessionSchema, "SessionAnswer"))
@blueprint.refuses(400, 401, 409, 413, 415, 422, 503)
def verify(data: dict[str, Any]) -> Response:
    """Begin a session for a student. Its token is shown this once and lives for 40 days."""
    _check_address(data["callback_url"])

    def make(session: Session) -> Answer:
        new = NewVerification(
            student=data["student"],
            name=data["name"],
            email=data["email"],
            phone=data["phone"],
            callback_url=data["callback_url"],
            sources=_sources(data),
            skills=named(
                session, [{"skill_id": one, "name": None, "proof_urls": []} for one in data["skill_ids"]]
            ),
        )
        made, token = verifications.create(session, caller(), new, services().settings.secret_key)
        body = presenters_v1.session(made, token, new.student)
        return Answer(200, {}, text(body, "Verification session created successfully"), made.id)

    return answered(make)


@blueprint.get("/verifications")
@blueprint.doc(operationId="listVerifications")
@blueprint.arguments(VerificationsQuerySchema(), location="query")
@blueprint.response(200, envelope(VerificationPageSchema, "VerificationPageAnswer"))
@blueprint.refuses(400, 401)
def index(query: dict[str, Any]) -> Response:
    """Verifications, newest first; with `studentId` those of one student."""
    after, limit = from_cursor(query["cursor"]), query["limit"]
    with services().database.read() as session:
        rows = Verification.page(session, caller().organization_id, query["student"], after, limit + 1)
    page, cursor = cut(rows, limit)
    found = [presenters_v1.summary(row) for row in page]
    return succeeded({"verifications": found, "nextCursor": cursor}, "Verifications listed")


@blueprint.get("/verifications/<record_id>")
@blueprint.doc(operationId="getVerification")
@blueprint.response(200, envelope(VerificationSchema, "VerificationAnswer"))
@blueprint.refuses(401, 404)
def show(record_id: str) -> Response:
    """A verification: its state, its attempts and its skills."""
    with services().database.read() as session:
        found = Verification.get(session, caller().organization_id, record_id)
        is_generating = found.open_job(session) is not None
        data = {
            **presenters_v1.summary(Listed(found, found.student(session).external_id, is_generating)),
            "jobId": found.latest_job(session),
            "totalQuestions": len(verification_forms.shown(session, found)),
            "attempts": [presenters_v1.attempt(row) for row in found.attempts(session)],
            "skills": [skill_state(skill) for skill in found.skills(session)],
        }
    return succeeded(data, "Verification found")


@blueprint.delete("/verifications/<record_id>")
@blueprint.doc(operationId="eraseVerification")
@blueprint.response(200, envelope(ErasedSchema, "ErasedAnswer"))
@blueprint.refuses(401, 404)
def erase(record_id: str) -> Response:
    """Erase the person's data: the session ends, questions, texts and mails go; scores and counts stay."""
    with services().database.write() as session:
        erased = erasure.erase(session, caller().organization_id, record_id)
    for message_id in erased.mails:
        # Without a mail server the mails are files.
        (services().settings.mail_directory / f"{message_id}.eml").unlink(missing_ok=True)
    data = {"recordVerificationId": record_id, "erased": True, "studentErased": erased.was_last}
    return succeeded(data, "The person's data has been erased")


@names.get("/skills")
@names.doc(operationId="listSkills", security=[{"bearer": []}, {"apiKey": []}, {"session": []}])
@names.arguments(SkillsQuerySchema(), location="query")
@names.response(200, envelope(SkillPageSchema, "SkillPageAnswer"))
@names.refuses(400, 401, 503)
def list_skills(query: dict[str, Any]) -> Response:
    """The skills that are known by an id, by name; `search` looks in names and ids."""
    limit = query["limit"]
    with services().database.read() as session:
        found = skills.search(session, query["search"], _name_after(query["cursor"]), limit + 1)
    page = found[:limit]
    cursor = base64.urlsafe_b64encode(page[-1].name.encode()).decode() if len(found) > limit else None
    data = {"skills": [presenters_v1.skill(one) for one in page], "nextCursor": cursor}
    return succeeded(data, "Skills listed")


def _name_after(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        name = base64.b64decode(cursor.encode(), b"-_", validate=True).decode()
    except ValueError:
        name = ""
    if not name or not name.isprintable():
        message = "It is not a cursor; use nextCursor of the page before."
        raise InvalidInput(f"cursor: {message}", {"cursor": [message]})
    return name


def _check_address(url: str) -> None:
    problem = address_problem(url, services().settings.allow_private_webhooks)
    if problem is not None:
        raise InvalidInput(f"callbackWebhookUrl: {problem}", {"callbackWebhookUrl": [problem]})


def _sources(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The sources as the domain keeps them; step 3 chooses among them."""
    lists = ((PROJECT, "projects"), (EXPERIENCE, "experience"), (CERTIFICATE, "certificates"))
    return [
        {
            "kind": kind,
            "id": source["id"],
            "name": source["name"],
            "organization": source.get("organization") or "",
            "description": source.get("description") or "",
            "start": source.get("start"),
            "end": source.get("end"),
            "is_chosen": False,
        }
        for kind, name in lists
        for source in data[name]
    ]
