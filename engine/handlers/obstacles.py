"""What the service tasks of obstacle_report and obstacle_answer do: what blocks, its answer, and whom that reaches.

Rule: the answer to an obstacle is the answer to all that were merged with it; the clock of a blocked task stops only
where an instruction says so.
Source: requirements 2(e); plan 179/KH-UBND, closing paragraph 3 (C.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from engine import deadlines, signals
from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.errors import NotFoundError
from engine.handlers import blocked_tasks
from engine.handlers.content import day_of, invalid, require_obligation
from engine.models.columns import new_id
from engine.models.directory import Agency
from engine.models.escalation import Escalation
from engine.models.obstacle import Obstacle
from engine.models.plan import PlanTask
from engine.queries import calendar as calendars
from engine.queries import obstacles as queries
from engine.queries import plans as plan_queries
from engine.queries.directory import members_of
from engine.queries.plans import OPEN_STATUSES
from engine.queries.rounds import is_bound
from engine.runtime import Transaction

__all__ = [
    "carry_out_instruction",
    "check_obstacle",
    "close_obstacle",
    "copy_to_monitor",
    "list_obstacle",
    "merge_obstacle",
    "open_obstacle",
    "record_answer",
    "reopen_obstacle",
    "return_obstacle",
    "separate_obstacle",
    "submit_obstacle",
    "withdraw_obstacle",
]

MONITOR, CITY = "svhtt", "ubnd"
#: Working days after which what has no answer goes to the leader's list (requirements 2(e)).
ANSWER_DAYS = 10
_PROCESS, _TASK, _KIND = "obstacle_report", "task_lifecycle", "obstacle"
_WAITING = ("reported", "reopened", "merged")
_LONGEST_TITLE = 300


def begin(tx: Transaction, case: Case, task: PlanTask) -> None:
    """Have the officer report what blocks a plan task, unless a report about it is under way."""
    from engine.commands import instances  # beginning a case runs steps, so it stands above this module

    if queries.others_open(tx, task.id):
        return
    content = {"title": f"Vướng mắc: {task.title}"[:_LONGEST_TITLE], "obstacle_text": case.variables.get("comment")}
    prepared = {"plan_task": task.id, "obligation": task.obligation_id, **content}
    given = {name: value for name, value in prepared.items() if value}
    try:
        begun = instances.begin(tx, instances.Start(_PROCESS, agency=task.agency, prepared=given))
    except NotFoundError:  # an installation that has not deployed the process still keeps the flag
        return
    case.record(Happening("obstacle-begun", case.element_id, data={"plan_task": task.id, "instance": begun.id}))


def open_obstacle(tx: Transaction, case: Case) -> dict[str, Any]:
    """Have an obstacle for the case."""
    obligation = require_obligation(tx, case.variables.get("obligation"))
    if case.agency is None:
        raise invalid("agency", "required", "Phải chọn đơn vị báo cáo.", "The reporting agency is required.")
    found = Obstacle(
        id=new_id(),
        obligation_id=obligation.id if obligation else None,
        agency=case.agency,
        plan_task_id=_task_id(tx, case),
        state="draft",
        round=1,
        instructed=[],
        instance_id=case.id,
        created_at=tx.now,
        simulated=tx.simulated,
        version=1,
    )
    tx.session.add(found)
    case.record(Happening("obstacle-opened", case.element_id, data=_data(found, plan_task=found.plan_task_id)))
    return {"obstacle": found.id, "round": 1, "merged": []}


def check_obstacle(tx: Transaction, case: Case) -> dict[str, Any]:
    """The officer hears at once of a plan task that is none; else the report is kept as drafted."""
    found, known = _obstacle(tx, case), case.variables
    found.plan_task_id = _task_id(tx, case)
    found.title, found.text, found.effect = known["title"], known["obstacle_text"], known.get("effect")
    found.proposed_fix, found.urgency, found.round = known.get("proposed_fix"), known["urgency"], int(known["round"])
    _turn(found, "submitted")
    data = _data(found, plan_task=found.plan_task_id, urgency=found.urgency, round=found.round)
    case.record(Happening("obstacle-submitted", case.element_id, data=data))
    return {"subject": found.title}


def return_obstacle(tx: Transaction, case: Case) -> None:
    """More is to be said by the unit."""
    found = _obstacle(tx, case)
    _turn(found, "returned")
    _settle(tx, case, found, "returned")
    data = _data(found, reason=case.variables.get("comment"))
    case.record(Happening("obstacle-returned", case.element_id, data=data))


def withdraw_obstacle(tx: Transaction, case: Case) -> None:
    """The unit does not report after all."""
    _close(tx, case, "withdrawn")


def submit_obstacle(tx: Transaction, case: Case) -> dict[str, Any]:
    """The head has signed: the days are counted from now, and the blocked task carries its flag."""
    found = _obstacle(tx, case)
    blocked_tasks.flag(tx, found)
    case.record(Happening("obstacle-reported", case.element_id, data=_data(found)))
    return _waits(tx, found, "reported")


def copy_to_monitor(tx: Transaction, case: Case) -> None:
    """An urgent obstacle goes straight to the City: the monitor has a copy."""
    found = _obstacle(tx, case)
    case.record(Happening("obstacle-copied", case.element_id, data=_data(found, agency=MONITOR)))
    signals.obstacle_copied.send(tx, case=case, obstacle=found)


def merge_obstacle(tx: Transaction, case: Case) -> None:
    """This obstacle is the same as another that has no answer yet: it is answered with that one."""
    found = _obstacle(tx, case)
    root = _root(tx, str(case.variables.get("merged_into")))
    if root is None or root.id == found.id or root.state not in _WAITING:
        message_vi = "Không có vướng mắc nào như vậy đang chờ trả lời."
        raise invalid("merged_into", "unknown", message_vi, "There is no such obstacle that waits for an answer.")
    for other in [found, *queries.merged_into(tx, found.id)]:
        other.merged_into = root.id
        _turn(other, "merged")
    case.record(Happening("obstacle-merged", case.element_id, data=_data(found, into=root.id)))


def separate_obstacle(tx: Transaction, case: Case) -> None:
    """The common answer did not come: this obstacle is looked at by itself again."""
    found = _obstacle(tx, case)
    former, found.merged_into = found.merged_into, None
    _turn(found, "reported")
    case.record(Happening("obstacle-separated", case.element_id, data=_data(found, former=former)))


def record_answer(tx: Transaction, case: Case) -> dict[str, Any]:
    """The monitor answers, for all that are the same."""
    return _answered(tx, case, MONITOR, case.variables["answer_text"], [])


def carry_out_instruction(tx: Transaction, case: Case) -> dict[str, Any]:
    """The leader instructs: open tasks, change due dates, stop clocks, for every unit with the same obstacle."""
    found, known = _obstacle(tx, case), case.variables
    new_day, today = day_of(known.get("new_due_date")), deadlines.local_date(tx.now)
    for name, day in (("new_due_date", new_day), ("answer_by", day_of(known.get("answer_by")))):
        if day is not None and day < today:
            raise invalid(name, "past", "Thời hạn không được ở quá khứ.", "It may not be in the past.")
    alike = [found, *queries.merged_into(tx, found.id)]
    opened = _open_tasks(tx, case, found)
    for one in alike:
        if new_day is not None:
            blocked_tasks.move(tx, one, new_day, known["instruction"])
        if known.get("stop_clock"):
            blocked_tasks.stop_clock(tx, one, known["instruction"])
    told = {"new_due_date": new_day.isoformat() if new_day else None, "stop_clock": bool(known.get("stop_clock"))}
    data = _data(found, instances=opened, tasks=[one.plan_task_id for one in alike if one.plan_task_id], **told)
    case.record(Happening("obstacle-instructed", case.element_id, data=data))
    return _answered(tx, case, CITY, known["instruction"], opened)


def list_obstacle(tx: Transaction, case: Case) -> None:
    """Nothing was answered in time: it goes on the leader's list, once."""
    found = _obstacle(tx, case)
    row = tx.session.scalars(select(Escalation).where(Escalation.obstacle_id == found.id)).first()
    if found.state not in _WAITING or found.reported_on is None or (row is not None and row.settled_at is None):
        return
    if row is None:
        row = Escalation(id=new_id(), kind=_KIND, obstacle_id=found.id, instance_id=case.id, simulated=tx.simulated)
    row.agency, row.due_date = MONITOR, calendars.current(tx).add(found.reported_on, ANSWER_DAYS)
    row.notices, row.listed_at, row.settled_at, row.outcome = 0, tx.now, None, None
    tx.session.add(row)
    data = _data(found, escalation=row.id, due_date=row.due_date.isoformat(), notices=0)
    case.record(Happening("escalation-listed", case.element_id, data=data))
    signals.obstacle_unanswered.send(tx, case=case, obstacle=found)


def reopen_obstacle(tx: Transaction, case: Case) -> dict[str, Any]:
    """The answer did not help: the days are counted anew."""
    found = _obstacle(tx, case)
    found.merged_into = None
    reason = case.variables.get("comment")
    case.record(Happening("obstacle-reopened", case.element_id, data=_data(found, reason=reason)))
    return _waits(tx, found, "reopened")


def close_obstacle(tx: Transaction, case: Case) -> None:
    """The unit confirms that it is resolved: the flag is taken off, and a stopped clock goes on."""
    _close(tx, case, "resolved")


def abandoned(tx: Transaction, case: Case) -> None:
    """The case was ended by hand."""
    found = tx.session.get(Obstacle, case.variables["obstacle"])
    if found is not None and found.instance_id == case.id and found.closed_at is None:
        _close(tx, case, "cancelled")


def _answered(tx: Transaction, case: Case, agency: str, text: str, opened: list[str]) -> dict[str, Any]:
    found = _obstacle(tx, case)
    alike = queries.merged_into(tx, found.id)
    found.merged_into = None
    for one in [found, *alike]:
        one.answer, one.answered_by, one.answered_at = text, agency, tx.now
        one.instructed = [*one.instructed, *opened]
        _turn(one, "answered")
        _settle(tx, case, one, "answered")
    merged = [one.id for one in alike]
    data = _data(found, agency=agency, answer=text, merged=merged)
    case.record(Happening("obstacle-answered", case.element_id, data=data))
    return {"merged": merged}


def _open_tasks(tx: Transaction, case: Case, found: Obstacle) -> list[str]:
    from engine.commands import instances

    known = case.variables
    addressed = members_of(tx, known.get("addressees") or [], deadlines.local_date(tx.now))
    _require_bound(addressed)
    given = {
        "obligation": found.obligation_id,
        "title": f"Thực hiện chỉ đạo: {found.title}"[:_LONGEST_TITLE],
        "deliverable": known.get("deliverable"),
        "due_date": known.get("answer_by"),
    }
    variables = {name: value for name, value in given.items() if value}
    keys = {agency.code: f"{case.business_key or found.id}/{agency.code}/instruction" for agency in addressed}
    wanted = [instances.Start(_TASK, business_key=key, agency=code, variables=variables) for code, key in keys.items()]
    return [instances.begin(tx, one).id for one in wanted]


def _require_bound(addressed: Sequence[Agency]) -> None:
    outside = [agency.name_vi for agency in addressed if not is_bound(agency)]
    if outside:
        message_vi = f"Chỉ giao nhiệm vụ cho cơ quan trực thuộc Thành phố: {', '.join(outside)}."
        raise invalid("addressees", "subordinate", message_vi, "Only agencies subordinate to the City get tasks.")


def _task_id(tx: Transaction, case: Case) -> str | None:
    """The plan task that the case names, if it names one."""
    named = case.variables.get("plan_task")
    if not named:
        return None
    try:
        task = plan_queries.plan_task(tx, str(named))
    except NotFoundError as error:
        raise invalid("plan_task", "unknown", "Không có nhiệm vụ này.", "There is no such plan task.") from error
    if task.agency != case.agency or task.status not in OPEN_STATUSES:
        message_vi = "Phải là nhiệm vụ chưa kết thúc của đơn vị báo cáo."
        raise invalid("plan_task", "own", message_vi, "It must be an open task of the reporting agency.")
    return task.id


def _root(tx: Transaction, obstacle_id: str) -> Obstacle | None:
    """The obstacle with that id, or the one that it was merged with, locked; None when the actor sees none."""
    try:
        found = queries.obstacle(tx, obstacle_id)
    except NotFoundError:
        return None
    return tx.session.get(Obstacle, found.merged_into or found.id, with_for_update=True)


def _waits(tx: Transaction, found: Obstacle, state: str) -> dict[str, Any]:
    """An answer is waited for from today."""
    found.reported_on = deadlines.local_date(tx.now)
    _turn(found, state)
    return {"reported_on": found.reported_on.isoformat(), "merged": []}


def _settle(tx: Transaction, case: Case, found: Obstacle, outcome: str) -> None:
    """Take an obstacle off the leader's list, where it stands on it."""
    open_row = (Escalation.obstacle_id == found.id) & Escalation.settled_at.is_(None)
    row = tx.session.scalars(select(Escalation).where(open_row)).first()
    if row is not None:
        row.settled_at, row.outcome = tx.now, outcome
        data = _data(found, escalation=row.id, outcome=outcome)
        case.record(Happening("escalation-settled", case.element_id, data=data))


def _close(tx: Transaction, case: Case, state: str) -> None:
    found = _obstacle(tx, case)
    blocked_tasks.release(tx, found)
    found.closed_at = tx.now
    _turn(found, state)
    _settle(tx, case, found, state)
    reason = case.variables.get("comment")
    data = _data(found, state=state, **({"reason": reason} if reason else {}))
    case.record(Happening("obstacle-closed", case.element_id, data=data))


def _obstacle(tx: Transaction, case: Case) -> Obstacle:
    return tx.session.get_one(Obstacle, case.variables["obstacle"], with_for_update=True)


def _turn(found: Obstacle, state: str) -> None:
    found.state, found.version = state, found.version + 1


def _data(found: Obstacle, **facts: Any) -> dict[str, Any]:
    return {"obstacle": found.id, **facts}
