"""What of a case is due at another time: found on the calendar in force, or following a date that somebody moved.

Rule: finding changes nothing; carrying out writes the rows, the variables they are counted from, and the old and new
time of each into the case's history. What is due already stays as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine import deadlines, explanations, signals
from engine.audit.chain import Happening
from engine.calendar import WorkingCalendar
from engine.commands import definitions, report_dates
from engine.commands.case import Case
from engine.commands.report_dates import Shift
from engine.deadlines import Derivation, derivation_of
from engine.models.instance import ProcessInstance
from engine.models.plan import PlanTask
from engine.models.report import Report, ReportRound
from engine.models.task import UserTask
from engine.models.timer import Timer
from engine.queries import calendar as calendars
from engine.queries.plans import OPEN_STATUSES
from engine.runtime import Transaction

_DUE_DATE = "due_date"
_DATED = (PlanTask, Report, ReportRound)


@dataclass(frozen=True)
class Moved:
    """A row that is due at another time now, and how that came about (None: as the variable says that it follows).

    `since` is the version of the calendar that the old time was counted on (None: on none); `name` what of a round
    moved: a tier, `closes_at` or `late_until`.
    """

    row: UserTask | Timer | PlanTask | Report | ReportRound
    old: datetime
    new: datetime
    derivation: Derivation | None
    since: int | None
    name: str = ""

    def told(self) -> dict[str, str]:
        """Both times as the history has them: instants; of plan tasks, reports and rounds dates."""
        if isinstance(self.row, _DATED):
            return {"old": _day(self.old), "new": _day(self.new)}
        return {"old": self.old.isoformat(), "new": self.new.isoformat()}


@dataclass
class Changes:
    """What is different in one case: rows, and the variables that others are counted from."""

    moved: list[Moved] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)


def changes_in(tx: Transaction, instance_ids: Sequence[str]) -> dict[str, Changes]:
    """What of these cases is due at another time on the calendar in force, by case; nothing is changed."""
    calendar, today = calendars.current(tx), deadlines.local_date(tx.now)
    found: defaultdict[str, Changes] = defaultdict(Changes)
    for instance_id, move in _moved_plan_tasks(tx, instance_ids, calendar, today):
        found[instance_id].moved.append(move)
        found[instance_id].shifts.append(Shift(_DUE_DATE, move.old, move.new))
    for one in report_dates.moved_dates(tx, instance_ids, calendar, today):
        if one.row is not None and one.derivation is not None:
            move = Moved(one.row, one.shift.old, one.shift.new, one.derivation, one.since, one.name)
            found[one.instance_id].moved.append(move)
        found[one.instance_id].shifts.append(one.shift)
    for row, move in _counted_from(tx, instance_ids, {key: tuple(c.shifts) for key, c in found.items()}):
        found[row].moved.append(move)
    return dict(found)


def following(tx: Transaction, instance_id: str, shifts: Sequence[Shift]) -> Changes:
    """What of a case moves because dates of it were moved."""
    moved = [move for _, move in _counted_from(tx, [instance_id], {instance_id: tuple(shifts)})]
    return Changes(moved, list(shifts))


def decided_meanwhile(tx: Transaction, changes: Changes) -> dict[str, Any]:
    """The days, with their documents, about which something was decided since those times were counted."""
    since = min((move.since for move in changes.moved if move.since is not None), default=None)
    return {"decided": calendars.decided_since(tx, since)} if since is not None else {}


def carry_out(tx: Transaction, case: Case, changes: Changes, why: Mapping[str, Any]) -> None:
    """Write what is different in a case, record the old and the new time of each row and why, and announce it."""
    calendar = calendars.current(tx)
    for move in changes.moved:
        data = {"due": move.told(), "calendar_version": calendar.version, **why}
        case.record(_moved_row(tx, move, calendar, data))
    for shift in changes.shifts:
        shift.apply(case)
    if changes.moved:
        signals.due_changed.send(tx, case=case, moved=changes.moved)


def _moved_plan_tasks(
    tx: Transaction, instance_ids: Sequence[str], calendar: WorkingCalendar, today: date
) -> Iterator[tuple[str, Moved]]:
    query = select(PlanTask).where(
        PlanTask.instance_id.in_(instance_ids), PlanTask.status.in_(OPEN_STATUSES), PlanTask.due_date >= today
    )
    for task in tx.session.scalars(query):
        if task.instance_id is None or task.due_date is None or task.due_explanation is None:
            continue
        old, before = deadlines.end_of_day(task.due_date), derivation_of(task.due_explanation["meaning"])
        again = before.again(calendar, today)
        if again.instant(calendar) != old:
            yield task.instance_id, Moved(task, old, again.instant(calendar), again, before.calendar_version)


def _counted_from(
    tx: Transaction, instance_ids: Sequence[str], shifts: dict[str, tuple[Shift, ...]]
) -> Iterator[tuple[str, Moved]]:
    """The tasks and timers that are due at another time, from where the dates lie now that they are counted from."""
    calendar, today = calendars.current(tx), deadlines.local_date(tx.now)
    rows: list[tuple[UserTask | Timer, datetime, Derivation]] = [*_tasks(tx, instance_ids)]
    for row, old, derivation in [*rows, *_timers(tx, instance_ids)]:
        again = _based(derivation, shifts.get(row.instance_id, ())).again(calendar, today)
        if again.instant(calendar) != old:
            yield row.instance_id, Moved(row, old, again.instant(calendar), again, derivation.calendar_version)
    yield from _following_timers(tx, shifts)


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


def _following_timers(tx: Transaction, shifts: dict[str, tuple[Shift, ...]]) -> Iterator[tuple[str, Moved]]:
    """The timers that are due when a variable says, which has moved: nothing was counted for them."""
    known = Timer.instance_id.in_([key for key, own in shifts.items() if own])
    query = select(Timer, ProcessInstance.definition_id).join(ProcessInstance, ProcessInstance.id == Timer.instance_id)
    for row, definition_id in tx.session.execute(query.where(known, Timer.due_at > tx.now)):
        if row.derivation is not None:
            continue
        node = definitions.compiled(tx, definition_id).nodes[row.element_id]
        text = next((event.timer.text for event in node.events if event.timer is not None), "")
        for shift in shifts[row.instance_id]:
            if shift.old == row.due_at and shift.is_named(text):
                yield row.instance_id, Moved(row, shift.old, shift.new, None, None)


def _based(derivation: Derivation, shifts: Sequence[Shift]) -> Derivation:
    """The derivation, from the new date where it was counted from one that moved."""
    for shift in shifts:
        if shift.is_named(derivation.text) and deadlines.local_date(shift.old) == derivation.base:
            return replace(derivation, base=deadlines.local_date(shift.new))
    return derivation


def _moved_row(tx: Transaction, move: Moved, calendar: WorkingCalendar, data: dict[str, Any]) -> Happening:
    """Write one row, and what is recorded of it."""
    row = move.row
    if isinstance(row, Timer):
        row.due_at, row.derivation = move.new, move.derivation.as_json() if move.derivation is not None else None
        return Happening("due-changed", row.element_id, data={"timer": row.id} | data)
    row.version += 1
    if isinstance(row, ReportRound):
        report_dates.set_date(row, move.name, move.new, move.derivation)
        return Happening("due-changed", data={"report_round": row.id, "of": move.name} | data)
    if move.derivation is not None:
        clause = row.due_explanation["clause"] if row.due_explanation else None
        row.due_explanation = explanations.explain(move.derivation, calendar, deadlines.local_date(tx.now), clause)
    if isinstance(row, UserTask):
        row.due_at = move.new
        return Happening("due-changed", row.element_id, row.id, data)
    if isinstance(row, Report):
        report_dates.set_due(row, deadlines.local_date(move.new))
        return Happening("due-changed", data={"report": row.id} | data)
    row.due_date = deadlines.local_date(move.new)
    return Happening("due-changed", data={"plan_task": row.id} | data)


def _day(moment: datetime) -> str:
    return deadlines.local_date(moment).isoformat()
