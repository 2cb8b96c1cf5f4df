"""commendation

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.models.columns import Instant, Json

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add campaigns, dossiers, the council with its ballot box, and awards.

    The two tables of the ballot box have no rowid on SQLite, which would tell the order of casting.
    """
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title_vi", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("obligation_id", sa.String(), nullable=True),
        sa.Column("achievement_type", sa.String(length=64), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("proposal_number", sa.String(), nullable=True),
        sa.Column("proposed_at", Instant(), nullable=True),
        sa.Column("proposed_by", sa.String(length=36), nullable=True),
        sa.Column("proposal", Json(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_campaign_obligation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
    )
    op.create_index("ix_campaign_list", "campaign", ["opens_on", "id"], unique=False)
    op.create_table(
        "dossier",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=True),
        sa.Column("instance_id", sa.String(length=36), nullable=True),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("proposer_level", sa.String(length=64), nullable=False),
        sa.Column("nominee_kind", sa.String(length=64), nullable=False),
        sa.Column("nominee_name", sa.String(), nullable=False),
        sa.Column("nominee_unit", sa.String(), nullable=True),
        sa.Column("nominee_key", sa.String(), nullable=False),
        sa.Column("award_form", sa.String(length=64), nullable=False),
        sa.Column("achievement_type", sa.String(length=64), nullable=False),
        sa.Column("achievement_title", sa.String(), nullable=False),
        sa.Column("achievement_key", sa.String(), nullable=False),
        sa.Column("achievement_summary", sa.String(), nullable=True),
        sa.Column("unit_minutes", Json(), nullable=True),
        sa.Column("proposal_number", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("held_state", sa.String(length=64), nullable=True),
        sa.Column("hold_ground", sa.String(length=64), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("praised_at", Instant(), nullable=True),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("submitted_by", sa.String(length=36), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("rule_version", sa.String(), nullable=True),
        sa.Column("rules", Json(), nullable=True),
        sa.Column("publish", sa.Boolean(), nullable=False),
        sa.Column("publish_basis", sa.String(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_dossier_agency")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_dossier_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
    )
    op.create_index("ix_dossier_agency", "dossier", ["agency", "state"], unique=False)
    op.create_index("ix_dossier_campaign", "dossier", ["campaign_id"], unique=False)
    op.create_index("ix_dossier_list", "dossier", ["created_at", "id"], unique=False)
    op.create_index("ix_dossier_nominee", "dossier", ["nominee_key"], unique=False)
    op.create_table(
        "agency_opinion",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("dossier_id", sa.String(length=36), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("opinion", sa.String(length=64), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("given_by", sa.String(length=36), nullable=True),
        sa.Column("given_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_agency_opinion_agency")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_agency_opinion_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_opinion")),
        sa.UniqueConstraint("dossier_id", "round", "agency", name=op.f("uq_agency_opinion_dossier_id_round_agency")),
    )
    op.create_table(
        "award",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("dossier_id", sa.String(length=36), nullable=False),
        sa.Column("decision_number", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("grantor", sa.String(length=64), nullable=False),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("money_multiple", Json(), nullable=False),
        sa.Column("base_salary", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("revocation_number", sa.String(), nullable=True),
        sa.Column("revocation_ground", sa.String(length=64), nullable=True),
        sa.Column("revocation_reason", sa.String(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_by", sa.String(length=36), nullable=True),
        sa.Column("recovered_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_award_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("dossier_id", name=op.f("uq_award_dossier_id")),
    )
    op.create_index("ix_award_decision", "award", ["decision_number"], unique=False)
    op.create_table(
        "council_meeting",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("dossier_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ballot", sa.String(length=64), nullable=False),
        sa.Column("quorum_percent", sa.Integer(), nullable=False),
        sa.Column("threshold_percent", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("recused", sa.Integer(), nullable=True),
        sa.Column("taken_part", sa.Integer(), nullable=True),
        sa.Column("in_favour", sa.Integer(), nullable=True),
        sa.Column("against", sa.Integer(), nullable=True),
        sa.Column("blank", sa.Integer(), nullable=True),
        sa.Column("quorum_met", sa.Boolean(), nullable=True),
        sa.Column("threshold_met", sa.Boolean(), nullable=True),
        sa.Column("result", sa.String(length=64), nullable=True),
        sa.Column("minutes", sa.String(), nullable=True),
        sa.Column("convened_at", Instant(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_council_meeting_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_meeting")),
        sa.UniqueConstraint("dossier_id", "number", name=op.f("uq_council_meeting_dossier_id_number")),
    )
    op.create_table(
        "dossier_evidence",
        sa.Column("dossier_id", sa.String(length=36), nullable=False),
        sa.Column("plan_task_id", sa.String(length=36), nullable=False),
        sa.Column("audit_seq", sa.Integer(), nullable=False),
        sa.Column("audit_head", sa.String(), nullable=False),
        sa.Column("snapshot", Json(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("linked_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_evidence_dossier_id")),
        sa.ForeignKeyConstraint(["plan_task_id"], ["plan_task.id"], name=op.f("fk_dossier_evidence_plan_task_id")),
        sa.PrimaryKeyConstraint("dossier_id", "plan_task_id", name=op.f("pk_dossier_evidence")),
    )
    op.create_index("ix_dossier_evidence_task", "dossier_evidence", ["plan_task_id"], unique=False)
    op.create_table(
        "award_claim",
        sa.Column("award_id", sa.String(length=36), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_claim_award_id")),
        sa.PrimaryKeyConstraint("award_id", "claim", name=op.f("pk_award_claim")),
    )
    op.create_index(
        "ux_award_claim_active",
        "award_claim",
        ["claim"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "ballot",
        sa.Column("meeting_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("choice", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["council_meeting.id"], name=op.f("fk_ballot_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", "id", name=op.f("pk_ballot")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ballot_roll",
        sa.Column("meeting_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["council_meeting.id"], name=op.f("fk_ballot_roll_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ballot_roll_person_id")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_ballot_roll")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "council_seat",
        sa.Column("meeting_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("attendance", sa.String(length=64), nullable=True),
        sa.Column("recusal", sa.String(length=64), nullable=True),
        sa.Column("recusal_reason", sa.String(), nullable=True),
        sa.Column("declared_at", Instant(), nullable=True),
        sa.Column("opinion", sa.String(length=64), nullable=True),
        sa.Column("opinion_comment", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["council_meeting.id"], name=op.f("fk_council_seat_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_council_seat_person_id")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_council_seat")),
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("council_seat")
    op.drop_table("ballot_roll")
    op.drop_table("ballot")
    op.drop_index("ux_award_claim_active", table_name="award_claim")
    op.drop_table("award_claim")
    op.drop_index("ix_dossier_evidence_task", table_name="dossier_evidence")
    op.drop_table("dossier_evidence")
    op.drop_table("council_meeting")
    op.drop_index("ix_award_decision", table_name="award")
    op.drop_table("award")
    op.drop_table("agency_opinion")
    op.drop_index("ix_dossier_nominee", table_name="dossier")
    op.drop_index("ix_dossier_list", table_name="dossier")
    op.drop_index("ix_dossier_campaign", table_name="dossier")
    op.drop_index("ix_dossier_agency", table_name="dossier")
    op.drop_table("dossier")
    op.drop_index("ix_campaign_list", table_name="campaign")
    op.drop_table("campaign")
