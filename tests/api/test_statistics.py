"""Promises of the figures over HTTP: counts of what the reader may see, by the two due dates side by side."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from engine.access import SYSTEM
from engine.commands import extensions
from engine.commands.extensions import Extension
from engine.models.plan import PlanTask
from engine.runtime import Engine, Transaction
from tests.api.web import OFFICER, STRANGER, Web, refused, told
from tests.conftest import MovableClock
from tests.installed import COMMUNE, actor, begin
from tests.reporting import FEW, RoundScene

DAYS = timedelta(days=1)


def scatter(engine: Engine) -> None:
    """Four tasks of the commune: on time, late by the first date only, open, overdue."""
    officer = actor(engine, OFFICER)
    cases = [begin(engine, officer).plan_task_id for _ in range(4)]

    def write(tx: Transaction) -> None:
        today = date(2026, 3, 10)
        rows = [tx.session.get_one(PlanTask, task_id) for task_id in cases]
        due = [today + DAYS, today + 5 * DAYS, today + DAYS, today - DAYS]
        for row, day in zip(rows, due, strict=True):
            row.due_date = row.original_due_date = day
            row.content_tags = ["II.1", "II.2"]
        rows[1].original_due_date = today - 3 * DAYS
        for row in rows[:2]:
            row.status, row.accepted_report_at, row.late = "done", tx.now, False

    engine.run(SYSTEM, write)


@pytest.fixture
def auditor(both: Flask, installed: Engine) -> Web:
    """Somebody who sees all cases, over scattered tasks."""
    scatter(installed)
    return Web(both, "auditor")


def test_the_counts_by_both_due_dates_stand_side_by_side(auditor: Web) -> None:
    whole = told(auditor.get("/statistics/buckets"))["items"]

    assert [group["key"] for group in whole] == [None]
    assert whole[0]["buckets"] == {"on_time": 2, "late": 0, "within_time": 1, "overdue": 1, "total": 4}
    assert whole[0]["original"]["buckets"] == {"on_time": 1, "late": 1, "within_time": 1, "overdue": 1, "total": 4}
    headline = whole[0]["figures"][0]
    assert (headline["numerator"], headline["denominator"], headline["percent"]) == (2, 3, "66.7")
    assert "÷" in headline["formula"]


@pytest.mark.parametrize(
    ("group_by", "keys"),
    [
        ("agency", ["c-thach-that"]),
        ("obligation", [None]),
        ("content_tag", ["II.1", "II.2"]),
    ],
)
def test_they_are_counted_by_what_is_asked(auditor: Web, group_by: str, keys: list[str | None]) -> None:
    found = told(auditor.get("/statistics/buckets", group_by=group_by))["items"]

    assert [group["key"] for group in found] == keys
    assert all(group["buckets"]["total"] == 4 for group in found)


def test_by_period_tasks_and_reports_stand_beside_each_other(
    auditor: Web, installed: Engine, clock: MovableClock
) -> None:
    scene = RoundScene(installed, FEW)
    more = Extension(date(2026, 3, 20), "Sự cố hệ thống", "77/SVHTT-VP")
    installed.run(scene.aggregator, extensions.extend, scene.report(COMMUNE).id, more)
    clock.moment = datetime(2026, 3, 19, 2, tzinfo=UTC)
    scene.submit(COMMUNE)

    first, second = told(auditor.get("/statistics/buckets", group_by="period"))["items"]

    assert (first["key"], second["key"]) == ("2026-quarterly-01", "2026-quarterly-02")
    assert (first["buckets"]["total"], second["buckets"]["total"]) == (3, 1)
    counted = {"on_time": 1, "late": 0, "within_time": 0, "overdue": 2, "total": 3}
    assert first["reports"]["buckets"] == counted
    assert first["reports"]["original"]["buckets"] == counted | {"on_time": 0, "late": 1}
    headline = first["reports"]["figures"][0]
    assert (headline["numerator"], headline["denominator"], headline["percent"]) == (1, 3, "33.3")
    assert second["reports"]["buckets"]["total"] == 0


def test_nobody_counts_what_they_may_not_see(both: Flask, installed: Engine) -> None:
    scatter(installed)

    stranger = Web(both, STRANGER)

    assert told(stranger.get("/statistics/buckets"))["items"] == []


def test_an_unknown_grouping_is_refused_by_its_field(auditor: Web) -> None:
    problem = refused(auditor.get("/statistics/buckets", group_by="colour"), 422)

    assert [error["field"] for error in problem["errors"]] == ["group_by"]
