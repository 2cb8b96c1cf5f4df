"""The dates of reports and rounds: which of them lie elsewhere on another calendar, and writing them.

Rule: each is counted again from what is stored of it (engine/schedules.py); of a report only the turn that is open, of
a round only what is still to come. What a report was first due by is never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine import deadlines, schedules
from engine.calendar import WorkingCalendar
from engine.commands.case import Case
from engine.deadlines import Derivation, derivation_of
from engine.models.instance import ProcessInstance
from engine.models.report import Report, ReportRound
from engine.queries.rounds import schedule_of
from engine.runtime import Transaction
from engine.schedules import AGENCY, AGGREGATOR, CITY, CLOSES_AT, LATE_UNTIL, RoundSchedule

# The states of a report that an agency has in hand.
WITH_AGENCY = ("draft", "returned", "reopened")
REPORT_DUE = "report_due"
# What the case of a round calls the due dates of its tiers.
_VARIABLES = {AGENCY: "agency_due", AGGREGATOR: "aggregator_due", CITY: "city_due"}


@dataclass(frozen=True)
class Shift:
    """A variable of a case that means another time now: a date or an instant, each as the end of its day or itself."""

    variable: str
    old: datetime
    new: datetime

    def is_named(self, text: str) -> bool:
        """Whether an expression reads the variable."""
        return re.search(rf"\b{self.variable}\b", text) is not None

    def apply(self, case: Case) -> None:
        """Give the case the new value, if it has the old one."""
        known = case.variables.get(self.variable)
        for written in (lambda moment: deadlines.local_date(moment).isoformat(), datetime.isoformat):
            if known == written(self.old):
                case.variables = {**case.variables, self.variable: written(self.new)}


@dataclass(frozen=True)
class MovedDate:
    """A date of a report or round that lies elsewhere; without `row` only the variable of the case is behind."""

    instance_id: str
    shift: Shift
    row: Report | ReportRound | None = None
    derivation: Derivation | None = None
    since: int | None = None
    name: str = ""


def moved_dates(
    tx: Transaction, instance_ids: Sequence[str], calendar: WorkingCalendar, today: date
) -> Iterator[MovedDate]:
    """What lies elsewhere on a calendar in the cases of reports and of rounds; nothing is changed."""
    known = (
        select(Report, ReportRound, ProcessInstance.variables)
        .join(ReportRound, ReportRound.id == Report.round_id)
        .join(ProcessInstance, ProcessInstance.id == Report.instance_id)
        .where(Report.instance_id.in_(instance_ids))
    )
    schedule: dict[str, RoundSchedule] = {}
    for report, found, variables in tx.session.execute(known):
        if found.id not in schedule:
            schedule[found.id] = schedules.again(schedule_of(found), calendar, today)
        yield from _of_report(report, schedule[found.id].late_until, variables, calendar, today)
    running = ReportRound.instance_id.in_(instance_ids) & ReportRound.archived_at.is_(None)
    for found in tx.session.scalars(select(ReportRound).where(running)):
        yield from _of_round(found, schedules.again(schedule_of(found), calendar, today))


def set_due(report: Report, day: date, *, is_judged: bool = True) -> None:
    """Give a report another due date; lateness is judged by it unless something was submitted, or it has passed."""
    judged = report.late_after or report.original_due_date
    if is_judged and report.submitted_at is None and judged == report.due_date:
        report.late_after = day
    report.due_date = day


def set_date(found: ReportRound, name: str, new: datetime, derivation: Derivation | None) -> None:
    """Give a round another date, of a tier or by its name, with how it was counted."""
    told = {"meaning": derivation.as_json()} if derivation is not None else {}
    day = deadlines.local_date(new)
    if name in found.due_dates:
        found.due_dates = {**found.due_dates, name: {**found.due_dates[name], "due": day.isoformat(), **told}}
        return
    found.derivations = {**(found.derivations or {}), name: told.get("meaning")}
    if name == CLOSES_AT:
        found.closes_at = new
    else:
        found.late_until = day


def _of_report(
    report: Report, late_until: date, variables: Mapping[str, Any], calendar: WorkingCalendar, today: date
) -> Iterator[MovedDate]:
    case_id = report.instance_id or ""
    if report.state in WITH_AGENCY and report.due_date >= today and report.due_explanation is not None:
        before = derivation_of(report.due_explanation["meaning"])
        again = before.again(calendar, today)
        old, new = deadlines.end_of_day(report.due_date), again.instant(calendar)
        if old != new:
            yield MovedDate(case_id, Shift(REPORT_DUE, old, new), report, again, before.calendar_version)
    known = variables.get(LATE_UNTIL)
    if known is not None and known != late_until.isoformat():
        old, new = deadlines.end_of_day(date.fromisoformat(known)), deadlines.end_of_day(late_until)
        yield MovedDate(case_id, Shift(LATE_UNTIL, old, new))


def _of_round(found: ReportRound, again: RoundSchedule) -> Iterator[MovedDate]:
    for tier, told in again.due_dates.items():
        old, new = (date.fromisoformat(one["due"]) for one in (found.due_dates[tier], told))
        if old != new:
            shift = Shift(_VARIABLES[tier], deadlines.end_of_day(old), deadlines.end_of_day(new))
            yield _moved(found, shift, found.due_dates[tier]["meaning"], told["meaning"], tier)
    if found.closed_at is None and found.closes_at != again.closes_at:
        yield _moved(found, Shift(CLOSES_AT, found.closes_at, again.closes_at), *_both(found, again, CLOSES_AT))
    if found.late_until != again.late_until:
        shift = Shift(LATE_UNTIL, deadlines.end_of_day(found.late_until), deadlines.end_of_day(again.late_until))
        yield _moved(found, shift, *_both(found, again, LATE_UNTIL))


def _both(found: ReportRound, again: RoundSchedule, name: str) -> tuple[Mapping[str, Any], Mapping[str, Any], str]:
    return (found.derivations or {})[name], again.derivations[name], name


def _moved(
    found: ReportRound, shift: Shift, before: Mapping[str, Any], after: Mapping[str, Any], name: str
) -> MovedDate:
    since = derivation_of(before).calendar_version
    return MovedDate(found.instance_id or "", shift, found, derivation_of(after), since, name)
