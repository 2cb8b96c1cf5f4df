"""Timer occurrences: which repetition waits, and which were dealt with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from engine.models.columns import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("timer") as batch:
        batch.add_column(sa.Column("occurrence", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("timer") as batch:
        batch.alter_column("occurrence", server_default=None)
    op.create_table(
        "timer_firing",
        sa.Column("timer_id", sa.String(length=36), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("fired_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_timer_firing_instance_id_process_instance")),
        sa.PrimaryKeyConstraint("timer_id", "occurrence", name=op.f("pk_timer_firing")),
    )
    op.create_index("ix_timer_firing_instance_id", "timer_firing", ["instance_id"])


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("timer_firing")
    with op.batch_alter_table("timer") as batch:
        batch.drop_column("occurrence")
