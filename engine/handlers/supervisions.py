"""What the service tasks of supervision_response and supervision_answer do: here the obligation is on the City's side.

Rule: every recommendation is answered, in writing, by the agency addressed; what is taken up becomes a task.
Source: requirements 2(f); plan 179/KH-UBND, V.8.b; Law on the Fatherland Front 75/2015, arts. 27 and 34.
"""

from __future__ import annotations

from typing import Any

from engine import deadlines, signals
from engine.audit.chain import Happening
from engine.commands import documents
from engine.commands.case import Case
from engine.documents import signing
from engine.documents.draft import Draft
from engine.handlers.content import invalid, require_obligation
from engine.models.columns import new_id
from engine.models.directory import Agency
from engine.models.outside import Recommendation, Supervision
from engine.queries import calendar as calendars
from engine.queries.document_drafts import signatory
from engine.queries.outside import is_outside
from engine.runtime import Transaction

__all__ = [
    "begin_answer",
    "close_supervision",
    "open_answer",
    "open_supervision",
    "receive_supervision",
    "remind_answer",
    "send_answer",
    "urge_answer",
    "withdraw_supervision",
]

FRONT, UNIT = "mttq", "VP"
#: No deadline for the reply was found in the law; the house gives 15 working days unless another number is named.
REPLY_DAYS = 15
_ANSWER, _TASK = "supervision_answer", "task_lifecycle"
_ANSWERS_VI = {"accept": "tiếp thu", "partly_accept": "tiếp thu một phần", "decline": "giải trình"}


def open_supervision(tx: Transaction, case: Case) -> dict[str, Any]:
    """Have a supervision for the case; it is the Front's, whoever enters it."""
    obligation = require_obligation(tx, case.variables.get("obligation"))
    front = case.variables.get("front") or FRONT
    agency = tx.session.get(Agency, front)
    if agency is None or not is_outside(agency):
        raise invalid("front", "unknown", "Không có tổ chức giám sát này.", "There is no such supervising body.")
    found = Supervision(
        id=new_id(),
        obligation_id=obligation.id if obligation else None,
        front=front,
        state="draft",
        round=1,
        instance_id=case.id,
        created_at=tx.now,
        simulated=tx.simulated,
        version=1,
    )
    tx.session.add(found)
    case.record(Happening("supervision-opened", case.element_id, data=_data(found, front=front)))
    return {"supervision": found.id, "front": front, "round": 1}


def withdraw_supervision(tx: Transaction, case: Case) -> None:
    """The Front does not send it after all."""
    _close(tx, case, "withdrawn")


def receive_supervision(tx: Transaction, case: Case) -> None:
    """Register what came, and acknowledge it the same day."""
    found, known = _supervision(tx, case), case.variables
    found.kind, found.subject, found.content = known["supervision_kind"], known["subject"], known["content"]
    found.letter_number = known.get("letter_number")
    found.received_at = found.received_at or tx.now
    _turn(found, "received")
    case.record(
        Happening(
            "supervision-received",
            case.element_id,
            data=_data(found, received=found.kind, recommendations=len(known.get("recommendations") or [])),
        )
    )


def begin_answer(tx: Transaction, case: Case) -> None:
    """Have the agency addressed answer, by a day counted from now; a further round is a further case of its own."""
    from engine.commands import instances  # beginning a case runs steps, so it stands above this module

    found, known = _supervision(tx, case), case.variables
    agency = tx.session.get(Agency, known["addressed"])
    if agency is None or is_outside(agency) or not agency.in_force(deadlines.local_date(tx.now)):
        raise invalid("addressed", "subordinate", "Phải là cơ quan của Thành phố đang có hiệu lực.", "No such agency.")
    days = int(known.get("reply_days") or REPLY_DAYS)
    due = calendars.current(tx).add(deadlines.local_date(tx.now), days)
    found.addressed, found.reply_due, found.round = agency.code, due, int(known["round"])
    found.answer_instance_id = None
    _turn(found, "assigned")
    case.record(
        Happening(
            "supervision-assigned",
            case.element_id,
            data=_data(found, agency=agency.code, reply_due=due.isoformat(), round=found.round),
        )
    )
    first = found.round == 1
    prepared = {
        "supervision": found.id,
        "supervision_round": found.round,
        "subject": found.subject,
        "content": found.content if first else known.get("comment"),
        "recommendations": (known.get("recommendations") or []) if first else [],
        "reply_due": due.isoformat(),
    }
    key = f"{case.business_key or found.id}/{found.round}"
    started = instances.Start(_ANSWER, business_key=key, agency=agency.code, prepared=prepared)
    found.answer_instance_id = instances.begin(tx, started).id


def open_answer(tx: Transaction, case: Case) -> dict[str, Any]:
    """The agency begins its answer. Nobody else may begin this case than the one that assigns it."""
    found = tx.session.get(Supervision, str(case.variables.get("supervision")))
    if found is None or found.state != "assigned" or found.answer_instance_id is not None:
        raise invalid("supervision", "unknown", "Không có kiến nghị nào chờ trả lời.", "Nothing waits for an answer.")
    return {"round": 1, "answers": []}


def remind_answer(tx: Transaction, case: Case) -> None:
    """The day of the reply comes near."""
    found = _supervision(tx, case)
    case.record(Happening("answer-reminded", case.element_id, data=_due(found)))
    signals.answer_due.send(tx, case=case, supervision=found, is_late=False)


def urge_answer(tx: Transaction, case: Case) -> None:
    """The day of the reply has passed: the agency and the office of the City are told."""
    found = _supervision(tx, case)
    case.record(Happening("answer-urged", case.element_id, data=_due(found)))
    signals.answer_due.send(tx, case=case, supervision=found, is_late=True)


def send_answer(tx: Transaction, case: Case) -> dict[str, Any]:
    """Number the reply as the head signs it; keep what was answered, and open a task for all that is taken up."""
    found = _supervision(tx, case)
    letter = documents.issue(tx, _letter(tx, case, found), case)
    rows = [_recommendation(tx, case, found, n, one) for n, one in enumerate(case.variables["answers"], start=1)]
    tx.session.add_all(rows)
    found.answered_at, found.doc_number = tx.now, letter.symbol
    _turn(found, "answered")
    told = [{"recommendation": row.id, "answer": row.answer, "task": row.task_instance_id} for row in rows]
    case.record(
        Happening(
            "supervision-answered",
            case.element_id,
            data=_data(found, document=letter.id, symbol=letter.symbol, answers=told),
        )
    )
    return {"letter": letter.symbol}


def close_supervision(tx: Transaction, case: Case) -> None:
    """The Front has nothing more to say."""
    _close(tx, case, "closed")


def _recommendation(
    tx: Transaction, case: Case, found: Supervision, position: int, one: dict[str, Any]
) -> Recommendation:
    taken_up = one["decision"] == "accept"
    return Recommendation(
        id=new_id(),
        supervision_id=found.id,
        round=found.round,
        position=position,
        text=str(one["recommendation"]),
        answer=one["decision"],
        explanation=one.get("comment"),
        task_instance_id=_begin_task(tx, case, position, one) if taken_up else None,
        answered_at=tx.now,
    )


def _begin_task(tx: Transaction, case: Case, position: int, one: dict[str, Any]) -> str:
    from engine.commands import instances

    variables = {"title": str(one["recommendation"])[:300], "deliverable": one.get("deliverable")}
    given = {name: value for name, value in variables.items() if value}
    key = f"{case.business_key}/{position}"
    return instances.begin(tx, instances.Start(_TASK, business_key=key, agency=case.agency, variables=given)).id


def _letter(tx: Transaction, case: Case, found: Supervision) -> Draft:
    agency, front = tx.session.get_one(Agency, case.agency), tx.session.get_one(Agency, found.front)
    answers = [
        f"Kiến nghị “{one['recommendation']}”: {_ANSWERS_VI[one['decision']]}. {one.get('comment') or ''}".strip()
        for one in case.variables["answers"]
    ]
    text = [line for line in str(case.variables["answer_text"]).splitlines() if line.strip()]
    return Draft(
        type="cv",
        agency=agency.code,
        subject=f"trả lời {found.subject}",
        body=[*text, *([{"items": answers}] if answers else [])],
        signer=signing.signer(agency.name_vi, signatory(tx, agency.name_vi)),
        addressees=[front.name_vi],
        recipients=["Văn phòng Ủy ban nhân dân Thành phố"],
        unit=UNIT,
    )


def _due(found: Supervision) -> dict[str, Any]:
    return _data(found, reply_due=found.reply_due.isoformat() if found.reply_due else None)


def _close(tx: Transaction, case: Case, state: str) -> None:
    found = _supervision(tx, case)
    found.closed_at = tx.now
    _turn(found, state)
    case.record(Happening("supervision-closed", case.element_id, data=_data(found, state=state)))


def _supervision(tx: Transaction, case: Case) -> Supervision:
    return tx.session.get_one(Supervision, case.variables["supervision"])


def _turn(found: Supervision, state: str) -> None:
    found.state, found.version = state, found.version + 1


def _data(found: Supervision, **facts: Any) -> dict[str, Any]:
    return {"supervision": found.id, **facts}
