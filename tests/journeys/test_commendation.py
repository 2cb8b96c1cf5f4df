"""An achievement goes from an accepted task to a numbered award and back again, through real logins over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.journeys.server import Client, Server

COMMUNE = "c-ba-vi"
OBLIGATION = "179-KH-UBND-2025.V.2.d"
Login = Callable[[str], Client]


class Dossiers:
    """A commune's dossiers, and everybody on their way."""

    def __init__(self, login: Login) -> None:
        self.officer, self.head = (login(f"{COMMUNE}.{role}") for role in ("agency_officer", "agency_head"))
        self.hub, self.hub_head = login("skhcn.commendation_aggregator"), login("skhcn.agency_head")
        self.secretary, self.member = login("snv.council_secretary"), login("hd-tdkt.council_member")
        self.office, self.chairman = login("vpub.city_office"), login("ubnd.city_leader")
        self.related = login("stc.agency_head")
        self.auditor, self.stranger = login("auditor"), login("w-ba-dinh.agency_officer")

    def open(self, **content: Any) -> dict[str, Any]:
        """A dossier opened by the officer."""
        made: dict[str, Any] = self.officer.post("/dossiers", {"agency": COMMUNE, **content}, status=201)
        return made

    def get(self, dossier_id: str) -> dict[str, Any]:
        """The dossier as its agency sees it."""
        found: dict[str, Any] = self.officer.get(f"/dossiers/{dossier_id}")
        return found

    def hand_in(self, case: str, content: dict[str, Any]) -> None:
        """Nominate, meet where the rules want it, and sign."""
        self.officer.do("nominate", case, decision="propose", **content)
        if content["achievement_type"] != "sudden":
            minutes = {
                "meeting_on": today(),
                "meeting_present": 9,
                "meeting_in_favour": 9,
                "meeting_minutes": "Nhất trí.",
            }
            self.officer.do("unit_meeting", case, decision="agree", **minutes)
        self.head.do("head_sign", case, decision="submit", proposal_number="12/TTr-UBND")

    def forward(self, case: str) -> None:
        """Through Sở KHCN, outside a campaign."""
        self.hub.do("completeness_check", case, decision="forward")
        self.hub.do("consolidate_proposal", case, campaign_proposal_number="45/TTr-SKHCN")
        self.hub_head.do("sign_consolidated", case, decision="approve")

    def put_forward(self, case: str) -> None:
        """From the standing body's draft to the Chairman's desk."""
        self.secretary.do("draft_submission", case, submission_text="Kính trình Chủ tịch.")
        self.office.do("office_check", case, decision="forward")


@pytest.fixture
def dossiers(login: Login) -> Dossiers:
    """The people of the journeys."""
    return Dossiers(login)


def today() -> str:
    """The server's local day."""
    return (datetime.fromtimestamp(time.time(), UTC) + timedelta(hours=7)).date().isoformat()


def content(title: str, **changes: Any) -> dict[str, Any]:
    """What an officer writes into a nomination."""
    return {
        "nominee_kind": "collective",
        "nominee_name": "Tổ công nghệ số cộng đồng xã Ba Vì",
        "award_form": "merit_certificate",
        "achievement_type": "thematic",
        "achievement_title": title,
        "achievement_summary": "100% hộ gia đình được hướng dẫn sử dụng dịch vụ công trực tuyến.",
        **changes,
    }


def done_task(people: Dossiers, monitor: Client) -> tuple[str, str]:
    """A plan task of the commune whose result was accepted: its case and its id."""
    instance = people.officer.post(
        "/process-instances",
        {"process_key": "task_lifecycle", "agency": COMMUNE, "variables": {"obligation": OBLIGATION}},
        status=201,
    )
    case, due = instance["id"], (date.fromisoformat(today()) + timedelta(days=30)).isoformat()
    named = {"title": "Đưa dịch vụ công đến từng hộ", "deliverable": "Danh sách hộ được hướng dẫn"}
    people.officer.do("propose", case, obligation=OBLIGATION, due_date=due, **named)
    people.head.do("head_review", case, decision="submit")
    people.officer.do("accept_assignment", case, decision="accept")
    people.officer.do("execute", case, decision="report", progress=100)
    evidence = [{"title": "Danh sách hộ", "url": "https://hanoi.gov.vn/ho"}]
    people.officer.do("report_result", case, result="Đã xong.", evidence=evidence)
    monitor.do("review_result", case, decision="accept")
    found = people.officer.get("/plan-tasks", agency=COMMUNE, limit=200)["items"]
    return case, next(task["id"] for task in found if task["process_instance_id"] == case)


def test_an_accepted_task_leads_to_a_numbered_award_and_its_revocation(
    server: Server, dossiers: Dossiers, login: Login
) -> None:
    task_case, plan_task = done_task(dossiers, login("svhtt.report_aggregator"))
    dossiers.head.do("nominate", task_case, decision="recommend", comment="Tổ công nghệ số cộng đồng.")
    drafts = dossiers.officer.get("/dossiers", agency=COMMUNE, state="draft", sort="-created_at")["items"]
    opened = drafts[0]
    case = dossiers.get(opened["id"])["process_instance_id"]
    campaign = dossiers.hub.post(
        "/campaigns",
        {"code": "cds-ba-vi", "title_vi": "Đợt 10/10", "title_en": "10 October", "opens_on": today()},
        status=201,
    )

    dossiers.hand_in(case, content("Đưa dịch vụ công đến từng hộ", evidence=[plan_task], campaign=campaign["id"]))
    dossiers.hub.do("completeness_check", case, decision="forward")
    dossiers.hub.post(f"/campaigns/{campaign['id']}/proposal", {"proposal_number": "46/TTr-SKHCN"})
    dossiers.hub_head.do("sign_consolidated", case, decision="approve")
    dossiers.secretary.do("check_validity", case, decision="accept", related_agencies=["stc"])
    dossiers.related.do("agency_opinion", case, decision="agree")
    dossiers.secretary.do("appraise", case, decision="submit")
    dossiers.secretary.do("convene", case, council_meeting_on=today(), closes_on=today())
    dossiers.member.post(f"/dossiers/{opened['id']}/ballots", {"choice": "in_favour"}, status=201)
    dossiers.secretary.do("write_minutes", case, council_minutes="1/1 phiếu đồng ý.")
    dossiers.put_forward(case)
    dossiers.chairman.do("chairman_decision", case, decision="approve")

    decided = dossiers.get(opened["id"])
    assert (decided["state"], decided["award"]["decision_number"].endswith("/QĐ-UBND")) == ("decided", True)
    dossiers.office.do("announce_award", case, publish_decision=True)
    dossiers.secretary.do("present_award", case, presented_on=today(), money_paid=True)
    assert dossiers.get(opened["id"])["state"] == "published"

    why = {"ground": "fraud", "reason": "Khai man thành tích."}
    dossiers.secretary.post(f"/dossiers/{opened['id']}/revoke", why)
    waiting = dossiers.secretary.get("/tasks", candidate="me", state="open", limit=200)["items"]
    revocation = next(t["process_instance_id"] for t in waiting if t["element_id"] == "assess_revocation")
    dossiers.secretary.do("assess_revocation", revocation, decision="submit")
    dossiers.chairman.do("decide_revocation", revocation, decision="revoke", comment="Khai man.")
    dossiers.secretary.do("recover_award", revocation, recovered_on=today(), money_recovered=True)

    assert dossiers.get(opened["id"])["state"] == "revoked"
    assert dossiers.officer.get(f"/process-instances/{case}")["state"] == "completed"
    history = dossiers.auditor.get(f"/process-instances/{case}/history", limit=200)
    assert "in_favour" not in str([e for e in history["items"] if e["element_id"] == "ballot"])
    dossiers.stranger.get(f"/dossiers/{opened['id']}", status=404)


def test_a_dossier_is_returned_held_released_and_refused_with_reasons(dossiers: Dossiers) -> None:
    named = content("Ứng phó sự cố mạng trong đêm", achievement_type="sudden")
    made = dossiers.open(**named)
    case = made["process_instance_id"]

    dossiers.hand_in(case, named)
    dossiers.hub.do("completeness_check", case, decision="return_for_rework", comment="Thiếu báo cáo thành tích.")
    returned = dossiers.get(made["id"])
    assert (returned["state"], returned["reason"]) == ("returned", "Thiếu báo cáo thành tích.")
    dossiers.hand_in(case, named)
    dossiers.hub.post(f"/dossiers/{made['id']}/hold", {"ground": "complaint", "reason": "Có đơn khiếu nại."})
    held = dossiers.hub.task("completeness_check", case)
    dossiers.hub.post(f"/tasks/{held['id']}/complete", {"variables": {"decision": "forward"}}, status=409)
    dossiers.hub.post(f"/dossiers/{made['id']}/release", {"reason": "Đơn không có căn cứ."})
    dossiers.forward(case)
    dossiers.secretary.do("check_validity", case, decision="accept")
    dossiers.secretary.do("appraise", case, decision="submit")
    dossiers.put_forward(case)
    nothing = dossiers.chairman.task("chairman_decision", case)
    dossiers.chairman.post(f"/tasks/{nothing['id']}/complete", {"variables": {"decision": "reject"}}, status=422)
    dossiers.chairman.do("chairman_decision", case, decision="reject", comment="Thuộc nhiệm vụ thường xuyên.")

    refused = dossiers.get(made["id"])
    assert (refused["state"], refused["reason"]) == ("refused", "Thuộc nhiệm vụ thường xuyên.")
    told = dossiers.officer.get("/notifications", topic="dossier-decided", limit=200)["items"]
    assert len(told) >= 2


def test_what_has_been_rewarded_once_is_not_nominated_again(dossiers: Dossiers) -> None:
    named = content("Cứu hệ thống trong bão", achievement_type="sudden")
    first, second = dossiers.open(**named), dossiers.open(**named)
    case = first["process_instance_id"]
    dossiers.hand_in(case, named)
    dossiers.forward(case)
    dossiers.secretary.do("check_validity", case, decision="accept")
    dossiers.secretary.do("appraise", case, decision="submit")
    dossiers.put_forward(case)
    dossiers.chairman.do("chairman_decision", case, decision="approve")

    task = dossiers.officer.task("nominate", second["process_instance_id"])
    problem = dossiers.officer.post(
        f"/tasks/{task['id']}/complete", {"variables": {"decision": "propose", **named}}, status=422
    )

    assert "rewarded" in str(problem["errors"])
