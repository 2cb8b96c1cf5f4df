"""What events, contests and surveys have in common: drafted, submitted, approved or not.

Rule: whoever approved, agency or City, issues the decision, in the transaction that approves.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.handlers import activity_documents
from engine.handlers.activity_content import activity_of, facts, open_activity, settle, submit_activity, turn
from engine.handlers.content import invalid
from engine.models.activity import Activity
from engine.models.directory import Agency
from engine.queries.outside import is_outside
from engine.runtime import Transaction

__all__ = [
    "approve_activity",
    "approve_activity_for_city",
    "open_contest",
    "open_event",
    "open_survey",
    "refuse_contest",
    "refuse_event",
    "refuse_survey",
    "submit_event",
    "submit_rules",
    "submit_survey",
    "withdraw_contest",
    "withdraw_event",
    "withdraw_survey",
]

PRESS = "press"
_SHARED = ("budget_amount", "funding_proposal", "content_tags", "documents")
_EVENT = (*_SHARED, "plan_text", "place", "event_format", "invitees")
_CONTEST = (*_SHARED, "rules_text", "jury", "complaint_days")
_SURVEY = (*_SHARED, "questionnaire", "privacy_notice", "sample")


def open_event(tx: Transaction, case: Case) -> dict[str, Any]:
    """Have an event for the case."""
    return _opened(case, open_activity(tx, case, "event")) | {"invitation_round": 1, "report_round_number": 1}


def open_contest(tx: Transaction, case: Case) -> dict[str, Any]:
    """Have a contest for the case."""
    return _opened(case, open_activity(tx, case, "contest")) | {
        "entries": [],
        "checks": [],
        "scores": [],
        "ranking": [],
        "result_round": 1,
    }


def open_survey(tx: Transaction, case: Case) -> dict[str, Any]:
    """Have a survey for the case."""
    return _opened(case, open_activity(tx, case, "survey")) | {"report_round_number": 1}


def submit_event(tx: Transaction, case: Case) -> None:
    """The officer submits the plan of an event; raises InvalidDataError with what cannot be meant."""
    submit_activity(tx, case, "held_on", _EVENT)


def submit_rules(tx: Transaction, case: Case) -> None:
    """The officer submits the rules of a contest; raises InvalidDataError with what cannot be meant."""
    named = tx.session.scalars(select(Agency).where(Agency.code.in_(case.variables["jury"])))
    asked = ", ".join(sorted(agency.name_vi for agency in named if is_outside(agency) and agency.type != PRESS))
    if asked:
        message_vi = f"Cơ quan ngoài hệ thống không được giao việc chấm: {asked}."
        raise invalid("jury", "outside", message_vi, f"Bodies outside the City are given no tasks: {asked}.")
    submit_activity(tx, case, "entries_until", _CONTEST)


def submit_survey(tx: Transaction, case: Case) -> None:
    """The officer submits a questionnaire; raises InvalidDataError with what cannot be meant."""
    submit_activity(tx, case, "field_until", _SURVEY)


def withdraw_event(tx: Transaction, case: Case) -> None:
    """The event is not wanted after all."""
    close(tx, case, "withdrawn", case.variables.get("comment"))


def withdraw_contest(tx: Transaction, case: Case) -> None:
    """The contest is not wanted after all."""
    close(tx, case, "withdrawn", case.variables.get("comment"))


def withdraw_survey(tx: Transaction, case: Case) -> None:
    """The survey is not wanted after all."""
    close(tx, case, "withdrawn", case.variables.get("comment"))


def refuse_event(tx: Transaction, case: Case) -> None:
    """The plan of the event is refused."""
    close(tx, case, "refused", case.variables.get("comment"))


def refuse_contest(tx: Transaction, case: Case) -> None:
    """The rules of the contest are refused."""
    close(tx, case, "refused", case.variables.get("comment"))


def refuse_survey(tx: Transaction, case: Case) -> None:
    """The questionnaire is refused."""
    close(tx, case, "refused", case.variables.get("comment"))


def approve_activity(tx: Transaction, case: Case) -> None:
    """The head approves within the agency's power: the agency's decision gets its number."""
    _approve(tx, case, str(case.agency))


def approve_activity_for_city(tx: Transaction, case: Case) -> None:
    """The City's leader approves: the City's decision gets its number."""
    _approve(tx, case, activity_documents.CITY)


def close(tx: Transaction, case: Case, state: str, reason: str | None = None, **results: Any) -> Activity:
    """Close the activity of the case in a state."""
    found = activity_of(tx, case)
    if results:
        settle(found, **results)
    found.closed_at = tx.now
    turn(found, state)
    told = facts(found, state=state) | ({"reason": reason} if reason else {})
    case.record(Happening("activity-closed", case.element_id, data=told))
    return found


def abandoned(tx: Transaction, case: Case) -> None:
    """The case was ended by hand."""
    found = tx.session.get(Activity, case.variables["activity"])
    if found is not None and found.instance_id == case.id and found.closed_at is None:
        close(tx, case, "cancelled")


def _opened(case: Case, found: Activity) -> dict[str, Any]:
    case.record(Happening("activity-opened", case.element_id, data=facts(found, obligation=found.obligation_id)))
    return {"activity": found.id, "round": 1} | ({"title": found.title} if found.title else {})


def _approve(tx: Transaction, case: Case, issuer: str) -> None:
    found = activity_of(tx, case)
    issued = activity_documents.approval(tx, case, found, issuer)
    found.approved_at, found.doc_number = tx.now, issued.symbol
    turn(found, "approved")
    told = facts(found, document=issued.id, symbol=issued.symbol, issuer=issuer)
    case.record(Happening("activity-approved", case.element_id, data=told))
