"""Promises of acting on many tasks at once, and of calling people into a talk."""

from __future__ import annotations

from tests.api.conftest import Enter
from tests.api.web import HEAD, OFFICER, PROPOSAL, STRANGER, refused, told


def test_each_task_of_a_pile_has_its_own_result_and_holds_up_no_other(web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    cases = [officer.start()["id"] for _ in range(3)]
    for case in cases:
        officer.complete(case, "propose", **PROPOSAL)
    reviews = [head.task(case, "head_review")["id"] for case in cases]
    head.complete(cases[1], "head_review", decision="submit")
    hidden = web(STRANGER).task(web(STRANGER).start(agency="w-ba-dinh")["id"])["id"]
    asked = {"action": "complete", "ids": [*reviews, hidden], "variables": {"decision": "submit"}}

    done = told(head.post("/tasks/bulk", asked, Idempotency_Key="pile"))

    assert [(i["id"], i["status"]) for i in done["items"]] == list(zip(asked["ids"], (200, 409, 200, 404), strict=True))
    assert (done["succeeded"], done["failed"]) == (2, 2)
    assert done["items"][1]["problem"]["code"] == "task-closed"
    assert done["items"][0]["result"]["state"] == "completed"
    again = told(head.post("/tasks/bulk", asked, Idempotency_Key="pile"))
    assert [i.get("replayed", False) for i in again["items"]] == [True, False, True, False]
    assert [i["status"] for i in again["items"]] == [200, 409, 200, 404]


def test_a_pile_that_lacks_a_reason_is_told_so_for_each(web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    cases = [officer.start()["id"] for _ in range(2)]
    for case in cases:
        officer.complete(case, "propose", **PROPOSAL)
    ids = [head.task(case, "head_review")["id"] for case in cases]

    done = told(head.post("/tasks/bulk", {"action": "complete", "ids": ids, "variables": {"decision": "reject"}}))

    assert [i["problem"]["errors"][0]["field"] for i in done["items"]] == ["comment", "comment"]


def test_a_pile_is_claimed_assigned_and_asked_for_rightly(web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    ids = [officer.task(officer.start()["id"])["id"] for _ in range(2)]
    person = told(officer.get("/me"))["person"]["id"]

    assert told(officer.post("/tasks/bulk", {"action": "claim", "ids": ids}))["succeeded"] == 2
    assert told(head.post("/tasks/bulk", {"action": "assign", "ids": ids, "person": person}))["succeeded"] == 2
    for wrong in (
        {"action": "assign", "ids": ids},
        {"action": "claim", "ids": [ids[0], ids[0]]},
        {"action": "claim", "ids": []},
        {"action": "eat", "ids": ids},
        {"action": "claim", "ids": ["x"] * 201},
    ):
        refused(officer.post("/tasks/bulk", wrong), 422)


def test_a_remark_calls_in_those_who_may_see_the_case_and_tells_them(web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    path = f"/tasks/{officer.task(officer.start()['id'])['id']}/comments"
    called = told(head.get("/me"))["person"]["id"]

    said = told(officer.post(path, {"text": "Xin ý kiến", "mentions": [called]}), 201)

    assert said["mentions"] == [called]
    topics = [n["topic"] for n in told(head.get("/notifications"))["items"]]
    assert topics[0] == "mention"
    stranger = told(web(STRANGER).get("/me"))["person"]["id"]
    for nobody in (stranger, "nobody"):
        problem = refused(officer.post(path, {"text": "Xin ý kiến", "mentions": [nobody]}), 422)
        assert [e["field"] for e in problem["errors"]] == ["mentions"]
