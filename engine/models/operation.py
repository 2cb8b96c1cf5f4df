"""Operations: work on many cases that was ordered once and is done case by case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row

_WAITING = text("state = 'waiting'")


class Operation(Row):
    """What was ordered: its kind (migration), for which process, with which arguments.

    It has no state of its own: it is done when none of its items waits.
    """

    __tablename__ = "operation"
    __table_args__ = (Index("ix_operation_list", "created_at", "id"),)

    id: Mapped[Id]
    kind: Mapped[Code]
    process_key: Mapped[Code]
    arguments: Mapped[dict[str, Any]]
    trace_id: Mapped[Code]
    created_at: Mapped[datetime]
    created_by: Mapped[Key | None]


class OperationItem(Row):
    """One case of an operation: waiting, done, refused, failed, or skipped (no longer what it was ordered for)."""

    __tablename__ = "operation_item"
    __table_args__ = (
        Index("ix_operation_item_waiting", "operation_id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    operation_id: Mapped[Key] = mapped_column(ForeignKey("operation.id"), primary_key=True)
    instance_id: Mapped[Key] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    state: Mapped[Code]
    result: Mapped[dict[str, Any]]
    finished_at: Mapped[datetime | None]
