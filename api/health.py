"""Whether the process lives, and whether the installation can do its work."""

from dataclasses import dataclass

import redis
from flask import Blueprint, Response, jsonify
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.exc import SQLAlchemyError

from api.services import services
from models import operations, workers_seen
from models.session import Database
from settings import Settings

blueprint = Blueprint("health", __name__)

OK, DEGRADED, UNAVAILABLE = "ok", "degraded", "unavailable"
# In seconds: who asks is a load balancer, which asks again soon.
BROKER_PATIENCE = 1.0


@dataclass(frozen=True)
class Found:
    """What the database tells of the work."""

    workers: int
    queue_age: float


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify({"status": OK})


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """What works: `ok`, `degraded` or `unavailable`, and each check.

    503 is for the database alone: without it no request can be served. Without a broker or a worker jobs
    are still accepted, and done once those are back, so that `degraded` goes with 200: no load balancer
    should take the process out for it.
    """
    here = services()
    found = _found(here.database)
    if found is None:
        return jsonify({"status": UNAVAILABLE, "checks": {"database": "unavailable"}}), 503
    broker = _broker(here.settings)
    checks = {
        "database": OK,
        "broker": broker,
        "worker": OK if found.workers else "missing",
        "queue_age_seconds": round(found.queue_age, 1),
    }
    is_whole = found.workers and broker != "unreachable"
    return jsonify({"status": OK if is_whole else DEGRADED, "checks": checks}), 200


def _found(database: Database) -> Found | None:
    """None where the database can't be reached, or has not been migrated."""
    try:
        with database.connection() as connection:
            return Found(workers_seen.alive(connection), operations.queue_age(connection))
    except SQLAlchemyError:
        return None


def _broker(settings: Settings) -> str:
    if settings.is_embedded:
        return "embedded"
    client = redis.Redis.from_url(
        settings.broker_url,
        socket_connect_timeout=BROKER_PATIENCE,
        socket_timeout=BROKER_PATIENCE,
        # Its own three tries would take three times as long.
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
    except (redis.RedisError, OSError):
        return "unreachable"
    finally:
        client.close()
    return OK
