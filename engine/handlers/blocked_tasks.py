"""What an obstacle does to the plan task that it blocks: a flag, another due date, a clock that stands still.

Rule: the flag stays while any obstacle of the task is open; a stopped clock gives back the working days it stood still.
A task whose clock is stopped has its case suspended, so that nothing of it fires or is urged meanwhile.
"""

from __future__ import annotations

import math
from datetime import date

from engine import deadlines
from engine.audit.chain import Happening
from engine.commands import due_changes
from engine.commands.case import Case, hold_case
from engine.commands.report_dates import Shift
from engine.handlers import escalations
from engine.handlers.content import change, due_day
from engine.models.columns import new_id
from engine.models.obstacle import Obstacle
from engine.models.plan import PlanTask, PlanTaskExtension
from engine.queries import calendar as calendars
from engine.queries import obstacles as queries
from engine.queries.plans import OPEN_STATUSES
from engine.runtime import Transaction

_DUE_DATE = "due_date"


def flag(tx: Transaction, found: Obstacle) -> None:
    """The task carries the flag of an obstacle."""
    task = _open_task(tx, found)
    if task is not None and not task.obstacle:
        change(_case(tx, task), task, obstacle=True)


def move(tx: Transaction, found: Obstacle, day: date, reason: str) -> None:
    """The task is due on another day, by an instruction; who was urged before is off the leadership's list."""
    task = _open_task(tx, found)
    if task is None or task.due_date is None or task.due_date == day:
        return
    _move(tx, _case(tx, task), task, day, reason)


def stop_clock(tx: Transaction, found: Obstacle, reason: str) -> None:
    """The clock of the task stands still until the obstacle is closed."""
    from engine.commands import instances  # a case is stopped by what begins it, which stands above this module

    task = _open_task(tx, found)
    if task is None:
        return
    found.held_on = deadlines.local_date(tx.now)
    if task.on_hold:
        return
    case = _case(tx, task)
    change(case, task, on_hold=True)
    if case.state == "active":
        instances.turn_case(case, "suspended", "process-suspended", reason)


def release(tx: Transaction, found: Obstacle) -> None:
    """The obstacle is closed: what it did to its task is undone, unless another obstacle still does the same."""
    task = _open_task(tx, found)
    if task is None:
        return
    others = queries.others_open(tx, task.id, found.id)
    if found.held_on is not None and not any(other.held_on for other in others):
        _go_on(tx, found, task)
    if task.obstacle and not others:
        change(_case(tx, task), task, obstacle=False)


def _go_on(tx: Transaction, found: Obstacle, task: PlanTask) -> None:
    from engine.commands import instances

    case, calendar, today = _case(tx, task), calendars.current(tx), deadlines.local_date(tx.now)
    stood = math.ceil(calendar.count(found.held_on or today, today))
    if task.due_date is not None and stood > 0:
        _move(tx, case, task, calendar.add(task.due_date, stood), "Tính tiếp thời hạn sau khi vướng mắc được tháo gỡ.")
    change(case, task, on_hold=False)
    if case.state == "suspended":
        instances.turn_case(case, "active", "process-resumed", "Vướng mắc đã được tháo gỡ.")


def _move(tx: Transaction, case: Case, task: PlanTask, day: date, reason: str) -> None:
    old = task.due_date or day
    rolled = due_day(tx, case, task, day)
    tx.session.add(_extension(tx, task, old, rolled, reason))
    change(case, task, due_date=rolled, extension_count=task.extension_count + 1)
    shift = Shift(_DUE_DATE, deadlines.end_of_day(old), deadlines.end_of_day(rolled))
    due_changes.carry_out(tx, case, due_changes.following(tx, case.id, [shift]), {"reason": reason})
    data = {"plan_task": task.id, "due": {"old": old.isoformat(), "new": rolled.isoformat()}, "reason": reason}
    case.record(Happening("plan-task-moved", data=data))
    escalations.settle(tx, case, "extended")


def _extension(tx: Transaction, task: PlanTask, old: date, new: date, reason: str) -> PlanTaskExtension:
    return PlanTaskExtension(
        id=new_id(),
        plan_task_id=task.id,
        old_due_date=old,
        new_due_date=new,
        reason=reason,
        requested_at=tx.now,
        state="granted",
        decided_by=tx.actor.person_id,
        decided_at=tx.now,
    )


def _open_task(tx: Transaction, found: Obstacle) -> PlanTask | None:
    task = tx.session.get(PlanTask, found.plan_task_id) if found.plan_task_id else None
    return task if task is not None and task.instance_id and task.status in OPEN_STATUSES else None


def _case(tx: Transaction, task: PlanTask) -> Case:
    return hold_case(tx, task.instance_id or "")
