"""What must leave the process, and what waits in somebody's inbox: written with the change that causes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row

PENDING = text("state IN ('new', 'held', 'leased')")
_DEAD = text("state = 'dead'")


class OutboxMessage(Row):
    """One message to one recipient through one channel. `dedupe_key` names event, recipient and channel.

    `recipient` is whom the rule named (`person:ID`, `ROLE@AGENCY`), `recipient_id` who that was: a person, or a
    webhook. Addresses are looked up when the message is sent.

    `state` is new; held (for the morning's digest); leased (until `lease_until`, under the number `fence`); bundled
    (into the digest `bundled_in`, whose fate it shares); sent, dead or cancelled. While it waits, `next_at` is when
    it is due again. A message of the inbox is sent by being there; `read_at` is when its person saw it.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        Index("ix_outbox_message_pending", "channel", "next_at", sqlite_where=PENDING, postgresql_where=PENDING),
        Index("ix_outbox_message_dead", "created_at", "id", sqlite_where=_DEAD, postgresql_where=_DEAD),
        Index("ix_outbox_message_recipient", "recipient_id", "channel", "created_at", "id"),
        Index("ix_outbox_message_bundle", "bundled_in"),
    )

    id: Mapped[Id]
    dedupe_key: Mapped[str]
    topic: Mapped[Code]
    channel: Mapped[Code]
    recipient: Mapped[str]
    recipient_id: Mapped[Key]
    instance_id: Mapped[Key | None]
    payload: Mapped[dict[str, Any]]
    state: Mapped[Code]
    attempts: Mapped[int]
    fence: Mapped[int]
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    bundled_in: Mapped[Key | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class StoredAnswer(Row):
    """The first answer given under an idempotency key, kept for seven days."""

    __tablename__ = "stored_answer"
    __table_args__ = (Index("ix_stored_answer_created_at", "created_at"),)

    actor_id: Mapped[Key] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
