"""Promises of one agency's report on both databases: what counts, who is reminded and urged, every way back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine import signals
from engine.access import SYSTEM
from engine.commands import directory, instances, reports, rounds
from engine.commands.instances import Start
from engine.commands.rounds import RoundRequest
from engine.default_regimes import QUARTERLY
from engine.errors import ConflictError, ForbiddenError, InvalidDataError, NotFoundError, SeparationOfDutiesError
from engine.models import Report
from engine.queries import reports as queries
from engine.runtime import Engine, Transaction
from tests.conftest import MovableClock
from tests.installed import COMMUNE, actor
from tests.reporting import FEW, FIGURES, RoundScene, live_until

PRESS = ("press-bptth", "mttq")


@pytest.fixture
def scene(installed: Engine) -> RoundScene:
    """A round of three agencies, on each database."""
    return RoundScene(installed, FEW)


@pytest.fixture
def alone(installed_sqlite: Engine) -> RoundScene:
    """The same on SQLite only."""
    return RoundScene(installed_sqlite, FEW)


def test_an_accepted_report_counts(scene: RoundScene) -> None:
    scene.submit(COMMUNE)
    scene.accept(COMMUNE)

    report = scene.report(COMMUNE)
    (version,) = scene.engine.read(SYSTEM, queries.versions, report.id)
    assert (report.state, report.accepted_version, report.late) == ("accepted", 1, False)
    assert (version.figures["items_published"], version.outcome) == (10, "accepted")
    assert version.submitted_by == actor(scene.engine, f"{COMMUNE}.agency_head").person_id


def test_nothing_to_report_is_a_submission(scene: RoundScene) -> None:
    scene.submit(COMMUNE, nothing_to_report=True)

    (version,) = scene.engine.read(SYSTEM, queries.versions, scene.report(COMMUNE).id)
    assert (version.nothing_to_report, version.figures) == (True, {})


def test_nothing_to_report_is_said_anew_each_time(alone: RoundScene) -> None:
    case_id = alone.report(COMMUNE).instance_id or ""
    officer, head = (actor(alone.engine, f"{COMMUNE}.{role}") for role in ("agency_officer", "agency_head"))
    alone.complete(officer, case_id, "draft_report", nothing_to_report=True)
    alone.complete(head, case_id, "head_submit", decision="return_for_rework", comment="Có số liệu.")
    alone.submit(COMMUNE)
    alone.check(COMMUNE, decision="return_for_rework", comment="Thiếu số liệu.")
    alone.submit(COMMUNE, nothing_to_report=True)
    alone.check(COMMUNE, decision="return_for_rework", comment="Có số liệu.")

    alone.submit(COMMUNE)

    found = alone.engine.read(SYSTEM, queries.versions, alone.report(COMMUNE).id)
    assert [version.nothing_to_report for version in found] == [False, True, False]


def test_figures_that_do_not_fit_the_form_are_named_and_nothing_is_kept(alone: RoundScene) -> None:
    case_id = alone.report(COMMUNE).instance_id or ""
    officer = actor(alone.engine, f"{COMMUNE}.agency_officer")

    with pytest.raises(InvalidDataError) as refused:
        alone.complete(officer, case_id, "draft_report", figures={"items_published": "many", "strange": 1})

    named = sorted((p.field, p.rule) for p in refused.value.problems)
    assert named == [
        ("figures.items_published", "type"),
        ("figures.strange", "undeclared"),
        ("figures.tasks_total", "required"),
    ]
    assert set(alone.offered(officer, case_id)) == {"draft_report"}


def test_the_form_is_filled_in_from_the_plan_tasks_of_the_period(alone: RoundScene) -> None:
    report = alone.report(COMMUNE)

    assert report.prefilled == {
        "tasks_total": 0,
        "tasks_on_time": 0,
        "tasks_late": 0,
        "tasks_within_time": 0,
        "tasks_overdue": 0,
    }


def test_the_head_returns_a_draft_with_a_reason(alone: RoundScene) -> None:
    case_id = alone.report(COMMUNE).instance_id or ""
    officer, head = (actor(alone.engine, f"{COMMUNE}.{role}") for role in ("agency_officer", "agency_head"))
    alone.complete(officer, case_id, "draft_report", figures=FIGURES)

    with pytest.raises(InvalidDataError):
        alone.complete(head, case_id, "head_submit", decision="return_for_rework")
    alone.complete(head, case_id, "head_submit", decision="return_for_rework", comment="Rà soát lại.")

    assert set(alone.offered(officer, case_id)) == {"draft_report"}
    assert alone.report(COMMUNE).state == "draft"


def test_nobody_submits_what_they_drafted(alone: RoundScene) -> None:
    case_id = alone.report(COMMUNE).instance_id or ""
    officer = actor(alone.engine, f"{COMMUNE}.agency_officer")
    role = directory.Role("agency_head", COMMUNE)
    alone.engine.run(SYSTEM, directory.add_membership, officer.person_id or "", role)
    both = actor(alone.engine, f"{COMMUNE}.agency_officer")
    alone.complete(both, case_id, "draft_report", figures=FIGURES)

    with pytest.raises(SeparationOfDutiesError):
        alone.complete(both, case_id, "head_submit", decision="submit")


def test_a_returned_report_has_a_due_date_of_its_own(scene: RoundScene) -> None:
    scene.submit(COMMUNE)

    scene.check(COMMUNE, decision="return_for_rework", comment="Thiếu số liệu.", new_due_date="2026-03-25")

    report = scene.report(COMMUNE)
    assert (report.state, report.return_count, report.due_date) == ("returned", 1, date(2026, 3, 25))
    assert report.original_due_date == date(2026, 3, 18)


def test_without_a_day_a_returned_report_is_due_in_two_working_days(alone: RoundScene) -> None:
    alone.submit(COMMUNE)

    alone.check(COMMUNE, decision="return_for_rework", comment="Thiếu số liệu.")

    assert alone.report(COMMUNE).due_date == date(2026, 3, 12)


def test_versions_stay_as_they_were_submitted(alone: RoundScene) -> None:
    alone.submit(COMMUNE)
    alone.check(COMMUNE, decision="return_for_rework", comment="Thiếu số liệu.")
    alone.submit(COMMUNE, figures=FIGURES | {"items_published": 11})
    alone.accept(COMMUNE)

    first, second = alone.engine.read(SYSTEM, queries.versions, alone.report(COMMUNE).id)
    assert (first.figures["items_published"], first.outcome, first.reason) == (10, "returned", "Thiếu số liệu.")
    assert (second.figures["items_published"], second.outcome) == (11, "accepted")


def test_an_accepted_report_is_reopened_for_one_agency(scene: RoundScene) -> None:
    scene.submit(COMMUNE)
    scene.accept(COMMUNE)
    report = scene.report(COMMUNE)

    scene.engine.run(scene.aggregator, reports.reopen, report.id, "Số liệu nhầm.", date(2026, 3, 19))
    reopened = scene.report(COMMUNE)
    scene.submit(COMMUNE, figures=FIGURES | {"items_published": 12})
    scene.accept(COMMUNE)

    assert (reopened.state, reopened.due_date, reopened.accepted_version) == ("reopened", date(2026, 3, 19), 1)
    assert scene.report(COMMUNE).accepted_version == 2


def test_only_the_aggregator_reopens_and_only_what_is_accepted(alone: RoundScene) -> None:
    report = alone.report(COMMUNE)

    with pytest.raises(ConflictError):
        alone.engine.run(alone.aggregator, reports.reopen, report.id, "Sớm.")
    with pytest.raises(ForbiddenError):
        alone.engine.run(actor(alone.engine, f"{COMMUNE}.agency_head"), reports.reopen, report.id, "Tôi muốn.")
    with pytest.raises(NotFoundError):
        alone.engine.run(actor(alone.engine, "stc.agency_head"), reports.reopen, report.id, "Tò mò.")


def test_a_merged_agencys_open_report_goes_to_its_successor(scene: RoundScene, clock: MovableClock) -> None:
    ended = {"valid_to": date(2026, 3, 10), "successor_code": "skhcn"}
    scene.engine.run(SYSTEM, directory.change_agency, COMMUNE, ended)
    report = scene.report(COMMUNE)
    still_in_force = reports.transfer_due(scene.engine)

    clock.forward(timedelta(days=1))
    handed_over = reports.transfer_due(scene.engine), reports.transfer_due(scene.engine)

    after = scene.engine.read(SYSTEM, queries.report, report.id)
    officer = actor(scene.engine, "skhcn.agency_officer")
    assert (still_in_force, handed_over) == (0, (1, 0))
    assert (after.agency, after.original_agency, after.instance_id) == ("skhcn", COMMUNE, report.instance_id)
    assert set(scene.offered(officer, report.instance_id or "")) == {"draft_report"}


def test_a_report_under_check_goes_to_the_successor_when_it_is_returned(alone: RoundScene, clock: MovableClock) -> None:
    alone.submit(COMMUNE)
    ended = {"valid_to": date(2026, 3, 10), "successor_code": "stc"}
    alone.engine.run(SYSTEM, directory.change_agency, COMMUNE, ended)
    clock.forward(timedelta(days=1))

    alone.check(COMMUNE, decision="return_for_rework", comment="Thiếu số liệu.")

    assert alone.report("stc").original_agency == COMMUNE


def test_an_agency_in_force_keeps_its_report(alone: RoundScene) -> None:
    with pytest.raises(ConflictError):
        alone.engine.run(alone.aggregator, reports.transfer, alone.report(COMMUNE).id)


def test_reminders_and_urging_come_on_their_mornings(scene: RoundScene, clock: MovableClock) -> None:
    scene.submit("skhcn")
    told: list[tuple[str, str, int]] = []

    def soon(tx: Transaction, *, report: Report, working_days_left: int, **_: object) -> None:
        told.append((f"{tx.now + timedelta(hours=7):%m-%d %H}", report.agency, working_days_left))

    def overdue(tx: Transaction, *, report: Report, notice: int, **_: object) -> None:
        told.append((f"{tx.now + timedelta(hours=7):%m-%d %H}", report.agency, -notice))

    with signals.report_due_soon.connected_to(soon), signals.report_overdue.connected_to(overdue):
        live_until(scene.engine, clock, datetime(2026, 4, 1, tzinfo=UTC))

    ours = [(when, days) for when, agency, days in told if agency == COMMUNE]
    assert ours[:2] == [("03-13 08", 3), ("03-17 08", 1)]
    assert ours[2:] == [("03-19 08", -1), ("03-23 08", -2), ("03-25 08", -3)]
    assert "skhcn" not in {agency for _, agency, _ in told}


def test_bodies_that_are_only_asked_are_never_urged_nor_listed(installed_sqlite: Engine, clock: MovableClock) -> None:
    request = RoundRequest(QUARTERLY, "2026-quarterly-01", reporters=(*PRESS, COMMUNE))
    scene = RoundScene(installed_sqlite, request=request)

    live_until(installed_sqlite, clock, datetime(2026, 3, 30, tzinfo=UTC))

    press = scene.report("press-bptth")
    assert (press.urging_count, press.reminded_on, scene.standings()["press-bptth"]) == (0, None, "no_answer")
    assert [row["agency"] for row in scene.round.missing] == [COMMUNE]


def test_a_report_that_never_comes_ends_as_missing(alone: RoundScene, clock: MovableClock) -> None:
    alone.submit("skhcn")
    alone.accept("skhcn")

    clock.moment = datetime(2026, 6, 16, 2, tzinfo=UTC)
    live_until(alone.engine, clock, clock.moment + timedelta(hours=2))

    assert {code: alone.report(code).state for code in FEW} == {
        COMMUNE: "missing",
        "c-ba-vi": "missing",
        "skhcn": "accepted",
    }


def test_a_report_is_begun_by_a_round_alone(alone: RoundScene) -> None:
    taken = {"report": alone.report(COMMUNE).id}

    for variables in ({}, {"report": "nowhere"}, taken):
        wanted = Start("periodic_report", agency="svhtt", variables=variables)
        with pytest.raises(ConflictError):
            alone.engine.run(alone.aggregator, instances.start, wanted)


def test_a_cancelled_case_is_begun_anew_with_the_same_report(alone: RoundScene) -> None:
    old = alone.report(COMMUNE).instance_id or ""
    alone.cancel(COMMUNE)

    fresh = alone.engine.run(alone.aggregator, instances.restart, old, "Hủy nhầm.")
    alone.submit(COMMUNE)

    assert (alone.report(COMMUNE).instance_id, alone.report(COMMUNE).state) == (fresh.id, "submitted")


def test_a_report_that_comes_after_the_closing_is_still_taken(alone: RoundScene) -> None:
    alone.engine.run(alone.aggregator, rounds.close, alone.id)

    alone.submit(COMMUNE)
    alone.accept(COMMUNE)

    assert (alone.round.state, alone.report(COMMUNE).state) == ("consolidated", "accepted")
