"""working calendar

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.models.columns import Instant, Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OF_ALL = sa.text("agency IS NULL AND until_version IS NULL")
_OF_ONE = sa.text("agency IS NOT NULL AND until_version IS NULL")


def upgrade() -> None:
    """Add the calendar with its versions, and how each due instant came about."""
    op.create_table(
        "calendar_version",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.String(length=36), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=36), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_calendar_version")),
    )
    _create_days()
    op.create_table(
        "calendar_recount",
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_calendar_recount_instance_id")),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_calendar_recount")),
    )
    op.add_column("timer", sa.Column("derivation", Json(), nullable=True))
    op.add_column("plan_task", sa.Column("due_explanation", Json(), nullable=True))


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("plan_task", "due_explanation")
    op.drop_column("timer", "derivation")
    op.drop_table("calendar_recount")
    op.drop_table("calendar_day")
    op.drop_table("calendar_version")


def _create_days() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("agency", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("name_vi", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("since_version", sa.Integer(), nullable=False),
        sa.Column("until_version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_calendar_day_agency")),
        sa.ForeignKeyConstraint(
            ["since_version"], ["calendar_version.version"], name=op.f("fk_calendar_day_since_version")
        ),
        sa.ForeignKeyConstraint(
            ["until_version"], ["calendar_version.version"], name=op.f("fk_calendar_day_until_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
    )
    op.create_index(
        "ix_calendar_day_of_all",
        "calendar_day",
        ["day"],
        unique=True,
        sqlite_where=_OF_ALL,
        postgresql_where=_OF_ALL,
    )
    op.create_index(
        "ix_calendar_day_of_one",
        "calendar_day",
        ["day", "agency"],
        unique=True,
        sqlite_where=_OF_ONE,
        postgresql_where=_OF_ONE,
    )
