"""The steps before an assessment: which skills, by which method, from which sources.

Once questions were made for what is stored it stays until they are answered, or somebody could be
examined in one thing and verified in another. To store the same again is no change.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.orm import Session

from models import eligibility, skills
from models.base import utcnow
from models.eligibility import CHANGE
from models.errors import Refused
from models.verifications import CERTIFICATE, EXPERIENCE, PROJECT, Verification, VerificationSkill, set_skills

KINDS = (PROJECT, EXPERIENCE, CERTIFICATE)


def named(session: Session, given: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The skills as given (`skill_id`, `name`, `proof_urls`), those without a name under the taxonomy's.

    Raises Refused for an id that the taxonomy does not know and that has no name.
    """
    given = [{**skill, "name": (skill["name"] or "").strip()} for skill in given]
    wanted = [skill["skill_id"] for skill in given if not skill["name"]]
    known = skills.names_of(session, wanted) if wanted else {}
    unknown = [skill_id for skill_id in wanted if skill_id not in known]
    if unknown:
        raise Refused(
            "INVALID_SKILL_IDS",
            f"No skill has the id {unknown[0]!r}; GET /api/v1/skills lists them, or send its name with it.",
        )
    return [{**skill, "name": skill["name"] or known[skill["skill_id"]]} for skill in given]


def store_skills(session: Session, verification_id: str, wanted: list[dict[str, Any]]) -> Verification:
    """Step 1: replace the set of skills (`skill_id`, `name`, `proof_urls`). Raises Refused."""
    verification = Verification.locked(session, verification_id)
    if wanted != [_as_given(skill) for skill in verification.skills(session)]:
        eligibility.check(session, verification, CHANGE)
        set_skills(session, verification, wanted)
        verification.updated_at = utcnow()
    return verification


def set_method(session: Session, verification_id: str, method: str) -> Verification:
    """Step 2: how the skills are verified. Raises Refused."""
    verification = Verification.locked(session, verification_id)
    if method != verification.method:
        eligibility.check(session, verification, CHANGE)
        verification.method = method
        verification.updated_at = utcnow()
    return verification


def choose_sources(
    session: Session, verification_id: str, chosen: dict[str, Collection[str]]
) -> Verification:
    """Step 3: which of the session's sources (kind -> ids) questions build on. Raises Refused."""
    verification = Verification.locked(session, verification_id)
    if verification.method is None:
        raise Refused(
            "VERIFICATION_METHOD_NOT_SET",
            "The verification method is not set; POST /api/v1/step2/verification-method sets it.",
        )
    sources = [
        {**source, "is_chosen": source["id"] in chosen.get(source["kind"], ())}
        for source in verification.sources
    ]
    _check_known(verification, chosen)
    if sources != verification.sources:
        eligibility.check(session, verification, CHANGE)
        verification.sources = sources
        verification.updated_at = utcnow()
    return verification


def _as_given(skill: VerificationSkill) -> dict[str, Any]:
    return {"skill_id": skill.skill_id, "name": skill.name, "proof_urls": skill.proof_urls}


def _check_known(verification: Verification, chosen: dict[str, Collection[str]]) -> None:
    known = {(source["kind"], source["id"]) for source in verification.sources}
    if not any(chosen.values()):
        raise Refused("NO_DATA", "No project, experience or certificate is named; name at least one.")
    for kind in KINDS:
        for source_id in chosen.get(kind, ()):
            if (kind, source_id) not in known:
                raise Refused("INVALID_DATA_FORMAT", f"The session has no {kind} with the id {source_id!r}.")
