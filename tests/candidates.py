"""Tasks that candidates have submitted, as tests of their scoring need them."""

from typing import Any

from models.assessments import APPROVED, TASK, Assessment
from models.base import Json, new_id, utcnow
from models.candidates import SUBMITTED, CandidateKey, CandidateSession
from models.session import Database
from models.tasks import UNWATCHED
from tests.jobs import organization

NOTES = "I stream the rows with a server-side cursor.\nThe test counts the memory."
PATCH = "--- a/export.py\n+++ b/export.py\n+for row in stream(orders):\n+    write(row)\n"
BRIEF = "Make the export of orders stream its rows."


def criterion(name: str, weight: float = 1, levels: tuple[int, ...] = (0, 1, 2, 3)) -> Json:
    """A criterion of a rubric."""
    return {
        "id": new_id(),
        "name": name,
        "description": f"How the work stands in {name}.",
        "weight": weight,
        "levels": [
            {"level": level, "label": f"Label {level}", "description": f"What {level} looks like."}
            for level in levels
        ],
    }


def task_session(database: Database, criteria: list[Json] | None, **values: Any) -> CandidateSession:
    """A session of a task of Acme's that was submitted and waits for its scores."""
    owner = organization(database)
    now = utcnow()
    with database.write() as session:
        assessment = Assessment(
            organization_id=owner,
            name="Backend take-home",
            role="Backend Engineer",
            summary="",
            status=APPROVED,
            cutoff=60,
            total_duration=0,
            proctoring=UNWATCHED,
            engine=TASK,
            language="en",
            created_by="ak_test",
            task_brief=BRIEF,
        )
        session.add(assessment)
        session.flush()
        key = CandidateKey(
            organization_id=owner,
            assessment_id=assessment.id,
            mode="live",
            prefix=new_id()[:8],
            digest=b"0" * 32,
            expires_at=now,
            created_by="ak_test",
        )
        session.add(key)
        session.flush()
        taken = CandidateSession(
            **{
                "organization_id": owner,
                "assessment_id": assessment.id,
                "assessment_version": 1,
                "key_id": key.id,
                "mode": "live",
                "status": SUBMITTED,
                "deadline": now,
                "submitted_at": now,
                "cutoff": 60,
                "criteria": criteria,
                "notes": NOTES,
                "patch": PATCH,
                "repo_url": "https://git.example.com/jo/orders",
                **values,
            }
        )
        session.add(taken)
        session.flush()
    return taken


def stored(database: Database, taken: CandidateSession) -> CandidateSession:
    """The session as it is stored now."""
    with database.read() as session:
        return session.get_one(CandidateSession, taken.id)
