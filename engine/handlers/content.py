"""The content of a plan task: from the case's variables to its row, with every change on record."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine import deadlines
from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.errors import FieldProblem, InvalidDataError
from engine.models.columns import new_id
from engine.models.plan import Obligation, PlanTask
from engine.runtime import Transaction

_CONTENT = ("title", "deliverable", "unit_of_count", "budget_amount", "route")
_LISTS = ("coordinators", "content_tags", "channel_tags")
_DAYS = ("start_date", "due_date")


def plan_task_of(tx: Transaction, case: Case) -> PlanTask:
    """A new plan task for a case that was started by itself."""
    obligation_id = case.variables.get("obligation")
    if obligation_id and tx.session.get(Obligation, obligation_id) is None:
        raise invalid("obligation", "unknown", "Không có nội dung giao này.", "There is no such obligation.")
    if case.agency is None:
        raise invalid("agency", "required", "Phải chọn cơ quan chủ trì.", "The lead agency is required.")
    return new_plan_task(tx, case.agency, obligation_id)


def new_plan_task(tx: Transaction, agency: str, obligation_id: str | None) -> PlanTask:
    """An empty plan task of an agency, in draft."""
    return PlanTask(
        id=new_id(),
        obligation_id=obligation_id,
        agency=agency,
        coordinators=[],
        content_tags=[],
        channel_tags=[],
        status="draft",
        round=1,
        extension_count=0,
        return_count=0,
        progress=0,
        obstacle=False,
        on_hold=False,
        created_at=tx.now,
        simulated=tx.simulated,
        version=1,
    )


def take_content(tx: Transaction, case: Case, task: PlanTask) -> None:
    """Copy what the forms gathered into the plan task, and record what differs."""
    known = case.variables
    if known.get("obligation") and tx.session.get(Obligation, known["obligation"]) is None:
        raise invalid("obligation", "unknown", "Không có nội dung giao này.", "There is no such obligation.")
    values = {name: known[name] for name in _CONTENT if known.get(name) is not None}
    values |= {name: list(known[name]) for name in _LISTS if known.get(name) is not None}
    values |= {name: day_of(known[name]) for name in _DAYS if known.get(name)}
    if known.get("obligation"):
        values["obligation_id"] = known["obligation"]
    values["round"] = int(known.get("round") or 1)
    changed = {name: value for name, value in values.items() if getattr(task, name) != value}
    if changed:
        change(case, task, **changed)


def change(case: Case, task: PlanTask, by: str | None = None, **values: Any) -> None:
    """Set attributes of the plan task and record what they were."""
    changes = {name: {"old": plain(getattr(task, name)), "new": plain(value)} for name, value in values.items()}
    for name, value in values.items():
        setattr(task, name, value)
    task.version += 1
    data: dict[str, Any] = {"plan_task": task.id, "changes": changes}
    case.record(Happening("plan-task-changed", case.element_id, data=data | ({"by": by} if by else {})))


def day_of(value: Any) -> date | None:
    """The local date in a value; None for none."""
    return deadlines.as_date(value) if value else None


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    return value.isoformat() if isinstance(value, date) else value


def invalid(field: str, rule: str, message_vi: str, message_en: str) -> InvalidDataError:
    """The refusal of one field."""
    return InvalidDataError([FieldProblem(field, rule, message_vi, message_en)])
