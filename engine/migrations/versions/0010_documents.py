"""documents

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.models.columns import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the register of outgoing documents: series of numbers, documents, and which of them are void."""
    op.create_table(
        "document_series",
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_document_series_agency")),
        sa.PrimaryKeyConstraint("agency", "year", "kind", name=op.f("pk_document_series")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("issued_by", sa.String(length=36), nullable=True),
        sa.Column("instance_id", sa.String(length=36), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_document_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("agency", "year", "series", "number", name=op.f("uq_document_agency_year_series_number")),
    )
    op.create_index("ix_document_list", "document", ["issued_at", "id"], unique=False)
    op.create_index("ix_document_instance", "document", ["instance_id"], unique=False)
    op.create_index("ix_document_symbol", "document", ["agency", "year", "symbol"], unique=False)
    op.create_table(
        "document_void",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("voided_at", Instant(), nullable=False),
        sa.Column("voided_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_void_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_void")),
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("document_void")
    op.drop_index("ix_document_symbol", table_name="document")
    op.drop_index("ix_document_instance", table_name="document")
    op.drop_index("ix_document_list", table_name="document")
    op.drop_table("document")
    op.drop_table("document_series")
