"""What the service tasks of external_request and request_reply do: a request, its letter, and what comes back.

Rule: a request is never due, late or urged; a courtesy letter goes out when a person decides so.
Source: requirements 2(f); plan 179/KH-UBND, V.7 and V.8 (“Trân trọng đề nghị”).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine import signals
from engine.audit.chain import Happening
from engine.commands import documents
from engine.commands.case import Case
from engine.documents import signing
from engine.documents.draft import Draft
from engine.handlers.content import invalid, require_obligation
from engine.models.columns import new_id
from engine.models.directory import Agency
from engine.models.outside import ExternalRequest, SharedResult
from engine.queries.document_drafts import signatory
from engine.queries.outside import is_outside
from engine.runtime import Transaction

__all__ = [
    "close_request",
    "note_reply",
    "open_reply",
    "open_request",
    "record_no_answer",
    "record_receipt",
    "record_reply",
    "record_results",
    "refuse_request",
    "send_follow_up",
    "send_request",
    "submit_request",
    "withdraw_request",
]

CITY, OFFICE, UNIT = "ubnd", "vpub", "KGVX"
_REPLY = "request_reply"
_STATES = {
    "accept": "accepted",
    "partly_accept": "partly_accepted",
    "decline": "declined",
    "answer": "answered",
    "no_answer": "no_answer",
}


def open_request(tx: Transaction, case: Case) -> dict[str, Any]:
    """Have a request for the case, kept by the City's office; the body is that of the obligation, if it names one."""
    obligation = require_obligation(tx, case.variables.get("obligation"))
    named = case.variables.get("body") or _outside_lead(tx, obligation.leads if obligation else [])
    found = ExternalRequest(
        id=new_id(),
        obligation_id=obligation.id if obligation else None,
        body=named,
        state="draft",
        follow_ups=0,
        instance_id=case.id,
        created_at=tx.now,
        simulated=tx.simulated,
        version=1,
    )
    if case.agency is None:
        case.agency = OFFICE
        case.admit([f"agency:{OFFICE}"])
    tx.session.add(found)
    case.record(Happening("request-opened", case.element_id, data=_data(found, body=named)))
    title = obligation.title_vi if obligation else None
    return {"external_request": found.id, "round": 1} | {k: v for k, v in (("body", named), ("subject", title)) if v}


def submit_request(tx: Transaction, case: Case) -> None:
    """The office submits its draft; whoever drafted it hears at once of what is wrong with it."""
    found, known = _request(tx, case), case.variables
    agency = tx.session.get(Agency, known["body"])
    if agency is None or not is_outside(agency):
        message_vi = "Cơ quan trực thuộc Thành phố thì giao nhiệm vụ, không gửi đề nghị."
        raise invalid("body", "outside", message_vi, "A subordinate agency is assigned tasks; it is not asked.")
    found.body, found.subject, found.content = agency.code, known["subject"], known["content"]
    _turn(found, "submitted")
    case.record(Happening("request-submitted", case.element_id, data=_data(found, body=agency.code)))


def withdraw_request(tx: Transaction, case: Case) -> None:
    """The office does not ask after all."""
    _close(tx, case, "withdrawn", case.variables.get("comment"))


def refuse_request(tx: Transaction, case: Case) -> None:
    """The leader does not have it sent."""
    _close(tx, case, "refused", case.variables.get("comment"))


def send_request(tx: Transaction, case: Case) -> None:
    """Number the letter as the leader signs it, and begin the case in which the body may answer."""
    from engine.commands import instances  # beginning a case runs steps, so it stands above this module

    found = _request(tx, case)
    letter = documents.issue(tx, _letter(tx, found, found.subject or "", found.content or ""), case)
    found.doc_number, found.sent_at = letter.symbol, tx.now
    _turn(found, "sent")
    case.record(Happening("request-sent", case.element_id, data=_data(found, document=letter.id, symbol=letter.symbol)))
    prepared = {"external_request": found.id, "body": found.body, "subject": found.subject, "letter": letter.symbol}
    begun = instances.begin(tx, instances.Start(_REPLY, business_key=letter.symbol, prepared=prepared))
    found.reply_instance_id = begun.id


def open_reply(tx: Transaction, case: Case) -> dict[str, Any]:
    """What the body sees of the request. Nobody else may begin this case than the one that sends the letter."""
    found = tx.session.get(ExternalRequest, str(case.variables.get("external_request")))
    if found is None or found.state != "sent" or found.reply_instance_id is not None:
        raise invalid("external_request", "unknown", "Không có công văn nào chờ mở trả lời.", "No letter has gone out.")
    return {"content": found.content}


def record_receipt(tx: Transaction, case: Case) -> None:
    """The body has the letter."""
    found = _request(tx, case)
    found.received_at = found.received_at or tx.now
    _turn(found, "received")
    case.record(Happening("request-received", case.element_id, data=_data(found)))


def record_reply(tx: Transaction, case: Case) -> dict[str, Any]:
    """The body answers, or the office enters the answer that came on paper."""
    return _answered(tx, case, case.variables["decision"])


def record_no_answer(tx: Transaction, case: Case) -> dict[str, Any]:
    """A person closes the request without an answer; nothing is held against the body."""
    return _answered(tx, case, "no_answer")


def send_follow_up(tx: Transaction, case: Case) -> None:
    """A courtesy letter, for a person wished it."""
    found = _request(tx, case)
    found.follow_ups += 1
    found.version += 1
    wish = case.variables.get("message") or "kính đề nghị Quý cơ quan quan tâm, có ý kiến."
    text = f"Tiếp theo Công văn số {found.doc_number}, {wish}"
    letter = documents.issue(tx, _letter(tx, found, f"trao đổi về {found.subject}", text), case)
    case.record(
        Happening(
            "request-followed-up",
            case.element_id,
            data=_data(found, document=letter.id, symbol=letter.symbol, number=found.follow_ups),
        )
    )
    signals.request_followed_up.send(tx, case=case, request=found)


def record_results(tx: Transaction, case: Case) -> dict[str, Any]:
    """Keep what the body shares of its own accord."""
    found, known = _request(tx, case), case.variables
    shared = SharedResult(
        id=new_id(),
        request_id=found.id,
        text=known["results"],
        documents=known.get("documents") or [],
        shared_by=tx.actor.person_id,
        shared_at=tx.now,
    )
    tx.session.add(shared)
    case.record(Happening("results-shared", case.element_id, data=_data(found, result=shared.id, voluntary=True)))
    return {"results": None, "documents": []}


def note_reply(tx: Transaction, case: Case) -> None:
    """Tell the offices that watch over the plan; as information, not as performance."""
    signals.request_answered.send(tx, case=case, request=_request(tx, case))


def close_request(tx: Transaction, case: Case) -> None:
    """The request is settled."""
    _close(tx, case, _request(tx, case).state, None)


def _outside_lead(tx: Transaction, leads: list[str]) -> str | None:
    """The body outside the administration that an obligation names first."""
    found = {row.code: row for row in tx.session.scalars(select(Agency).where(Agency.code.in_(leads)))}
    return next((code for code in leads if code in found and is_outside(found[code])), None)


def _letter(tx: Transaction, found: ExternalRequest, subject: str, text: str) -> Draft:
    city, body = tx.session.get_one(Agency, CITY), tx.session.get_one(Agency, found.body)
    return Draft(
        type="cv",
        agency=CITY,
        subject=subject,
        body=[line for line in text.splitlines() if line.strip()],
        signer=signing.signer(city.name_vi, signatory(tx, city.name_vi), signing.DEPUTY),
        addressees=[body.name_vi],
        recipients=["Sở Văn hóa và Thể thao"],
        unit=UNIT,
    )


def _answered(tx: Transaction, case: Case, answer: str) -> dict[str, Any]:
    found, known = _request(tx, case), case.variables
    found.answered_at, found.reply_number = tx.now, known.get("reply_number")
    found.answer = known.get("comment") if answer != "no_answer" else None
    _turn(found, _STATES[answer])
    case.record(
        Happening(
            "request-answered", case.element_id, data=_data(found, answer=answer, reply_number=found.reply_number)
        )
    )
    return {"answer": answer, "documents": []}


def _close(tx: Transaction, case: Case, state: str, reason: str | None) -> None:
    found = _request(tx, case)
    found.closed_at = tx.now
    _turn(found, state)
    case.record(
        Happening(
            "request-closed", case.element_id, data=_data(found, state=state, **({"reason": reason} if reason else {}))
        )
    )


def _request(tx: Transaction, case: Case) -> ExternalRequest:
    return tx.session.get_one(ExternalRequest, case.variables["external_request"])


def _turn(found: ExternalRequest, state: str) -> None:
    found.state, found.version = state, found.version + 1


def _data(found: ExternalRequest, **facts: Any) -> dict[str, Any]:
    return {"request": found.id, **facts}
