"""Question types, kept questions, edits, and who approved what"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ID = sa.Uuid(as_uuid=False)

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("questions") as questions:
        questions.add_column(sa.Column("is_kept", sa.Boolean(), server_default=sa.false(), nullable=False))
        questions.add_column(sa.Column("edited_from", ID, nullable=True))
        questions.create_foreign_key(
            op.f("fk_questions_edited_from_questions"), "questions", ["edited_from"], ["id"]
        )
    # What was stored before code reading had a name of its own.
    op.execute(
        "UPDATE questions SET type = 'code_reading'"
        " WHERE type = 'multiple_choice' AND code IS NOT NULL AND code_language <> 'text'"
    )
    op.drop_index(op.f("ix_forms_organization_id"), table_name="forms")
    op.create_index("ix_forms_recent", "forms", ["organization_id", "created_at"], unique=False)
    with op.batch_alter_table("assessments") as assessments:
        assessments.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        assessments.add_column(sa.Column("approved_by", sa.String(length=200), nullable=True))
        assessments.add_column(sa.Column("approved_at", TIME, nullable=True))
    op.create_table(
        "assessment_versions",
        sa.Column("assessment_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_id", ID, nullable=True),
        sa.Column("changes", JSON, nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessments.id"],
            name=op.f("fk_assessment_versions_assessment_id_assessments"),
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["forms.id"], name=op.f("fk_assessment_versions_form_id_forms")
        ),
        sa.PrimaryKeyConstraint("assessment_id", "version", name=op.f("pk_assessment_versions")),
    )


def downgrade() -> None:
    op.drop_table("assessment_versions")
    with op.batch_alter_table("assessments") as assessments:
        assessments.drop_column("approved_at")
        assessments.drop_column("approved_by")
        assessments.drop_column("version")
    op.drop_index("ix_forms_recent", table_name="forms")
    op.create_index(op.f("ix_forms_organization_id"), "forms", ["organization_id"], unique=False)
    op.execute("UPDATE questions SET type = 'multiple_choice' WHERE type = 'code_reading'")
    with op.batch_alter_table("questions") as questions:
        questions.drop_constraint(op.f("fk_questions_edited_from_questions"), type_="foreignkey")
        questions.drop_column("edited_from")
        questions.drop_column("is_kept")
