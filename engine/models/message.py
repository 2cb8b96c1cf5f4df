"""Messages and signals on their way between cases, and those that nobody has taken yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row

_WAITING = text("state = 'waiting'")


class Message(Row):
    """One message for whoever it fits, or one signal (`kind`) for the subscription `target_id`.

    `state` is waiting, delivered, expired, ambiguous (more than one fits) or failed; a waiting one is tried at
    `next_at`. `from_instance_id` and `element_id` say where a diagram threw it; without them `sent_by` posted it and
    it reaches what that person may reach. `delivered_to` is the case that took it. `correlation` is canonical JSON.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_next_at", "next_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_message_name", "name", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_message_from_instance_id", "from_instance_id"),
        Index("ix_message_settled_at", "settled_at"),
    )

    id: Mapped[Id]
    kind: Mapped[Code]
    name: Mapped[str]
    business_key: Mapped[str | None]
    agency: Mapped[Code | None]
    correlation: Mapped[str] = mapped_column(Text)
    variables: Mapped[dict[str, Any]]
    state: Mapped[Code]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    next_at: Mapped[datetime]
    sent_by: Mapped[Key | None]
    from_instance_id: Mapped[Key | None]
    element_id: Mapped[str | None]
    target_id: Mapped[Key | None]
    delivered_to: Mapped[Key | None]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
