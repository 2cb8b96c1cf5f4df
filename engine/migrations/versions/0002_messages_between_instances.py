"""messages between instances

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from engine.models.columns import Instant
from engine.models.columns import Json

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "message",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("business_key", sa.String(), nullable=True),
        sa.Column("agency", sa.String(length=64), nullable=True),
        sa.Column("correlation", sa.Text(), nullable=False),
        sa.Column("variables", Json(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("sent_by", sa.String(length=36), nullable=True),
        sa.Column("from_instance_id", sa.String(length=36), nullable=True),
        sa.Column("element_id", sa.String(), nullable=True),
        sa.Column("target_id", sa.String(length=36), nullable=True),
        sa.Column("delivered_to", sa.String(length=36), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_from_instance_id", "message", ["from_instance_id"], unique=False)
    op.create_index(
        "ix_message_name",
        "message",
        ["name"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_message_next_at",
        "message",
        ["next_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_message_settled_at", "message", ["settled_at"], unique=False)
    op.create_table(
        "start_subscription",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("definition_id", sa.String(length=36), nullable=False),
        sa.Column("process_key", sa.String(length=64), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("next_due", Instant(), nullable=True),
        sa.Column("anchor", Instant(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name=op.f("fk_start_subscription_definition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_start_subscription")),
    )
    op.create_index("ix_start_subscription_name", "start_subscription", ["kind", "name"], unique=False)
    op.create_index("ix_start_subscription_next_due", "start_subscription", ["next_due", "id"], unique=False)
    op.create_index("ix_start_subscription_process_key", "start_subscription", ["process_key"], unique=False)
    op.create_table(
        "event_subscription",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("business_key", sa.String(), nullable=True),
        sa.Column("correlation", sa.Text(), nullable=False),
        sa.Column("correlation_digest", sa.String(length=64), nullable=False),
        sa.Column("sole_digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_event_subscription_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_subscription")),
    )
    op.create_index(
        "ix_event_subscription_correlation", "event_subscription", ["kind", "name", "correlation_digest"], unique=False
    )
    op.create_index("ix_event_subscription_instance_id", "event_subscription", ["instance_id"], unique=False)
    op.create_index("ix_event_subscription_name", "event_subscription", ["kind", "name", "business_key"], unique=False)


def downgrade() -> None:
    """Undo the change."""
    op.drop_index("ix_event_subscription_name", table_name="event_subscription")
    op.drop_index("ix_event_subscription_instance_id", table_name="event_subscription")
    op.drop_index("ix_event_subscription_correlation", table_name="event_subscription")
    op.drop_table("event_subscription")
    op.drop_index("ix_start_subscription_process_key", table_name="start_subscription")
    op.drop_index("ix_start_subscription_next_due", table_name="start_subscription")
    op.drop_index("ix_start_subscription_name", table_name="start_subscription")
    op.drop_table("start_subscription")
    op.drop_index("ix_message_settled_at", table_name="message")
    op.drop_index(
        "ix_message_next_at",
        table_name="message",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(
        "ix_message_name",
        table_name="message",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index("ix_message_from_instance_id", table_name="message")
    op.drop_table("message")
