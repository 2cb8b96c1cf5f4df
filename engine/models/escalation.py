"""What was urged in vain and stands on the list for the City's leadership.

Rule: a report, plan task or obstacle stands on it once; being listed again opens its row anew.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row


class Escalation(Row):
    """A report, plan task or obstacle (`kind`) on the leadership's list, until it is settled.

    `agency` owed it when it was listed, by `due_date`, after `notices` urging notices. `outcome` says what settled
    it: submitted, extended, transferred, missing, cancelled or completed; of an
    obstacle answered, returned, resolved, withdrawn or cancelled; None while it is open.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        UniqueConstraint("report_id"),
        UniqueConstraint("plan_task_id"),
        UniqueConstraint("obstacle_id"),
        Index("ix_escalation_list", "listed_at", "id"),
        Index("ix_escalation_instance", "instance_id"),
    )

    id: Mapped[Id]
    kind: Mapped[Code]
    report_id: Mapped[Key | None] = mapped_column(ForeignKey("report.id"))
    plan_task_id: Mapped[Key | None] = mapped_column(ForeignKey("plan_task.id"))
    obstacle_id: Mapped[Key | None] = mapped_column(ForeignKey("obstacle.id"))
    instance_id: Mapped[Key] = mapped_column(ForeignKey("process_instance.id"))
    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    due_date: Mapped[date]
    notices: Mapped[int]
    listed_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    outcome: Mapped[Code | None]
    simulated: Mapped[bool]
