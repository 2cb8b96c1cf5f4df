"""Reading the register of outgoing documents: which there are, which are void, whether a series has gaps.

Rule: whoever reads all cases sees every document; others those of their agencies, and of the cases that they see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Select, func, or_, select

from engine.access import Actor
from engine.documents.metadata import Facts
from engine.errors import ForbiddenError, NotFoundError
from engine.models.document import NORMAL, Document, DocumentSeries, DocumentVoid
from engine.models.instance import ProcessInstance
from engine.queries.ordering import Order, count_of
from engine.queries.rounds import own_agencies
from engine.queries.visibility import sees_instance
from engine.queries.wording import holds
from engine.runtime import Transaction

STATES = ("issued", "void")
USUAL = "-issued_at"
ORDERS = {
    USUAL: Order(Document.issued_at, Document.id, datetime, descending=True),
    "issued_at": Order(Document.issued_at, Document.id, datetime),
}


@dataclass(frozen=True)
class DocumentFilter:
    """Which documents: of an agency, a year, a type, a state, a case; whose symbol or subject holds some words."""

    agency: str | None = None
    year: int | None = None
    type: str | None = None
    state: str | None = None
    instance_id: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Entry:
    """A document with what became of it; `void` is None while it holds."""

    document: Document
    void: DocumentVoid | None

    @property
    def state(self) -> str:
        """One of STATES."""
        return "issued" if self.void is None else "void"

    @property
    def version(self) -> int:
        """The version of the entry: only declaring it void changes it."""
        return 1 if self.void is None else 2


@dataclass(frozen=True)
class Register:
    """An agency's numbers of a year, in their order. `gaps` are numbers that were taken and name no document."""

    last_number: int
    entries: Sequence[Entry]
    gaps: Sequence[int]


def document(tx: Transaction, document_id: str) -> Document:
    """One document that the actor may know of. Raises NotFoundError."""
    return entry(tx, document_id).document


def entry(tx: Transaction, document_id: str) -> Entry:
    """One document that the actor may know of, with what became of it. Raises NotFoundError."""
    found = tx.session.execute(_visible(tx.actor).where(Document.id == document_id)).first()
    if found is None:
        raise NotFoundError("document", document_id)
    return Entry(*found)


def entries(
    tx: Transaction,
    wanted: DocumentFilter,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
    sort: str = USUAL,
) -> list[Entry]:
    """Up to `limit` documents in one of ORDERS, after the place of another."""
    query = ORDERS[sort].cut(_narrowed(tx.actor, wanted, tx.engine.database.name), after, limit)
    return [Entry(*row) for row in tx.session.execute(query)]


def count(tx: Transaction, wanted: DocumentFilter) -> int:
    """How many documents there are in that list."""
    return count_of(tx, _narrowed(tx.actor, wanted, tx.engine.database.name).with_only_columns(Document.id))


def register(tx: Transaction, agency: str, year: int) -> Register:
    """The numbers of an agency's series in a year. Raises ForbiddenError unless the actor reads all its documents."""
    if not tx.actor.reads_all_cases and agency not in own_agencies(tx.actor):
        message_vi = "Chỉ cơ quan ban hành được xem sổ đăng ký văn bản đi."
        raise ForbiddenError("read-register", message_vi, "Only the issuing agency may read its register.")
    series = tx.session.get(DocumentSeries, (agency, year, NORMAL))
    query = select(Document, DocumentVoid).outerjoin(DocumentVoid, DocumentVoid.document_id == Document.id)
    mine = query.where(Document.agency == agency, Document.year == year, Document.series == NORMAL)
    found = [Entry(*row) for row in tx.session.execute(mine.order_by(Document.number))]
    last, used = series.last_number if series else 0, {one.document.number for one in found}
    return Register(last, found, [number for number in range(1, last + 1) if number not in used])


def latest_year(tx: Transaction, agency: str) -> int | None:
    """The last year in which an agency has numbered documents; None when it has none."""
    query = select(func.max(DocumentSeries.year))
    return tx.session.scalar(query.where(DocumentSeries.agency == agency, DocumentSeries.kind == NORMAL))


def duplicates(tx: Transaction, found: Document) -> Sequence[Document]:
    """Other documents of the agency and year that bear the same number and symbol and are not void."""
    query = select(Document).outerjoin(DocumentVoid, DocumentVoid.document_id == Document.id)
    alike = (Document.agency == found.agency) & (Document.year == found.year) & (Document.symbol == found.symbol)
    others = query.where(alike, Document.id != found.id, DocumentVoid.document_id.is_(None))
    return tx.session.scalars(others.order_by(Document.issued_at, Document.id)).all()


def metadata_facts(tx: Transaction, found: Document) -> Facts:
    """What Phụ lục VI wants to know beside the content: the file that the document belongs to, and its place there."""
    if found.instance_id is None:
        return Facts(None, None)
    before = (Document.instance_id == found.instance_id) & or_(
        Document.issued_at < found.issued_at, (Document.issued_at == found.issued_at) & (Document.id <= found.id)
    )
    ordinal = tx.session.scalar(select(func.count(Document.id)).where(before)) or 0
    case = tx.session.get(ProcessInstance, found.instance_id)
    return Facts(case.business_key if case is not None else None, ordinal)


def content_of(found: Document) -> dict[str, Any]:
    """The content that a document is set from."""
    told: dict[str, Any] = orjson.loads(found.content)
    return told


def _narrowed(actor: Actor, wanted: DocumentFilter, database: str) -> Select[Document, DocumentVoid]:
    query = _visible(actor)
    for column, value in (
        (Document.agency, wanted.agency),
        (Document.year, wanted.year),
        (Document.type, wanted.type),
        (Document.instance_id, wanted.instance_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.state is not None:
        is_void = DocumentVoid.document_id.is_not(None)
        query = query.where(is_void if wanted.state == "void" else ~is_void)
    return _holding(query, wanted.text, database) if wanted.text else query


def _holding(query: Select[Document, DocumentVoid], words: str, database: str) -> Select[Document, DocumentVoid]:
    return query.where(or_(*(holds(column, words, database) for column in (Document.symbol, Document.subject))))


def _visible(actor: Actor) -> Select[Document, DocumentVoid]:
    query = select(Document, DocumentVoid).outerjoin(DocumentVoid, DocumentVoid.document_id == Document.id)
    if actor.reads_all_cases:
        return query
    seen = select(ProcessInstance.id).where(sees_instance(actor))
    return query.where(or_(Document.agency.in_(own_agencies(actor)), Document.instance_id.in_(seen)))
