"""An organisation that has been at it for long."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from models import Assessment, Form, TaskExecution
from models.base import new_id, table_of, utcnow
from models.session import Database
from models.task_executions import ASSESSMENT_CREATION, COMPLETED, PROCESSING

DESCRIPTION = "Python, Django and PostgreSQL in a small team; REST APIs, Docker and git every day. " * 24


def insert_jobs(database: Database, organization_id: str, count: int) -> None:
    """So many jobs of the last days, a hundred of which are under way; each with an assessment."""
    now = utcnow()
    rows = [_job(organization_id, number, count) for number in range(count)]
    for number, row in enumerate(rows):
        row["created_at"] = row["updated_at"] = now - timedelta(seconds=30 * number)
    form = {
        "id": new_id(),
        "organization_id": organization_id,
        "seed": 1,
        "language": "en",
        "sections": [],
        "skills": [],
        "blueprint": [],
        "created_at": now,
    }
    assessments = [_assessment(organization_id, str(form["id"]), row) for row in rows]
    with database.transaction() as connection:
        connection.execute(insert(table_of(Form)), [form])
        connection.execute(insert(table_of(TaskExecution)), rows)
        connection.execute(insert(table_of(Assessment)), assessments)


def _job(organization_id: str, number: int, count: int) -> dict[str, Any]:
    is_open = number < count / 100
    return {
        "id": new_id(),
        "organization_id": organization_id,
        "created_by": "api_key:test",
        "mode": "live",
        "type": ASSESSMENT_CREATION,
        "status": PROCESSING if is_open else COMPLETED,
        "current_step": "Assessment created successfully",
        "progress": 0.5 if is_open else 1.0,
        "sequence": 30,
        "attempt": 1,
        "attempts_without_progress": 0,
        "brief": {"role": f"Developer {number}", "description": DESCRIPTION},
        "seed": number,
        "external_id": f"ref-{number}",
        "result": None if is_open else {"warnings": [], "assessment_name": f"Developer {number} Assessment"},
    }


def _assessment(organization_id: str, form_id: str, job: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organization_id": organization_id,
        "form_id": form_id,
        "name": f"{job['brief']['role']} Assessment",
        "role": job["brief"]["role"],
        "summary": "A summary of the role.",
        "status": "draft",
        "cutoff": 60,
        "total_duration": 30,
        "proctoring": {},
        "engine": "offline",
        "language": "en",
        "created_by": "api_key:test",
        "expires_in_days": 7,
        "version": 1,
        "created_at": job["created_at"],
        "updated_at": job["created_at"],
    }


def median(call: Callable[[], Any], times: int = 9) -> float:
    """The median of so many calls' seconds, after one that warms up."""
    call()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        assert call().status_code == 200
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)
