"""Webhook endpoints, the attempts on deliveries, and the order of the event feed"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ID = sa.Uuid(as_uuid=False)
# A job's or a verification's own channel bears its id.
SUBJECTS = {"task_execution_id": "task_executions", "verification_id": "verifications"}

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("events", JSON, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_webhook_endpoints_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
    )
    op.create_index(
        "ix_webhook_endpoints_list",
        "webhook_endpoints",
        ["organization_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "endpoint_secrets",
        sa.Column("id", ID, nullable=False),
        sa.Column("endpoint_id", ID, nullable=False),
        sa.Column("secret", sa.String(length=120), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoints.id"],
            name=op.f("fk_endpoint_secrets_endpoint_id_webhook_endpoints"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint_secrets")),
    )
    op.create_index(
        op.f("ix_endpoint_secrets_endpoint_id"), "endpoint_secrets", ["endpoint_id"], unique=False
    )
    op.create_table(
        "delivery_attempts",
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_attempts_delivery_id_deliveries")
        ),
        sa.PrimaryKeyConstraint("delivery_id", "number", name=op.f("pk_delivery_attempts")),
    )
    op.add_column("organizations", sa.Column("owner_email", sa.String(length=320), nullable=True))
    _extend_deliveries()
    _number_events()


def _extend_deliveries() -> None:
    op.add_column("deliveries", sa.Column("endpoint_id", ID, nullable=True))
    op.add_column("deliveries", sa.Column("task_execution_id", ID, nullable=True))
    op.add_column("deliveries", sa.Column("verification_id", ID, nullable=True))
    op.add_column("deliveries", sa.Column("schedule_start", sa.Integer(), server_default="0", nullable=False))
    op.add_column("deliveries", sa.Column("replayed_at", TIME, nullable=True))
    for column, table in SUBJECTS.items():
        op.execute(f"UPDATE deliveries SET {column} = channel WHERE channel IN (SELECT id FROM {table})")
    op.create_index("ix_deliveries_list", "deliveries", ["organization_id", "created_at", "id"], unique=False)
    for column in (*SUBJECTS, "endpoint_id"):
        op.create_index(
            f"ix_deliveries_{column.removesuffix('_id')}",
            "deliveries",
            [column],
            unique=False,
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
            sqlite_where=sa.text(f"{column} IS NOT NULL"),
        )


def _number_events() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    # SQLite gives the id of an erased last row away again, unless told not to: a reader of the feed
    # that had come so far would miss the new one.
    with op.batch_alter_table(
        "events",
        recreate="never" if is_postgresql else "always",
        table_kwargs={"sqlite_autoincrement": True},
    ) as events:
        events.add_column(sa.Column("transaction_id", sa.BigInteger(), server_default="0", nullable=False))
    if is_postgresql:
        # Only now, so that the rows that are there keep 0.
        op.execute(
            "ALTER TABLE events ALTER COLUMN transaction_id SET DEFAULT pg_current_xact_id()::text::bigint"
        )
    op.drop_index(op.f("ix_events_organization_id"), table_name="events")
    op.create_index("ix_events_feed", "events", ["organization_id", "transaction_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_events_feed", table_name="events")
    op.create_index(op.f("ix_events_organization_id"), "events", ["organization_id"], unique=False)
    op.drop_column("events", "transaction_id")
    for column in (*SUBJECTS, "endpoint_id"):
        op.drop_index(f"ix_deliveries_{column.removesuffix('_id')}", table_name="deliveries")
    op.drop_index("ix_deliveries_list", table_name="deliveries")
    for column in ("replayed_at", "schedule_start", *SUBJECTS, "endpoint_id"):
        op.drop_column("deliveries", column)
    op.drop_column("organizations", "owner_email")
    op.drop_table("delivery_attempts")
    op.drop_index(op.f("ix_endpoint_secrets_endpoint_id"), table_name="endpoint_secrets")
    op.drop_table("endpoint_secrets")
    op.drop_index("ix_webhook_endpoints_list", table_name="webhook_endpoints")
    op.drop_table("webhook_endpoints")
