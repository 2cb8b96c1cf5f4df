"""budget and obstacles

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.models.columns import Instant, Json

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep proposals of funding with their items, and obstacles, which may stand on the leadership's list."""
    _create_budget()
    _create_obstacle()
    with op.batch_alter_table("escalation") as batch:
        batch.add_column(sa.Column("obstacle_id", sa.String(length=36), nullable=True))
        batch.create_foreign_key(op.f("fk_escalation_obstacle_id"), "obstacle", ["obstacle_id"], ["id"])
        batch.create_unique_constraint(op.f("uq_escalation_obstacle_id"), ["obstacle_id"])


def downgrade() -> None:
    """Undo the change."""
    with op.batch_alter_table("escalation") as batch:
        batch.drop_constraint(op.f("uq_escalation_obstacle_id"), type_="unique")
        batch.drop_constraint(op.f("fk_escalation_obstacle_id"), type_="foreignkey")
        batch.drop_column("obstacle_id")
    op.drop_table("obstacle")
    op.drop_table("budget_line")
    op.drop_table("budget_proposal")


def _create_budget() -> None:
    op.create_table(
        "budget_proposal",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("obligation_id", sa.String(), nullable=True),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("justification", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("supplementary", sa.Boolean(), nullable=False),
        sa.Column("requested", sa.BigInteger(), nullable=True),
        sa.Column("recommended", sa.BigInteger(), nullable=True),
        sa.Column("allocated", sa.BigInteger(), nullable=True),
        sa.Column("unspent", sa.BigInteger(), nullable=True),
        sa.Column("submission_number", sa.String(), nullable=True),
        sa.Column("decision_number", sa.String(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_budget_proposal_obligation_id")),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_budget_proposal_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_proposal")),
    )
    op.create_index("ix_budget_proposal_list", "budget_proposal", ["created_at", "id"], unique=False)
    op.create_index("ix_budget_proposal_agency", "budget_proposal", ["agency"], unique=False)
    op.create_index("ix_budget_proposal_year", "budget_proposal", ["year"], unique=False)
    op.create_table(
        "budget_line",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("proposal_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("plan_task_id", sa.String(length=36), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("opinion", sa.String(length=64), nullable=True),
        sa.Column("recommended", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("allocated", sa.BigInteger(), nullable=True),
        sa.Column("released_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["budget_proposal.id"], name=op.f("fk_budget_line_proposal_id")),
        sa.ForeignKeyConstraint(["plan_task_id"], ["plan_task.id"], name=op.f("fk_budget_line_plan_task_id")),
        sa.UniqueConstraint("proposal_id", "position", name=op.f("uq_budget_line_proposal_id_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_line")),
    )
    op.create_index("ix_budget_line_task", "budget_line", ["plan_task_id"], unique=False)


def _create_obstacle() -> None:
    op.create_table(
        "obstacle",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("obligation_id", sa.String(), nullable=True),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("plan_task_id", sa.String(length=36), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("effect", sa.String(), nullable=True),
        sa.Column("proposed_fix", sa.String(), nullable=True),
        sa.Column("urgency", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("merged_into", sa.String(length=36), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("instructed", Json(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_obstacle_obligation_id")),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_obstacle_agency")),
        sa.ForeignKeyConstraint(["plan_task_id"], ["plan_task.id"], name=op.f("fk_obstacle_plan_task_id")),
        sa.ForeignKeyConstraint(["merged_into"], ["obstacle.id"], name=op.f("fk_obstacle_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obstacle")),
    )
    op.create_index("ix_obstacle_list", "obstacle", ["created_at", "id"], unique=False)
    op.create_index("ix_obstacle_agency", "obstacle", ["agency"], unique=False)
    op.create_index("ix_obstacle_task", "obstacle", ["plan_task_id"], unique=False)
    op.create_index("ix_obstacle_merged", "obstacle", ["merged_into"], unique=False)
