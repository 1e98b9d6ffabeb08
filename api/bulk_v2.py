"""API A: many assessments with one request, each a job of its own."""

import json
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from api.auth import require_key
from api.generation_v2 import address_problem, submission_of
from api.idempotency import IDEMPOTENCY_KEY, answered_once, key_of_request, to_response
from api.parsing import Blueprint
from api.schemas.bulk_v2 import BULK_ACCEPTED_EXAMPLE, BULK_EXAMPLE, BulkAcceptedSchema, BulkSchema
from api.services import services
from models import quotas
from models.errors import InvalidInput
from models.idempotency import Answer
from models.task_executions import Submission
from workers.queue import DELIVER, GENERATE

LOOKED_UP_AT_ONCE = 50

blueprint = Blueprint("bulk", __name__, url_prefix="/api/v2", description="Many assessments at once.")
blueprint.before_request(require_key)


@blueprint.post("/assessments/generate-ai/bulk")
@blueprint.doc(operationId="generateAssessments", parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(BulkSchema(), example=BULK_EXAMPLE)
@blueprint.response(202, BulkAcceptedSchema, example=BULK_ACCEPTED_EXAMPLE)
@blueprint.refuses(400, 401, 409, 413, 415, 422, 503)
def generate_bulk(data: dict[str, Any]) -> Response:
    """Generate up to 500 assessments with AI, all of them or none.

    Each brief is what a single request has, without its `mode`. The body may have 16 MiB. Follow
    the jobs one by one, by their list, or by each brief's `notification_url`.
    """
    _check_addresses(data["briefs"])
    submissions = [submission_of({**brief, "mode": data["mode"]}) for brief in data["briefs"]]

    def make(session: Session) -> Answer:
        return _answer(submissions, quotas.accept(session.connection(), submissions))

    key = key_of_request()
    answer, replayed = answered_once(key, make) if key else (_accepted(submissions), False)
    if not replayed:
        _publish(submissions, [job["job_id"] for job in json.loads(answer.body)["jobs"]])
    return to_response(answer, replayed)


def _check_addresses(briefs: Sequence[dict[str, Any]]) -> None:
    """Raise InvalidInput that names every brief whose address can't be called; each is looked up once."""
    problems = _problems({brief["notification_url"] for brief in briefs})
    errors = {
        f"briefs.{index}.notification_url": [problem]
        for index, brief in enumerate(briefs)
        if (problem := problems[brief["notification_url"]]) is not None
    }
    if errors:
        name, messages = next(iter(errors.items()))
        raise InvalidInput(f"{name}: {messages[0]}", errors)


def _problems(urls: Collection[str | None]) -> dict[str | None, str | None]:
    """What is wrong with each address. Many names are looked up at once: one that hangs takes a second."""
    allow_private = services().settings.allow_private_webhooks
    with ThreadPoolExecutor(LOOKED_UP_AT_ONCE) as pool:
        found = pool.map(lambda url: address_problem(url, allow_private), urls)
    return dict(zip(urls, found, strict=True))


def _accepted(submissions: Sequence[Submission]) -> Answer:
    with services().database.transaction() as connection:
        return _answer(submissions, quotas.accept(connection, submissions))


def _answer(submissions: Sequence[Submission], job_ids: Sequence[str]) -> Answer:
    jobs = [
        {"index": index, "job_id": job_id, "external_id": submission.external_id}
        for index, (submission, job_id) in enumerate(zip(submissions, job_ids, strict=True))
    ]
    return Answer(202, {}, json.dumps({"jobs": jobs, "accepted": len(jobs)}))


def _publish(submissions: Sequence[Submission], job_ids: Sequence[str]) -> None:
    for submission, job_id in zip(submissions, job_ids, strict=True):
        services().publisher.publish(GENERATE, job_id)
        if submission.notification_url:
            services().publisher.publish(DELIVER, job_id)
