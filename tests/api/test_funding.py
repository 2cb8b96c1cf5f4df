"""Promises of funding and obstacles over HTTP: who sees what, with items and answers, and rounds of obligations."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Enter
from tests.api.web import AGGREGATOR, HEAD, LEADER, OFFICER, STRANGER, engine_of, refused, told
from tests.funding import Blocked, Money
from tests.installed import COMMUNE, PLAN

APPRAISER = "stc.finance_appraiser"


def test_a_proposal_is_seen_with_its_items_by_those_it_concerns(app: Flask, web: Enter) -> None:
    money = Money(engine_of(app))
    money.approve()

    found = told(web(OFFICER).get(f"/budget-proposals/{money.proposal.id}"))
    listed = told(web(LEADER).get("/budget-proposals", agency=COMMUNE, year="2026", state="allocated", total="true"))

    assert (found["requested"], found["allocated"], found["source"]) == (50_000_000, 50_000_000, "city")
    assert [(line["item"], line["opinion"], line["allocated"]) for line in found["lines"]] == [
        ("In tờ rơi", "full", 30_000_000),
        ("Truyền thanh", "full", 20_000_000),
    ]
    assert ([one["id"] for one in listed["items"]], listed["page"]["total"]) == ([found["id"]], 1)
    assert told(web(APPRAISER).get(f"/budget-proposals/{found['id']}"))["decision_number"] == "01/QĐ-UBND"
    refused(web(STRANGER).get(f"/budget-proposals/{found['id']}"), 404)
    assert told(web(STRANGER).get("/budget-proposals"))["items"] == []


def test_an_obstacle_is_seen_with_its_answer(app: Flask, web: Enter) -> None:
    found = Blocked(engine_of(app))
    found.report()
    found.do(found.monitor, "triage_obstacle", decision="answer", answer_text="Đã bố trí.")

    (listed,) = told(web(AGGREGATOR).get("/obstacles", state="answered", urgency="normal"))["items"]
    shown = told(web(HEAD).get(f"/obstacles/{listed['id']}"))

    assert (shown["answer"], shown["answered_by"], shown["clock_stopped_on"]) == ("Đã bố trí.", "svhtt", None)
    assert shown["process_instance"] == found.case.id
    refused(web(STRANGER).get(f"/obstacles/{listed['id']}"), 404)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/budget-proposals", {"state": "paid"}),
        ("/budget-proposals", {"year": "x"}),
        ("/obstacles", {"urgency": "very"}),
        ("/obstacles", {"cursor": "x"}),
    ],
)
def test_lists_that_make_no_sense_are_refused(web: Enter, path: str, wanted: dict[str, Any]) -> None:
    refused(web(LEADER).get(path, **wanted), 422)


def test_a_round_begins_the_process_of_its_obligation_or_says_where_to_go(web: Enter) -> None:
    leader = web(LEADER)

    opened = told(leader.post(f"/obligations/{PLAN}.V.6/rounds", {}), 201)
    asked = told(leader.post(f"/obligations/{PLAN}.V.7/rounds", {}), 201)

    assert (opened["agencies"], opened["opened"], asked["agencies"]) == (["stc"], 1, ["btgdv"])
    (proposal,) = told(leader.get("/budget-proposals"))["items"]
    assert (proposal["agency"], proposal["obligation"]) == ("stc", f"{PLAN}.V.6")
    (request,) = told(leader.get("/external-requests"))["items"]
    assert (request["body"], request["obligation"]) == ("btgdv", f"{PLAN}.V.7")
    for elsewhere in ("V.1.d", "V.2.c"):
        refused(leader.post(f"/obligations/{PLAN}.{elsewhere}/rounds", {}), 409)
