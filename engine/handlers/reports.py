"""What the service tasks of periodic_report and report_submission do to one agency's report.

Rule: the diagram decides when; a handler writes the read model, versions and history. Source: requirements of periodic
reports, steps 3 to 6, and their exceptions (docs/decisions/0013-reporting.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from engine import deadlines, explanations, figures
from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.deadlines import BY_DATE, WITHIN, Derivation
from engine.errors import ConflictError
from engine.handlers import escalations
from engine.handlers.content import day_of, invalid
from engine.handlers.succession import successor_in_force
from engine.models.columns import new_id
from engine.models.directory import Agency
from engine.models.report import Report, ReportRound, ReportVersion
from engine.models.report_statements import FIND_REPORT, LINK_REPORT
from engine.queries import calendar as calendars
from engine.queries.rounds import is_bound, regime_of
from engine.runtime import Transaction

__all__ = [
    "accept_report",
    "check_report_figures",
    "mark_report_missing",
    "open_report",
    "reopen_report",
    "return_report",
    "submit_report",
    "transfer_report",
]

# House value: how long an agency has when a report comes back and nobody sets a day.
RETURN_DAYS = 2
_DEFAULTS: Mapping[str, Any] = {"round": 1, "nothing_to_report": False, "narrative": None, "evidence": []}
_ENDED = (None, "completed", "cancelled")


def open_report(tx: Transaction, case: Case) -> dict[str, Any]:
    """Link the case with the report that a round opened for it; give what later expressions need."""
    known = case.variables
    row = tx.fetch(FIND_REPORT, report_id=known.get("report") or "")
    if row is None or (row["instance_id"] != case.id and row["case_state"] not in _ENDED):
        raise ConflictError("Quy trình này do đợt báo cáo khởi tạo.", "This process is begun by a reporting round.")
    case.write(LINK_REPORT, {"report_id": row["id"], "new_instance_id": case.id})
    return {name: value for name, value in _DEFAULTS.items() if known.get(name) is None}


def check_report_figures(tx: Transaction, case: Case) -> dict[str, Any]:
    """The figures fit the regime's data form, or whoever drafted them hears what does not."""
    if case.variables.get("nothing_to_report"):
        return {"comment": None}
    regime = regime_of(tx, _round_of(tx, _report(tx, case)))
    given = case.variables.get("figures") or {}
    return {"figures": figures.check(regime.data_form, given), "comment": None}


def submit_report(tx: Transaction, case: Case) -> None:
    """The agency's head submits: what is submitted becomes a version that never changes."""
    report, known = _report(tx, case), case.variables
    nothing = bool(known.get("nothing_to_report"))
    number = (tx.session.scalar(select(func.max(ReportVersion.number)).where(_of(report))) or 0) + 1
    version = ReportVersion(
        id=new_id(),
        report_id=report.id,
        number=number,
        agency=report.agency,
        figures={} if nothing else known.get("figures") or {},
        nothing_to_report=nothing,
        narrative=known.get("narrative"),
        evidence=known.get("evidence") or [],
        submitted_by=tx.actor.person_id,
        submitted_at=tx.now,
    )
    tx.session.add(version)
    if report.submitted_at is None:
        report.submitted_at = tx.now
        is_late = deadlines.local_date(tx.now) > (report.late_after or report.original_due_date)
        report.late = is_late and is_bound(_agency(tx, report))
    _turn(report, "submitted")
    data = {"report": report.id, "version": number, "late": report.late, "nothing_to_report": nothing}
    case.record(Happening("report-submitted", case.element_id, data=data))
    escalations.settle(tx, case, "submitted")


def accept_report(tx: Transaction, case: Case) -> dict[str, Any]:
    """The aggregator accepts: this version counts. Says whether it was the last one that the open round waits for."""
    report = _report(tx, case)
    found = tx.session.get_one(ReportRound, report.round_id, with_for_update=True)
    version = _decide(tx, report, "accepted", None)
    report.accepted_version, report.accepted_at = version.number, tx.now
    _turn(report, "accepted")
    data = {"report": report.id, "version": version.number}
    case.record(Happening("report-accepted", case.element_id, data=data))
    tx.session.flush()
    query = select(Report.id).where(Report.round_id == report.round_id, Report.state != "accepted").limit(1)
    return {"round_complete": found.state == "open" and tx.session.scalars(query).first() is None, "comment": None}


def return_report(tx: Transaction, case: Case) -> dict[str, Any]:
    """The report goes back with a reason and a due date of its own; to the successor of an agency that is no more."""
    report = _report(tx, case)
    version = _decide(tx, report, "returned", case.variables.get("comment"))
    report.return_count += 1
    data = {"report": report.id, "version": version.number, "reason": version.reason}
    case.record(Happening("report-returned", case.element_id, data=data | _postponed(tx, case, report, "returned")))
    return _handed_back(tx, case, report)


def reopen_report(tx: Transaction, case: Case) -> dict[str, Any]:
    """An accepted report is opened again; what was accepted counts until something else is."""
    report = _report(tx, case)
    data = {"report": report.id, "reason": case.variables.get("comment")}
    case.record(Happening("report-reopened", case.element_id, data=data | _postponed(tx, case, report, "reopened")))
    return _handed_back(tx, case, report)


def transfer_report(tx: Transaction, case: Case) -> dict[str, Any]:
    """The agency is no more: its successor owes the report from now on."""
    report = _report(tx, case)
    if not _hand_over(tx, case, report):
        raise ConflictError("Cơ quan chưa có cơ quan kế thừa.", "The agency has no successor in force.")
    return {"agency": report.agency, "nothing_to_report": False}


def mark_report_missing(tx: Transaction, case: Case) -> None:
    """Not even a late report came."""
    report = _report(tx, case)
    _turn(report, "missing")
    case.record(Happening("report-missing", case.element_id, data={"report": report.id}))
    escalations.settle(tx, case, "missing")


def _report(tx: Transaction, case: Case) -> Report:
    return tx.session.get_one(Report, case.variables["report"])


def _round_of(tx: Transaction, report: Report) -> ReportRound:
    return tx.session.get_one(ReportRound, report.round_id)


def _agency(tx: Transaction, report: Report) -> Agency:
    return tx.session.get_one(Agency, report.agency)


def _of(report: Report) -> Any:
    return ReportVersion.report_id == report.id


def _turn(report: Report, state: str) -> None:
    report.state = state
    report.version += 1


def _decide(tx: Transaction, report: Report, outcome: str, reason: str | None) -> ReportVersion:
    """Note on the latest version what was decided about it."""
    version = tx.session.scalars(select(ReportVersion).where(_of(report)).order_by(ReportVersion.number.desc())).first()
    if version is None or version.outcome is not None:
        raise ConflictError("Không có báo cáo chờ kiểm tra.", "No version waits for a decision.")
    version.outcome, version.reason = outcome, reason
    version.decided_by, version.decided_at = tx.actor.person_id, tx.now
    return version


def _postponed(tx: Transaction, case: Case, report: Report, state: str) -> dict[str, Any]:
    """Give the report the due date of its new turn; the old and the new one, for the history."""
    today, old = deadlines.local_date(tx.now), report.due_date
    wished = day_of(case.variables.get("new_due_date"))
    if wished is not None and wished < today:
        raise invalid("new_due_date", "past", "Thời hạn không được ở quá khứ.", "It may not be in the past.")
    late_until = _round_of(tx, report).late_until
    if wished is not None and wished > late_until:
        last_vi, last_en = f"Chỉ nhận báo cáo đến ngày {late_until:%d/%m/%Y}.", f"Reports are taken until {late_until}."
        raise invalid("new_due_date", "late", last_vi, last_en)
    calendar = calendars.current(tx)
    rule = Derivation(BY_DATE, wished) if wished is not None else Derivation(WITHIN, today, RETURN_DAYS)
    counted = replace(rule, calendar_version=calendar.version)
    report.due_date = deadlines.local_date(counted.instant(calendar))
    report.due_explanation = explanations.explain(counted, calendar, today)
    _turn(report, state)
    return {"due_date": {"old": old.isoformat(), "new": report.due_date.isoformat()}}


def _handed_back(tx: Transaction, case: Case, report: Report) -> dict[str, Any]:
    _hand_over(tx, case, report)
    afresh = {"new_due_date": None, "nothing_to_report": False}
    return afresh | {"report_due": report.due_date.isoformat(), "agency": report.agency}


def _hand_over(tx: Transaction, case: Case, report: Report) -> bool:
    """Give the report to the agency's successor, if the agency is no more in force and has one; whether it did."""
    today = deadlines.local_date(tx.now)
    code = None if _agency(tx, report).in_force(today) else successor_in_force(tx, report.agency)
    if code is None:
        return False
    change = {"old": report.agency, "new": code}
    report.agency, case.agency = code, code
    report.version += 1
    case.admit([f"agency:{code}"])
    case.record(Happening("report-transferred", case.element_id, data={"report": report.id, "agency": change}))
    escalations.settle(tx, case, "transferred")
    return True
