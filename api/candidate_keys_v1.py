"""API C: the keys with which candidates take an assessment."""

import json
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from api import presenters_c
from api.auth import caller, require_key
from api.idempotency import IDEMPOTENCY_KEY, answered
from api.paging import cut, from_cursor
from api.parsing import Blueprint
from api.schemas.assessments_v1 import (
    CandidateKeyPageSchema,
    DoneSchema,
    IssuedKeysSchema,
    NewKeysSchema,
)
from api.schemas.common import WholeListSchema
from api.services import services
from models import Assessment, CandidateKey, candidate_erasure, invitations, reviews
from models.idempotency import Answer
from models.invitations import Candidate

blueprint = Blueprint(
    "candidate_keys",
    __name__,
    url_prefix="/v1/assessments/<assessment_id>/keys",
    description="What lets a candidate take an assessment, once.",
)
blueprint.before_request(require_key)

KEYS_EXAMPLE = {"count": 2, "candidateEmails": ["maya@example.com"], "candidateNames": ["Maya Okafor"]}


@blueprint.post("")
@blueprint.doc(operationId="createCandidateKeys", parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(NewKeysSchema(), example=KEYS_EXAMPLE)
@blueprint.response(201, IssuedKeysSchema)
@blueprint.refuses(400, 401, 404, 409, 413, 415, 422)
def create(data: dict[str, Any], assessment_id: str) -> Response:
    """Make keys, good for `expiresInDays` from now; unless told, the assessment's. They are shown once."""
    return answered(lambda session: issued(session, assessment_id, _candidates(data), data["days"]))


@blueprint.get("")
@blueprint.doc(operationId="listCandidateKeys")
@blueprint.arguments(WholeListSchema(), location="query")
@blueprint.response(200, CandidateKeyPageSchema)
@blueprint.refuses(400, 401, 404)
def index(query: dict[str, Any], assessment_id: str) -> Response:
    """The assessment's keys that are not revoked, oldest first; their texts are not stored."""
    after, limit = from_cursor(query["cursor"]), query["limit"]
    with services().database.read() as session:
        assessment = Assessment.get(session, caller().organization_id, assessment_id)
        rows = CandidateKey.page(session, assessment, after, limit + 1)
    page, cursor = cut(rows, limit)
    return jsonify({"keys": [presenters_c.key(row) for row in page], "nextCursor": cursor})


@blueprint.delete("/<key_id>")
@blueprint.doc(operationId="revokeCandidateKey")
@blueprint.response(200, DoneSchema)
@blueprint.refuses(401, 404)
def revoke(assessment_id: str, key_id: str) -> Response:
    """Make a key useless. What its session has saved stays."""
    with services().database.write() as session:
        assessment = Assessment.held(session, caller().organization_id, assessment_id)
        key = CandidateKey.get(session, assessment, key_id)
        invitations.revoke(key)
    return jsonify({"ok": True, "id": key.id})


@blueprint.delete("/<key_id>/candidate")
@blueprint.doc(operationId="eraseCandidate")
@blueprint.response(200, DoneSchema)
@blueprint.refuses(401, 404, 503)
def erase(assessment_id: str, key_id: str) -> Response:
    """Erase whom the key was made for, whether they have begun or not, as `DELETE /v1/sessions/{id}` does.

    Revoked keys and those of deleted assessments too. The key is revoked.
    """
    with services().database.write() as session:
        candidate_erasure.erase_invited(session, caller().organization_id, assessment_id, key_id)
    return jsonify({"ok": True, "id": key_id})


def issued(session: Session, assessment_id: str, candidates: Sequence[Candidate], days: int | None) -> Answer:
    """The caller's new keys for these candidates, as they are answered. Raises NotFound, Refused."""
    me, settings = caller(), services().settings
    assessment = Assessment.held(session, me.organization_id, assessment_id)
    reviews.check_usable(assessment, settings.require_approval)
    made = invitations.issue(session, assessment, candidates, me.mode, me.label, settings.secret_key, days)
    body = json.dumps({"keys": [presenters_c.issued(one) for one in made]})
    return Answer(201, {}, body, assessment.id)


def _candidates(data: dict[str, Any]) -> list[Candidate]:
    """Who gets the keys: those who are named, then nobody in particular."""
    usual = data["extra_percent"] or 0
    named = [
        Candidate(one["email"], one["name"], usual if one["extra_percent"] is None else one["extra_percent"])
        for one in data["candidates"] or ()
    ]
    pairs = zip_longest(data["emails"] or (), data["names"] or ())
    named += [Candidate(email, name, usual) for email, name in pairs]
    return named + [Candidate(extra_percent=usual)] * (data["count"] - len(named))
