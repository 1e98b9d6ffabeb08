"""How many jobs an organisation may begin in a day and have open at once, so that none crowds out the others.

A quota is exact: the jobs are counted under a lock of their organisation's, in the transaction that stores
what is accepted. Where there is no quota nothing is counted and nothing is locked. See docs/decisions/0014.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, func, select

from models import task_executions
from models.base import utcnow
from models.errors import DomainError
from models.organizations import Organization, Quota, quota_of
from models.task_executions import OPEN, TASK_SCORING, Submission, TaskExecution

# In seconds: nobody knows when one of the open jobs will end; a short one takes so long.
OPEN_RETRY_AFTER = 10


class OverQuota(DomainError):
    """The organisation may begin no more jobs now; after `seconds` it may be able to."""

    code = "QUOTA_EXCEEDED"

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True)
class Used:
    """Jobs that were begun since midnight (UTC), and those that are pending or processing."""

    today: int
    open: int


def of(connection: Connection, organization_id: str, defaults: Quota) -> Quota:
    """The organisation's quota; `defaults` holds where it has none of its own."""
    row = connection.execute(
        select(Organization.jobs_per_day, Organization.open_jobs).where(Organization.id == organization_id)
    ).one()
    return quota_of(row.jobs_per_day, row.open_jobs, defaults)


def used(connection: Connection, organization_id: str) -> Used:
    """What the organisation has of its quota. The scoring of a task is no job of its own choosing."""
    return Used(_begun_today(connection, organization_id), _open(connection, organization_id))


def check(
    connection: Connection, organization_id: str, quota: Quota, begun: int = 1, opened: int | None = None
) -> None:
    """Raise OverQuota where so many more jobs begun, and opened (as many, unless told), are too many.

    Until the transaction ends, nobody else's jobs are accepted against the same quota.
    """
    if quota.is_limit:
        _lock(connection, [organization_id])
        taken = _used_of(connection, organization_id, quota)
        _check(quota, taken, begun, begun if opened is None else opened)


def accept(
    connection: Connection, submissions: Sequence[Submission], channels: set[str] | None = None
) -> list[str]:
    """As `task_executions.accept`, for one organisation: all of the jobs, or OverQuota and none."""
    check(connection, submissions[0].organization_id, submissions[0].quota, len(submissions))
    return task_executions.accept(connection, submissions, channels)


def accept_each(
    connection: Connection, submissions: Sequence[Submission], channels: set[str]
) -> list[str | OverQuota]:
    """Accept the jobs, of any organisations, that their quotas have room for; of each the id or the refusal.

    It takes a transaction where one of them has a quota.
    """
    refused = _refusals(connection, submissions)
    admitted = [one for place, one in enumerate(submissions) if place not in refused]
    ids = iter(task_executions.accept(connection, admitted, channels) if admitted else ())
    return [refused[place] if place in refused else next(ids) for place in range(len(submissions))]


def _refusals(connection: Connection, submissions: Sequence[Submission]) -> dict[int, OverQuota]:
    limited = {one.organization_id: one.quota for one in submissions if one.quota.is_limit}
    if not limited:
        return {}
    _lock(connection, limited)
    taken = {one: _used_of(connection, one, quota) for one, quota in limited.items()}
    refused = {}
    for place, submission in enumerate(submissions):
        organization_id = submission.organization_id
        if organization_id not in limited:
            continue
        try:
            _check(limited[organization_id], taken[organization_id], 1, 1)
        except OverQuota as error:
            refused[place] = error
        else:
            now = taken[organization_id]
            taken[organization_id] = Used(now.today + 1, now.open + 1)
    return refused


def _check(quota: Quota, taken: Used, begun: int, opened: int) -> None:
    if begun and quota.jobs_per_day and taken.today + begun > quota.jobs_per_day:
        seconds = _seconds_of_today_left()
        left = max(0, quota.jobs_per_day - taken.today)
        raise OverQuota(
            f"This organisation may begin {quota.jobs_per_day:,} jobs a day (UTC): {left:,} are left today, "
            f"and this asks for {begun:,}. Go on in {seconds:,} seconds, or ask the operator for more.",
            seconds,
        )
    if opened and quota.open_jobs and taken.open + opened > quota.open_jobs:
        raise OverQuota(
            f"This organisation may have {quota.open_jobs:,} jobs under way at once: {taken.open:,} are, and "
            f"this asks for {opened:,} more. Try again when some have ended.",
            OPEN_RETRY_AFTER,
        )


def _seconds_of_today_left() -> int:
    now = utcnow()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return max(1, math.ceil((midnight - now).total_seconds()))


def _lock(connection: Connection, organization_ids: Iterable[str]) -> None:
    """Wait for the organisations' rows, in one order for all; on SQLite every writer has the lock already."""
    if connection.dialect.name == "postgresql":
        # Not the lock of an UPDATE of the key, for which every INSERT that names the organisation would wait.
        rows = select(Organization.id).where(Organization.id.in_(list(organization_ids)))
        connection.execute(rows.order_by(Organization.id).with_for_update(key_share=True)).all()


def _used_of(connection: Connection, organization_id: str, quota: Quota) -> Used:
    """What the quota is about, and of the rest nothing."""
    return Used(
        _begun_today(connection, organization_id) if quota.jobs_per_day else 0,
        _open(connection, organization_id) if quota.open_jobs else 0,
    )


def _begun_today(connection: Connection, organization_id: str) -> int:
    midnight = utcnow().replace(hour=0, minute=0, second=0, microsecond=0)
    return _count(connection, organization_id, TaskExecution.created_at >= midnight)


def _open(connection: Connection, organization_id: str) -> int:
    return _count(connection, organization_id, TaskExecution.status.in_(OPEN))


def _count(connection: Connection, organization_id: str, which: object) -> int:
    found: int = connection.execute(
        select(func.count())
        .select_from(TaskExecution)
        .where(
            TaskExecution.organization_id == organization_id,
            TaskExecution.type != TASK_SCORING,
            which,  # type: ignore[arg-type]
        )
    ).scalar_one()
    return found
