"""Whatever is decided about the calendar, in whatever order: all that is open is due when a slow count says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import deadlines
from engine.access import SYSTEM
from engine.commands import calendar, definitions, extensions, instances, recounting
from engine.commands.calendar import Decision
from engine.commands.extensions import Extension
from engine.commands.instances import Start
from engine.commands.report_dates import WITH_AGENCY
from engine.deadlines import derivation_of
from engine.models.calendar import CalendarVersion
from engine.models.report import Report, ReportRound
from engine.models.task import UserTask
from engine.models.timer import Timer
from engine.queries import calendar as calendars
from engine.runtime import Engine, Transaction
from tests.conftest import MovableClock
from tests.engine.commands.naive_days import Naive, end_of, naive
from tests.engine.commands.test_calendar import REMINDED
from tests.installed import COMMUNE
from tests.reporting import FEW, RoundScene

KINDS = ("day_off", "half_day", "swap_workday", "working_day", "holiday", "swap_off")
# The plain tiers of the plan's regime and the cut-off of its first quarter in 2026.
TIERS = (("agency", 18), ("aggregator", 22), ("city", 25))
CUT_OFF = date(2026, 3, 14)
CHANGES = 25


@dataclass(frozen=True)
class Stored:
    """A row that is due later: what it is, its case, when, and the rule that is stored of it."""

    name: str
    case_id: str
    due: datetime
    meaning: dict[str, Any]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_that_is_open_is_due_when_a_slow_count_says(installed: Engine, clock: MovableClock, seed: int) -> None:
    chance = random.Random(seed)
    scene = _scene(installed, chance)
    for _ in range(CHANGES):
        before = installed.read(SYSTEM, _open)
        rounds_before = _days(scene.round)
        day = date(2026, 3, 11) + timedelta(days=chance.randrange(15))
        agency = COMMUNE if chance.random() < 0.2 else None
        decision = Decision(chance.choice(KINDS), "Văn bản thử", agency)

        installed.run(SYSTEM, calendar.change_day, day, decision)
        while recounting.recount_due(installed):
            pass

        slow = installed.read(SYSTEM, lambda tx: naive(tx, deadlines.local_date(tx.now)))
        _compare(scene, slow, rounds_before, before, installed.read(SYSTEM, _open))
        installed.read(SYSTEM, _require_reproducible)
        clock.forward(timedelta(hours=chance.randrange(10)))


def _scene(engine: Engine, chance: random.Random) -> RoundScene:
    """A round in which one report has more time and one was returned, and cases that count days in all ways."""
    engine.run(SYSTEM, calendar.fill)
    engine.run(SYSTEM, definitions.deploy, {"reminded.bpmn": REMINDED}, publish=True)
    scene = RoundScene(engine, FEW)
    more = Extension(date(2026, 3, 19), "Lý do", "Văn bản")
    engine.run(scene.aggregator, extensions.extend, scene.report("c-ba-vi").id, more)
    scene.submit("skhcn")
    scene.check("skhcn", decision="return_for_rework", comment="Thiếu")
    for _ in range(4):
        due = date(2026, 3, 12) + timedelta(days=chance.randrange(20))
        engine.run(SYSTEM, instances.start, Start("reminded", variables={"due": due.isoformat()}))
    return scene


def _open(tx: Transaction) -> list[Stored]:
    """All that is due later, with its rule."""
    found = list(_reports(tx))
    tasks = tx.session.scalars(select(UserTask).where(UserTask.state == "open", UserTask.due_at > tx.now))
    found += [
        Stored(f"{t.element_id} {t.id}", t.instance_id, t.due_at, t.due_explanation["meaning"])
        for t in tasks
        if t.due_at is not None and t.due_explanation is not None
    ]
    timers = tx.session.scalars(select(Timer).where(Timer.due_at > tx.now, Timer.derivation.is_not(None)))
    return found + [Stored(f"{t.element_id} {t.id}", t.instance_id, t.due_at, t.derivation or {}) for t in timers]


def _reports(tx: Transaction) -> Iterator[Stored]:
    today = deadlines.local_date(tx.now)
    waiting = Report.state.in_(WITH_AGENCY) & (Report.due_date >= today)
    for row in tx.session.scalars(select(Report).where(waiting)):
        due, known = deadlines.end_of_day(row.due_date), row.due_explanation or {}
        yield Stored("report", row.instance_id or "", due, known["meaning"])


def _days(found: ReportRound) -> dict[str, date]:
    tiers = {tier: date.fromisoformat(told["due"]) for tier, told in found.due_dates.items()}
    return tiers | {"closes_at": deadlines.local_date(found.closes_at)}


def _compare(
    scene: RoundScene, slow: Naive, rounds_before: dict[str, date], before: list[Stored], now: list[Stored]
) -> None:
    """What was open before the change is now where the slow count has it."""
    wanted = _slow_round(slow, rounds_before)
    assert _days(scene.round) == wanted
    due_now = {(one.case_id, one.name): one.due for one in now}
    moved: dict[str, dict[str, tuple[date, date]]] = {scene.round.instance_id or "": _moved(rounds_before, wanted)}
    for one in before:
        slow.moved = moved.get(one.case_id, {})
        due = slow.instant(one.meaning)
        if one.name == "report":
            moved[one.case_id] = {"report_due": (deadlines.local_date(one.due), deadlines.local_date(due))}
        assert due_now.get((one.case_id, one.name), due) == due, one


def _slow_round(slow: Naive, before: dict[str, date]) -> dict[str, date]:
    """The days of the round, each tier a working day apart from the one below; what has passed stays."""
    wanted, below = {}, CUT_OFF
    for tier, number in TIERS:
        base = date(2026, 3, number)
        meaning = {"rule": "by_date", "roll": "next", "apart_from": below.isoformat()}
        due = before[tier] if before[tier] < slow.today else max(slow.day(meaning, base, None), slow.today)
        wanted[tier] = below = due
    closing = max(slow.counted(wanted["aggregator"], -1, None), wanted["agency"], slow.today)
    is_over = before["closes_at"] < slow.today
    return wanted | {"closes_at": before["closes_at"] if is_over else closing}


def _moved(before: dict[str, date], wanted: dict[str, date]) -> dict[str, tuple[date, date]]:
    names = {"closes_at": "closes_at", "aggregator": "aggregator_due", "city": "city_due"}
    return {variable: (before[name], wanted[name]) for name, variable in names.items()}


def _require_reproducible(tx: Transaction) -> None:
    """Counting again on the version that it was counted on gives what is stored, of everything that is open."""
    versions = {v: calendars.at(tx, v) for v in tx.session.scalars(select(CalendarVersion.version))}
    for one in _open(tx):
        found = derivation_of(one.meaning)
        assert found.instant(versions[found.calendar_version]) == one.due, one
    for found_round in tx.session.scalars(select(ReportRound)):
        for told in found_round.due_dates.values():
            counted = derivation_of(told["meaning"])
            assert counted.instant(versions[counted.calendar_version]) == end_of(date.fromisoformat(told["due"]))
        closing = derivation_of((found_round.derivations or {})["closes_at"])
        assert closing.instant(versions[closing.calendar_version]) == found_round.closes_at
