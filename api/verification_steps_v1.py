"""API B for a student's session: the three steps before the assessment."""

from typing import Any

from flask import Response

from api import presenters_v1
from api.envelope_v1 import BlueprintV1, succeeded
from api.schemas.verification_answers_v1 import (
    StoredMethodSchema,
    StoredSkillsSchema,
    StoredSourcesSchema,
    envelope,
)
from api.schemas.verifications_v1 import ChooseSourcesSchema, MethodSchema, StoreSkillsSchema
from api.services import services
from api.sessions import SESSION, check_body, require_session, verification
from models import verification_steps
from models.verification_events import skill_state
from models.verifications import CERTIFICATE, EXPERIENCE, PROJECT

blueprint = BlueprintV1(
    "verification_steps", __name__, url_prefix="/api/v1", description="What is to be verified, and how."
)
blueprint.before_request(require_session)


@blueprint.post("/step1/storeskills/store")
@blueprint.doc(operationId="storeSkills", security=SESSION)
@blueprint.arguments(
    StoreSkillsSchema(), example={"skills": [{"skillId": "react", "proofUrls": ["https://example.com/repo"]}]}
)
@blueprint.response(200, envelope(StoredSkillsSchema, "StoredSkillsAnswer"))
@blueprint.refuses(400, 401, 403, 409, 413, 415, 503)
def store_skills(data: dict[str, Any]) -> Response:
    """Step 1: store the skills, in the place of those before."""
    check_body(data)
    with services().database.write() as session:
        skills = verification_steps.named(session, data["skills"])
        stored = verification_steps.store_skills(session, verification().id, skills)
        states = [skill_state(skill) for skill in stored.skills(session)]
    return succeeded(
        {"recordVerificationId": stored.record_id, "skills": states}, "Skills stored successfully"
    )


@blueprint.post("/step2/verification-method")
@blueprint.doc(operationId="setVerificationMethod", security=SESSION)
@blueprint.arguments(MethodSchema(), example={"verificationMethod": "assessment"})
@blueprint.response(200, envelope(StoredMethodSchema, "StoredMethodAnswer"))
@blueprint.refuses(400, 401, 403, 409, 413, 415, 503)
def set_method(data: dict[str, Any]) -> Response:
    """Step 2: choose how the skills are verified."""
    check_body(data)
    with services().database.write() as session:
        stored = verification_steps.set_method(session, verification().id, data["method"])
    return succeeded(
        {"recordVerificationId": stored.record_id, "verificationMethod": stored.method},
        "Verification method stored successfully",
    )


@blueprint.post("/step3/store-verification-items/store")
@blueprint.doc(operationId="storeVerificationItems", security=SESSION)
@blueprint.arguments(ChooseSourcesSchema(), example={"projectIds": ["p1"]})
@blueprint.response(200, envelope(StoredSourcesSchema, "StoredSourcesAnswer"))
@blueprint.refuses(400, 401, 403, 409, 413, 415, 503)
def choose_sources(data: dict[str, Any]) -> Response:
    """Step 3: choose which of the session's projects, jobs and certificates the questions build on."""
    check_body(data)
    chosen = {
        PROJECT: data["projects"],
        EXPERIENCE: data["experience"],
        CERTIFICATE: data["certificates"],
    }
    with services().database.write() as session:
        stored = verification_steps.choose_sources(session, verification().id, chosen)
    return succeeded(presenters_v1.sources(stored), "Verification items stored successfully")
