"""Remarks on a task."""

from __future__ import annotations

from collections.abc import Sequence

from engine import access, signals
from engine.access import Actor
from engine.audit.chain import Happening
from engine.commands import tasks
from engine.commands.case import Case
from engine.errors import FieldProblem, InvalidDataError, NotFoundError
from engine.models.columns import new_id
from engine.models.task import TaskComment
from engine.queries.directory import grants_of_person
from engine.runtime import Transaction

LONGEST = 10_000


def add(tx: Transaction, task_id: str, text: str, mentions: Sequence[str] = ()) -> TaskComment:
    """Add a remark of 1 to 10,000 characters to a task that the actor works on or may take.

    `mentions` are ids of persons to call in: each must be one who may see the case, and is told.
    """
    task = tasks.locked(tx, task_id, "comment")
    if not text.strip() or len(text) > LONGEST:
        message_vi = f"Ý kiến phải có từ 1 đến {LONGEST} ký tự."
        raise InvalidDataError(
            [FieldProblem("text", "length", message_vi, f"A comment has 1 to {LONGEST} characters.")]
        )
    called = sorted(set(mentions))
    _require_insiders(tx, task.case, called)
    comment = TaskComment(
        id=new_id(),
        task_id=task_id,
        person_id=tx.actor.person_id or "",
        text=text,
        mentions=called,
        created_at=tx.now,
    )
    tx.session.add(comment)
    told = {"comment": comment.id, "text": text} | ({"mentions": called} if called else {})
    task.case.record(Happening("task-commented", task.element.id, task_id, told))
    for person_id in called:
        signals.person_mentioned.send(tx, case=task.case, task_id=task_id, comment_id=comment.id, person_id=person_id)
    return comment


def _require_insiders(tx: Transaction, case: Case, people: Sequence[str]) -> None:
    """Raise InvalidDataError for anybody who may not see the case, in the words for anybody who does not exist."""
    strangers = [person_id for person_id in people if not _is_insider(tx, case, person_id)]
    if strangers:
        listed = ", ".join(strangers)
        message_vi = f"Không nhắc đến được người không tham gia hồ sơ: {listed}."
        raise InvalidDataError(
            [FieldProblem("mentions", "unknown", message_vi, f"No such person in this case: {listed}.")]
        )


def _is_insider(tx: Transaction, case: Case, person_id: str) -> bool:
    try:
        grants = grants_of_person(tx, person_id)
    except NotFoundError:
        return False
    return access.sees_case(Actor(person_id, grants=grants), case.parties, case.started_by)
