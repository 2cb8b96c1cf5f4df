"""Filling a data form in advance from the plan tasks of an agency in the period.

Rule: what is filled in is an offer; the agency answers for what it submits.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select

from engine import deadlines
from engine.figures import PREFILLS, fields_of
from engine.models.directory import Agency
from engine.models.plan import PlanTask
from engine.models.report import ReportRound
from engine.queries.plans import OPEN_STATUSES, due_of
from engine.queries.rounds import regime_of
from engine.runtime import Transaction

_ONE_DAY = timedelta(days=1)


def of_agencies(
    tx: Transaction, found: ReportRound, agencies: Iterable[Agency]
) -> Iterator[tuple[Agency, dict[str, Any]]]:
    """Each agency with the figures that its plan tasks of the round's period give, by field."""
    wanted = {f.id: f.prefill for f in fields_of(regime_of(tx, found).data_form) if f.prefill is not None}
    counted = _counted(tx, found) if wanted else {}
    for agency in agencies:
        counts = counted.get(agency.code, {})
        yield agency, {field: counts.get(name, 0) for field, name in wanted.items()}


def _counted(tx: Transaction, found: ReportRound) -> Mapping[str, Mapping[str, int]]:
    """The plan tasks of the period by agency: how many, and how many in each of the four counts."""
    query = select(PlanTask.agency, PlanTask.due_date, PlanTask.accepted_report_at, PlanTask.status, PlanTask.on_hold)
    if found.data_from is not None:
        day_before = deadlines.end_of_day(found.data_from - _ONE_DAY)
        query = query.where(or_(PlanTask.closed_at.is_(None), PlanTask.closed_at > day_before))
    if found.data_to is not None:
        query = query.where(PlanTask.created_at <= deadlines.end_of_day(found.data_to))
    today = deadlines.local_date(tx.now)
    day = min(today, found.data_to) if found.data_to is not None else today
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for agency, due, accepted_at, status, on_hold in tx.session.execute(query):
        accepted = deadlines.local_date(accepted_at) if accepted_at is not None else None
        judged = due_of(tx, agency, due, on_hold=on_hold)
        bucket = deadlines.bucket(judged, accepted, day, is_open=status in OPEN_STATUSES)
        if bucket is not None:
            counts[agency].update((PREFILLS[0], f"tasks_{bucket}"))
    return counts
