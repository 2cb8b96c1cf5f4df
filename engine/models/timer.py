"""Armed timers: due instants found by index, never by opening instances."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Key, Row


class Timer(Row):
    """One waiting timer of an instance. `id` is the token's id in the instance's state."""

    __tablename__ = "timer"
    __table_args__ = (Index("ix_timer_due_at", "due_at", "id"), Index("ix_timer_instance_id", "instance_id"))

    id: Mapped[Key] = mapped_column(primary_key=True)
    instance_id: Mapped[Key] = mapped_column(ForeignKey("process_instance.id"))
    element_id: Mapped[str]
    due_at: Mapped[datetime]
    repeats: Mapped[bool]
