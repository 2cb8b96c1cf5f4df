"""Promises of the urging ladder on both databases: the right mornings, the right ladder, and who is never urged."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from api.installation import shipped_diagrams
from engine import signals
from engine.access import SYSTEM
from engine.commands import definitions, extensions, plan_tasks, regimes, rounds, timers
from engine.commands.extensions import Extension
from engine.commands.rounds import RoundRequest
from engine.default_regimes import QUARTERLY
from engine.errors import InvalidDataError
from engine.models import Agency, Escalation, PlanTask, Report
from engine.queries import escalations as queries
from engine.queries.escalations import EscalationFilter
from engine.queries.reminders import next_reminder
from engine.runtime import Engine, Transaction
from tests.conftest import MovableClock
from tests.engine.handlers.cast import Cast
from tests.installed import COMMUNE, actor
from tests.reporting import FEW, RoundScene, live_until, trial_regime

JANUARY = datetime(2026, 2, 2, 2, 0, tzinfo=UTC)
AFTER_TET = date(2026, 2, 24)
ANYBODY = EscalationFilter()


def at(month: int, day: int) -> datetime:
    """Nine o'clock of a day of 2026, in Hanoi."""
    return datetime(2026, month, day, 2, tzinfo=UTC)


@dataclass
class Heard:
    """What was said about one agency: when, in local time, and what (days left, or minus the number of a notice)."""

    agency: str
    said: list[tuple[str, int]] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)

    def soon(self, tx: Transaction, *, report: Report, working_days_left: int, **_: object) -> None:
        """A reminder of a report."""
        self._note(tx, report, working_days_left)

    def overdue(self, tx: Transaction, *, report: Report, notice: int, form: str, **_: object) -> None:
        """An urging notice about a report."""
        self._note(tx, report, -notice, form)

    def task_soon(self, tx: Transaction, *, plan_task: PlanTask, element_id: str, **_: object) -> None:
        """A reminder of a plan task; asking for the monthly status is none of the ladder's."""
        if element_id == "send_reminder":
            self._note(tx, plan_task, 0)

    def task_overdue(self, tx: Transaction, *, plan_task: PlanTask, notice: int, form: str, **_: object) -> None:
        """An urging notice about a plan task."""
        self._note(tx, plan_task, -notice, form)

    def _note(self, tx: Transaction, owed: Report | PlanTask, said: int, *forms: str) -> None:
        if owed.agency == self.agency:
            self.said.append((f"{tx.now + timedelta(hours=7):%m-%d %H:%M}", said))
            self.forms.extend(forms)


@contextmanager
def listening(agency: str = COMMUNE) -> Iterator[Heard]:
    heard = Heard(agency)
    with (
        signals.report_due_soon.connected_to(heard.soon),
        signals.report_overdue.connected_to(heard.overdue),
        signals.task_reminded.connected_to(heard.task_soon),
        signals.plan_task_overdue.connected_to(heard.task_overdue),
    ):
        yield heard


def around_tet(engine: Engine, clock: MovableClock, due: date = AFTER_TET, regime: str = QUARTERLY) -> RoundScene:
    """An ad hoc round that is due just after the New Year holidays of 14 to 22 February."""
    clock.moment = JANUARY
    request = RoundRequest(regime, title_vi="Đột xuất", title_en="Ad hoc", due_dates={"agency": due}, reporters=FEW)
    return RoundScene(engine, request=request)


def listed(engine: Engine) -> list[Escalation]:
    return [one.row for one in engine.read(SYSTEM, queries.escalations, ANYBODY, limit=500)]


def test_the_ladder_skips_the_new_year_holidays(installed: Engine, clock: MovableClock) -> None:
    scene = around_tet(installed, clock)
    scene.submit("skhcn")

    with listening() as heard:
        live_until(installed, clock, datetime(2026, 3, 10, tzinfo=UTC))

    assert heard.said == [
        ("02-06 08:00", 7),
        ("02-12 08:00", 3),
        ("02-23 08:00", 1),
        ("02-25 08:00", -1),
        ("02-27 08:00", -2),
        ("03-03 08:00", -3),
    ]
    assert heard.forms == ["notice", "notice", "formal_letter"]


def test_after_the_last_notice_it_stands_on_the_leaderships_list(installed: Engine, clock: MovableClock) -> None:
    scene = around_tet(installed, clock)
    scene.submit("skhcn")

    live_until(installed, clock, datetime(2026, 3, 3, 0, 30, tzinfo=UTC))
    before = listed(installed)
    live_until(installed, clock, datetime(2026, 3, 3, 2, tzinfo=UTC))
    scene.submit("c-ba-vi")

    rows = {row.agency: row for row in listed(installed)}
    assert before == []
    assert set(rows) == {COMMUNE, "c-ba-vi"}
    assert (rows[COMMUNE].due_date, rows[COMMUNE].notices, rows[COMMUNE].settled_at) == (AFTER_TET, 3, None)
    assert rows[COMMUNE].report_id == scene.report(COMMUNE).id
    assert (rows["c-ba-vi"].settled_at, rows["c-ba-vi"].outcome) == (clock.moment, "submitted")


def test_a_regime_names_its_own_ladder(installed_sqlite: Engine, clock: MovableClock) -> None:
    clock.moment = JANUARY
    for ladder in ("brief", "none"):
        installed_sqlite.run(SYSTEM, regimes.add, trial_regime(f"trial-{ladder}", urging_ladder=ladder))
    brief = around_tet(installed_sqlite, clock, regime="trial-brief")
    with listening() as heard:
        live_until(installed_sqlite, clock, datetime(2026, 3, 10, tzinfo=UTC))
    silent = around_tet(installed_sqlite, clock, date(2026, 3, 25), regime="trial-none")
    with listening() as unheard:
        live_until(installed_sqlite, clock, datetime(2026, 4, 10, tzinfo=UTC))

    assert heard.said == [("02-13 08:00", 2), ("02-25 08:00", -1), ("02-27 08:00", -2)]
    assert heard.forms == ["notice", "formal_letter"]
    assert unheard.said == []
    assert {row.report_id for row in listed(installed_sqlite)} == {brief.report(code).id for code in FEW}
    assert silent.report(COMMUNE).urging_count == 0


def test_a_ladder_that_is_not_in_the_table_is_refused(installed_sqlite: Engine) -> None:
    with pytest.raises(InvalidDataError) as refused:
        installed_sqlite.run(SYSTEM, regimes.add, trial_regime(urging_ladder="gentle"))

    assert [(p.field, p.rule) for p in refused.value.problems] == [("urging_ladder", "unknown")]


def test_steps_that_have_passed_are_skipped(installed_sqlite: Engine, clock: MovableClock) -> None:
    scene = around_tet(installed_sqlite, clock)
    clock.moment = datetime(2026, 2, 13, 3, tzinfo=UTC)
    scene.submit(COMMUNE)
    scene.check(COMMUNE, decision="return_for_rework", comment="Thiếu.", new_due_date="2026-02-24")

    with listening() as heard:
        live_until(installed_sqlite, clock, datetime(2026, 2, 26, tzinfo=UTC))

    assert heard.said == [("02-23 08:00", 1), ("02-25 08:00", -1)]


def test_what_was_missed_is_not_made_up_for_in_a_bunch(installed_sqlite: Engine, clock: MovableClock) -> None:
    around_tet(installed_sqlite, clock)

    with listening() as heard:
        clock.moment = datetime(2026, 3, 2, 2, tzinfo=UTC)
        while timers.fire_due(installed_sqlite, 1000):
            pass

    assert heard.said == []
    assert installed_sqlite.read(SYSTEM, lambda tx: len(queries.escalations(tx, ANYBODY))) == 0


def test_when_the_whole_ladder_was_missed_its_last_step_is_made_up_for(installed: Engine, clock: MovableClock) -> None:
    scene = around_tet(installed, clock)

    with listening() as heard:
        clock.moment = datetime(2026, 3, 10, 2, tzinfo=UTC)
        while timers.fire_due(installed, 1000):
            pass

    assert heard.said == [("03-10 09:00", -1)]
    assert {row.report_id for row in listed(installed)} == {scene.report(code).id for code in FEW}


def test_nobody_is_told_on_a_day_off_however_late_a_timer_fires(installed_sqlite: Engine, clock: MovableClock) -> None:
    around_tet(installed_sqlite, clock)

    with listening() as heard:
        clock.moment = datetime(2026, 2, 14, 3, tzinfo=UTC)  # a Saturday, and the first day of the holidays
        while timers.fire_due(installed_sqlite, 1000):
            pass

    assert heard.said == []


def test_the_next_reminder_is_what_then_comes(installed: Engine, clock: MovableClock) -> None:
    scene = around_tet(installed, clock)
    foreseen: list[tuple[str, str, int]] = []

    with listening() as heard:
        while (
            coming := installed.read(SYSTEM, lambda tx: next_reminder(tx, scene.report(COMMUNE).instance_id))
        ) is not None:
            foreseen.append((f"{coming.at + timedelta(hours=7):%m-%d %H:%M}", coming.kind, coming.step or 0))
            clock.moment = coming.at
            timers.fire_due(installed, 1000)

    assert [when for when, _, _ in foreseen] == [when for when, _ in heard.said]
    assert [step for _, _, step in foreseen] == [1, 2, 3, 4, 5, 6]
    assert [kind for _, kind, _ in foreseen] == ["remind"] * 3 + ["urge"] * 3


def test_the_next_reminder_explains_itself(installed_sqlite: Engine, clock: MovableClock) -> None:
    scene = around_tet(installed_sqlite, clock)

    coming = installed_sqlite.read(SYSTEM, lambda tx: next_reminder(tx, scene.report(COMMUNE).instance_id))

    assert coming is not None
    assert coming.explanation_vi.startswith("Nhắc việc (bậc 1): 08:00 ngày 06/02/2026: 7 ngày làm việc trước ngày")
    assert coming.explanation_en.startswith("Reminder (step 1): 08:00 of 06/02/2026: 7 working days before")


def test_a_plan_task_is_reminded_urged_and_listed(cast: Cast, clock: MovableClock) -> None:
    cast.approve()

    with listening() as heard:
        live_until(cast.engine, clock, datetime(2026, 4, 20, tzinfo=UTC))

    assert heard.said == [
        ("04-01 08:00", 0),
        ("04-07 08:00", 0),
        ("04-09 08:00", 0),
        ("04-13 08:00", -1),
        ("04-15 08:00", -2),
        ("04-17 08:00", -3),
    ]
    (row,) = listed(cast.engine)
    assert (row.kind, row.plan_task_id, row.notices) == ("plan_task", cast.plan_task().id, 3)


def test_a_reported_plan_task_is_off_the_list_and_listed_again_when_it_comes_back(
    alone: Cast, clock: MovableClock
) -> None:
    alone.approve()
    live_until(alone.engine, clock, datetime(2026, 4, 20, tzinfo=UTC))

    alone.report()
    (settled,) = listed(alone.engine)
    alone.do(alone.monitor, "review_result", decision="return_for_rework", comment="Thiếu.", new_due_date="2026-04-24")
    live_until(alone.engine, clock, datetime(2026, 5, 12, tzinfo=UTC))

    (again,) = listed(alone.engine)
    assert (settled.outcome, settled.id == again.id) == ("submitted", True)
    assert (again.settled_at, again.due_date) == (None, date(2026, 4, 24))


def test_an_extension_begins_the_ladder_anew(alone: Cast, clock: MovableClock) -> None:
    alone.approve()
    live_until(alone.engine, clock, datetime(2026, 4, 8, tzinfo=UTC))
    task_id = alone.plan_task().id
    alone.engine.run(alone.officer, plan_tasks.request_extension, task_id, date(2026, 5, 15), "Chờ lịch phát sóng.")
    alone.do(alone.head, "decide_request", decision="approve")

    with listening() as heard:
        live_until(alone.engine, clock, datetime(2026, 5, 16, tzinfo=UTC))

    assert heard.said == [("05-06 08:00", 0), ("05-12 08:00", 0), ("05-14 08:00", 0)]


@pytest.mark.parametrize(("notices", "given_on"), [(1, at(2, 26)), (3, at(3, 4))])
def test_a_report_given_more_time_is_reminded_and_urged_anew(
    installed_sqlite: Engine, clock: MovableClock, notices: int, given_on: datetime
) -> None:
    scene = around_tet(installed_sqlite, clock)
    live_until(installed_sqlite, clock, given_on)
    more = Extension(date(2026, 3, 17), "Mất điện diện rộng.", "Công văn 20/SVHTT")
    installed_sqlite.run(scene.aggregator, extensions.extend, scene.report(COMMUNE).id, more)

    with listening() as heard:
        live_until(installed_sqlite, clock, datetime(2026, 3, 25, 2, tzinfo=UTC))

    reminded = [("03-06 08:00", 7), ("03-12 08:00", 3), ("03-16 08:00", 1)]
    urged = [(when, -notices - number) for number, when in enumerate(("03-18 08:00", "03-20 08:00", "03-24 08:00"), 1)]
    assert heard.said == reminded + urged
    assert [row.outcome for row in listed(installed_sqlite) if row.agency == COMMUNE] == [None]


def test_a_cancelled_case_leaves_the_list(installed_sqlite: Engine, clock: MovableClock) -> None:
    scene = around_tet(installed_sqlite, clock)
    live_until(installed_sqlite, clock, datetime(2026, 3, 3, 2, tzinfo=UTC))

    scene.cancel(COMMUNE)

    assert {row.agency: row.outcome for row in listed(installed_sqlite)} == {
        COMMUNE: "cancelled",
        "c-ba-vi": None,
        "skhcn": None,
    }


def test_a_new_version_of_the_table_holds_for_rounds_that_open_later(
    installed_sqlite: Engine, clock: MovableClock
) -> None:
    engine = installed_sqlite
    earlier = around_tet(engine, clock)
    engine.run(SYSTEM, definitions.deploy, _shipped_with(b"<text>-7</text>", b"<text>-6</text>"), publish=True)
    engine.run(SYSTEM, regimes.add, trial_regime(reporters=list(FEW)))
    later = around_tet(engine, clock, regime="trial-quarterly")

    found = [engine.read(SYSTEM, next_reminder, scene.report(COMMUNE).instance_id) for scene in (earlier, later)]

    assert [coming and coming.at.date() for coming in found] == [date(2026, 2, 6), date(2026, 2, 9)]


def test_whoever_is_not_subordinate_is_never_reminded_urged_overdue_or_listed(
    installed_sqlite: Engine, clock: MovableClock
) -> None:
    engine, everybody = installed_sqlite, _agencies(installed_sqlite)
    clock.moment = JANUARY
    engine.run(SYSTEM, regimes.load_defaults)
    due = {"agency": AFTER_TET}
    asked = RoundRequest(QUARTERLY, title_vi="Mọi cơ quan", title_en="All", due_dates=due, reporters=list(everybody))
    scene = RoundScene(engine, request=asked)

    for month, day in ((2, 6), (2, 12), (2, 23), (2, 25), (2, 27), (3, 3)):
        clock.moment = datetime(2026, month, day, 1, tzinfo=UTC)
        _fire_all(engine)

    found = {code: scene.report(code) for code in everybody}
    standing, names = scene.standings(), {row.agency for row in listed(engine)}
    bound = {code for code, relation in everybody.items() if relation == "subordinate"}
    free = set(everybody) - bound
    assert {"btgdv", "mttq", "press-ktdt", "thanh-uy"} <= free
    assert {code for code in everybody if found[code].urging_count or found[code].reminded_on} == bound
    assert {code for code in everybody if standing[code] == "missing"} == bound
    assert {code for code in everybody if standing[code] == "no_answer"} == free
    assert names == bound
    assert all(found[code].urging_count == 3 for code in bound)


def test_a_report_handed_to_a_body_that_is_only_asked_is_urged_no_more(
    installed_sqlite: Engine, clock: MovableClock
) -> None:
    scene = around_tet(installed_sqlite, clock)

    def cast_off(tx: Transaction) -> None:
        tx.session.get_one(Agency, COMMUNE).relation = "coordinated"

    live_until(installed_sqlite, clock, datetime(2026, 2, 25, 2, tzinfo=UTC))
    installed_sqlite.run(SYSTEM, cast_off)
    with listening() as heard:
        live_until(installed_sqlite, clock, datetime(2026, 3, 10, tzinfo=UTC))

    assert heard.said == []
    assert COMMUNE not in {row.agency for row in listed(installed_sqlite)}
    assert scene.report(COMMUNE).urging_count == 1


def test_a_plan_task_of_a_body_that_is_only_asked_is_never_reminded_nor_urged(alone: Cast, clock: MovableClock) -> None:
    def cast_off(tx: Transaction) -> None:
        tx.session.get_one(Agency, COMMUNE).relation = "requested"

    alone.approve()
    alone.engine.run(SYSTEM, cast_off)
    told: list[str] = []

    def heard(tx: Transaction, *, element_id: str, **_: object) -> None:
        told.append(element_id)

    with listening() as listener, signals.task_reminded.connected_to(heard):
        live_until(alone.engine, clock, datetime(2026, 4, 20, tzinfo=UTC))

    assert (listener.said, told, listed(alone.engine)) == ([], [], [])


def test_an_agency_sees_what_is_its_own_on_the_list(installed_sqlite: Engine, clock: MovableClock) -> None:
    around_tet(installed_sqlite, clock)
    live_until(installed_sqlite, clock, datetime(2026, 3, 3, 2, tzinfo=UTC))

    def seen(username: str) -> set[str]:
        who = actor(installed_sqlite, username)
        return {one.row.agency for one in installed_sqlite.read(who, queries.escalations, ANYBODY)}

    assert seen(f"{COMMUNE}.agency_head") == {COMMUNE}
    assert seen("stc.agency_head") == set()
    assert seen("ubnd.city_leader") == seen("vpub.city_office") == seen("svhtt.report_aggregator") == set(FEW)


def test_a_round_for_everybody_still_opens_in_two_seconds(installed_sqlite: Engine) -> None:
    installed_sqlite.run(SYSTEM, regimes.load_defaults)
    began = time.monotonic()

    installed_sqlite.run(SYSTEM, rounds.open_now, RoundRequest(QUARTERLY, "2026-quarterly-01"))

    assert time.monotonic() - began < 2.0


def _fire_all(engine: Engine) -> None:
    while timers.fire_due(engine, 1000):
        pass


def _agencies(engine: Engine) -> dict[str, str]:
    """Every agency in force that a round can ask, with its relation to the City."""

    def read(tx: Transaction) -> dict[str, str]:
        today = JANUARY.date()
        return {a.code: a.relation for a in tx.session.scalars(select(Agency)) if a.in_force(today)}

    return engine.read(SYSTEM, read)


def _shipped_with(old: bytes, new: bytes) -> dict[str, bytes]:
    files = dict(shipped_diagrams())
    files["urging_ladder.dmn"] = files["urging_ladder.dmn"].replace(old, new)
    return files
