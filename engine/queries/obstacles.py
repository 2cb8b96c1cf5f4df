"""Reading obstacles, and those that are the same.

Rule: an obstacle is seen by whoever sees its case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from engine.errors import NotFoundError
from engine.models.instance import ProcessInstance
from engine.models.obstacle import Obstacle
from engine.queries.ordering import Order, count_of
from engine.queries.visibility import sees_instance
from engine.runtime import Transaction

USUAL = "-created_at"
ORDERS = {
    USUAL: Order(Obstacle.created_at, Obstacle.id, datetime, descending=True),
    "created_at": Order(Obstacle.created_at, Obstacle.id, datetime),
}


@dataclass(frozen=True)
class ObstacleFilter:
    """Which obstacles: of an agency, in a state, of an urgency, blocking a plan task, merged into another."""

    agency: str | None = None
    state: str | None = None
    urgency: str | None = None
    plan_task: str | None = None
    merged_into: str | None = None


def obstacle(tx: Transaction, obstacle_id: str) -> Obstacle:
    """One obstacle that the actor may know of. Raises NotFoundError."""
    found = tx.session.scalars(_obstacles(tx, ObstacleFilter()).where(Obstacle.id == obstacle_id)).first()
    if found is None:
        raise NotFoundError("obstacle", obstacle_id)
    return found


def obstacles(
    tx: Transaction, wanted: ObstacleFilter, after: tuple[Any, str] | None = None, limit: int = 50, sort: str = USUAL
) -> Sequence[Obstacle]:
    """Up to `limit` obstacles in one of ORDERS, after the place of another."""
    return tx.session.scalars(ORDERS[sort].cut(_obstacles(tx, wanted), after, limit)).all()


def count_obstacles(tx: Transaction, wanted: ObstacleFilter) -> int:
    """How many obstacles there are in that list."""
    return count_of(tx, _obstacles(tx, wanted))


def others_open(tx: Transaction, plan_task_id: str | None, but: str | None = None) -> Sequence[Obstacle]:
    """The obstacles of a plan task, other than one, that are not settled yet."""
    query = select(Obstacle).where(Obstacle.plan_task_id == plan_task_id, Obstacle.closed_at.is_(None))
    return tx.session.scalars(query.where(Obstacle.id != but) if but else query).all()


def merged_into(tx: Transaction, obstacle_id: str) -> Sequence[Obstacle]:
    """The obstacles that wait for the answer to this one, locked."""
    waiting = (Obstacle.merged_into == obstacle_id) & (Obstacle.state == "merged")
    query = select(Obstacle).where(waiting).order_by(Obstacle.id)
    return tx.session.scalars(query.with_for_update()).all()


def _obstacles(tx: Transaction, wanted: ObstacleFilter) -> Select[Obstacle]:
    exact = {
        Obstacle.agency: wanted.agency,
        Obstacle.state: wanted.state,
        Obstacle.urgency: wanted.urgency,
        Obstacle.plan_task_id: wanted.plan_task,
        Obstacle.merged_into: wanted.merged_into,
    }
    visible = select(ProcessInstance.id).where(sees_instance(tx.actor))
    query = select(Obstacle).where(Obstacle.instance_id.in_(visible))
    return query.where(*(column == value for column, value in exact.items() if value is not None))
