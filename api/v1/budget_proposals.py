"""Funding proposals: what agencies ask for, what Finance thinks of it, what is allocated. Their steps are tasks."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.bodies import arguments
from api.contract import Answer, look
from api.pages import page, sorted_cursor
from api.schemas.fields import listing
from api.schemas.funding import BudgetLineOut, BudgetProposalDetailOut, BudgetProposalOut, BudgetProposalQuery
from api.v1.noun import Noun
from engine.models.budget import BudgetProposal
from engine.queries import budgets as queries
from engine.queries.budgets import BudgetFilter
from engine.runtime import Transaction

blueprint = Noun("budget-proposals", "/api/v1/budget-proposals", "Đề xuất kinh phí")


@blueprint.at("", methods=["GET"])
@blueprint.takes(BudgetProposalQuery, "query")
@blueprint.gives(200, listing(BudgetProposalOut))
def list_proposals() -> Response:
    """The proposals that the actor may see, the newest first."""
    given = arguments(BudgetProposalQuery())
    wanted = BudgetFilter(given["agency"], given["year"], given["source"], given["state"], given["plan_task"])
    order = queries.ORDERS[given["sort"]]
    after = sorted_cursor(given["cursor"], given["sort"], order.kind)

    def position(one: BudgetProposal) -> tuple[Any, ...]:
        return given["sort"], *order.place(one.created_at, one.id)

    def query(tx: Transaction) -> Answer:
        found = list(queries.proposals(tx, wanted, after, given["limit"] + 1, given["sort"]))
        total = queries.count_proposals(tx, wanted) if given["total"] else None
        return page(found, given["limit"], BudgetProposalOut().dump, position, total)

    return look(query)


@blueprint.at("/<proposal_id>", methods=["GET"])
@blueprint.gives(200, BudgetProposalDetailOut)
def get_proposal(proposal_id: str) -> Response:
    """One proposal, with its items."""

    def query(tx: Transaction) -> Answer:
        found = queries.proposal(tx, proposal_id)
        shown = BudgetProposalOut().dump(found)
        shown["lines"] = BudgetLineOut(many=True).dump(queries.lines_of(tx, found.id))
        return Answer(shown, version=found.version)

    return look(query)
