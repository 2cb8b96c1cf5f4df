"""Promise of the four counts: the list of a bucket holds exactly the tasks that say they are in it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest

from engine.access import SYSTEM
from engine.handlers.content import new_plan_task
from engine.queries import plans
from engine.queries.plans import BUCKETS, PlanTaskFilter
from engine.runtime import Engine, Transaction
from tests.installed import COMMUNE

DAYS = (None, date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11))
REPORTS = (None, datetime(2026, 3, 9, 16, 59, tzinfo=UTC), datetime(2026, 3, 9, 17, tzinfo=UTC))
STATUSES = ("draft", "in_progress", "reported", "done", "cancelled", "rejected")


def every_kind_of_task(tx: Transaction) -> None:
    """A plan task for each due date, accepted report and status."""
    for due, accepted, status in product(DAYS, REPORTS, STATUSES):
        task = new_plan_task(tx, COMMUNE, None)
        task.due_date, task.accepted_report_at, task.status = due, accepted, status
        if accepted is not None:
            task.late = plans.bucket_of(tx, task) == "late"
        tx.session.add(task)


@pytest.mark.parametrize("bucket", BUCKETS)
def test_the_list_of_a_bucket_holds_what_says_it_is_in_it(installed: Engine, bucket: str) -> None:
    installed.run(SYSTEM, every_kind_of_task)

    listed = installed.read(SYSTEM, plans.plan_tasks, PlanTaskFilter(bucket=bucket), None, 200)
    everything = installed.read(SYSTEM, plans.plan_tasks, PlanTaskFilter(), None, 200)

    assert {told for _, told in listed} == {bucket}
    assert {task.id for task, _ in listed} == {task.id for task, told in everything if told == bucket}
