"""Questions that are retired, and an index of what an organisation keeps"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("questions", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_questions_library",
        "questions",
        ["organization_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("is_kept"),
        sqlite_where=sa.text("is_kept = 1"),
    )


def downgrade() -> None:
    op.drop_index("ix_questions_library", table_name="questions")
    op.drop_column("questions", "retired_at")
