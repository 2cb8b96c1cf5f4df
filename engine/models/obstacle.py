"""Obstacles: what blocks an agency's work, and what was answered or instructed.

Rule: obstacles that are the same hang together by `merged_into`; the answer to one is the answer to all.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row


class Obstacle(Row):
    """An obstacle that an agency reports: a read model of where its case stands.

    `plan_task_id` is the task that it blocks. `merged_into`: a similar obstacle that it is answered with. `answer` is
    the monitor's or the leader's; `instructed` are the cases of the tasks that an instruction opened; `held_on` is
    the day on which an instruction stopped the clock of the task.
    """

    __tablename__ = "obstacle"
    __table_args__ = (
        Index("ix_obstacle_list", "created_at", "id"),
        Index("ix_obstacle_agency", "agency"),
        Index("ix_obstacle_task", "plan_task_id"),
        Index("ix_obstacle_merged", "merged_into"),
    )

    id: Mapped[Id]
    obligation_id: Mapped[str | None] = mapped_column(ForeignKey("obligation.id"))
    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    plan_task_id: Mapped[Key | None] = mapped_column(ForeignKey("plan_task.id"))
    title: Mapped[str | None]
    text: Mapped[str | None]
    effect: Mapped[str | None]
    proposed_fix: Mapped[str | None]
    urgency: Mapped[Code | None]
    state: Mapped[Code]
    round: Mapped[int]
    merged_into: Mapped[Key | None] = mapped_column(ForeignKey("obstacle.id"))
    answer: Mapped[str | None]
    answered_by: Mapped[Code | None]
    answered_at: Mapped[datetime | None]
    instructed: Mapped[list[Any]]
    held_on: Mapped[date | None]
    reported_on: Mapped[date | None]
    instance_id: Mapped[Key]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    simulated: Mapped[bool]
    version: Mapped[int]
