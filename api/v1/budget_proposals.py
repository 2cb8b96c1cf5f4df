"""Funding proposals: what agencies ask for, what Finance thinks of it, what is allocated. Their steps are tasks."""

from __future__ import annotations

from flask import Response

from api.bodies import arguments
from api.contract import Answer, look
from api.pages import sorted_list
from api.schemas.fields import listing
from api.schemas.funding import BudgetLineOut, BudgetProposalDetailOut, BudgetProposalOut, BudgetProposalQuery
from api.v1.noun import Noun
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
    return sorted_list(
        given, wanted, queries.ORDERS, (queries.proposals, queries.count_proposals), BudgetProposalOut().dump
    )


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
