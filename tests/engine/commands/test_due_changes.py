"""Promises of due dates that follow the calendar: of reports, of rounds, and of what is counted from them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from engine import deadlines
from engine.access import SYSTEM
from engine.commands import calendar
from engine.commands.calendar import Decision
from engine.commands.rounds import RoundRequest
from engine.default_regimes import QUARTERLY
from engine.models.audit import AuditEvent
from engine.models.instance import ProcessInstance
from engine.models.task import UserTask
from engine.models.timer import Timer
from engine.runtime import Engine, Transaction
from tests.conftest import MovableClock
from tests.installed import COMMUNE
from tests.reporting import FEW, RoundScene

LETTER = "Công văn 15/UBND-NC"
DAY_OFF = Decision("day_off", LETTER)
# The agencies are due on Wednesday the 18th of March, Sở VHTT on Monday the 23rd (the 22nd is a Sunday).
DUE, NEXT_DAY = date(2026, 3, 18), date(2026, 3, 19)


@pytest.fixture
def scene(installed: Engine) -> RoundScene:
    """An open round of a few agencies."""
    installed.run(SYSTEM, calendar.fill)
    return RoundScene(installed, FEW)


def decide(engine: Engine, day: date, decision: Decision = DAY_OFF) -> None:
    engine.run(SYSTEM, calendar.change_day, day, decision)


def due_of(engine: Engine, case_id: str | None) -> dict[str, datetime]:
    """What is due in a case, by element: tasks and timers."""

    def read(tx: Transaction) -> dict[str, datetime]:
        waiting = select(UserTask.element_id, UserTask.due_at).where(UserTask.state == "open")
        found = [*tx.session.execute(waiting.where(UserTask.instance_id == case_id))]
        found += tx.session.execute(select(Timer.element_id, Timer.due_at).where(Timer.instance_id == case_id))
        return {element: due for element, due in found if due is not None}

    return engine.read(SYSTEM, read)


def told(engine: Engine, case_id: str | None, kind: str = "due-changed") -> list[dict[str, Any]]:
    """The payloads of a type of event in a case."""

    def read(tx: Transaction) -> list[dict[str, Any]]:
        query = select(AuditEvent).where(AuditEvent.instance_id == case_id, AuditEvent.type == kind)
        rows = tx.session.scalars(query.order_by(AuditEvent.seq)).all()
        return [{"element": row.element_id, **orjson.loads(row.data or "{}")} for row in rows]

    return engine.read(SYSTEM, read)


def variables(engine: Engine, case_id: str | None) -> dict[str, Any]:
    return engine.read(SYSTEM, lambda tx: tx.session.get_one(ProcessInstance, case_id).variables)


def test_a_report_moves_with_its_variable_its_tasks_and_its_timers(scene: RoundScene) -> None:
    engine, case_id = scene.engine, scene.report(COMMUNE).instance_id
    before = due_of(engine, case_id)

    decide(engine, DUE)

    report, now = scene.report(COMMUNE), due_of(engine, case_id)
    assert (report.original_due_date, report.due_date, report.late_after) == (DUE, NEXT_DAY, NEXT_DAY)
    assert (before["draft_report"], now["draft_report"]) == (deadlines.end_of_day(DUE), deadlines.end_of_day(NEXT_DAY))
    assert (before["rung_time"], now["rung_time"]) == (deadlines.morning(date(2026, 3, 13)),) * 2
    assert variables(engine, case_id)["report_due"] == "2026-03-19"


def test_the_history_names_the_old_and_the_new_date_the_day_and_the_document(scene: RoundScene) -> None:
    decide(scene.engine, DUE)

    (event,) = [e for e in told(scene.engine, scene.report(COMMUNE).instance_id) if "report" in e]
    assert event["due"] == {"old": "2026-03-18", "new": "2026-03-19"}
    assert event["decided"] == [{"day": "2026-03-18", "agency": None, "document": LETTER}]


def test_a_report_explains_its_due_date_in_both_languages(scene: RoundScene) -> None:
    decide(scene.engine, DUE)

    why = scene.report(COMMUNE).due_explanation or {}
    assert (why["due"], why["clause"], why["calendar_version"]) == ("2026-03-19", "V.2.b", 2)
    assert "Ngày 18/03/2026 không phải ngày làm việc nên chuyển sang ngày làm việc tiếp theo." in why["text_vi"]
    assert "18/03/2026 is no working day" in why["text_en"]


def test_a_round_moves_its_tiers_its_closing_and_the_timer_that_waits_for_it(scene: RoundScene) -> None:
    engine, case_id = scene.engine, scene.round.instance_id

    decide(engine, date(2026, 3, 23))

    found, now = scene.round, due_of(engine, case_id)
    assert {tier: one["due"] for tier, one in found.due_dates.items()} == {
        "agency": "2026-03-18",
        "aggregator": "2026-03-24",
        "city": "2026-03-26",
    }
    closing = deadlines.end_of_day(date(2026, 3, 20))
    assert (found.closes_at, now["collect_reports"], now["aggregation_cutoff"]) == (closing,) * 3
    assert variables(engine, case_id)["aggregator_due"] == "2026-03-24"
    assert variables(engine, case_id)["city_due"] == "2026-03-26"
    assert [event["of"] for event in told(engine, case_id)] == ["aggregator", "city"]


def test_the_closing_follows_the_day_before_the_aggregator_s_due_date(scene: RoundScene) -> None:
    decide(scene.engine, date(2026, 3, 20))

    found, now = scene.round, due_of(scene.engine, scene.round.instance_id)
    closing = deadlines.end_of_day(NEXT_DAY)
    assert (found.closes_at, now["collect_reports"], now["aggregation_cutoff"]) == (closing,) * 3
    assert variables(scene.engine, scene.round.instance_id)["closes_at"] == closing.isoformat()


def test_what_has_passed_of_a_round_stays(scene: RoundScene, clock: MovableClock) -> None:
    clock.moment = datetime(2026, 3, 19, 2, tzinfo=UTC)
    decide(scene.engine, DUE)

    report = scene.report(COMMUNE)
    assert (report.due_date, report.late_after) == (DUE, None)
    assert scene.round.due_dates["agency"]["due"] == "2026-03-18"


def test_a_returned_report_moves_and_keeps_what_it_was_judged_by(scene: RoundScene) -> None:
    scene.submit(COMMUNE)
    scene.check(COMMUNE, decision="return_for_rework", comment="Thiếu số liệu")
    before = scene.report(COMMUNE).due_date

    decide(scene.engine, before)

    report = scene.report(COMMUNE)
    assert (report.due_date > before, report.late_after, report.original_due_date) == (True, None, DUE)


def test_late_reports_of_an_ad_hoc_round_are_taken_longer_with_a_day_off(installed: Engine) -> None:
    installed.run(SYSTEM, calendar.fill)
    asked = RoundRequest(QUARTERLY, due_dates={"agency": DUE}, reporters=(COMMUNE,), title_vi="Đột xuất")
    scene = RoundScene(installed, request=asked)
    before = scene.round.late_until

    decide(installed, date(2026, 4, 15))

    assert scene.round.late_until > before
    case_id = scene.report(COMMUNE).instance_id
    assert variables(installed, case_id)["late_until"] == scene.round.late_until.isoformat()
    assert deadlines.local_date(due_of(installed, case_id)["late_time_over"]) > scene.round.late_until
