"""A request to a Party body and a critique by the Fatherland Front go their whole way over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.server import Client, Server

REQUEST, CRITIQUE = "179-KH-UBND-2025.V.7", "179-KH-UBND-2025.V.8.b"
LETTER = {"body": "btgdv", "subject": "định hướng tuyên truyền", "content": "Trân trọng đề nghị Ban quan tâm, chỉ đạo."}
Login = Callable[[str], Client]


@pytest.fixture
def people(login: Login) -> dict[str, Client]:
    """Everybody the journeys meet."""
    return {
        "office": login("vpub.city_office"),
        "leader": login("ubnd.city_leader"),
        "party": login("btgdv.external_partner"),
        "front": login("mttq.external_partner"),
        "officer": login("skhcn.agency_officer"),
        "head": login("skhcn.agency_head"),
        "monitor": login("svhtt.report_aggregator"),
        "stranger": login("w-ba-dinh.agency_officer"),
    }


def started(client: Client, process: str, obligation: str) -> str:
    """Begin a case of an obligation; its id."""
    wanted = {"process_key": process, "agency": "vpub", "variables": {"obligation": obligation}}
    found: str = client.post("/process-instances", wanted, status=201)["id"]
    return found


def request_of(client: Client, instance_id: str) -> dict[str, Any]:
    """The request of a case."""
    listed = client.get("/external-requests", limit=200)["items"]
    found: dict[str, Any] = next(r for r in listed if r["process_instance"] == instance_id)
    return found


def test_a_party_body_is_asked_answers_in_part_and_shares_what_it_likes(
    server: Server, people: dict[str, Client]
) -> None:
    office, leader, party = people["office"], people["leader"], people["party"]
    case = started(office, "external_request", REQUEST)
    office.do("draft_request", case, decision="submit", **LETTER)
    leader.do("sign_request", case, decision="return_for_rework", comment="Viết gọn hơn.")
    office.do("draft_request", case, decision="submit", **LETTER)
    leader.do("sign_request", case, decision="approve")

    sent = request_of(office, case)
    assert (sent["state"], sent["body"], sent["obligation"]) == ("sent", "btgdv", REQUEST)
    assert sent["doc_number"].endswith("/UBND-KGVX")
    reply = sent["reply_process_instance"]
    waiting = party.get(f"/tasks/{party.task('answer_request', reply)['id']}")
    assert (waiting["due_at"], waiting["next_reminder"]) == (None, None)
    party.get(f"/process-instances/{case}", status=404)
    people["stranger"].get(f"/external-requests/{sent['id']}", status=404)

    party.do("answer_request", reply, decision="receive")
    party.post(f"/external-requests/{sent['id']}/follow-up", {}, status=403)
    office.post(f"/external-requests/{sent['id']}/follow-up", {"message": "kính mong Quý Ban có ý kiến."})
    party.do("answer_request", reply, decision="partly_accept", comment="Đã giao các cơ quan báo chí.")
    party.do("share_results", reply, decision="share", results="Đã chỉ đạo 06 cơ quan báo chí.")
    party.do("share_results", reply, decision="finish")

    done = office.get(f"/external-requests/{sent['id']}")
    assert (done["state"], done["follow_ups"]) == ("partly_accepted", 1)
    assert [(r["text"], r["voluntary"]) for r in done["results"]] == [("Đã chỉ đạo 06 cơ quan báo chí.", True)]
    assert done["closed_at"] is not None
    assert office.get(f"/process-instances/{case}")["state"] == "completed"
    office.post(f"/external-requests/{sent['id']}/close", {}, status=409)


def test_silence_is_closed_by_a_person_and_held_against_nobody(server: Server, people: dict[str, Client]) -> None:
    office, leader = people["office"], people["leader"]
    case = started(office, "external_request", "179-KH-UBND-2025.V.8.a")
    office.do("draft_request", case, decision="submit", **(LETTER | {"body": "mttq"}))
    leader.do("sign_request", case, decision="approve")
    found = request_of(office, case)

    office.post(f"/external-requests/{found['id']}/close", {"reason": "Không có trả lời."})

    done = office.get(f"/external-requests/{found['id']}")
    assert (done["state"], done["answer"]) == ("no_answer", None)
    assert office.get("/escalations", agency="mttq")["items"] == []
    buckets = office.get("/statistics/buckets", group_by="agency")
    assert "mttq" not in str(buckets)


def test_a_subordinate_agency_is_not_asked_and_a_request_may_be_refused_or_withdrawn(
    server: Server, people: dict[str, Client]
) -> None:
    office, leader = people["office"], people["leader"]
    case = started(office, "external_request", REQUEST)
    draft = office.task("draft_request", case)["id"]
    wrong = LETTER | {"decision": "submit", "body": "skhcn"}

    problem = office.post(f"/tasks/{draft}/complete", {"variables": wrong}, status=422)

    assert [e["field"] for e in problem["errors"]] == ["body"]
    office.do("draft_request", case, decision="submit", **LETTER)
    leader.do("sign_request", case, decision="reject", comment="Đã có chủ trương khác.")
    assert request_of(office, case)["state"] == "refused"
    other = started(office, "external_request", REQUEST)
    office.do("draft_request", other, decision="withdraw", comment="Trùng.", **LETTER)
    assert request_of(office, other)["state"] == "withdrawn"


def test_a_critique_obliges_the_agency_to_answer_and_what_is_taken_up_becomes_a_task(
    server: Server, people: dict[str, Client]
) -> None:
    front, office, officer, head = (people[name] for name in ("front", "office", "officer", "head"))
    case = front.post("/process-instances", {"process_key": "supervision_response"}, status=201)["id"]
    wishes = ["Công khai danh mục nhiệm vụ", "Tăng kinh phí tuyên truyền"]
    front.do(
        "register_supervision",
        case,
        decision="submit",
        supervision_kind="critique",
        subject="phản biện kết quả tuyên truyền",
        content="Mặt trận đề nghị làm rõ.",
        recommendations=wishes,
    )
    office.do("assign_answer", case, decision="assign", addressed="skhcn", reply_days=10)
    found = front.get("/supervisions")["items"][0]
    answer = office.get(f"/supervisions/{found['id']}")["answer_process_instance"]
    front.get(f"/process-instances/{answer}", status=404)

    for wish in wishes:
        task = next(
            t
            for t in officer.get("/tasks", process_instance=answer)["items"]
            if t["element_id"] == "answer_recommendation"
        )
        assert task["due_at"] is not None
        variables = {"decision": "accept", "deliverable": "Danh mục công khai"}
        if wish == wishes[1]:
            variables = {"decision": "decline", "comment": "Ngoài dự toán năm."}
        officer.post(f"/tasks/{task['id']}/complete", {"variables": variables})
    officer.do("compose_answer", answer, answer_text="Sở xin trả lời như sau.")
    head.do("sign_answer", answer, decision="approve")

    told = front.get(f"/supervisions/{found['id']}")
    assert (told["state"], told["addressed"], told["doc_number"][-3:]) == ("answered", "skhcn", "-VP")
    assert sorted(r["answer"] for r in told["recommendations"]) == ["accept", "decline"]
    opened = next(r["task_process_instance"] for r in told["recommendations"] if r["answer"] == "accept")
    assert officer.get(f"/process-instances/{opened}")["process_key"] == "task_lifecycle"
    front.do("review_answer", case, decision="reply", comment="Đề nghị nêu rõ thời gian.")
    second = office.get(f"/supervisions/{found['id']}")["answer_process_instance"]
    assert second != answer
    officer.do("compose_answer", second, answer_text="Trong quý tới.")
    head.do("sign_answer", second, decision="approve")
    front.do("review_answer", case, decision="finish")
    assert front.get(f"/supervisions/{found['id']}")["state"] == "closed"
    assert front.get(f"/process-instances/{case}")["state"] == "completed"


def test_the_front_is_asked_what_it_means_and_thinks_better_of_it(server: Server, people: dict[str, Client]) -> None:
    front, office = people["front"], people["office"]
    case = front.post("/process-instances", {"process_key": "supervision_response"}, status=201)["id"]
    letter = {
        "supervision_kind": "programme",
        "subject": "chương trình giám sát",
        "content": "Đề nghị cung cấp số liệu.",
    }
    front.do("register_supervision", case, decision="submit", **letter)

    office.do("assign_answer", case, decision="return_for_rework", comment="Đề nghị nêu rõ phạm vi.")
    front.do("register_supervision", case, decision="withdraw", comment="Lùi sang năm sau.", **letter)

    found = next(s for s in front.get("/supervisions")["items"] if s["process_instance"] == case)
    assert found["state"] == "withdrawn"
    assert front.get(f"/process-instances/{case}")["state"] == "completed"
