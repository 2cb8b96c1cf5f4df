"""What the service tasks of task_lifecycle and the processes it calls do to a plan task.

Rule: the diagram decides when; a handler writes the read model of the case and its history, and nothing else.
Source of the rules: requirements of the lifecycle, steps 1 to 12 (docs/glossary.md has the terms).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine import deadlines, signals
from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.errors import ConflictError
from engine.handlers import escalations, obstacles
from engine.handlers.content import change, day_of, due_day, invalid, plan_task_of, take_content
from engine.handlers.succession import successor_in_force
from engine.models.columns import new_id
from engine.models.directory import Agency
from engine.models.plan import PlanTask, PlanTaskExtension
from engine.queries import calendar as calendars
from engine.queries.plans import due_of
from engine.queries.rounds import is_bound
from engine.runtime import Transaction

__all__ = [
    "accept_plan_task",
    "accept_result",
    "alert_leader",
    "approve_plan_task",
    "assign_plan_task",
    "cancel_plan_task",
    "clear_obstacle",
    "close_plan_task",
    "flag_obstacle",
    "grant_extension",
    "open_plan_task",
    "record_progress",
    "record_silent_opinions",
    "refuse_extension",
    "reject_proposal",
    "remind",
    "report_plan_task",
    "request_extension",
    "return_for_rework",
    "return_proposal",
    "start_execution",
    "transfer_plan_task",
    "treat_as_accepted",
]

_DEFAULTS: Mapping[str, Any] = {
    "round": 1,
    "returns": 0,
    "opinions": [],
    "coordinators": [],
    "cross_agency": False,
    "budget_needed": False,
    "progress": 0,
    "request": "",
}
_LATEST_REMINDER_DAYS = 1


def open_plan_task(tx: Transaction, case: Case) -> dict[str, Any]:
    """Have a plan task for the case: the one of its round, or a new one; give what later expressions need."""
    known = case.variables
    task = tx.session.get(PlanTask, known["plan_task"]) if known.get("plan_task") else None
    if task is None:
        task = plan_task_of(tx, case)
        tx.session.add(task)
    task.instance_id, case.plan_task_id = case.id, task.id
    if task.closed_at is not None:
        change(case, task, status="draft", closed_at=None, accepted_report_at=None, late=None)
    taken = take_content(tx, case, task) | {"plan_task": task.id}
    return {name: value for name, value in _DEFAULTS.items() if known.get(name) is None} | taken


def return_proposal(tx: Transaction, case: Case) -> None:
    """The proposal goes back to the officer."""
    _turn(tx, case, "returned")


def reject_proposal(tx: Transaction, case: Case) -> None:
    """The proposal is refused for good."""
    task = _turn(tx, case, "cancelled")
    task.closed_at = tx.now


def record_silent_opinions(tx: Transaction, case: Case) -> dict[str, Any]:
    """Coordinating agencies that said nothing in time have no opinion; never: consent."""
    del tx
    opinions = list(case.variables.get("opinions") or [])
    heard = {entry.get("coordinator") for entry in opinions}
    silent = [code for code in case.variables.get("coordinators") or [] if code not in heard]
    entries = [{"coordinator": code, "decision": "no_opinion", "comment": "không có ý kiến"} for code in silent]
    return {"opinions": opinions + entries}


def approve_plan_task(tx: Transaction, case: Case) -> dict[str, Any]:
    """The proposal is approved: from now on its first due date is kept."""
    task = _plan_task(tx, case)
    taken = take_content(tx, case, task)
    if not (task.deliverable or "").strip():
        raise ConflictError(
            "Nhiệm vụ chưa xác định sản phẩm đầu ra thì không được phê duyệt.",
            "A task without a declared deliverable may not be approved.",
        )
    if task.original_due_date is None:
        task.original_due_date = task.due_date
    _turn(tx, case, "approved")
    return taken


def assign_plan_task(tx: Transaction, case: Case) -> None:
    """The task is given to its lead agency."""
    task = _turn(tx, case, "assigned")
    _admit(tx, case, task.agency)


def accept_plan_task(tx: Transaction, case: Case) -> None:
    """The lead agency accepts."""
    _turn(tx, case, "accepted")


def treat_as_accepted(tx: Transaction, case: Case) -> None:
    """Silence after the reminder counts as acceptance."""
    _turn(tx, case, "accepted", by="silence")


def start_execution(tx: Transaction, case: Case) -> None:
    """Work begins, or goes on after an extension; a returned result stays in rework until there is progress."""
    if _plan_task(tx, case).status != "rework":
        _turn(tx, case, "in_progress")


def record_progress(tx: Transaction, case: Case) -> None:
    """Work goes on: how far it has come."""
    _turn(tx, case, "in_progress", progress=int(case.variables["progress"]))


def remind(tx: Transaction, case: Case) -> None:
    """A due date comes near: announce it to who owes it, unless the day for saying so has long passed."""
    task = _plan_task(tx, case)
    if not is_bound(tx.session.get_one(Agency, task.agency)):
        return
    left = case.properties.get("working_days_left")
    today = deadlines.local_date(tx.now)
    if left is not None and task.due_date is not None:
        meant = calendars.current(tx).for_agency(case.agency).add(task.due_date, -int(left))
        if (today - meant).days > _LATEST_REMINDER_DAYS:
            return
    case.record(Happening("plan-task-reminded", case.element_id, data={"plan_task": task.id}))
    signals.task_reminded.send(tx, case=case, plan_task=task, element_id=case.element_id or "")


def request_extension(tx: Transaction, case: Case) -> None:
    """Note the wish for a later due date. It must be later, and asked before the one in force has passed."""
    task = _plan_task(tx, case)
    wished = day_of(case.variables.get("new_due_date"))
    if task.due_date is None or wished is None or wished <= task.due_date:
        raise invalid("new_due_date", "later", "Thời hạn mới phải sau thời hạn hiện tại.", "It must be later.")
    if deadlines.local_date(tx.now) > task.due_date:
        raise invalid(
            "new_due_date",
            "expired",
            "Thời hạn đã qua, không còn được đề nghị gia hạn.",
            "The due date has passed; an extension must be asked for before it.",
        )
    tx.session.add(
        PlanTaskExtension(
            id=new_id(),
            plan_task_id=task.id,
            old_due_date=task.due_date,
            new_due_date=wished,
            reason=case.variables.get("comment") or "",
            requested_by=tx.actor.person_id,
            requested_at=tx.now,
            state="requested",
        )
    )


def grant_extension(tx: Transaction, case: Case) -> dict[str, Any]:
    """The later due date comes into force; the original one is kept."""
    wish = _decide_extension(tx, case, "granted")
    task = _plan_task(tx, case)
    day = due_day(tx, case, task, wish.new_due_date)
    change(case, task, due_date=day, extension_count=task.extension_count + 1)
    escalations.settle(tx, case, "extended")
    return {"due_date": day.isoformat()}


def refuse_extension(tx: Transaction, case: Case) -> None:
    """A request made while executing is refused; for an extension the wish is marked so."""
    if case.variables.get("request") == "request_extension":
        _decide_extension(tx, case, "refused")


def flag_obstacle(tx: Transaction, case: Case) -> None:
    """Something blocks the work: the task has a flag until it is gone, and a report is begun; its clock goes on."""
    task = _plan_task(tx, case)
    change(case, task, obstacle=True)
    obstacles.begin(tx, case, task)


def clear_obstacle(tx: Transaction, case: Case) -> None:
    """What blocked the work is gone."""
    change(case, _plan_task(tx, case), obstacle=False)


def cancel_plan_task(tx: Transaction, case: Case) -> None:
    """The approver lets the task be cancelled."""
    task = _turn(tx, case, "cancelled")
    task.closed_at = tx.now


def transfer_plan_task(tx: Transaction, case: Case) -> dict[str, Any]:
    """The task goes to another agency: the one named, or the successor of the present one."""
    task = _plan_task(tx, case)
    code = case.variables.get("new_agency") or successor_in_force(tx, task.agency)
    agency = tx.session.get(Agency, code) if code else None
    if agency is None or not agency.in_force(deadlines.local_date(tx.now)):
        raise invalid(
            "new_agency", "unknown", "Không có cơ quan này hoặc cơ quan đã hết hiệu lực.", "No such agency in force."
        )
    change(case, task, agency=agency.code, status="transferred")
    escalations.settle(tx, case, "transferred")
    case.agency = agency.code
    _admit(tx, case, agency.code)
    return {"agency": agency.code, "new_agency": None}


def report_plan_task(tx: Transaction, case: Case) -> None:
    """The result is reported; the first time is kept."""
    task = _turn(tx, case, "reported")
    task.reported_at = task.reported_at or tx.now
    task.last_report_at, task.progress = tx.now, int(case.variables.get("progress") or task.progress)
    escalations.settle(tx, case, "submitted")


def return_for_rework(tx: Transaction, case: Case) -> dict[str, Any]:
    """The result goes back, with a new due date when one is given."""
    task = _plan_task(tx, case)
    given = day_of(case.variables.get("new_due_date"))
    if given is not None and given < deadlines.local_date(tx.now):
        raise invalid("new_due_date", "past", "Thời hạn hoàn thiện không được ở quá khứ.", "It may not be in the past.")
    asked = given or task.due_date
    day = due_day(tx, case, task, asked) if asked is not None else None
    change(case, task, status="rework", return_count=task.return_count + 1, due_date=day)
    return {"due_date": day.isoformat()} if day else {}


def alert_leader(tx: Transaction, case: Case) -> None:
    """The result has been returned too often: the City's leader is told."""
    task = _plan_task(tx, case)
    case.record(Happening("plan-task-leader-alerted", case.element_id, data={"returns": task.return_count}))
    signals.leader_alerted.send(tx, case=case, plan_task=task)


def accept_result(tx: Transaction, case: Case) -> None:
    """The result is accepted: the report accepted now is the one that counts for on time or late."""
    task = _turn(tx, case, "done")
    task.accepted_report_at = task.last_report_at or tx.now
    due = due_of(tx, task.agency, task.due_date)
    task.late = due is not None and deadlines.local_date(task.accepted_report_at) > due


def close_plan_task(tx: Transaction, case: Case) -> dict[str, Any]:
    """The task is closed and falls into its bucket."""
    task = _plan_task(tx, case)
    task.closed_at = tx.now
    accepted = deadlines.local_date(task.accepted_report_at) if task.accepted_report_at else None
    due = due_of(tx, task.agency, task.due_date)
    bucket = deadlines.bucket(due, accepted, deadlines.local_date(tx.now), is_open=False)
    case.record(Happening("plan-task-closed", case.element_id, data={"plan_task": task.id, "bucket": bucket}))
    return {"bucket": bucket}


def _plan_task(tx: Transaction, case: Case) -> PlanTask:
    return tx.session.get_one(PlanTask, case.plan_task_id)


def _turn(tx: Transaction, case: Case, status: str, **facts: Any) -> PlanTask:
    task = _plan_task(tx, case)
    change(case, task, status=status, **facts)
    return task


def _decide_extension(tx: Transaction, case: Case, state: str) -> PlanTaskExtension:
    query = select(PlanTaskExtension).where(
        PlanTaskExtension.plan_task_id == case.plan_task_id, PlanTaskExtension.state == "requested"
    )
    wish = tx.session.scalars(query).one()
    wish.state, wish.decided_by, wish.decided_at = state, tx.actor.person_id, tx.now
    return wish


def _admit(tx: Transaction, case: Case, agency: str) -> None:
    del tx
    case.admit([f"agency:{agency}"])
