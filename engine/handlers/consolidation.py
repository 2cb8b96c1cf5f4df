"""Consolidating a round: figures from what is accepted at one moment, each with its sources, frozen as bytes.

Rule: the round's row is locked while its figures are made, so that no acceptance falls between two of them. A frozen
report never changes; whatever comes later is a further one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from engine.audit.chain import canonical_json
from engine.figures import FigureField, GivenValue, aggregate, fields_of
from engine.models.columns import instant_text, new_id
from engine.models.report import ConsolidatedFigure, ConsolidatedReport, Report, ReportRound, ReportVersion
from engine.models.report_statements import INSERT_SOURCE
from engine.queries.rounds import regime_of
from engine.runtime import Transaction

FORMAT = 1


def freeze(tx: Transaction, found: ReportRound, reason: str | None) -> ConsolidatedReport:
    """Make the round's next consolidated report from what is accepted now; `reason`: why there is a further one."""
    tx.session.get_one(ReportRound, found.id, with_for_update=True)
    accepted = _accepted(tx, found.id)
    figures = [_figure(field, accepted) for field in fields_of(regime_of(tx, found).data_form)]
    number = (tx.session.scalar(_newest(found.id)) or 0) + 1
    frozen = canonical_json(_document(tx, found, number, accepted, figures))
    made = ConsolidatedReport(
        id=new_id(),
        round_id=found.id,
        number=number,
        frozen=frozen,
        sha256=hashlib.sha256(frozen).hexdigest(),
        reason=reason if number > 1 else None,
        frozen_at=tx.now,
        frozen_by=tx.actor.person_id,
    )
    tx.session.add(made)
    tx.session.flush()
    _write_figures(tx, made, figures)
    return made


def _accepted(tx: Transaction, round_id: str) -> Sequence[ReportVersion]:
    """The version that counts of each agency's report, by agency and report."""
    query = (
        select(ReportVersion)
        .join(Report, (Report.id == ReportVersion.report_id) & (Report.accepted_version == ReportVersion.number))
        .where(Report.round_id == round_id)
        .order_by(ReportVersion.agency, Report.original_agency)
    )
    return tx.session.scalars(query).all()


def _figure(field: FigureField, accepted: Sequence[ReportVersion]) -> dict[str, Any]:
    given = [
        GivenValue(version.agency, version.id, version.submitted_at, version.figures[field.id])
        for version in accepted
        if version.figures.get(field.id) is not None
    ]
    sources = [{"agency": one.agency, "report_version": one.version_id, "value": one.value} for one in given]
    value = aggregate(field, given)
    return {"field": field.id, "aggregation": field.aggregation, "value": value, "sources": sources}


def _document(
    tx: Transaction,
    found: ReportRound,
    number: int,
    accepted: Sequence[ReportVersion],
    figures: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """What is frozen: everything that the figures rest on, so that they can be made again from it alone."""
    regime = regime_of(tx, found)
    return {
        "v": FORMAT,
        "round": found.id,
        "regime": {"key": regime.key, "version": regime.version},
        "period": found.period,
        "number": number,
        "frozen_at": instant_text(tx.now),
        "accepted": [{"agency": v.agency, "report": v.report_id, "version": v.number} for v in accepted],
        "nothing_to_report": [v.agency for v in accepted if v.nothing_to_report],
        "missing": [row["agency"] for row in found.missing],
        "late": [row["agency"] for row in found.late],
        "figures": list(figures),
    }


def _write_figures(tx: Transaction, made: ConsolidatedReport, figures: Sequence[Mapping[str, Any]]) -> None:
    rows = []
    for position, figure in enumerate(figures, start=1):
        row = ConsolidatedFigure(
            id=new_id(),
            consolidated_id=made.id,
            position=position,
            **{name: figure[name] for name in ("field", "aggregation", "value")},
        )
        tx.session.add(row)
        rows += [
            {"figure_id": row.id, "report_version_id": s["report_version"], "agency": s["agency"], "value": s["value"]}
            for s in figure["sources"]
        ]
    tx.session.flush()
    tx.write(INSERT_SOURCE, *rows)


def _newest(round_id: str) -> Any:
    return select(func.max(ConsolidatedReport.number)).where(ConsolidatedReport.round_id == round_id)
