"""Reading proposals of funding with their items.

Rule: a proposal is seen by whoever sees its case; what is weighed against the balance of a year are all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from engine.errors import NotFoundError
from engine.models.budget import BudgetLine, BudgetProposal
from engine.models.instance import ProcessInstance
from engine.queries.ordering import Order, count_of
from engine.queries.visibility import sees_instance
from engine.runtime import Transaction

USUAL = "-created_at"
ORDERS = {
    USUAL: Order(BudgetProposal.created_at, BudgetProposal.id, datetime, descending=True),
    "created_at": Order(BudgetProposal.created_at, BudgetProposal.id, datetime),
}
#: What takes up a part of the year's balance: what Finance has submitted, and what the leader has allocated.
_SUBMITTED, _ALLOCATED = ("submitted_to_city",), ("allocated", "settled")


@dataclass(frozen=True)
class BudgetFilter:
    """Which proposals: of an agency, for a year, from a source, in a state, with an item for a plan task."""

    agency: str | None = None
    year: int | None = None
    source: str | None = None
    state: str | None = None
    plan_task: str | None = None


def proposal(tx: Transaction, proposal_id: str) -> BudgetProposal:
    """One proposal that the actor may know of. Raises NotFoundError."""
    found = tx.session.scalars(_proposals(tx, BudgetFilter()).where(BudgetProposal.id == proposal_id)).first()
    if found is None:
        raise NotFoundError("budget-proposal", proposal_id)
    return found


def proposals(
    tx: Transaction, wanted: BudgetFilter, after: tuple[Any, str] | None = None, limit: int = 50, sort: str = USUAL
) -> Sequence[BudgetProposal]:
    """Up to `limit` proposals in one of ORDERS, after the place of another."""
    return tx.session.scalars(ORDERS[sort].cut(_proposals(tx, wanted), after, limit)).all()


def count_proposals(tx: Transaction, wanted: BudgetFilter) -> int:
    """How many proposals there are in that list."""
    return count_of(tx, _proposals(tx, wanted))


def lines_of(tx: Transaction, proposal_id: str) -> Sequence[BudgetLine]:
    """The items of a proposal, in its order."""
    query = select(BudgetLine).where(BudgetLine.proposal_id == proposal_id)
    return tx.session.scalars(query.order_by(BudgetLine.position)).all()


def taken_up(tx: Transaction, found: BudgetProposal) -> int:
    """How much of the City's budget of its year the other proposals take up: submitted, or allocated and kept."""
    others = (BudgetProposal.year == found.year) & (BudgetProposal.id != found.id) & (BudgetProposal.source == "city")
    parts = (
        select(func.sum(BudgetProposal.recommended)).where(others, BudgetProposal.state.in_(_SUBMITTED)),
        select(func.sum(BudgetProposal.allocated)).where(others, BudgetProposal.state.in_(_ALLOCATED)),
    )
    return sum(int(tx.session.scalar(part) or 0) for part in parts)


def _proposals(tx: Transaction, wanted: BudgetFilter) -> Select[BudgetProposal]:
    exact = {
        BudgetProposal.agency: wanted.agency,
        BudgetProposal.year: wanted.year,
        BudgetProposal.source: wanted.source,
        BudgetProposal.state: wanted.state,
    }
    visible = select(ProcessInstance.id).where(sees_instance(tx.actor))
    query = select(BudgetProposal).where(BudgetProposal.instance_id.in_(visible))
    query = query.where(*(column == value for column, value in exact.items() if value is not None))
    if wanted.plan_task is None:
        return query
    named = select(BudgetLine.proposal_id).where(BudgetLine.plan_task_id == wanted.plan_task)
    return query.where(BudgetProposal.id.in_(named))
