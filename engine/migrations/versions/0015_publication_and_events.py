"""publications with their channels, and events, contests and surveys

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.models.columns import Instant, Json

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep what is published and where, activities with their results, and answers apart from who gave them."""
    op.create_table(
        "publication",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("obligation_id", sa.String(), nullable=True),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("is_press", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("summary", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("audience", sa.String(), nullable=True),
        sa.Column("language", sa.String(length=64), nullable=True),
        sa.Column("content_tags", Json(), nullable=False),
        sa.Column("channel_tags", Json(), nullable=False),
        sa.Column("column_name", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.String(length=36), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("corrected_at", Instant(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("notice", sa.String(), nullable=True),
        sa.Column("reach", sa.Integer(), nullable=True),
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("correction_instance_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_publication_obligation_id")),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_publication_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    op.create_index("ix_publication_agency", "publication", ["agency", "state"], unique=False)
    op.create_index("ix_publication_list", "publication", ["created_at", "id"], unique=False)
    op.create_index("ix_publication_public", "publication", ["state", "published_at"], unique=False)
    op.create_table(
        "publication_channel",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("publication_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("archived_copy", Json(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=True),
        sa.Column("reach", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_publication_channel_publication_id")
        ),
        sa.UniqueConstraint("publication_id", "position", name=op.f("uq_publication_channel_publication_id_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_channel")),
    )
    op.create_table(
        "activity",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("obligation_id", sa.String(), nullable=True),
        sa.Column("plan_task_id", sa.String(length=36), nullable=True),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("details", Json(), nullable=False),
        sa.Column("results", Json(), nullable=False),
        sa.Column("doc_number", sa.String(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_activity_obligation_id")),
        sa.ForeignKeyConstraint(["plan_task_id"], ["plan_task.id"], name=op.f("fk_activity_plan_task_id")),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_activity_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    op.create_index("ix_activity_agency", "activity", ["agency", "kind"], unique=False)
    op.create_index("ix_activity_list", "activity", ["created_at", "id"], unique=False)
    op.create_index("ix_activity_plan_task", "activity", ["plan_task_id"], unique=False)
    op.create_table(
        "survey_answer",
        sa.Column("activity_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("answers", Json(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_survey_answer_activity_id")),
        sa.PrimaryKeyConstraint("activity_id", "id", name=op.f("pk_survey_answer")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "survey_respondent",
        sa.Column("activity_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_survey_respondent_activity_id")),
        sa.PrimaryKeyConstraint("activity_id", "id", name=op.f("pk_survey_respondent")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("survey_respondent")
    op.drop_table("survey_answer")
    op.drop_table("activity")
    op.drop_table("publication_channel")
    op.drop_table("publication")
