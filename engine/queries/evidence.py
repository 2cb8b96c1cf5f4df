"""The files of a case that evidence may name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from engine.errors import FieldProblem, InvalidDataError
from engine.models.task import TaskAttachment, UserTask
from engine.runtime import Transaction

_UNKNOWN_VI = "Hồ sơ không có tệp đính kèm: {}."
_UNKNOWN_EN = "The case has no such attachment: {}."


def files_of(tx: Transaction, instance_id: str) -> Sequence[TaskAttachment]:
    """The files given with the tasks of a case, without their content, in the order of giving."""
    query = select(TaskAttachment).join(UserTask, UserTask.id == TaskAttachment.task_id)
    narrowed = query.where(UserTask.instance_id == instance_id)
    return tx.session.scalars(narrowed.order_by(TaskAttachment.created_at, TaskAttachment.id)).all()


def require_attachments(tx: Transaction, instance_id: str, named: Mapping[str, Sequence[str]]) -> None:
    """Raise InvalidDataError with each field that names a file which was not given with a task of the case."""
    if not named:
        return
    known = {file.id for file in files_of(tx, instance_id)}
    problems = [_unknown(field, [i for i in ids if i not in known]) for field, ids in named.items()]
    if any(problems):
        raise InvalidDataError([p for p in problems if p])


def _unknown(field: str, ids: Sequence[str]) -> FieldProblem | None:
    if not ids:
        return None
    listed = ", ".join(ids)
    return FieldProblem(field, "unknown", _UNKNOWN_VI.format(listed), _UNKNOWN_EN.format(listed))
