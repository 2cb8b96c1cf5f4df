"""What the service tasks of a survey do after its approval: fieldwork, findings, report and policy proposal.

Rule: no answer and no respondent is ever in a variable or in the history; both are in tables of their own, apart.
Source: requirements 2(h); plan 179/KH-UBND, V.3.d.
"""

from __future__ import annotations

from typing import Any

from engine import deadlines
from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.handlers import activities, activity_documents
from engine.handlers.activity_content import activity_of, facts, settle, turn
from engine.handlers.content import day_of, invalid
from engine.queries.activities import count_answers
from engine.runtime import Transaction

__all__ = [
    "close_field",
    "close_survey",
    "extend_field",
    "open_field",
    "record_analysis",
    "submit_policy",
    "take_up_policy",
]

_TASK = "task_lifecycle"


def open_field(tx: Transaction, case: Case) -> None:
    """Answers are taken from now on."""
    found = activity_of(tx, case)
    turn(found, "open")
    until = found.ends_on.isoformat() if found.ends_on else None
    case.record(Happening("survey-field-opened", case.element_id, data=facts(found, field_until=until)))


def extend_field(tx: Transaction, case: Case) -> dict[str, Any]:
    """Answers are taken until another day. Raises InvalidDataError for a day in the past."""
    found, day = activity_of(tx, case), day_of(case.variables["new_until"])
    if day is None or day < deadlines.local_date(tx.now):
        raise invalid("new_until", "past", "Ngày không được ở quá khứ.", "The day may not be in the past.")
    old, found.ends_on = found.ends_on, day
    found.version += 1
    moved = {"old": old.isoformat() if old else None, "new": day.isoformat()}
    told = facts(found, field_until=moved, reason=case.variables.get("comment"))
    case.record(Happening("survey-field-extended", case.element_id, data=told))
    return {"field_until": day.isoformat()}


def close_field(tx: Transaction, case: Case) -> dict[str, Any]:
    """No more answers are taken; they are counted."""
    found = activity_of(tx, case)
    counted = count_answers(tx, found.id)
    if counted == 0:
        raise invalid("decision", "empty", "Chưa có phiếu trả lời nào.", "There is no answer yet.")
    settle(found, answers=counted)
    turn(found, "analysing")
    case.record(Happening("survey-field-closed", case.element_id, data=facts(found, answers=counted)))
    return {"answers_counted": counted}


def record_analysis(tx: Transaction, case: Case) -> None:
    """The data are cleaned and analysed. Raises InvalidDataError for more valid answers than there are."""
    found, known = activity_of(tx, case), case.variables
    valid = min(int(known["valid_answers"]), int(known["answers_counted"]))
    settle(found, valid_answers=valid, cleaning_notes=known["cleaning_notes"], findings=known["findings"])
    told = facts(found, answers=known["answers_counted"], valid_answers=valid)
    case.record(Happening("survey-analysed", case.element_id, data=told))


def submit_policy(tx: Transaction, case: Case) -> dict[str, Any]:
    """The head signs: report and submission get their numbers and go to the City."""
    found, known = activity_of(tx, case), case.variables
    name = f"“{found.title}”"[:400]
    report = activity_documents.to_city(tx, case, "bc", f"Kết quả khảo sát {name}", known["report_text"])
    asked = activity_documents.to_city(tx, case, "ttr", f"Về chính sách đề xuất sau {name}", known["policy_text"])
    settle(found, report=report.symbol, submission=asked.symbol, policy=known["policy_text"])
    turn(found, "submitted_to_city")
    told = facts(found, report=report.symbol, submission=asked.symbol)
    case.record(Happening("survey-policy-submitted", case.element_id, data=told))
    return {"report_symbol": report.symbol, "submission_symbol": asked.symbol}


def take_up_policy(tx: Transaction, case: Case) -> None:
    """The leader has the proposal carried out: a task of the agency is opened."""
    from engine.commands import instances  # beginning a case runs steps, so it stands above this module

    found = activity_of(tx, case)
    given = {"title": f"Triển khai đề xuất sau “{found.title}”"[:300], "deliverable": case.variables["deliverable"]}
    key = f"{case.business_key or found.id}/policy"
    begun = instances.begin(tx, instances.Start(_TASK, business_key=key, agency=case.agency, variables=given))
    settle(found, task_case=begun.id)
    case.record(Happening("survey-policy-taken-up", case.element_id, data=facts(found, instance=begun.id)))


def close_survey(tx: Transaction, case: Case) -> None:
    """The leader has said what becomes of the proposal."""
    activities.close(tx, case, "done", opinion=case.variables["decision"], remark=case.variables.get("comment"))
