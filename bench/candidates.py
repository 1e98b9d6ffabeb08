"""`python -m bench.candidates <keys> <questions>`: a form and keys of its candidates, as JSON."""

import json
import sys

from models import invitations
from models.assessments import APPROVED, Assessment
from models.base import new_id, utcnow
from models.bulk import insert_rows
from models.forms import Placement
from models.forms import rows_of as form_rows
from models.invitations import Candidate
from models.organizations import Organization
from models.questions import NewQuestion
from models.questions import rows_of as question_rows
from models.session import Database
from settings import Settings

OPTIONS = ("The first", "The second", "The third", "The fourth")


def question(number: int) -> NewQuestion:
    """A question with four options."""
    return NewQuestion(
        skill="python",
        skill_name="Python",
        type="multiple_choice",
        difficulty="entry",
        cognitive_level="apply",
        stem=f"What does line {number} of the module do?",
        code=None,
        code_language=None,
        options=OPTIONS,
        misconceptions=("a", "b", "c"),
        explanation="It does what it says.",
        seconds=60,
        source="model",
    )


def main() -> None:
    """Store all of it."""
    settings = Settings.from_env()
    database = Database(settings.database_url)
    count, questions = int(sys.argv[1]), [(new_id(), question(at)) for at in range(int(sys.argv[2]))]
    with database.write() as session:
        organization_id = Organization.named(session, "bench").id
    form = {
        "id": new_id(),
        "organization_id": organization_id,
        "seed": 1,
        "language": "en",
        "sections": [{"name": "Python", "skills": ["Python"], "seconds": 1200}],
        "skills": [],
        "blueprint": [],
        "created_at": utcnow(),
    }
    with database.transaction() as connection:
        insert_rows(connection, question_rows(questions))
        insert_rows(connection, form_rows(form, [Placement(one, 0, OPTIONS) for one, _ in questions]))
    with database.write() as session:
        assessment = Assessment(
            organization_id=organization_id,
            form_id=form["id"],
            name="Python Developer",
            role="Python Developer",
            summary="",
            status=APPROVED,
            cutoff=60,
            total_duration=60,
            proctoring={},
            engine="offline",
            language="en",
            created_by="bench",
        )
        session.add(assessment)
        session.flush()
        keys = invitations.issue(
            session, assessment, [Candidate()] * count, "live", "bench", settings.secret_key
        )
        texts = [(one.key.id, one.text) for one in keys]
    print(json.dumps({"keys": texts, "questions": [one for one, _ in questions]}))


main()
