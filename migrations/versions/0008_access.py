"""What a key may do and until when, when it was used last, and who changed what"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ID = sa.Uuid(as_uuid=False)
# SQLite numbers only an INTEGER PRIMARY KEY by itself.
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    # Keys that are there could do everything, and still can.
    everything = sa.text("""'["read", "generate", "admin"]'""")
    op.add_column("api_keys", sa.Column("scopes", JSON, server_default=everything, nullable=False))
    op.add_column("api_keys", sa.Column("expires_at", TIME, nullable=True))
    op.add_column("api_keys", sa.Column("last_used_at", TIME, nullable=True))
    op.create_table(
        "audit_entries",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_audit_entries_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_list", "audit_entries", ["organization_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_audit_entries_list", table_name="audit_entries")
    op.drop_table("audit_entries")
    for column in ("last_used_at", "expires_at", "scopes"):
        op.drop_column("api_keys", column)
