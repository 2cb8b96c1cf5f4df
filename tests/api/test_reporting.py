"""Promises of reporting over HTTP: regimes, rounds, the matrix, reports and the lineage of figures."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from flask import Flask

from engine.access import SYSTEM
from engine.commands import regimes
from engine.default_regimes import QUARTERLY
from tests.api.conftest import Enter
from tests.api.web import AGGREGATOR, HEAD, OFFICER, STRANGER, Web, engine_of, refused, told
from tests.installed import COMMUNE
from tests.reporting import FIGURES, QUARTER

FEW = [COMMUNE, "c-ba-vi", "skhcn"]
REGIME: dict[str, Any] = {
    "key": "trial-monthly",
    "name_vi": "Báo cáo tháng",
    "name_en": "Monthly report",
    "content": "Số tin, bài.",
    "data_form": [{"id": "items", "label_vi": "Tin", "label_en": "Items", "type": "long", "aggregation": "sum"}],
    "reporters": ["grp-departments"],
    "frequency": "monthly",
    "clause": "V.1.d",
    "valid_from": "2026-04-01",
    "tiers": [{"tier": t, "day": d} for t, d in (("agency", 18), ("aggregator", 22), ("city", 25))],
}


@pytest.fixture
def opened(app: Flask, web: Enter) -> dict[str, Any]:
    """A round of three agencies, opened over HTTP."""
    engine_of(app).run(SYSTEM, regimes.load_defaults)
    body = {"regime": QUARTERLY, "period": QUARTER, "reporters": FEW}
    found: dict[str, Any] = told(web(AGGREGATOR).post("/report-rounds", body), 201)
    return found


def report_of(web: Web, round_id: str, agency: str) -> dict[str, Any]:
    """An agency's report in a round."""
    (found,) = told(web.get("/reports", report_round=round_id, agency=agency))["items"]
    report: dict[str, Any] = told(web.get(f"/reports/{found['id']}"))
    return report


def accepted(enter: Enter, round_id: str, agency: str) -> dict[str, Any]:
    """The report of an agency, submitted and accepted."""
    case_id = report_of(enter(AGGREGATOR), round_id, agency)["process_instance_id"]
    enter(f"{agency}.agency_officer").complete(case_id, "draft_report", figures=FIGURES)
    enter(f"{agency}.agency_head").complete(case_id, "head_submit", decision="submit")
    enter(AGGREGATOR).complete(case_id, "check_report", decision="accept")
    return report_of(enter(AGGREGATOR), round_id, agency)


def test_a_regime_gets_a_further_version(web: Enter) -> None:
    aggregator = web(AGGREGATOR)

    first = told(aggregator.post("/report-regimes", REGIME), 201)
    second = told(aggregator.post("/report-regimes", REGIME | {"valid_from": "2026-07-01"}), 201)

    listed = told(aggregator.get("/report-regimes", key="trial-monthly", total="true"))
    assert [first["version"], second["version"]] == [1, 2]
    assert [r["valid_to"] for r in listed["items"]] == ["2026-06-30", None]
    assert listed["page"]["total"] == 2
    assert told(aggregator.get("/report-regimes/trial-monthly/versions/1"))["valid_to"] == "2026-06-30"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"tiers": []}, "tiers"), ({"reporters": ["nobody"]}, "reporters"), ({"colour": "red"}, "colour")],
)
def test_a_regime_that_makes_no_sense_is_refused_by_field(web: Enter, change: dict[str, Any], field: str) -> None:
    problem = refused(web(AGGREGATOR).post("/report-regimes", REGIME | change), 422)

    assert field in {e["field"] for e in problem["errors"]}


def test_regimes_are_not_everybodys_to_add(web: Enter) -> None:
    refused(web(HEAD).post("/report-regimes", REGIME), 403)


def test_an_opened_round_has_its_reports_at_once(opened: dict[str, Any], web: Enter) -> None:
    aggregator = web(AGGREGATOR)

    matrix = told(aggregator.get(f"/report-rounds/{opened['id']}/matrix"))["items"]

    assert (opened["state"], opened["summary"]["pending"]) == ("open", 3)
    assert [(row["agency"], row["standing"]) for row in matrix] == [
        ("c-ba-vi", "pending"),
        (COMMUNE, "pending"),
        ("skhcn", "pending"),
    ]
    assert [r["id"] for r in told(aggregator.get("/report-rounds", state="open"))["items"]] == [opened["id"]]
    refused(aggregator.post("/report-rounds", {"regime": QUARTERLY, "period": QUARTER}), 409)


def test_an_ad_hoc_round_has_its_own_dates(opened: dict[str, Any], web: Enter) -> None:
    body = {"regime": QUARTERLY, "title_vi": "Báo cáo đột xuất", "reporters": FEW}

    refused(web(AGGREGATOR).post("/report-rounds", body), 422)
    made = told(web(AGGREGATOR).post("/report-rounds", body | {"due_dates": {"agency": "2026-03-12"}}), 201)

    assert (made["kind"], made["due_dates"]["city"]["due"]) == ("ad_hoc", "2026-03-18")


def test_an_agency_sees_its_own_row_and_report_and_nothing_else(opened: dict[str, Any], web: Enter) -> None:
    officer, stranger = web(OFFICER), web(STRANGER)
    other = report_of(web(AGGREGATOR), opened["id"], "skhcn")

    own = told(officer.get(f"/report-rounds/{opened['id']}/matrix"))["items"]

    assert [row["agency"] for row in own] == [COMMUNE]
    assert [r["agency"] for r in told(officer.get("/reports"))["items"]] == [COMMUNE]
    for path in (f"/reports/{other['id']}", f"/reports/{other['id']}/lineage"):
        refused(officer.get(path), 404)
    refused(stranger.get(f"/report-rounds/{opened['id']}"), 404)
    refused(stranger.post(f"/report-rounds/{opened['id']}/close"), 404)
    refused(officer.post(f"/report-rounds/{opened['id']}/close"), 404)


def test_a_round_is_closed_by_whoever_it_is_offered_to_and_once(opened: dict[str, Any], web: Enter) -> None:
    path = f"/report-rounds/{opened['id']}/close"

    refused(web("ubnd.city_leader").post(path), 403)
    refused(web(AGGREGATOR).post(path, {}, If_Match='"v99"'), 412)
    closed = told(web(AGGREGATOR).post(path, {"comment": "Đã đủ thời gian."}))
    refused(web(AGGREGATOR).post(path), 409)

    assert (closed["state"], closed["summary"]["missing"]) == ("consolidated", 3)
    assert [row["name_vi"] for row in closed["missing"]] == [
        "Xã Ba Vì",
        "Xã Thạch Thất",
        "Sở Khoa học và Công nghệ",
    ]


def test_every_figure_opens_to_its_sources_and_the_frozen_bytes_to_their_digest(
    opened: dict[str, Any], web: Enter
) -> None:
    aggregator = web(AGGREGATOR)
    reports = {agency: accepted(web, opened["id"], agency) for agency in FEW}

    (made,) = told(aggregator.get(f"/report-rounds/{opened['id']}"))["consolidated"]
    lineage = told(aggregator.get(f"/reports/{made['id']}/lineage"))
    frozen = told(aggregator.get(f"/reports/{made['id']}"))

    figures = {f["field"]: f for f in lineage["figures"]}
    items = figures["items_published"]
    assert (lineage["kind"], items["value"], figures["online_rate"]["value"]) == ("consolidated", 30, "80.5")
    assert {s["report"] for s in items["sources"]} == {r["id"] for r in reports.values()}
    assert sum(s["value"] for s in items["sources"]) == items["value"]
    assert hashlib.sha256(frozen["frozen"].encode()).hexdigest() == made["sha256"] == frozen["sha256"]
    own = told(web(OFFICER).get(f"/reports/{reports[COMMUNE]['id']}/lineage"))
    assert {(f["field"], f["value"]) for f in own["figures"]} >= {("items_published", None)}
    assert {s["agency"] for f in own["figures"] for s in f["sources"]} == {COMMUNE}
    refused(web(OFFICER).get(f"/reports/{made['id']}"), 404)


def test_a_correction_makes_a_further_consolidated_report(opened: dict[str, Any], web: Enter) -> None:
    aggregator = web(AGGREGATOR)
    path = f"/report-rounds/{opened['id']}"
    refused(aggregator.post(f"{path}/corrections", {"reason": "Sớm."}), 409)
    told(aggregator.post(f"{path}/close"))
    accepted(web, opened["id"], COMMUNE)

    made = told(aggregator.post(f"{path}/corrections", {"reason": "Bổ sung báo cáo muộn."}), 201)

    assert (made["number"], made["reason"]) == (2, "Bổ sung báo cáo muộn.")
    assert len(told(aggregator.get(path))["consolidated"]) == 2


def test_an_accepted_report_is_reopened(opened: dict[str, Any], web: Enter) -> None:
    report = accepted(web, opened["id"], COMMUNE)
    path = f"/reports/{report['id']}/reopen"

    refused(web(HEAD).post(path, {"reason": "Nhầm."}), 403)
    refused(web(AGGREGATOR).post(path, {"reason": ""}), 422)
    reopened = told(web(AGGREGATOR).post(path, {"reason": "Số liệu nhầm.", "new_due_date": "2026-03-20"}))

    assert (reopened["state"], reopened["due_date"], len(reopened["versions"])) == ("reopened", "2026-03-20", 1)
    refused(web(AGGREGATOR).post(path, {"reason": "Lần nữa."}), 409)


def test_a_report_of_an_agency_in_force_is_not_handed_over(opened: dict[str, Any], web: Enter) -> None:
    report = report_of(web(AGGREGATOR), opened["id"], COMMUNE)

    refused(web(AGGREGATOR).post(f"/reports/{report['id']}/transfer"), 409)


def test_reports_are_listed_searched_and_paged(opened: dict[str, Any], web: Enter) -> None:
    aggregator = web(AGGREGATOR)

    first = told(aggregator.get("/reports", limit=2, sort="-due_date", total="true"))
    rest = told(aggregator.get("/reports", limit=2, sort="-due_date", cursor=first["page"]["next_cursor"]))
    found = told(aggregator.post("/reports/search", {"filter": {"agency": COMMUNE}, "page": {"limit": 1}}))

    assert (first["page"]["total"], len(first["items"]), len(rest["items"])) == (3, 2, 1)
    assert [r["agency"] for r in found["items"]] == [COMMUNE]


def test_a_report_tells_its_form_and_what_was_filled_in(opened: dict[str, Any], web: Enter) -> None:
    report = report_of(web(OFFICER), opened["id"], COMMUNE)

    assert (report["standing"], report["prefilled"]["tasks_total"]) == ("pending", 0)
    assert report["data_form"][0]["id"] == "tasks_total"
