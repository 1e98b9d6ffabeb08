"""Tasks: assessments that a person has written, or that an open-source issue is."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assessments import APPROVED, TASK, Assessment
from models.base import Json, utcnow
from models.organizations import Caller
from models.oss_issues import OssIssue
from models.rubrics import Rubric

# As where a generated assessment's is not told.
CUTOFF = 40
# A task is worked on with the person's own tools, where there is nothing to watch.
UNWATCHED: Json = {
    "enabled": False,
    "full_screen": False,
    "tab_switch_limit": 0,
    "webcam": False,
    "copy_paste_blocked": False,
    "shuffle_questions": False,
    "shuffle_options": False,
}


@dataclass(frozen=True)
class NewTask:
    """A task as it is asked for; the issue's text goes before the `brief`. `minutes` None: no limit."""

    name: str
    role: str
    brief: str | None
    repo_url: str | None
    minutes: int | None
    expires_in_days: int
    issue: OssIssue | None
    rubric: Rubric | None
    show_result: bool = False


def create(session: Session, caller: Caller, new: NewTask) -> Assessment:
    """Store a task. Whoever wrote it has read it, so it is approved from the start."""
    now = utcnow()
    task = Assessment(
        organization_id=caller.organization_id,
        name=new.name,
        role=new.role,
        summary="",
        status=APPROVED,
        cutoff=CUTOFF,
        total_duration=new.minutes or 0,
        proctoring=UNWATCHED,
        engine=TASK,
        language="en",
        created_by=caller.label,
        task_brief=new.issue.brief if new.issue else new.brief,
        repo_url=new.repo_url,
        expires_in_days=new.expires_in_days,
        show_result=new.show_result,
        issue_id=new.issue.id if new.issue else None,
        rubric_id=new.rubric.id if new.rubric else None,
        approved_by=caller.label,
        approved_at=now,
        created_at=now,
        updated_at=now,
    )
    session.add(task)
    session.flush()
    return task


def issues_of(session: Session, assessments: Sequence[Assessment]) -> dict[str, OssIssue]:
    """The issues that these assessments were made of, by their ids."""
    ids = {one.issue_id for one in assessments if one.issue_id is not None}
    if not ids:
        return {}
    return {issue.id: issue for issue in session.scalars(select(OssIssue).where(OssIssue.id.in_(ids)))}
