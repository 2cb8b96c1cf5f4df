"""Plans as data: obligations (templates), tags, and plan tasks (instances of an obligation at an agency)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row


class Plan(Row):
    """A plan document. `id` is its symbol and year, such as `179-KH-UBND-2025`."""

    __tablename__ = "plan"

    id: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[int]
    symbol: Mapped[str]
    full_symbol: Mapped[str]
    title_vi: Mapped[str]
    title_en: Mapped[str]
    issuer: Mapped[Code]
    issued_on: Mapped[date]
    end_date: Mapped[date | None]
    details: Mapped[dict[str, Any]]
    checksum: Mapped[str]
    version: Mapped[int]
    imported_at: Mapped[datetime]


class Obligation(Row):
    """What a clause of the plan binds agencies to. `id` is the plan id, a dot and `code`; `code` is ASCII.

    `leads` and `coordinators` hold agency and group codes as the plan names them; who is bound on a given day
    is resolved then.
    """

    __tablename__ = "obligation"
    __table_args__ = (Index("ix_obligation_plan", "plan_id", "position"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    plan_id: Mapped[Code] = mapped_column(ForeignKey("plan.id"))
    position: Mapped[int]
    code: Mapped[str]
    display_id: Mapped[str]
    source_clause: Mapped[str]
    title_vi: Mapped[str]
    title_en: Mapped[str]
    leads: Mapped[list[str]]
    coordinators: Mapped[list[str]]
    nature: Mapped[Code]
    process_key: Mapped[Code]
    assignment_mode: Mapped[Code]
    fan_out: Mapped[bool]
    evidence: Mapped[list[str]]
    report_to: Mapped[list[str]]
    period: Mapped[str | None]
    content_tags: Mapped[list[str]]
    channel_tags: Mapped[list[str]]
    parts: Mapped[list[Any]]
    version: Mapped[int]


class PlanTag(Row):
    """A content line (part II of the plan) or a channel (part III)."""

    __tablename__ = "plan_tag"

    plan_id: Mapped[Code] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    title_vi: Mapped[str]
    title_en: Mapped[str]
    parent_code: Mapped[str | None]
    position: Mapped[int]


class ObligationRound(Row):
    """One fan-out of an obligation: a plan task for every agency bound and in force on `opened_on`."""

    __tablename__ = "obligation_round"
    __table_args__ = (Index("ix_obligation_round_obligation", "obligation_id"),)

    id: Mapped[Id]
    obligation_id: Mapped[str] = mapped_column(ForeignKey("obligation.id"))
    number: Mapped[int]
    opened_on: Mapped[date]
    opened_by: Mapped[Key | None]
    due_date: Mapped[date | None]
    agencies: Mapped[list[str]]


class PlanTask(Row):
    """A task of one agency: content, and a read model of where its case stands. The diagram decides what happens.

    `original_due_date` never changes once approved; `due_date` is the one in force, `due_explanation` how it came
    about. `reported_at` is the first report, `last_report_at` the latest, `accepted_report_at` the one that was
    accepted: on time or late is decided by that one against `due_date` and kept in `late`. `urging_count` is how many
    urging notices were sent, the last of them on `urged_on`.
    """

    __tablename__ = "plan_task"
    __table_args__ = (
        Index("ix_plan_task_agency", "agency", "status"),
        Index("ix_plan_task_obligation", "obligation_id"),
        Index("ix_plan_task_instance", "instance_id"),
    )

    id: Mapped[Id]
    obligation_id: Mapped[str | None] = mapped_column(ForeignKey("obligation.id"))
    round_id: Mapped[Key | None] = mapped_column(ForeignKey("obligation_round.id"))
    instance_id: Mapped[Key | None]
    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    title: Mapped[str | None]
    deliverable: Mapped[str | None]
    unit_of_count: Mapped[str | None]
    start_date: Mapped[date | None]
    original_due_date: Mapped[date | None]
    due_date: Mapped[date | None]
    due_explanation: Mapped[dict[str, Any] | None]
    coordinators: Mapped[list[str]]
    content_tags: Mapped[list[str]]
    channel_tags: Mapped[list[str]]
    budget_amount: Mapped[int | None]
    route: Mapped[Code | None]
    status: Mapped[Code]
    round: Mapped[int]
    extension_count: Mapped[int]
    return_count: Mapped[int]
    progress: Mapped[int]
    obstacle: Mapped[bool]
    on_hold: Mapped[bool]
    reported_at: Mapped[datetime | None]
    last_report_at: Mapped[datetime | None]
    accepted_report_at: Mapped[datetime | None]
    late: Mapped[bool | None]
    reminded_on: Mapped[date | None]
    urged_on: Mapped[date | None]
    urging_count: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    simulated: Mapped[bool]
    version: Mapped[int]


class PlanTaskExtension(Row):
    """A request to move a due date, and what became of it."""

    __tablename__ = "plan_task_extension"
    __table_args__ = (Index("ix_plan_task_extension_task", "plan_task_id"),)

    id: Mapped[Id]
    plan_task_id: Mapped[Key] = mapped_column(ForeignKey("plan_task.id"))
    old_due_date: Mapped[date]
    new_due_date: Mapped[date]
    reason: Mapped[str]
    requested_by: Mapped[Key | None]
    requested_at: Mapped[datetime]
    state: Mapped[Code]
    decided_by: Mapped[Key | None]
    decided_at: Mapped[datetime | None]
