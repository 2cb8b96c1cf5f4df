"""Obstacles: what blocks agencies, and what was answered or instructed. Their steps are tasks."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.bodies import arguments
from api.contract import Answer, look
from api.pages import page, sorted_cursor
from api.schemas.fields import listing
from api.schemas.funding import ObstacleOut, ObstacleQuery
from api.v1.noun import Noun
from engine.models.obstacle import Obstacle
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
    order = queries.ORDERS[given["sort"]]
    after = sorted_cursor(given["cursor"], given["sort"], order.kind)

    def position(one: Obstacle) -> tuple[Any, ...]:
        return given["sort"], *order.place(one.created_at, one.id)

    def query(tx: Transaction) -> Answer:
        found = list(queries.obstacles(tx, wanted, after, given["limit"] + 1, given["sort"]))
        total = queries.count_obstacles(tx, wanted) if given["total"] else None
        return page(found, given["limit"], ObstacleOut().dump, position, total)

    return look(query)


@blueprint.at("/<obstacle_id>", methods=["GET"])
@blueprint.gives(200, ObstacleOut)
def get_obstacle(obstacle_id: str) -> Response:
    """One obstacle, with its answer."""

    def query(tx: Transaction) -> Answer:
        found = queries.obstacle(tx, obstacle_id)
        return Answer(ObstacleOut().dump(found), version=found.version)

    return look(query)
