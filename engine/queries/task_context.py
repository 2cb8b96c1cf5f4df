"""What whoever has a task to do needs to know of the plan task that it is about; it only tells what the case holds.

Rule: facts for reading, of cases that the reader sees; the form of the task says what is to be filled in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from engine.models.audit import AuditEvent
from engine.models.directory import Person
from engine.models.plan import PlanTask
from engine.models.task import TaskAttachment
from engine.queries.evidence import files_of
from engine.queries.tasks import TaskView
from engine.runtime import Transaction

_DECIDES_REQUEST = "decide_request"
_RETURNS = frozenset({"return_for_rework", "reject"})
_JUDGEMENTS = _RETURNS | {"submit", "approve", "accept"}
_LOOKED_BACK = 100


@dataclass(frozen=True)
class Returned:
    """The latest judgement in the case, where it sent the work back: whose, why and when."""

    by: Person | None
    comment: str | None
    at: datetime


@dataclass(frozen=True)
class Request:
    """What is asked of whoever decides: the verb of the glossary, what it would change, and why."""

    kind: str
    new_due_date: str | None
    new_agency: str | None
    reason: str | None


@dataclass(frozen=True)
class TaskContext:
    """What a task is about. `evidence` is what was given last, `attachments` are all files of the case."""

    plan_task: PlanTask
    business_key: str | None
    returned: Returned | None
    request: Request | None
    evidence: list[dict[str, str]]
    attachments: Sequence[TaskAttachment]


def context_of(tx: Transaction, task: TaskView) -> TaskContext | None:
    """What a task that the actor may see is about; None for one of a case without a plan task."""
    row = task.row
    plan_task = tx.session.get(PlanTask, row["case_plan_task_id"]) if row["case_plan_task_id"] else None
    if plan_task is None:
        return None
    return TaskContext(
        plan_task,
        row["business_key"],
        _returned(tx, row["instance_id"]),
        _request(row["case_variables"]) if task.element.id == _DECIDES_REQUEST else None,
        row["case_variables"].get("evidence") or [],
        files_of(tx, row["instance_id"]),
    )


def _returned(tx: Transaction, instance_id: str) -> Returned | None:
    """The latest judgement, if it was a return: what the officers did since then does not undo it."""
    query = (
        select(AuditEvent)
        .where(AuditEvent.instance_id == instance_id, AuditEvent.type == "element-completed")
        .where(AuditEvent.task_id.is_not(None), AuditEvent.data.is_not(None))
        .order_by(AuditEvent.seq.desc())
        .limit(_LOOKED_BACK)
    )
    for event in tx.session.scalars(query):
        values = orjson.loads(event.data or "{}").get("variables", {})
        decision = values.get("decision", {}).get("new")
        if decision in _JUDGEMENTS:
            return _return_of(tx, event, values) if decision in _RETURNS else None
    return None


def _return_of(tx: Transaction, event: AuditEvent, values: Mapping[str, Any]) -> Returned:
    by = tx.session.get(Person, event.actor_id) if event.actor_id else None
    return Returned(by, values.get("comment", {}).get("new"), event.at)


def _request(variables: Mapping[str, Any]) -> Request:
    kind = variables.get("request") or ""
    return Request(
        kind,
        variables.get("new_due_date") if kind == "request_extension" else None,
        variables.get("new_agency") if kind == "request_transfer" else None,
        variables.get("comment"),
    )
