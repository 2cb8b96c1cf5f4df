"""Events, contests and surveys that the actor may see, and the answers to surveys without whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from engine.errors import NotFoundError
from engine.models.activity import Activity, SurveyAnswer, SurveyRespondent
from engine.models.instance import ProcessInstance
from engine.queries.ordering import Order, count_of
from engine.queries.visibility import sees_instance
from engine.runtime import Transaction

USUAL = "-created_at"
ORDERS = {
    USUAL: Order(Activity.created_at, Activity.id, datetime, descending=True),
    "created_at": Order(Activity.created_at, Activity.id, datetime),
}


@dataclass(frozen=True)
class ActivityFilter:
    """Which activities: of a kind, of an agency, in a state, of an obligation, for a plan task."""

    kind: str | None = None
    agency: str | None = None
    state: str | None = None
    obligation: str | None = None
    plan_task: str | None = None


def activity(tx: Transaction, activity_id: str) -> Activity:
    """One activity that the actor may know of. Raises NotFoundError."""
    found = tx.session.scalars(_seen(tx, ActivityFilter()).where(Activity.id == activity_id)).first()
    if found is None:
        raise NotFoundError("activity", activity_id)
    return found


def activities(
    tx: Transaction, wanted: ActivityFilter, after: tuple[Any, str] | None = None, limit: int = 50, sort: str = USUAL
) -> Sequence[Activity]:
    """Up to `limit` activities in one of ORDERS, after the place of another."""
    return tx.session.scalars(ORDERS[sort].cut(_seen(tx, wanted), after, limit)).all()


def count_activities(tx: Transaction, wanted: ActivityFilter) -> int:
    """How many activities there are in that list."""
    return count_of(tx, _seen(tx, wanted))


def count_answers(tx: Transaction, activity_id: str) -> int:
    """How many have answered a survey."""
    query = select(func.count()).select_from(SurveyAnswer).where(SurveyAnswer.activity_id == activity_id)
    return tx.session.scalar(query) or 0


def count_respondents(tx: Transaction, activity_id: str) -> int:
    """How many of those who answered are known by name."""
    query = select(func.count()).select_from(SurveyRespondent).where(SurveyRespondent.activity_id == activity_id)
    return tx.session.scalar(query) or 0


def answers_of(tx: Transaction, activity_id: str) -> list[dict[str, Any]]:
    """The answers, in an order that means nothing."""
    query = select(SurveyAnswer.answers).where(SurveyAnswer.activity_id == activity_id).order_by(SurveyAnswer.id)
    return list(tx.session.scalars(query))


def _seen(tx: Transaction, wanted: ActivityFilter) -> Select[Activity]:
    exact = {
        Activity.kind: wanted.kind,
        Activity.agency: wanted.agency,
        Activity.state: wanted.state,
        Activity.obligation_id: wanted.obligation,
        Activity.plan_task_id: wanted.plan_task,
    }
    seen = Activity.instance_id.in_(select(ProcessInstance.id).where(sees_instance(tx.actor)))
    return select(Activity).where(seen, *(column == value for column, value in exact.items() if value is not None))
