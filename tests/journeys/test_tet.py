"""Reminders and urging around Tết: counted in working days, and silent while nobody works."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.default_regimes import QUARTERLY
from tests.journeys.timeline import Program, Timeline, at, live_until, local_day, notices, started

SILENT = "c-ba-vi"
TET = [date(2026, 2, day) for day in range(14, 23)]
MONTHLY = {
    "key": "trial-monthly",
    "name_vi": "Báo cáo tháng",
    "name_en": "Monthly report",
    "content": "Số tin, bài.",
    "data_form": [{"id": "items", "label_vi": "Tin", "label_en": "Items", "type": "long", "aggregation": "sum"}],
    "reporters": [SILENT],
    "frequency": "monthly",
    "clause": "V.1.d",
    "valid_from": "2026-02-02",
    "tiers": [{"tier": t, "day": d} for t, d in (("agency", 24), ("aggregator", 26), ("city", 28))],
}
URGENT = {
    "regime": QUARTERLY,
    "title_vi": "Báo cáo đột xuất trước Tết",
    "reporters": [SILENT],
    "due_dates": {"agency": "2026-02-12"},
}


@pytest.fixture
def winter(tmp_path: Path) -> Iterator[Timeline]:
    """An installation of the second of February, two weeks before Tết."""
    with started(Timeline(tmp_path), date(2026, 2, 2)) as made:
        yield made


def test_reminders_and_urging_pass_over_tet_in_silence(winter: Timeline) -> None:
    aggregator = winter.person("svhtt.report_aggregator")
    aggregator.post("/report-regimes", MONTHLY, status=201)
    urgent = aggregator.post("/report-rounds", URGENT, status=201)

    for last in (february(13), february(22)):
        live_until(winter, last)
        winter.go(at(last, 23, 59) + timedelta(seconds=58))
    live_until(winter, date(2026, 3, 3))

    (monthly,) = aggregator.get("/report-rounds", regime=MONTHLY["key"])["items"]
    assert local_day(monthly["opened_at"]) == date(2026, 2, 3)
    stretch: dict[str, Any] = {"from": TET[0].isoformat(), "to": TET[-1].isoformat()}
    days = aggregator.get("/calendar", **stretch)["items"]
    assert {day["kind"] for day in days} == {"holiday", "weekend"}
    everybody = [winter.person(f"{SILENT}.{role}") for role in ("agency_officer", "agency_head")]
    for person in everybody:
        assert heard(person, "report-due-soon", monthly) == [february(6), february(12), february(23)]
        assert heard(person, "report-overdue", monthly) == [february(25), february(27), date(2026, 3, 3)]
        assert heard(person, "report-due-soon", urgent) == [february(3), february(9), february(11)]
        assert heard(person, "report-overdue", urgent) == [february(13), february(24), february(26)]
    for person in [*everybody, aggregator, winter.person("ubnd.city_leader")]:
        inbox = person.all("/notifications")
        assert inbox != []
        assert [m for m in inbox if local_day(m["created_at"]) in TET] == []


def heard(person: Program, topic: str, of_round: dict[str, Any]) -> list[date]:
    """The days on which somebody heard of the silent agency's report in a round."""
    (report,) = person.get("/reports", report_round=of_round["id"], agency=SILENT)["items"]
    return notices(person, topic, report)


def february(day: int) -> date:
    """A day of the month of Tết."""
    return date(2026, 2, day)
