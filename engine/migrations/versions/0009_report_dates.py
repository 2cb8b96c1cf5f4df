"""report dates, names and successors of agencies

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.models.columns import Instant, Json

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
    _create_agency_name()
    op.create_table(
        "case_successor",
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("successor", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("named_at", Instant(), nullable=False),
        sa.Column("named_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_case_successor_agency")),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_case_successor_instance_id")),
        sa.ForeignKeyConstraint(["successor"], ["agency.code"], name=op.f("fk_case_successor_successor")),
        sa.PrimaryKeyConstraint("instance_id", "agency", name=op.f("pk_case_successor")),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("case_successor")
    op.drop_table("agency_name")
    op.drop_column("start_subscription", "derivation")
    op.drop_column("report", "late_after")
    op.drop_column("report", "due_explanation")
    op.drop_column("report_round", "derivations")


def _create_agency_name() -> None:
    op.create_table(
        "agency_name",
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("name_vi", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("abbr", sa.String(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_agency_name_agency")),
        sa.PrimaryKeyConstraint("agency", "valid_from", name=op.f("pk_agency_name")),
    )
