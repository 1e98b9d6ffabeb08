"""How many jobs an organisation may begin in a day and have open at once; keys of requests as hashes"""

import hashlib
import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

HASHED = re.compile(r"[0-9a-f-]{36} [0-9a-f]{64}")


def upgrade() -> None:
    op.add_column("organizations", sa.Column("jobs_per_day", sa.Integer(), nullable=True))
    op.add_column("organizations", sa.Column("open_jobs", sa.Integer(), nullable=True))
    _hash_keys(op.get_bind())


def _hash_keys(connection: sa.Connection) -> None:
    """Store the keys of the last day as this version looks them up; those of sessions are hashed already."""
    table = sa.table("idempotent_requests", sa.column("organization_id", sa.Uuid()), sa.column("key"))
    row: Any
    for row in connection.execute(sa.select(table)).all():
        if HASHED.fullmatch(row.key):
            continue
        connection.execute(
            sa.update(table)
            .where(table.c.organization_id == row.organization_id, table.c.key == row.key)
            .values(key=hashlib.sha256(row.key.encode()).hexdigest())
        )


def downgrade() -> None:
    for column in ("open_jobs", "jobs_per_day"):
        op.drop_column("organizations", column)
