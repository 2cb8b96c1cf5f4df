"""Periodic reports: regimes and their rounds, each agency's report with its versions, and what is consolidated.

Rule: a version of a regime, of a report, and a consolidated report never change; what is corrected is a new version.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Json, Key, Row


class ReportRegime(Row):
    """One version of a reporting regime: the parts that Nghị định 09/2019/NĐ-CP wants in one.

    `reporters` hold agency and group codes as the regime names them; `tiers` the day of the month by tier, the lowest
    first; `data_form` the fields with their aggregation; `urging_ladder` the ladder of `urging_ladder.dmn` along which
    agencies are reminded and urged. In force from `valid_from` to `valid_to` (None: open-ended).
    """

    __tablename__ = "report_regime"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[Id]
    key: Mapped[Code]
    version: Mapped[int]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    content: Mapped[str]
    data_form: Mapped[list[Any]]
    reporters: Mapped[list[str]]
    aggregator: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    recipient: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    method: Mapped[Code]
    frequency: Mapped[Code]
    tiers: Mapped[list[Any]]
    roll: Mapped[Code]
    opens_before: Mapped[int]
    urging_ladder: Mapped[Code]
    clause: Mapped[str]
    obligation_id: Mapped[str | None] = mapped_column(ForeignKey("obligation.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by: Mapped[Key | None]


class ReportRound(Row):
    """One round of a regime: the reports of a period, or (`kind` ad_hoc) a single one that was asked for.

    `due_dates` hold for each tier the date and what it comes from. `closes_at` is when aggregation is cut off;
    until `late_until` a report is still taken; `derivations` say how both were counted (None: it is not known).
    `missing` and `late` name the agencies at the closing.
    """

    __tablename__ = "report_round"
    __table_args__ = (
        UniqueConstraint("regime_key", "period"),
        Index("ix_report_round_list", "opens_at", "id"),
    )

    id: Mapped[Id]
    regime_id: Mapped[Key] = mapped_column(ForeignKey("report_regime.id"))
    regime_key: Mapped[Code]
    kind: Mapped[Code]
    period: Mapped[Code]
    title_vi: Mapped[str]
    title_en: Mapped[str]
    data_from: Mapped[date | None]
    data_to: Mapped[date | None]
    reporters: Mapped[list[str]]
    state: Mapped[Code]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    late_until: Mapped[date]
    due_dates: Mapped[dict[str, Any]]
    derivations: Mapped[dict[str, Any] | None]
    missing: Mapped[list[Any]]
    late: Mapped[list[Any]]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    doc_number: Mapped[str | None]
    instance_id: Mapped[Key | None]
    created_at: Mapped[datetime]
    created_by: Mapped[Key | None]
    simulated: Mapped[bool]
    version: Mapped[int]


class Report(Row):
    """One agency's report in a round: a read model of where its case stands. The diagram decides what happens.

    `original_agency` is the one that the round was opened for; `agency` who owes it now, after mergers. `due_date` is
    that of the present turn, `due_explanation` how it came about, `original_due_date` the first. `submitted_at` is the
    first submission, and `late` whether that came after `late_after` (None: the first due date).
    `accepted_version` is the number of the version that counts.
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("round_id", "original_agency"),
        Index("ix_report_agency", "agency", "state"),
    )

    id: Mapped[Id]
    round_id: Mapped[Key] = mapped_column(ForeignKey("report_round.id"))
    instance_id: Mapped[Key | None]
    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    original_agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    state: Mapped[Code]
    original_due_date: Mapped[date]
    due_date: Mapped[date]
    due_explanation: Mapped[dict[str, Any] | None]
    late_after: Mapped[date | None]
    prefilled: Mapped[dict[str, Any]]
    submitted_at: Mapped[datetime | None]
    late: Mapped[bool | None]
    accepted_version: Mapped[int | None]
    accepted_at: Mapped[datetime | None]
    return_count: Mapped[int]
    reminded_on: Mapped[date | None]
    urged_on: Mapped[date | None]
    urging_count: Mapped[int]
    created_at: Mapped[datetime]
    simulated: Mapped[bool]
    version: Mapped[int]


class ReportVersion(Row):
    """What an agency submitted, as it was submitted. Only what was decided about it (`outcome`) is added, once."""

    __tablename__ = "report_version"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    id: Mapped[Id]
    report_id: Mapped[Key] = mapped_column(ForeignKey("report.id"))
    number: Mapped[int]
    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    figures: Mapped[dict[str, Any]]
    nothing_to_report: Mapped[bool]
    narrative: Mapped[str | None]
    evidence: Mapped[list[Any]]
    submitted_by: Mapped[Key | None]
    submitted_at: Mapped[datetime]
    outcome: Mapped[Code | None]
    decided_by: Mapped[Key | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class ConsolidatedReport(Row):
    """One version of a round's consolidated figures. `frozen` are its canonical bytes, `sha256` their digest.

    `reason` says why there is a further version; None for the first.
    """

    __tablename__ = "consolidated_report"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: Mapped[Id]
    round_id: Mapped[Key] = mapped_column(ForeignKey("report_round.id"))
    number: Mapped[int]
    frozen: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    reason: Mapped[str | None]
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[Key | None]
    narrative: Mapped[str | None]
    signed_by: Mapped[Key | None]
    signed_at: Mapped[datetime | None]


class ConsolidatedFigure(Row):
    """One figure of a consolidated report: a field of the data form over all accepted versions."""

    __tablename__ = "consolidated_figure"
    __table_args__ = (UniqueConstraint("consolidated_id", "field"),)

    id: Mapped[Id]
    consolidated_id: Mapped[Key] = mapped_column(ForeignKey("consolidated_report.id"))
    position: Mapped[int]
    field: Mapped[str]
    aggregation: Mapped[Code]
    value: Mapped[Any] = mapped_column(Json, nullable=True)


class FigureSource(Row):
    """What one version of an agency's report gave to a consolidated figure."""

    __tablename__ = "figure_source"
    __table_args__ = (Index("ix_figure_source_version", "report_version_id"),)

    figure_id: Mapped[Key] = mapped_column(ForeignKey("consolidated_figure.id"), primary_key=True)
    report_version_id: Mapped[Key] = mapped_column(ForeignKey("report_version.id"), primary_key=True)
    agency: Mapped[Code]
    value: Mapped[Any] = mapped_column(Json, nullable=True)
