"""Reading plans: obligations, coverage, and plan tasks in their four buckets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from engine import deadlines
from engine.access import AGENCY_ROLES, Actor
from engine.errors import NotFoundError
from engine.models.directory import Agency
from engine.models.instance import ProcessInstance
from engine.models.plan import Obligation, ObligationRound, Plan, PlanTag, PlanTask
from engine.queries.directory import members_of
from engine.queries.ordering import Order
from engine.queries.rounds import BOUND
from engine.queries.visibility import sees_instance
from engine.runtime import Transaction

BUCKETS = ("on_time", "late", "within_time", "overdue")
OPEN_STATUSES = (
    "draft",
    "proposed",
    "returned",
    "approved",
    "assigned",
    "accepted",
    "in_progress",
    "reported",
    "rework",
    "transferred",
)


_BOUND_CODES = "bound-agencies"
_IS_BOUND = PlanTask.agency.in_(select(Agency.code).where(Agency.relation == BOUND))

USUAL = "due_date"
ORDERS = {
    USUAL: Order(PlanTask.due_date, PlanTask.id, date, nullable=True),
    "-due_date": Order(PlanTask.due_date, PlanTask.id, date, descending=True, nullable=True),
    "created_at": Order(PlanTask.created_at, PlanTask.id, datetime),
    "-created_at": Order(PlanTask.created_at, PlanTask.id, datetime, descending=True),
}


@dataclass(frozen=True)
class PlanTaskFilter:
    """What a list of plan tasks is narrowed to; None leaves a thing open."""

    bucket: str | None = None
    agency: str | None = None
    obligation: str | None = None
    plan: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class Coverage:
    """How far one obligation is spread: bound agencies today, those with a task, and its tasks by bucket: by the due
    date in force, and by the one that was first approved.
    """

    obligation: Obligation
    bound: int
    covered: int
    rounds: int
    buckets: dict[str, int]
    original: dict[str, int]


def plan(tx: Transaction, plan_id: str) -> Plan:
    """One plan. Raises NotFoundError."""
    found = tx.session.get(Plan, plan_id)
    if found is None:
        raise NotFoundError("plan", plan_id)
    return found


def plans(tx: Transaction, after: str = "", limit: int = 50) -> Sequence[Plan]:
    """Up to `limit` plans by id after one."""
    return tx.session.scalars(select(Plan).where(Plan.id > after).order_by(Plan.id).limit(limit)).all()


def count_plans(tx: Transaction) -> int:
    """How many plans there are."""
    return tx.session.scalar(select(func.count()).select_from(Plan)) or 0


def count_obligations(tx: Transaction, plan_id: str) -> int:
    """How many obligations a plan has."""
    query = select(func.count()).select_from(Obligation)
    return tx.session.scalar(query.where(Obligation.plan_id == plan_id)) or 0


def obligations(tx: Transaction, plan_id: str, after: int = 0, limit: int = 50) -> Sequence[Obligation]:
    """Up to `limit` obligations of a plan in its order, after a position. Raises NotFoundError for no such plan."""
    plan(tx, plan_id)
    query = select(Obligation).where(Obligation.plan_id == plan_id, Obligation.position > after)
    return tx.session.scalars(query.order_by(Obligation.position).limit(limit)).all()


def tags(tx: Transaction, plan_id: str) -> Sequence[PlanTag]:
    """The content lines and channels of a plan, in its order."""
    return tx.session.scalars(select(PlanTag).where(PlanTag.plan_id == plan_id).order_by(PlanTag.position)).all()


def coverage(tx: Transaction, plan_id: str) -> list[Coverage]:
    """For every obligation of a plan, how far it is spread among those it binds."""
    return [_coverage(tx, obligation) for obligation in obligations(tx, plan_id, limit=10_000)]


def bucket_of(tx: Transaction, task: PlanTask) -> str | None:
    """The bucket of a plan task today; None when it counts in none."""
    return _bucket(tx, task, task.due_date)


def original_bucket_of(tx: Transaction, task: PlanTask) -> str | None:
    """The bucket it would count in by the due date that was first approved."""
    return _bucket(tx, task, task.original_due_date or task.due_date)


def due_of(tx: Transaction, agency: str, due: date | None, *, on_hold: bool = False) -> date | None:
    """The day that a plan task of an agency is judged by: none while its clock stands still, by an instruction about
    what blocks it, and none for a body that is not subordinate to the City, which owes it no date.
    """
    return None if on_hold or agency not in _bound_codes(tx) else due


def plan_task(tx: Transaction, plan_task_id: str) -> PlanTask:
    """One plan task that the actor may know of. Raises NotFoundError."""
    found = tx.session.scalars(_visible(tx.actor).where(PlanTask.id == plan_task_id)).first()
    if found is None:
        raise NotFoundError("plan-task", plan_task_id)
    return found


def plan_tasks(
    tx: Transaction,
    wanted: PlanTaskFilter,
    after: tuple[Any, str] | None = None,
    limit: int = 50,
    sort: str = USUAL,
) -> list[tuple[PlanTask, str | None]]:
    """Up to `limit` plan tasks in one of ORDERS (by due date), after the place of another, each with its bucket."""
    order = ORDERS[sort]
    query = visible_plan_tasks(tx, wanted).order_by(*order.by()).limit(limit)
    found = tx.session.scalars(query.where(order.after(after)) if after else query)
    return [(task, bucket_of(tx, task)) for task in found]


def visible_plan_tasks(tx: Transaction, wanted: PlanTaskFilter) -> Select[PlanTask]:
    """The query for the plan tasks of a filter that the actor may see."""
    return _visible(tx.actor).where(*_narrow(tx, wanted))


def count_plan_tasks(tx: Transaction, wanted: PlanTaskFilter) -> int:
    """How many plan tasks there are in that list."""
    query = visible_plan_tasks(tx, wanted)
    return tx.session.scalar(query.with_only_columns(func.count(PlanTask.id))) or 0


def _coverage(tx: Transaction, obligation: Obligation) -> Coverage:
    bound = members_of(tx, obligation.leads, deadlines.local_date(tx.now))
    tasks = tx.session.scalars(_visible(tx.actor).where(PlanTask.obligation_id == obligation.id)).all()
    counted = [[of(tx, task) for task in tasks] for of in (bucket_of, original_bucket_of)]
    current, original = ({b: found.count(b) for b in BUCKETS} for found in counted)
    rounds = tx.session.scalars(select(ObligationRound.id).where(ObligationRound.obligation_id == obligation.id)).all()
    covered = {task.agency for task in tasks} & {agency.code for agency in bound}
    return Coverage(obligation, len(bound), len(covered), len(rounds), current, original)


def _bucket(tx: Transaction, task: PlanTask, due: date | None) -> str | None:
    accepted = deadlines.local_date(task.accepted_report_at) if task.accepted_report_at else None
    judged, today = due_of(tx, task.agency, due, on_hold=task.on_hold), deadlines.local_date(tx.now)
    return deadlines.bucket(judged, accepted, today, is_open=task.status in OPEN_STATUSES)


def _bound_codes(tx: Transaction) -> frozenset[str]:
    """The agencies subordinate to the City, looked up once in a transaction."""
    found: frozenset[str] | None = tx.local.get(_BOUND_CODES)
    if found is None:
        found = frozenset(tx.session.scalars(select(Agency.code).where(Agency.relation == BOUND)))
        tx.local[_BOUND_CODES] = found
    return found


def _visible(actor: Actor) -> Select[PlanTask]:
    """The plan tasks whose case the actor may see, or which are of an agency they serve."""
    query = select(PlanTask).outerjoin(ProcessInstance, ProcessInstance.id == PlanTask.instance_id)
    if actor.reads_all_cases:
        return query.where(true())
    own = sorted(g.agency for g in actor.grants if g.agency and g.role in AGENCY_ROLES)
    return query.where(or_(PlanTask.agency.in_(own), and_(ProcessInstance.id.is_not(None), sees_instance(actor))))


def _narrow(tx: Transaction, wanted: PlanTaskFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.agency is not None:
        conditions.append(PlanTask.agency == wanted.agency)
    if wanted.obligation is not None:
        conditions.append(PlanTask.obligation_id == wanted.obligation)
    if wanted.plan is not None:
        of_plan = select(Obligation.id).where(Obligation.plan_id == wanted.plan)
        conditions.append(PlanTask.obligation_id.in_(of_plan))
    if wanted.status is not None:
        conditions.append(PlanTask.status == wanted.status)
    if wanted.bucket is not None:
        conditions.append(in_bucket(wanted.bucket, deadlines.local_date(tx.now)))
    return conditions


def in_bucket(bucket: str, today: date) -> ColumnElement[bool]:
    """The same four conditions as `deadlines.bucket`, in SQL."""
    is_open = PlanTask.status.in_(OPEN_STATUSES) & PlanTask.accepted_report_at.is_(None)
    if bucket in ("overdue", "within_time"):
        overdue = _IS_BOUND & PlanTask.due_date.is_not(None) & (PlanTask.due_date < today) & PlanTask.on_hold.is_(False)
        return is_open & (overdue if bucket == "overdue" else ~overdue)
    late = _IS_BOUND & PlanTask.late.is_(True)
    accepted = PlanTask.accepted_report_at.is_not(None)
    return accepted & (late if bucket == "late" else ~_IS_BOUND | PlanTask.late.is_not(True))
