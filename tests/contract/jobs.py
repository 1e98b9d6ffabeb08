"""Jobs in each state, made as a worker makes them: through `models.runs`."""

from datetime import timedelta
from typing import Any

from models import runs
from models.base import new_id
from models.runs import Claim, End, Line, Write
from models.session import Database
from models.task_executions import COMPLETED, FAILED, PENDING, PROCESSING
from tests.contract.checked import CheckedClient
from tests.stack import BODY

GENERATE = "/api/v2/assessments/generate-ai"
EXECUTIONS = "/api/v2/task-executions"
ASSESSMENTS = "/api/v2/assessments"
PROBLEM = {"code": "GENERATION_FAILED", "message": "No question could be made."}


def submit(client: CheckedClient, **more: Any) -> str:
    """Accept a job; its id."""
    response = client.post(GENERATE, json={**BODY, **more})
    assert response.status_code == 202, response.text
    job_id: str = response.get_json()["job_id"]
    return job_id


def status_of(client: CheckedClient, job_id: str) -> dict[str, Any]:
    """The job's status document."""
    response = client.get(f"{EXECUTIONS}/status/{job_id}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.get_json()
    return found


def claim(database: Database, job_id: str) -> Claim:
    """Take the job as a worker does: it is processing from here on."""
    with database.transaction() as connection:
        [job] = runs.claim(connection, [job_id], "test", timedelta(minutes=5), 5)
    return job.claim


def write(database: Database, write: Write) -> None:
    """Store what a run did."""
    with database.transaction() as connection:
        assert runs.record(connection, [write]) == [None]


def say(database: Database, mine: Claim, *messages: str) -> None:
    """Tell of progress, a line for each message."""
    for message in messages:
        write(database, Write(mine, line=Line(message, 0.5)))


def complete(database: Database, mine: Claim) -> None:
    """End the job with a result."""
    write(
        database,
        Write(mine, line=Line("Assessment created successfully"), end=End(COMPLETED, result=result())),
    )


def fail(database: Database, mine: Claim) -> None:
    """End the job with an error."""
    write(database, Write(mine, line=Line(PROBLEM["message"]), end=End(FAILED, error=PROBLEM)))


def result() -> dict[str, Any]:
    """What a completed job has made, of an assessment that is not there."""
    assessment_id = new_id()
    numbers = (
        "calls",
        "input_tokens",
        "output_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "micro_dollars",
    )
    return {
        "assessment_id": assessment_id,
        "assessment_name": "Senior Python Developer Assessment",
        "number_of_questions": 20,
        "requested": 20,
        "delivered": 20,
        "shortfall": [],
        "warnings": [],
        "engine": "offline",
        "usage": dict.fromkeys(numbers, 0),
        "info_url": f"{ASSESSMENTS}/{assessment_id}/info",
    }


def job_in(status: str, client: CheckedClient, database: Database, **more: Any) -> str:
    """A job in this state; its id."""
    job_id = submit(client, **more)
    if status == PENDING:
        return job_id
    mine = claim(database, job_id)
    if status != PROCESSING:
        {COMPLETED: complete, FAILED: fail}[status](database, mine)
    return job_id
