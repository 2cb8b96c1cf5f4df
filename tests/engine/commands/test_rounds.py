"""Promises of a reporting round: it opens once, closes in time and by name, and its figures can be traced."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from engine.access import SYSTEM
from engine.audit.verify import verify
from engine.commands import directory, regimes, rounds, timers
from engine.commands.rounds import RoundRequest
from engine.default_regimes import QUARTERLY
from engine.errors import ConflictError, ForbiddenError, InvalidDataError, NotFoundError
from engine.models import PlanTask, ReportRound
from engine.queries import reports as report_queries
from engine.queries import rounds as queries
from engine.queries.reports import ReportFilter
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.installed import COMMUNE, actor
from tests.reporting import FEW, FIGURES, QUARTER, RoundScene, live_until, trial_regime

DUE, CLOSING = datetime(2026, 3, 18, 16, 59, 59, tzinfo=UTC), datetime(2026, 3, 20, 16, 59, 59, tzinfo=UTC)
ALL = 141


def the_rounds(engine: Engine) -> list[ReportRound]:
    """Every round there is."""
    return engine.read(SYSTEM, lambda tx: list(tx.session.scalars(select(ReportRound))))


def test_a_round_opens_by_itself_on_its_day_and_once(installed: Engine, clock: MovableClock) -> None:
    clock.moment = datetime(2026, 3, 3, 2, tzinfo=UTC)
    installed.run(SYSTEM, regimes.load_defaults)

    too_early = rounds.schedule_due(installed)
    clock.moment = datetime(2026, 3, 4, 0, 30, tzinfo=UTC)
    begun = [rounds.schedule_due(installed) for _ in range(2)]
    before_eight = timers.fire_due(installed), the_rounds(installed)[0].state
    clock.forward(timedelta(minutes=30))
    at_eight = timers.fire_due(installed), the_rounds(installed)[0].state

    assert (too_early, begun) == (0, [1, 0])
    assert (before_eight, at_eight) == ((0, "scheduled"), (1, "open"))
    assert len(installed.read(SYSTEM, report_queries.reports, ReportFilter(), limit=1000)) == ALL


def test_a_round_asks_whoever_is_in_force_that_day(installed_sqlite: Engine) -> None:
    ended = {"valid_to": date(2026, 3, 9), "successor_code": "c-ba-vi"}
    installed_sqlite.run(SYSTEM, directory.change_agency, COMMUNE, ended)

    scene = RoundScene(installed_sqlite)

    assert COMMUNE not in scene.standings()
    assert len(scene.standings()) == ALL - 1


def test_a_period_has_one_round(installed_sqlite: Engine) -> None:
    scene = RoundScene(installed_sqlite, FEW)

    with pytest.raises(ConflictError):
        installed_sqlite.run(scene.aggregator, rounds.open_now, RoundRequest(QUARTERLY, QUARTER))
    assert rounds.schedule_due(installed_sqlite) == 0


def test_due_dates_come_from_the_regime_and_the_calendar(installed_sqlite: Engine) -> None:
    found = RoundScene(installed_sqlite, FEW).round

    due = {tier: facts["due"] for tier, facts in found.due_dates.items()}
    assert due == {"agency": "2026-03-18", "aggregator": "2026-03-23", "city": "2026-03-25"}
    assert (found.closes_at, found.late_until) == (CLOSING, date(2026, 6, 14))


def test_a_whole_round(installed: Engine, clock: MovableClock) -> None:
    scene = RoundScene(installed)
    for number, agency in enumerate(("c-ba-vi", "c-soc-son", "skhcn", "stc"), start=1):
        scene.submit(agency, figures=FIGURES | {"items_published": number, "online_rate": str(10 * number)})
        scene.accept(agency)
    scene.submit("snv", figures=FIGURES)
    scene.check("snv", decision="return_for_rework", comment="Thiếu số liệu.", new_due_date="2026-03-19")
    scene.submit("snv", figures=FIGURES | {"items_published": 100})
    scene.accept("snv")
    scene.submit("c-gia-lam", nothing_to_report=True)
    scene.accept("c-gia-lam")
    clock.moment = DUE + timedelta(hours=10)
    scene.submit(COMMUNE, figures=FIGURES | {"items_published": 1000})
    scene.accept(COMMUNE)
    live_until(installed, clock, CLOSING + timedelta(hours=1))

    found, standings = scene.round, scene.standings()
    assert (found.state, [row["agency"] for row in found.late]) == ("consolidated", [COMMUNE])
    assert (len(found.missing), found.late[0]["name_vi"]) == (ALL - 7, "Xã Thạch Thất")
    assert [standings[code] for code in ("snv", "c-gia-lam", COMMUNE, "c-me-linh")] == [
        "accepted",
        "accepted",
        "accepted",
        "missing",
    ]
    assert figures_of(scene)["items_published"] == 1 + 2 + 3 + 4 + 100 + 1000
    assert every_figure_is_the_sum_of_its_sources(scene)
    scene.sign()
    scene.act(scene.office, "forward_report", decision="submit")
    scene.act(scene.leader, "leader_decision", decision="note")
    assert (scene.round.state, scene.round.doc_number) == ("archived", "45/BC-SVHTT")
    assert installed.read_frozen(SYSTEM, lambda tx: verify(tx.session)).sound


def figures_of(scene: RoundScene) -> dict[str, Any]:
    """The newest consolidated figures."""
    made = scene.engine.read(SYSTEM, queries.consolidated, scene.id)[-1]
    found = scene.engine.read(SYSTEM, report_queries.lineage, made.id)
    return {one.figure.field: one.figure.value for one in found}


def every_figure_is_the_sum_of_its_sources(scene: RoundScene) -> bool:
    """Whether each summed figure equals what its sources say, and each source what its version says."""
    made = scene.engine.read(SYSTEM, queries.consolidated, scene.id)[-1]
    for one in scene.engine.read(SYSTEM, report_queries.lineage, made.id):
        values = [source.value for source, _ in one.sources]
        if values != [version.figures[one.figure.field] for _, version in one.sources]:
            return False
        if one.figure.aggregation == "sum" and one.figure.value != sum(Decimal(v) for v in values):
            return False
    return True


def test_a_round_closes_when_all_reports_are_in(installed: Engine) -> None:
    scene = RoundScene(installed, FEW)

    for agency in FEW:
        scene.submit(agency)
        scene.accept(agency)

    assert (scene.round.state, scene.round.missing, scene.round.late) == ("consolidated", [], [])


def at_once(*acts: Callable[[], Any]) -> None:
    """Do things in as many threads; what one of them raises is raised."""
    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(act) for act in acts]:
            done.result()


def test_the_last_two_acceptances_at_once_close_the_round_once(installed: Engine) -> None:
    scene = RoundScene(installed, FEW)
    for agency in FEW:
        scene.submit(agency)
    first, *last = FEW
    scene.accept(first)

    at_once(*(partial(scene.accept, agency) for agency in last))

    assert scene.round.state == "consolidated"
    assert len(installed.read(SYSTEM, queries.consolidated, scene.id)) == 1


def test_two_workers_begin_a_round_once(installed: Engine) -> None:
    installed.run(SYSTEM, regimes.load_defaults)
    installed.run(SYSTEM, rounds.due)

    at_once(partial(rounds.schedule_due, installed), partial(rounds.schedule_due, installed))

    assert len(the_rounds(installed)) == 1


def test_the_aggregator_may_close_a_round_early(installed_sqlite: Engine) -> None:
    scene = RoundScene(installed_sqlite, FEW)

    with pytest.raises(NotFoundError):
        installed_sqlite.run(actor(installed_sqlite, "c-me-linh.agency_officer"), rounds.close, scene.id)
    with pytest.raises(ForbiddenError):
        installed_sqlite.run(actor(installed_sqlite, f"{COMMUNE}.agency_head"), rounds.open_now, RoundRequest("x"))
    installed_sqlite.run(scene.aggregator, rounds.close, scene.id, "Đủ số liệu.")

    assert scene.round.state == "consolidated"
    with pytest.raises(ConflictError):
        installed_sqlite.run(scene.aggregator, rounds.close, scene.id)


def test_a_frozen_report_stays_as_it_is_when_figures_are_corrected(installed: Engine) -> None:
    scene = RoundScene(installed, FEW)
    scene.submit("skhcn")
    scene.accept("skhcn")
    installed.run(scene.aggregator, rounds.close, scene.id)
    frozen = installed.read(SYSTEM, queries.consolidated, scene.id)[0]

    scene.submit(COMMUNE)
    scene.accept(COMMUNE)
    installed.run(scene.aggregator, rounds.correct, scene.id, "Bổ sung báo cáo muộn.")

    first, second = installed.read(SYSTEM, queries.consolidated, scene.id)
    assert (first.frozen, first.sha256) == (frozen.frozen, frozen.sha256)
    assert [orjson.loads(made.frozen)["figures"][0]["value"] for made in (first, second)] == [4, 8]
    assert (first.reason, second.reason) == (None, "Bổ sung báo cáo muộn.")


def test_figures_are_corrected_after_the_freeze_by_the_aggregator_with_a_reason(installed_sqlite: Engine) -> None:
    scene = RoundScene(installed_sqlite, FEW)

    with pytest.raises(ConflictError):
        installed_sqlite.run(scene.aggregator, rounds.correct, scene.id, "Sớm.")
    with pytest.raises(InvalidDataError):
        installed_sqlite.run(scene.aggregator, rounds.correct, scene.id, " ")
    with pytest.raises(ForbiddenError):
        installed_sqlite.run(scene.leader, rounds.correct, scene.id, "Không phải việc của tôi.")


def test_a_return_by_the_director_consolidates_anew(installed_sqlite: Engine) -> None:
    scene = RoundScene(installed_sqlite, FEW)
    installed_sqlite.run(scene.aggregator, rounds.close, scene.id)
    scene.submit(COMMUNE)
    scene.accept(COMMUNE)

    scene.act(scene.aggregator, "draft_consolidated_report", narrative="Bản một.")
    scene.act(scene.director, "director_review", decision="return_for_rework", comment="Bổ sung báo cáo muộn.")
    scene.sign()

    first, second = installed_sqlite.read(SYSTEM, queries.consolidated, scene.id)
    assert (second.reason, second.signed_by) == ("Bổ sung báo cáo muộn.", scene.director.person_id)
    assert (first.signed_by, figures_of(scene)["tasks_total"]) == (None, 4)


def test_an_instruction_opens_a_plan_task_for_each_agency(installed: Engine) -> None:
    scene = RoundScene(installed, FEW)
    installed.run(scene.aggregator, rounds.close, scene.id)
    scene.sign()
    scene.act(scene.office, "forward_report", decision="submit")

    scene.act(
        scene.leader,
        "leader_decision",
        decision="instruct",
        comment="Khẩn trương thực hiện.",
        addressees=[COMMUNE, "c-ba-vi"],
        answer_by="2026-04-15",
        title="Bổ sung chuyên mục",
        deliverable="01 chuyên mục",
    )

    opened = installed.read(SYSTEM, lambda tx: list(tx.session.scalars(select(PlanTask).order_by(PlanTask.agency))))
    assert [(t.agency, t.title, t.due_date) for t in opened] == [
        ("c-ba-vi", "Bổ sung chuyên mục", date(2026, 4, 15)),
        (COMMUNE, "Bổ sung chuyên mục", date(2026, 4, 15)),
    ]
    assert scene.round.state == "archived"


def test_only_agencies_of_the_city_are_instructed(installed_sqlite: Engine) -> None:
    scene = RoundScene(installed_sqlite, FEW)
    installed_sqlite.run(scene.aggregator, rounds.close, scene.id)
    scene.sign()
    scene.act(scene.office, "forward_report", decision="submit")

    order = {"title": "Việc", "deliverable": "Kết quả", "answer_by": "2026-04-15", "comment": "Thực hiện."}
    with pytest.raises(InvalidDataError) as refused:
        scene.act(scene.leader, "leader_decision", decision="instruct", addressees=["mttq"], **order)

    assert [p.field for p in refused.value.problems] == ["addressees"]


def test_an_ad_hoc_round_has_dates_of_its_own_and_no_period(installed_sqlite: Engine) -> None:
    due = {"agency": date(2026, 3, 12)}
    request = RoundRequest(QUARTERLY, title_vi="Báo cáo đột xuất", due_dates=due, reporters=FEW)

    found = RoundScene(installed_sqlite, request=request).round

    assert (found.kind, found.period, found.state, found.title_vi) == (
        "ad_hoc",
        "2026-ad_hoc-01",
        "open",
        "Báo cáo đột xuất",
    )
    days = [found.due_dates[tier]["due"] for tier in ("agency", "aggregator", "city")]
    assert days == ["2026-03-12", "2026-03-16", "2026-03-18"]


@pytest.mark.parametrize("due", [{}, {"agency": date(2026, 3, 9)}])
def test_an_ad_hoc_round_is_due_on_a_day_to_come(installed_sqlite: Engine, due: dict[str, date]) -> None:
    installed_sqlite.run(SYSTEM, regimes.load_defaults)

    with pytest.raises(InvalidDataError):
        installed_sqlite.run(SYSTEM, rounds.open_now, RoundRequest(QUARTERLY, due_dates=due))


def test_late_reports_stand_on_the_list_of_the_next_round(installed_sqlite: Engine, clock: MovableClock) -> None:
    first = RoundScene(installed_sqlite, FEW)
    live_until(installed_sqlite, clock, CLOSING + timedelta(hours=1))
    first.submit(COMMUNE)
    clock.moment = datetime(2026, 6, 10, 2, tzinfo=UTC)

    second = RoundScene(installed_sqlite, request=RoundRequest(QUARTERLY, "2026-quarterly-02", reporters=FEW))
    installed_sqlite.run(second.aggregator, rounds.close, second.id)

    assert [(row["agency"], row["period"]) for row in second.round.late] == [(COMMUNE, QUARTER)]


def test_a_new_version_of_a_regime_leaves_a_running_round_alone(installed_sqlite: Engine, clock: MovableClock) -> None:
    installed_sqlite.run(SYSTEM, regimes.add, trial_regime())
    running = installed_sqlite.run(SYSTEM, rounds.open_now, RoundRequest("trial-quarterly", QUARTER))

    installed_sqlite.run(SYSTEM, regimes.add, trial_regime(valid_from=date(2026, 4, 1), name_vi="Báo cáo mới"))
    clock.moment = datetime(2026, 6, 10, 2, tzinfo=UTC)
    fresh = installed_sqlite.run(SYSTEM, rounds.open_now, RoundRequest("trial-quarterly", "2026-quarterly-02"))

    regime = {r.id: installed_sqlite.read(SYSTEM, queries.regime_of, r).version for r in (running, fresh)}
    assert regime == {running.id: 1, fresh.id: 2}
    assert fresh.title_vi == "Báo cáo mới, quý II/2026"
