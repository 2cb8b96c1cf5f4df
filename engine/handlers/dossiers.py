"""What the service tasks of the commendation diagrams do to a dossier, from its opening to the archive.

Rule: the diagram decides when; a handler writes the read model, history and the reasons that people are told.
Source: requirements of commendation, steps 1 to 11; what changes with the law stands in workflows/award_rules.dmn.
"""

from __future__ import annotations

from typing import Any

from engine import deadlines, signals
from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.handlers import award_documents, awards, council, dossier_content
from engine.handlers.content import day_of, invalid
from engine.handlers.dossier_content import change, dossier_of, turned
from engine.models.commendation import CouncilMeeting
from engine.models.plan import PlanTask
from engine.queries import calendar as calendars
from engine.queries import dossiers as queries
from engine.runtime import Transaction

__all__ = [
    "check_nomination",
    "close_dossier",
    "convene_council",
    "count_ballots",
    "decide_award",
    "find_duplicates",
    "forward_dossier",
    "open_dossier",
    "open_nomination",
    "praise_nominee",
    "publish_award",
    "publish_notice",
    "receive_dossier",
    "record_agency_opinions",
    "record_no_opinion",
    "record_recovery",
    "refuse_dossier",
    "remind_dossier",
    "request_opinions",
    "return_dossier",
    "revoke_award",
    "submit_dossier",
    "submit_to_chairman",
    "withdraw_dossier",
]

_PROCESS = "commendation"
_DEFAULTS = {"praise": False, "public_notice": False}


def open_nomination(tx: Transaction, case: Case) -> dict[str, Any]:
    """The head wishes to commend for a plan task: begin a dossier that rests on it, for an officer to fill in."""
    from engine.commands import instances  # beginning a case runs steps, so it stands above this module

    task = tx.session.get_one(PlanTask, case.plan_task_id)
    content = {"achievement_title": task.title, "achievement_summary": case.variables.get("comment")}
    prepared = {"evidence": [task.id], **{name: value for name, value in content.items() if value}}
    begun = instances.begin(tx, instances.Start(_PROCESS, agency=task.agency, prepared=prepared))
    case.record(Happening("nomination-opened", case.element_id, data={"plan_task": task.id, "instance": begun.id}))
    return {"nomination": begun.id}


def open_dossier(tx: Transaction, case: Case) -> dict[str, Any]:
    """Have a dossier for the case, and give what later expressions need."""
    missing = {name: value for name, value in _DEFAULTS.items() if case.variables.get(name) is None}
    return missing | dossier_content.opened(tx, case)


def check_nomination(tx: Transaction, case: Case) -> dict[str, Any]:
    """The officer hears at once of all that keeps the nomination from being handed in.

    Only what the City's Chairman grants goes up to the City; the rest is for those who grant it themselves.
    """
    known = case.variables.get("rules") or {}
    if known.get("allowed") is True and known.get("grantor") != "city_chairman":
        message_vi = "Hình thức này do cơ quan, địa phương tự quyết định, không trình Thành phố."
        raise invalid("award_form", "grantor", message_vi, "This form is granted below the City; it is not submitted.")
    return dossier_content.checked(tx, case)


def withdraw_dossier(tx: Transaction, case: Case) -> None:
    """The agency does not nominate after all."""
    change(case, dossier_of(tx, case), reason=case.variables.get("comment"), closed_at=tx.now)


def praise_nominee(tx: Transaction, case: Case) -> None:
    """The agency praises at its own level; where that is all, the dossier is closed."""
    dossier_content.praised(tx, case)
    if case.variables.get("decision") == "praise_only":
        change(case, dossier_of(tx, case), closed_at=tx.now)


def submit_dossier(tx: Transaction, case: Case) -> dict[str, Any]:
    """The agency's head has signed."""
    return dossier_content.submitted(tx, case)


def return_dossier(tx: Transaction, case: Case) -> dict[str, Any]:
    """The dossier goes back to the proposing agency, which is told why."""
    dossier_content.returned(tx, case)
    return {"comment": None}


def refuse_dossier(tx: Transaction, case: Case) -> None:
    """There will be no award; the proposing agency is told why."""
    _keep_minutes(tx, case)
    dossier_content.refused(tx, case)


def receive_dossier(tx: Transaction, case: Case) -> dict[str, Any]:
    """Sở KHCN has it: the day of receipt fixes the rules."""
    return dossier_content.received(tx, case)


def find_duplicates(tx: Transaction, case: Case) -> dict[str, Any]:
    """Name what else claims the same, and which claims have changed since they were made."""
    return dossier_content.duplicates_found(tx, case)


def remind_dossier(tx: Transaction, case: Case) -> None:
    """A check of the dossier takes too long: remind the office that has it."""
    found = dossier_of(tx, case)
    case.record(Happening("dossier-overdue", case.element_id, data={"dossier": found.id}))
    signals.dossier_overdue.send(tx, case=case, dossier=found, element_id=case.element_id or "")


def forward_dossier(tx: Transaction, case: Case) -> dict[str, Any]:
    """The consolidated proposal is signed: the standing body appraises, by a day counted from now."""
    turned(case, dossier_of(tx, case), "appraising")
    days = int(case.variables["rules"]["appraisal_days"])
    due = calendars.current(tx).add(deadlines.local_date(tx.now), days)
    return {"appraisal_due": due.isoformat(), "opinions": [], "comment": None}


def request_opinions(tx: Transaction, case: Case) -> None:
    """Ask the related agencies; never the one that proposed."""
    found = dossier_of(tx, case)
    if found.agency in (case.variables.get("related_agencies") or []):
        message_vi = "Không hỏi ý kiến chính cơ quan đề nghị."
        raise invalid("related_agencies", "own-proposal", message_vi, "The proposing agency is not asked.")
    turned(case, found, "opinion")


def record_no_opinion(tx: Transaction, case: Case) -> dict[str, Any]:
    """The time is over: who said nothing has no opinion; never: consent."""
    return dossier_content.opinions_recorded(tx, case)


def record_agency_opinions(tx: Transaction, case: Case) -> dict[str, Any]:
    """Keep what the related agencies said; the appraisal goes on."""
    outcome = dossier_content.opinions_recorded(tx, case)
    turned(case, dossier_of(tx, case), "appraising")
    return outcome


def publish_notice(tx: Transaction, case: Case) -> None:
    """The nomination is open to the public's remarks for the days that the rules say."""
    found = dossier_of(tx, case)
    days = int(case.variables["rules"]["public_notice_days"])
    case.record(Happening("dossier-notice-published", case.element_id, data={"dossier": found.id, "days": days}))


def convene_council(tx: Transaction, case: Case) -> dict[str, Any]:
    """Call the council together. Raises InvalidDataError for days that are past or out of order."""
    today, known = deadlines.local_date(tx.now), case.variables
    meets, closes = day_of(known.get("council_meeting_on")), day_of(known.get("closes_on"))
    if meets is None or meets < today:
        raise invalid("council_meeting_on", "past", "Ngày họp không được ở quá khứ.", "It may not be in the past.")
    if closes is None or closes < meets:
        message_vi = "Hạn bỏ phiếu không được trước ngày họp."
        raise invalid("closes_on", "order", message_vi, "Voting may not close before the meeting.")
    return dict(council.convened(tx, case))


def count_ballots(tx: Transaction, case: Case) -> dict[str, Any]:
    """Close the vote and count it."""
    return council.ballots_counted(tx, case)


def submit_to_chairman(tx: Transaction, case: Case) -> None:
    """The submission goes up through the City's office."""
    _keep_minutes(tx, case)
    turned(case, dossier_of(tx, case), "submitted_to_chairman")


def decide_award(tx: Transaction, case: Case) -> dict[str, Any]:
    """The Chairman has signed: the decision is numbered in this very transaction, and the result is announced."""
    number = award_documents.decision(tx, case, dossier_of(tx, case))
    return awards.decided(tx, case, number)


def publish_award(tx: Transaction, case: Case) -> None:
    """Publish the decision; a person is named as the office has chosen, and on what ground."""
    found, known = dossier_of(tx, case), case.variables
    chosen = {"publish": bool(known.get("publish")), "publish_basis": known.get("publish_basis")}
    if any(getattr(found, name) != value for name, value in chosen.items()):
        change(case, found, **chosen)
    awards.published(tx, case)


def close_dossier(tx: Transaction, case: Case) -> None:
    """The time for complaints is over: the dossier is archived."""
    dossier_content.closed(tx, case)


def revoke_award(tx: Transaction, case: Case) -> dict[str, Any]:
    """The Chairman annuls the decision by another one, which is numbered in this transaction."""
    number = award_documents.revocation(tx, case, dossier_of(tx, case))
    return awards.revoked(tx, case, number)


def record_recovery(tx: Transaction, case: Case) -> None:
    """Certificate and money have been given back."""
    found = dossier_of(tx, case)
    award = queries.award_of(tx, found.id)
    if award is not None:
        award.recovered_on = day_of(case.variables.get("recovered_on"))
        award.version += 1
    data = {"dossier": found.id, "recovered_on": case.variables.get("recovered_on")}
    case.record(Happening("award-recovered", case.element_id, data=data))


def _keep_minutes(tx: Transaction, case: Case) -> None:
    """The council's minutes are written after its vote is counted: keep them with the meeting."""
    meeting = tx.session.get(CouncilMeeting, case.variables.get("meeting") or "")
    if meeting is not None and meeting.minutes is None and case.variables.get("council_minutes"):
        meeting.minutes = case.variables["council_minutes"]
        meeting.version += 1
