"""Verifications of students, the skills by name, and indexes for what may be deleted"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ID = sa.Uuid(as_uuid=False)
OF_A_VERIFICATION = sa.text("verification_id IS NOT NULL")
IS_ABOUT = sa.text("about IS NOT NULL")
IS_EDIT = sa.text("edited_from IS NOT NULL")

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "skills",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("group_name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skills")),
    )
    op.create_index(op.f("ix_skills_name"), "skills", ["name"], unique=False)
    op.create_table(
        "students",
        sa.Column("id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_students_organization_id_organizations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_students")),
        sa.UniqueConstraint(
            "organization_id",
            "mode",
            "external_id",
            name=op.f("uq_students_organization_id_mode_external_id"),
        ),
    )
    op.create_table(
        "verifications",
        sa.Column("id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("student_id", ID, nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("token_prefix", sa.String(length=10), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("token_expires_at", TIME, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("callback_url", sa.Text(), nullable=False),
        sa.Column("sources", JSON, nullable=False),
        sa.Column("method", sa.String(length=40), nullable=True),
        sa.Column("form_id", ID, nullable=True),
        sa.Column("form_attempt", sa.Integer(), nullable=False),
        sa.Column("attempts_made", sa.Integer(), nullable=False),
        sa.Column("mail_channel", ID, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("initiated_at", TIME, nullable=True),
        sa.Column("locked_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("erased_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_verifications_form_id_forms")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_verifications_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_verifications_student_id_students")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
        sa.UniqueConstraint("token_prefix", name=op.f("uq_verifications_token_prefix")),
    )
    op.create_index(
        "ix_verifications_list", "verifications", ["organization_id", "created_at", "id"], unique=False
    )
    op.create_index("ix_verifications_form", "verifications", ["form_id"], unique=False)
    op.create_index("ix_verifications_student", "verifications", ["student_id"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("verification_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("skills", JSON, nullable=False),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("submitted_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("fk_attempts_verification_id_verifications")
        ),
        sa.PrimaryKeyConstraint("verification_id", "number", name=op.f("pk_attempts")),
    )
    op.create_table(
        "verification_skills",
        sa.Column("verification_id", ID, nullable=False),
        sa.Column("skill_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=True),
        sa.Column("proof_urls", JSON, nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("verified_at", TIME, nullable=True),
        sa.Column("verified_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["verification_id"],
            ["verifications.id"],
            name=op.f("fk_verification_skills_verification_id_verifications"),
        ),
        sa.PrimaryKeyConstraint("verification_id", "skill_id", name=op.f("pk_verification_skills")),
    )
    op.create_index("ix_assessment_versions_form", "assessment_versions", ["form_id"], unique=False)
    op.add_column("form_questions", sa.Column("asked_for", sa.String(length=80), nullable=True))
    op.add_column("idempotent_requests", sa.Column("about", ID, nullable=True))
    op.create_index(
        "ix_idempotent_requests_about",
        "idempotent_requests",
        ["about"],
        unique=False,
        postgresql_where=IS_ABOUT,
        sqlite_where=IS_ABOUT,
    )
    op.create_index("ix_idempotent_requests_age", "idempotent_requests", ["created_at"], unique=False)
    op.create_index("ix_assessments_form", "assessments", ["form_id"], unique=False)
    op.add_column("events", sa.Column("verification_id", ID, nullable=True))
    op.create_index(
        "ix_events_verification",
        "events",
        ["verification_id"],
        unique=False,
        postgresql_where=OF_A_VERIFICATION,
        sqlite_where=OF_A_VERIFICATION,
    )
    op.create_index(
        "ix_questions_edits",
        "questions",
        ["edited_from"],
        unique=False,
        postgresql_where=IS_EDIT,
        sqlite_where=IS_EDIT,
    )
    op.add_column("task_executions", sa.Column("verification_id", ID, nullable=True))
    op.add_column("task_executions", sa.Column("erased_at", TIME, nullable=True))
    op.create_index(
        "ix_task_executions_verification",
        "task_executions",
        ["verification_id"],
        unique=False,
        postgresql_where=OF_A_VERIFICATION,
        sqlite_where=OF_A_VERIFICATION,
    )


def downgrade() -> None:
    op.drop_index(
        "ix_task_executions_verification",
        table_name="task_executions",
        postgresql_where=OF_A_VERIFICATION,
        sqlite_where=OF_A_VERIFICATION,
    )
    op.drop_column("task_executions", "erased_at")
    op.drop_column("task_executions", "verification_id")
    op.drop_index(
        "ix_questions_edits", table_name="questions", postgresql_where=IS_EDIT, sqlite_where=IS_EDIT
    )
    op.drop_index(
        "ix_events_verification",
        table_name="events",
        postgresql_where=OF_A_VERIFICATION,
        sqlite_where=OF_A_VERIFICATION,
    )
    op.drop_column("events", "verification_id")
    op.drop_index("ix_idempotent_requests_age", table_name="idempotent_requests")
    op.drop_index("ix_idempotent_requests_about", table_name="idempotent_requests")
    op.drop_column("idempotent_requests", "about")
    op.drop_column("form_questions", "asked_for")
    op.drop_index("ix_assessments_form", table_name="assessments")
    op.drop_index("ix_assessment_versions_form", table_name="assessment_versions")
    op.drop_table("verification_skills")
    op.drop_table("attempts")
    op.drop_index("ix_verifications_form", table_name="verifications")
    op.drop_index("ix_verifications_student", table_name="verifications")
    op.drop_index("ix_verifications_list", table_name="verifications")
    op.drop_table("verifications")
    op.drop_table("students")
    op.drop_index(op.f("ix_skills_name"), table_name="skills")
    op.drop_table("skills")
