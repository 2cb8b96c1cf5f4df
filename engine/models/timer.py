"""Armed timers: due instants found by index, never by opening instances."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Key, Row


class Timer(Row):
    """One waiting timer of an instance. `id` is the timer's id in the instance's state; `occurrence` counts the
    repetitions of a cycle, from 0. `derivation` says how `due_at` was counted on the calendar (None: it was not).
    """

    __tablename__ = "timer"
    __table_args__ = (Index("ix_timer_due_at", "due_at", "id"), Index("ix_timer_instance_id", "instance_id"))

    id: Mapped[Key] = mapped_column(primary_key=True)
    instance_id: Mapped[Key] = mapped_column(ForeignKey("process_instance.id"))
    element_id: Mapped[str]
    due_at: Mapped[datetime]
    repeats: Mapped[bool]
    occurrence: Mapped[int]
    derivation: Mapped[dict[str, Any] | None]


class TimerFiring(Row):
    """One occurrence of a timer that was dealt with. The key keeps it from being dealt with twice."""

    __tablename__ = "timer_firing"
    __table_args__ = (Index("ix_timer_firing_instance_id", "instance_id"),)

    timer_id: Mapped[Key] = mapped_column(primary_key=True)
    occurrence: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[Key] = mapped_column(ForeignKey("process_instance.id"))
    element_id: Mapped[str]
    due_at: Mapped[datetime]
    fired_at: Mapped[datetime]
