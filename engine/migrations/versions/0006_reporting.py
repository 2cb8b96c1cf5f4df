"""reporting

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.models.columns import Instant, Json

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add regimes, rounds, reports with their versions, and consolidated reports."""
    op.create_table(
        "report_regime",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name_vi", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("data_form", Json(), nullable=False),
        sa.Column("reporters", Json(), nullable=False),
        sa.Column("aggregator", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("frequency", sa.String(length=64), nullable=False),
        sa.Column("tiers", Json(), nullable=False),
        sa.Column("roll", sa.String(length=64), nullable=False),
        sa.Column("opens_before", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("obligation_id", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["aggregator"], ["agency.code"], name=op.f("fk_report_regime_aggregator")),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_report_regime_obligation_id")),
        sa.ForeignKeyConstraint(["recipient"], ["agency.code"], name=op.f("fk_report_regime_recipient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_regime")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_report_regime_key_version")),
    )
    op.create_table(
        "report_round",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("regime_id", sa.String(length=36), nullable=False),
        sa.Column("regime_key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=64), nullable=False),
        sa.Column("title_vi", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("data_from", sa.Date(), nullable=True),
        sa.Column("data_to", sa.Date(), nullable=True),
        sa.Column("reporters", Json(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("opens_at", Instant(), nullable=False),
        sa.Column("closes_at", Instant(), nullable=False),
        sa.Column("late_until", sa.Date(), nullable=False),
        sa.Column("due_dates", Json(), nullable=False),
        sa.Column("missing", Json(), nullable=False),
        sa.Column("late", Json(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("frozen_at", Instant(), nullable=True),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("archived_at", Instant(), nullable=True),
        sa.Column("doc_number", sa.String(), nullable=True),
        sa.Column("instance_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["regime_id"], ["report_regime.id"], name=op.f("fk_report_round_regime_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_round")),
        sa.UniqueConstraint("regime_key", "period", name=op.f("uq_report_round_regime_key_period")),
    )
    op.create_index("ix_report_round_list", "report_round", ["opens_at", "id"], unique=False)
    op.create_table(
        "consolidated_report",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("round_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("frozen", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("frozen_at", Instant(), nullable=False),
        sa.Column("frozen_by", sa.String(length=36), nullable=True),
        sa.Column("narrative", sa.String(), nullable=True),
        sa.Column("signed_by", sa.String(length=36), nullable=True),
        sa.Column("signed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["report_round.id"], name=op.f("fk_consolidated_report_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consolidated_report")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_consolidated_report_round_id_number")),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("round_id", sa.String(length=36), nullable=False),
        sa.Column("instance_id", sa.String(length=36), nullable=True),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("original_agency", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("original_due_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("prefilled", Json(), nullable=False),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.Column("accepted_version", sa.Integer(), nullable=True),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.Column("return_count", sa.Integer(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("urged_on", sa.Date(), nullable=True),
        sa.Column("urging_count", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_report_agency")),
        sa.ForeignKeyConstraint(["original_agency"], ["agency.code"], name=op.f("fk_report_original_agency")),
        sa.ForeignKeyConstraint(["round_id"], ["report_round.id"], name=op.f("fk_report_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("round_id", "original_agency", name=op.f("uq_report_round_id_original_agency")),
    )
    op.create_index("ix_report_agency", "report", ["agency", "state"], unique=False)
    op.create_table(
        "consolidated_figure",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("consolidated_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("aggregation", sa.String(length=64), nullable=False),
        sa.Column("value", Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["consolidated_id"], ["consolidated_report.id"], name=op.f("fk_consolidated_figure_consolidated_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consolidated_figure")),
        sa.UniqueConstraint("consolidated_id", "field", name=op.f("uq_consolidated_figure_consolidated_id_field")),
    )
    op.create_table(
        "report_version",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("figures", Json(), nullable=False),
        sa.Column("nothing_to_report", sa.Boolean(), nullable=False),
        sa.Column("narrative", sa.String(), nullable=True),
        sa.Column("evidence", Json(), nullable=False),
        sa.Column("submitted_by", sa.String(length=36), nullable=True),
        sa.Column("submitted_at", Instant(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_report_version_agency")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_version_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_version")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_version_report_id_number")),
    )
    op.create_table(
        "figure_source",
        sa.Column("figure_id", sa.String(length=36), nullable=False),
        sa.Column("report_version_id", sa.String(length=36), nullable=False),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("value", Json(), nullable=True),
        sa.ForeignKeyConstraint(["figure_id"], ["consolidated_figure.id"], name=op.f("fk_figure_source_figure_id")),
        sa.ForeignKeyConstraint(
            ["report_version_id"], ["report_version.id"], name=op.f("fk_figure_source_report_version_id")
        ),
        sa.PrimaryKeyConstraint("figure_id", "report_version_id", name=op.f("pk_figure_source")),
    )
    op.create_index("ix_figure_source_version", "figure_source", ["report_version_id"], unique=False)


def downgrade() -> None:
    """Undo the change."""
    op.drop_index("ix_figure_source_version", table_name="figure_source")
    op.drop_table("figure_source")
    op.drop_table("report_version")
    op.drop_table("consolidated_figure")
    op.drop_index("ix_report_agency", table_name="report")
    op.drop_table("report")
    op.drop_table("consolidated_report")
    op.drop_index("ix_report_round_list", table_name="report_round")
    op.drop_table("report_round")
    op.drop_table("report_regime")
