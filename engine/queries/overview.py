"""What those who lead need at a glance: the counts of plan tasks by agency and month, and what is red.

Rule: the database counts, so that a glance costs the same with a hundred plan tasks as with a hundred thousand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, extract, func, select

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


@dataclass(frozen=True)
class Glance:
    """The four counts by agency; what is overdue by agency and month; how many overdue tasks each content line has, the
    worst first; how many open tasks have an obstacle that nobody has removed.
    """

    by_agency: dict[str, Buckets]
    overdue: list[Heat]
    red_lines: dict[str, int]
    obstacles: int


def glance(tx: Transaction) -> Glance:
    """All of it, in one look at the plan tasks; the buckets are those of `statistics.buckets`."""
    counts: dict[str, dict[str, int]] = {}
    heat: Counter[tuple[str, int, int]] = Counter()
    red: Counter[str] = Counter()
    hindered = 0
    for row in tx.session.execute(_looked_at(tx)):
        of_agency = counts.setdefault(row.agency, dict.fromkeys(BUCKETS, 0))
        if row.bucket is not None:
            of_agency[row.bucket] += row.number
        if row.bucket == "overdue":
            heat[row.agency, int(row.year), int(row.month)] += row.number
            red.update(dict.fromkeys(row.tags, row.number))
        hindered += row.number if row.hindered else 0
    return Glance(
        {agency: Buckets(**found) for agency, found in sorted(counts.items())},
        [Heat(*key, number) for key, number in sorted(heat.items())],
        dict(sorted(red.items(), key=lambda item: (-item[1], item[0]))),
        hindered,
    )


def whole(counted: dict[str, Buckets]) -> Buckets:
    """The four counts of all agencies together."""
    return Buckets(**{bucket: sum(getattr(one, bucket) for one in counted.values()) for bucket in BUCKETS})


def running(tx: Transaction, process_key: str) -> int:
    """How many cases of a process run that the actor sees."""
    query = select(func.count()).select_from(ProcessInstance)
    alive = ProcessInstance.state.in_(("active", "suspended", "incident"))
    return (
        tx.session.scalar(query.where(ProcessInstance.process_key == process_key, alive, sees_instance(tx.actor))) or 0
    )


def _looked_at(tx: Transaction) -> Select[Any]:
    """How many plan tasks are alike in all that a glance tells; month and content lines of overdue ones only."""
    today = deadlines.local_date(tx.now)
    bucket = case(*((in_bucket(one, today), one) for one in BUCKETS)).label("bucket")
    is_hindered = and_(PlanTask.obstacle.is_(True), PlanTask.status.in_(OPEN_STATUSES)).label("hindered")
    columns = (PlanTask.agency, bucket, PlanTask.due_date, PlanTask.content_tags, is_hindered)
    seen = visible_plan_tasks(tx, PlanTaskFilter()).with_only_columns(*columns).subquery()
    is_overdue = seen.c.bucket == "overdue"
    year, month = (case((is_overdue, extract(part, seen.c.due_date))).label(part) for part in ("year", "month"))
    tags = case((is_overdue, seen.c.content_tags)).label("tags")
    alike = (seen.c.agency, seen.c.bucket, seen.c.hindered, year, month, tags)
    return select(*alike, func.count().label("number")).group_by(*alike)
