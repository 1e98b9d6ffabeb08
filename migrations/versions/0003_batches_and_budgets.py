"""Batches of model calls, and monthly budgets"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ID = sa.Uuid(as_uuid=False)
WAITING = sa.text("waiting_since IS NOT NULL")

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "model_batches",
        sa.Column("id", ID, nullable=False),
        sa.Column("api_id", sa.String(length=80), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("poll_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_batches")),
        sa.UniqueConstraint("api_id", name=op.f("uq_model_batches_api_id")),
    )
    op.create_index("ix_model_batches_due", "model_batches", ["status", "poll_at"], unique=False)
    op.create_table(
        "batch_requests",
        sa.Column("id", ID, nullable=False),
        sa.Column("task_execution_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("step", sa.String(length=200), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("worst_micro_dollars", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("model_batch_id", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["task_execution_id"],
            ["task_executions.id"],
            name=op.f("fk_batch_requests_task_execution_id_task_executions"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_batch_requests_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["model_batch_id"], ["model_batches.id"], name=op.f("fk_batch_requests_model_batch_id_model_batches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_requests")),
        sa.UniqueConstraint(
            "task_execution_id",
            "step",
            "input_hash",
            name=op.f("uq_batch_requests_task_execution_id_step_input_hash"),
        ),
    )
    op.create_index("ix_batch_requests_waiting", "batch_requests", ["status", "created_at"], unique=False)
    op.create_index("ix_batch_requests_batch", "batch_requests", ["model_batch_id"], unique=False)
    op.create_index(
        "ix_batch_requests_organization", "batch_requests", ["organization_id", "status"], unique=False
    )
    op.create_index("ix_model_calls_month", "model_calls", ["organization_id", "created_at"], unique=False)
    op.add_column("organizations", sa.Column("monthly_budget_micro_dollars", sa.BigInteger(), nullable=True))
    op.add_column("task_executions", sa.Column("waiting_since", TIME, nullable=True))
    op.create_index(
        "ix_task_executions_waiting",
        "task_executions",
        ["waiting_since"],
        unique=False,
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )


def downgrade() -> None:
    op.drop_index("ix_task_executions_waiting", table_name="task_executions")
    op.drop_column("task_executions", "waiting_since")
    op.drop_column("organizations", "monthly_budget_micro_dollars")
    op.drop_index("ix_model_calls_month", table_name="model_calls")
    op.drop_table("batch_requests")
    op.drop_table("model_batches")
