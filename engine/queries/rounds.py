"""Reading reporting rounds: which there are, and who has reported in one.

Rule: whoever reads all cases sees every round; an agency sees those in which it reports, and of them its own rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Select, or_, select

from engine import deadlines, explanations
from engine.access import AGENCY_ROLES, Actor
from engine.deadlines import derivation_of
from engine.errors import NotFoundError
from engine.models.directory import Agency
from engine.models.report import ConsolidatedReport, Report, ReportRegime, ReportRound
from engine.queries import calendar as calendars
from engine.queries.ordering import Order, count_of
from engine.runtime import Transaction
from engine.schedules import AGENCY, RoundSchedule

# How an agency stands to the City that owes what it is asked for; all others are asked, and never urged.
BOUND = "subordinate"
STATES = ("scheduled", "open", "closed", "consolidated", "submitted", "archived")
USUAL = "-opens_at"
ORDERS = {
    USUAL: Order(ReportRound.opens_at, ReportRound.id, datetime, descending=True),
    "opens_at": Order(ReportRound.opens_at, ReportRound.id, datetime),
}
# What an agency may be at in a round, in the order of a summary.
STANDINGS = (
    "pending",
    "overdue",
    "submitted",
    "late",
    "returned",
    "reopened",
    "accepted",
    "missing",
    "no_answer",
)


@dataclass(frozen=True)
class RoundFilter:
    """Which rounds: of a regime, a period, in a state."""

    regime: str | None = None
    period: str | None = None
    state: str | None = None


@dataclass(frozen=True)
class Standing:
    """Where one agency is in a round: its report, and one of STANDINGS."""

    report: Report
    agency: Agency
    standing: str


def own_agencies(actor: Actor) -> list[str]:
    """The agencies whose reports the actor sees as one of theirs."""
    return sorted(g.agency for g in actor.grants if g.agency and g.role in AGENCY_ROLES)


def is_bound(agency: Agency) -> bool:
    """Whether an agency owes its report: one that is not subordinate to the City is asked, and never overdue."""
    return agency.relation == BOUND


def report_round(tx: Transaction, round_id: str) -> ReportRound:
    """One round that the actor may know of. Raises NotFoundError."""
    found = tx.session.scalars(_visible(tx.actor).where(ReportRound.id == round_id)).first()
    if found is None:
        raise NotFoundError("report-round", round_id)
    return found


def of_period(tx: Transaction, key: str, period: str) -> ReportRound | None:
    """The round of a regime for a period, whoever asks; None when there is none."""
    query = select(ReportRound).where(ReportRound.regime_key == key, ReportRound.period == period)
    return tx.session.scalars(query).first()


def known_periods(tx: Transaction) -> set[tuple[str, str]]:
    """The regimes and periods that have a round, whoever asks."""
    return {(key, period) for key, period in tx.session.execute(select(ReportRound.regime_key, ReportRound.period))}


def rounds(
    tx: Transaction,
    wanted: RoundFilter,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
    sort: str = USUAL,
) -> Sequence[ReportRound]:
    """Up to `limit` rounds in one of ORDERS, after the place of another."""
    return tx.session.scalars(ORDERS[sort].cut(_rounds(tx.actor, wanted), after, limit)).all()


def count_rounds(tx: Transaction, wanted: RoundFilter) -> int:
    """How many rounds there are in that list."""
    return count_of(tx, _rounds(tx.actor, wanted))


def regime_of(tx: Transaction, found: ReportRound) -> ReportRegime:
    """The version of the regime that a round keeps."""
    return tx.session.get_one(ReportRegime, found.regime_id)


def schedule_of(found: ReportRound) -> RoundSchedule:
    """The days of a round as they are stored."""
    return RoundSchedule(found.opens_at, found.closes_at, found.late_until, found.due_dates, found.derivations or {})


def due_explanation(tx: Transaction, found: ReportRound) -> dict[str, Any] | None:
    """How the agencies' due date of a round came about; None when it is not known."""
    told = found.due_dates[AGENCY]
    if "meaning" not in told:
        return None
    meaning, calendar = derivation_of(told["meaning"]), calendars.current(tx)
    if meaning.calendar_version != calendar.version:
        calendar = calendars.at(tx, meaning.calendar_version)
    return explanations.explain(meaning, calendar, deadlines.local_date(tx.now), told["clause"])


def consolidated(tx: Transaction, round_id: str) -> Sequence[ConsolidatedReport]:
    """The consolidated reports of a round, the first one first."""
    query = select(ConsolidatedReport).where(ConsolidatedReport.round_id == round_id)
    return tx.session.scalars(query.order_by(ConsolidatedReport.number)).all()


def frozen(made: ConsolidatedReport) -> dict[str, Any]:
    """What a consolidated report rests on, as it was frozen: who is missing, was late, had nothing to report …"""
    told: dict[str, Any] = orjson.loads(made.frozen)
    return told


def matrix(tx: Transaction, found: ReportRound) -> list[Standing]:
    """Where each agency is in a round, by agency code."""
    query = (
        select(Report, Agency)
        .join(Agency, Agency.code == Report.agency)
        .where(Report.round_id == found.id)
        .order_by(Report.original_agency)
    )
    if not tx.actor.reads_all_cases:
        own = own_agencies(tx.actor)
        query = query.where(or_(Report.agency.in_(own), Report.original_agency.in_(own)))
    today = deadlines.local_date(tx.now)
    return [Standing(r, a, standing_of(found, r, a, today)) for r, a in tx.session.execute(query)]


def summary(rows: Sequence[Standing]) -> dict[str, int]:
    """How many agencies are at each of STANDINGS."""
    counted = Counter(row.standing for row in rows)
    return {standing: counted[standing] for standing in STANDINGS}


def standing_of(found: ReportRound, report: Report, agency: Agency, today: date) -> str:
    """One of STANDINGS; a report that did not come is overdue while the round collects, and missing after that."""
    if report.state == "submitted":
        return "late" if report.late else "submitted"
    if report.state != "draft":
        return report.state if is_bound(agency) or report.state != "missing" else "no_answer"
    if found.state not in ("scheduled", "open"):
        return "missing" if is_bound(agency) else "no_answer"
    return "overdue" if is_bound(agency) and today > report.due_date else "pending"


def _rounds(actor: Actor, wanted: RoundFilter) -> Select[ReportRound]:
    query = _visible(actor)
    if wanted.regime is not None:
        query = query.where(ReportRound.regime_key == wanted.regime)
    if wanted.period is not None:
        query = query.where(ReportRound.period == wanted.period)
    if wanted.state is not None:
        query = query.where(ReportRound.state == wanted.state)
    return query


def _visible(actor: Actor) -> Select[ReportRound]:
    query = select(ReportRound)
    if actor.reads_all_cases:
        return query
    own = own_agencies(actor)
    mine = select(Report.round_id).where(or_(Report.agency.in_(own), Report.original_agency.in_(own)))
    return query.where(ReportRound.id.in_(mine))
