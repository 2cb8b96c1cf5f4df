"""Agencies that merge, split or are renamed: what they were called when, and who follows them in single cases."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Key, Row


class AgencyName(Row):
    """What an agency is called from a local day on, by the document that says so. Rows of the past stay."""

    __tablename__ = "agency_name"

    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]
    abbr: Mapped[str | None]
    document: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[Key | None]


class CaseSuccessor(Row):
    """Which agency takes one case over from another that is split; without a row it is that agency's successor."""

    __tablename__ = "case_successor"

    instance_id: Mapped[Key] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    successor: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    document: Mapped[str]
    named_at: Mapped[datetime]
    named_by: Mapped[Key | None]
