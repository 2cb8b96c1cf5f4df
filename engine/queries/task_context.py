"""What whoever has a task to do needs to know of the plan task that it is about; it only tells what the case holds.

Rule: facts for reading, of cases that the reader sees; the form of the task says what is to be filled in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
        returns_of(tx, [row["instance_id"]]).get(row["instance_id"]),
        _request(row["case_variables"]) if task.element.id == _DECIDES_REQUEST else None,
        row["case_variables"].get("evidence") or [],
        files_of(tx, row["instance_id"]),
    )


def returns_of(tx: Transaction, instances: Collection[str]) -> dict[str, Returned]:
    """Those of these cases whose latest judgement sent the work back, by case; what came since does not undo it."""
    latest = {i: told for i, told in _judgements(tx, instances).items() if told[1]["decision"]["new"] in _RETURNS}
    query = select(Person).where(Person.id.in_({event.actor_id for event, _ in latest.values() if event.actor_id}))
    people = {person.id: person for person in tx.session.scalars(query)} if latest else {}
    return {
        instance_id: Returned(people.get(event.actor_id or ""), values.get("comment", {}).get("new"), event.at)
        for instance_id, (event, values) in latest.items()
    }


def _judgements(tx: Transaction, instances: Collection[str]) -> dict[str, tuple[AuditEvent, Mapping[str, Any]]]:
    """The latest judgement in each of these cases, with what was submitted."""
    query = (
        select(AuditEvent)
        .where(AuditEvent.instance_id.in_(instances), AuditEvent.type == "element-completed")
        .where(AuditEvent.task_id.is_not(None), AuditEvent.data.is_not(None))
        .order_by(AuditEvent.instance_id, AuditEvent.seq.desc())
    )
    found: dict[str, tuple[AuditEvent, Mapping[str, Any]]] = {}
    for event in tx.session.scalars(query):
        if event.instance_id not in found:
            values = orjson.loads(event.data or "{}").get("variables", {})
            if values.get("decision", {}).get("new") in _JUDGEMENTS:
                found[event.instance_id] = event, values
    return found


def _request(variables: Mapping[str, Any]) -> Request:
    kind = variables.get("request") or ""
    return Request(
        kind,
        variables.get("new_due_date") if kind == "request_extension" else None,
        variables.get("new_agency") if kind == "request_transfer" else None,
        variables.get("comment"),
    )
