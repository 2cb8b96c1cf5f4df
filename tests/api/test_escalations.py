"""Promises of the urging ladder over HTTP: the list for the leadership, and the reminder that comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from engine.access import SYSTEM
from engine.commands import regimes
from engine.default_regimes import QUARTERLY
from tests.api.conftest import Enter
from tests.api.test_reporting import FEW, REGIME, report_of
from tests.api.web import AGGREGATOR, HEAD, LEADER, OFFICER, PROPOSAL, STRANGER, engine_of, refused, told
from tests.conftest import MovableClock
from tests.installed import COMMUNE
from tests.reporting import FIGURES, QUARTER, live_until

LISTED = datetime(2026, 3, 25, 2, tzinfo=UTC)
OFFICE = "vpub.city_office"


@pytest.fixture
def opened(app: Flask, web: Enter) -> dict[str, Any]:
    """A round of three agencies, due on 18 March."""
    engine_of(app).run(SYSTEM, regimes.load_defaults)
    body = {"regime": QUARTERLY, "period": QUARTER, "reporters": FEW}
    found: dict[str, Any] = told(web(AGGREGATOR).post("/report-rounds", body), 201)
    return found


def test_what_was_urged_in_vain_is_listed_and_settled(
    app: Flask, web: Enter, opened: dict[str, Any], clock: MovableClock
) -> None:
    live_until(engine_of(app), clock, LISTED)
    leader = web(LEADER)
    everybody = told(leader.get("/escalations", state="open", total="true"))

    case_id = report_of(web(AGGREGATOR), opened["id"], "skhcn")["process_instance_id"]
    web("skhcn.agency_officer").complete(case_id, "draft_report", figures=FIGURES)
    web("skhcn.agency_head").complete(case_id, "head_submit", decision="submit")

    (settled,) = told(leader.get("/escalations", state="settled"))["items"]
    assert (everybody["page"]["total"], {row["agency"] for row in everybody["items"]}) == (3, set(FEW))
    assert {row["agency"] for row in told(leader.get("/escalations", state="open"))["items"]} == {COMMUNE, "c-ba-vi"}
    assert (settled["agency"], settled["outcome"], settled["notices"]) == ("skhcn", "submitted", 3)
    assert settled["title_vi"] == opened["title_vi"]
    assert (settled["due_date"], settled["process_instance_id"]) == ("2026-03-18", case_id)


def test_who_sees_the_list(app: Flask, web: Enter, opened: dict[str, Any], clock: MovableClock) -> None:
    assert opened["state"] == "open"
    live_until(engine_of(app), clock, LISTED)

    def seen(username: str, **wanted: Any) -> list[str]:
        return sorted(row["agency"] for row in told(web(username).get("/escalations", **wanted))["items"])

    assert seen(LEADER) == seen(OFFICE) == seen(AGGREGATOR) == sorted(FEW)
    assert (seen(HEAD), seen(STRANGER)) == ([COMMUNE], [])
    assert seen(LEADER, agency="skhcn") == ["skhcn"]
    assert (seen(LEADER, kind="plan_task"), seen(LEADER, kind="report")) == ([], sorted(FEW))


def test_pages_of_the_list_join(app: Flask, web: Enter, opened: dict[str, Any], clock: MovableClock) -> None:
    assert opened["state"] == "open"
    live_until(engine_of(app), clock, LISTED)

    first = told(web(LEADER).get("/escalations", limit="2"))
    rest = told(web(LEADER).get("/escalations", limit="2", cursor=first["page"]["next_cursor"]))

    assert sorted(row["agency"] for row in first["items"] + rest["items"]) == sorted(FEW)


@pytest.mark.parametrize("wanted", [{"state": "gone"}, {"kind": "letter"}, {"sort": "agency"}, {"cursor": "x"}])
def test_a_list_that_makes_no_sense_is_refused(web: Enter, wanted: dict[str, Any]) -> None:
    refused(web(LEADER).get("/escalations", **wanted), 422)


def test_the_next_reminder_stands_with_the_report_its_task_and_in_the_matrix(
    app: Flask, web: Enter, opened: dict[str, Any], clock: MovableClock
) -> None:
    officer = web(OFFICER)
    report = report_of(officer, opened["id"], COMMUNE)
    (row,) = told(officer.get(f"/report-rounds/{opened['id']}/matrix"))["items"]
    task = officer.task(report["process_instance_id"], "draft_report")

    coming = report["next_reminder"]
    assert (coming["at"], coming["kind"], coming["step"]) == ("2026-03-13T08:00:00+07:00", "remind", 2)
    assert coming["explanation_vi"].startswith("Nhắc việc (bậc 2): 08:00 ngày 13/03/2026: 3 ngày làm việc trước")
    assert row["next_reminder"] == coming == told(officer.get(f"/tasks/{task['id']}"))["next_reminder"]
    live_until(engine_of(app), clock, datetime(2026, 3, 23, 2, tzinfo=UTC))
    last = report_of(officer, opened["id"], COMMUNE)["next_reminder"]
    assert (last["kind"], last["form"], last["leadership"]) == ("urge", "formal_letter", True)


def test_a_report_that_is_checked_waits_for_no_reminder(web: Enter, opened: dict[str, Any]) -> None:
    case_id = report_of(web(AGGREGATOR), opened["id"], COMMUNE)["process_instance_id"]
    web(OFFICER).complete(case_id, "draft_report", figures=FIGURES)
    web(HEAD).complete(case_id, "head_submit", decision="submit")

    checking = web(AGGREGATOR).task(case_id, "check_report")

    assert report_of(web(AGGREGATOR), opened["id"], COMMUNE)["next_reminder"] is None
    assert told(web(AGGREGATOR).get(f"/tasks/{checking['id']}"))["next_reminder"] is None


def test_the_next_reminder_stands_with_the_plan_task(web: Enter, clock: MovableClock) -> None:
    officer = web(OFFICER)
    case_id = officer.start()["id"]
    officer.complete(case_id, "propose", **PROPOSAL)
    web(HEAD).complete(case_id, "head_review", decision="submit")
    accepting = told(officer.get(f"/tasks/{officer.task(case_id, 'accept_assignment')['id']}"))["next_reminder"]
    officer.complete(case_id, "accept_assignment", decision="accept")

    (row,) = told(officer.get("/plan-tasks", agency=COMMUNE))["items"]
    plan_task = told(officer.get(f"/plan-tasks/{row['id']}"))
    doing = officer.task(case_id, "execute")

    coming = plan_task["next_reminder"]
    assert (coming["at"], coming["step"], plan_task["urging_count"]) == ("2026-04-01T08:00:00+07:00", 1, 0)
    assert told(officer.get(f"/tasks/{doing['id']}"))["next_reminder"] == coming
    assert (accepting["kind"], accepting["step"], accepting["at"][:10]) == ("remind", None, "2026-03-12")
    assert datetime.fromisoformat(coming["at"]) - clock.moment > timedelta(days=20)


def test_a_regime_names_its_ladder(web: Enter) -> None:
    aggregator = web(AGGREGATOR)

    usual = told(aggregator.post("/report-regimes", REGIME), 201)
    brief = told(aggregator.post("/report-regimes", REGIME | {"key": "brief", "urging_ladder": "brief"}), 201)
    problem = refused(aggregator.post("/report-regimes", REGIME | {"key": "odd", "urging_ladder": "odd"}), 422)

    assert (usual["urging_ladder"], brief["urging_ladder"]) == ("standard", "brief")
    assert [e["field"] for e in problem["errors"]] == ["urging_ladder"]
