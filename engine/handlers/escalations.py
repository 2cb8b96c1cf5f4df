"""The list for the City's leadership: what was urged in vain is put on it, and taken off when there is an answer.

Rule: one row a report or plan task; only what an agency subordinate to the City owes stands on it.
"""

from __future__ import annotations

from sqlalchemy import select

from engine import signals
from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.models.columns import new_id
from engine.models.escalation import Escalation
from engine.models.plan import PlanTask
from engine.models.report import Report
from engine.runtime import Transaction

REPORT, PLAN_TASK = "report", "plan_task"


def kind_of(owed: Report | PlanTask) -> str:
    """What something owed is called in events and on the list."""
    return REPORT if isinstance(owed, Report) else PLAN_TASK


def put_on_list(tx: Transaction, case: Case, owed: Report | PlanTask) -> None:
    """List something overdue for the leadership, once: what stands on the list already stays as it is."""
    kind = kind_of(owed)
    column = Escalation.report_id if kind == REPORT else Escalation.plan_task_id
    row = tx.session.scalars(select(Escalation).where(column == owed.id)).first()
    if owed.due_date is None or (row is not None and row.settled_at is None):
        return
    if row is None:
        row = Escalation(id=new_id(), kind=kind, instance_id=case.id, simulated=tx.simulated)
        setattr(row, column.key, owed.id)
        tx.session.add(row)
    row.instance_id, row.agency, row.due_date, row.notices = case.id, owed.agency, owed.due_date, owed.urging_count
    row.listed_at, row.settled_at, row.outcome = tx.now, None, None
    data = {kind: owed.id, "escalation": row.id, "due_date": row.due_date.isoformat(), "notices": row.notices}
    case.record(Happening("escalation-listed", case.element_id, data=data))
    signals.escalation_listed.send(tx, case=case, escalation=row)


def settle(tx: Transaction, case: Case, outcome: str) -> None:
    """Take what the case is about off the list; nothing where it does not stand on it."""
    query = select(Escalation).where(Escalation.instance_id == case.id, Escalation.settled_at.is_(None))
    row = tx.session.scalars(query).first()
    if row is None:
        return
    row.settled_at, row.outcome = tx.now, outcome
    data = {row.kind: row.report_id or row.plan_task_id or row.obstacle_id, "escalation": row.id, "outcome": outcome}
    case.record(Happening("escalation-settled", case.element_id, data=data))
