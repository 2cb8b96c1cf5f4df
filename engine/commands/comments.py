"""Remarks on a task."""

from __future__ import annotations

from engine.audit.chain import Happening
from engine.commands import tasks
from engine.errors import FieldProblem, InvalidDataError
from engine.models.columns import new_id
from engine.models.task import TaskComment
from engine.runtime import Transaction

LONGEST = 10_000


def add(tx: Transaction, task_id: str, text: str) -> TaskComment:
    """Add a remark of 1 to 10,000 characters to a task that the actor works on or may take."""
    task = tasks.locked(tx, task_id, "comment")
    if not text.strip() or len(text) > LONGEST:
        message_vi = f"Ý kiến phải có từ 1 đến {LONGEST} ký tự."
        raise InvalidDataError(
            [FieldProblem("text", "length", message_vi, f"A comment has 1 to {LONGEST} characters.")]
        )
    comment = TaskComment(
        id=new_id(), task_id=task_id, person_id=tx.actor.person_id or "", text=text, created_at=tx.now
    )
    tx.session.add(comment)
    task.case.record(Happening("task-commented", task.element.id, task_id, {"comment": comment.id, "text": text}))
    return comment
