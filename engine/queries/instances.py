"""Reading process instances: one, and pages of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from engine.errors import NotFoundError
from engine.models.instance import ProcessInstance
from engine.models.plan import Obligation, PlanTask
from engine.queries.ordering import Order
from engine.queries.visibility import sees_instance
from engine.runtime import Transaction

USUAL = "-started_at"
ORDERS = {
    USUAL: Order(ProcessInstance.started_at, ProcessInstance.id, datetime, descending=True),
    "started_at": Order(ProcessInstance.started_at, ProcessInstance.id, datetime),
}


@dataclass(frozen=True)
class InstanceFilter:
    """What a list of instances is narrowed to; None leaves a thing open."""

    process_key: str | None = None
    state: str | None = None
    agency: str | None = None
    business_key: str | None = None
    plan: str | None = None
    started_after: datetime | None = None


def get(tx: Transaction, instance_id: str) -> ProcessInstance:
    """One instance. Raises NotFoundError when there is none or the actor may not know of it."""
    found = tx.session.scalars(
        select(ProcessInstance).where(ProcessInstance.id == instance_id, sees_instance(tx.actor))
    ).first()
    if found is None:
        raise NotFoundError("process-instance", instance_id)
    return found


def page(
    tx: Transaction,
    wanted: InstanceFilter,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
    sort: str = USUAL,
) -> Sequence[ProcessInstance]:
    """Up to `limit` instances in one of ORDERS (newest first), after the place of another."""
    order = ORDERS[sort]
    query = select(ProcessInstance).where(sees_instance(tx.actor), *_narrow(wanted)).order_by(*order.by())
    return tx.session.scalars((query.where(order.after(after)) if after else query).limit(limit)).all()


def count(tx: Transaction, wanted: InstanceFilter) -> int:
    """How many instances there are in that list."""
    query = select(func.count()).select_from(ProcessInstance)
    return tx.session.scalar(query.where(sees_instance(tx.actor), *_narrow(wanted))) or 0


def _narrow(wanted: InstanceFilter) -> list[ColumnElement[bool]]:
    table = ProcessInstance
    exact = {
        table.process_key: wanted.process_key,
        table.state: wanted.state,
        table.agency: wanted.agency,
        table.business_key: wanted.business_key,
    }
    conditions = [column == value for column, value in exact.items() if value is not None]
    if wanted.started_after is not None:
        conditions.append(table.started_at > wanted.started_after)
    if wanted.plan is not None:
        of_plan = select(PlanTask.instance_id).join(Obligation, Obligation.id == PlanTask.obligation_id)
        conditions.append(table.id.in_(of_plan.where(Obligation.plan_id == wanted.plan)))
    return conditions
