"""The documents of events, contests and surveys: what they say, numbered in the transaction that signs.

Source: Nghị định 30/2020/NĐ-CP (form).
"""

from __future__ import annotations

from collections.abc import Sequence

from engine import deadlines
from engine.commands import documents
from engine.commands.case import Case
from engine.documents import signing
from engine.documents.draft import Block, Draft, Signer
from engine.models.activity import Activity
from engine.models.directory import Agency, Person
from engine.models.document import Document
from engine.queries.document_drafts import signatory, signer_of
from engine.runtime import Transaction

CITY, UNIT = "ubnd", "VP"
_LONGEST = 400
_APPROVED_VI = {"event": "Kế hoạch tổ chức", "contest": "Thể lệ", "survey": "Phiếu khảo sát"}


def lines(text: str | None) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def approval(tx: Transaction, case: Case, found: Activity, issuer: str) -> Document:
    """The decision that approves plan, rules or questionnaire."""
    matter = f"{_APPROVED_VI[found.kind]} “{_short(found.title)}”"
    return decision(tx, case, issuer, f"Về việc phê duyệt {matter}", [f"Phê duyệt {matter} (kèm theo Quyết định này)."])


def decision(tx: Transaction, case: Case, issuer: str, subject: str, articles: Sequence[str]) -> Document:
    """A decision in articles, of the City's leader or the head of the agency."""
    agency = tx.session.get_one(Agency, issuer)
    told = [*articles, f"{_name(tx, case.agency)} và các cơ quan liên quan chịu trách nhiệm thi hành Quyết định này."]
    body: list[Block] = [{"article": f"Điều {n}.", "text": one} for n, one in enumerate(told, start=1)]
    wanted = Draft(
        type="qd",
        agency=issuer,
        subject=subject,
        body=body,
        signer=_signer(tx, issuer),
        bases=[f"Theo đề nghị của {_name(tx, case.agency)}"],
        authority=f"{_head_of(agency)}",
        first_recipient=f"Như Điều {len(told)}",
    )
    return documents.issue(tx, wanted, case)


def letter(tx: Transaction, case: Case, subject: str, text: str, to: Sequence[str]) -> Document:
    """A letter of the lead agency to other agencies."""
    wanted = Draft(
        type="cv",
        agency=str(case.agency),
        subject=subject,
        body=lines(text),
        signer=_signer(tx, str(case.agency)),
        addressees=[_name(tx, code) for code in to],
        unit=UNIT,
    )
    return documents.issue(tx, wanted, case)


def invitation(tx: Transaction, case: Case, subject: str, text: str, to: Sequence[str]) -> Document:
    """The invitation of the lead agency to other agencies."""
    names = [_name(tx, code) for code in to]
    wanted = Draft(
        type="gm",
        agency=str(case.agency),
        subject=subject,
        body=[f"{_name(tx, case.agency)} trân trọng kính mời: {'; '.join(names)}.", *lines(text)],
        signer=_signer(tx, str(case.agency)),
        recipients=names,
    )
    return documents.issue(tx, wanted, case)


def minutes(tx: Transaction, case: Case, subject: str, text: str, secretary: str | None) -> Document:
    """The minutes of an event or a jury, signed by the chair and by whoever wrote them."""
    wanted = Draft(
        type="bb",
        agency=str(case.agency),
        subject=subject,
        body=lines(text),
        signer=Signer(_person(tx, tx.actor.person_id, case), "CHỦ TỌA"),
        cosigner=Signer(_person(tx, secretary, case), "THƯ KÝ"),
    )
    return documents.issue(tx, wanted, case)


def to_city(tx: Transaction, case: Case, kind: str, subject: str, text: str) -> Document:
    """A report (`bc`) or a submission (`ttr`) of the lead agency to the City's committee."""
    wanted = Draft(
        type=kind,
        agency=str(case.agency),
        subject=subject,
        body=lines(text),
        signer=_signer(tx, str(case.agency)),
        addressees=[_name(tx, CITY)],
        recipients=["Sở Văn hóa và Thể thao"],
    )
    return documents.issue(tx, wanted, case)


def _signer(tx: Transaction, issuer: str) -> Signer:
    if issuer != CITY:
        return signer_of(tx, issuer, tx.actor.person_id, deadlines.local_date(tx.now))
    city = _name(tx, CITY)
    return signing.signer(city, signatory(tx, city), signing.DEPUTY)


def _head_of(agency: Agency) -> str:
    """Who decides, as a decision names them."""
    if agency.type in ("ward", "commune"):
        return f"Chủ tịch Ủy ban nhân dân {agency.name_vi[:1].lower()}{agency.name_vi[1:]}"
    title = signing.signer(agency.name_vi, agency.name_vi, own_authority=True).position.capitalize()
    return f"{title} {agency.name_vi}"


def _person(tx: Transaction, person_id: str | None, case: Case) -> str:
    person = tx.session.get(Person, person_id or "")
    return (person.full_name if person else _name(tx, case.agency))[:50]


def _name(tx: Transaction, code: str | None) -> str:
    return tx.session.get_one(Agency, code).name_vi


def _short(text: str | None) -> str:
    return (text or "")[:_LONGEST]
