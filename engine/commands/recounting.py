"""Counting open due dates anew after the calendar has changed, case by case.

Rule: each case in which something moves is a transaction of its own that settles its row of `calendar_recount`; what
was not done when a process ended is done by the next. What is due already stays as it is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import delete, exists, literal, or_, select
from sqlalchemy.dialects import postgresql

from engine.access import SYSTEM
from engine.commands import due_changes, timed_starts
from engine.commands.case import hold_case
from engine.errors import BusyError
from engine.models.calendar import CalendarRecount, CalendarVersion
from engine.models.columns import table_of
from engine.models.instance import ProcessInstance
from engine.models.report import ReportRound
from engine.models.task import UserTask
from engine.models.timer import Timer
from engine.runtime import Engine, Transaction

AT_ONCE_SECONDS = 1.0
_AT_A_TIME = 100
# Longer than any transaction may take: one that read the calendar before the change has ended by then.
_LONGEST_TRANSACTION = timedelta(minutes=1)

log = structlog.get_logger("engine.calendar")


@dataclass(frozen=True)
class Sifted:
    """How many cases were looked through, and those in which something is due at another time."""

    seen: int
    moving: list[str]


def ask_for_all(tx: Transaction, version: int) -> None:
    """Have every running case counted anew in which something is due later; one statement however many they are."""
    cases = table_of(ProcessInstance).c
    open_task = exists().where(
        UserTask.instance_id == cases.id,
        UserTask.state == "open",
        UserTask.due_at > literal(tx.now, UserTask.due_at.type),
    )
    timer = exists().where(Timer.instance_id == cases.id, Timer.derivation.is_not(None))
    dated = or_(cases.plan_task_id.is_not(None), exists().where(ReportRound.instance_id == cases.id))
    wanted = select(cases.id, literal(version)).where(cases.ended_at.is_(None), or_(open_task, timer, dated))
    asked = postgresql.insert(table_of(CalendarRecount)).from_select(["instance_id", "version"], wanted)
    # Both databases take these words. A row that a worker has in hand is waited for, and asked for again.
    tx.session.execute(
        asked.on_conflict_do_update(index_elements=["instance_id"], set_={"version": asked.excluded.version})
    )


def recount_now(engine: Engine) -> None:
    """Count anew what can be in AT_ONCE_SECONDS, after the commit of a change; the worker does the rest."""
    until = time.monotonic() + AT_ONCE_SECONDS
    while time.monotonic() < until and (found := engine.run(SYSTEM, sift, _AT_A_TIME)).seen:
        for instance_id in found.moving:
            if time.monotonic() > until:
                return
            _recount_one(engine, instance_id)


def recount_due(engine: Engine, limit: int = _AT_A_TIME) -> int:
    """Count anew what waits for it, each case in a transaction of its own; returns how many were settled."""
    if engine.read(SYSTEM, is_waiting):
        found = engine.run(SYSTEM, sift, limit)
        return found.seen - len(found.moving) + sum(_recount_one(engine, case_id) for case_id in found.moving)
    return int(bool(engine.read(SYSTEM, unsettled)) and engine.run(SYSTEM, settle))


def is_waiting(tx: Transaction) -> bool:
    """Whether any case waits to be counted anew."""
    return tx.session.scalars(select(CalendarRecount.version).limit(1)).first() is not None


def sift(tx: Transaction, limit: int) -> Sifted:
    """Look through up to `limit` cases that wait and are in nobody's hand; those in which nothing moves are settled."""
    query = select(CalendarRecount).order_by(CalendarRecount.version, CalendarRecount.instance_id).limit(limit)
    asked = tx.session.scalars(query.with_for_update(skip_locked=True)).all()
    moved = due_changes.changes_in(tx, [row.instance_id for row in asked])
    still = [row.instance_id for row in asked if row.instance_id not in moved]
    tx.session.execute(delete(CalendarRecount).where(CalendarRecount.instance_id.in_(still)))
    return Sifted(len(asked), list(moved))


def unsettled(tx: Transaction) -> list[int]:
    """The versions that are old enough to be settled and are not."""
    query = select(CalendarVersion.version).where(
        CalendarVersion.settled_at.is_(None), CalendarVersion.changed_at <= tx.now - _LONGEST_TRANSACTION
    )
    return list(tx.session.scalars(query))


def settle(tx: Transaction) -> bool:
    """Look once more through all cases when a version is a minute old: a step that was under way when the calendar
    changed has counted on the one before. False when somebody else does.
    """
    query = select(CalendarVersion).where(CalendarVersion.version.in_(unsettled(tx)))
    rows = tx.session.scalars(query.with_for_update(skip_locked=True)).all()
    for row in rows:
        row.settled_at = tx.now
    if rows:
        timed_starts.recount(tx)
        ask_for_all(tx, max(row.version for row in rows))
    return bool(rows)


def recount(tx: Transaction, instance_id: str) -> bool:
    """Count the open due dates of one case anew; False when that is done, or another worker has it in hand."""
    query = select(CalendarRecount).where(CalendarRecount.instance_id == instance_id)
    asked = tx.session.scalars(query.with_for_update(skip_locked=True)).first()
    if asked is None:
        return False
    tx.session.delete(asked)
    case = hold_case(tx, instance_id)
    changes = due_changes.changes_in(tx, [instance_id]).get(instance_id)
    if case.ended_at is None and changes is not None:
        due_changes.carry_out(tx, case, changes, due_changes.decided_meanwhile(tx, changes))
    return True


def _recount_one(engine: Engine, instance_id: str) -> bool:
    try:
        return engine.run(SYSTEM, recount, instance_id)
    except BusyError:
        log.info("recount-postponed", instance_id=instance_id)
        return False
