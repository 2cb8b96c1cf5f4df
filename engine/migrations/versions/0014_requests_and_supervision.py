"""requests to outside bodies, and their supervision

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.models.columns import Instant, Json

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep requests to outside bodies with what they share, and supervisions with what is answered."""
    op.create_table(
        "external_request",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("obligation_id", sa.String(), nullable=True),
        sa.Column("body", sa.String(length=64), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("doc_number", sa.String(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("reply_number", sa.String(), nullable=True),
        sa.Column("follow_ups", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("reply_instance_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_external_request_obligation_id")),
        sa.ForeignKeyConstraint(["body"], ["agency.code"], name=op.f("fk_external_request_body")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_request")),
    )
    op.create_index("ix_external_request_body", "external_request", ["body"], unique=False)
    op.create_index("ix_external_request_list", "external_request", ["created_at", "id"], unique=False)
    op.create_table(
        "shared_result",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("documents", Json(), nullable=False),
        sa.Column("shared_by", sa.String(length=36), nullable=True),
        sa.Column("shared_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["external_request.id"], name=op.f("fk_shared_result_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_result")),
    )
    op.create_index("ix_shared_result_request", "shared_result", ["request_id", "shared_at"], unique=False)
    op.create_table(
        "supervision",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("obligation_id", sa.String(), nullable=True),
        sa.Column("front", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("letter_number", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("addressed", sa.String(length=64), nullable=True),
        sa.Column("reply_due", sa.Date(), nullable=True),
        sa.Column("received_at", Instant(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("doc_number", sa.String(), nullable=True),
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("answer_instance_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_supervision_obligation_id")),
        sa.ForeignKeyConstraint(["front"], ["agency.code"], name=op.f("fk_supervision_front")),
        sa.ForeignKeyConstraint(["addressed"], ["agency.code"], name=op.f("fk_supervision_addressed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
    )
    op.create_index("ix_supervision_agency", "supervision", ["addressed"], unique=False)
    op.create_index("ix_supervision_list", "supervision", ["created_at", "id"], unique=False)
    op.create_table(
        "recommendation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("supervision_id", sa.String(length=36), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("answer", sa.String(length=64), nullable=False),
        sa.Column("explanation", sa.String(), nullable=True),
        sa.Column("task_instance_id", sa.String(length=36), nullable=True),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["supervision_id"], ["supervision.id"], name=op.f("fk_recommendation_supervision_id")),
        sa.UniqueConstraint("supervision_id", "round", "position", name=op.f("uq_recommendation_supervision_id_round_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("recommendation")
    op.drop_table("supervision")
    op.drop_table("shared_result")
    op.drop_table("external_request")
