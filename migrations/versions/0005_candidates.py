"""An organisation's tasks, rubrics, open-source issues, candidates and their sessions"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ID = sa.Uuid(as_uuid=False)
# SQLite numbers only an INTEGER PRIMARY KEY by itself.
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "oss_issues",
        sa.Column("id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=True),
        sa.Column("repo_url", sa.String(length=2048), nullable=True),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("language", sa.String(length=80), nullable=True),
        sa.Column("difficulty", sa.String(length=40), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_oss_issues_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oss_issues")),
        sa.UniqueConstraint("organization_id", "url", name=op.f("uq_oss_issues_organization_id_url")),
    )
    op.create_index("ix_oss_issues_list", "oss_issues", ["organization_id", "created_at", "id"], unique=False)
    op.create_table(
        "rubrics",
        sa.Column("id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("criteria", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_rubrics_organization_id_organizations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubrics")),
    )
    op.create_index("ix_rubrics_list", "rubrics", ["organization_id", "created_at", "id"], unique=False)
    op.create_table(
        "candidate_keys",
        sa.Column("id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("assessment_id", ID, nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("prefix", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("candidate_email", sa.String(length=320), nullable=True),
        sa.Column("candidate_name", sa.String(length=200), nullable=True),
        sa.Column("extra_percent", sa.Integer(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("redeemed_at", TIME, nullable=True),
        sa.Column("completed_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_candidate_keys_assessment_id_assessments")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_candidate_keys_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_keys")),
        sa.UniqueConstraint("prefix", name=op.f("uq_candidate_keys_prefix")),
    )
    op.create_index(
        "ix_candidate_keys_assessment", "candidate_keys", ["assessment_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "candidate_sessions",
        sa.Column("id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("assessment_id", ID, nullable=False),
        sa.Column("assessment_version", sa.Integer(), nullable=False),
        sa.Column("form_id", ID, nullable=True),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("time_limit", sa.Integer(), nullable=False),
        sa.Column("deadline", TIME, nullable=False),
        sa.Column("submitted_at", TIME, nullable=True),
        sa.Column("submitted_by", sa.String(length=40), nullable=True),
        sa.Column("cutoff", sa.Integer(), nullable=False),
        sa.Column("criteria", JSON, nullable=True),
        sa.Column("repo_url", sa.Text(), nullable=True),
        sa.Column("patch", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("result", JSON, nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("erased_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessments.id"],
            name=op.f("fk_candidate_sessions_assessment_id_assessments"),
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_candidate_sessions_form_id_forms")),
        sa.ForeignKeyConstraint(
            ["key_id"], ["candidate_keys.id"], name=op.f("fk_candidate_sessions_key_id_candidate_keys")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_candidate_sessions_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_sessions")),
        sa.UniqueConstraint("key_id", name=op.f("uq_candidate_sessions_key_id")),
    )
    op.create_index(
        "ix_candidate_sessions_assessment", "candidate_sessions", ["assessment_id", "status"], unique=False
    )
    op.create_index(op.f("ix_candidate_sessions_form_id"), "candidate_sessions", ["form_id"], unique=False)
    op.create_index(
        "ix_candidate_sessions_list",
        "candidate_sessions",
        ["organization_id", "started_at", "id"],
        unique=False,
    )
    op.create_index("ix_candidate_sessions_open", "candidate_sessions", ["status", "deadline"], unique=False)
    op.create_table(
        "criterion_scores",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("criterion_id", ID, nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("pass_number", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("is_doubted", sa.Boolean(), nullable=False),
        sa.Column("scored_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["candidate_sessions.id"],
            name=op.f("fk_criterion_scores_session_id_candidate_sessions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_scores")),
    )
    op.create_index("ix_criterion_scores_session", "criterion_scores", ["session_id", "id"], unique=False)
    op.create_table(
        "responses",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("question_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_responses_question_id_questions")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["candidate_sessions.id"], name=op.f("fk_responses_session_id_candidate_sessions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responses")),
        sa.UniqueConstraint(
            "session_id", "question_id", "version", name=op.f("uq_responses_session_id_question_id_version")
        ),
    )
    op.create_index(op.f("ix_responses_question_id"), "responses", ["question_id"], unique=False)
    op.create_table(
        "session_comments",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["candidate_sessions.id"],
            name=op.f("fk_session_comments_session_id_candidate_sessions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_comments")),
    )
    op.create_index("ix_session_comments_session", "session_comments", ["session_id", "id"], unique=False)
    op.create_table(
        "session_events",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("event_id", sa.String(length=100), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("happened_at", TIME, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["candidate_sessions.id"],
            name=op.f("fk_session_events_session_id_candidate_sessions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_events")),
        sa.UniqueConstraint("session_id", "event_id", name=op.f("uq_session_events_session_id_event_id")),
    )
    op.create_index("ix_session_events_session", "session_events", ["session_id", "id"], unique=False)
    with op.batch_alter_table("assessments") as assessments:
        assessments.add_column(sa.Column("task_brief", sa.Text(), nullable=True))
        assessments.add_column(sa.Column("repo_url", sa.Text(), nullable=True))
        assessments.add_column(sa.Column("expires_in_days", sa.Integer(), server_default="7", nullable=False))
        assessments.add_column(sa.Column("issue_id", ID, nullable=True))
        assessments.add_column(sa.Column("rubric_id", ID, nullable=True))
        assessments.create_foreign_key(
            op.f("fk_assessments_issue_id_oss_issues"), "oss_issues", ["issue_id"], ["id"]
        )
        assessments.create_foreign_key(
            op.f("fk_assessments_rubric_id_rubrics"), "rubrics", ["rubric_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("assessments") as assessments:
        assessments.drop_constraint(op.f("fk_assessments_rubric_id_rubrics"), type_="foreignkey")
        assessments.drop_constraint(op.f("fk_assessments_issue_id_oss_issues"), type_="foreignkey")
        assessments.drop_column("rubric_id")
        assessments.drop_column("issue_id")
        assessments.drop_column("expires_in_days")
        assessments.drop_column("repo_url")
        assessments.drop_column("task_brief")
    op.drop_index("ix_session_events_session", table_name="session_events")
    op.drop_table("session_events")
    op.drop_index("ix_session_comments_session", table_name="session_comments")
    op.drop_table("session_comments")
    op.drop_index(op.f("ix_responses_question_id"), table_name="responses")
    op.drop_table("responses")
    op.drop_index("ix_criterion_scores_session", table_name="criterion_scores")
    op.drop_table("criterion_scores")
    op.drop_index("ix_candidate_sessions_open", table_name="candidate_sessions")
    op.drop_index("ix_candidate_sessions_list", table_name="candidate_sessions")
    op.drop_index(op.f("ix_candidate_sessions_form_id"), table_name="candidate_sessions")
    op.drop_index("ix_candidate_sessions_assessment", table_name="candidate_sessions")
    op.drop_table("candidate_sessions")
    op.drop_index("ix_candidate_keys_assessment", table_name="candidate_keys")
    op.drop_table("candidate_keys")
    op.drop_index("ix_rubrics_list", table_name="rubrics")
    op.drop_table("rubrics")
    op.drop_index("ix_oss_issues_list", table_name="oss_issues")
    op.drop_table("oss_issues")
