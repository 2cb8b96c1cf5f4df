"""Promises of more time over HTTP: for one report, and for all that are open in a round."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from engine.access import SYSTEM
from engine.commands import regimes
from engine.default_regimes import QUARTERLY
from tests.api.conftest import Enter
from tests.api.web import AGGREGATOR, HEAD, STRANGER, engine_of, refused, told
from tests.installed import COMMUNE
from tests.reporting import FIGURES, QUARTER

FEW = [COMMUNE, "c-ba-vi", "skhcn"]
MORE: dict[str, Any] = {"new_due_date": "2026-03-20", "reason": "Sự cố hệ thống", "document": "77/SVHTT-VP"}


@pytest.fixture
def round_id(app: Flask, web: Enter) -> str:
    """A round of three agencies, due on the 18th."""
    engine_of(app).run(SYSTEM, regimes.load_defaults)
    body = {"regime": QUARTERLY, "period": QUARTER, "reporters": FEW}
    return str(told(web(AGGREGATOR).post("/report-rounds", body), 201)["id"])


def report_of(enter: Enter, round_id: str, agency: str) -> dict[str, Any]:
    (found,) = told(enter(AGGREGATOR).get("/reports", report_round=round_id, agency=agency))["items"]
    report: dict[str, Any] = told(enter(AGGREGATOR).get(f"/reports/{found['id']}"))
    return report


def test_a_report_shows_its_first_and_its_present_due_date_and_why(round_id: str, web: Enter) -> None:
    report = report_of(web, round_id, COMMUNE)
    assert (report["due_date"], report["due_explanation"]["clause"]) == ("2026-03-18", "V.2.b")

    extended = told(web(AGGREGATOR).post(f"/reports/{report['id']}/extension", MORE))

    days = [extended[name] for name in ("original_due_date", "due_date", "late_after")]
    assert days == ["2026-03-18", "2026-03-20", "2026-03-20"]
    assert "77/SVHTT-VP" in extended["due_explanation"]["text_vi"]


def test_only_the_aggregator_gives_more_time_and_not_without_a_document(round_id: str, web: Enter) -> None:
    path = f"/reports/{report_of(web, round_id, COMMUNE)['id']}/extension"

    refused(web(HEAD).post(path, MORE), 403)
    refused(web(STRANGER).post(path, MORE), 404)
    refused(web(AGGREGATOR).post(path, MORE | {"document": ""}), 422)
    refused(web(AGGREGATOR).post(path, {"new_due_date": "2026-03-20"}), 422)


def test_a_round_tells_what_came_of_each_open_report(round_id: str, web: Enter) -> None:
    case_id = report_of(web, round_id, "skhcn")["process_instance_id"]
    web("skhcn.agency_officer").complete(case_id, "draft_report", figures=FIGURES)
    web("skhcn.agency_head").complete(case_id, "head_submit", decision="submit")

    first = told(web(AGGREGATOR).post(f"/report-rounds/{round_id}/extension", MORE))

    assert (first["succeeded"], first["failed"]) == (2, 0)
    assert {item["result"]["agency"]: item["result"]["due_date"] for item in first["items"]} == {
        COMMUNE: "2026-03-20",
        "c-ba-vi": "2026-03-20",
    }
    shown = told(web(AGGREGATOR).get(f"/report-rounds/{round_id}/matrix"))["items"]
    assert {(row["original_due_date"], row["due_date"]) for row in shown} == {
        ("2026-03-18", "2026-03-20"),
        ("2026-03-18", "2026-03-18"),
    }


def test_the_same_request_again_moves_nothing_twice(round_id: str, web: Enter) -> None:
    path = f"/report-rounds/{round_id}/extension"

    told(web(AGGREGATOR).post(path, MORE, Idempotency_Key="outage-18"))
    again = told(web(AGGREGATOR).post(path, MORE, Idempotency_Key="outage-18"))

    assert (again["succeeded"], [item["replayed"] for item in again["items"]]) == (3, [True] * 3)


def test_a_round_gets_no_time_beyond_the_aggregator_s_own_day(round_id: str, web: Enter) -> None:
    path = f"/report-rounds/{round_id}/extension"

    refused(web(AGGREGATOR).post(path, MORE | {"new_due_date": "2026-03-23"}), 422)
    refused(web(HEAD).post(path, MORE), 403)

    assert report_of(web, round_id, COMMUNE)["due_date"] == "2026-03-18"
