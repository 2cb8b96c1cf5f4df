"""Promises of what is told with a task: what it is about, why it came back, and what there is to decide."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Enter
from tests.api.web import HEAD, OFFICER, PROPOSAL, Web, told


def context(who: Web, case_id: str, element_id: str) -> dict[str, Any]:
    """What is told with the task of that element in a case."""
    found: dict[str, Any] = told(who.get(f"/tasks/{who.task(case_id, element_id)['id']}"))["context"]
    return found


def test_who_decides_on_a_proposal_reads_what_it_proposes(web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    case_id = officer.start()["id"]
    officer.complete(case_id, "propose", **PROPOSAL)

    about = context(head, case_id, "head_review")

    named = ("title", "deliverable", "due_date")
    assert {name: about["plan_task"][name] for name in named} == {name: PROPOSAL[name] for name in named}
    assert (about["plan_task"]["status"], about["returned"], about["request"]) == ("proposed", None, None)


def test_a_returned_officer_reads_who_returned_it_and_why(web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    case_id = officer.start()["id"]
    officer.complete(case_id, "propose", **PROPOSAL)
    head.complete(case_id, "head_review", decision="return_for_rework", comment="Thiếu số lượng.")

    returned = context(officer, case_id, "propose")["returned"]

    assert (returned["comment"], returned["by"]["id"]) == ("Thiếu số lượng.", told(head.get("/me"))["person"]["id"])


def test_who_decides_on_a_request_reads_what_is_asked_and_why(web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    case_id = officer.start()["id"]
    officer.complete(case_id, "propose", **PROPOSAL)
    head.complete(case_id, "head_review", decision="submit")
    officer.complete(case_id, "accept_assignment", decision="accept")
    asking = {"decision": "request_extension", "new_due_date": "2026-05-15", "comment": "Chờ lịch phát sóng."}
    officer.complete(case_id, "execute", **asking)

    asked = context(head, case_id, "decide_request")["request"]

    assert asked == {
        "kind": "request_extension",
        "new_due_date": "2026-05-15",
        "new_agency": None,
        "reason": "Chờ lịch phát sóng.",
    }


def test_a_list_names_the_plan_task_of_each_task(web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    case_id = officer.start()["id"]
    done = officer.complete(case_id, "propose", **PROPOSAL)

    listed = told(head.get("/tasks", candidate="me"))["items"]

    assert [task["plan_task_title"] for task in listed] == [PROPOSAL["title"]]
    assert done["task"]["plan_task_title"] == PROPOSAL["title"]
