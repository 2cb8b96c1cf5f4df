"""Figures over plan tasks, reports and the work on cases, of what the actor may see.

Rule: the bucket of a task or report is decided in one place (`engine.deadlines.bucket`); here it is only counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from statistics import median, quantiles
from typing import Any

from sqlalchemy import select

from engine import deadlines, periods
from engine.buckets import Buckets, count
from engine.models.instance import ProcessInstance
from engine.models.plan import PlanTask
from engine.models.task import UserTask
from engine.queries.plans import OPEN_STATUSES, PlanTaskFilter, due_of, visible_plan_tasks
from engine.queries.reports import visible_reports
from engine.queries.visibility import sees_instance
from engine.runtime import Transaction

PERIOD = "period"
GROUPS = ("agency", "obligation", "content_tag", PERIOD)
_QUARTERLY = "quarterly"


@dataclass(frozen=True)
class Tally:
    """Counts by the due date in force, and by the first one."""

    current: Buckets
    original: Buckets


@dataclass(frozen=True)
class Group:
    """The tasks of one key: counted by the due date in force, and by the one that was first approved.

    `reports` are counted where the groups are periods (None elsewhere).
    """

    key: str | None
    current: Buckets
    original: Buckets
    reports: Tally | None = None


@dataclass(frozen=True)
class CycleTime:
    """How long the completed tasks of an element took, from offer to completion, in seconds."""

    element_id: str
    name_vi: str
    name_en: str
    completed: int
    median_seconds: float
    p90_seconds: float


@dataclass(frozen=True)
class _Counted:
    keys: tuple[str | None, ...]
    current: str | None
    original: str | None


def buckets(tx: Transaction, group_by: str | None, wanted: PlanTaskFilter) -> list[Group]:
    """The four counts by agency, obligation, content line or reporting period, or of everything (None).

    A task with several content lines counts in each of them. Its period is the quarter, from the 15th to the 14th, in
    which it is due; that of a report is its round's, and ad hoc ones are of none.
    """
    tasks = _gathered(_counted(tx, group_by, wanted))
    reports = _gathered(_counted_reports(tx, wanted)) if group_by == PERIOD else {}
    return [
        Group(key, *_both(tasks.get(key, ())), Tally(*_both(reports.get(key, ()))) if group_by == PERIOD else None)
        for key in sorted({*tasks, *reports}, key=lambda key: (key is None, key or ""))
    ]


def together(groups: Iterable[Group]) -> Group:
    """Groups in which each task counts once, as one; so not those by content line."""
    found = list(groups)
    return Group(None, _sum(group.current for group in found), _sum(group.original for group in found))


def cycle_times(tx: Transaction, process_key: str) -> list[CycleTime]:
    """How long the steps of a process take, longest median first."""
    query = (
        select(UserTask.element_id, UserTask.name, UserTask.name_en, UserTask.created_at, UserTask.closed_at)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(UserTask.process_key == process_key, UserTask.state == "completed", sees_instance(tx.actor))
    )
    taken: dict[str, list[float]] = {}
    names: dict[str, tuple[str, str]] = {}
    for element, name, name_en, created_at, closed_at in tx.session.execute(query):
        taken.setdefault(element, []).append((closed_at - created_at).total_seconds() if closed_at else 0.0)
        names[element] = name, name_en
    found = [CycleTime(element, *names[element], len(t), median(t), _p90(t)) for element, t in taken.items()]
    return sorted(found, key=lambda c: (-c.median_seconds, c.element_id))


def _sum(counted: Iterable[Buckets]) -> Buckets:
    known = list(counted)
    return Buckets(**{field.name: sum(getattr(one, field.name) for one in known) for field in fields(Buckets)})


def _gathered(counted: Iterable[_Counted]) -> dict[str | None, list[_Counted]]:
    gathered: dict[str | None, list[_Counted]] = {}
    for one in counted:
        for key in one.keys:
            gathered.setdefault(key, []).append(one)
    return gathered


def _both(found: Iterable[_Counted]) -> tuple[Buckets, Buckets]:
    known = list(found)
    return count(one.current for one in known), count(one.original for one in known)


def _counted_reports(tx: Transaction, wanted: PlanTaskFilter) -> Iterator[_Counted]:
    """The reports that are owed, by when each was first submitted; a body that owes none counts in no bucket."""
    today = deadlines.local_date(tx.now)
    for report, kind, period in tx.session.execute(visible_reports(tx, wanted)):
        done = deadlines.local_date(report.submitted_at) if report.submitted_at else None
        judged = report.late_after or report.original_due_date
        current = deadlines.bucket(judged if done else report.due_date, done, today, is_open=True)
        original = deadlines.bucket(report.original_due_date, done, today, is_open=True)
        yield _Counted((period if kind == "periodic" else None,), current, original)


def _counted(tx: Transaction, group_by: str | None, wanted: PlanTaskFilter) -> Iterator[_Counted]:
    today = deadlines.local_date(tx.now)
    rows = tx.session.execute(
        visible_plan_tasks(tx, wanted).with_only_columns(
            PlanTask.agency,
            PlanTask.obligation_id,
            PlanTask.content_tags,
            PlanTask.due_date,
            PlanTask.original_due_date,
            PlanTask.accepted_report_at,
            PlanTask.status,
            PlanTask.on_hold,
        )
    )
    for agency, obligation, tags, due, original, accepted_at, status, on_hold in rows:
        keys = _keys(group_by, agency, obligation, tags, due)
        judged = [due_of(tx, agency, day, on_hold=on_hold) for day in (due, original or due)]
        yield _Counted(keys, *(_bucket(day, accepted_at, status, today) for day in judged))


def _keys(
    group_by: str | None, agency: str, obligation: str | None, tags: list[str], due: date | None
) -> tuple[str | None, ...]:
    if group_by == PERIOD:
        return (_quarter(due),)
    known: dict[str | None, tuple[str | None, ...]] = {
        None: (None,),
        "agency": (agency,),
        "obligation": (obligation,),
        "content_tag": tuple(tags) or (None,),
    }
    return known[group_by]


@lru_cache(maxsize=4096)
def _quarter(due: date | None) -> str | None:
    """The quarter in which something is due; many tasks are due on the same days."""
    return periods.period_on(_QUARTERLY, due).code if due else None


def _bucket(due: date | None, accepted_at: datetime | None, status: str, today: date) -> str | None:
    accepted = deadlines.local_date(accepted_at) if accepted_at else None
    return deadlines.bucket(due, accepted, today, is_open=status in OPEN_STATUSES)


def _p90(taken: list[Any]) -> float:
    return float(quantiles(taken, n=10, method="inclusive")[-1]) if len(taken) > 1 else float(taken[0])
