"""Promises of more time for a report: who may give it, what follows it, and what lateness is judged by."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine import deadlines, signals
from engine.access import SYSTEM
from engine.commands import calendar, extensions, recounting
from engine.commands.extensions import Extension
from engine.errors import ConflictError, EngineError, ForbiddenError, InvalidDataError, NotFoundError
from engine.models.report import Report
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.engine.commands.test_due_changes import DUE, decide, due_of, told, variables
from tests.installed import COMMUNE, actor
from tests.reporting import FEW, RoundScene

# Aggregation is cut off on Friday the 20th; Sở VHTT reports on Monday the 23rd.
FRIDAY, SUNDAY = date(2026, 3, 20), date(2026, 3, 22)
OUTAGE = Extension(FRIDAY, "Sự cố hệ thống ngày 18/3/2026", "Công văn 77/SVHTT-VP")


@pytest.fixture
def scene(installed: Engine) -> RoundScene:
    """An open round of a few agencies."""
    installed.run(SYSTEM, calendar.fill)
    return RoundScene(installed, FEW)


def extend(scene: RoundScene, agency: str = COMMUNE, given: Extension = OUTAGE) -> Report:
    return scene.engine.run(scene.aggregator, extensions.extend, scene.report(agency).id, given)


def at(clock: MovableClock, day: int) -> None:
    clock.moment = datetime(2026, 3, day, 2, tzinfo=UTC)


def test_more_time_moves_the_report_its_task_and_its_timers(scene: RoundScene) -> None:
    extend(scene)

    report, case_id = scene.report(COMMUNE), scene.report(COMMUNE).instance_id
    assert (report.original_due_date, report.due_date, report.late_after) == (DUE, FRIDAY, FRIDAY)
    assert due_of(scene.engine, case_id)["draft_report"] == deadlines.end_of_day(FRIDAY)
    assert due_of(scene.engine, case_id)["rung_time"] == deadlines.morning(date(2026, 3, 11))
    assert variables(scene.engine, case_id)["report_due"] == FRIDAY.isoformat()
    assert scene.report("skhcn").due_date == DUE


def test_the_history_has_both_dates_the_reason_and_the_document(scene: RoundScene) -> None:
    extend(scene)

    (event,) = told(scene.engine, scene.report(COMMUNE).instance_id, "report-extended")
    assert event["due_date"] == {"old": "2026-03-18", "new": "2026-03-20"}
    assert (event["reason"], event["document"]) == (OUTAGE.reason, OUTAGE.document)
    assert (scene.report(COMMUNE).due_explanation or {})["clause"] == OUTAGE.document
    assert all(e["document"] == OUTAGE.document for e in told(scene.engine, scene.report(COMMUNE).instance_id))


def test_in_time_the_extension_is_what_lateness_is_judged_by(scene: RoundScene, clock: MovableClock) -> None:
    at(clock, 18)
    extend(scene)
    at(clock, 20)

    scene.submit(COMMUNE)

    assert scene.report(COMMUNE).late is False


def test_after_the_due_date_more_time_ends_the_urging_and_not_the_lateness(
    scene: RoundScene, clock: MovableClock
) -> None:
    at(clock, 19)
    extend(scene)
    before = scene.standings()[COMMUNE]

    scene.submit(COMMUNE)

    assert (before, scene.report(COMMUNE).late, scene.report(COMMUNE).late_after) == ("pending", True, None)


def test_a_returned_report_gets_more_time_and_keeps_what_it_was_judged_by(scene: RoundScene) -> None:
    scene.submit(COMMUNE)
    scene.check(COMMUNE, decision="return_for_rework", comment="Thiếu số liệu", new_due_date="2026-03-17")

    extend(scene)

    report = scene.report(COMMUNE)
    assert (report.due_date, report.late_after, report.late) == (FRIDAY, None, False)


def test_the_calendar_leaves_alone_what_was_given(scene: RoundScene) -> None:
    extend(scene)

    decide(scene.engine, FRIDAY)

    assert scene.report(COMMUNE).due_date == FRIDAY
    assert recounting.recount_due(scene.engine) == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Extension(DUE, "Lý do", "Văn bản"), "new_due_date"),
        (Extension(date(2026, 3, 1), "Lý do", "Văn bản"), "new_due_date"),
        (Extension(SUNDAY, "Lý do", "Văn bản"), "new_due_date"),
        (Extension(FRIDAY, " ", "Văn bản"), "reason"),
        (Extension(FRIDAY, "Lý do", ""), "document"),
    ],
)
def test_an_extension_without_sense_leaves_no_trace(scene: RoundScene, given: Extension, field: str) -> None:
    with pytest.raises(InvalidDataError) as refused:
        extend(scene, given=given)

    assert [problem.field for problem in refused.value.problems] == [field]
    assert scene.report(COMMUNE).due_date == DUE


@pytest.mark.parametrize(
    ("user", "error"),
    [
        (f"{COMMUNE}.agency_head", ForbiddenError),
        ("ubnd.city_leader", ForbiddenError),
        ("c-soc-son.agency_head", NotFoundError),
    ],
)
def test_only_the_owner_of_the_regime_gives_more_time(scene: RoundScene, user: str, error: type[EngineError]) -> None:
    who = actor(scene.engine, user)

    with pytest.raises(error):
        scene.engine.run(who, extensions.extend, scene.report(COMMUNE).id, OUTAGE)
    with pytest.raises(error):
        scene.engine.run(who, extensions.extend_round, scene.id, OUTAGE)


def test_what_is_under_check_gets_no_more_time(scene: RoundScene) -> None:
    scene.submit(COMMUNE)

    with pytest.raises(ConflictError):
        extend(scene)


def test_a_round_moves_with_all_that_is_open_and_is_not_closed_before(scene: RoundScene) -> None:
    scene.submit("skhcn")
    given = Extension(date(2026, 3, 21), OUTAGE.reason, OUTAGE.document)

    scene.engine.run(scene.aggregator, extensions.extend_round, scene.id, given)
    waiting = scene.engine.read(scene.aggregator, extensions.open_reports, scene.id, given.new_due_date)
    for report_id in waiting:
        scene.engine.run(scene.aggregator, extensions.extend, report_id, given)

    closing = deadlines.end_of_day(given.new_due_date)
    now, found = due_of(scene.engine, scene.round.instance_id), scene.round
    assert (found.closes_at, now["collect_reports"], now["aggregation_cutoff"]) == (closing,) * 3
    assert found.due_dates["agency"]["due"] == "2026-03-21"
    assert found.due_dates["agency"]["document"] == OUTAGE.document
    assert {agency: scene.report(agency).due_date for agency in FEW} == {
        COMMUNE: given.new_due_date,
        "c-ba-vi": given.new_due_date,
        "skhcn": DUE,
    }
    (event,) = told(scene.engine, scene.round.instance_id, "report-round-extended")
    assert event["due_date"] == {"old": "2026-03-18", "new": "2026-03-21"}


def test_the_day_of_the_tier_above_is_never_reached(scene: RoundScene) -> None:
    with pytest.raises(InvalidDataError):
        late = Extension(date(2026, 3, 23), "Lý do", "Văn bản")
        scene.engine.run(scene.aggregator, extensions.extend_round, scene.id, late)


def test_an_extension_is_announced(scene: RoundScene) -> None:
    heard: list[tuple[str, date, str]] = []

    def hear(_tx: object, report: Report, old: date, document: str, **_: object) -> None:
        heard.append((report.agency, old, document))

    with signals.report_extended.connected_to(hear):
        extend(scene)

    assert heard == [(COMMUNE, DUE, OUTAGE.document)]
