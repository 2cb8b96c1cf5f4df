"""A clock that is set back, and a server that was down for a fortnight: nothing comes twice, nothing in a bunch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from engine.default_regimes import QUARTERLY
from tests.journeys.timeline import Timeline, at, live_until, local_day, notices, started

OWING = "c-ba-vi"
URGENT = {"regime": QUARTERLY, "reporters": [OWING], "due_dates": {"agency": "2026-03-20"}}


@pytest.fixture
def timeline(tmp_path: Path) -> Iterator[Timeline]:
    """An installation of the tenth of March."""
    with started(Timeline(tmp_path), date(2026, 3, 10)) as made:
        yield made


def march(*days: int) -> list[date]:
    """Days of the month of the report."""
    return [date(2026, 3, day) for day in days]


def test_a_clock_set_back_and_a_fortnight_without_a_server_repeat_nothing_and_send_no_bunch(timeline: Timeline) -> None:
    aggregator, officer = timeline.person("svhtt.report_aggregator"), timeline.person(f"{OWING}.agency_officer")
    found = aggregator.post("/report-rounds", URGENT, status=201)
    (report,) = officer.get("/reports", report_round=found["id"])["items"]

    for day in march(11, 10, 11):
        timeline.go(at(day))
    timeline.stop()
    timeline.set(at(date(2026, 3, 24), 10))
    timeline.start()
    timeline.go(at(date(2026, 3, 24), 11))
    upon_return = notices(officer, "report-overdue", report)
    live_until(timeline, date(2026, 3, 30))

    assert notices(officer, "report-due-soon", report) == march(11)
    assert (upon_return, notices(officer, "report-overdue", report)) == ([], march(25, 27))
    listed = [row for row in aggregator.get("/escalations")["items"] if row["report"] == report["id"]]
    assert [local_day(row["listed_at"]) for row in listed] == march(27)
