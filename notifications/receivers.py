"""Signal → rules → outbox rows, in the transaction that sends the signal.

Rule: a receiver writes rows and nothing else; channels read the rows later and do the sending.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine import signals
from engine.bpmn.process import OpenedTask
from engine.commands.case import Case
from engine.models import PlanTask
from engine.models.columns import new_id
from engine.models.statements import INSERT_MESSAGE
from engine.runtime import Transaction
from notifications import rules
from notifications.rules import Notice


def connect() -> None:
    """Have this package hear the engine; calling it again changes nothing."""
    signals.task_created.connect(on_task_created)
    signals.task_assigned.connect(on_task_assigned)
    signals.task_reminded.connect(on_task_reminded)
    signals.plan_task_overdue.connect(on_plan_task_overdue)
    signals.leader_alerted.connect(on_leader_alerted)


def on_task_created(tx: Transaction, *, case: Case, task: OpenedTask) -> None:
    """Tell those a new task is offered to."""
    _post(tx, case, rules.task_offered(task.id, task.element.id, task.groups, task.assignee))


def on_task_assigned(tx: Transaction, *, case: Case, task_id: str, person_id: str, element_id: str) -> None:
    """Tell the person a task was given to."""
    _post(tx, case, rules.task_given(task_id, element_id, person_id, case.version))


def on_task_reminded(tx: Transaction, *, case: Case, plan_task: PlanTask, element_id: str) -> None:
    """Remind the agency of a due date."""
    _post(tx, case, rules.plan_task_reminder(plan_task.id, plan_task.agency, element_id, _day(plan_task)))


def on_plan_task_overdue(tx: Transaction, *, case: Case, plan_task: PlanTask) -> None:
    """Tell the agency and the urging office that a due date has passed."""
    _post(tx, case, rules.plan_task_overdue(plan_task.id, plan_task.agency, _day(plan_task)))


def on_leader_alerted(tx: Transaction, *, case: Case, plan_task: PlanTask) -> None:
    """Tell the leader of a result that keeps coming back."""
    _post(tx, case, rules.leader_alert(plan_task.id, plan_task.return_count))


def _post(tx: Transaction, case: Case, notices: Iterable[Notice]) -> None:
    case.write(INSERT_MESSAGE, *(_row(tx, case, notice) for notice in notices))


def _row(tx: Transaction, case: Case, notice: Notice) -> dict[str, Any]:
    return {
        "id": new_id(),
        "dedupe_key": f"{notice.stage}:{notice.recipient}",
        "topic": notice.topic,
        "recipient": notice.recipient,
        "instance_id": case.id,
        "payload": notice.payload,
        "state": "new",
        "attempts": 0,
        "next_at": tx.now,
        "created_at": tx.now,
    }


def _day(plan_task: PlanTask) -> str | None:
    return plan_task.due_date.isoformat() if plan_task.due_date else None
