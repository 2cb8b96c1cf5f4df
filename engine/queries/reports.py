"""Reading reports: each agency's, with its versions, and the figures that were consolidated, back to their sources.

Rule: whoever reads all cases sees every report; an agency sees its own and those it has taken over or handed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, or_, select

from engine import deadlines
from engine.access import Actor
from engine.errors import NotFoundError
from engine.models.directory import Agency
from engine.models.plan import Obligation
from engine.models.report import (
    ConsolidatedFigure,
    ConsolidatedReport,
    FigureSource,
    Report,
    ReportRegime,
    ReportRound,
    ReportVersion,
)
from engine.queries.ordering import Order, count_of
from engine.queries.plans import PlanTaskFilter
from engine.queries.rounds import BOUND, own_agencies, standing_of
from engine.runtime import Transaction

STATES = ("draft", "submitted", "returned", "reopened", "accepted", "missing")
USUAL = "due_date"
ORDERS = {
    USUAL: Order(Report.due_date, Report.id, date),
    "-due_date": Order(Report.due_date, Report.id, date, descending=True),
    "created_at": Order(Report.created_at, Report.id, datetime),
    "-created_at": Order(Report.created_at, Report.id, datetime, descending=True),
}


@dataclass(frozen=True)
class ReportFilter:
    """Which reports: of a round, an agency, in a state, come late."""

    round_id: str | None = None
    agency: str | None = None
    state: str | None = None
    late: bool | None = None


@dataclass(frozen=True)
class Sourced:
    """A consolidated figure with what it was made of: each version that gave to it, and that version's report."""

    figure: ConsolidatedFigure
    sources: list[tuple[FigureSource, ReportVersion]]


def report(tx: Transaction, report_id: str) -> Report:
    """One agency's report that the actor may know of. Raises NotFoundError."""
    found = tx.session.scalars(_visible(tx.actor).where(Report.id == report_id)).first()
    if found is None:
        raise NotFoundError("report", report_id)
    return found


def reports(
    tx: Transaction,
    wanted: ReportFilter,
    after: tuple[date, str] | None = None,
    limit: int = 50,
    sort: str = USUAL,
) -> Sequence[Report]:
    """Up to `limit` reports in one of ORDERS, after the place of another."""
    return tx.session.scalars(ORDERS[sort].cut(_reports(tx.actor, wanted), after, limit)).all()


def count_reports(tx: Transaction, wanted: ReportFilter) -> int:
    """How many reports there are in that list."""
    return count_of(tx, _reports(tx.actor, wanted))


def visible_reports(tx: Transaction, wanted: PlanTaskFilter) -> Select[Report, str, str]:
    """The reports owed to the City that the actor may see, with kind and period of their rounds; narrowed as plan
    tasks are, by agency, and by the obligation or plan of their regime.
    """
    query = (
        _visible(tx.actor)
        .join(ReportRound, ReportRound.id == Report.round_id)
        .join(ReportRegime, ReportRegime.id == ReportRound.regime_id)
        .join(Agency, Agency.code == Report.agency)
        .outerjoin(Obligation, Obligation.id == ReportRegime.obligation_id)
        .where(Agency.relation == BOUND)
    )
    for column, value in (
        (Report.agency, wanted.agency),
        (ReportRegime.obligation_id, wanted.obligation),
        (Obligation.plan_id, wanted.plan),
    ):
        if value is not None:
            query = query.where(column == value)
    return query.add_columns(ReportRound.kind, ReportRound.period)


def versions(tx: Transaction, report_id: str) -> Sequence[ReportVersion]:
    """What was submitted of a report, the first version first."""
    query = select(ReportVersion).where(ReportVersion.report_id == report_id).order_by(ReportVersion.number)
    return tx.session.scalars(query).all()


def standing(tx: Transaction, found: Report) -> str:
    """Where a report is, as the matrix of its round has it."""
    of_round, agency = tx.session.get_one(ReportRound, found.round_id), tx.session.get_one(Agency, found.agency)
    return standing_of(of_round, found, agency, deadlines.local_date(tx.now))


def consolidated(tx: Transaction, consolidated_id: str) -> ConsolidatedReport | None:
    """One consolidated report; None when there is none, or the actor does not read all cases."""
    return tx.session.get(ConsolidatedReport, consolidated_id) if tx.actor.reads_all_cases else None


def lineage(tx: Transaction, consolidated_id: str) -> list[Sourced]:
    """The figures of a consolidated report in the order of its form, each with all its sources."""
    figures = figures_of(tx, consolidated_id)
    return _sourced(tx, figures, FigureSource.figure_id.in_([figure.id for figure in figures]))


def figures_of(tx: Transaction, consolidated_id: str) -> Sequence[ConsolidatedFigure]:
    """The figures of a consolidated report in the order of its form, without their sources."""
    query = select(ConsolidatedFigure).where(ConsolidatedFigure.consolidated_id == consolidated_id)
    return tx.session.scalars(query.order_by(ConsolidatedFigure.position)).all()


def sources_of(tx: Transaction, figure: ConsolidatedFigure) -> Sourced:
    """One consolidated figure with all its sources."""
    return _sourced(tx, [figure], FigureSource.figure_id == figure.id)[0]


def uses(tx: Transaction, report_id: str) -> list[Sourced]:
    """The consolidated figures that versions of one agency's report gave to, each with what these gave."""
    given = select(FigureSource.figure_id).join(ReportVersion, ReportVersion.id == FigureSource.report_version_id)
    own = given.where(ReportVersion.report_id == report_id)
    query = select(ConsolidatedFigure).where(ConsolidatedFigure.id.in_(own))
    ordered = query.order_by(ConsolidatedFigure.consolidated_id, ConsolidatedFigure.position)
    return _sourced(tx, tx.session.scalars(ordered).all(), ReportVersion.report_id == report_id)


def _sourced(tx: Transaction, figures: Sequence[ConsolidatedFigure], wanted: object) -> list[Sourced]:
    query = (
        select(FigureSource, ReportVersion)
        .join(ReportVersion, ReportVersion.id == FigureSource.report_version_id)
        .where(wanted)  # type: ignore[arg-type]
        .order_by(FigureSource.agency, ReportVersion.submitted_at)
    )
    found: dict[str, list[tuple[FigureSource, ReportVersion]]] = {}
    for source, version in tx.session.execute(query):
        found.setdefault(source.figure_id, []).append((source, version))
    return [Sourced(figure, found.get(figure.id, [])) for figure in figures]


def _reports(actor: Actor, wanted: ReportFilter) -> Select[Report]:
    query = _visible(actor)
    for column, value in (
        (Report.round_id, wanted.round_id),
        (Report.agency, wanted.agency),
        (Report.state, wanted.state),
        (Report.late, wanted.late),
    ):
        if value is not None:
            query = query.where(column == value)
    return query


def _visible(actor: Actor) -> Select[Report]:
    query = select(Report)
    if actor.reads_all_cases:
        return query
    own = own_agencies(actor)
    return query.where(or_(Report.agency.in_(own), Report.original_agency.in_(own)))
