"""Promises of plans: imported whole, read by everybody, opened as rounds, followed by every agency for itself."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Enter
from tests.api.web import AGGREGATOR, HEAD, LEADER, OFFICER, PROPOSAL, STRANGER, Web, refused, told
from tests.conftest import MovableClock
from tests.installed import COMMUNE, PLAN, plan_document

ROUND = f"/obligations/{PLAN}.V.2.d/rounds"


def send(web: Web, content: bytes, media_type: str = "application/json") -> Any:
    """Send a plan document."""
    return web.send("POST", "/plans", data=content, content_type=media_type)


def executing(officer: Web, head: Web, **more: Any) -> dict[str, Any]:
    """A case of the commune that has reached its execution; what was started."""
    started = officer.start()
    officer.complete(started["id"], "propose", **PROPOSAL | more)
    head.complete(started["id"], "head_review", decision="submit")
    officer.complete(started["id"], "accept_assignment", decision="accept")
    return started


def test_a_plan_that_is_known_is_found_unchanged(web: Enter) -> None:
    document = json.dumps(plan_document(), default=str).encode()

    report = told(send(web(AGGREGATOR), document))

    assert (report["id"], report["created"], report["updated"], report["obligations"]) == (PLAN, 0, 0, 29)


def test_a_new_plan_is_created(web: Enter) -> None:
    document = plan_document()
    document["plan"]["number"] = 180

    report = told(send(web(AGGREGATOR), json.dumps(document, default=str).encode()), 201)

    assert told(web(OFFICER).get(f"/plans/{report['id']}"))["title_vi"] == document["plan"]["title_vi"]


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"a: [1", "application/yaml", 422),
        (b"- 1", "text/yaml", 422),
        (b"{}", "text/plain", 415),
        (b" " * (2 * 1024 * 1024 + 1), "application/yaml", 413),
    ],
)
def test_what_is_no_plan_is_refused(web: Enter, content: bytes, media_type: str, status: int) -> None:
    refused(send(web(AGGREGATOR), content, media_type), status)


def test_an_officer_may_not_import_and_nothing_of_the_document_is_read(web: Enter) -> None:
    refused(send(web(OFFICER), b"a: [1", "application/yaml"), 403, "forbidden")


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"[" * 1_000_000, "depth"),
        (b"- " * 1_000_000, "depth"),
        (b"a: &x 1\nb: *x", "alias"),
        (b"{" + b",".join(b'"k%d":1' % n for n in range(3_000)) + b',"k0":2}', "syntax"),
        (b"? [a]\n: 1", "syntax"),
    ],
)
def test_a_document_made_to_keep_the_reader_busy_is_refused_at_once(web: Enter, content: bytes, rule: str) -> None:
    problem = refused(send(web(AGGREGATOR), content, "application/yaml"), 422, "invalid-data")

    assert [e["rule"] for e in problem["errors"]] == [rule]


def test_everybody_reads_a_plan_and_its_obligations_in_their_order(web: Enter) -> None:
    plan = told(web(OFFICER).get(f"/plans/{PLAN}"))
    obligations = told(web(OFFICER).get(f"/plans/{PLAN}/obligations"))["items"]

    assert (plan["issued_on"], len(plan["tags"]), len(obligations)) == ("2025-07-08", 52, 29)
    assert "V.3.đ" in {o["display_id"] for o in obligations}


@pytest.mark.parametrize("path", ["/plans/none", "/plans/none/obligations", "/plans/none/coverage", "/plan-tasks/none"])
def test_an_unknown_plan_is_not_found(web: Enter, path: str) -> None:
    refused(web(OFFICER).get(path), 404, "not-found")


def test_a_round_opens_a_task_for_every_agency_bound_and_coverage_tells_so(web: Enter) -> None:
    aggregator = web(AGGREGATOR)

    opened = told(aggregator.post(ROUND, {"due_date": "2026-06-30", "title": "Báo chí quý II"}), 201)

    assert (opened["number"], opened["opened"], len(opened["agencies"])) == (1, 141, 141)
    covered = told(aggregator.get(f"/plans/{PLAN}/coverage"))["items"]
    row = next(c for c in covered if c["obligation"]["id"] == f"{PLAN}.V.2.d")
    assert (row["bound"], row["covered"], row["rounds"], row["buckets"]["within_time"]) == (141, 141, 1, 141)
    assert row["original"] == row["buckets"]


def test_a_repeated_round_under_one_key_opens_nothing_more(web: Enter) -> None:
    aggregator, body = web(AGGREGATOR), {"title": "Báo chí quý II"}
    first = told(aggregator.post(f"/obligations/{PLAN}.V.5.b/rounds", body, Idempotency_Key="k"), 201)

    again = aggregator.post(f"/obligations/{PLAN}.V.5.b/rounds", body, Idempotency_Key="k")

    assert told(again, 201) == first
    assert told(aggregator.get("/plan-tasks", total=1))["page"]["total"] == first["opened"]


@pytest.mark.parametrize(
    ("who", "path", "body", "status"),
    [
        (OFFICER, ROUND, {}, 403),
        (AGGREGATOR, "/obligations/none/rounds", {}, 404),
        (AGGREGATOR, ROUND, {"due_date": "2026-03-09"}, 422),
        (AGGREGATOR, ROUND, {"due_date": "9999-12-31"}, 422),
        (AGGREGATOR, ROUND, {"title": ""}, 422),
        (AGGREGATOR, f"/obligations/{PLAN}.V.2.c/rounds", {}, 409),
    ],
)
def test_a_round_that_cannot_be_opened_is_refused(
    web: Enter, who: str, path: str, body: dict[str, object], status: int
) -> None:
    refused(web(who).post(path, body), status)

    assert told(web(AGGREGATOR).get("/plan-tasks"))["items"] == []


def test_every_plan_task_counts_in_its_bucket_and_in_no_other(both: Flask, clock: MovableClock) -> None:
    officer, head = Web(both, OFFICER), Web(both, HEAD)
    late = executing(officer, head, due_date="2026-03-20")["plan_task_id"]
    clock.forward(timedelta(days=14))
    open_one = officer.start()["plan_task_id"]
    found = {
        bucket: {t["id"]: t["bucket"] for t in told(officer.get("/plan-tasks", bucket=bucket))["items"]}
        for bucket in ("on_time", "late", "within_time", "overdue")
    }

    assert found == {"on_time": {}, "late": {}, "within_time": {open_one: "within_time"}, "overdue": {late: "overdue"}}
    assert told(officer.get("/plan-tasks", bucket="overdue", total=1))["page"]["total"] == 1


def test_an_extension_is_asked_for_while_the_task_is_executed(web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    task = executing(officer, head)["plan_task_id"]
    body = {"new_due_date": "2026-05-29", "reason": "Chờ lịch phát sóng"}

    wish = told(officer.post(f"/plan-tasks/{task}/extension-requests", body), 201)

    assert (wish["old_due_date"], wish["new_due_date"]) == (PROPOSAL["due_date"], "2026-05-29")
    refused(officer.post(f"/plan-tasks/{task}/extension-requests", body), 409)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "x"}, "new_due_date"),
        ({"new_due_date": "2026-05-29"}, "reason"),
        ({"new_due_date": "2026-05-29", "reason": "  "}, "reason"),
        ({"new_due_date": "9999-12-31", "reason": "x"}, "new_due_date"),
        ({"new_due_date": "2026-04-01", "reason": "x"}, "new_due_date"),
    ],
)
def test_an_extension_that_does_not_fit_names_the_field(web: Enter, body: dict[str, str], field: str) -> None:
    officer, head = web(OFFICER), web(HEAD)
    task = executing(officer, head)["plan_task_id"]

    problem = refused(officer.post(f"/plan-tasks/{task}/extension-requests", body), 422)

    assert [e["field"] for e in problem["errors"]] == [field]


def test_before_execution_no_extension_can_be_asked_for(web: Enter) -> None:
    officer = web(OFFICER)
    task = officer.start()["plan_task_id"]
    body = {"new_due_date": "2026-05-29", "reason": "x"}

    refused(officer.post(f"/plan-tasks/{task}/extension-requests", body), 409)
    refused(web(STRANGER).post(f"/plan-tasks/{task}/extension-requests", body), 404)


@pytest.mark.parametrize(("who", "sees"), [(OFFICER, True), (HEAD, True), (LEADER, True), (STRANGER, False)])
def test_a_plan_task_is_seen_by_those_it_concerns(web: Enter, who: str, sees: bool) -> None:
    task = web(OFFICER).start()["plan_task_id"]

    listed = told(web(who).get("/plan-tasks", agency=COMMUNE))["items"]

    assert [t["id"] for t in listed] == ([task] if sees else [])
    assert web(who).get(f"/plan-tasks/{task}").status_code == (200 if sees else 404)
