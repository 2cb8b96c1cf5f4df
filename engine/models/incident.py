"""Incidents: steps that could not be carried out, kept until their cause is gone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row

_OPEN = text("state = 'open'")


class Incident(Row):
    """One step of a case that failed, and what is to be tried again.

    `kind` is start, completion, timer or message; `subject` the id of the task, timer or message, or the start event
    (None: the plain one). `next_retry_at` is None when only somebody can bring it on; `retries_left` counts the
    automatic ones. `resolved_by` is None while it is open, and when the system resolved it.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_instance", "instance_id", "state"),
        Index("ix_incident_list", "created_at", "id"),
        Index("ix_incident_due", "next_retry_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[Id]
    instance_id: Mapped[Key] = mapped_column(ForeignKey("process_instance.id"))
    element_id: Mapped[str]
    kind: Mapped[Code]
    subject: Mapped[str | None]
    message: Mapped[str]
    message_en: Mapped[str]
    trace_id: Mapped[Code]
    state: Mapped[Code]
    created_at: Mapped[datetime]
    retries_left: Mapped[int]
    next_retry_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[Key | None]
