"""What the service tasks of urging do: remind of a due date, urge what is overdue, put it on the leadership's list.

Rule: the diagram and the table urging_ladder.dmn decide when and how; nobody is told on a day that is not worked, nor
twice a day, and bodies not subordinate to the City never (docs/decisions/0014-urging-ladder.md).
"""

from __future__ import annotations

from typing import Any

from engine import deadlines, signals
from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.handlers import escalations
from engine.handlers.escalations import kind_of
from engine.models.directory import Agency
from engine.models.plan import PlanTask
from engine.models.report import Report
from engine.models.urging_statements import PLAN_TASK_DUE, REPORT_DUE
from engine.queries import calendar as calendars
from engine.queries.ladders import NO_LADDER, STANDARD
from engine.queries.rounds import BOUND, is_bound
from engine.runtime import Transaction

__all__ = [
    "find_ladder",
    "list_for_leadership",
    "mark_overdue",
    "remind_report",
    "send_notice",
    "send_reminder",
    "urge_report",
]

# How many notices the versions that were drawn before there was a ladder wait for.
_NOTICES_IN_VAIN = 3


def find_ladder(tx: Transaction, case: Case) -> dict[str, Any]:
    """What is owed, and the ladder that holds for it: none for who owes nothing, and where there is no due date."""
    if case.plan_task_id is not None:
        owed, found = escalations.PLAN_TASK, tx.fetch(PLAN_TASK_DUE, plan_task_id=case.plan_task_id)
    else:
        owed, found = escalations.REPORT, tx.fetch(REPORT_DUE, report_id=case.variables.get("report") or "")
    is_bound_by_it = found is not None and found["due_date"] is not None and found["relation"] == BOUND
    ladder = found.get("urging_ladder", STANDARD) if found is not None and is_bound_by_it else NO_LADDER
    return {"owed": owed, "ladder": ladder}


def send_reminder(tx: Transaction, case: Case) -> None:
    """The due date comes near: announce it."""
    owed, today = _owed(tx, case), deadlines.local_date(tx.now)
    if owed.due_date is None or today > owed.due_date or owed.reminded_on == today or not _may_tell(tx, case, owed):
        return
    owed.reminded_on = today
    left = int(calendars.current(tx).for_agency(case.agency).count(today, owed.due_date))
    data = {kind_of(owed): owed.id, "working_days_left": left}
    if isinstance(owed, Report):
        case.record(Happening("report-reminded", case.element_id, data=data))
        signals.report_due_soon.send(tx, case=case, report=owed, working_days_left=left)
    else:
        case.record(Happening("plan-task-reminded", case.element_id, data=data))
        signals.task_reminded.send(tx, case=case, plan_task=owed, element_id=case.element_id or "")


def send_notice(tx: Transaction, case: Case) -> None:
    """The due date has passed: the next urging notice, in the form that the ladder names."""
    owed, today = _owed(tx, case), deadlines.local_date(tx.now)
    if not _is_overdue(tx, owed) or owed.urged_on == today or not _may_tell(tx, case, owed):
        return
    owed.urged_on, owed.urging_count = today, owed.urging_count + 1
    notice, form = owed.urging_count, (case.variables.get("rung") or {}).get("form") or "notice"
    data = {kind_of(owed): owed.id, "notice": notice, "form": form}
    if isinstance(owed, Report):
        case.record(Happening("report-urged", case.element_id, data=data))
        signals.report_overdue.send(tx, case=case, report=owed, notice=notice, form=form)
    else:
        case.record(Happening("plan-task-overdue", case.element_id, data=data))
        signals.plan_task_overdue.send(tx, case=case, plan_task=owed, notice=notice, form=form)


def list_for_leadership(tx: Transaction, case: Case) -> None:
    """Urged in vain: it goes on the list for the City's leadership."""
    owed = _owed(tx, case)
    if _is_overdue(tx, owed) and _is_bound(tx, owed):
        escalations.put_on_list(tx, case, owed)


def remind_report(tx: Transaction, case: Case) -> None:
    """A reminder of versions that were drawn before there was a ladder."""
    send_reminder(tx, case)


def urge_report(tx: Transaction, case: Case) -> None:
    """An urging notice of those versions; the third puts the report on the list."""
    send_notice(tx, case)
    if _owed(tx, case).urging_count >= _NOTICES_IN_VAIN:
        list_for_leadership(tx, case)


def mark_overdue(tx: Transaction, case: Case) -> None:
    """The one notice about a plan task of those versions."""
    send_notice(tx, case)


def _owed(tx: Transaction, case: Case) -> Report | PlanTask:
    if case.plan_task_id is not None:
        return tx.session.get_one(PlanTask, case.plan_task_id)
    return tx.session.get_one(Report, case.variables["report"])


def _is_overdue(tx: Transaction, owed: Report | PlanTask) -> bool:
    return owed.due_date is not None and deadlines.local_date(tx.now) > owed.due_date


def _is_bound(tx: Transaction, owed: Report | PlanTask) -> bool:
    return is_bound(tx.session.get_one(Agency, owed.agency))


def _may_tell(tx: Transaction, case: Case, owed: Report | PlanTask) -> bool:
    """Whether the agency may be told today: it owes what it is told of, and works."""
    calendar = calendars.current(tx).for_agency(case.agency)
    return calendar.is_working_day(deadlines.local_date(tx.now)) and _is_bound(tx, owed)
