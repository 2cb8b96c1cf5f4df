"""What cannot be meant is refused where a round is asked for, and in it, before anything comes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from engine.access import SYSTEM
from engine.commands import deliveries, directory, messages, regimes, rounds
from engine.commands.messages import Posted
from engine.commands.rounds import RoundRequest
from engine.default_regimes import QUARTERLY
from engine.errors import InvalidDataError
from engine.models import ReportRound
from engine.queries import instances
from engine.runtime import Engine
from tests.installed import COMMUNE, actor
from tests.reporting import FEW, FIGURES, QUARTER, RoundScene, trial_regime

SOON = {"agency": date(2026, 3, 20)}


def broken(act: Callable[[], Any]) -> list[tuple[str, str]]:
    """The fields that are refused, and the rules they break."""
    with pytest.raises(InvalidDataError) as error:
        act()
    return [(p.field, p.rule) for p in error.value.problems]


def opening(engine: Engine, **asked: Any) -> Callable[[], Any]:
    """Asking for a round of the quarterly regime."""
    engine.run(SYSTEM, regimes.load_defaults)
    return lambda: engine.run(SYSTEM, rounds.open_now, RoundRequest(QUARTERLY, **asked))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"due_dates": SOON, "reporters": ["khong-co"]}, ("reporters", "unknown")),
        ({"due_dates": SOON, "reporters": [COMMUNE, "khong-co"]}, ("reporters", "unknown")),
        ({"due_dates": SOON, "data_from": date(2026, 5, 1), "data_to": date(2026, 1, 1)}, ("data_to", "order")),
        ({"due_dates": {"agency": date(2500, 1, 4)}, "reporters": FEW}, ("due_dates", "range")),
        ({"period": QUARTER, "due_dates": SOON}, ("due_dates", "ad_hoc")),
        ({"period": QUARTER, "data_from": date(2026, 1, 1)}, ("data_from", "ad_hoc")),
        ({"period": "2020-quarterly-01"}, ("period", "past")),
        ({"period": "9999-quarterly-04"}, ("period", "unknown")),
        ({"period": "2026-quarterly-02\n"}, ("period", "unknown")),
        ({"period": "２０２６-quarterly-02"}, ("period", "unknown")),
    ],
)
def test_a_round_that_makes_no_sense_is_refused_by_field(
    installed_sqlite: Engine, asked: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert broken(opening(installed_sqlite, **asked)) == [expected]
    assert installed_sqlite.read(SYSTEM, lambda tx: tx.session.scalars(select(ReportRound)).all()) == []


def test_a_round_asks_somebody(installed_sqlite: Engine) -> None:
    ended = {"valid_to": date(2026, 3, 9), "successor_code": "c-ba-vi"}
    installed_sqlite.run(SYSTEM, directory.change_agency, COMMUNE, ended)

    asked = opening(installed_sqlite, due_dates=SOON, reporters=[COMMUNE])

    assert broken(asked) == [("reporters", "in_force")]


def test_a_title_of_spaces_is_none(installed_sqlite: Engine) -> None:
    found = opening(installed_sqlite, due_dates=SOON, reporters=FEW, title_vi="  ", title_en=" Urgent ")()

    assert found.title_vi.startswith("Báo cáo định kỳ")
    assert found.title_en == "Urgent"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"key": "trial\n"}, "key"), ({"name_vi": "  "}, "name_vi"), ({"clause": "\t"}, "clause")],
)
def test_a_regime_has_names_that_can_be_read(installed_sqlite: Engine, change: dict[str, Any], field: str) -> None:
    assert field in dict(broken(lambda: installed_sqlite.run(SYSTEM, regimes.add, trial_regime(**change))))


@pytest.mark.parametrize("day", ["2026-03-09", "2026-06-15", "9999-12-31"])
def test_a_report_is_returned_until_a_day_on_which_it_is_still_taken(installed_sqlite: Engine, day: str) -> None:
    scene = RoundScene(installed_sqlite, FEW)
    scene.submit(COMMUNE)
    decision = {"decision": "return_for_rework", "comment": "Thiếu số liệu.", "new_due_date": day}

    assert [name for name, _ in broken(lambda: scene.check(COMMUNE, **decision))] == ["new_due_date"]

    case = installed_sqlite.read(SYSTEM, instances.get, scene.report(COMMUNE).instance_id or "")
    assert (scene.report(COMMUNE).state, case.state) == ("submitted", "active")


@pytest.mark.parametrize(
    "figures",
    [{"tasks_total": -1}, {"online_rate": "1e999999999"}, {"online_rate": "1e-999999999"}, {"online_rate": "0e999999"}],
)
def test_a_figure_that_would_spoil_the_sums_of_all_is_refused_to_its_agency(
    installed_sqlite: Engine, figures: dict[str, Any]
) -> None:
    scene = RoundScene(installed_sqlite, FEW)

    (refused,) = broken(lambda: scene.submit(COMMUNE, figures=FIGURES | figures))

    assert refused[0] == f"figures.{next(iter(figures))}"


def test_the_leader_instructs_for_a_day_to_come(installed_sqlite: Engine) -> None:
    scene = RoundScene(installed_sqlite, FEW)
    installed_sqlite.run(scene.aggregator, rounds.close, scene.id)
    scene.sign()
    scene.act(scene.office, "forward_report", decision="submit")
    order = {"title": "Việc", "deliverable": "Kết quả", "comment": "Thực hiện.", "answer_by": "2026-03-09"}

    late = broken(
        lambda: scene.act(scene.leader, "leader_decision", decision="instruct", addressees=[COMMUNE], **order)
    )

    assert late == [("answer_by", "past")]
    assert scene.round.state == "submitted"


def test_nobody_opens_a_report_again_or_ends_a_round_by_a_message_of_their_own(installed: Engine) -> None:
    scene = RoundScene(installed, FEW)
    names = (f"{COMMUNE}.agency_officer", f"{COMMUNE}.agency_head", "sysadmin", "svhtt.report_aggregator")
    people, report = [actor(installed, name) for name in names], scene.report(COMMUNE)

    def post() -> set[str]:
        told = [("reopen-report", report.id, {"comment": "Tự mở."}), ("reports-complete", scene.id, {})]
        posts = [(who, Posted(name, correlation=key, variables=said)) for who in people for name, key, said in told]
        return {installed.run(who, messages.publish, posted).state for who, posted in posts}

    beforehand = post()
    scene.submit(COMMUNE)
    scene.accept(COMMUNE)
    deliveries.deliver_due(installed)
    afterwards = post()

    assert (beforehand, afterwards) == ({"buffered"}, {"buffered"})
    assert (scene.report(COMMUNE).state, scene.round.state) == ("accepted", "open")
