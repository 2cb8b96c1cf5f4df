"""Keeping what a person has filled in and not submitted yet.

Rule: a draft belongs to its writer alone; saving one changes nothing of the task or its case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import access
from engine.errors import FieldProblem, ForbiddenError, InvalidDataError, StaleVersionError, TaskClosedError
from engine.models.task import TaskDraft
from engine.queries import tasks
from engine.runtime import Transaction


def save(tx: Transaction, task_id: str, variables: Mapping[str, Any], expected_version: int | None = None) -> TaskDraft:
    """Replace the actor's draft of a task. Values may be incomplete, but must belong to the form.

    `expected_version` is the draft's version the actor has read (0: none yet; None: does not matter).
    """
    task = tasks.get(tx, task_id)
    if task.row["state"] != "open":
        raise TaskClosedError(task_id, task.row["closed_at"])
    access.require(tx.actor, "draft", task.facts)
    person_id = tx.actor.person_id
    if person_id is None:
        raise ForbiddenError("draft", "Hệ thống không lập bản nháp.", "The system keeps no drafts.")
    if task.element.form is not None:
        _require_declared(variables, {field.id for field in task.element.form.fields})
    # Locked, or of two windows that have read the same version both would win on PostgreSQL.
    draft = tx.session.get(TaskDraft, (task_id, person_id), with_for_update=True)
    version = draft.version if draft else 0
    if expected_version not in (None, version):
        raise StaleVersionError(expected_version or 0, version)
    if draft is None:
        draft = TaskDraft(task_id=task_id, person_id=person_id)
        tx.session.add(draft)
    draft.variables, draft.version, draft.saved_at = dict(variables), version + 1, tx.now
    return draft


def _require_declared(variables: Mapping[str, Any], declared: set[str]) -> None:
    unknown = [name for name in variables if name not in declared]
    if unknown:
        raise InvalidDataError(
            [
                FieldProblem(n, "undeclared", "Biểu mẫu không có trường này.", "The form has no such field.")
                for n in unknown
            ]
        )
