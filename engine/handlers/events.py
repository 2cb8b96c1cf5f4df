"""What the service tasks of an event do after its approval: invitations, changes, minutes and report.

Rule: whoever was invited hears of a change in writing; the minutes are evidence of the plan task that the event serves.
Source: requirements 2(h); plan 179/KH-UBND, V.3.a and V.4.c.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine import deadlines, signals
from engine.audit.chain import Happening
from engine.commands.case import Case, hold_case
from engine.documents.content import plain_date
from engine.handlers import activities, activity_documents
from engine.handlers.activity_content import activity_of, facts, settle, turn
from engine.handlers.content import day_of, invalid
from engine.models.activity import Activity
from engine.models.document import Document
from engine.models.plan import PlanTask
from engine.models.task import UserTask
from engine.runtime import Transaction

__all__ = ["announce_change", "ask_change", "cancel_event", "close_event", "send_invitations"]

_POSTPONE, _ONLINE, _CANCEL = "postpone", "move_online", "request_cancellation"
_STAGES = {_POSTPONE: "postponed", _ONLINE: "online", _CANCEL: "cancelled"}


def send_invitations(tx: Transaction, case: Case) -> None:
    """The head signs the invitation: it gets its number and goes to whoever is invited."""
    found, known = activity_of(tx, case), case.variables
    invited = [code for code in known["invitees"] if code != case.agency]
    day = plain_date(deadlines.as_date(known["held_on"]))
    text = f"{known['invitation_text']}\nThời gian: ngày {day}. Địa điểm: {known.get('place') or 'sẽ thông báo'}"
    issued = activity_documents.invitation(tx, case, f"Dự “{found.title}”"[:400], text, invited or [str(case.agency)])
    settle(found, invitation=issued.symbol, invited=invited)
    turn(found, "preparing")
    told = facts(found, agencies=invited, document=issued.id, symbol=issued.symbol)
    case.record(Happening("event-invited", case.element_id, data=told))
    signals.event_announced.send(tx, case=case, activity=found, agencies=invited, stage="invited")


def ask_change(tx: Transaction, case: Case) -> dict[str, Any]:
    """The officer asks to postpone the event, to move it online or to cancel it."""
    found, known = activity_of(tx, case), case.variables
    day = day_of(known.get("new_date")) if known["decision"] == _POSTPONE else None
    if day is not None and day < deadlines.local_date(tx.now):
        raise invalid("new_date", "past", "Ngày không được ở quá khứ.", "The day may not be in the past.")
    told = facts(found, change=known["decision"], reason=known.get("comment"), new_date=known.get("new_date"))
    case.record(Happening("event-change-asked", case.element_id, data=told))
    return {"change": known["decision"], "change_reason": known.get("comment")}


def announce_change(tx: Transaction, case: Case) -> dict[str, Any]:
    """The head agrees: whoever is invited is told by a numbered letter. Gives the new day and format."""
    found, known = activity_of(tx, case), case.variables
    change, invited = known["change"], [str(code) for code in found.results.get("invited", [])]
    subject, changed = _changed(found, known, change)
    text = f"{subject[:1].upper()}{subject[1:]}. Lý do: {known.get('change_reason')}"
    issued = activity_documents.letter(tx, case, subject[:400], text, invited or [str(case.agency)])
    found.ends_on = day_of(changed.get("held_on")) or found.ends_on
    found.details = found.details | {k: v for k, v in changed.items() if k != "held_on"}
    settle(found, changes=[*found.results.get("changes", []), {"change": change, "document": issued.symbol}])
    stage = _STAGES[change]
    told = facts(found, change=change, agencies=invited, document=issued.id, symbol=issued.symbol)
    case.record(Happening("event-changed", case.element_id, data=told))
    signals.event_announced.send(tx, case=case, activity=found, agencies=invited, stage=stage)
    return {name: value for name, value in changed.items() if name in ("held_on", "event_format")}


def cancel_event(tx: Transaction, case: Case) -> None:
    """The event does not take place."""
    activities.close(tx, case, "cancelled", case.variables.get("change_reason"))


def close_event(tx: Transaction, case: Case) -> dict[str, Any]:
    """The head signs minutes and report: both get numbers, and the plan task hears of its evidence."""
    found, known = activity_of(tx, case), case.variables
    name = f"“{found.title}”"[:400]
    minutes = activity_documents.minutes(tx, case, f"Về {name}", known["minutes_text"], _writer(tx, case))
    report = activity_documents.to_city(tx, case, "bc", f"Kết quả tổ chức {name}", known["report_text"])
    results = {
        "attendance": known["attendance"],
        "attendance_list": known.get("attendance_list") or [],
        "recommendations": activity_documents.lines(known.get("recommendations")),
        "media_links": known.get("media_links") or [],
        "minutes": minutes.symbol,
        "minutes_document": minutes.id,
        "report": report.symbol,
    }
    activities.close(tx, case, "done", **results)
    _offer_evidence(tx, case, found, minutes)
    return {"minutes": minutes.symbol, "report_symbol": report.symbol}


def _changed(found: Activity, known: dict[str, Any], change: str) -> tuple[str, dict[str, Any]]:
    """What the letter is about, and what is otherwise now."""
    if change == _POSTPONE:
        day = deadlines.as_date(known["new_date"])
        return f"hoãn “{found.title}” đến ngày {plain_date(day)}", {"held_on": day.isoformat()}
    if change == _ONLINE:
        link = known.get("online_link")
        return f"chuyển “{found.title}” sang trực tuyến: {link}", {"event_format": "online", "online_link": link}
    return f"hủy tổ chức “{found.title}”", {}


def _writer(tx: Transaction, case: Case) -> str | None:
    """Who wrote the minutes that are signed."""
    mine = (UserTask.instance_id == case.id) & (UserTask.element_id == "record_event")
    done = select(UserTask.closed_by).where(mine, UserTask.state == "completed")
    return tx.session.scalars(done.order_by(UserTask.closed_at.desc()).limit(1)).first()


def _offer_evidence(tx: Transaction, case: Case, found: Activity, minutes: Document) -> None:
    """Let the plan task that the event serves have its minutes as evidence, in its own history and form."""
    task = tx.session.get(PlanTask, found.plan_task_id) if found.plan_task_id else None
    if task is None or task.instance_id is None or task.closed_at is not None:
        return
    other = hold_case(tx, task.instance_id)
    item = {"title": f"Biên bản số {minutes.symbol}", "url": f"/documents/{minutes.id}", "note": found.title or ""}
    other.variables = other.variables | {"evidence": [*(other.variables.get("evidence") or []), item]}
    told = {"plan_task": task.id, "activity": found.id, "document": minutes.id, "symbol": minutes.symbol}
    other.record(Happening("evidence-offered", data=told))
    case.record(Happening("event-evidence-given", case.element_id, data=facts(found, plan_task=task.id)))
