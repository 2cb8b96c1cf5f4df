"""Reading the working calendar: the one in force, an older version, and what stands about single days.

Rule: asking for the calendar costs one small statement a transaction, and nothing where no day is counted; its days are
read once a process for each version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from engine import deadlines
from engine.calendar import ONE_DAY, DecidedDay, WorkingCalendar
from engine.deadlines import Derivation
from engine.models.calendar import CalendarDay, CalendarVersion
from engine.models.prepared import Prepared
from engine.runtime import Transaction

_NEWEST = Prepared(
    select(CalendarVersion.version, CalendarVersion.stamp).order_by(CalendarVersion.version.desc()).limit(1)
)
_LOCAL, _SHARED, _COUNTED = "calendar", "calendars", "counted"
_MOST_KEPT = 4
_MOST_TOLD = 20


def current(tx: Transaction) -> WorkingCalendar:
    """The calendar in force; the same one throughout a transaction."""
    found: WorkingCalendar | None = tx.local.get(_LOCAL)
    if found is None:
        row = tx.fetch(_NEWEST)
        found = tx.local[_LOCAL] = WorkingCalendar() if row is None else _kept(tx, row["version"], row["stamp"])
    return found


def forget(tx: Transaction) -> None:
    """Have the calendar read anew in this transaction, which has changed it."""
    tx.local.pop(_LOCAL, None)


def at(tx: Transaction, version: int) -> WorkingCalendar:
    """The calendar as it was at a version; one with nothing but weeks for version 0."""
    query = select(CalendarDay).where(
        CalendarDay.since_version <= version,
        or_(CalendarDay.until_version.is_(None), CalendarDay.until_version > version),
    )
    days: dict[date, DecidedDay] = {}
    exceptions: dict[str, dict[date, DecidedDay]] = {}
    for row in tx.session.scalars(query):
        into = days if row.agency is None else exceptions.setdefault(row.agency, {})
        into[row.day] = decided(row)
    return WorkingCalendar(days, version, exceptions)


def functions(tx: Transaction, agency: str | None = None, case_id: str = "") -> Mapping[str, Callable[..., Any]]:
    """The calendar functions of expressions, over the rows, for a case of an agency."""
    return deadlines.functions(tx.now, lambda: current(tx), agency, counted(tx, case_id))


def counted(tx: Transaction, case_id: str) -> dict[datetime, Derivation]:
    """What was counted in this transaction for a case, by the instant that came of it."""
    of_cases: dict[str, dict[datetime, Derivation]] = tx.local.setdefault(_COUNTED, {})
    return of_cases.setdefault(case_id, {})


def how_counted(tx: Transaction, case_id: str, due: datetime, text: str) -> Derivation | None:
    """How an instant was counted in this transaction; None when the rule that it comes from counts no days."""
    found = counted(tx, case_id).get(due)
    if found is None or not any(name in text for name in deadlines.COUNTING):
        return None
    return replace(found, text=text)


def standing(tx: Transaction, day: date, agency: str | None = None) -> CalendarDay | None:
    """The row that stands about a day for all agencies, or the exception of one; None when there is none."""
    of_agency = CalendarDay.agency.is_(None) if agency is None else CalendarDay.agency == agency
    query = select(CalendarDay).where(CalendarDay.day == day, of_agency, CalendarDay.until_version.is_(None))
    return tx.session.scalars(query).first()


def decided_since(tx: Transaction, version: int) -> list[dict[str, Any]]:
    """What was decided about days after a version of the calendar, the first few: the day, the agency, the document."""
    query = select(CalendarDay).where(CalendarDay.since_version > version)
    rows = tx.session.scalars(query.order_by(CalendarDay.since_version, CalendarDay.day).limit(_MOST_TOLD))
    return [{"day": row.day.isoformat(), "agency": row.agency, "document": row.document} for row in rows]


def days(tx: Transaction, first: date, last: date, agency: str | None = None) -> list[tuple[DecidedDay, float]]:
    """Every day from one to another as it stands for an agency, with how much of it is worked (0, 0.5 or 1)."""
    calendar = current(tx).for_agency(agency)
    asked = [first + ONE_DAY * number for number in range((last - first).days + 1)]
    return [(_shown(calendar, day), calendar.halves(day) / 2) for day in asked]


def decided(row: CalendarDay) -> DecidedDay:
    """What a row says."""
    return DecidedDay(row.day, row.kind, row.name_vi, row.name_en, row.document, row.agency, row.since_version)


def _shown(calendar: WorkingCalendar, day: date) -> DecidedDay:
    ordinary = DecidedDay(day, "working_day", "Ngày làm việc", "Working day")
    return calendar.days.get(day) or calendar.why(day) or ordinary


def _kept(tx: Transaction, version: int, stamp: str) -> WorkingCalendar:
    """The calendar of that version from the memory of the process, or read. Its stamp is no other's, ever."""
    kept: dict[str, WorkingCalendar] = tx.shared.setdefault(_SHARED, {})
    found = kept.get(stamp)
    if found is None:
        found = at(tx, version)
        tx.shared[_SHARED] = dict([*kept.items(), (stamp, found)][-_MOST_KEPT:])
    return found
