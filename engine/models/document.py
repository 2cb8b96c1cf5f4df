"""Documents with number and symbol: the series that numbers come from, what was issued, what was declared void.

Rule: a number is taken and used in one transaction, so that a series has no gap; an issued document never changes,
and what became of it later is a row of its own.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row

# Outside numbers were given by another register of the agency; they have no place in a series of this one.
NORMAL, OUTSIDE = "normal", "outside"

TAKE_NUMBER = text(
    "INSERT INTO document_series (agency, year, kind, last_number) VALUES (:agency, :year, :kind, 1)"
    " ON CONFLICT (agency, year, kind) DO UPDATE SET last_number = document_series.last_number + 1"
    " RETURNING last_number"
)


class DocumentSeries(Row):
    """The numbers of an agency in a year: from 1 to `last_number`, all of them used."""

    __tablename__ = "document_series"

    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[Code] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class Document(Row):
    """One issued document. `content` are the canonical bytes that it is rendered from, `sha256` their digest.

    `number` is None for an OUTSIDE number, of which only the whole `symbol` is known. `issued_on` is the local date on
    the document, whose year is that of the series.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("agency", "year", "series", "number"),
        Index("ix_document_list", "issued_at", "id"),
        Index("ix_document_instance", "instance_id"),
        Index("ix_document_symbol", "agency", "year", "symbol"),
    )

    id: Mapped[Id]
    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    year: Mapped[int]
    series: Mapped[Code]
    number: Mapped[int | None]
    type: Mapped[Code]
    symbol: Mapped[str]
    subject: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[Key | None]
    instance_id: Mapped[Key | None]
    simulated: Mapped[bool]


class DocumentVoid(Row):
    """That an issued document holds no more, and why. Its number is not used again."""

    __tablename__ = "document_void"

    document_id: Mapped[Key] = mapped_column(ForeignKey("document.id"), primary_key=True)
    reason: Mapped[str]
    voided_at: Mapped[datetime]
    voided_by: Mapped[Key | None]
