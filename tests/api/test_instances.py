"""Promises of process instances: started by whom the diagram names, seen by their parties, told in order."""

from __future__ import annotations

import pytest

from tests.api.conftest import Enter
from tests.api.web import HEAD, LEADER, OFFICER, PROPOSAL, STRANGER, refused, told
from tests.installed import COMMUNE

FIELDS = {"id", "process_key", "version", "business_key", "state", "tokens", "variables", "started_at", "ended_at"}
EVENT = {"seq", "type", "at", "actor", "on_behalf_of", "element_id", "element_name", "task_id", "data", "hash"}


def test_a_started_case_shows_all_that_the_contract_names(web: Enter) -> None:
    started = web(OFFICER).start(business_key="số 1", variables={"title": "Tin"})

    assert set(started) >= FIELDS
    assert (started["process_key"], started["business_key"], started["state"]) == ("task_lifecycle", "số 1", "active")
    assert started["variables"]["title"] == "Tin"
    assert {"propose"} <= {token["element_id"] for token in started["tokens"]}
    assert told(web(OFFICER).get(f"/process-instances/{started['id']}")) == started


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"process_key": "no_such"}, 404),
        ({"process_key": "task_lifecycle", "version": 99}, 404),
        ({"process_key": "task_lifecycle", "version": "một"}, 422),
        ({"process_key": "task_lifecycle", "agency": "so-khong-co"}, 403),
        ({"process_key": "task_lifecycle", "agency": "w-ba-dinh"}, 403),
        ({"process_key": "task_lifecycle", "agency": COMMUNE, "variables": {"surprise": 1}}, 422),
        ({"process_key": "task_lifecycle", "agency": COMMUNE, "variables": []}, 422),
        ({"process_key": "task_lifecycle", "agency": COMMUNE, "business_key": ""}, 422),
    ],
)
def test_what_cannot_be_started_is_refused(web: Enter, body: dict[str, object], status: int) -> None:
    refused(web(OFFICER).post("/process-instances", body), status)


def test_a_history_is_told_in_order_with_names_in_the_readers_language(web: Enter) -> None:
    officer = web(OFFICER)
    started = officer.start()
    officer.complete(started["id"], "propose", **PROPOSAL)
    path = f"/process-instances/{started['id']}/history"

    events = told(officer.get(path, limit=200))["items"]

    assert all(set(event) >= EVENT for event in events)
    done = next(e for e in events if (e["type"], e["element_id"]) == ("element-completed", "propose"))
    assert done["element_name"] == "Soạn đề xuất nhiệm vụ"
    assert done["actor"]["full_name"] == told(officer.get("/me"))["person"]["full_name"]
    assert done["data"]["variables"]["title"] == {"old": None, "new": PROPOSAL["title"]}
    english = told(officer.get(path, {"Accept-Language": "en"}, limit=200))["items"]
    assert [e["hash"] for e in english] == [e["hash"] for e in events]
    assert next(e for e in english if e["seq"] == done["seq"])["element_name"] == "Draft the task proposal"


def test_a_suspended_case_waits_until_it_is_resumed(web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    started = officer.start()
    task = officer.task(started["id"])
    path = f"/process-instances/{started['id']}"

    assert told(head.post(f"{path}/suspend", {"reason": "Chờ văn bản"}))["state"] == "suspended"

    assert told(officer.get(f"/tasks/{task['id']}"))["allowed_actions"] == []
    refused(officer.post(f"/tasks/{task['id']}/complete", {"variables": PROPOSAL}), 409)
    refused(head.post(f"{path}/suspend", {"reason": "lần nữa"}), 409)
    assert told(head.post(f"{path}/resume", {"reason": "Đã có"}))["state"] == "active"
    officer.complete(started["id"], "propose", **PROPOSAL)


def test_a_cancelled_case_takes_its_tasks_back(web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    started = officer.start()

    cancelled = told(head.post(f"/process-instances/{started['id']}/cancel", {"reason": "Trùng"}))

    assert (cancelled["state"], cancelled["tokens"]) == ("cancelled", [])
    assert cancelled["ended_at"]
    assert told(officer.get("/tasks", process_instance=started["id"]))["items"] == []
    refused(head.post(f"/process-instances/{started['id']}/cancel", {"reason": "Trùng"}), 409)


@pytest.mark.parametrize("verb", ["suspend", "resume", "cancel"])
def test_managing_a_case_needs_the_right_a_reason_and_no_older_version(web: Enter, verb: str) -> None:
    started = web(OFFICER).start()
    path = f"/process-instances/{started['id']}/{verb}"

    refused(web(OFFICER).post(path, {"reason": "thử"}), 403)
    refused(web(STRANGER).post(path, {"reason": "thử"}), 404)
    problem = refused(web(LEADER).post(path, {}), 422)
    assert [e["field"] for e in problem["errors"]] == ["reason"]
    refused(web(LEADER).post(path, {"reason": "thử"}, If_Match='"v9"'), 412)
    assert told(web(OFFICER).get(f"/process-instances/{started['id']}")) == started
