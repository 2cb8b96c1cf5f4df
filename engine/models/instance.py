"""Process instances: the live state of a case, and who may see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row


class ProcessInstance(Row):
    """One case. `tree` holds the live tokens only; the past is in the audit events.

    `version` grows by one with every change; `audit_seq` and `audit_head` are the head of its hash chain.
    `parties` repeats the rows of `instance_party` so that a step need not read them.
    """

    __tablename__ = "process_instance"
    __table_args__ = (
        Index("ix_process_instance_list", "state", "started_at", "id"),
        Index("ix_process_instance_business_key", "business_key"),
    )

    id: Mapped[Id]
    definition_id: Mapped[Key] = mapped_column(ForeignKey("process_definition.id"))
    process_key: Mapped[Code]
    process_version: Mapped[int]
    business_key: Mapped[str | None]
    agency: Mapped[Code | None]
    plan_task_id: Mapped[Key | None]
    state: Mapped[Code]
    version: Mapped[int]
    tree: Mapped[bytes] = mapped_column(LargeBinary)
    variables: Mapped[dict[str, Any]]
    tokens: Mapped[list[Any]]
    parties: Mapped[list[str]]
    audit_seq: Mapped[int]
    audit_head: Mapped[bytes] = mapped_column(LargeBinary)
    started_at: Mapped[datetime]
    started_by: Mapped[Key | None]
    ended_at: Mapped[datetime | None]
    simulated: Mapped[bool]


class InstanceParty(Row):
    """One group that may see an instance: `agency:CODE` (its officers, heads and clerks) or `ROLE@CODE`."""

    __tablename__ = "instance_party"
    __table_args__ = (Index("ix_instance_party_party", "party", "instance_id"),)

    instance_id: Mapped[Key] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    party: Mapped[str] = mapped_column(primary_key=True)
