"""What those who lead need at a glance: the counts of plan tasks by agency and month, and what is red.

Rule: the database counts, so that a glance costs the same with a hundred plan tasks as with a hundred thousand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, extract, func, select

from engine import deadlines
from engine.buckets import Buckets
from engine.models.instance import ProcessInstance
from engine.models.plan import PlanTask
from engine.queries.plans import BUCKETS, OPEN_STATUSES, PlanTaskFilter, in_bucket, visible_plan_tasks
from engine.queries.visibility import sees_instance
from engine.runtime import Transaction


@dataclass(frozen=True)
class Heat:
    """How many open tasks of an agency that were due in a month are overdue today."""

    agency: str
    year: int
    month: int
    overdue: int


def by_agency(tx: Transaction) -> dict[str, Buckets]:
    """The four counts of each agency's plan tasks, by the due date in force, as `statistics.buckets` has them."""
    today = deadlines.local_date(tx.now)
    bucket = case(*((in_bucket(one, today), one) for one in BUCKETS))
    query = visible_plan_tasks(tx, PlanTaskFilter()).with_only_columns(PlanTask.agency, bucket, func.count(PlanTask.id))
    rows: Iterable[Any] = tx.session.execute(query.group_by(PlanTask.agency, bucket))
    found: dict[str, dict[str, int]] = {}
    for agency, name, number in rows:
        found.setdefault(agency, {}).update({name: number} if name is not None else {})
    return {agency: Buckets(**counts) for agency, counts in sorted(found.items())}


def whole(counted: dict[str, Buckets]) -> Buckets:
    """The four counts of all agencies together."""
    return Buckets(**{bucket: sum(getattr(one, bucket) for one in counted.values()) for bucket in BUCKETS})


def overdue_by_month(tx: Transaction) -> list[Heat]:
    """The overdue tasks by agency and by the month in which they were due."""
    year, month = extract("year", PlanTask.due_date), extract("month", PlanTask.due_date)
    columns: tuple[Any, ...] = (PlanTask.agency, year, month)
    query = visible_plan_tasks(tx, PlanTaskFilter(bucket="overdue"))
    counted = query.with_only_columns(*columns, func.count(PlanTask.id)).group_by(*columns)
    rows: Iterable[Any] = tx.session.execute(counted)
    return sorted(
        (Heat(agency, int(y), int(m), count) for agency, y, m, count in rows),
        key=lambda heat: (heat.agency, heat.year, heat.month),
    )


def red_lines(tx: Transaction) -> dict[str, int]:
    """The content lines with overdue tasks, the worst first, with how many."""
    query = visible_plan_tasks(tx, PlanTaskFilter(bucket="overdue"))
    rows: Iterable[Any] = tx.session.execute(
        query.with_only_columns(PlanTask.content_tags, func.count(PlanTask.id)).group_by(PlanTask.content_tags)
    )
    counted: Counter[str] = Counter()
    for tags, number in rows:
        counted.update(dict.fromkeys(tags, number))
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def obstacles(tx: Transaction) -> int:
    """How many open plan tasks have reported an obstacle that nobody has removed."""
    is_hindered = and_(PlanTask.obstacle.is_(True), PlanTask.status.in_(OPEN_STATUSES))
    query = visible_plan_tasks(tx, PlanTaskFilter()).where(is_hindered)
    return tx.session.scalar(query.with_only_columns(func.count(PlanTask.id))) or 0


def running(tx: Transaction, process_key: str) -> int:
    """How many cases of a process run that the actor sees."""
    query = select(func.count()).select_from(ProcessInstance)
    alive = ProcessInstance.state.in_(("active", "suspended", "incident"))
    return (
        tx.session.scalar(query.where(ProcessInstance.process_key == process_key, alive, sees_instance(tx.actor))) or 0
    )
