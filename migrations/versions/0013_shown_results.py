"""Whether candidates see their result"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column(
        "assessments", sa.Column("show_result", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    with op.batch_alter_table("assessments") as assessments:
        assessments.drop_column("show_result")
