"""Promises of the pages about rounds: opened and given more time by the aggregator, gaps and sources in sight."""

from __future__ import annotations

import pytest

from engine.access import SYSTEM
from engine.queries import rounds as queries
from engine.queries.rounds import RoundFilter
from engine.runtime import Engine
from tests.api.web import AGGREGATOR, OFFICER
from tests.installed import COMMUNE
from tests.reporting import FEW, RoundScene
from tests.web.conftest import Open
from tests.web.reader import Reader, seen, sent_to


@pytest.fixture
def scene(installed_sqlite: Engine) -> RoundScene:
    """An open round of three agencies."""
    return RoundScene(installed_sqlite, FEW)


@pytest.fixture
def aggregator(reader: Open) -> Reader:
    """The aggregator's browser."""
    return reader(AGGREGATOR)


def test_the_aggregator_opens_an_ad_hoc_round(scene: RoundScene, aggregator: Reader, installed_sqlite: Engine) -> None:
    form = seen(aggregator.get("/report-rounds/new"))
    refused = aggregator.post("/report-rounds/new", occasion="v2b-quarterly/", title_vi="Báo cáo nhanh")
    address = sent_to(
        aggregator.post(
            "/report-rounds/new", occasion="v2b-quarterly/", title_vi="Báo cáo nhanh", due_dates="2026-03-20"
        )
    )

    assert "quý II/2026" in form and "quý I/2026" not in form.replace("quý I/2026, ", "")
    assert "Phải có thời hạn báo cáo" in seen(refused, 422) and 'value="Báo cáo nhanh"' in refused.text
    assert "Báo cáo nhanh" in seen(aggregator.get(address))
    known = installed_sqlite.read(SYSTEM, queries.rounds, RoundFilter())
    assert {one.period for one in known} == {"2026-quarterly-01", "2026-ad_hoc-01"}


def test_a_period_has_its_round_once(scene: RoundScene, aggregator: Reader) -> None:
    again = aggregator.post("/report-rounds/new", occasion="v2b-quarterly/2026-quarterly-01")

    assert "đã có đợt báo cáo" in seen(again, 409)


def test_nobody_else_is_offered_to_open_one(scene: RoundScene, reader: Open) -> None:
    officer = reader(OFFICER)

    assert "Mở đợt báo cáo" not in seen(officer.get("/report-rounds"))
    assert "Chỉ đầu mối tổng hợp" in seen(officer.get("/report-rounds/new"))
    assert "không có quyền" in seen(officer.post("/report-rounds/new", occasion="v2b-quarterly/"), 403)


def test_agencies_that_have_their_report_in_hand_are_given_more_time(scene: RoundScene, aggregator: Reader) -> None:
    path = f"/report-rounds/{scene.id}/extension"
    why = {"reason": "Bão số 3", "document": "12/SVHTT"}
    early = aggregator.post(path, new_due_date="2026-03-01", **why)
    no_day = aggregator.post(path, new_due_date="mai", **why)

    done = aggregator.post(path, new_due_date="2026-03-20", **why)

    assert "không ở quá khứ" in seen(early, 409) and "Bão số 3" in early.text
    assert "Phải là một ngày" in seen(no_day, 409)
    assert "Đã gia hạn" in seen(aggregator.get(sent_to(done)))
    assert {scene.report(agency).due_date.isoformat() for agency in FEW} == {"2026-03-20"}


def test_whoever_is_to_be_urged_stands_above_the_matrix(scene: RoundScene, aggregator: Reader) -> None:
    scene.submit(COMMUNE)
    scene.check(COMMUNE, decision="return_for_rework", comment="Thiếu số liệu tháng 3.")

    shown = seen(aggregator.get("/report-rounds/matrix"))

    assert "Cần đôn đốc ngay 1" in shown and "quý I/2026 (bị trả lại" in shown


def test_a_consolidated_figure_leads_to_each_agency_that_gave_to_it(scene: RoundScene, aggregator: Reader) -> None:
    scene.submit(COMMUNE)
    scene.accept(COMMUNE)
    aggregator.post(f"/report-rounds/{scene.id}/close", comment="Đủ số liệu")
    path = f"/report-rounds/{scene.id}/consolidated/1"

    whole = seen(aggregator.get(path))
    figure = seen(aggregator.get(f"{path}?figure=items_published"))

    assert "2 cơ quan không nộp báo cáo" in whole
    assert "80,5" in whole
    assert "Xã Thạch Thất10" in figure
    assert "Bản 1 (" in seen(aggregator.get(f"/reports/{scene.report(COMMUNE).id}"))


def test_nobody_else_reads_what_was_consolidated(scene: RoundScene, aggregator: Reader, reader: Open) -> None:
    scene.submit(COMMUNE)
    scene.accept(COMMUNE)
    aggregator.post(f"/report-rounds/{scene.id}/close", comment="Đủ số liệu")

    assert reader(OFFICER).get(f"/report-rounds/{scene.id}/consolidated/1").status_code == 404
    assert aggregator.get(f"/report-rounds/{scene.id}/consolidated/2").status_code == 404
