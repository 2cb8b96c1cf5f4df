"""What is asked of one agency's report, whichever step its case is at: opening it again, handing it over.

Rule: each is a message that the diagram waits for or does not; nothing here decides the order of steps.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import structlog
from sqlalchemy import select

from engine import deadlines
from engine.access import SYSTEM, Actor
from engine.commands import messages
from engine.commands.messages import Posted
from engine.errors import ConflictError, EngineError, FieldProblem, ForbiddenError, InvalidDataError, NotFoundError
from engine.models.directory import Agency
from engine.models.report import Report
from engine.queries import reports as queries
from engine.runtime import Engine, Transaction

REOPEN, TRANSFER, DUE_DATE_MOVED = "reopen-report", "transfer-report", "due-date-moved"
_UNSENT = "PT0S"
_KEEPERS = frozenset({"report_aggregator", "sysadmin"})
_WITH_AGENCY = ("draft", "returned", "reopened")

log = structlog.get_logger("engine.reports")


def reopen(tx: Transaction, report_id: str, reason: str, new_due_date: date | None = None) -> Report:
    """Open an accepted report again for its agency.

    Raises NotFoundError out of sight, ForbiddenError unless the actor is the aggregator, ConflictError when the report
    is not accepted or the time for late reports is over.
    """
    report = queries.report(tx, report_id)
    _require(tx.actor, frozenset({"report_aggregator"}), "reopen-report")
    if not reason.strip():
        raise InvalidDataError([FieldProblem("reason", "required", "Phải nêu lý do.", "A reason is required.")])
    day = new_due_date.isoformat() if new_due_date is not None else None
    _post(tx, report, REOPEN, {"comment": reason, "new_due_date": day})
    return report


def transfer(tx: Transaction, report_id: str) -> Report:
    """Hand the open report of an agency that is no more to its successor.

    Raises ForbiddenError unless the actor is the aggregator or a system administrator, ConflictError when the agency
    is still in force, has no successor, or has the report no longer in hand.
    """
    report = queries.report(tx, report_id)
    _require(tx.actor, _KEEPERS, "transfer-report")
    if tx.session.get_one(Agency, report.agency).in_force(deadlines.local_date(tx.now)):
        raise ConflictError("Cơ quan vẫn đang có hiệu lực.", "The agency is still in force.")
    _post(tx, report, TRANSFER, {})
    return report


def urge_anew(tx: Transaction, report: Report) -> None:
    """Have the urging ladder begin anew, for the report's due date was moved; a case of an older version has none."""
    try:
        _publish(tx, report, DUE_DATE_MOVED, {})
    except NotFoundError:
        log.info("ladder-not-begun-anew", report_id=report.id)


def orphaned(tx: Transaction) -> list[str]:
    """The open reports of agencies that are no more and have a successor."""
    today = deadlines.local_date(tx.now)
    query = select(Report.id).join(Agency, Agency.code == Report.agency)
    gone = (Agency.valid_to < today) & Agency.successor_code.is_not(None)
    return list(tx.session.scalars(query.where(gone, Report.state.in_(_WITH_AGENCY)).order_by(Report.id)))


def transfer_due(engine: Engine) -> int:
    """Hand over what agencies left behind, each in a transaction of its own; returns how many were handed over."""
    return sum(_transfer_one(engine, report_id) for report_id in engine.read(SYSTEM, orphaned))


def _transfer_one(engine: Engine, report_id: str) -> bool:
    try:
        engine.run(SYSTEM, transfer, report_id)
    except EngineError as error:
        log.error("report-not-transferred", report_id=report_id, code=error.code)
        return False
    return True


def _post(tx: Transaction, report: Report, name: str, variables: dict[str, Any]) -> None:
    """Send the report's case what it waits for, now or not at all."""
    try:
        _publish(tx, report, name, variables)
    except NotFoundError as error:
        raise ConflictError(
            "Báo cáo không ở bước cho phép thực hiện việc này.", "The report is not where this can be done."
        ) from error


def _publish(tx: Transaction, report: Report, name: str, variables: dict[str, Any]) -> None:
    posted = Posted(name, correlation={"correlation": report.id}, variables=variables, time_to_live=_UNSENT)
    messages.publish(tx, posted, by_command=True)


def _require(actor: Actor, roles: frozenset[str], verb: str) -> None:
    if not actor.is_system and not actor.roles & roles:
        raise ForbiddenError(verb, "Anh/chị không có quyền đối với báo cáo này.", "You may not do this to the report.")
