"""Counting open due dates anew after the calendar has changed, case by case.

Rule: each case in which something moves is a transaction of its own that settles its row of `calendar_recount`; what
was not done when a process ended is done by the next. What is due already stays as it is.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, exists, literal, or_, select
from sqlalchemy.dialects import postgresql

from engine import deadlines, explanations, signals
from engine.access import SYSTEM
from engine.audit.chain import Happening
from engine.calendar import WorkingCalendar
from engine.commands.case import Case, hold_case
from engine.deadlines import Derivation, derivation_of
from engine.errors import BusyError
from engine.models.calendar import CalendarRecount, CalendarVersion
from engine.models.columns import table_of
from engine.models.instance import ProcessInstance
from engine.models.plan import PlanTask
from engine.models.task import UserTask
from engine.models.timer import Timer
from engine.queries import calendar as calendars
from engine.queries.plans import OPEN_STATUSES
from engine.runtime import Engine, Transaction

AT_ONCE_SECONDS = 1.0
_AT_A_TIME = 100
# Longer than any transaction may take: one that read the calendar before the change has ended by then.
_LONGEST_TRANSACTION = timedelta(minutes=1)
_DUE_DATE = "due_date"

log = structlog.get_logger("engine.calendar")


@dataclass(frozen=True)
class Moved:
    """A row that is due at another time now, and how that came about."""

    row: UserTask | Timer | PlanTask
    old: datetime
    new: datetime
    derivation: Derivation

    def told(self) -> dict[str, str]:
        """Both times as the history has them: instants, of a plan task dates."""
        if isinstance(self.row, PlanTask):
            return {"old": _day(self.old), "new": _day(self.new)}
        return {"old": self.old.isoformat(), "new": self.new.isoformat()}


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
    wanted = select(cases.id, literal(version)).where(
        cases.ended_at.is_(None), or_(open_task, timer, cases.plan_task_id.is_not(None))
    )
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
    moved = moved_in(tx, [row.instance_id for row in asked])
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
    if case.ended_at is None:
        _move(tx, case, moved_in(tx, [instance_id]).get(instance_id, ()))
    return True


def moved_in(tx: Transaction, instance_ids: Sequence[str]) -> dict[str, list[Moved]]:
    """What of these cases is due at another time on the calendar in force, by case; nothing is changed."""
    calendar, today = calendars.current(tx), deadlines.local_date(tx.now)
    moved: defaultdict[str, list[Moved]] = defaultdict(list)
    shift: dict[tuple[str, date], date] = {}
    for instance_id, move in _moved_plan_tasks(tx, instance_ids, calendar, today):
        moved[instance_id].append(move)
        shift[instance_id, deadlines.local_date(move.old)] = deadlines.local_date(move.new)
    counted: list[tuple[UserTask | Timer, datetime, Derivation]] = [*_tasks(tx, instance_ids)]
    for row, old, derivation in [*counted, *_timers(tx, instance_ids)]:
        again = _based(derivation, shift.get((row.instance_id, derivation.base))).again(calendar, today)
        if again.instant(calendar) != old:
            moved[row.instance_id].append(Moved(row, old, again.instant(calendar), again))
    return dict(moved)


def _recount_one(engine: Engine, instance_id: str) -> bool:
    try:
        return engine.run(SYSTEM, recount, instance_id)
    except BusyError:
        log.info("recount-postponed", instance_id=instance_id)
        return False


def _moved_plan_tasks(
    tx: Transaction, instance_ids: Sequence[str], calendar: WorkingCalendar, today: date
) -> Iterator[tuple[str, Moved]]:
    query = select(PlanTask).where(
        PlanTask.instance_id.in_(instance_ids), PlanTask.status.in_(OPEN_STATUSES), PlanTask.due_date >= today
    )
    for task in tx.session.scalars(query):
        if task.instance_id is None or task.due_date is None or task.due_explanation is None:
            continue
        old, again = deadlines.end_of_day(task.due_date), derivation_of(task.due_explanation["meaning"])
        again = again.again(calendar, today)
        if again.instant(calendar) != old:
            yield task.instance_id, Moved(task, old, again.instant(calendar), again)


def _tasks(tx: Transaction, instance_ids: Sequence[str]) -> Iterator[tuple[UserTask, datetime, Derivation]]:
    query = select(UserTask).where(
        UserTask.instance_id.in_(instance_ids), UserTask.state == "open", UserTask.due_at > tx.now
    )
    for row in tx.session.scalars(query.order_by(UserTask.created_at, UserTask.id)):
        told = row.due_explanation
        if row.due_at is not None and told is not None and "meaning" in told:
            yield row, row.due_at, derivation_of(told["meaning"])


def _timers(tx: Transaction, instance_ids: Sequence[str]) -> Iterator[tuple[Timer, datetime, Derivation]]:
    query = select(Timer).where(Timer.instance_id.in_(instance_ids), Timer.due_at > tx.now)
    for row in tx.session.scalars(query.order_by(Timer.due_at, Timer.id)):
        if row.derivation is not None:
            yield row, row.due_at, derivation_of(row.derivation)


def _based(derivation: Derivation, moved_to: date | None) -> Derivation:
    """The derivation, from the new due date of the plan task where it was counted from the old one."""
    if moved_to is None or _DUE_DATE not in derivation.text:
        return derivation
    return replace(derivation, base=moved_to)


def _move(tx: Transaction, case: Case, moved: Sequence[Moved]) -> None:
    calendar = calendars.current(tx)
    for move in moved:
        data = {"due": move.told(), "calendar_version": calendar.version}
        case.record(_moved_row(tx, case, move, calendar, data))
    if moved:
        signals.due_changed.send(tx, case=case, moved=moved)


def _moved_row(tx: Transaction, case: Case, move: Moved, calendar: WorkingCalendar, data: dict[str, Any]) -> Happening:
    """Write one row, and what is recorded of it."""
    row = move.row
    if isinstance(row, Timer):
        row.due_at, row.derivation = move.new, move.derivation.as_json()
        return Happening("due-changed", row.element_id, data={"timer": row.id} | data)
    clause = row.due_explanation["clause"] if row.due_explanation else None
    row.due_explanation = explanations.explain(move.derivation, calendar, deadlines.local_date(tx.now), clause)
    row.version += 1
    if isinstance(row, UserTask):
        row.due_at = move.new
        return Happening("due-changed", row.element_id, row.id, data)
    row.due_date = deadlines.local_date(move.new)
    if case.variables.get(_DUE_DATE) == _day(move.old):
        case.variables = {**case.variables, _DUE_DATE: _day(move.new)}
    return Happening("due-changed", data={"plan_task": row.id} | data)


def _day(moment: datetime) -> str:
    return deadlines.local_date(moment).isoformat()
