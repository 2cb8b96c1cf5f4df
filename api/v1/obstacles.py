"""Obstacles: what blocks agencies, and what was answered or instructed. Their steps are tasks."""

from __future__ import annotations

from flask import Response

from api.bodies import arguments
from api.contract import Answer, look
from api.pages import sorted_list
from api.schemas.fields import listing
from api.schemas.funding import ObstacleOut, ObstacleQuery
from api.v1.noun import Noun
from engine.queries import obstacles as queries
from engine.queries.obstacles import ObstacleFilter
from engine.runtime import Transaction

blueprint = Noun("obstacles", "/api/v1/obstacles", "Vướng mắc")


@blueprint.at("", methods=["GET"])
@blueprint.takes(ObstacleQuery, "query")
@blueprint.gives(200, listing(ObstacleOut))
def list_obstacles() -> Response:
    """The obstacles that the actor may see, the newest first."""
    given = arguments(ObstacleQuery())
    names = ("agency", "state", "urgency", "plan_task", "merged_into")
    wanted = ObstacleFilter(**{name: given[name] for name in names})
    return sorted_list(given, wanted, queries.ORDERS, (queries.obstacles, queries.count_obstacles), ObstacleOut().dump)


@blueprint.at("/<obstacle_id>", methods=["GET"])
@blueprint.gives(200, ObstacleOut)
def get_obstacle(obstacle_id: str) -> Response:
    """One obstacle, with its answer."""

    def query(tx: Transaction) -> Answer:
        found = queries.obstacle(tx, obstacle_id)
        return Answer(ObstacleOut().dump(found), version=found.version)

    return look(query)
