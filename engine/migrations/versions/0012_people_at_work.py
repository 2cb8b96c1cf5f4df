"""people at work: substitutions, and both names on a task done in somebody's place

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.models.columns import Instant, Json

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let people stand in for each other, and be called into a talk."""
    op.create_table(
        "substitution",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("membership_id", sa.String(length=36), nullable=False),
        sa.Column("substitute_id", sa.String(length=36), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("ended_by", sa.String(length=36), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_substitution_membership_id")),
        sa.ForeignKeyConstraint(["substitute_id"], ["person.id"], name=op.f("fk_substitution_substitute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
    )
    op.create_index(op.f("ix_substitution_membership_id"), "substitution", ["membership_id"], unique=False)
    op.create_index("ix_substitution_substitute", "substitution", ["substitute_id"], unique=False)
    op.add_column("user_task", sa.Column("closed_for", sa.String(length=36), nullable=True))
    with op.batch_alter_table("task_comment") as batch:
        batch.add_column(sa.Column("mentions", Json(), nullable=False, server_default="[]"))
    with op.batch_alter_table("task_comment") as batch:
        batch.alter_column("mentions", server_default=None)


def downgrade() -> None:
    """Undo the change."""
    op.drop_column("task_comment", "mentions")
    op.drop_column("user_task", "closed_for")
    op.drop_index("ix_substitution_substitute", table_name="substitution")
    op.drop_index(op.f("ix_substitution_membership_id"), table_name="substitution")
    op.drop_table("substitution")
