"""Reading the list for the City's leadership.

Rule: whoever reads all cases sees the whole list; an agency sees what is its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from engine.access import Actor
from engine.models.directory import Agency
from engine.models.escalation import Escalation
from engine.models.obstacle import Obstacle
from engine.models.plan import PlanTask
from engine.models.report import Report, ReportRound
from engine.queries.ordering import Order, count_of
from engine.queries.rounds import own_agencies
from engine.runtime import Transaction

KINDS = ("report", "plan_task", "obstacle")
STATES = ("open", "settled")
USUAL = "-listed_at"
ORDERS = {
    USUAL: Order(Escalation.listed_at, Escalation.id, datetime, descending=True),
    "listed_at": Order(Escalation.listed_at, Escalation.id, datetime),
}


@dataclass(frozen=True)
class EscalationFilter:
    """Which rows: open or settled, of an agency, of a kind."""

    state: str | None = None
    agency: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Listed:
    """A row of the list, with the agency and what it is about, in Vietnamese and English."""

    row: Escalation
    agency: Agency
    title_vi: str | None
    title_en: str | None


def escalations(
    tx: Transaction,
    wanted: EscalationFilter,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
    sort: str = USUAL,
) -> Sequence[Listed]:
    """Up to `limit` rows in one of ORDERS, after the place of another."""
    order = ORDERS[sort]
    query = (
        _visible(tx.actor, wanted)
        .add_columns(Agency, func.coalesce(PlanTask.title, Obstacle.title), ReportRound.title_vi, ReportRound.title_en)
        .join(Agency, Agency.code == Escalation.agency)
        .outerjoin(PlanTask, PlanTask.id == Escalation.plan_task_id)
        .outerjoin(Obstacle, Obstacle.id == Escalation.obstacle_id)
        .outerjoin(Report, Report.id == Escalation.report_id)
        .outerjoin(ReportRound, ReportRound.id == Report.round_id)
        .order_by(*order.by())
        .limit(limit)
    )
    found = tx.session.execute(query.where(order.after(after)) if after else query)
    return [Listed(row, agency, title or vi, title or en) for row, agency, title, vi, en in found]


def count_escalations(tx: Transaction, wanted: EscalationFilter) -> int:
    """How many rows there are in that list."""
    return count_of(tx, _visible(tx.actor, wanted))


def _visible(actor: Actor, wanted: EscalationFilter) -> Select[Any]:
    query = select(Escalation)
    if not actor.reads_all_cases:
        query = query.where(Escalation.agency.in_(own_agencies(actor)))
    if wanted.state is not None:
        is_open = Escalation.settled_at.is_(None)
        query = query.where(is_open if wanted.state == "open" else ~is_open)
    if wanted.agency is not None:
        query = query.where(Escalation.agency == wanted.agency)
    return query.where(Escalation.kind == wanted.kind) if wanted.kind is not None else query
