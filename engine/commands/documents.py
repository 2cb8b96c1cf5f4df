"""Issuing documents: the next number of the agency's series, taken in the transaction that signs; declaring one void.

Rule: number and document are kept together or not at all, so that a series has no gap but what is on record as void.
Source: Nghị định 30/2020/NĐ-CP, art. 15 (numbers by agency and year, given after signing) and art. 18.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from engine import deadlines
from engine.access import Actor
from engine.audit.chain import Happening, canonical_json
from engine.commands.case import Case, hold_case
from engine.commands.journal import record_system
from engine.documents import content, draft, types
from engine.documents.draft import Draft
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidDataError, StaleVersionError
from engine.models.columns import new_id
from engine.models.directory import Agency
from engine.models.document import NORMAL, OUTSIDE, TAKE_NUMBER, Document, DocumentVoid
from engine.queries import documents as queries
from engine.runtime import Transaction

_KEEPERS = ("records_clerk", "agency_head")


def issue(tx: Transaction, wanted: Draft, case: Case | None = None) -> Document:
    """Number a signed draft, date it today and enter it in the register; the case's history tells of it.

    A draft that another register has numbered keeps that number and takes none. Called by what signs, which has
    judged the actor. Raises InvalidDataError for a draft that cannot be issued, or an agency that is unknown or has no
    abbreviation.
    """
    draft.check(wanted)
    agency = _agency(tx, wanted.agency)
    day = wanted.outside.issued_on if wanted.outside else deadlines.local_date(tx.now)
    number = None if wanted.outside else _take_number(tx, agency.code, day)
    made = _document(tx, wanted, agency, number, day)
    made.instance_id = case.id if case is not None else None
    tx.session.add(made)
    tx.session.flush()
    alike = [other.id for other in queries.duplicates(tx, made)]
    told = _facts(made) | ({"duplicates": alike} if alike else {})
    _record(tx, case, Happening("document-issued", case.element_id if case else None, data=told))
    return made


def void(tx: Transaction, document_id: str, reason: str, expected_version: int | None = None) -> Document:
    """Declare an issued document void; its number stays used.

    Raises NotFoundError out of sight, ForbiddenError unless the actor keeps the issuing agency's records or heads it,
    StaleVersionError, ConflictError when it is void already.
    """
    entry = queries.entry(tx, document_id)
    found = entry.document
    if not may_void(tx.actor, found):
        raise ForbiddenError(
            "void-document",
            "Chỉ văn thư hoặc người đứng đầu cơ quan ban hành được hủy văn bản.",
            "Only the issuing agency's records clerk or head may declare it void.",
        )
    if not reason.strip():
        raise InvalidDataError([FieldProblem("reason", "required", "Phải nêu lý do.", "A reason is required.")])
    if expected_version not in (None, entry.version):
        raise StaleVersionError(expected_version or 0, entry.version)
    return withdraw(tx, found, reason)


def may_void(actor: Actor, found: Document) -> bool:
    """Whether somebody may declare a document void: the issuing agency's records clerk and head."""
    return actor.is_system or any(actor.holds(role, found.agency) for role in _KEEPERS)


def withdraw(tx: Transaction, found: Document, reason: str, case: Case | None = None) -> Document:
    """Declare a document void for whoever replaces it, who has judged the actor. Raises ConflictError when it is."""
    tx.session.get_one(Document, found.id, with_for_update=True)
    if tx.session.get(DocumentVoid, found.id, populate_existing=True) is not None:
        raise ConflictError("Văn bản đã được hủy.", "The document is void already.")
    row = DocumentVoid(document_id=found.id, reason=reason, voided_at=tx.now, voided_by=tx.actor.person_id)
    tx.session.add(row)
    tx.session.flush()
    if case is None and found.instance_id is not None:
        case = hold_case(tx, found.instance_id)
    told = _facts(found) | {"reason": reason}
    _record(tx, case, Happening("document-voided", case.element_id if case else None, data=told))
    return found


def _agency(tx: Transaction, code: str) -> Agency:
    found = tx.session.get(Agency, code)
    if found is None or not found.abbr:
        message_vi = "Cơ quan không có trong danh mục hoặc chưa có chữ viết tắt tên."
        raise InvalidDataError([FieldProblem("agency", "abbr", message_vi, "It is unknown or has no abbreviation.")])
    return found


def _take_number(tx: Transaction, agency: str, day: date) -> int:
    """The next number; the row of the series stays locked until the transaction ends, and with it this number."""
    tx.flush()
    taken = tx.session.execute(TAKE_NUMBER, {"agency": agency, "year": day.year, "kind": NORMAL})
    return int(taken.scalar_one())


def _document(tx: Transaction, wanted: Draft, agency: Agency, number: int | None, day: date) -> Document:
    symbol = wanted.outside.symbol.strip() if wanted.outside else ""
    if number is not None:
        symbol = types.symbol(types.TYPES[wanted.type], number, agency.abbr or "", wanted.unit)
    parent = tx.session.get(Agency, agency.parent_code) if agency.parent_code else None
    head = content.letterhead(agency.name_vi, parent.name_vi if parent else None)
    composed = content.compose(wanted, head, symbol, day)
    frozen = canonical_json(composed)
    return Document(
        id=new_id(),
        agency=agency.code,
        year=day.year,
        series=OUTSIDE if number is None else NORMAL,
        number=number,
        type=wanted.type,
        symbol=composed["symbol"],
        subject=composed["subject"],
        content=frozen,
        sha256=hashlib.sha256(frozen).hexdigest(),
        issued_on=day,
        issued_at=tx.now,
        issued_by=tx.actor.person_id,
        simulated=tx.simulated,
    )


def _facts(made: Document) -> dict[str, Any]:
    """What the history tells of a document."""
    return {
        "document": made.id,
        "type": made.type,
        "agency": made.agency,
        "symbol": made.symbol,
        "subject": made.subject,
        "sha256": made.sha256,
    }


def _record(tx: Transaction, case: Case | None, told: Happening) -> None:
    """In the history of the case; of a document without one, in that of the installation."""
    if case is None:
        record_system(tx, told.type, dict(told.data or {}))
    else:
        case.record(told)
