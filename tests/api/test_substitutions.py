"""Promises of standing in for somebody: bounded, on a document, both names on record, and duties stay apart."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.api.web import HEAD, LEADER, OFFICER, PROPOSAL, STRANGER, Web, refused, told
from tests.conftest import MovableClock
from tests.installed import COMMUNE

DAYS = {"valid_from": "2026-03-10", "valid_to": "2026-03-13", "document": "12/GUQ-UBND ngày 09/3/2026"}


class Town:
    """The commune on each database, with a second officer, and those who run it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.officer, self.head, self.admin = self.web(OFFICER), self.web(HEAD), self.web("sysadmin")
        made = told(self.admin.post("/people", {"full_name": "Trần Thị Bạn", "username": "ban"}), 201)
        role = {"person": made["id"], "agency": COMMUNE, "role": "agency_officer"}
        told(self.admin.post("/memberships", role), 201)
        self.colleague = self.web("ban")

    def web(self, username: str) -> Web:
        return Web(self.app, username)

    def id_of(self, somebody: Web) -> str:
        found: str = told(somebody.get("/me"))["person"]["id"]
        return found

    def office(self, somebody: Web) -> str:
        listed = told(somebody.get("/memberships", person=self.id_of(somebody)))["items"]
        return str(listed[0]["id"])

    def lend(self, absent: Web, substitute: Web, by: Web | None = None, **more: Any) -> dict[str, Any]:
        asked = {"membership": self.office(absent), "substitute": self.id_of(substitute), **DAYS, **more}
        made: dict[str, Any] = told((by or self.head).post("/substitutions", asked), 201)
        return made


@pytest.fixture
def town(both: Flask) -> Town:
    return Town(both)


def test_a_substitute_decides_in_the_place_of_the_head_and_both_names_are_on_record(town: Town) -> None:
    case = town.officer.start()
    town.officer.complete(case["id"], "propose", **PROPOSAL)
    town.lend(town.head, town.colleague)

    told_me = told(town.colleague.get("/me"))
    waiting = told(town.colleague.get("/tasks", candidate="me"))["items"]
    town.colleague.complete(case["id"], "head_review", decision="submit")

    assert [(a["person"], a["role"], a["valid_to"]) for a in told_me["acting_for"]] == [
        (town.id_of(town.head), "agency_head", "2026-03-13")
    ]
    assert [m["role"] for m in told_me["memberships"]] == ["agency_officer"]
    assert [(t["element_id"], t["on_behalf_of"]) for t in waiting] == [("head_review", town.id_of(town.head))]
    history = told(town.head.get(f"/process-instances/{case['id']}/history"))["items"]
    event = next(e for e in history if e["type"] == "element-completed" and e["element_id"] == "head_review")
    absent = told(town.head.get("/me"))["person"]
    assert event["actor"]["id"] == town.id_of(town.colleague)
    assert event["on_behalf_of"] == {"id": absent["id"], "full_name": absent["full_name"]}
    assert f"agency_head@{COMMUNE} for {town.id_of(town.head)}" in event["roles"]
    done = told(town.head.get("/tasks", state="completed", process_instance=case["id"]))["items"]
    by_element = {t["element_id"]: t["on_behalf_of"] for t in done}
    assert by_element == {"propose": None, "head_review": town.id_of(town.head)}


def test_nobody_approves_what_they_or_the_one_they_stand_in_for_proposed(town: Town) -> None:
    own = town.officer.start()
    town.officer.complete(own["id"], "propose", **PROPOSAL)
    town.lend(town.head, town.officer)
    review = town.officer.task(own["id"], "head_review")["id"]

    refused(
        town.officer.post(f"/tasks/{review}/complete", {"variables": {"decision": "submit"}}),
        403,
        "separation-of-duties",
    )

    town.lend(town.officer, town.colleague, valid_from="2026-03-11")
    told(
        town.admin.post(
            "/memberships", {"person": town.id_of(town.colleague), "agency": COMMUNE, "role": "agency_head"}
        ),
        201,
    )
    town_clock = town.app.extensions["dondoc"].clock
    town_clock.forward(timedelta(days=1))
    refused(
        town.colleague.post(f"/tasks/{review}/complete", {"variables": {"decision": "submit"}}),
        403,
        "separation-of-duties",
    )


def test_the_absent_head_back_at_work_does_not_approve_what_was_proposed_in_their_name(town: Town) -> None:
    told(
        town.admin.post("/memberships", {"person": town.id_of(town.head), "agency": COMMUNE, "role": "agency_officer"}),
        201,
    )
    listed = told(town.head.get("/memberships", person=town.id_of(town.head)))["items"]
    officer_role = next(m["id"] for m in listed if m["role"] == "agency_officer")
    told(
        town.admin.post(
            "/memberships", {"person": town.id_of(town.colleague), "agency": COMMUNE, "role": "records_clerk"}
        ),
        201,
    )
    clerk = told(town.admin.post("/people", {"full_name": "Lê Văn Thư", "username": "thu"}), 201)
    told(town.admin.post("/memberships", {"person": clerk["id"], "agency": COMMUNE, "role": "records_clerk"}), 201)
    asked = {"membership": officer_role, "substitute": clerk["id"], **DAYS}
    told(town.head.post("/substitutions", asked), 201)
    case = town.officer.start()
    town.web("thu").complete(case["id"], "propose", **PROPOSAL)

    review = town.head.task(case["id"], "head_review")["id"]

    refused(
        town.head.post(f"/tasks/{review}/complete", {"variables": {"decision": "submit"}}), 403, "separation-of-duties"
    )


def test_what_the_absent_person_had_in_hand_goes_on(town: Town) -> None:
    case = town.officer.start()
    path = f"/tasks/{town.officer.task(case['id'])['id']}"
    told(town.officer.post(f"{path}/claim"))
    refused(town.colleague.post(f"{path}/complete", {"variables": PROPOSAL}), 403)

    town.lend(town.officer, town.colleague)

    mine = [
        told(town.colleague.get("/tasks", assignee="me", sort=order))["items"] for order in ("created_at", "due_at")
    ]
    assert [[t["on_behalf_of"] for t in listed] for listed in mine] == [[town.id_of(town.officer)]] * 2
    told(town.colleague.post(f"{path}/complete", {"variables": PROPOSAL}))


def test_an_office_comes_back_by_itself_or_when_it_is_ended(town: Town) -> None:
    clock: MovableClock = town.app.extensions["dondoc"].clock
    case = town.officer.start()
    town.officer.complete(case["id"], "propose", **PROPOSAL)
    lent = town.lend(town.head, town.colleague)
    review = f"/tasks/{town.officer.task(case['id'], 'head_review')['id']}"
    shown = town.head.get(f"/substitutions/{lent['id']}")

    refused(town.head.change("DELETE", f"/substitutions/{lent['id']}"), 428)
    told(town.head.change("DELETE", f"/substitutions/{lent['id']}", None, If_Match=shown.headers["ETag"]), 204)

    refused(town.colleague.post(f"{review}/claim"), 403)
    town.lend(town.head, town.colleague)
    told(town.colleague.post(f"{review}/claim"))
    clock.forward(timedelta(days=4))
    assert told(town.colleague.get("/me"))["acting_for"] == []
    refused(town.colleague.post(f"{review}/complete", {"variables": {"decision": "submit"}}), 403)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"valid_from": "2026-03-09"}, "valid_from"),
        ({"valid_to": "2026-03-09"}, "valid_to"),
        ({"valid_to": "2027-12-31"}, "valid_to"),
        ({"document": " "}, "document"),
        ({"substitute": "nobody"}, "substitute"),
    ],
)
def test_a_substitution_that_is_not_sound_is_refused_by_field(town: Town, more: dict[str, str], field: str) -> None:
    asked = {"membership": town.office(town.head), "substitute": town.id_of(town.colleague), **DAYS, **more}

    problem = refused(town.head.post("/substitutions", asked), 422)

    assert [e["field"] for e in problem["errors"]] == [field]


def test_an_office_is_lent_by_those_who_may_and_once(town: Town) -> None:
    stranger = town.web(STRANGER)
    asked = {"membership": town.office(town.head), "substitute": town.id_of(town.colleague), **DAYS}

    refused(stranger.post("/substitutions", asked), 404)
    refused(town.officer.post("/substitutions", asked), 403)
    refused(town.head.post("/substitutions", asked | {"substitute": town.id_of(stranger)}), 422)
    made = town.lend(town.head, town.colleague)
    refused(town.head.post("/substitutions", asked | {"substitute": town.id_of(town.officer)}), 409)
    refused(town.colleague.post("/substitutions", asked | {"membership": town.office(town.officer)}), 403)
    refused(stranger.get(f"/substitutions/{made['id']}"), 404)
    auditor = town.web("auditor")
    for reader, seen in ((town.officer, []), (auditor, [made["id"]]), (town.colleague, [made["id"]])):
        assert [s["id"] for s in told(reader.get("/substitutions", total="true"))["items"]] == seen
    problem = refused(town.admin.post("/substitutions", asked | {"membership": town.office(auditor)}), 422)
    assert [e["field"] for e in problem["errors"]] == ["membership"]


def test_a_substitute_of_a_leader_sees_what_the_leader_sees_and_is_told(town: Town) -> None:
    leader = town.web(LEADER)
    case = town.officer.start()
    deputy = told(town.admin.post("/people", {"full_name": "Phó Chủ tịch", "username": "pho"}), 201)
    told(town.admin.post("/memberships", {"person": deputy["id"], "agency": "ubnd", "role": "records_clerk"}), 201)
    refused(town.web("pho").get(f"/process-instances/{case['id']}"), 404)
    asked = {"membership": town.office(leader), "substitute": deputy["id"], **DAYS}

    told(leader.post("/substitutions", asked), 201)

    told(town.web("pho").get(f"/process-instances/{case['id']}"))
    big = town.officer.start(variables={"cross_agency": True})
    town.officer.complete(big["id"], "propose", **PROPOSAL, cross_agency=True)
    told(town.web("pho").get("/notifications"))
