"""urging ladder

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.models.columns import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a regime name its ladder, count the notices about plan tasks, and keep the leadership's list."""
    op.add_column("report_regime", sa.Column("urging_ladder", sa.String(64), nullable=False, server_default="standard"))
    op.add_column("plan_task", sa.Column("reminded_on", sa.Date(), nullable=True))
    op.add_column("plan_task", sa.Column("urged_on", sa.Date(), nullable=True))
    op.add_column("plan_task", sa.Column("urging_count", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "escalation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=True),
        sa.Column("plan_task_id", sa.String(length=36), nullable=True),
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("listed_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_escalation_agency")),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_escalation_instance_id")),
        sa.ForeignKeyConstraint(["plan_task_id"], ["plan_task.id"], name=op.f("fk_escalation_plan_task_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_escalation_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint("plan_task_id", name=op.f("uq_escalation_plan_task_id")),
        sa.UniqueConstraint("report_id", name=op.f("uq_escalation_report_id")),
    )
    op.create_index("ix_escalation_instance", "escalation", ["instance_id"], unique=False)
    op.create_index("ix_escalation_list", "escalation", ["listed_at", "id"], unique=False)


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("escalation")
    op.drop_column("plan_task", "urging_count")
    op.drop_column("plan_task", "urged_on")
    op.drop_column("plan_task", "reminded_on")
    op.drop_column("report_regime", "urging_ladder")
