"""Supervision and social critique, and the City's responses to them."""

from __future__ import annotations

from flask import Response

from api.bodies import arguments
from api.contract import Answer, look
from api.pages import sorted_list
from api.schemas.fields import listing
from api.schemas.outside import RecommendationOut, SupervisionDetailOut, SupervisionOut, SupervisionQuery
from api.v1.noun import Noun
from engine.queries import outside as queries
from engine.queries.outside import SupervisionFilter
from engine.runtime import Transaction

blueprint = Noun("supervisions", "/api/v1/supervisions", "Giám sát, phản biện xã hội")


@blueprint.at("", methods=["GET"])
@blueprint.takes(SupervisionQuery, "query")
@blueprint.gives(200, listing(SupervisionOut))
def list_supervisions() -> Response:
    """The supervisions that the actor may see, the newest first."""
    given = arguments(SupervisionQuery())
    wanted = SupervisionFilter(given["addressed"], given["state"], given["kind"])
    return sorted_list(
        given,
        wanted,
        queries.SUPERVISION_ORDERS,
        (queries.supervisions, queries.count_supervisions),
        SupervisionOut().dump,
    )


@blueprint.at("/<supervision_id>", methods=["GET"])
@blueprint.gives(200, SupervisionDetailOut)
def get_supervision(supervision_id: str) -> Response:
    """One supervision, with each recommendation and what was answered to it."""

    def query(tx: Transaction) -> Answer:
        found = queries.supervision(tx, supervision_id)
        shown = SupervisionOut().dump(found)
        shown["recommendations"] = RecommendationOut(many=True).dump(queries.recommendations_of(tx, found.id))
        return Answer(shown, version=found.version)

    return look(query)
