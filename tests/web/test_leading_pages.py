"""Promises of the pages for those who lead: the dashboard and its charts, what was urged in vain, where work waits."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from lxml import etree, html

from bench.pages import statements
from engine.access import SYSTEM
from engine.commands import regimes
from engine.default_regimes import QUARTERLY
from tests.api.test_reporting import FEW
from tests.api.web import AGGREGATOR, HEAD, LEADER, OFFICER, PROPOSAL, engine_of
from tests.conftest import MovableClock
from tests.reporting import QUARTER, live_until
from tests.web.conftest import Enter, Open
from tests.web.reader import Reader, seen
from tests.web.test_every_page import MOST_STATEMENTS

CHARTS = ("progress", "overdue", "cycle")
LISTED = datetime(2026, 3, 25, 2, tzinfo=UTC)
MOST_CARDS = 7


@pytest.fixture
def late(web: Enter, clock: MovableClock) -> None:
    """A plan task of the commune that is under way and overdue."""
    officer, head = web(OFFICER), web(HEAD)
    case = officer.start()["id"]
    officer.complete(case, "propose", **PROPOSAL)
    head.complete(case, "head_review", decision="submit")
    officer.complete(case, "accept_assignment", decision="accept")
    clock.forward(timedelta(days=60))


@pytest.fixture
def urged(app: Flask, web: Enter, clock: MovableClock) -> None:
    """A round of three agencies that urging was in vain for."""
    engine_of(app).run(SYSTEM, regimes.load_defaults)
    web(AGGREGATOR).post("/report-rounds", {"regime": QUARTERLY, "period": QUARTER, "reporters": FEW})
    live_until(engine_of(app), clock, LISTED)


def test_the_dashboard_has_at_most_seven_cards_that_all_lead_somewhere(late: None, urged: None, reader: Open) -> None:
    leader = reader(LEADER)

    found = cards(leader)

    assert 0 < len(found) <= MOST_CARDS
    assert [address for _, _, address in found.values() if leader.get(address).status_code != 200] == []


def test_the_cards_count_what_their_pages_list(late: None, reader: Open) -> None:
    leader = reader(LEADER)

    found = cards(leader)

    assert found["Nhiệm vụ đang quá hạn"][:2] == ("1", "1 cơ quan")
    assert found["Tỷ lệ đúng hạn"][:2] == ("0,0 %", "0/1")


def test_an_agency_sees_its_own_figures_only(late: None, reader: Open) -> None:
    counted = [cards(reader(who))["Nhiệm vụ đang quá hạn"][0] for who in (HEAD, "c-ba-vi.agency_head")]

    assert counted == ["1", "0"]


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_a_chart_is_a_drawing_of_our_own_without_inline_style(late: None, reader: Open, name: str, size: str) -> None:
    answer = reader(LEADER).get(f"/dashboard/charts/{name}.svg?size={size}")

    drawing = etree.fromstring(answer.data)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not [one for one in drawing.iter() if one.get("style") or etree.QName(one).localname in ("style", "script")]


def test_what_is_drawn_stands_in_the_language_of_the_reader(late: None, app: Flask) -> None:
    drawn = {
        language: Reader(app, LEADER, language).get("/dashboard/charts/progress.svg").text for language in ("vi", "en")
    }

    assert "Xã Thạch Thất" in drawn["vi"] and "Xã Thạch Thất" not in drawn["en"]


def test_there_is_no_chart_of_another_name(reader: Open, anyone: Reader) -> None:
    assert reader(LEADER).get("/dashboard/charts/secrets.svg").status_code == 404
    assert anyone.get("/dashboard/charts/progress.svg").status_code == 303


def test_the_dashboard_asks_the_database_no_more_than_a_page_may(
    app: Flask, late: None, urged: None, reader: Open
) -> None:
    leader = reader(LEADER)
    leader.get("/dashboard")

    with statements(engine_of(app)) as asked:
        leader.get("/dashboard")

    assert len(asked) <= MOST_STATEMENTS


def test_the_bottleneck_is_marked_on_the_diagram_and_in_the_table(late: None, reader: Open) -> None:
    own, calling = (reader(LEADER).get(f"/process-definitions/{key}") for key in ("task_execution", "task_lifecycle"))

    assert 'data-bottleneck="execute"' in own.text
    assert re.search(r'data-bottleneck="(\w+)"', calling.text)[1] in drawn(reader(LEADER), "task_lifecycle")  # type: ignore[index]
    assert "Thực hiện nhiệm vụ và cập nhật tiến độ điểm nghẽn" in seen(own)


def test_what_was_urged_in_vain_is_listed_for_the_leadership_and_the_agency(urged: None, reader: Open) -> None:
    listed = reader(LEADER).get("/escalations").text

    assert listed.count('href="/reports/') == len(FEW)
    assert "Không có báo cáo hay nhiệm vụ nào" in seen(reader(LEADER).get("/escalations?state=settled"))
    assert "Không có báo cáo hay nhiệm vụ nào" in seen(reader("w-ba-dinh.agency_officer").get("/escalations"))
    assert "Chưa xong" in seen(reader(OFFICER).get("/escalations?kind=report"))


def cards(who: Reader) -> dict[str, tuple[str, str, str]]:
    """The cards of somebody's dashboard: what stands on each, and where it leads."""
    page = html.fromstring(who.get("/dashboard").text)
    found = [link for link in page.iter("a") if str(link.get("class")).startswith("card ")]
    said = [
        (["".join(str(text) for text in part.itertext()) for part in card], str(card.get("href"))) for card in found
    ]
    return {label: (value, beneath, address) for (label, value, beneath), address in said}


def drawn(who: Reader, key: str) -> set[str]:
    """The ids of the nodes on the diagram of a process itself."""
    xml = who.get(f"/process-definitions/{key}/versions/1/diagram").data
    return {str(one.get("id")) for one in etree.fromstring(xml).iter() if one.get("id")}
