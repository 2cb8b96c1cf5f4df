"""User tasks: the index of what waits for a person, with what people attach to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row

_OPEN = text("state = 'open'")


class UserTask(Row):
    """One step that waits, or waited, for a person. `id` is the token's id in the instance's state.

    `candidate_group` is the first of `candidate_groups` (`ROLE@AGENCY`); further ones stand in `task_candidate`.
    `owner_id` is set while the task is delegated: `assignee_id` works, the owner takes it back. `closed_for` is the
    absent person in whose place `closed_by` completed it.
    """

    __tablename__ = "user_task"
    __table_args__ = (
        Index(
            "ix_user_task_candidate",
            "candidate_group",
            "created_at",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_user_task_assignee", "assignee_id", "created_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_user_task_instance", "instance_id", "element_id"),
    )

    id: Mapped[Id]
    instance_id: Mapped[Key] = mapped_column(ForeignKey("process_instance.id"))
    process_key: Mapped[Code]
    element_id: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    business_key: Mapped[str | None]
    agency: Mapped[Code | None]
    state: Mapped[Code]
    version: Mapped[int]
    assignee_id: Mapped[Key | None]
    owner_id: Mapped[Key | None]
    candidate_group: Mapped[str | None]
    candidate_groups: Mapped[list[str]]
    locals: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    due_explanation: Mapped[dict[str, Any] | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[Key | None]
    closed_for: Mapped[Key | None]


class TaskCandidate(Row):
    """A further candidate group of an open task."""

    __tablename__ = "task_candidate"
    __table_args__ = (Index("ix_task_candidate_group", "candidate_group", "created_at", "task_id"),)

    task_id: Mapped[Key] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    candidate_group: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class TaskDraft(Row):
    """What a person has filled in and not submitted yet; one per task and person."""

    __tablename__ = "task_draft"

    task_id: Mapped[Key] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    person_id: Mapped[Key] = mapped_column(primary_key=True)
    variables: Mapped[dict[str, Any]]
    version: Mapped[int]
    saved_at: Mapped[datetime]


class TaskComment(Row):
    """A remark on a task, in the order of writing. `mentions` are the ids of the persons it calls in."""

    __tablename__ = "task_comment"
    __table_args__ = (Index("ix_task_comment_task", "task_id", "created_at"),)

    id: Mapped[Id]
    task_id: Mapped[Key] = mapped_column(ForeignKey("user_task.id"))
    person_id: Mapped[Key]
    text: Mapped[str]
    mentions: Mapped[list[str]]
    created_at: Mapped[datetime]


class TaskAttachment(Row):
    """A file given as evidence with a task. `sha256` is the hex digest of `content`."""

    __tablename__ = "task_attachment"
    __table_args__ = (Index("ix_task_attachment_task", "task_id", "created_at"),)

    id: Mapped[Id]
    task_id: Mapped[Key] = mapped_column(ForeignKey("user_task.id"))
    person_id: Mapped[Key]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime]
