"""What the service tasks of report_round do: open the round, close it, consolidate, sign, submit, instruct, archive.

Rule: the diagram decides when; a handler writes rows and history. Source: requirements of periodic reports, steps 2
and 7 to 11 (docs/decisions/0013-reporting.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from engine import deadlines, schedules
from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.errors import ConflictError
from engine.handlers import consolidation, prefilling, round_documents
from engine.handlers.round_explanations import addressed_by
from engine.models.columns import new_id
from engine.models.directory import Agency
from engine.models.report import Report, ReportRound
from engine.models.report_statements import INSERT_REPORT
from engine.queries import rounds as queries
from engine.queries.directory import members_of
from engine.runtime import Transaction

__all__ = [
    "archive_report_round",
    "close_report_round",
    "consolidate_reports",
    "open_instructed_tasks",
    "open_report_round",
    "sign_consolidated_report",
    "submit_consolidated_report",
]

_REPORT = "periodic_report"
_TASK = "task_lifecycle"


def open_report_round(tx: Transaction, case: Case) -> dict[str, Any]:
    """Open one report, with its process, for every agency that the round asks and that is in force today."""
    found = _round(tx, case)
    if found.state != "scheduled" or found.instance_id not in (None, case.id):
        raise ConflictError("Đợt báo cáo đã được mở.", "The round has been opened already.")
    found.instance_id, found.opened_at = case.id, tx.now
    _turn(found, "open")
    asked = members_of(tx, found.reporters, deadlines.local_date(tx.now))
    due, explained = found.due_dates[schedules.AGENCY]["due"], queries.due_explanation(tx, found)
    rows = [
        _report_row(tx, found, agency, {"prefilled": figures, "due_explanation": explained})
        for agency, figures in prefilling.of_agencies(tx, found, asked)
    ]
    tx.write(INSERT_REPORT, *rows)
    for row in rows:
        _begin_report(tx, case, found, row)
    data = {"round": found.id, "agencies": [row["agency"] for row in rows], "due": due}
    case.record(Happening("report-round-opened", case.element_id, data=data))
    return {"round": 1, "agencies": len(rows), "explanations": []}


def close_report_round(tx: Transaction, case: Case) -> dict[str, Any]:
    """Cut aggregation off: who has not reported, and who reported late, is listed by name."""
    found = _round(tx, case)
    found.closed_at = tx.now
    found.missing = [_named(r, a) for r, a in _reports(tx, found.id) if queries.is_bound(a) and r.submitted_at is None]
    found.late = [_named(r, a) for r, a in _reports(tx, found.id) if r.late] + list(_latecomers(tx, found))
    _turn(found, "closed")
    data: dict[str, Any] = {"round": found.id, "missing": found.missing, "late": found.late}
    case.record(Happening("report-round-closed", case.element_id, data=data))
    names = {kind: [row["name_vi"] for row in data[kind]] for kind in ("missing", "late")}
    return {**names, "comment": None}


def consolidate_reports(tx: Transaction, case: Case) -> dict[str, Any]:
    """Freeze the figures of what is accepted now; after a return this is a further version, with its reason."""
    found = _round(tx, case)
    made = consolidation.freeze(tx, found, case.variables.get("comment"))
    found.frozen_at = tx.now
    _turn(found, "consolidated")
    data = {"round": found.id, "consolidated": made.id, "number": made.number, "sha256": made.sha256}
    case.record(Happening("report-round-consolidated", case.element_id, data=data))
    return {"consolidated_report": made.id, "comment": None}


def sign_consolidated_report(tx: Transaction, case: Case) -> dict[str, Any]:
    """The director signs what was drafted over the frozen figures; the number of a report sent before is not its."""
    made = queries.consolidated(tx, _round(tx, case).id)[-1]
    made.narrative, made.signed_by, made.signed_at = case.variables.get("narrative"), tx.actor.person_id, tx.now
    data = {"consolidated": made.id, "sha256": made.sha256}
    case.record(Happening("report-round-signed", case.element_id, data=data))
    return {"doc_number": None, "issued_on": None}


def submit_consolidated_report(tx: Transaction, case: Case) -> dict[str, Any]:
    """The report gets its number, from the register or the clerk, and goes to UBND through its office."""
    found = _round(tx, case)
    issued = round_documents.issue(tx, case, found)
    found.doc_number, found.submitted_at = issued["doc_number"], tx.now
    _turn(found, "submitted")
    data = {"round": found.id, "doc_number": found.doc_number}
    case.record(Happening("report-round-submitted", case.element_id, data=data))
    case.admit(["agency:vpub", "agency:ubnd"])
    return issued


def open_instructed_tasks(tx: Transaction, case: Case) -> dict[str, Any]:
    """The leader instructs: each agency addressed gets a plan task with its own lifecycle."""
    found, addressed = _round(tx, case), addressed_by(tx, case)
    opened = [_begin_task(tx, case, found, agency) for agency in addressed]
    data = {"round": found.id, "instances": opened, "agencies": [agency.code for agency in addressed]}
    case.record(Happening("plan-tasks-instructed", case.element_id, data=data))
    return {"instructed": opened}


def archive_report_round(tx: Transaction, case: Case) -> None:
    """The round is over; its figures stay as they were frozen."""
    found = _round(tx, case)
    found.archived_at = tx.now
    _turn(found, "archived")
    case.record(Happening("report-round-archived", case.element_id, data={"round": found.id}))


def _round(tx: Transaction, case: Case) -> ReportRound:
    found = tx.session.get(ReportRound, case.variables.get("report_round") or "", with_for_update=True)
    if found is None:
        raise ConflictError("Quy trình này do đợt báo cáo khởi tạo.", "This process is begun by a reporting round.")
    return found


def _turn(found: ReportRound, state: str) -> None:
    found.state = state
    found.version += 1


def _report_row(tx: Transaction, found: ReportRound, agency: Agency, known: dict[str, Any]) -> dict[str, Any]:
    due = deadlines.as_date(found.due_dates[schedules.AGENCY]["due"])
    empty = dict.fromkeys(c.key for c in Report.__table__.columns)
    fixed = {
        "id": new_id(),
        "round_id": found.id,
        "agency": agency.code,
        "original_agency": agency.code,
        "state": "draft",
        "original_due_date": due,
        "due_date": due,
        "return_count": 0,
        "urging_count": 0,
        "created_at": tx.now,
        "simulated": tx.simulated,
        "version": 1,
    }
    return empty | known | fixed


def _begin_report(tx: Transaction, case: Case, found: ReportRound, row: dict[str, Any]) -> None:
    from engine.commands import instances  # beginning a case runs steps, so it stands above this module

    prepared = {
        "report": row["id"],
        "report_round": found.id,
        "report_due": row["due_date"].isoformat(),
        "late_until": found.late_until.isoformat(),
        "aggregator": case.variables["aggregator"],
        "figures": row["prefilled"],
    }
    key = f"{case.business_key}/{row['agency']}"
    instances.begin(tx, instances.Start(_REPORT, business_key=key, agency=row["agency"], prepared=prepared))


def _begin_task(tx: Transaction, case: Case, found: ReportRound, agency: Agency) -> str:
    from engine.commands import instances

    known = case.variables
    regime = queries.regime_of(tx, found)
    given = {
        "obligation": regime.obligation_id,
        "title": known.get("title"),
        "deliverable": known.get("deliverable"),
        "due_date": known.get("answer_by"),
    }
    variables = {name: value for name, value in given.items() if value}
    key = f"{case.business_key}/{agency.code}/instruction"
    return instances.begin(tx, instances.Start(_TASK, business_key=key, agency=agency.code, variables=variables)).id


def _reports(tx: Transaction, round_id: str) -> list[tuple[Report, Agency]]:
    query = select(Report, Agency).join(Agency, Agency.code == Report.agency).where(Report.round_id == round_id)
    return [(report, agency) for report, agency in tx.session.execute(query.order_by(Report.original_agency))]


def _latecomers(tx: Transaction, found: ReportRound) -> Iterator[dict[str, Any]]:
    """The reports that came after the closing of the round before: they stand on this round's list."""
    query = select(ReportRound).where(
        ReportRound.regime_key == found.regime_key,
        ReportRound.kind == found.kind,
        ReportRound.opens_at < found.opens_at,
    )
    before = tx.session.scalars(query.order_by(ReportRound.opens_at.desc()).limit(1)).first()
    if before is None or before.closed_at is None or found.kind != "periodic":
        return
    for report, agency in _reports(tx, before.id):
        if report.submitted_at is not None and report.submitted_at > before.closed_at:
            yield _named(report, agency) | {"period": before.period}


def _named(report: Report, agency: Agency) -> dict[str, Any]:
    return {"agency": agency.code, "name_vi": agency.name_vi, "name_en": agency.name_en, "report": report.id}
