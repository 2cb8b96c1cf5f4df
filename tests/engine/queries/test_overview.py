"""Promises of the figures at a glance: counted by the database, and the same as those that are counted one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.access import SYSTEM
from engine.queries import overview, statistics
from engine.queries.overview import Heat
from engine.queries.plans import PlanTaskFilter
from engine.runtime import Engine
from tests.commending import done_task
from tests.installed import COMMUNE, actor

ACCEPTED = datetime(2026, 2, 20, 3, tzinfo=UTC)
OPEN = {"status": "in_progress", "progress": 0}
TASKS: tuple[dict[str, Any], ...] = (
    {"accepted_report_at": ACCEPTED, "due_date": date(2026, 2, 28), "late": False},
    {"accepted_report_at": ACCEPTED, "due_date": date(2026, 2, 10), "late": True},
    OPEN | {"due_date": date(2026, 3, 31)},
    OPEN | {"due_date": None},
    OPEN | {"due_date": date(2026, 1, 15), "content_tags": ["II.1", "II.2.a"]},
    OPEN | {"due_date": date(2026, 1, 20), "content_tags": ["II.1"], "obstacle": True},
    OPEN | {"due_date": date(2026, 2, 5), "agency": "svhtt"},
    {"status": "cancelled", "due_date": date(2026, 1, 1)},
)


@pytest.fixture
def tasks(installed: Engine) -> Engine:
    """Tasks of every bucket, on 10 March 2026."""
    for values in TASKS:
        done_task(installed, **values)
    return installed


def test_the_counts_are_those_of_the_statistics(tasks: Engine) -> None:
    counted = tasks.read(SYSTEM, overview.glance).by_agency

    groups = tasks.read(SYSTEM, statistics.buckets, "agency", PlanTaskFilter())
    assert counted == {group.key: group.current for group in groups}
    assert vars(overview.whole(counted)) == {"on_time": 1, "late": 1, "within_time": 2, "overdue": 3}


def test_what_is_overdue_is_told_by_agency_and_month(tasks: Engine) -> None:
    assert tasks.read(SYSTEM, overview.glance).overdue == [Heat(COMMUNE, 2026, 1, 2), Heat("svhtt", 2026, 2, 1)]


def test_content_lines_are_red_while_they_have_overdue_tasks(tasks: Engine) -> None:
    seen = tasks.read(SYSTEM, overview.glance)

    assert (seen.red_lines, seen.obstacles) == ({"II.1": 2, "II.2.a": 1}, 1)


def test_an_agency_counts_its_own(tasks: Engine) -> None:
    head = actor(tasks, "svhtt.agency_head")

    seen = tasks.read(head, overview.glance)

    assert (set(seen.by_agency), seen.red_lines, seen.obstacles) == ({"svhtt"}, {}, 0)
    assert tasks.read(head, overview.running, "task_lifecycle") == 0
