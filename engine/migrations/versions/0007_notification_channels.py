"""notification channels

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.models.columns import Instant, Json

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_PENDING, _DEAD = sa.text("state IN ('new', 'held', 'leased')"), sa.text("state = 'dead'")
_WAITING = sa.text("state = 'new'")


def upgrade() -> None:
    """Give messages a channel, people their preferences, and other systems endpoints.

    The outbox is made anew: its first form named groups instead of people, and nothing was ever sent from it.
    """
    op.drop_table("outbox_message")
    _make_outbox()
    op.create_index("ix_membership_office", "membership", ["agency_code", "role"], unique=False)
    op.create_table(
        "notification_preference",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column("language", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notification_preference_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notification_preference")),
    )
    op.create_table(
        "notification_mute",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notification_mute_person_id")),
        sa.PrimaryKeyConstraint("person_id", "topic", "channel", name=op.f("pk_notification_mute")),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("agency_code", sa.String(length=64), nullable=True),
        sa.Column("topics", Json(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.String(length=64), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("previous_until", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_code"], ["agency.code"], name=op.f("fk_webhook_agency_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index("ix_webhook_agency", "webhook", ["agency_code"], unique=False)


def downgrade() -> None:
    """Go back to the outbox's first form, empty."""
    op.drop_table("webhook")
    op.drop_table("notification_mute")
    op.drop_table("notification_preference")
    op.drop_index("ix_membership_office", table_name="membership")
    op.drop_table("outbox_message")
    op.create_table(
        "outbox_message",
        *_common(),
        sa.Column("instance_id", sa.String(length=36), nullable=True),
        sa.Column("payload", Json(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        *_keys(),
    )
    op.create_index(
        "ix_outbox_message_next_at", "outbox_message", ["next_at"], sqlite_where=_WAITING, postgresql_where=_WAITING
    )


def _make_outbox() -> None:
    op.create_table(
        "outbox_message",
        *_common(),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("recipient_id", sa.String(length=36), nullable=False),
        sa.Column("instance_id", sa.String(length=36), nullable=True),
        sa.Column("payload", Json(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("bundled_in", sa.String(length=36), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("read_at", Instant(), nullable=True),
        *_keys(),
    )
    op.create_index(
        "ix_outbox_message_pending",
        "outbox_message",
        ["channel", "next_at"],
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )
    op.create_index(
        "ix_outbox_message_dead", "outbox_message", ["created_at", "id"], sqlite_where=_DEAD, postgresql_where=_DEAD
    )
    op.create_index("ix_outbox_message_recipient", "outbox_message", ["recipient_id", "channel", "created_at", "id"])
    op.create_index("ix_outbox_message_bundle", "outbox_message", ["bundled_in"])


def _common() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
    )


def _keys() -> tuple[sa.Constraint, ...]:
    return (
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_message_dedupe_key")),
    )
