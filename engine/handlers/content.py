"""The content of a plan task: from the case's variables to its row, with every change on record."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine import deadlines, explanations
from engine.audit.chain import Happening
from engine.calendar import ROLLS
from engine.commands.case import Case
from engine.deadlines import BY_DATE, Derivation
from engine.errors import FieldProblem, InvalidDataError
from engine.models.columns import new_id
from engine.models.plan import Obligation, PlanTask
from engine.queries import calendar as calendars
from engine.runtime import Transaction

_CONTENT = ("title", "deliverable", "unit_of_count", "budget_amount", "route")
_LISTS = ("coordinators", "content_tags", "channel_tags")
_DAYS = ("start_date", "due_date")


def plan_task_of(tx: Transaction, case: Case) -> PlanTask:
    """A new plan task for a case that was started by itself."""
    obligation_id = case.variables.get("obligation")
    require_obligation(tx, obligation_id)
    if case.agency is None:
        raise invalid("agency", "required", "Phải chọn cơ quan chủ trì.", "The lead agency is required.")
    return new_plan_task(tx, case.agency, obligation_id)


def require_obligation(tx: Transaction, obligation_id: str | None) -> Obligation | None:
    """The obligation named; None when none is. Raises InvalidDataError when there is no such."""
    found = tx.session.get(Obligation, obligation_id) if obligation_id else None
    if obligation_id and found is None:
        raise invalid("obligation", "unknown", "Không có nội dung giao này.", "There is no such obligation.")
    return found


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
        urging_count=0,
        created_at=tx.now,
        simulated=tx.simulated,
        version=1,
    )


def take_content(tx: Transaction, case: Case, task: PlanTask) -> dict[str, Any]:
    """Copy what the forms gathered into the plan task, and record what differs.

    Gives the variables that are to say what the plan task says: the due date, where it was rolled.
    """
    known = case.variables
    require_obligation(tx, known.get("obligation"))
    values = {name: known[name] for name in _CONTENT if name in known}
    values |= {name: list(known[name] or []) for name in _LISTS if name in known}
    values |= {name: day_of(known[name]) for name in _DAYS if name in known}
    if known.get("obligation"):
        values["obligation_id"] = known["obligation"]
    values["round"] = int(known.get("round") or 1)
    if values.get("due_date"):
        values["due_date"] = due_day(tx, case, task, values["due_date"])
    changed = {name: value for name, value in values.items() if getattr(task, name) != value}
    if changed:
        change(case, task, **changed)
    due = values.get("due_date")
    return {"due_date": due.isoformat()} if due is not None and due != day_of(known["due_date"]) else {}


def abandon(tx: Transaction, case: Case) -> None:
    """Cancel the plan task of a case that ends before its diagram has closed it; any other is left alone."""
    task = tx.session.get_one(PlanTask, case.plan_task_id)
    if task.instance_id != case.id or task.closed_at is not None:
        return
    case.element_id = None
    change(case, task, status="cancelled", closed_at=tx.now)
    case.record(Happening("plan-task-closed", data={"plan_task": task.id, "bucket": None}))


def due_day(tx: Transaction, case: Case, task: PlanTask, asked: date) -> date:
    """The day by which a plan task asked for by a date is due, rolled as `due_roll` of the case says; keeps why."""
    if task.due_explanation is not None and task.due_date == asked:
        return asked
    roll = case.variables.get("due_roll") or "none"
    if roll not in ROLLS:
        raise invalid("due_roll", "unknown", "Cách dời hạn không hợp lệ.", "It is none of next, previous, none.")
    calendar = calendars.current(tx)
    derivation = Derivation(
        BY_DATE, asked, roll=roll, agency=case.agency, calendar_version=calendar.version, text="due_date"
    )
    obligation = tx.session.get(Obligation, task.obligation_id) if task.obligation_id else None
    clause = obligation.source_clause if obligation is not None else None
    task.due_explanation = explanations.explain(derivation, calendar, deadlines.local_date(tx.now), clause)
    return deadlines.local_date(derivation.instant(calendar))


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
