"""A commune's task goes its whole way through real logins over HTTP, and its history can be verified."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.journeys.server import PASSWORD, Client, Server

COMMUNE = "c-thach-that"
OBLIGATION = "179-KH-UBND-2025.V.2.d"
Login = Callable[[str], Client]


@pytest.fixture
def people(login: Login) -> dict[str, Client]:
    """Everybody the journey meets."""
    return {
        "officer": login(f"{COMMUNE}.agency_officer"),
        "head": login(f"{COMMUNE}.agency_head"),
        "monitor": login("svhtt.report_aggregator"),
        "leader": login("ubnd.city_leader"),
        "stranger": login("w-ba-dinh.agency_officer"),
        "auditor": login("auditor"),
    }


def propose(officer: Client, due: date) -> str:
    """Start a task of V.2.d and propose it with too little; the instance's id."""
    instance = officer.post(
        "/process-instances",
        {"process_key": "task_lifecycle", "agency": COMMUNE, "variables": {"obligation": OBLIGATION}},
        status=201,
    )
    officer.do(
        "propose",
        instance["id"],
        obligation=OBLIGATION,
        title="Phối hợp báo chí tuyên truyền kết quả chuyển đổi số",
        deliverable="Danh mục tin, bài phối hợp kèm đường dẫn",
        due_date=due.isoformat(),
        cross_agency=True,
    )
    instance_id: str = instance["id"]
    return instance_id


def far_day(days: int) -> date:
    """A day well ahead of the server's today."""
    return datetime.fromtimestamp(time.time(), UTC).date() + timedelta(days=days)


def plan_task(client: Client, instance_id: str) -> dict[str, Any]:
    """The plan task of the case."""
    found = [
        t
        for t in client.get("/plan-tasks", agency=COMMUNE, limit=200)["items"]
        if t["process_instance_id"] == instance_id
    ]
    assert len(found) == 1
    task: dict[str, Any] = found[0]
    return task


def test_a_communes_task_is_proposed_approved_executed_reported_and_accepted(
    server: Server, people: dict[str, Client]
) -> None:
    officer, head, monitor, leader = (people[name] for name in ("officer", "head", "monitor", "leader"))
    due, later = far_day(40), far_day(60)

    instance_id = propose(officer, due)
    head.do("head_review", instance_id, decision="return_for_rework", comment="Nêu rõ số lượng tin, bài.")
    returned = officer.task("propose", instance_id)
    officer.post(
        f"/tasks/{returned['id']}/complete",
        {
            "variables": {
                "obligation": OBLIGATION,
                "title": "Phối hợp báo chí tuyên truyền kết quả chuyển đổi số",
                "deliverable": "12 tin, bài phối hợp kèm đường dẫn",
                "unit_of_count": "tin, bài",
                "due_date": due.isoformat(),
                "cross_agency": True,
            }
        },
    )
    head.do("head_review", instance_id, decision="submit")
    monitor.do("monitor_check", instance_id, decision="approve")
    leader.do("leader_approval", instance_id, decision="approve")
    officer.do("accept_assignment", instance_id, decision="accept")

    task = plan_task(officer, instance_id)
    officer.post(
        f"/plan-tasks/{task['id']}/extension-requests",
        {"new_due_date": later.isoformat(), "reason": "Chờ lịch phát sóng của Đài."},
        status=201,
    )
    leader.do("decide_request", instance_id, decision="approve")
    task = plan_task(officer, instance_id)
    assert (task["original_due_date"], task["due_date"]) == (due.isoformat(), later.isoformat())
    assert task["extension_count"] == 1

    evidence = [{"title": "Danh mục tin, bài", "url": "https://hanoi.gov.vn/tin-bai"}]
    officer.do("execute", instance_id, decision="report", progress=100)
    officer.do("report_result", instance_id, result="Đã đăng 12 tin, bài.", evidence=evidence)
    monitor.do(
        "review_result",
        instance_id,
        decision="return_for_rework",
        comment="Thiếu đường dẫn của hai bài.",
        new_due_date=later.isoformat(),
    )
    officer.do("execute", instance_id, decision="report", progress=100)
    officer.do("report_result", instance_id, result="Đã bổ sung đủ đường dẫn.", evidence=evidence)
    monitor.do("review_result", instance_id, decision="accept")
    head.do("nominate", instance_id, decision="skip")

    instance = officer.get(f"/process-instances/{instance_id}")
    assert (instance["state"], instance["tokens"]) == ("completed", [])
    done = plan_task(officer, instance_id)
    assert (done["status"], done["bucket"], done["return_count"]) == ("done", "on_time", 1)

    events = people["auditor"].get(f"/process-instances/{instance_id}/history", limit=200)["items"]
    assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
    assert [e["element_id"] for e in events if e["type"] == "element-completed" and e["task_id"]] == [
        "propose",
        "head_review",
        "propose",
        "head_review",
        "monitor_check",
        "leader_approval",
        "accept_assignment",
        "execute",
        "decide_request",
        "execute",
        "report_result",
        "review_result",
        "execute",
        "report_result",
        "review_result",
        "nominate",
    ]
    server.stop()
    verified = server.cli("audit", "verify")
    server.start()
    assert verified.returncode == 0, verified.stderr


def test_the_proposer_cannot_approve_not_even_by_a_second_account(
    server: Server, people: dict[str, Client], login: Login
) -> None:
    officer, sysadmin = people["officer"], login("sysadmin")
    instance_id = propose(officer, far_day(40))
    second = f"second-{instance_id[:8]}"
    sysadmin.post(f"/people/{officer.person['id']}/accounts", {"username": second, "password": PASSWORD}, status=201)
    sysadmin.post(
        "/memberships",
        {"person": officer.person["id"], "agency": COMMUNE, "role": "agency_head"},
        status=201,
    )

    for account in (officer, Client(server, second)):
        offered = account.get("/tasks", candidate="me", state="open", limit=200)["items"]
        task = next(t for t in offered if (t["element_id"], t["process_instance_id"]) == ("head_review", instance_id))
        assert "complete" not in task["allowed_actions"]
        for verb, body in (("claim", {}), ("complete", {"variables": {"decision": "submit"}})):
            problem = account.post(f"/tasks/{task['id']}/{verb}", body, status=403)
            assert problem["code"] == "separation-of-duties"


def test_another_communes_officer_gets_404_for_every_id(people: dict[str, Client]) -> None:
    officer, stranger = people["officer"], people["stranger"]
    instance_id = propose(officer, far_day(40))
    task_id = people["head"].task("head_review", instance_id)["id"]
    plan_task_id = plan_task(officer, instance_id)["id"]

    for path in (
        f"/process-instances/{instance_id}",
        f"/process-instances/{instance_id}/history",
        f"/tasks/{task_id}",
    ):
        assert stranger.get(path, status=404)["code"] == "not-found"
    for path, body in (
        (f"/process-instances/{instance_id}/cancel", {"reason": "thử"}),
        (f"/tasks/{task_id}/claim", {}),
        (f"/tasks/{task_id}/complete", {"variables": {"decision": "submit"}}),
        (f"/plan-tasks/{plan_task_id}/extension-requests", {"new_due_date": "2030-01-01", "reason": "thử"}),
    ):
        assert stranger.post(path, body, status=404)["code"] == "not-found"
    assert instance_id not in httpx.Response(200, json=stranger.get("/process-instances", limit=200)).text
