"""Giving agencies more time for a report: one of them, or all that are open in a round.

Rule: only who owns the regime may, with a reason and the document; what was first due stays on record. Lateness is
judged by the new date only where it was given before the old one had passed (docs/decisions/0013-reporting.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from engine import deadlines, explanations, schedules, signals
from engine.audit.chain import Happening
from engine.commands import due_changes, report_dates, reports
from engine.commands.case import Case, lock_case
from engine.commands.report_dates import REPORT_DUE, WITH_AGENCY, Shift
from engine.deadlines import BY_DATE, Derivation
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidDataError, StaleVersionError
from engine.handlers import escalations
from engine.models.report import Report, ReportRound
from engine.queries import calendar as calendars
from engine.queries import reports as report_queries
from engine.queries import rounds as queries
from engine.runtime import Transaction
from engine.schedules import AGENCY, AGGREGATOR, CLOSES_AT

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Extension:
    """More time: until when, why, and the document that says so."""

    new_due_date: date
    reason: str
    document: str


def extend(tx: Transaction, report_id: str, given: Extension, expected_version: int | None = None) -> Report:
    """Give an agency more time for its report.

    Raises NotFoundError out of sight, ForbiddenError unless the actor is the regime's aggregator, ConflictError when
    the agency does not have the report in hand, InvalidDataError for a date that is not later, or later than a report
    is waited for, or no reason or document, StaleVersionError.
    """
    report = report_queries.report(tx, report_id)
    found = tx.session.get_one(ReportRound, report.round_id)
    _require_owner(tx, found)
    case = lock_case(tx, report.instance_id or "")
    tx.session.refresh(report)
    if expected_version not in (None, report.version):
        raise StaleVersionError(expected_version or 0, report.version)
    case.require_active()
    if report.state not in WITH_AGENCY:
        raise ConflictError("Cơ quan không đang lập báo cáo này.", "The agency does not have the report in hand.")
    _require_sound(tx, given, report.due_date, _last_day_of(report, found))
    _extend(tx, case, report, given)
    return report


def extend_round(tx: Transaction, round_id: str, given: Extension, expected_version: int | None = None) -> ReportRound:
    """Give the agencies more time in a round whose reports are being collected; aggregation is not cut off before.

    The open reports are given it one by one, with `extend`. A round that has been closed keeps its dates. Raises as
    `extend` does.
    """
    found = queries.report_round(tx, round_id)
    _require_owner(tx, found)
    case = lock_case(tx, found.instance_id or "")
    tx.session.refresh(found)
    if expected_version not in (None, found.version):
        raise StaleVersionError(expected_version or 0, found.version)
    case.require_active()
    old = date.fromisoformat(found.due_dates[AGENCY]["due"])
    if found.closed_at is not None:
        _require_sound(tx, given, None, found.late_until)
        return found
    _require_sound(tx, given, None, date.fromisoformat(found.due_dates[AGGREGATOR]["due"]) - _ONE_DAY)
    if given.new_due_date > old:
        _reclose(tx, case, found, given)
    return found


def open_reports(tx: Transaction, round_id: str, new_due_date: date) -> list[str]:
    """The reports of a round that agencies have in hand and that are due no later than that day."""
    found = queries.report_round(tx, round_id)
    waiting = Report.state.in_(WITH_AGENCY) & (Report.due_date <= new_due_date)
    query = select(Report.id).where(Report.round_id == found.id, waiting).order_by(Report.agency, Report.id)
    return list(tx.session.scalars(query))


def _extend(tx: Transaction, case: Case, report: Report, given: Extension) -> None:
    calendar, today, old = calendars.current(tx), deadlines.local_date(tx.now), report.due_date
    derivation = Derivation(BY_DATE, given.new_due_date, calendar_version=calendar.version)
    report.due_explanation = explanations.explain(derivation, calendar, today, given.document)
    report_dates.set_due(report, given.new_due_date, is_judged=today <= old)
    report.version += 1
    judged = report.late_after or report.original_due_date
    data = {"report": report.id, "due_date": _change(old, given.new_due_date), "late_after": judged.isoformat()}
    case.record(Happening("report-extended", data=data | _why(given)))
    shift = Shift(REPORT_DUE, deadlines.end_of_day(old), deadlines.end_of_day(given.new_due_date))
    due_changes.carry_out(tx, case, due_changes.following(tx, case.id, [shift]), {"document": given.document})
    escalations.settle(tx, case, "extended")
    reports.urge_anew(tx, report)
    signals.report_extended.send(tx, case=case, report=report, old=old, document=given.document)


def _reclose(tx: Transaction, case: Case, found: ReportRound, given: Extension) -> None:
    """Move the agencies' due date of a round, and its closing where that came before."""
    calendar, closing = calendars.current(tx), found.closes_at
    old = date.fromisoformat(found.due_dates[AGENCY]["due"])
    meaning = Derivation(BY_DATE, given.new_due_date, calendar_version=calendar.version)
    days = schedules.reclosed(queries.schedule_of(found), given.new_due_date, meaning, calendar)
    found.due_dates = {tier: dict(told) for tier, told in days.due_dates.items()}
    found.due_dates[AGENCY] |= {"document": given.document}
    found.closes_at = days.closes_at
    if found.derivations is not None:
        found.derivations = {name: dict(told) for name, told in days.derivations.items()}
    found.version += 1
    data = {"report_round": found.id, "due_date": _change(old, given.new_due_date)} | _why(given)
    moved = {"closes_at": {"old": closing.isoformat(), "new": found.closes_at.isoformat()}}
    case.record(Happening("report-round-extended", data=data | (moved if closing != found.closes_at else {})))
    shifts = [Shift(CLOSES_AT, closing, found.closes_at)] if closing != found.closes_at else []
    due_changes.carry_out(tx, case, due_changes.following(tx, case.id, shifts), {"document": given.document})


def _last_day_of(report: Report, found: ReportRound) -> date:
    """The last day that a report may be due: while its round collects, that on which aggregation is cut off."""
    is_collected = found.closed_at is None and report.submitted_at is None
    return deadlines.local_date(found.closes_at) if is_collected else found.late_until


def _require_owner(tx: Transaction, found: ReportRound) -> None:
    aggregator = queries.regime_of(tx, found).aggregator
    if not tx.actor.is_system and not tx.actor.holds("report_aggregator", aggregator):
        raise ForbiddenError(
            "extend-report",
            "Chỉ cơ quan chủ quản chế độ báo cáo được gia hạn.",
            "Only the owner of the regime may give more time.",
        )


def _require_sound(tx: Transaction, given: Extension, due: date | None, last: date) -> None:
    problems = [
        FieldProblem(name, "required", "Trường này là bắt buộc.", "This field is required.")
        for name in ("reason", "document")
        if not getattr(given, name).strip()
    ]
    if given.new_due_date < deadlines.local_date(tx.now) or (due is not None and given.new_due_date <= due):
        message_vi = "Thời hạn mới phải sau thời hạn hiện tại và không ở quá khứ."
        problems.append(FieldProblem("new_due_date", "later", message_vi, "It must be later, and not in the past."))
    if given.new_due_date > last:
        message_vi = f"Báo cáo không được chờ quá ngày {last:%d/%m/%Y}."
        problems.append(FieldProblem("new_due_date", "latest", message_vi, f"A report is waited for until {last}."))
    if problems:
        raise InvalidDataError(problems)


def _why(given: Extension) -> dict[str, Any]:
    return {"reason": given.reason, "document": given.document}


def _change(old: date, new: date) -> dict[str, str]:
    return {"old": old.isoformat(), "new": new.isoformat()}
