"""report dates

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.models.columns import Json

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep how the days of rounds and reports were counted, what lateness is judged by, and timed starts likewise."""
    op.add_column("report_round", sa.Column("derivations", Json(), nullable=True))
    op.add_column("report", sa.Column("due_explanation", Json(), nullable=True))
    op.add_column("report", sa.Column("late_after", sa.Date(), nullable=True))
    op.add_column("start_subscription", sa.Column("derivation", Json(), nullable=True))


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("start_subscription", "derivation")
    op.drop_column("report", "late_after")
    op.drop_column("report", "due_explanation")
    op.drop_column("report_round", "derivations")
