"""Who waits for messages and signals: running cases, and processes that an event starts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row


class EventSubscription(Row):
    """A message or signal (`kind`) of that name that a running case waits for. `id` is known to the case's state.

    `correlation` is the canonical JSON of what a message must carry; the digests stand for it in the index, and for
    its value where it asks for one property only (engine/commands/correlation.py).
    """

    __tablename__ = "event_subscription"
    __table_args__ = (
        Index("ix_event_subscription_name", "kind", "name", "business_key"),
        Index("ix_event_subscription_correlation", "kind", "name", "correlation_digest"),
        Index("ix_event_subscription_instance_id", "instance_id"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    instance_id: Mapped[Key] = mapped_column(ForeignKey("process_instance.id"))
    kind: Mapped[Code]
    name: Mapped[str]
    element_id: Mapped[str]
    business_key: Mapped[str | None]
    correlation: Mapped[str] = mapped_column(Text)
    correlation_digest: Mapped[Code]
    sole_digest: Mapped[Code | None]
    created_at: Mapped[datetime]


class StartSubscription(Row):
    """A start event of a process's current version that waits for a message, a signal or a time (`kind`).

    `position` is its place among the event's definitions. For a timer, `rule` is its text and `next_due` the next
    firing (None: none is left), number `turn` counted from `anchor`, with `remaining` after it (None: without end);
    `derivation` says how that firing was counted on the calendar (None: it was not).
    """

    __tablename__ = "start_subscription"
    __table_args__ = (
        Index("ix_start_subscription_name", "kind", "name"),
        Index("ix_start_subscription_process_key", "process_key"),
        Index("ix_start_subscription_next_due", "next_due", "id"),
    )

    id: Mapped[Id]
    definition_id: Mapped[Key] = mapped_column(ForeignKey("process_definition.id"))
    process_key: Mapped[Code]
    element_id: Mapped[str]
    position: Mapped[int]
    kind: Mapped[Code]
    name: Mapped[str | None]
    rule: Mapped[str | None]
    next_due: Mapped[datetime | None]
    derivation: Mapped[dict[str, Any] | None]
    anchor: Mapped[datetime | None]
    turn: Mapped[int]
    remaining: Mapped[int | None]
