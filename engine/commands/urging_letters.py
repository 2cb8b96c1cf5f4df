"""Signing the letter that urges an agency to report: the aggregator's head does, and it is numbered as they sign.

Rule: a letter is about a report that is overdue; that there is a time for one is said by the urging ladder.
"""

from __future__ import annotations

from datetime import date

from engine import deadlines
from engine.commands import documents
from engine.commands.case import hold_case
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidDataError, NotFoundError
from engine.models.document import Document
from engine.models.report import Report, ReportRound
from engine.queries import calendar as calendars
from engine.queries import document_drafts
from engine.queries import reports as queries
from engine.queries.rounds import regime_of
from engine.runtime import Transaction

# House value: the working days that a letter leaves for the answer when nobody sets a day.
ANSWER_DAYS = 2
_OWED = ("draft", "returned", "reopened")


def sign(tx: Transaction, report_id: str, unit: str, answer_by: date | None = None) -> Document:
    """Sign and number the letter to the agency that owes a report; what it demands is due on `answer_by`.

    Raises NotFoundError out of sight, ForbiddenError unless the actor heads the aggregator, ConflictError unless the
    report is overdue, InvalidDataError for a day that is past.
    """
    report = _report(tx, report_id)
    today = deadlines.local_date(tx.now)
    if report.state not in _OWED or today <= report.due_date:
        raise ConflictError("Báo cáo chưa quá hạn hoặc đã được gửi.", "The report is not overdue.")
    if answer_by is not None and answer_by < today:
        problem = FieldProblem("answer_by", "past", "Thời hạn không được ở quá khứ.", "It may not be in the past.")
        raise InvalidDataError([problem])
    due = answer_by or calendars.current(tx).add(today, ANSWER_DAYS)
    wanted = document_drafts.urging_letter(tx, report, due, unit)
    return documents.issue(tx, wanted, hold_case(tx, report.instance_id or ""))


def _report(tx: Transaction, report_id: str) -> Report:
    """The report, for the head of its aggregator, who signs for it without being the one who reads it."""
    report = tx.session.get(Report, report_id)
    if report is None:
        raise NotFoundError("report", report_id)
    regime = regime_of(tx, tx.session.get_one(ReportRound, report.round_id))
    if tx.actor.is_system or tx.actor.holds("agency_head", regime.aggregator):
        return report
    queries.report(tx, report_id)
    raise ForbiddenError(
        "sign-urging-letter",
        "Chỉ người đứng đầu cơ quan tổng hợp được ký công văn đôn đốc.",
        "Only the head of the aggregating agency may sign an urging letter.",
    )
