"""Standing in for somebody: a role lent for a time, on the strength of a document."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Id, Key, Row


class Substitution(Row):
    """`substitute_id` acts in the place of whoever holds the membership, from one local day to another, both included.

    `document` is what it rests on (Nghị định 30/2020/NĐ-CP: in writing, bounded in time, not passed on). The last day
    moves forward when it is ended early, and `ended_by` says by whom.
    """

    __tablename__ = "substitution"
    __table_args__ = (Index("ix_substitution_substitute", "substitute_id"),)

    id: Mapped[Id]
    membership_id: Mapped[Key] = mapped_column(ForeignKey("membership.id"), index=True)
    substitute_id: Mapped[Key] = mapped_column(ForeignKey("person.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    document: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[Key | None]
    ended_by: Mapped[Key | None]
    version: Mapped[int]
