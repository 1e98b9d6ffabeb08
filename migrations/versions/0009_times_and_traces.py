"""How long jobs and their steps took, and the trace that each job belongs to"""

import sqlalchemy as sa
from alembic import op

# SQLite numbers only an INTEGER PRIMARY KEY by itself.
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "job_times",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_times")),
    )
    op.add_column("task_executions", sa.Column("traceparent", sa.String(length=55), nullable=True))


def downgrade() -> None:
    op.drop_column("task_executions", "traceparent")
    op.drop_table("job_times")
