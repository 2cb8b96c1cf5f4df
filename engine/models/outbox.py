"""What must leave the process: written with the change that causes it, sent later by a worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row

_PENDING = text("state = 'new'")


class OutboxMessage(Row):
    """One message to one recipient. `dedupe_key` names the event, rule and recipient, and is unique."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        Index("ix_outbox_message_next_at", "next_at", sqlite_where=_PENDING, postgresql_where=_PENDING),
    )

    id: Mapped[Id]
    dedupe_key: Mapped[str]
    topic: Mapped[Code]
    recipient: Mapped[str]
    instance_id: Mapped[Key | None]
    payload: Mapped[dict[str, Any]]
    state: Mapped[Code]
    attempts: Mapped[int]
    next_at: Mapped[datetime]
    created_at: Mapped[datetime]


class StoredAnswer(Row):
    """The first answer given under an idempotency key, kept for seven days."""

    __tablename__ = "stored_answer"
    __table_args__ = (Index("ix_stored_answer_created_at", "created_at"),)

    actor_id: Mapped[Key] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
