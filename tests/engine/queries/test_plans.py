"""Promises of the four counts: a list holds what says it is in it, and only who is subordinate is ever overdue."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest
from sqlalchemy import select

from engine.access import SYSTEM
from engine.handlers.content import new_plan_task
from engine.models.directory import Agency
from engine.queries import overview, plans, statistics
from engine.queries.plans import BUCKETS, PlanTaskFilter
from engine.runtime import Engine, Transaction
from tests.installed import COMMUNE

DAYS = (None, date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11))
REPORTS = (None, datetime(2026, 3, 9, 16, 59, tzinfo=UTC), datetime(2026, 3, 9, 17, tzinfo=UTC))
STATUSES = ("draft", "in_progress", "reported", "done", "cancelled", "rejected")


def every_kind_of_task(tx: Transaction, agency: str = COMMUNE) -> None:
    """A plan task for each due date, accepted report and status."""
    for due, accepted, status in product(DAYS, REPORTS, STATUSES):
        task = new_plan_task(tx, agency, None)
        task.due_date, task.accepted_report_at, task.status = due, accepted, status
        if accepted is not None:
            task.late = plans.bucket_of(tx, task) == "late"
        tx.session.add(task)


def one_of_each_relation(tx: Transaction) -> dict[str, str]:
    """An agency for every relation to the City that there is."""
    return {agency.relation: agency.code for agency in tx.session.scalars(select(Agency).order_by(Agency.code))}


@pytest.mark.parametrize("bucket", BUCKETS)
def test_the_list_of_a_bucket_holds_what_says_it_is_in_it(installed: Engine, bucket: str) -> None:
    installed.run(SYSTEM, every_kind_of_task)
    installed.run(SYSTEM, every_kind_of_task, "mttq")

    listed = installed.read(SYSTEM, plans.plan_tasks, PlanTaskFilter(bucket=bucket), None, 200)
    everything = installed.read(SYSTEM, plans.plan_tasks, PlanTaskFilter(), None, 200)

    assert {told for _, told in listed} == {bucket}
    assert {task.id for task, _ in listed} == {task.id for task, told in everything if told == bucket}


def test_nobody_but_the_citys_own_is_ever_late_or_overdue(installed: Engine) -> None:
    agencies = installed.read(SYSTEM, one_of_each_relation)
    for agency in agencies.values():
        installed.run(SYSTEM, every_kind_of_task, agency)

    counted = installed.read(SYSTEM, statistics.buckets, "agency", PlanTaskFilter())
    at_a_glance = installed.read(SYSTEM, overview.glance).by_agency

    assert len(agencies) >= 5
    found = {group.key: group for group in counted}
    behind = {
        relation: {(of.late > 0, of.overdue > 0) for of in (found[code].current, found[code].original)}
        for relation, code in agencies.items()
    }
    assert behind.pop("subordinate") == {(True, True)}
    assert set(map(frozenset, behind.values())) == {frozenset({(False, False)})}
    assert {code: found[code].current for code in agencies.values()} == {
        code: at_a_glance[code] for code in agencies.values()
    }
    assert len({group.current.total for group in counted}) == 1
